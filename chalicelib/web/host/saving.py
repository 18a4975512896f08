"""Saving what a page changed of a session, while others may change it as well: nothing of theirs is overwritten unseen."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Protocol, TypeVar

import msgspec
from msgspec import Struct

from chalicelib.errors import Conflict, HarmonicaError, Invalid, Refused
from chalicelib.model import SessionView
from chalicelib.operations.session_changes import EditSession
from chalicelib.operations.sessions import edit_session
from chalicelib.web.host.request import HostRequest
from chalicelib.web.host.session_page import open_session
from chalicelib.web.kit.http import Form, may_retry
from chalicelib.web.kit.texts import Texts

NOTED = "noted"  # the field with what the page was made from
_SENT = "sent"  # the field with what the page has sent since, and had no answer to
_CHOSEN = "keep."  # before the name of what clashed
_TRIES = 8


class Plan(Protocol):
    """What a page wants of a session as it is stored at this moment."""

    @property
    def changes(self) -> Mapping[str, Any]:
        """The fields to be changed; none where all is as wanted, or the page has to be shown again."""


class FieldChanges(Struct, frozen=True):
    """A plan that is no more than the fields to be changed."""

    changes: Mapping[str, Any]


P = TypeVar("P", bound=Plan)


def save_changes(
    host: HostRequest,
    session_id: str,
    parts: Collection[str],
    make_plan: Callable[[SessionView], P],
    view: SessionView | None = None,
) -> tuple[SessionView, P]:
    """Changes what the plan for the stored session says, if that is what is still stored; else makes another plan. The first is
    made for `view`, where these parts of the session have just been read.

    Returns the session as the last plan was made for it. Raises Forbidden for whoever may not edit it.
    """
    for _ in range(_TRIES):
        view = view or open_session(host, session_id, parts, "editor")
        plan = make_plan(view)
        if not plan.changes:
            return view, plan
        given = EditSession(session_id=view.session.id, unchanged_since=view.session.updated_at, **plan.changes)
        try:
            host.perform(edit_session, given)
        except Conflict:
            view = None
            continue
        return view, plan
    raise Conflict("Others are editing this session right now; try again")


def explain_failure(error: HarmonicaError, texts: Texts) -> str:
    """Returns what a page says that still has all that was entered. Raises the error where that would be of no use."""
    if may_retry(error):
        return texts("try_again_kept")
    if isinstance(error, Refused):
        return texts(f"refused_{error.reason}")
    if isinstance(error, Invalid):
        return error.message
    raise error


def write_noted(noted: Mapping[str, str]) -> str:
    """Returns what a page was made from, for its hidden field."""
    return msgspec.json.encode(noted).decode()


def read_noted(form: Form) -> dict[str, str]:
    """Returns what a page was made from; nothing where that cannot be read, so that every difference is a clash."""
    try:
        return msgspec.json.decode(form.get(NOTED, ""), type=dict[str, str])
    except msgspec.DecodeError:
        return {}


def read_sent(form: Form) -> dict[str, list[str]]:
    """Returns the digests of what the page has sent of each field since, and had no answer to."""
    try:
        return msgspec.json.decode(form.get(_SENT, ""), type=dict[str, list[str]])
    except msgspec.DecodeError:
        return {}


def read_choices(form: Form) -> dict[str, str]:
    """Returns which of two texts was chosen, by the name of what clashed."""
    return {name.removeprefix(_CHOSEN): value for name, value in form.items() if name.startswith(_CHOSEN)}
