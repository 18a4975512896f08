"""What is stored: a row for each kind of item of every table, with whose it is, when it goes, and how an export calls it.

Deleting a session or a person walks this table, and an export or import of their data does; a test that stores an item of
no kind fails. A new kind of item is a row here, its key in `keys.py` and its class beside the others of its table.
"""

from enum import StrEnum

from msgspec import Struct

from chalicelib.store import keys

# The attribute of each table that names an item, within its session or user where they have one.
NAMED_BY = {
    keys.ACCOUNTS: keys.PK,
    keys.SESSIONS: keys.PART,
    keys.CONVERSATIONS: keys.PART,
    keys.TELEGRAM: keys.SK,
    keys.GUARDS: keys.GUARD_ID,
}
OF_SESSIONS = (keys.SESSIONS, keys.CONVERSATIONS)  # their items go with their session, whoever's they are


class Owner(StrEnum):
    """Whose data an item is: the nearest of them, so of what is both a session's and a person's, the person."""

    SESSION = "session"
    PERSON = "person"  # in one session, known by the id of their thread
    ACCOUNT = "account"
    DEPLOYMENT = "deployment"  # nobody's: counters and locks


class Goes(StrEnum):
    """When an item goes, after its person was deleted, or its session."""

    AT_ONCE = "in the transaction that deletes its owner"
    BY_JOB = "by the job that this transaction asks for"
    LAST = "when that job has done everything else, of which this item tells"
    EXPIRES = "at its `expires_at`, whatever happens"
    KEPT = "with its account, which nothing deletes"


class ItemKind(Struct, frozen=True):
    """One kind of item. Its `name` is its whole key, or the beginning of it, up to a `#`.

    The id of a person or an account follows the beginning; `owner_at` is the attribute that has it where it does not. One
    item in several `shards` has as many names. What is `not_exported` says why.
    """

    table: str
    name: str
    owner: Owner
    goes: Goes
    export: str = ""
    not_exported: str = ""
    owner_at: str = ""
    shards: int = 0

    def names(self, owner_id: str) -> list[str]:
        """The names of this owner's items; of items with a number, what their names begin with."""
        if self.shards:
            return [f"{self.name}{shard}" for shard in range(self.shards)]
        return [self.name + owner_id if self.name.endswith("#") else self.name]

    def owner_in(self, name: str) -> str:
        """The id of the owner in the name of an item of this kind."""
        return name.removeprefix(self.name).partition("#")[0]

    def is_kind_of(self, name: str) -> bool:
        """Whether an item of this name is of this kind, should it be of no kind with a longer name."""
        return name.startswith(self.name) if self.name.endswith("#") else name == self.name


_COPY = "a copy of fields of the session, for lists"
_COUNTS = "counts what is exported itself"
_STATE = "says where work stands"
_GUARD = "is kept for minutes or days, against too many requests"

SESSION = ItemKind(keys.SESSIONS, keys.SESSION, Owner.SESSION, Goes.AT_ONCE, "session")
SYNTHESIS = ItemKind(keys.SESSIONS, keys.SYNTHESIS, Owner.SESSION, Goes.AT_ONCE, not_exported=_STATE)
SUMMARY = ItemKind(keys.SESSIONS, keys.SUMMARY, Owner.SESSION, Goes.BY_JOB, "summary")
CLOSING = ItemKind(keys.SESSIONS, keys.CLOSING, Owner.SESSION, Goes.BY_JOB, not_exported=_STATE)
DELETION = ItemKind(keys.SESSIONS, keys.DELETION, Owner.SESSION, Goes.LAST, not_exported=_STATE)
THREAD = ItemKind(keys.CONVERSATIONS, keys.THREADS, Owner.PERSON, Goes.AT_ONCE, "thread")
ERASURE = ItemKind(keys.CONVERSATIONS, keys.ERASURES, Owner.PERSON, Goes.LAST, not_exported=_STATE)

KINDS = (
    SESSION,
    ItemKind(keys.SESSIONS, keys.CONTEXT, Owner.SESSION, Goes.BY_JOB, "context"),
    ItemKind(keys.SESSIONS, keys.QUESTIONS, Owner.SESSION, Goes.BY_JOB, "questions"),
    ItemKind(keys.SESSIONS, keys.SUMMARY_PROMPT, Owner.SESSION, Goes.BY_JOB, "summary_prompt"),
    ItemKind(keys.SESSIONS, keys.PROMPT_CURRENT, Owner.SESSION, Goes.BY_JOB, not_exported="a copy of the last version"),
    ItemKind(keys.SESSIONS, keys.PROMPTS, Owner.SESSION, Goes.BY_JOB, "prompts"),
    ItemKind(keys.SESSIONS, keys.TALLIES, Owner.SESSION, Goes.AT_ONCE, not_exported=_COUNTS, shards=keys.TALLY_SHARDS),
    ItemKind(keys.SESSIONS, keys.SEATS, Owner.SESSION, Goes.BY_JOB, not_exported=_COUNTS),
    ItemKind(keys.SESSIONS, keys.FEED_PART, Owner.SESSION, Goes.AT_ONCE, not_exported=_COPY),
    # Of whoever deletes the session at once; the others' cards go by the job.
    ItemKind(keys.SESSIONS, keys.MEMBERS, Owner.ACCOUNT, Goes.AT_ONCE, "memberships"),
    ItemKind(keys.SESSIONS, keys.PARTICIPATIONS, Owner.ACCOUNT, Goes.BY_JOB, "participations"),
    SYNTHESIS,
    ItemKind(keys.SESSIONS, keys.THEMES, Owner.SESSION, Goes.BY_JOB, "themes"),
    ItemKind(keys.SESSIONS, keys.REDUCTIONS, Owner.SESSION, Goes.BY_JOB, not_exported="is made of digests again"),
    ItemKind(keys.SESSIONS, keys.SCRATCHPAD, Owner.SESSION, Goes.BY_JOB, "scratchpad"),
    SUMMARY,
    ItemKind(keys.SESSIONS, keys.BRIEF, Owner.SESSION, Goes.BY_JOB, "brief"),
    CLOSING,
    DELETION,
    THREAD,
    ItemKind(keys.CONVERSATIONS, keys.FORMS, Owner.PERSON, Goes.AT_ONCE, "form"),
    ItemKind(keys.CONVERSATIONS, keys.MESSAGES, Owner.PERSON, Goes.BY_JOB, "messages"),
    ItemKind(keys.CONVERSATIONS, keys.COMMENTS, Owner.PERSON, Goes.AT_ONCE, "comment"),
    ItemKind(keys.CONVERSATIONS, keys.CONDENSED, Owner.PERSON, Goes.AT_ONCE, not_exported="is made of messages again"),
    ItemKind(keys.CONVERSATIONS, keys.DIGESTS, Owner.PERSON, Goes.AT_ONCE, "digest"),
    ERASURE,
    ItemKind(keys.ACCOUNTS, keys.USERS, Owner.ACCOUNT, Goes.KEPT, "user"),
    ItemKind(keys.ACCOUNTS, keys.EMAILS, Owner.ACCOUNT, Goes.KEPT, not_exported="is in the user", owner_at="id"),
    ItemKind(keys.ACCOUNTS, keys.API_KEYS, Owner.ACCOUNT, Goes.KEPT, "api_keys", owner_at=keys.USER_ID),
    ItemKind(keys.TELEGRAM, keys.GROUPS, Owner.ACCOUNT, Goes.KEPT, "telegram_groups", owner_at=keys.PK),
    ItemKind(keys.GUARDS, keys.LINKS, Owner.ACCOUNT, Goes.EXPIRES, not_exported=_GUARD, owner_at=keys.USER_ID),
    ItemKind(keys.GUARDS, keys.VISITS, Owner.DEPLOYMENT, Goes.EXPIRES, not_exported=_GUARD),
    ItemKind(keys.GUARDS, keys.REQUESTS, Owner.DEPLOYMENT, Goes.EXPIRES, not_exported=_GUARD),
    ItemKind(keys.GUARDS, keys.SPENDING, Owner.DEPLOYMENT, Goes.EXPIRES, not_exported="counts what everybody spends"),
    ItemKind(keys.GUARDS, keys.DELETED, Owner.DEPLOYMENT, Goes.EXPIRES, not_exported=_GUARD),
)


def kind_of(table: str, name: str) -> ItemKind | None:
    """The kind of an item; None for one that no row tells of."""
    found = [kind for kind in KINDS if kind.table == table and kind.is_kind_of(name)]
    return max(found, key=lambda kind: len(kind.name), default=None)


def of_person(goes: Goes, thread_id: str) -> list[str]:
    """The names of what goes so with a person; of messages, what their names begin with."""
    found = [kind for kind in KINDS if kind.owner == Owner.PERSON and kind.goes == goes]
    return [name for kind in found for name in kind.names(thread_id)]


def of_session(goes: Goes, user_id: str) -> list[str]:
    """The names of what goes so with a session that this user deletes, beside what its people left."""
    found = [kind for kind in KINDS if kind.table == keys.SESSIONS and kind.goes == goes]
    return [name for kind in found for name in kind.names(user_id)]
