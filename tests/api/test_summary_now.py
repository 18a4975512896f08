"""A summary on demand: written within the request, or handed over to its job."""

from typing import Any

import boto3
import pytest

import app
from chalicelib import container
from chalicelib.llm.interface import ModelUnavailable, Payer, Request
from chalicelib.services.synthesis import state
from chalicelib.store import due_kinds
from chalicelib.store.sessions import FOR_RESULTS
from tests import events
from tests.api.hosts import Host, error_of
from tests.api.jobs import asked, summarise
from tests.api.shapes import SUMMARY, assert_shape
from tests.clock import FakeClock
from tests.events import Context
from tests.faults import Interviewer
from tests.stored_items import sessions_due

BUSES = "We need more buses in the evening because people work late."
LIBRARY = "The library should open on Sunday."
MORE_BUSES, MORE_LIBRARY = "I wait for buses every night.", "Our library is closed too often."


@pytest.fixture
def session(host: Host, clock: FakeClock) -> str:
    """A session with words and no summary yet."""
    session = str(host.new_session(prompt="Ask.")["id"])
    host.say(session, BUSES, "p1")
    clock.advance(1)
    return session


def rewrite(host: Host, session: str, status: int = 200) -> Any:
    answer = host.call("POST", f"/sessions/{session}/summary")
    assert answer.status_code == status, answer.body
    assert_shape(answer.json_body, SUMMARY)
    return answer.json_body


def to_come(session: str, status: str = "updating") -> dict[str, Any]:
    empty = {"themes": [], "quotes": [], "proposals": [], "withheld_messages": 0}
    return {"session_id": session, "summary": None, "generated_at": None, "status": status, **empty}


def test_it_is_written_now_on_the_sessions_account_and_is_what_get_gives(
    host: Host, session: str, model: Interviewer
) -> None:
    made = rewrite(host, session)
    assert {request.payer for request in model.requests} == {Payer(host.user_id, session)}
    assert "buses" in made["summary"]
    assert made["status"] == "current"
    assert made == host.get(f"/sessions/{session}/summary")


def test_it_does_not_wait_for_the_interval_and_takes_in_what_is_new(host: Host, session: str, clock: FakeClock) -> None:
    first = rewrite(host, session)
    clock.advance(1)
    host.say(session, LIBRARY, "p2")
    second = rewrite(host, session)
    assert "library" in second["summary"].lower()
    assert second["generated_at"] > first["generated_at"]
    clock.advance(1)
    assert rewrite(host, session)["generated_at"] > second["generated_at"]


def test_without_words_there_is_none(host: Host, model: Interviewer) -> None:
    session = host.new_session()["id"]
    none = to_come(session, "none")
    assert rewrite(host, session) == none
    host.join(session)
    assert rewrite(host, session) == none
    assert host.get(f"/sessions/{session}/summary") == none
    assert model.count("summary") == 0


@pytest.mark.parametrize("task", ["digest", "summary"])
def test_a_model_that_is_down_is_503_and_the_last_good_summary_stays(
    host: Host, session: str, model: Interviewer, clock: FakeClock, task: str
) -> None:
    good = rewrite(host, session)
    clock.advance(5)
    host.say(session, LIBRARY, "p2")
    model.failing.add(task)
    answer = host.call("POST", f"/sessions/{session}/summary")
    assert error_of(answer)[:2] == (503, "internal_error")
    assert int(answer.headers["Retry-After"]) >= 1
    stays = host.get(f"/sessions/{session}/summary")
    assert (stays["summary"], stays["generated_at"], stays["status"]) == (
        good["summary"],
        good["generated_at"],
        "updating",  # whoever reads it has it tried again
    )
    model.failing.clear()
    assert "library" in rewrite(host, session)["summary"].lower()
    clock.advance(3600)
    assert sessions_due(due_kinds.SUMMARY, clock.now()) == []


@pytest.mark.parametrize("task", ["digest", "summary"])
def test_what_takes_too_long_goes_on_without_the_request(
    host: Host, session: str, model: Interviewer, clock: FakeClock, task: str
) -> None:
    def slow(request: Request) -> None:
        if request.task == task:
            clock.advance(21)
            raise ModelUnavailable("out of time")

    model.before = slow
    assert rewrite(host, session, 202) == to_come(session)
    assert host.get(f"/sessions/{session}/summary") == to_come(session)
    assert asked("summaries") == [{"session_id": session}]
    model.before = lambda _: None
    assert summarise(session)
    assert host.get(f"/sessions/{session}/summary")["status"] == "current"


def test_more_threads_than_time_are_left_to_the_job(
    host: Host, session: str, model: Interviewer, clock: FakeClock
) -> None:
    host.say(session, LIBRARY, "p2")

    def slow(request: Request) -> None:
        clock.advance(13)

    model.before = slow
    assert rewrite(host, session, 202) == to_come(session)
    model.before = lambda _: None
    assert summarise(session)
    made = host.get(f"/sessions/{session}/summary")
    assert made["status"] == "current"
    assert "library" in made["summary"].lower()


def test_while_a_job_is_at_it_a_request_waits_for_its_turn(
    host: Host, session: str, model: Interviewer, clock: FakeClock
) -> None:
    now = clock.now()
    assert container.summaries().move(session, state.begin(now, now.replace(hour=23)))
    clock.after(5, lambda: container.summaries().move(session, state.end(0)))
    assert rewrite(host, session)["status"] == "current"
    assert clock.slept >= 5
    assert container.summaries().move(session, state.begin(clock.now(), now.replace(hour=23)))
    assert rewrite(host, session, 202) == to_come(session)
    assert asked("summaries") == [{"session_id": session}]


def test_while_a_request_is_at_it_a_job_comes_back_later(host: Host, session: str, model: Interviewer) -> None:
    during: list[Any] = []

    def interrupt(request: Request) -> None:
        if request.task == "summary":
            model.before = lambda _: None
            during.append((summarise(session), model.count("summary")))

    model.before = interrupt
    assert rewrite(host, session)["status"] == "current"
    assert during == [(False, 1)]


def test_a_request_that_died_holds_nobody_up(host: Host, session: str, model: Interviewer, clock: FakeClock) -> None:
    now = clock.now()
    assert container.summaries().move(session, state.begin(now, now.replace(second=30), by_request=True))
    clock.advance(30)
    assert summarise(session)
    assert host.get(f"/sessions/{session}/summary")["status"] == "current"


def test_somebody_excluded_meanwhile_is_not_in_it(host: Host, session: str, model: Interviewer) -> None:
    other = host.say(session, LIBRARY, "p2").json_body["thread_id"]

    def interrupt(request: Request) -> None:
        if request.task == "summary":
            model.before = lambda _: None
            host.call("PATCH", f"/sessions/{session}/participants/{other}", {"included": False})

    model.before = interrupt
    assert rewrite(host, session, 202) == to_come(session)
    assert host.get(f"/sessions/{session}/summary") == to_come(session)
    assert summarise(session)
    assert "library" not in host.get(f"/sessions/{session}/summary")["summary"].lower()


def test_the_same_key_gives_the_summary_that_there_is(host: Host, session: str, model: Interviewer) -> None:
    first = host.call("POST", f"/sessions/{session}/summary", **{"Idempotency-Key": "k1"})
    again = host.call("POST", f"/sessions/{session}/summary", b"{}", **{"Idempotency-Key": "k1"})
    assert (first.status_code, first.json_body) == (again.status_code, again.json_body)
    assert model.count("summary") == 1


def test_the_callers_list_shows_it_at_once(host: Host, session: str) -> None:
    summary = host.call("POST", f"/sessions/{session}/summary")
    assert summary.status_code == 200
    (listed,) = host.get("/sessions")["data"]
    assert listed["updated_at"] == host.get(f"/sessions/{session}")["updated_at"]
    assert listed["participant_count"] == host.get(f"/sessions/{session}")["participant_count"]


def test_every_quote_can_be_checked_in_the_message_it_names(host: Host, session: str) -> None:
    for number, words in enumerate((LIBRARY, MORE_BUSES, MORE_LIBRARY), 2):
        host.say(session, words, f"p{number}")
    made = rewrite(host, session)
    said = {
        message["id"]: message["content"]
        for person in host.get(f"/sessions/{session}/responses")["data"]
        for message in person["messages"]
        if message["role"] == "user"
    }
    assert {quote["text"] for quote in made["quotes"]} == {BUSES, LIBRARY, MORE_BUSES, MORE_LIBRARY}
    assert all(said[quote["message_id"]] == quote["text"] for quote in made["quotes"])
    assert all(theme["quotes"] and theme["participants"] == 2 for theme in made["themes"])
    assert all(quote in made["quotes"] for theme in made["themes"] for quote in theme["quotes"])


def test_an_excluded_participant_is_in_no_theme_and_no_quote(host: Host, session: str, clock: FakeClock) -> None:
    host.say(session, MORE_BUSES, "p3")
    other = host.say(session, LIBRARY, "p2").json_body["thread_id"]
    first = rewrite(host, session)
    clock.advance(5)
    host.call("PATCH", f"/sessions/{session}/participants/{other}", {"included": False})
    assert host.get(f"/sessions/{session}/summary") == to_come(session)
    second = rewrite(host, session)
    assert {quote["text"] for quote in second["quotes"]} == {BUSES, MORE_BUSES}
    assert [theme["id"] for theme in second["themes"]] == [
        theme["id"] for theme in first["themes"] if theme["participants"] == 2
    ]


# What the stream tells of comes some time after it was said


def told(session: str, *said: str) -> list[Any]:
    """The stream's records of messages with these words."""
    found = boto3.client("dynamodb").scan(TableName="conversations")["Items"]
    items = [item for item in found if item["session_id"]["S"] == session and "content" in item]
    return [events.change("INSERT", item) for item in items if item["content"]["S"] in said]


def tell(session: str, *said: str) -> None:
    """Have the stream tell of them."""
    records = told(session, *said)
    assert len(records) == len(said)
    app.conversations_changed(events.batch(*records), Context())


def test_what_the_stream_tells_of_afterwards_makes_nothing_stale_and_what_is_new_is_written_for_who_reads(
    host: Host, session: str, clock: FakeClock
) -> None:
    made = rewrite(host, session)
    tell(session, BUSES)
    assert host.get(f"/sessions/{session}/summary") == made
    host.say(session, LIBRARY, "p2")
    tell(session, BUSES, LIBRARY)
    asked("summaries")
    assert host.get(f"/sessions/{session}/summary") == {**made, "status": "updating"}
    assert host.get(f"/sessions/{session}")["summary_status"] == "updating"
    assert asked("summaries") == [{"session_id": session}]
    assert not summarise(session)  # too early
    clock.advance(30)
    assert summarise(session)
    assert host.get(f"/sessions/{session}/summary")["status"] == "current"


@pytest.mark.parametrize("task", ["digest", "summary"])
def test_what_the_stream_tells_of_meanwhile_makes_nothing_stale(
    host: Host, session: str, model: Interviewer, task: str
) -> None:
    def meanwhile(request: Request) -> None:
        if request.task == task:
            model.before = lambda _: None
            tell(session, BUSES)

    model.before = meanwhile
    assert rewrite(host, session)["status"] == "current"
    assert host.get(f"/sessions/{session}/summary")["status"] == "current"


@pytest.mark.parametrize("task", ["digest", "summary"])
@pytest.mark.parametrize("who", ["p1", "p2"])
def test_what_is_said_meanwhile_makes_it_stale_whenever_the_stream_tells(
    host: Host, session: str, model: Interviewer, clock: FakeClock, task: str, who: str
) -> None:
    def meanwhile(request: Request) -> None:
        if request.task == task:
            model.before = lambda _: None
            tell(session, BUSES)
            host.say(session, LIBRARY, who)
            tell(session, LIBRARY)

    model.before = meanwhile
    assert rewrite(host, session)["status"] == "stale"
    clock.advance(30)
    assert summarise(session)
    tell(session, BUSES, LIBRARY)
    assert host.get(f"/sessions/{session}/summary")["status"] == "current"


def test_a_mark_that_comes_while_an_older_one_is_taken_away_stays(
    host: Host, session: str, clock: FakeClock, model: Interviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meanwhile(request: Request) -> None:
        model.before = lambda _: None
        tell(session, BUSES)

    def heads(session_id: str) -> Any:
        found = read(session_id)
        if container.sessions().view(session_id, FOR_RESULTS).summary:
            clock.advance(1)
            host.say(session, LIBRARY, "p2")
            tell(session, LIBRARY)
        return found

    conversations = container.conversations()
    read = conversations.heads
    monkeypatch.setattr(conversations, "heads", heads)
    model.before = meanwhile
    assert rewrite(host, session)["status"] == "stale"


def test_who_was_taken_in_again_meanwhile_is_in_the_one_that_follows(
    host: Host, session: str, model: Interviewer
) -> None:
    other = host.say(session, LIBRARY, "p2").json_body["thread_id"]
    rewrite(host, session)
    person = f"/sessions/{session}/participants/{other}"
    host.call("PATCH", person, {"included": False})

    def meanwhile(request: Request) -> None:
        if request.task == "summary":
            model.before = lambda _: None
            tell(session, BUSES)
            host.call("PATCH", person, {"included": True})

    model.before = meanwhile
    assert rewrite(host, session, 202)["status"] == "updating"
    assert summarise(session)
    made = host.get(f"/sessions/{session}/summary")
    assert (made["status"], "From 2 participants" in made["summary"]) == ("current", True)


def test_what_an_excluded_person_says_makes_nothing_stale(host: Host, session: str) -> None:
    other = host.say(session, LIBRARY, "p2").json_body["thread_id"]
    host.call("PATCH", f"/sessions/{session}/participants/{other}", {"included": False})
    assert rewrite(host, session)["status"] == "current"
    host.say(session, "And trams", "p2")
    tell(session, "And trams")
    assert host.get(f"/sessions/{session}/summary")["status"] == "current"
