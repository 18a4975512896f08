"""The namespaces of participants: an id names somebody within its scope only, and each scope has rules of its own.

So nobody can speak as, or read, a stranger by knowing an id: which scopes a request may use follows from the means by which
its sender is known, never from what the request says.
"""

from collections.abc import Callable, Mapping
from typing import Literal

from msgspec import Struct

from chalicelib.model import SessionView
from chalicelib.services.access.roles import may_chat, may_edit

ScopeName = Literal["web", "telegram", "api", "api:<user>", "host:<user>", "test:<user>"]
Channel = Literal["web", "telegram", "api"]

_USER = "<user>"


class Scope(Struct, frozen=True):
    """What holds for the participants of a scope.

    `channel` is what hosts see; `admits` tells who may use it in a session; `asks_by_default`: where the host set no questions,
    the form asks for name and e-mail; `is_listed`: a session that the user takes part in is in their list; `is_strangers`: an
    account without a role in the session speaks, and what it says of name and id is its own word; `is_paced`: only so many
    begin within a minute, since whoever lets them speak is not the session's host; `is_test`: an editor tries what participants
    are going to see, also before the session is open; `has_receipt`: a page or a chat of ours shows them the code by which they come
    to what is stored of them.
    """

    channel: Channel
    admits: Callable[[SessionView], bool]
    asks_by_default: bool = False
    is_listed: bool = False
    is_strangers: bool = False
    is_paced: bool = False
    is_test: bool = False
    has_receipt: bool = False


def _anybody(_: SessionView) -> bool:
    return True


SCOPES: Mapping[str, Scope] = {  # by ScopeName
    "web": Scope("web", _anybody, asks_by_default=True, is_paced=True, has_receipt=True),
    "telegram": Scope("telegram", _anybody, is_paced=True, has_receipt=True),
    "api": Scope("api", may_edit),  # shared by all who may edit the session
    "api:<user>": Scope("api", may_chat, is_listed=True, is_strangers=True, is_paced=True),
    "host:<user>": Scope("api", may_edit),
    "test:<user>": Scope("web", may_edit, asks_by_default=True, is_test=True),
}


def scope_for(name: ScopeName, user_id: str | None) -> str:
    """Gives a scope as threads store it. Raises LookupError for a user's own one without a user."""
    if _USER not in name:
        return name
    if user_id is None:
        raise LookupError(f"The scope {name} is a user's own")
    return name.replace(_USER, user_id)


def rules_of(scope: str) -> Scope:
    """Gives what holds for a scope that a thread has stored."""
    name, colon, _ = scope.partition(":")
    return SCOPES[f"{name}:{_USER}" if colon else name]


def user_of(scope: str) -> str:
    """Gives the user whose own this scope is; empty where it is nobody's."""
    return scope.partition(":")[2]


def listed_user(scope: str) -> str | None:
    """Gives the user in whose list the session is because of a participant of this scope; None where it is in nobody's."""
    return user_of(scope) if rules_of(scope).is_listed else None
