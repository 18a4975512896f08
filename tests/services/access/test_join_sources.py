"""Conversations that may be one person's, and that no address can be told from what is kept."""

from datetime import timedelta
from itertools import pairwise

import pytest

from chalicelib.model import Thread
from chalicelib.services.access.join_sources import group_by_source, source_of
from chalicelib.store.guards import Guards
from tests.clock import NOON
from tests.services.builders import NOW, thread
from tests.stored_items import stored

HERE, NEIGHBOUR, THERE = "2001:db8:1:2::3", "2001:db8:1:2:ffff::1", "203.0.113.9"


def source(address: str | None, session_id: str = "s1", days: int = 0, guards: Guards | None = None) -> str | None:
    return source_of(address, session_id, guards=guards or Guards(), now=NOON + timedelta(days=days))


def begun(name: str, source: str | None, minutes: int, scope: str = "web") -> Thread:
    return thread(name, source=source, scope=scope, created_at=NOW + timedelta(minutes=minutes))


@pytest.mark.usefixtures("aws")
def test_a_network_has_one_source_for_a_session_and_a_day() -> None:
    first = source(HERE)
    assert first
    assert source(NEIGHBOUR) == first  # in another container
    assert len({first, source(THERE), source(HERE, "s2"), source(HERE, days=1)}) == 4


@pytest.mark.usefixtures("aws")
def test_the_key_of_a_day_is_kept_for_that_day_only_and_no_address_is() -> None:
    guards = Guards()
    source(THERE, guards=guards)
    source(THERE, days=1, guards=guards)
    kept = {raw["id"]["S"]: int(raw["expires_at"]["N"]) for _, raw in stored()}
    midnight = NOON.replace(hour=0, minute=0, second=0, microsecond=0)
    days = [midnight + timedelta(days=number) for number in range(3)]
    hour = timedelta(hours=1)  # in which those who come after midnight are still known
    assert kept == {f"day_key#{day.date()}": int((after + hour).timestamp()) for day, after in pairwise(days)}
    assert THERE not in repr(stored())


@pytest.mark.usefixtures("aws")
def test_conversations_that_begin_on_both_sides_of_midnight_are_of_one_source() -> None:
    guards, midnight = Guards(), NOON.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    begun_at = [midnight + timedelta(minutes=minute) for minute in (-20, 30, 75, 200)]
    sources = [source_of(HERE, "s1", guards=guards, now=moment) for moment in begun_at]
    heads = [
        thread(str(number), source=source, created_at=moment)
        for number, (source, moment) in enumerate(zip(sources, begun_at, strict=True))
    ]
    heads.append(thread("other", source=source_of(THERE, "s1", guards=guards, now=begun_at[1]), created_at=begun_at[1]))
    assert group_by_source(heads) == {"0": "0", "1": "0", "2": "0", "3": "3", "other": "other"}


@pytest.mark.parametrize("address", [None, "", "127.0.0.1", "::1"])
def test_without_an_address_or_at_the_own_machine_there_is_none(address: str | None) -> None:
    assert source(address) is None


def test_within_an_hour_of_one_another_conversations_of_one_source_are_one() -> None:
    heads = [
        *(begun("a", "x", 0), begun("b", "x", 50), begun("c", "x", 109), begun("d", "x", 170)),
        *(begun("e", "y", 0), begun("f", None, 0), begun("g", None, 0, "telegram"), begun("h", None, 0, "api")),
        *(begun("i", None, 0, "api:stranger"), begun("j", None, 500, "api:stranger")),
    ]
    groups = group_by_source(reversed(heads))
    people = [{name for name in groups if groups[name] == group} for group in dict.fromkeys(groups.values())]
    assert sorted(map(sorted, people)) == [["a", "b", "c"], ["d"], ["e"], ["i", "j"]]
