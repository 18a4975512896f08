"""Taking people out of the results, and in again."""

from typing import Any

import pytest

import app
from chalicelib import container
from chalicelib.llm.interface import Request
from chalicelib.model import Brief
from chalicelib.store.due_kinds import STALE
from tests import events
from tests.api.hosts import Host, error_of, new_host
from tests.api.jobs import asked, summarise, write_brief
from tests.api.participants import SAID, brief, include, names, summary
from tests.clock import FakeClock
from tests.events import Context
from tests.faults import Interviewer
from tests.stored_items import sessions_due

UNKNOWN = "00000000-0000-4000-8000-000000000000"
NOT_FOUND = (404, "not_found", "Participant not found")
FORBIDDEN = (403, "forbidden", "You don't have access to this session")

#                                            stranger viewer editor admin owner
MATRIX: dict[tuple[str, str], tuple[int, int, int, int, int]] = {
    ("POST", "/responses"): (403, 403, 201, 201, 201),
    ("POST", "/summary"): (403, 403, 200, 200, 200),
    ("PATCH", "/participants/{}"): (403, 403, 200, 200, 200),
    ("DELETE", "/participants/{}"): (403, 403, 403, 403, 204),
}
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/responses"): {"content": "Soup"},
    ("PATCH", "/participants/{}"): {"included": True},
}


@pytest.mark.parametrize("role", ["stranger", "viewer", "editor", "admin", "owner"])
def test_who_may_do_what(host: Host, role: Any) -> None:
    session = host.new_session()["id"]
    participant = host.say(session, "Soup").json_body["thread_id"]
    column = ["stranger", "viewer", "editor", "admin", "owner"].index(role)
    caller = {"stranger": lambda: new_host("bo@example.com"), "owner": lambda: host}.get(
        role, lambda: host.invite(session, role)
    )()
    for (method, path), row in MATRIX.items():
        answer = caller.call(method, f"/sessions/{session}{path.format(participant)}", BODIES.get((method, path)))
        assert answer.status_code == row[column], (method, path, answer.body)
        if answer.status_code == 403:
            assert error_of(answer) == FORBIDDEN


def test_nobody_is_found_by_an_unknown_id_and_strangers_learn_nothing(host: Host) -> None:
    session = host.new_session()["id"]
    for participant in (UNKNOWN, "nobody", "p1"):
        path = f"/sessions/{session}/participants/{participant}"
        assert error_of(host.call("PATCH", path, {"included": False})) == NOT_FOUND
        assert error_of(host.call("DELETE", path)) == NOT_FOUND
    path = f"/sessions/{session}/participants/{UNKNOWN}"
    assert error_of(new_host("bo@example.com").call("PATCH", path, {"included": False})) == FORBIDDEN
    other = f"/sessions/{UNKNOWN}/participants/{UNKNOWN}"
    assert error_of(host.call("DELETE", other)) == (404, "not_found", "Session not found")


def test_a_participant_of_another_session_is_not_found(host: Host) -> None:
    mine, other = host.new_session()["id"], host.new_session()["id"]
    participant = host.say(other, "Soup").json_body["thread_id"]
    assert error_of(host.call("DELETE", f"/sessions/{mine}/participants/{participant}")) == NOT_FOUND
    assert len(names(host, other)) == 1


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "included is required"),
        ({"included": None}, "included is required"),
        ({"included": "no"}, "included must be true or false"),
        ({"included": 0}, "included must be true or false"),
        ([], "The request body must be a JSON object"),
    ],
)
def test_included_is_true_or_false(host: Host, body: Any, message: str) -> None:
    session = host.new_session()["id"]
    participant = host.say(session, "Soup").json_body["thread_id"]
    answer = host.call("PATCH", f"/sessions/{session}/participants/{participant}", body)
    assert error_of(answer) == (400, "validation_error", message)


def test_who_is_excluded_is_out_of_the_results_at_once(host: Host, people: tuple[str, dict[str, str]]) -> None:
    session, ids = people
    assert (summary(host, session), brief(host, session)) == ((True, "current"), 200)
    person = include(host, session, ids["p3"], False)
    assert [entry["content"] for entry in person["messages"]] == [SAID["p3"], "Reply 3"]
    assert (summary(host, session), brief(host, session)) == ((False, "updating"), 404)
    assert names(host, session) == ["p1", "p2"]
    assert names(host, session, "?include=all") == ["p1", "p2", "p3"]
    assert host.get(f"/sessions/{session}")["participant_count"] == 3


@pytest.mark.parametrize(
    "bound",
    ["chalicelib.services.participants.decisions.ANSWER_BYTES", "chalicelib.operations.answer_size.ANSWER_BYTES"],
)
def test_somebody_who_said_more_than_an_answer_can_carry_is_excluded_all_the_same(
    host: Host, monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    session = host.new_session()["id"]
    participant = host.say(session, "Soup. " * 1_000).json_body["thread_id"]
    monkeypatch.setattr(bound, 2_000)
    person = include(host, session, participant, False)
    assert (person["messages"], person["message_count"]) == ([], 1)
    monkeypatch.undo()
    assert names(host, session) == []


def test_the_summary_is_made_anew_without_the_excluded(host: Host, people: tuple[str, dict[str, str]]) -> None:
    session, ids = people
    include(host, session, ids["p3"], False)
    assert asked("summaries") == [{"session_id": session}]
    assert summarise(session)
    assert write_brief(session)
    assert (summary(host, session), brief(host, session)) == ((True, "current"), 200)
    view = container.sessions().view(session, ("summary",))
    assert view.summary is not None
    assert view.summary.participants == 2
    assert "library" not in view.summary.markdown


def test_who_is_included_again_has_the_summary_rewritten(
    host: Host, people: tuple[str, dict[str, str]], clock: FakeClock
) -> None:
    session, ids = people
    include(host, session, ids["p3"], False)
    assert summarise(session)
    asked("summaries")
    clock.advance(60)
    include(host, session, ids["p3"], True)
    assert summary(host, session) == (True, "updating")
    assert asked("summaries") == [{"session_id": session}]
    assert summarise(session)
    assert summary(host, session) == (True, "current")
    view = container.sessions().view(session, ("summary",))
    assert view.summary is not None
    assert view.summary.participants == 3


def test_without_anybody_left_there_is_no_summary(host: Host, people: tuple[str, dict[str, str]]) -> None:
    session, ids = people
    for participant in ids.values():
        include(host, session, participant, False)
    assert summary(host, session) == (False, "updating")
    assert summarise(session)
    assert (summary(host, session), brief(host, session)) == ((False, "none"), 404)
    include(host, session, ids["p1"], True)
    assert summarise(session)
    assert summary(host, session) == (True, "current")


def test_asking_for_what_is_so_already_changes_nothing(host: Host, people: tuple[str, dict[str, str]]) -> None:
    session, ids = people
    include(host, session, ids["p1"], True)
    assert summary(host, session) == (True, "current")
    include(host, session, ids["p1"], False)
    assert summarise(session)
    include(host, session, ids["p1"], False)
    assert summary(host, session) == (True, "current")


@pytest.mark.parametrize("task", ["digest", "summary"])
def test_a_summary_that_was_being_written_does_not_bring_the_excluded_back(
    host: Host, people: tuple[str, dict[str, str]], model: Interviewer, clock: FakeClock, task: str
) -> None:
    session, ids = people
    host.say(session, "And trams, please.", "p1")

    def interrupt(request: Request) -> None:
        if request.task == task:
            model.before = lambda _: None
            include(host, session, ids["p3"], False)
            asked("summaries")

    model.before = interrupt
    assert not summarise(session)  # its message comes back
    assert summary(host, session) == (False, "updating")
    assert summarise(session)
    assert summary(host, session) == (True, "current")
    assert "library" not in host.get(f"/sessions/{session}/summary")["summary"]


def test_a_brief_of_the_summary_before_does_not_come_back(host: Host, people: tuple[str, dict[str, str]]) -> None:
    session, ids = people
    before = container.sessions().view(session, ("summary", "brief")).brief
    assert before is not None
    include(host, session, ids["p3"], False)
    container.sessions().put_brief(session, before)
    assert brief(host, session) == 404
    assert summarise(session)
    container.sessions().put_brief(session, Brief("Somebody loves the library.", before.summary_at))
    assert brief(host, session) == 404


def test_the_sweep_finds_an_exclusion_whose_message_was_lost(
    host: Host, people: tuple[str, dict[str, str]], clock: FakeClock
) -> None:
    session, ids = people
    include(host, session, ids["p3"], False)
    asked("summaries")
    clock.advance(3600)
    app.sweep(events.clock_event(), Context())
    assert asked("summaries") == [{"session_id": session}]


def test_what_the_excluded_say_is_kept_and_counts_when_they_are_back(
    host: Host, people: tuple[str, dict[str, str]], clock: FakeClock
) -> None:
    session, ids = people
    include(host, session, ids["p3"], False)
    assert host.say(session, "The swimming pool should open too.", "p3").status_code == 200
    assert summarise(session)
    clock.advance(3600)
    assert sessions_due(STALE, clock.now()) == []
    include(host, session, ids["p3"], True)
    assert summarise(session)
    view = container.sessions().view(session, ("summary",))
    assert view.summary is not None
    assert (view.summary.participants, view.summary.messages) == (3, 4)
