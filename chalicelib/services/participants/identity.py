"""Whose words: the namespaces of participants.

A thread's id follows from the session, a scope and the id that the channel gave its participant. Only a channel's own
door may use its scope, so nobody can speak as, or read, a stranger by knowing an id.
"""

import json
import uuid
from typing import Literal

from msgspec import Struct

from chalicelib.model import SessionView
from chalicelib.services.access.roles import has_role, require_chat
from chalicelib.services.access.signing import digest

WEB = "web"
API = "api"
HOST = "host"


class Participant(Struct, frozen=True):
    """Who is speaking, in the words of the channel; `user_id` is the account behind an API key, None on a page.

    `language` is the BCP 47 tag of the participant's own language where the door knows it. It says nothing of who they are.
    """

    external_id: str
    name: str | None = None
    user_id: str | None = None
    language: str | None = None

    def scopes(self) -> tuple[str, ...]:
        """Every scope that this participant may turn out to speak in; which one depends on the role in the session."""
        return (WEB,) if self.user_id is None else (API, f"{API}:{self.user_id}")

    def scope_in(self, view: SessionView) -> str:
        """The scope in this session. Raises Forbidden where a key may not chat here."""
        if self.user_id is None:
            return WEB
        require_chat(view)
        return API if has_role(view, "editor") else f"{API}:{self.user_id}"


def thread_id(secret: bytes, session_id: str, scope: str, external_id: str) -> str:
    """The id of a participant's thread: a UUID that can be computed again, cannot be made twice and tells nobody who it is."""
    named = json.dumps([session_id, scope, external_id]).encode()
    return str(uuid.UUID(bytes=digest(secret, "thread", named)[:16], version=4))


def account_of(scope: str) -> str | None:
    """The account that takes part in a public session by its key; None for everybody else."""
    channel, _, user_id = scope.partition(":")
    return user_id if channel == API and user_id else None


def channel_of(scope: str) -> Literal["web", "telegram", "api"]:
    """web, telegram or api, for the host to see."""
    match scope.partition(":")[0]:
        case "web":
            return "web"
        case "telegram":
            return "telegram"
        case _:
            return "api"
