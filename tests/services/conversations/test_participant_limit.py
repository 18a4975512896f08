"""A limit of participants holds exactly, however many come at once and whatever happens to the limit meanwhile."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import boto3
import pytest

from chalicelib import container
from chalicelib.errors import Invalid, SessionFull
from chalicelib.model import ThreadView
from chalicelib.services.conversations.join import join
from chalicelib.services.conversations.messages import NewMessage, Turn
from chalicelib.services.conversations.own_response import find_own, respond
from chalicelib.services.participants.identity import Participant
from chalicelib.services.participants.inclusion import remove_participant
from chalicelib.services.sessions.editing import edit_session
from chalicelib.store import database
from chalicelib.store.sessions import EVERYTHING
from tests.clock import own_retries, own_time
from tests.crowd import all_at_once, before_next, contend
from tests.faults import FAULTS, Died, Fault, own_model, tap
from tests.room import HOST, Room

MOST_CALLS = 14


@pytest.fixture
def opened(aws: None, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Room]:
    """Opens a session with these settings."""
    clock, model = own_time(monkeypatch), own_model(monkeypatch)
    own_retries(monkeypatch)
    return lambda **fields: Room(clock, model, prompt="Ask.", **fields)


def joiner(room: Room, name: str) -> Callable[[], Turn]:
    """Somebody who is going to join."""
    who = Participant(name, None, HOST)
    return lambda: join(room.session.id, who, {}, deps=container.conversation_deps(), deadline=room.clock.deadline(24))


def enter(room: Room, *names: str) -> None:
    """Have these people join."""
    for name in names:
        joiner(room, name)()


def limit(room: Room, most: int | None) -> None:
    """Edit the limit."""
    edit_session(
        lambda: container.sessions().view(room.session.id, EVERYTHING, HOST),
        HOST,
        {"max_participants": most},
        groups=container.telegram_groups(),
        clock=container.clock(),
        new_id=container.new_id,
    )


def thread_of(room: Room, name: str) -> ThreadView | None:
    """Somebody's thread, if there is one."""
    return room.thread_of(Participant(name, None, HOST))


def leave(room: Room, name: str) -> None:
    """Remove somebody's data."""
    remove_participant(room.session.id, thread_of(room, name), deps=container.participant_deps())


def parts(room: Room) -> dict[str, dict[str, Any]]:
    """The session's stored items."""
    found = boto3.client("dynamodb").scan(TableName="sessions")["Items"]
    return {item["part"]["S"]: item for item in found if item["session_id"]["S"] == room.session.id}


def check(room: Room, participants: int) -> None:
    """So many are in, and the seats know it; every shard is marked, or none is."""
    items = parts(room)
    view = room.view()
    assert view.tally.participants == participants
    assert len(container.conversations().heads(room.session.id)) == participants
    marked = [item for part, item in items.items() if part.startswith("tally#") and "capped" in item]
    if view.session.max_participants is None:
        assert (marked, "seats" in items) == ([], False)
    else:
        assert len(marked) == 8
        assert items["seats"]["taken"] == {"N": str(participants)}
        assert items["seats"]["limit"] == {"N": str(view.session.max_participants)}


@pytest.mark.parametrize("conflicts", [0.0, 0.5])
def test_of_forty_at_once_exactly_sixteen_get_in(
    opened: Callable[..., Room], monkeypatch: pytest.MonkeyPatch, conflicts: float
) -> None:
    room = opened(max_participants=16)
    contend(monkeypatch, conflicts)
    came = all_at_once(joiner(room, f"p{number}") for number in range(40))
    assert sum(isinstance(it, Turn) for it in came) == 16
    assert sum(isinstance(it, SessionFull) for it in came) == 24
    check(room, 16)


def test_a_limit_that_comes_while_forty_join_holds_from_then_on(
    opened: Callable[..., Room], monkeypatch: pytest.MonkeyPatch
) -> None:
    room = opened()
    enter(room, "first", "second")
    contend(monkeypatch, 0.3)
    people = [joiner(room, f"p{number}") for number in range(40)]
    came = all_at_once([*people[:3], lambda: limit(room, 16), *people[3:]])
    entered = 2 + sum(isinstance(it, Turn) for it in came)
    assert sum(isinstance(it, SessionFull) for it in came) == 42 - entered
    assert entered >= 16  # more only if they were in before the limit was
    check(room, entered)
    with pytest.raises(SessionFull):
        joiner(room, "late")()


def test_people_who_leave_and_come_at_once_never_exceed_the_limit(
    opened: Callable[..., Room], monkeypatch: pytest.MonkeyPatch
) -> None:
    room = opened(max_participants=5)
    enter(room, *"abcde")
    threads = {name: thread_of(room, name) for name in "abc"}
    contend(monkeypatch, 0.3)
    office = container.participant_deps()
    removals: list[Callable[[], object]] = [
        partial(remove_participant, room.session.id, found, deps=office) for found in threads.values()
    ]
    people = [joiner(room, f"p{number}") for number in range(12)]
    came = all_at_once([*removals, *people])
    entered = sum(isinstance(it, Turn) for it in came)
    assert entered <= 3
    check(room, 2 + entered)
    enter(room, *(f"late{number}" for number in range(3 - entered)))
    check(room, 5)


def test_those_who_are_in_go_on_and_others_are_told(opened: Callable[..., Room]) -> None:
    room = opened(max_participants=1)
    room.join()
    assert room.say("Soup").content == "Reply 2"
    with pytest.raises(Invalid, match="already joined"):
        room.join()
    room.who = Participant("p2", None, HOST)
    with pytest.raises(SessionFull, match="This session is full"):
        room.join()
    with pytest.raises(SessionFull, match="This session is full"):
        room.say("Hello")
    own = find_own(room.session.id, HOST, deps=container.conversation_deps())
    with pytest.raises(SessionFull):
        respond(own, HOST, NewMessage("Mine"), deps=container.conversation_deps(), new_id=container.new_id)
    assert room.model.count("turn") == 2
    check(room, 1)


def test_a_seat_that_is_given_back_can_be_taken(opened: Callable[..., Room]) -> None:
    room = opened(max_participants=2)
    enter(room, "a", "b")
    leave(room, "a")
    check(room, 1)
    enter(room, "c")
    check(room, 2)
    with pytest.raises(SessionFull):
        joiner(room, "d")()


def test_a_limit_is_set_raised_lowered_and_taken_away_while_people_are_in(opened: Callable[..., Room]) -> None:
    room = opened()
    enter(room, "a", "b", "c")
    check(room, 3)
    limit(room, 2)  # fewer than are in: nobody has to leave, nobody comes
    check(room, 3)
    with pytest.raises(SessionFull):
        joiner(room, "d")()
    limit(room, 4)
    enter(room, "d")
    check(room, 4)
    limit(room, 3)
    leave(room, "a")
    with pytest.raises(SessionFull):
        joiner(room, "e")()
    limit(room, None)
    enter(room, "e", "f")
    check(room, 5)
    leave(room, "f")
    check(room, 4)
    limit(room, 5)
    enter(room, "g")
    check(room, 5)


@pytest.mark.parametrize(
    ("before", "after", "gets_in"), [(None, 5, True), (None, 1, False), (5, None, True), (5, 1, False)]
)
def test_a_limit_that_changes_between_the_look_and_the_join_counts(
    opened: Callable[..., Room], monkeypatch: pytest.MonkeyPatch, before: int | None, after: int | None, gets_in: bool
) -> None:
    room = opened(max_participants=before)
    enter(room, "a")
    before_next(monkeypatch, "TransactWriteItems", lambda: limit(room, after))
    if gets_in:
        enter(room, "b")
    else:
        with pytest.raises(SessionFull):
            joiner(room, "b")()
    check(room, 1 + gets_in)


def test_a_join_between_the_look_and_the_edit_is_counted(
    opened: Callable[..., Room], monkeypatch: pytest.MonkeyPatch
) -> None:
    room = opened()
    before_next(monkeypatch, "TransactWriteItems", lambda: enter(room, "a"))
    limit(room, 1)
    check(room, 1)
    with pytest.raises(SessionFull):
        joiner(room, "b")()


def test_the_second_request_of_whoever_took_the_last_seat_goes_on_with_it(
    opened: Callable[..., Room], monkeypatch: pytest.MonkeyPatch
) -> None:
    room = opened(max_participants=1)
    before_next(monkeypatch, "TransactWriteItems", room.join)
    assert room.say("Soup").content == "Reply 2"
    check(room, 1)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_joining_under_a_limit_survives_every_fault(
    opened: Callable[..., Room], monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    wire = tap(monkeypatch)
    for number in range(1, MOST_CALLS):
        room = opened(max_participants=1)
        with wire.broken(fault, number), suppress(Died, Exception):
            room.join()
        for _ in range(6):
            room.clock.advance(31)
            with suppress(Invalid):  # it was in already
                room.join()
                break
            if room.thread().messages:
                break
        check(room, 1)
        with pytest.raises(SessionFull):
            joiner(room, "p2")()
        if not wire.fired:
            return
    raise AssertionError("more calls than a request may make")


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_leaving_under_a_limit_survives_every_fault(
    opened: Callable[..., Room], monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    wire = tap(monkeypatch)
    for number in range(1, MOST_CALLS):
        room = opened(max_participants=2)
        enter(room, "a", "b")
        found = thread_of(room, "a")
        with wire.broken(fault, number), suppress(Died, Exception):
            remove_participant(room.session.id, found, deps=container.participant_deps())
        fired = wire.fired
        if left := thread_of(room, "a"):
            remove_participant(room.session.id, left, deps=container.participant_deps())
        check(room, 1)
        if not fired:
            return
    raise AssertionError("more calls than a request may make")


def test_joins_of_a_session_without_a_limit_share_no_item(
    opened: Callable[..., Room], monkeypatch: pytest.MonkeyPatch
) -> None:
    room = opened()
    client: Any = database.connection().client
    real, written = client._make_api_call, list[dict[str, Any]]()

    def call(operation: str, arguments: dict[str, Any]) -> Any:
        if operation == "TransactWriteItems":
            written.extend(next(iter(op.values())) for op in arguments["TransactItems"])
        return real(operation, arguments)

    monkeypatch.setattr(client, "_make_api_call", call)
    enter(room, *(f"p{number}" for number in range(20)))
    touched = [op["Key"]["part"]["S"] for op in written if "Key" in op and op["TableName"] == "sessions"]
    assert {part for part in touched if not part.startswith("tally#")} <= {f"participant#{HOST}"}
    assert len({part for part in touched if part.startswith("tally#")}) > 4
