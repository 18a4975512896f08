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
from chalicelib.services.participants.decisions import remove_participant
from chalicelib.services.participants.identity import respondent_of
from chalicelib.store import database
from tests.clock import own_retries, own_time
from tests.concurrency import all_at_once, before_next, contend
from tests.conversation import HOST, Conversation, by_key, participant
from tests.faults import FAULTS, Fault, break_each_call, own_model, tap


@pytest.fixture
def opened(aws: None, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Conversation]:
    """Opens a session with these settings."""
    clock, model = own_time(monkeypatch), own_model(monkeypatch)
    own_retries(monkeypatch)
    return lambda **fields: Conversation(clock, model, prompt="Ask.", **fields)


def joiner(conversation: Conversation, name: str) -> Callable[[], Turn]:
    """Somebody who is going to join."""
    who = participant(name)
    return lambda: join(
        conversation.session.id, who, [], deps=container.conversation_deps(), deadline=conversation.clock.deadline(24)
    )


def enter(conversation: Conversation, *names: str) -> None:
    """Have these people join."""
    for name in names:
        joiner(conversation, name)()


def limit(conversation: Conversation, most: int | None) -> None:
    """Edit the limit."""
    conversation.edit(max_participants=most)


def thread_of(conversation: Conversation, name: str) -> ThreadView | None:
    """Somebody's thread, if there is one."""
    return conversation.thread_of(participant(name))


def leave(conversation: Conversation, name: str) -> None:
    """Remove somebody's data."""
    remove_participant(conversation.session, thread_of(conversation, name), deps=container.participant_deps())


def parts(conversation: Conversation) -> dict[str, dict[str, Any]]:
    """The session's stored items."""
    found = boto3.client("dynamodb").scan(TableName="sessions")["Items"]
    return {item["part"]["S"]: item for item in found if item["session_id"]["S"] == conversation.session.id}


def check(conversation: Conversation, participants: int) -> None:
    """So many are in, and the seats know it; every shard is marked, or none is."""
    items = parts(conversation)
    view = conversation.view()
    assert view.tally.participants == participants
    assert len(container.conversations().heads(conversation.session.id)) == participants
    marked = [item for part, item in items.items() if part.startswith("tally#") and "capped" in item]
    if view.session.max_participants is None:
        assert (marked, "seats" in items) == ([], False)
    else:
        assert len(marked) == 8
        assert items["seats"]["taken"] == {"N": str(participants)}
        assert items["seats"]["limit"] == {"N": str(view.session.max_participants)}


@pytest.mark.parametrize("conflicts", [0.0, 0.5])
def test_of_forty_at_once_exactly_sixteen_get_in(
    opened: Callable[..., Conversation], monkeypatch: pytest.MonkeyPatch, conflicts: float
) -> None:
    conversation = opened(max_participants=16)
    contend(monkeypatch, conflicts)
    came = all_at_once(joiner(conversation, f"p{number}") for number in range(40))
    assert sum(isinstance(it, Turn) for it in came) == 16
    assert sum(isinstance(it, SessionFull) for it in came) == 24
    check(conversation, 16)


def test_a_limit_that_comes_while_forty_join_holds_from_then_on(
    opened: Callable[..., Conversation], monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = opened()
    enter(conversation, "first", "second")
    contend(monkeypatch, 0.3)
    people = [joiner(conversation, f"p{number}") for number in range(40)]
    came = all_at_once([*people[:3], lambda: limit(conversation, 16), *people[3:]])
    entered = 2 + sum(isinstance(it, Turn) for it in came)
    assert sum(isinstance(it, SessionFull) for it in came) == 42 - entered
    assert entered >= 16  # more only if they were in before the limit was
    check(conversation, entered)
    with pytest.raises(SessionFull):
        joiner(conversation, "late")()


def test_people_who_leave_and_come_at_once_never_exceed_the_limit(
    opened: Callable[..., Conversation], monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = opened(max_participants=5)
    enter(conversation, *"abcde")
    threads = {name: thread_of(conversation, name) for name in "abc"}
    contend(monkeypatch, 0.3)
    deps = container.participant_deps()
    removals: list[Callable[[], object]] = [
        partial(remove_participant, conversation.session, found, deps=deps) for found in threads.values()
    ]
    people = [joiner(conversation, f"p{number}") for number in range(12)]
    came = all_at_once([*removals, *people])
    entered = sum(isinstance(it, Turn) for it in came)
    assert entered <= 3
    check(conversation, 2 + entered)
    enter(conversation, *(f"late{number}" for number in range(3 - entered)))
    check(conversation, 5)


def test_those_who_are_in_go_on_and_others_are_told(opened: Callable[..., Conversation]) -> None:
    conversation = opened(max_participants=1)
    conversation.join()
    assert conversation.say("Soup").content == "Reply 2"
    with pytest.raises(Invalid, match="already joined"):
        conversation.join()
    conversation.who = participant("p2")
    with pytest.raises(SessionFull, match="This session is full"):
        conversation.join()
    with pytest.raises(SessionFull, match="This session is full"):
        conversation.say("Hello")
    who = respondent_of(by_key())
    own = find_own(conversation.session.id, who, deps=container.conversation_deps())
    with pytest.raises(SessionFull):
        respond(own, who, NewMessage("Mine"), deps=container.conversation_deps(), new_id=container.new_id)
    assert conversation.model.count("turn") == 2
    check(conversation, 1)


def test_a_seat_that_is_given_back_can_be_taken(opened: Callable[..., Conversation]) -> None:
    conversation = opened(max_participants=2)
    enter(conversation, "a", "b")
    leave(conversation, "a")
    check(conversation, 1)
    enter(conversation, "c")
    check(conversation, 2)
    with pytest.raises(SessionFull):
        joiner(conversation, "d")()


def test_a_limit_is_set_raised_lowered_and_taken_away_while_people_are_in(opened: Callable[..., Conversation]) -> None:
    conversation = opened()
    enter(conversation, "a", "b", "c")
    check(conversation, 3)
    limit(conversation, 2)  # fewer than are in: nobody has to leave, nobody comes
    check(conversation, 3)
    with pytest.raises(SessionFull):
        joiner(conversation, "d")()
    limit(conversation, 4)
    enter(conversation, "d")
    check(conversation, 4)
    limit(conversation, 3)
    leave(conversation, "a")
    with pytest.raises(SessionFull):
        joiner(conversation, "e")()
    limit(conversation, None)
    enter(conversation, "e", "f")
    check(conversation, 5)
    leave(conversation, "f")
    check(conversation, 4)
    limit(conversation, 5)
    enter(conversation, "g")
    check(conversation, 5)


@pytest.mark.parametrize(
    ("before", "after", "gets_in"), [(None, 5, True), (None, 1, False), (5, None, True), (5, 1, False)]
)
def test_a_limit_that_changes_between_the_look_and_the_join_counts(
    opened: Callable[..., Conversation],
    monkeypatch: pytest.MonkeyPatch,
    before: int | None,
    after: int | None,
    gets_in: bool,
) -> None:
    conversation = opened(max_participants=before)
    enter(conversation, "a")
    before_next(monkeypatch, "TransactWriteItems", lambda: limit(conversation, after))
    if gets_in:
        enter(conversation, "b")
    else:
        with pytest.raises(SessionFull):
            joiner(conversation, "b")()
    check(conversation, 1 + gets_in)


def test_a_join_between_the_look_and_the_edit_is_counted(
    opened: Callable[..., Conversation], monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = opened()
    before_next(monkeypatch, "TransactWriteItems", lambda: enter(conversation, "a"))
    limit(conversation, 1)
    check(conversation, 1)
    with pytest.raises(SessionFull):
        joiner(conversation, "b")()


def test_the_second_request_of_whoever_took_the_last_seat_goes_on_with_it(
    opened: Callable[..., Conversation], monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = opened(max_participants=1)
    before_next(monkeypatch, "TransactWriteItems", conversation.join)
    assert conversation.say("Soup").content == "Reply 2"
    check(conversation, 1)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_joining_under_a_limit_survives_every_fault(
    opened: Callable[..., Conversation], monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    conversation = opened(max_participants=1)
    for _ in break_each_call(tap(monkeypatch), fault, conversation.join):
        for _ in range(6):
            conversation.clock.advance(31)
            with suppress(Invalid):  # it was in already
                conversation.join()
                break
            if conversation.thread().messages:
                break
        check(conversation, 1)
        with pytest.raises(SessionFull):
            joiner(conversation, "p2")()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_leaving_under_a_limit_survives_every_fault(
    opened: Callable[..., Conversation], monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    conversation = opened(max_participants=2)
    enter(conversation, "a", "b")
    for _ in break_each_call(tap(monkeypatch), fault, lambda: leave(conversation, "a")):
        if thread_of(conversation, "a"):
            leave(conversation, "a")
        check(conversation, 1)


def test_joins_of_a_session_without_a_limit_share_no_item(
    opened: Callable[..., Conversation], monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = opened()
    client: Any = database.connection().client
    real, written = client._make_api_call, list[dict[str, Any]]()

    def call(operation: str, arguments: dict[str, Any]) -> Any:
        if operation == "TransactWriteItems":
            written.extend(next(iter(op.values())) for op in arguments["TransactItems"])
        return real(operation, arguments)

    monkeypatch.setattr(client, "_make_api_call", call)
    enter(conversation, *(f"p{number}" for number in range(20)))
    touched = [op["Key"]["part"]["S"] for op in written if "Key" in op and op["TableName"] == "sessions"]
    assert {part for part in touched if not part.startswith("tally#")} <= {f"participant#{HOST}"}
    assert len({part for part in touched if part.startswith("tally#")}) > 4
