"""What no operation and no door can forget: who may, and for whom a request acts."""

from typing import Any

import pytest

from chalicelib import container
from chalicelib.errors import Invalid, Unauthorized
from chalicelib.operations import account, sessions
from chalicelib.operations.fields import SessionInput
from chalicelib.operations.operation import Call, Nothing, Operation, operation_of
from chalicelib.operations.session_changes import EditSession
from chalicelib.operations.session_fields import NewDistribution
from chalicelib.operations.subject import Who, session_with
from chalicelib.services.access.principal import ParticipantCookie, Principal, Visitor
from tests.clock import FakeClock
from tests.conversation import HOST, by_key
from tests.example_tables import each_row

NOBODYS: tuple[Principal, ...] = (
    Principal(Visitor()),
    Principal(ParticipantCookie()),
    Principal(ParticipantCookie(), HOST),  # what it may do does not grow with what is known of its owner
)


def answer(*_: Any) -> None:
    """Do nothing."""


@pytest.mark.parametrize("who", ["viewer", "editor", "admin", "owner", "questions"])
def test_an_operation_that_needs_a_role_has_to_read_the_session(who: Who) -> None:
    with pytest.raises(TypeError, match="answer has to read the session"):
        Operation(answer, who, SessionInput)
    assert Operation(answer, who, SessionInput, reads=session_with()).who == who


@pytest.mark.parametrize("who", ["anyone", "user"])
def test_an_operation_that_needs_no_role_reads_no_session(who: Who) -> None:
    with pytest.raises(TypeError, match="answer has to read the session"):
        Operation(answer, who, SessionInput, reads=session_with())


@pytest.mark.parametrize("principal", NOBODYS)
def test_who_acts_for_no_user_may_do_nothing_that_needs_one(principal: Principal, clock: FakeClock) -> None:
    call = Call(principal, clock.now(), clock.deadline(24), "https://harmonica.example.com")
    given = {Nothing: Nothing(), SessionInput: SessionInput(container.new_id())}
    tried = [it for it in (*account.OPERATIONS, *sessions.OPERATIONS) if it.input in given]
    assert len(tried) == 7
    for operation in tried:
        with pytest.raises(Unauthorized):
            operation.perform(call, given[operation.input])


@each_row(
    "changes, told",
    [
        (
            {"distribution": tuple(NewDistribution(f"-{it}") for it in range(21))},
            "distribution must be at most 20 items",
        ),
        ({"topic": ""}, "topic is required"),
        ({"duration_minutes": 241}, "duration_minutes must be at most 240"),
        ({"private_context": "🍲" * 100_000}, "private_context must be at most 350,000 bytes of UTF-8"),
    ],
)
def test_an_input_keeps_its_limits_whoever_made_it(clock: FakeClock, changes: dict[str, Any], told: str) -> None:
    call = Call(by_key(), clock.now(), clock.deadline(24), "https://harmonica.example.com")
    with pytest.raises(Invalid, match=told):
        operation_of(sessions.edit_session).perform(call, EditSession(session_id=container.new_id(), **changes))
