"""Cloning a session."""

from typing import Annotated, Any

from msgspec import Meta

from chalicelib import container
from chalicelib.errors import Forbidden
from chalicelib.model import Session, SessionView
from chalicelib.operations.fields import SessionInput
from chalicelib.operations.operation import Call, Done, Operation, Repeat
from chalicelib.operations.session_output import SessionCreated, join_url, listed
from chalicelib.operations.subject import session_with
from chalicelib.services.access.roles import has_role
from chalicelib.services.sessions import cloning
from chalicelib.store.sessions import FOR_COUNT


class SessionCloned(SessionCreated):
    """A new session with the design of another one, and what of that one it does not have."""

    reset: Annotated[
        list[str],
        Meta(
            description="The settings that are not as in the other session: `status` unless that is a draft, too; `opens_at`; `closes_at` "
            "where it is over; `distribution` and `is_public`, which are chosen anew; `is_example`; `models` of another owner's account; "
            "`projects` where the caller is no editor of one.",
            examples=[["status", "distribution"]],
        ),
    ]


def clone_session(call: Call, _: SessionInput, view: SessionView) -> Done:
    """Make another session with the brief, prompt, form and settings of this one, and none of its people and what they said.

    It is a draft of the caller's, with the caller's HARMONICA.md as it is now. Where it could not be as the other one is, `reset` says so.
    """
    sessions = container.sessions()
    clone, reset = cloning.clone_session(view, call.user_id, sessions=sessions, now=call.now, new_id=call.new_id)
    return Done(_cloned(call, clone, 0, reset), {"clone_id": clone.id, "reset": reset})


def _cloned_again(call: Call, kept: dict[str, Any], _: SessionView) -> SessionCloned:
    clone = session_with(FOR_COUNT)(call.principal, session_id=kept["clone_id"])[0]
    if not has_role(clone, "viewer"):
        raise Forbidden
    return _cloned(call, clone.session, clone.tally.participants, kept["reset"])


def _cloned(call: Call, clone: Session, participants: int, reset: list[str]) -> SessionCloned:
    shown = listed(clone, clone.id, None, participants)
    return SessionCloned(**shown, join_url=join_url(call.public_url, clone.id), reset=reset)


OPERATIONS = (
    Operation(
        clone_session,
        "editor",
        SessionInput,
        SessionCloned,
        reads=session_with(cloning.FOR_CLONING),
        again=Repeat(_cloned_again, session_with()),
        creates=True,
    ),
)
