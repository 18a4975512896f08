"""How many conversations begin within a minute, as clients of the API find it."""

from collections.abc import Callable

import pytest
from chalice.test import HTTPResponse

from chalicelib import container, settings
from chalicelib.errors import Unavailable
from chalicelib.llm.scripted.catalogue import read_catalogue
from chalicelib.store.guards import Guards
from tests.api.hosts import Host, error_of, new_host
from tests.capacity import metered
from tests.clock import FakeClock
from tests.faults import Interviewer


@pytest.fixture
def session(host: Host, monkeypatch: pytest.MonkeyPatch) -> str:
    """A public session in which three conversations a minute may begin, two with an opening of the model's."""
    monkeypatch.setenv("JOINS_PER_SESSION", "3")
    monkeypatch.setenv("OPENINGS_PER_SESSION", "2")
    settings.settings.cache_clear()
    container.conversation_deps.cache_clear()
    return str(host.new_session(is_public=True, questions=[], prompt="Ask.")["id"])


@pytest.fixture
def stranger(host: Host) -> Host:
    """Somebody with a key who has no role in the session."""
    return new_host("cy@example.com")


def begin_over(session: str, stranger: Host) -> None:
    for number in range(3):
        assert stranger.join(session, f"c{number}").status_code == 200


Begin = Callable[[Host, str, str], HTTPResponse]
BEGINNINGS: dict[str, Begin] = {
    "the form": lambda who, session, name: who.join(session, name),
    "the first words": lambda who, session, name: who.say(session, "Hello", name),
}


@pytest.mark.parametrize("begin", BEGINNINGS.values(), ids=BEGINNINGS)
def test_over_the_pace_of_a_session_a_stranger_is_told_when_to_come_back(
    begin: Begin, session: str, stranger: Host, clock: FakeClock, model: Interviewer
) -> None:
    begin_over(session, stranger)
    asked = model.count("turn")
    refused = begin(stranger, session, "c3")  # at 12:00:05
    told = "More people are joining at this moment than are let in within a minute. Try again in 55 seconds."
    assert error_of(refused) == (429, "rate_limited", told)
    assert refused.headers["Retry-After"] == "55"
    assert model.count("turn") == asked
    clock.advance(55)
    assert begin(stranger, session, "c3").status_code == 200


def test_who_has_begun_goes_on_whatever_the_pace(session: str, stranger: Host) -> None:
    begin_over(session, stranger)
    assert stranger.join(session, "c3").status_code == 429
    assert stranger.say(session, "Soup", "c0").status_code == 200


def test_another_session_has_a_pace_of_its_own(session: str, stranger: Host, host: Host) -> None:
    begin_over(session, stranger)
    other = host.new_session(is_public=True, questions=[])["id"]
    assert stranger.join(other, "c3").status_code == 200


def test_hosts_let_in_whom_they_like_within_the_limit_of_their_keys(
    session: str, stranger: Host, host: Host, model: Interviewer
) -> None:
    begin_over(session, stranger)
    for number in range(4):
        opening = host.join(session, f"p{number}").json_body["message"]["content"]
        assert opening == f"Reply {model.count('turn')}"


def test_an_opening_over_the_pace_of_openings_costs_no_model_call_and_says_so(
    session: str, stranger: Host, model: Interviewer, host: Host
) -> None:
    openings = [stranger.join(session, f"c{number}").json_body["message"]["content"] for number in range(3)]
    assert openings[:2] == ["Reply 1", "Reply 2"]
    assert model.count("turn") == 2
    words = read_catalogue("en")
    assert words.prepared in openings[2]
    assert words.script not in openings[2]
    assert "Lunch" in openings[2]
    assert words.questions[0] in openings[2]
    assert stranger.say(session, "Soup", "c2").json_body["message"]["content"] == "Reply 3"
    used = host.get(f"/sessions/{session}")["usage"]
    assert (used["turns"], used["output_tokens"]) == (4, 9)


def test_a_bad_form_does_not_count(session: str, stranger: Host, host: Host) -> None:
    for _ in range(5):
        wrong = stranger.join(session, "c0", answers=[{"question_id": "x", "answer": "y"}])
        assert wrong.status_code == 400
    begin_over(session, stranger)


def test_counting_costs_one_round_trip_and_nobody_is_turned_away_where_it_fails(
    session: str, stranger: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    with metered() as consumed:
        assert stranger.join(session, "c0").status_code == 200
    assert sum(consumed.calls.values()) <= 5, consumed.calls

    def fail(*_: object) -> int:
        raise Unavailable("The database does not answer")

    monkeypatch.setattr(Guards, "count_visit", fail)
    assert stranger.join(session, "c1").status_code == 200
