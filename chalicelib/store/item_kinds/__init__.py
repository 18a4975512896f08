"""What is stored: a row for each kind of item of every table, with whose it is, when it goes, and how an export calls it.

Deleting a session or a person walks this table, and so has an export or import of their data to; every test that stores an
item of no kind fails. A new kind of item is a row in the module of its table, its key in `keys/`, and its class beside the others
of that table.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from itertools import chain

from chalicelib.store import keys
from chalicelib.store.item_kinds import accounts, conversations, guards, projects, sessions, telegram
from chalicelib.store.item_kinds.conversations import ALIAS, ERASURE, MESSAGES, REMINDER, THREAD
from chalicelib.store.item_kinds.kind import Goes, ItemKind, Moving, Owner
from chalicelib.store.item_kinds.projects import PROJECT, PROJECT_MEMBER_MAILS
from chalicelib.store.item_kinds.sessions import (
    ACCOUNT_DELETION,
    ANNOUNCING,
    CLOSING,
    CONCLUSIONS,
    CONTEXT,
    DELETION,
    DELETION_RECORD,
    INVITATION,
    MAIL_DIGEST,
    MEMBER_MAILS,
    SESSION,
    STOPPED,
    SUMMARY,
    SYNTHESIS,
)

# The attribute of each table that names an item, within its session or user where they have one.
NAMED_BY = {
    keys.ACCOUNTS: keys.PK,
    keys.SESSIONS: keys.PART,
    keys.CONVERSATIONS: keys.PART,
    keys.TELEGRAM: keys.SK,
    keys.PROJECTS: keys.PART,
    keys.GUARDS: keys.GUARD_ID,
}
OF_SESSIONS = (keys.SESSIONS, keys.CONVERSATIONS)  # their items go with their session, whoever's they are

KINDS = (
    *sessions.KINDS,
    *projects.KINDS,
    *conversations.KINDS,
    *accounts.KINDS,
    *telegram.KINDS,
    *guards.KINDS,
)


def kind_of(table: str, name: str) -> ItemKind | None:
    """The kind of an item; None for one that no row tells of."""
    found = [kind for kind in KINDS if kind.table == table and kind.is_kind_of(name)]
    return max(found, key=lambda kind: len(kind.name), default=None)


def of_person(goes: Goes, thread_id: str) -> list[str]:
    """The names of what goes so with a person, beside their receipt; of messages, what their names begin with."""
    found = [it for it in KINDS if it.table == keys.CONVERSATIONS and it.owner == "person" and it.goes == goes]
    return [name for kind in found for name in kind.names(thread_id)]


def counts_of_person(names: Collection[str], messages: int) -> dict[str, int]:
    """How many items of somebody's there are by the names that exports call them: those of these names, and so many messages."""
    found = [kind_of(keys.CONVERSATIONS, name) for name in names]
    counts = Counter(kind.export for kind in found if kind and kind.export)
    return {**counts, MESSAGES.export: messages} if messages else dict(counts)


def of_session(goes: Goes, user_id: str) -> list[str]:
    """The names of what goes so with a session that this user deletes, beside what its people left."""
    found = [kind for kind in KINDS if kind.table == keys.SESSIONS and kind.goes == goes]
    return [name for kind in found for name in kind.names(user_id)]


def of_account(user_id: str) -> list[str]:
    """The names of what `accounts` has of a user by their id."""
    found = [it for it in KINDS if it.table == keys.ACCOUNTS and it.owner == "account" and not it.owner_at]
    return [name for kind in found for name in kind.names(user_id)]


def is_of_account(table: str, name: str) -> bool:
    """Whether an item goes with the account that it is of."""
    kind = kind_of(table, name)
    return kind is not None and kind.goes == "with account"


def counts_of_session(names: Iterable[tuple[str, str]]) -> dict[str, int]:
    """How many items of a deleted session there are by the names that exports call them: of those of these tables and names, and of
    what went at once."""
    at_once = (kind for kind in KINDS if kind.table == keys.SESSIONS and kind.goes == "at once")
    found = (kind_of(table, name) for table, name in names)
    return dict(Counter(kind.export for kind in chain(at_once, found) if kind and kind.export))


def guards_of_session(session_id: str) -> list[str]:
    """The names of what is kept of a session in `guards`; it goes last."""
    return [kind.name + session_id for kind in KINDS if kind.table == keys.GUARDS and kind.owner == "session"]
