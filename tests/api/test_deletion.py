"""Deleting a session: gone at once for everybody, and in the end to the last item."""

from collections import Counter
from contextlib import suppress
from datetime import timedelta
from typing import Any

import boto3
import pytest

import app
from chalicelib import container
from chalicelib.errors import NotFound, Unavailable
from chalicelib.model import Brief, Prompt
from chalicelib.operations.fields import moment
from chalicelib.services.sessions import deletion
from chalicelib.services.synthesis import state
from chalicelib.settings import settings
from chalicelib.store import prompts
from chalicelib.store.item_kinds import kind_of
from tests import events
from tests.api.hosts import Host, error_of, new_host
from tests.api.jobs import parts, summarise
from tests.clock import FakeClock
from tests.events import Context
from tests.faults import FAULTS, Died, tap

GONE = (404, "not_found", "Session not found")
DEATH = next(fault for fault in FAULTS if fault.name == "dies after")
FULL: dict[str, Any] = {
    "context": "c",
    "prompt": "p",
    "summary_prompt": "s",
    "is_public": True,
    "questions": [{"text": "Name"}],
}


def stored(session: str) -> list[str]:
    """The parts that are left of a session, from both tables."""
    parts = []
    for table in ("sessions", "conversations"):
        found = boto3.client("dynamodb").scan(TableName=table, ConsistentRead=True)["Items"]
        parts += [item["part"]["S"] for item in found if item["session_id"]["S"] == session]
    return parts


def asked() -> int:
    """How many removals the queue was asked for; it has none then."""
    sqs: Any = boto3.client("sqs")
    found = sqs.receive_message(QueueUrl=settings().queue_urls["deletions"], MaxNumberOfMessages=10).get("Messages", [])
    for message in found:
        sqs.delete_message(QueueUrl=settings().queue_urls["deletions"], ReceiptHandle=message["ReceiptHandle"])
    return len(found)


def remove(session: str) -> None:
    """Run the job."""
    assert app.delete_data(events.batch(events.message(session)), Context()) == {"batchItemFailures": []}


def new_full_session(host: Host) -> str:
    """A session with everything that one can have."""
    session = str(host.new_session(**FULL)["id"])
    for name in ("p1", "p2"):
        host.say(session, "Soup is what I want, every single day.", name)
    new_host(f"{session}@example.com").join(session)
    assert summarise(session)
    app.write_brief(events.batch(events.message(session)), Context())
    host.invite(session, "viewer", f"viewer-{session}@example.com")
    return session


def delete(host: Host, session: str) -> None:
    """Delete it; that has to succeed."""
    answer = host.call("DELETE", f"/sessions/{session}")
    assert (answer.status_code, answer.body) == (204, b"")


def test_a_deleted_session_is_unknown_from_then_on_to_everybody(host: Host) -> None:
    session = host.new_session(is_public=True)["id"]
    editor, viewer, stranger = (
        host.invite(session, "editor"),
        host.invite(session, "viewer"),
        new_host("bo@example.com"),
    )
    host.say(session, "Hello")
    delete(host, session)
    for who in (host, editor, viewer, stranger):
        answers = [
            who.call("GET", f"/sessions/{session}{path}") for path in ("", "/questions", "/summary", "/session-md")
        ]
        answers += [who.join(session, "p9"), who.say(session, "Hello"), who.say(session, "Hello", "p9")]
        answers += [
            who.call("PATCH", f"/sessions/{session}", {"topic": "x"}),
            who.call("DELETE", f"/sessions/{session}"),
        ]
        assert [error_of(answer) for answer in answers] == [GONE] * len(answers)


def test_it_leaves_the_owners_list_and_the_feed_at_once_and_other_lists_with_the_job(host: Host) -> None:
    session = host.new_session(is_public=True)["id"]
    kept = host.new_session()["id"]
    viewer, stranger = host.invite(session, "viewer"), new_host("bo@example.com")
    stranger.join(session)
    delete(host, session)
    assert [item["id"] for item in host.get("/sessions")["data"]] == [kept]
    assert container.cards().public() == []
    remove(session)
    assert viewer.get("/sessions")["data"] == stranger.get("/sessions")["data"] == []
    assert host.get(f"/sessions/{kept}")["id"] == kept


def test_an_admin_may_delete_as_the_owner_may(host: Host) -> None:
    session = host.new_session(is_public=True)["id"]
    admin = host.invite(session, "admin")
    assert admin.call("DELETE", f"/sessions/{session}").status_code == 204
    for who in (host, admin):
        assert error_of(who.call("GET", f"/sessions/{session}")) == GONE
    assert admin.get("/sessions")["data"] == host.get("/sessions/public")["data"] == []
    remove(session)
    assert host.get("/sessions")["data"] == []


def test_nobody_below_an_admin_may_delete(host: Host) -> None:
    session = host.new_session(is_public=True)["id"]
    forbidden = (403, "forbidden", "You don't have access to this session")
    for who in (*(host.invite(session, role) for role in ("viewer", "editor")), new_host("bo@example.com")):
        assert error_of(who.call("DELETE", f"/sessions/{session}")) == forbidden
    assert host.get(f"/sessions/{session}")["id"] == session
    for unknown in ("00000000-0000-4000-8000-000000000000", "nonsense"):
        assert error_of(host.call("DELETE", f"/sessions/{unknown}")) == GONE


def test_the_job_removes_everything_and_nothing_else(host: Host) -> None:
    session, other = new_full_session(host), new_full_session(host)
    before = sorted(stored(other))
    delete(host, session)
    assert asked() == 1
    remove(session)
    assert stored(session) == []
    assert sorted(stored(other)) == before
    remove(session)  # a message may come twice, or late
    remove(other)  # or name a session that nobody deleted
    assert sorted(stored(other)) == before


def test_of_two_who_delete_at_once_one_is_told_that_there_is_nothing(host: Host, clock: FakeClock) -> None:
    session = host.new_session()["id"]
    delete(host, session)
    with pytest.raises(NotFound):
        deletion.delete_session(
            session, host.user_id, deletions=container.deletions(), jobs=container.jobs(), now=clock.now()
        )


def test_a_record_says_what_went_with_a_session_whatever_died_meanwhile(
    host: Host, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted once, before anything goes; told to its owner and who deleted it, until no backup has it."""
    session = new_full_session(host)
    admin = host.invite(session, "admin")
    names = [(table, part) for table in ("sessions", "conversations") for part in parts(session, table)]
    kinds = [kind.export for table, name in names if (kind := kind_of(table, name)) and kind.export]
    assert admin.call("DELETE", f"/sessions/{session}").status_code == 204
    begun = host.get(f"/me/deletions/{session}")
    assert (begun["by"], begun["removed"], begun["finished_at"]) == ("host", {}, None)
    wire = tap(monkeypatch)
    for at in range(1, 40):
        with suppress(Died), wire.broken(DEATH, at):
            remove(session)
        if len(wire.calls) < at:
            break
    assert stored(session) == []
    record = host.get(f"/me/deletions/{session}")
    assert record["removed"] == {**Counter(kinds)}
    assert record["finished_at"] == moment(clock.now())
    assert record["in_backups_until"] == moment(clock.now() + timedelta(days=35))
    assert admin.get(f"/me/deletions/{session}") == record
    assert new_host("bo@example.com").call("GET", f"/me/deletions/{session}").status_code == 404
    clock.advance(35 * 24 * 3600)
    assert host.call("GET", f"/me/deletions/{session}").status_code == 404


# Requests in flight


@pytest.mark.parametrize("speaks_first", [True, False])
def test_a_reply_that_is_being_made_is_not_stored(host: Host, model: Any, speaks_first: bool) -> None:
    session = host.new_session(is_public=True)["id"]
    host.join(session, "p1")
    stranger = new_host("bo@example.com")

    def delete_meanwhile(_: object) -> None:
        model.before = lambda _: None
        delete(host, session)
        remove(session)

    model.before = delete_meanwhile
    answer = stranger.say(session, "Hello") if speaks_first else host.say(session, "Hello", "p1")
    assert error_of(answer) == GONE
    assert stored(session) == []


@pytest.mark.parametrize("call", ["turn_view", "messages"])
def test_what_was_read_before_the_deletion_is_not_written_after_it(
    host: Host, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    session = host.new_session(is_public=True)["id"]
    host.join(session, "p1")
    read, deleted = getattr(container.conversations(), call), [False]

    def read_and_be_overtaken(*given: Any) -> Any:
        found = read(*given)
        found = [*found] if call == "messages" else found
        if not deleted[0]:
            deleted[0] = True
            delete(host, session)
        return found

    monkeypatch.setattr(container.conversations(), call, read_and_be_overtaken)
    before = set(stored(session))
    assert error_of(host.say(session, "Hello", "p1")) == GONE
    assert set(stored(session)) <= before | {"deletion"}
    remove(session)
    assert stored(session) == []


def test_a_join_in_flight_makes_no_thread(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    session = host.new_session(is_public=True)["id"]
    turn_view, deleted = container.conversations().turn_view, [False]

    def turn_view_and_be_overtaken(*given: Any) -> Any:
        found = turn_view(*given)
        if not deleted[0]:
            deleted[0] = True
            delete(host, session)
            remove(session)
        return found

    monkeypatch.setattr(container.conversations(), "turn_view", turn_view_and_be_overtaken)
    assert error_of(new_host("bo@example.com").join(session)) == GONE
    assert stored(session) == []


def test_an_edit_in_flight_changes_nothing(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    session = host.new_session()["id"]
    view, deleted = container.sessions().view, [False]

    def view_and_be_overtaken(*given: Any) -> Any:
        found = view(*given)
        if not deleted[0]:
            deleted[0] = True
            delete(host, session)
            remove(session)
        return found

    monkeypatch.setattr(container.sessions(), "view", view_and_be_overtaken)
    changes = {"topic": "x", "context": "y", "questions": [{"text": "q"}], "prompt": "p", "is_public": True}
    assert error_of(host.call("PATCH", f"/sessions/{session}", changes)) == GONE
    assert stored(session) == []


def test_workers_in_flight_leave_nothing_behind(host: Host, clock: FakeClock) -> None:
    session = new_full_session(host)
    view = container.sessions().view(session, ("summary",))
    assert view.summary is not None
    delete(host, session)
    remove(session)
    sessions = container.sessions()
    sessions.put_brief(session, Brief("# Late", view.summary.generated_at))
    assert prompts.add(session, Prompt(9, "Late.", "tailored")) is False
    container.summaries().move(session, state.mark_stale(clock.now()))
    with pytest.raises(NotFound):
        sessions.add_member(session, host.user_id, "viewer")
    for job in (app.write_summary, app.write_brief, app.write_prompt, app.update_cards):
        assert job(events.batch(events.message(session)), Context()) == {"batchItemFailures": []}
    assert stored(session) == []


# A job that may be interrupted anywhere


def test_a_lost_message_is_found_by_the_sweep(host: Host, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    session = host.new_session()["id"]

    def broken(*_: Any) -> None:
        raise Unavailable("no queue")

    with monkeypatch.context() as patch:
        patch.setattr(container.jobs(), "ask", broken)
        delete(host, session)
    app.sweep(events.clock_event(), Context())
    assert asked() == 0
    clock.advance(301)
    app.sweep(events.clock_event(), Context())
    assert asked() == 1
    remove(session)
    app.sweep(events.clock_event(), Context())
    assert asked() == 0


def test_a_removal_that_takes_longer_than_a_run_goes_on_in_the_next(
    host: Host, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = new_full_session(host)
    delete(host, session)
    assert asked() == 1
    removed = container.deletions().remove

    def remove_slowly(left: Any) -> None:
        removed(left)
        clock.advance(101)

    monkeypatch.setattr(container.deletions(), "remove", remove_slowly)
    runs = 0
    while stored(session):
        remove(session)
        runs += 1
        assert asked() == (1 if stored(session) else 0)
    assert runs > 2


def test_heads_go_before_messages(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    session = new_full_session(host)
    delete(host, session)
    kinds: list[str] = []
    removed = container.deletions().remove

    def note(left: Any) -> None:
        kinds.extend(raw["part"]["S"].split("#")[0] for raw in left[1])
        removed(left)

    monkeypatch.setattr(container.deletions(), "remove", note)
    remove(session)
    assert kinds.index("message") > max(at for at, kind in enumerate(kinds) if kind == "thread")
