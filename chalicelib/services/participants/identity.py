"""Whose words: how a participant is named, and the thread that follows from it."""

import json
import uuid

from msgspec import Struct

from chalicelib.errors import Forbidden
from chalicelib.model import Session, SessionView
from chalicelib.services.access.principal import Principal
from chalicelib.services.access.signing import make_digest, make_token
from chalicelib.services.participants.scopes import ScopeName, rules_of, scope_for


class Reference(Struct, frozen=True):
    """Names a participant: a scope, and an id that is unique in it."""

    scope: str
    external_id: str


class Participant(Struct, frozen=True):
    """Who is speaking, as the door knows it. Which reference holds depends on the role of `user_id` in the session.

    `language` is the BCP 47 tag of the participant's own language where the door knows it. It says nothing of who they are, nor
    does `address`, the network address of the request where that is the participant's own.
    `generation` is that of the signed value which names them; None where none does. `invitation_id` is the personal invitation
    that this value is of; empty for everybody else.
    """

    references: tuple[Reference, ...]
    user_id: str | None = None
    name: str | None = None
    language: str | None = None
    address: str | None = None
    generation: int | None = None
    invitation_id: str = ""

    def reference_in(self, view: SessionView) -> Reference:
        """Gives the first reference whose scope admits them in this session. Raises Forbidden where none does."""
        for reference in self.references:
            if rules_of(reference.scope).admits(view):
                return reference
        raise Forbidden

    def thread_ids(self, session_id: str, secret: bytes) -> dict[Reference, str]:
        """Gives the thread that each reference has in this session, whether it has begun or not."""
        return {it: thread_id(secret, session_id, it.scope, it.external_id) for it in self.references}


def participant_of(
    principal: Principal, external_id: str, name: str | None = None, language: str | None = None
) -> Participant:
    """Gives the participant that this principal speaks as, under an id of the door's choice."""
    references = _references(principal, principal.rights.speaks_in, external_id)
    return Participant(references, principal.user_id, name, language)


def respondent_of(principal: Principal) -> Participant:
    """Gives the user behind this principal as somebody who responds without a facilitator."""
    user_id = principal.require_user()
    return Participant(_references(principal, principal.rights.responds_in, user_id), user_id)


def tester_of(principal: Principal, language: str | None) -> Participant:
    """Gives the user behind this principal as somebody who tries a session: one test run in each."""
    user_id = principal.require_user()
    return Participant(_references(principal, principal.rights.tests_in, user_id), user_id, language=language)


def thread_id(secret: bytes, session_id: str, scope: str, external_id: str) -> str:
    """The id of a participant's thread: a UUID that can be computed again, cannot be made twice and tells nobody who it is."""
    named = json.dumps([session_id, scope, external_id]).encode()
    return str(uuid.UUID(bytes=make_digest(secret, "thread", named)[:16], version=4))


def stored_id(session: Session, of: Reference, secret: bytes) -> str:
    """Returns the channel's id of a participant as the session keeps it; an anonymous one keeps what nobody can tell it from.

    Who comes again under the same id is the same participant in either: that follows from the id of the thread.
    """
    if not session.anonymous:
        return of.external_id
    named = json.dumps([session.id, of.scope, of.external_id]).encode()
    return make_token(secret, "participant", named, size=16)


def _references(principal: Principal, scopes: tuple[ScopeName, ...], external_id: str) -> tuple[Reference, ...]:
    return tuple(Reference(scope_for(scope, principal.user_id), external_id) for scope in scopes)
