"""Themes after somebody was taken out: what only they carried is gone, and what they named has another name."""

import pytest
from msgspec.structs import replace

from chalicelib.llm.scripted.labels import list_question_keys
from chalicelib.model import Digest, RegisteredTheme, ThemeRegistry
from chalicelib.services.synthesis.aggregate import aggregate_digests
from chalicelib.services.synthesis.exclusion import without_excluded
from chalicelib.services.synthesis.shared_registry import describe_themes
from tests.services.builders import digest, point

LATE = RegisteredTheme("t1", "Late buses", "How late they run.", coined_by="gone")
PARKS = RegisteredTheme("t2", "Parks", "What is green.", coined_by="ann")
NIGHT = RegisteredTheme("t3", "Night lines", alias_of="t1", coined_by="gone")
REGISTRY = ThemeRegistry(4, (LATE, PARKS, NIGHT), 3)


def said(name: str, *topics: str, theme: str = "t1", quote: str = "") -> Digest:
    return digest(name, *(point(f"{name} {n}", "m1", quote, topic, theme=theme) for n, topic in enumerate(topics)))


def after(*digests: Digest, registry: ThemeRegistry = REGISTRY, known: int = 3) -> tuple[RegisteredTheme, ...]:
    return without_excluded(registry, aggregate_digests(digests), digests, known).themes


def test_what_nobody_else_carries_is_gone_and_so_is_what_was_said_of_the_rest() -> None:
    ann = said("ann", "Parks", theme="t2")
    assert after(ann) == (RegisteredTheme("t2", "Parks", coined_by="ann"),)
    assert after() == ()
    assert without_excluded(REGISTRY, aggregate_digests([ann]), [ann], 3).last == 3


def test_a_theme_that_they_named_is_named_by_those_who_carry_it() -> None:
    digests = (
        said("ann", "Evening trams"),
        said("bob", "Timetables", "timetables"),
        said("cem", "Timetables", theme="t3"),
    )
    live, other = after(*digests)
    assert live == RegisteredTheme("t1", "Timetables", coined_by="bob")
    assert other == replace(live, id="t3", alias_of="t1")
    assert after(*reversed(digests))[0].label == "Timetables"


def test_of_two_names_that_as_many_use_it_is_always_the_same_one() -> None:
    one, other = said("ann", "Trams"), said("bob", "Fares")
    assert {after(one, other)[0].label, after(other, one)[0].label} == {"Fares"}


@pytest.mark.parametrize("topic", ["Late buses", "late BUSES", "Buses and trams", "Night fares"])
def test_their_words_stay_only_where_somebody_else_said_them_too(topic: str) -> None:
    assert after(said("ann", topic, quote="They never come on time."))[0].label == ""
    quote = "Buses come late at night, whatever the fares and trams."
    assert after(said("ann", topic, quote=quote))[0] == RegisteredTheme("t1", topic, coined_by="ann")


def test_whoever_is_still_there_keeps_their_names() -> None:
    there = (said("gone", "Late buses"), said("ann", "Timetables"))
    assert [theme.label for theme in after(*there)] == ["Late buses", "Night lines"]


def test_done_twice_it_changes_nothing_more() -> None:
    digests = (said("ann", "Timetables"), said("bob", "Parks", theme="t2"))
    once = without_excluded(REGISTRY, aggregate_digests(digests), digests, 3)
    assert without_excluded(once, aggregate_digests(digests), digests, 3) == once


def test_what_is_newer_than_what_was_heard_is_left_alone() -> None:
    new = RegisteredTheme("t4", "Lakes", coined_by="dot")
    grown = replace(REGISTRY, themes=(*REGISTRY.themes, new), last=4)
    assert after(said("ann", "Parks", theme="t2"), registry=grown)[-1] == new


def test_a_question_of_the_hosts_is_nobodys_words_and_keeps_its_name() -> None:
    asked = list_question_keys("1. What do you eat?", "")
    registry = ThemeRegistry(1, (RegisteredTheme("t1", "What do you eat?", coined_by="gone"),), 1)
    ann = said("ann", "What do you eat?", quote="Soup")
    kept = without_excluded(registry, aggregate_digests([ann]), [ann], 1, asked)
    assert kept.themes == (RegisteredTheme("t1", "What do you eat?"),)
    assert without_excluded(registry, aggregate_digests([ann]), [ann], 1).themes[0].label == ""


def test_a_summary_names_what_has_no_name_until_the_next_person_is_taken_out() -> None:
    lost = ThemeRegistry(1, (RegisteredTheme("t1", ""), PARKS), 2)
    named = describe_themes(lost, {}, {"t1": "Night transport", "t2": "Green"})
    assert [theme.label for theme in named.themes] == ["Night transport", "Parks"]
    there = said("ann", "Evening trams"), said("bob", "Parks", theme="t2")
    assert [theme.label for theme in after(*there, registry=named)] == ["Evening trams", "Parks"]
