"""The example: what its files say is what is stored, through every check that a live model's words go through; and it is called
an example wherever it is shown."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from moto import mock_aws

from chalicelib import container
from chalicelib.errors import Unavailable
from chalicelib.model import Message, SessionView, Thread, Transition
from chalicelib.model.synthesis import joined
from chalicelib.services.conversations.turn import say
from chalicelib.services.facilitation.repeated_questions import find_repeated
from chalicelib.services.facilitation.widgets import describe_value
from chalicelib.services.sessions.example import EXAMPLE_ID
from chalicelib.services.synthesis import state
from chalicelib.store.sessions import EVERYTHING
from chalicelib.store.summaries import Summaries
from chalicelib.text.sentences import split_sentences
from chalicelib.web.host import home
from chalicelib.web.kit.texts import texts_in
from infra import admin, example
from infra.example.files import read_people, read_summary
from tests.api.hosts import Host, new_host
from tests.api.jobs import summarise, write_brief
from tests.api.shapes import SESSION, assert_shape
from tests.clock import own_time
from tests.conftest import forget_wiring
from tests.snapshots import restore_snapshot, take_snapshot
from tests.web.browser import Browser

NOW = datetime(2026, 3, 12, 9, 30, tzinfo=UTC)
BROKEN_AFTER = 60  # messages
MODEL = "example"
PEOPLE = {person.number: person for person in read_people()}
SUMMARY = read_summary()

State = list[dict[str, Any]]


class PowerCut(Exception):
    """Whatever ends a process."""


@pytest.fixture(scope="module")
def states(data_stack_in_memory: tuple[State, dict[str, str]]) -> Iterator[tuple[State, State]]:
    """What is stored after a first planting that broke off in the middle, and after a second one that completed it."""
    state, environment = data_stack_in_memory
    forget_wiring()
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        restore_snapshot(state)
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.setattr(example, "AT_ONCE", 1)  # the in-memory AWS bears no second thread
        patch.setattr("chalicelib.services.synthesis.digest_runner.AT_ONCE", 1)
        host = new_host()
        with pytest.MonkeyPatch.context() as broken:
            _break_after(BROKEN_AFTER, broken)
            with pytest.raises(PowerCut):
                example.plant(host.user_id, NOW)
        half = take_snapshot()
        assert example.plant(host.user_id, NOW) == EXAMPLE_ID
        assert write_brief(EXAMPLE_ID)
        yield half, take_snapshot()
    forget_wiring()


def _break_after(count: int, patch: pytest.MonkeyPatch) -> None:
    said = iter(range(count))

    def say_or_break(*given: Any, **named: Any) -> Any:
        if next(said, None) is None:
            raise PowerCut
        return say(*given, **named)

    patch.setattr("infra.example.say", say_or_break)


@pytest.fixture
def planted(aws: None, states: tuple[State, State]) -> None:
    """The example as it is after all."""
    restore_snapshot(states[1])


@pytest.fixture
def half(aws: None, states: tuple[State, State]) -> None:
    """The example as a first planting left it."""
    restore_snapshot(states[0])


@pytest.fixture
def view(planted: None) -> SessionView:
    return container.sessions().view(EXAMPLE_ID, EVERYTHING)


@pytest.fixture
def threads(planted: None) -> dict[str, tuple[Thread, list[Message]]]:
    """The conversations by the number of the person's file."""
    stored = container.conversations()
    talks = [(head, list(stored.messages(head))) for head in stored.heads(EXAMPLE_ID)]
    openings = {person.opening: number for number, person in PEOPLE.items()}
    return {openings[messages[0].content]: (head, messages) for head, messages in talks}


@pytest.fixture
def ana(planted: None) -> Host:
    """Somebody who may read and change the example."""
    guest = new_host("someone@example.com")
    container.sessions().add_member(EXAMPLE_ID, guest.user_id, "editor")
    return guest


def test_everybody_said_what_their_file_says_once_and_in_order(
    threads: dict[str, tuple[Thread, list[Message]]],
) -> None:
    assert sorted(threads) == sorted(PEOPLE)
    for number, (head, messages) in threads.items():
        person = PEOPLE[number]
        assert [it.content for it in messages if it.role == "user"] == [turn.said for turn in person.turns]
        assert (head.scope, head.name or "", head.rating or 0) == ("web", person.name, person.rating)
        assert head.concluded == bool(person.recap)
        assert {it.model for it in messages if it.role == "assistant"} == {MODEL}


def test_the_checks_of_a_turn_let_every_reply_stand_as_it_was_written(
    threads: dict[str, tuple[Thread, list[Message]]],
) -> None:
    widgets = 0
    for number, (_, messages) in threads.items():
        replies = [it for it in messages if it.role == "assistant"]
        for turn, reply in zip(PEOPLE[number].turns, replies[1:], strict=True):
            if turn.reply:
                widgets += reply.widget_spec is not None
                assert (reply.widget_spec is not None) == (turn.widget is not None)
                assert reply.content.startswith(turn.reply)
                assert turn.widget is not None or reply.content == turn.reply
            else:
                assert (reply.content, reply.is_final) == (PEOPLE[number].recap, True)
    assert widgets == 3


def test_a_chosen_answer_is_said_in_the_words_of_its_widget(threads: dict[str, tuple[Thread, list[Message]]]) -> None:
    kinds = []
    for _, messages in threads.values():
        for asked, answer in pairwise(messages):
            if answer.widget_value is not None:
                assert asked.widget_spec is not None
                assert answer.content == describe_value(asked.widget_spec, answer.widget_value)
                kinds.append(asked.widget_spec["root"]["type"])
    assert sorted(kinds) == ["RankingList", "RatingScale", "SingleSelect"]


def test_the_facilitator_asks_one_question_at_a_time_and_none_twice(
    threads: dict[str, tuple[Thread, list[Message]]],
) -> None:
    for _, messages in threads.values():
        earlier: list[str] = []
        for reply in (it for it in messages if it.role == "assistant"):
            assert reply.content.count("?") == (0 if reply.is_final else 1), reply.content
            assert find_repeated(reply.content, earlier) is None
            assert len(split_sentences(reply.content.partition("\n\n")[0])) <= (
                5 if reply.is_final or not earlier else 3
            )
            earlier.append(reply.content)


def test_every_point_of_a_digest_is_there_with_words_of_the_message_that_it_names(
    threads: dict[str, tuple[Thread, list[Message]]],
) -> None:
    digests = {digest.thread_id: digest for digest in container.conversations().digests(EXAMPLE_ID)}
    for number, (head, messages) in threads.items():
        said = [it for it in messages if it.role == "user"]
        made, person = digests[head.id], PEOPLE[number]
        assert made.model == MODEL
        assert len(made.points) == len(person.points)
        for point, written in zip(made.points, person.points, strict=True):
            message = said[written["message"] - 1]
            assert (point.text, point.topic, point.stance) == (written["text"], written["topic"], written["stance"])
            assert (point.quote, point.message_id) == (written["quote"], message.id)
            assert point.quote in message.content


def test_a_theme_counts_who_speaks_of_it_by_the_digests(view: SessionView) -> None:
    assert view.summary is not None
    stored = {theme.label: theme for theme in view.summary.themes}
    assert list(stored) == [theme["label"] for theme in sorted(SUMMARY["themes"], key=_rank, reverse=True)]
    for written in SUMMARY["themes"]:
        theme, people = stored[written["label"]], _stances(written)
        assert theme.participants == len(people)
        assert {name: count for name, count in theme.stances.items() if count} == {
            stance: list(people.values()).count(stance) for stance in people.values()
        }
        assert not theme.members_only
        quotes = [_point(place)["quote"] for place in written["evidence"]]
        assert [quote.text for quote in theme.quotes] == quotes[:3]


def _stances(theme: dict[str, Any]) -> dict[str, str]:
    taken: dict[str, list[str]] = {}
    for number, person in PEOPLE.items():
        for point in person.points:
            if point["topic"] in theme["gathers"]:
                taken.setdefault(number, []).append(point["stance"])
    return {number: joined(stances) for number, stances in taken.items()}


def _rank(theme: dict[str, Any]) -> tuple[int, int]:
    """By the widest of what it gathers, then by all of it."""
    return max(len(_stances({"gathers": [label]})) for label in theme["gathers"]), len(_stances(theme))


def _point(place: str) -> dict[str, Any]:
    number, _, position = place.partition("/")
    return dict(PEOPLE[number].points[int(position) - 1])


def test_the_checks_let_every_sentence_of_the_summary_stand(view: SessionView) -> None:
    summary = view.summary
    assert summary is not None
    assert (summary.participants, summary.messages) == (24, sum(len(person.turns) for person in PEOPLE.values()))
    assert summary.overview == SUMMARY["overview"].strip()
    assert summary.critical_answer == SUMMARY["critical_answer"]
    for part in ("agreements", "tensions", "minority_views", "open_questions"):
        assert list(getattr(summary, part)) == SUMMARY[part]
    written = {theme["label"]: theme for theme in SUMMARY["themes"]}
    assert {theme.label: theme.statement for theme in summary.themes} == {
        label: theme["statement"] for label, theme in written.items()
    }
    described = {
        it.description
        for it in container.synthesis_deps().themes.get(EXAMPLE_ID, view.synthesis).live
        if it.description
    }
    alone = {it["description"] for it in SUMMARY["themes"] if len(it["gathers"]) == 1}
    several = {f"{it['label']}: {it['description']}" for it in SUMMARY["themes"] if len(it["gathers"]) > 1}
    assert described == alone | several
    assert [(it.text, it.condition) for it in summary.proposals] == [
        (it["text"], it["condition"])
        for it in sorted(
            SUMMARY["proposals"], key=lambda it: -len({place[:2] for place in it["evidence"] + it["against"]})
        )
    ]
    assert summary.model == MODEL
    assert summary.markdown.count("## Overview") == 1


def test_it_ended_yesterday_after_ten_days_and_is_up_to_date(view: SessionView, ana: Host) -> None:
    assert view.session.status == "completed"
    assert view.session.closes_at == datetime(2026, 3, 11, 18, 0, tzinfo=UTC)
    assert (view.tally.participants, view.tally.completed) == (24, 23)
    assert ana.get(f"/sessions/{EXAMPLE_ID}")["summary_status"] == "current"
    moments = [person["last_message_at"] for person in ana.get(f"/sessions/{EXAMPLE_ID}/responses")["data"]]
    assert "2026-03-01" < min(moments) < max(moments) < "2026-03-11"


def test_planting_it_again_changes_nothing(planted: None, states: tuple[State, State]) -> None:
    view = container.sessions().view(EXAMPLE_ID, EVERYTHING)
    assert admin.plant_example(view.session.owner_id) == EXAMPLE_ID
    assert container.sessions().view(EXAMPLE_ID, EVERYTHING) == view


def test_the_job_has_nothing_to_do_then_and_says_not_for_a_moment_that_it_updates_the_summary(
    planted: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, moves = container.sessions().view(EXAMPLE_ID, EVERYTHING), list[Transition]()
    monkeypatch.setattr(Summaries, "move", lambda _, __, transition: moves.append(transition))
    assert summarise(EXAMPLE_ID)
    assert moves == []
    assert container.sessions().view(EXAMPLE_ID, EVERYTHING) == before


def test_a_mark_that_something_was_said_is_taken_away_by_the_job(planted: None) -> None:
    before = container.sessions().view(EXAMPLE_ID, EVERYTHING)
    container.summaries().move(EXAMPLE_ID, state.mark_stale(NOW))
    assert summarise(EXAMPLE_ID)
    assert container.sessions().view(EXAMPLE_ID, EVERYTHING) == before


def test_no_model_of_the_deployment_digests_a_half_of_it(half: None) -> None:
    before = container.sessions().view(EXAMPLE_ID, EVERYTHING)
    assert before.summary is None
    assert summarise(EXAMPLE_ID, somebody_waits=False)
    assert container.sessions().view(EXAMPLE_ID, EVERYTHING) == before
    assert list(container.conversations().digests(EXAMPLE_ID)) == []
    assert not any(EXAMPLE_ID in link for link in Browser().open("/").links)


def test_after_somebody_was_taken_out_it_is_a_session_like_any_other(ana: Host) -> None:
    person = ana.get(f"/sessions/{EXAMPLE_ID}/responses")["data"][0]["participant_id"]
    changed = ana.call("PATCH", f"/sessions/{EXAMPLE_ID}/participants/{person}", {"included": False})
    assert changed.status_code == 200
    assert summarise(EXAMPLE_ID)
    summary = container.sessions().view(EXAMPLE_ID, EVERYTHING).summary
    assert summary is not None
    assert (summary.participants, summary.model == MODEL) == (23, False)


def test_the_api_says_that_it_is_an_example_and_lets_nobody_say_so_of_a_session(ana: Host) -> None:
    shown = ana.get(f"/sessions/{EXAMPLE_ID}")
    assert_shape(shown, SESSION)
    assert shown["is_example"] is True
    other = ana.new_session()["id"]
    assert ana.get(f"/sessions/{other}")["is_example"] is False
    ana.call("PATCH", f"/sessions/{other}", {"is_example": True})
    made = ana.call("POST", "/sessions", {"topic": "Lunch", "goal": "Eat", "is_example": True})
    assert ana.get(f"/sessions/{other}")["is_example"] is False
    assert made.status_code != 201 or ana.get(f"/sessions/{made.json_body['id']}")["is_example"] is False


def test_its_documents_begin_with_that(view: SessionView) -> None:
    assert view.summary is not None
    assert view.brief is not None
    assert view.summary.markdown.startswith("*This is an example: ")
    front, _, rest = view.brief.markdown.removeprefix("---\n").partition("\n---\n")
    assert "\nexample: true\n" in front
    assert rest.strip().startswith("This is an example: ")


@pytest.mark.parametrize("language", ["ar", "de", "en", "es", "fr", "zh-Hans", "zh-Hant"])
def test_its_pages_begin_with_that_in_every_language(planted: None, language: str) -> None:
    told = texts_in(language)("example")
    for path in ("results", "chat"):
        page = Browser().open(f"/{path}?s={EXAMPLE_ID}&lang={language}")
        assert told in page.text


def test_a_conversation_of_it_says_that_to_the_host(ana: Host) -> None:
    person = ana.get(f"/sessions/{EXAMPLE_ID}/responses")["data"][0]["participant_id"]
    address = ana.get(f"/sessions/{EXAMPLE_ID}")["results_url"]
    browser = Browser()
    browser.open(address.partition("8000")[2])
    page = browser.open(f"/results?s={EXAMPLE_ID}&t={person}")
    assert page.log
    assert texts_in("en")("example") in page.text


def test_a_session_of_real_people_says_no_such_thing(ana: Host) -> None:
    session = ana.new_session(results_visibility="public")["id"]
    for path in ("results", "chat"):
        assert texts_in("en")("example") not in Browser().open(f"/{path}?s={session}").text


def test_the_bare_address_leads_to_its_results_where_it_is(planted: None) -> None:
    page = Browser().open("/")
    assert f"results?s={EXAMPLE_ID}" in page.links
    assert "Quiet nights above the terraces" in Browser().open(f"/results?s={EXAMPLE_ID}").text


def test_the_bare_address_leads_nowhere_when_its_host_keeps_the_results(ana: Host) -> None:
    ana.call("PATCH", f"/sessions/{EXAMPLE_ID}", {"results_visibility": "host"})
    assert not any(EXAMPLE_ID in link for link in Browser().open("/").links)


def test_the_bare_address_reads_once_a_minute_and_does_without_the_link_where_it_cannot(
    planted: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[object] = []

    def unreachable(*_: object) -> bool:
        tried.append(None)
        raise Unavailable("The database is out of reach")

    monkeypatch.setattr(home, "is_example_public", unreachable)
    own_time(monkeypatch)
    for _ in range(3):
        page = Browser().open("/")
        assert (page.status, [link for link in page.links if EXAMPLE_ID in link]) == (200, [])
    assert len(tried) == 1
