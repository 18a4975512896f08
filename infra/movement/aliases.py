"""Which conversations the stage that imports them looks for under other ids than they have, and how it is to find them.

The id of a thread follows from the stage's secret and from what names its participant. Whoever comes by an API key, as host, or by a
personal invitation is named in the same way in every stage. Of a person in Telegram, of a browser, and of those in an anonymous
session what is stored says nothing without the secret: they are found where that moves along.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from chalicelib.services.participants.identity import thread_id
from chalicelib.services.participants.invited import thread_of_invitation
from chalicelib.store import aliases, item_kinds, keys
from chalicelib.store.moving import Item, kind_of_item

_OWN = ("host", "test")  # scopes in which users are named by their own id


def aliases_of(items: Sequence[Item], secret: bytes) -> list[Item]:
    """What leads to the threads among these items of a session that this secret gives another id."""
    sessions = [raw for table, raw in items if kind_of_item((table, raw)) is item_kinds.SESSION]
    heads = [raw for table, raw in items if kind_of_item((table, raw)) is item_kinds.THREAD]
    found: list[Item] = []
    for session in sessions:
        session_id = session[keys.SESSION_ID]["S"]
        for head in heads:
            own = keys.thread_of(head[keys.PART]["S"])
            for looked_for in _ids(session, head, secret):
                if looked_for != own:
                    item = aliases.make_item(session_id, looked_for, own)
                    found.append((keys.CONVERSATIONS, item.serialize()))
    return found


def _ids(session: dict[str, Any], head: dict[str, Any], secret: bytes) -> Iterator[str]:
    session_id, scope = session[keys.SESSION_ID]["S"], head["scope"]["S"]
    name, _, user_id = scope.partition(":")
    if name in _OWN:
        yield thread_id(secret, session_id, scope, user_id)
    elif name == "api" and not _is_hidden(session, head):
        yield thread_id(secret, session_id, scope, head["external_id"]["S"])
    elif name == "web" and "S" in head.get("invitation_id", {}):
        yield thread_of_invitation(secret, session_id, head["invitation_id"]["S"])


def _is_hidden(session: dict[str, Any], head: dict[str, Any]) -> bool:
    """Whether a thread began while its session was anonymous: what it keeps of its participant is a hash then."""
    until = session.get("anonymous_until", {}).get("S", "")
    return bool(session["anonymous"]["BOOL"]) or head[keys.CREATED_AT]["S"] <= until
