"""What is stored: a row for each kind of item of every table, with whose it is, when it goes, and how an export calls it.

Deleting a session or a person walks this table, and so has an export or import of their data to; every test that stores an
item of no kind fails. A new kind of item is a row here, its key in `keys.py` and its class beside the others of its table.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from itertools import chain
from typing import Literal

from msgspec import Struct

from chalicelib.store import keys

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


# Whose data an item is: the nearest of them, so of what is both a session's and a person's, the person. A person is one in a
# single session, known by the id of their thread; a chat is somebody's with the bot, over all sessions; a project is of all its
# members. What is the deployment's is nobody's: counters and locks.
Owner = Literal["session", "person", "account", "chat", "project", "deployment"]

# When an item goes, after its person was deleted, or its session: in the transaction that deletes it, by the job that this
# transaction asks for, or last, since it tells of that job; a project, likewise. Else at its `expires_at`, or with its account: in
# the transaction that deletes that, or by its job. That an address is not to be written to stays until an operator takes it back.
Goes = Literal["at once", "by job", "last", "expires", "with account", "stays"]


class Moving(Struct, frozen=True):
    """Whether items of a kind are in an operator's export, which another stage imports (`docs/moving.md`), and why.

    `with secret`: what it is named by, or holds, follows from the deployment's secret, so it moves only along with that.
    """

    when: Literal["always", "with secret", "never"]
    because: str


class ItemKind(Struct, frozen=True):
    """One kind of item. Its `name` is its whole key, or the beginning of it, up to a `#`.

    The id of a person or an account follows the beginning, in `guards` that of a session, too; `owner_at` is the attribute that
    has it where it does not. One item in several `shards` has as many names. What is `not_exported` says why, and whether it
    moves between stages all the same; what is exported to its owner does.
    """

    table: str
    name: str
    owner: Owner
    goes: Goes
    export: str = ""
    not_exported: str = ""
    owner_at: str = ""
    shards: int = 0
    moves: Moving | None = None

    def names(self, owner_id: str) -> list[str]:
        """The names of this owner's items; of items with a number, what their names begin with."""
        if self.shards:
            return [f"{self.name}{shard}" for shard in range(self.shards)]
        return [self.name + owner_id if self.name.endswith("#") else self.name]

    @property
    def moving(self) -> Moving | None:
        """Whether it is in an operator's export; None for a row that has not decided it."""
        return self.moves or (_OWNERS if self.export else None)

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
_OWNERS = Moving("always", "is its owner's")
_WAITS = Moving("always", "work that is due here is due there")
_COUNTED = Moving("always", "moves on with each change, and is never counted anew")
_SHOWN = Moving("always", "lists read it, and nothing writes it again before the next change")
_LISTED = Moving("always", "names the templates that are kept")
_COSTS = Moving("always", "to make it again costs a call of a model")
_TOLD = Moving("always", "what was told or sent is not told or sent again")
_NAMED = Moving("with secret", "is named by a hash that nobody makes with another secret")
_ASKED_ANEW = Moving("never", "is over in two weeks, and whoever invited does it again in a moment")
_BRIEFLY = Moving("never", "is worth something for minutes, or for a day, in one stage")

SESSION = ItemKind(keys.SESSIONS, keys.SESSION, "session", "at once", "session")
CONTEXT = ItemKind(keys.SESSIONS, keys.CONTEXT, "session", "by job", "context")
SYNTHESIS = ItemKind(keys.SESSIONS, keys.SYNTHESIS, "session", "at once", not_exported=_STATE, moves=_WAITS)
SUMMARY = ItemKind(keys.SESSIONS, keys.SUMMARY, "session", "by job", "summary")
CONCLUSIONS = ItemKind(
    keys.SESSIONS,
    keys.CONCLUSIONS,
    "session",
    "at once",
    not_exported="is made of the summary, and shown with the memory of a project",
    moves=_COSTS,
)
INVITATION = ItemKind(
    keys.SESSIONS,
    keys.INVITATIONS,
    "session",
    "by job",
    not_exported="holds addresses of people who were asked, and may never have come",
    moves=Moving("always", "whoever was invited still is, and gets no second mail"),
)
STOPPED = ItemKind(
    keys.SESSIONS,
    keys.STOPPED,
    "session",
    "by job",
    not_exported="is a hash of an address",
    moves=Moving("always", "who wanted no more mails gets none there; moves by the invitation of its address"),
)
CLOSING = ItemKind(keys.SESSIONS, keys.CLOSING, "session", "by job", not_exported=_STATE, moves=_WAITS)
ANNOUNCING = ItemKind(keys.SESSIONS, keys.ANNOUNCING, "session", "by job", not_exported=_STATE, moves=_WAITS)
DELETION = ItemKind(keys.SESSIONS, keys.DELETION, "session", "last", not_exported=_STATE, moves=_WAITS)
ACCOUNT_DELETION = ItemKind(
    keys.SESSIONS, keys.ACCOUNT_DELETIONS, "account", "with account", not_exported=_STATE, moves=_WAITS
)
MAIL_DIGEST = ItemKind(keys.SESSIONS, keys.MAIL_DIGESTS, "account", "with account", "mail_digest")
# Of people who were removed from it; nothing in one tells whose it is, so it goes with the session.
DELETION_RECORD = ItemKind(keys.SESSIONS, keys.DELETION_RECORDS, "session", "by job", "deletions")
PROJECT = ItemKind(keys.PROJECTS, keys.PROJECT, "project", "last", "project")
MEMBER_MAILS = ItemKind(keys.SESSIONS, keys.MEMBER_MAILS, "session", "by job", not_exported=_STATE, moves=_ASKED_ANEW)
PROJECT_MEMBER_MAILS = ItemKind(
    keys.PROJECTS, keys.MEMBER_MAILS, "project", "by job", not_exported=_STATE, moves=_ASKED_ANEW
)
THREAD = ItemKind(keys.CONVERSATIONS, keys.THREADS, "person", "at once", "thread")
MESSAGES = ItemKind(keys.CONVERSATIONS, keys.MESSAGES, "person", "by job", "messages")
ERASURE = ItemKind(keys.CONVERSATIONS, keys.ERASURES, "person", "last", not_exported=_STATE, moves=_WAITS)
REMINDER = ItemKind(
    keys.CONVERSATIONS,
    keys.REMINDERS,
    "person",
    "at once",
    not_exported="says where somebody wants to be reminded, which concerns nobody else",
    moves=Moving("with secret", "holds an address that is sealed with it"),
)

# How this stage finds a conversation that came from another one; made when it is imported.
ALIAS = ItemKind(
    keys.CONVERSATIONS,
    keys.ALIASES,
    "session",
    "by job",
    not_exported="says how a stage finds what is exported itself",
    moves=Moving("never", "follows from this stage's secret, and is made on import"),
)

KINDS = (
    SESSION,
    CONTEXT,
    ItemKind(
        keys.SESSIONS,
        keys.CONDENSED_CONTEXT,
        "session",
        "by job",
        not_exported="is made of the context again",
        moves=_COSTS,
    ),
    ItemKind(keys.SESSIONS, keys.PRIVATE_CONTEXT, "session", "by job", "private_context"),
    # As it was when the session was created; that of the account is another item.
    ItemKind(keys.SESSIONS, keys.PINNED_HARMONICA_MD, "session", "by job", "harmonica_md"),
    ItemKind(keys.SESSIONS, keys.QUESTIONS, "session", "by job", "questions"),
    ItemKind(keys.SESSIONS, keys.LOGO, "session", "by job", "logo"),
    ItemKind(keys.SESSIONS, keys.SUMMARY_PROMPT, "session", "by job", "summary_prompt"),
    ItemKind(keys.SESSIONS, keys.GUIDELINES, "session", "by job", "platform_guidelines_override"),
    ItemKind(keys.SESSIONS, keys.TEMPLATE, "session", "by job", "template"),
    ItemKind(keys.SESSIONS, keys.PROMPT_CURRENT, "session", "by job", "prompt"),
    ItemKind(keys.SESSIONS, keys.PROMPTS, "session", "by job", "prompt_versions"),
    ItemKind(
        keys.SESSIONS,
        keys.EDITS,
        "session",
        "by job",
        not_exported="lists what is exported itself",
        moves=Moving("always", "names the edits that are kept"),
    ),
    ItemKind(keys.SESSIONS, keys.EDIT_ITEMS, "session", "by job", "edits"),
    ItemKind(
        keys.SESSIONS,
        keys.TALLIES,
        "session",
        "at once",
        not_exported=_COUNTS,
        shards=keys.TALLY_SHARDS,
        moves=_COUNTED,
    ),
    ItemKind(keys.SESSIONS, keys.PARTICIPANT_LIMIT, "session", "by job", not_exported=_COUNTS, moves=_COUNTED),
    ItemKind(keys.SESSIONS, keys.FEED_PART, "session", "at once", not_exported=_COPY, moves=_SHOWN),
    # Of whoever deletes the session at once; the others' cards go by the job.
    ItemKind(keys.SESSIONS, keys.MEMBERS, "account", "at once", "memberships"),
    ItemKind(keys.SESSIONS, keys.PARTICIPATIONS, "account", "by job", "participations"),
    SYNTHESIS,
    ItemKind(keys.SESSIONS, keys.THEMES, "session", "by job", "themes"),
    ItemKind(
        keys.SESSIONS, keys.REDUCED_DIGESTS, "session", "by job", not_exported="is made of digests again", moves=_COSTS
    ),
    ItemKind(keys.SESSIONS, keys.SCRATCHPAD, "session", "by job", "scratchpad"),
    # The words of a person who is removed leave them by the job; until then nobody is shown them.
    ItemKind(keys.SESSIONS, keys.INSIGHTS, "session", "by job", "insights"),
    ItemKind(keys.SESSIONS, keys.INSIGHT_ORDER, "session", "by job", "order_of_insights"),
    SUMMARY,
    ItemKind(keys.SESSIONS, keys.KEPT_SUMMARIES, "session", "by job", "summaries", shards=keys.KEPT),
    ItemKind(keys.SESSIONS, keys.BRIEF, "session", "by job", "brief"),
    # At once, so that no session begins with it afterwards; those that did are told by the job.
    CONCLUSIONS,
    ItemKind(keys.SESSIONS, keys.KNOWLEDGE, "session", "by job", "knowledge"),
    ItemKind(keys.SESSIONS, keys.RECEIVED, "session", "by job", "received"),
    ItemKind(
        keys.SESSIONS,
        keys.RECEIVERS,
        "session",
        "by job",
        not_exported="names a session that began with what this one came to",
        moves=Moving("always", "by it, what is withdrawn here is withdrawn there"),
    ),
    # Of somebody who is removed, it goes with them; unless the session is, or was, anonymous.
    INVITATION,
    MEMBER_MAILS,
    STOPPED,  # stays when a person is removed: whoever wants no more mails is not to get one for that
    CLOSING,
    ANNOUNCING,
    # By the job of announcements, once the group has been told that the session is gone.
    ItemKind(
        keys.SESSIONS,
        keys.ANNOUNCEMENTS,
        "session",
        "by job",
        not_exported="says where a message in Telegram is",
        moves=_TOLD,
    ),
    DELETION,
    ACCOUNT_DELETION,
    MAIL_DIGEST,
    DELETION_RECORD,
    ItemKind(
        keys.SESSIONS,
        keys.EXPORTS,
        "session",
        "by job",
        not_exported="tells of an export",
        moves=Moving("never", "tells of a file in this stage's bucket, which goes within a day"),
    ),
    ItemKind(keys.SESSIONS, keys.PROJECT_CARDS, "session", "by job", not_exported=_COPY, moves=_SHOWN),
    # With a project go the roles in it at once; its sessions are taken out of it by the job, and stay.
    PROJECT,
    ItemKind(keys.PROJECTS, keys.MEMBERS, "project", "by job", "members"),
    PROJECT_MEMBER_MAILS,
    ItemKind(keys.PROJECTS, keys.TIES, "project", "by job", "sessions"),
    ItemKind(
        keys.PROJECTS, keys.SUBPROJECTS, "project", "by job", not_exported="is in the projects within it", moves=_SHOWN
    ),
    ItemKind(
        keys.PROJECTS,
        keys.PROJECT_TEMPLATE_LIST,
        "project",
        "by job",
        not_exported="lists what is exported itself",
        moves=_LISTED,
    ),
    ItemKind(
        keys.PROJECTS,
        keys.STOPPED,
        "project",
        "by job",
        not_exported="is a hash of an address",
        moves=Moving("with secret", "who wanted no more mails about the project gets none there"),
    ),
    THREAD,
    ItemKind(keys.CONVERSATIONS, keys.FORMS, "person", "at once", "form"),
    MESSAGES,
    ItemKind(
        keys.CONVERSATIONS,
        keys.WIDGETS,
        "person",
        "by job",
        not_exported="is in the messages",
        moves=Moving("always", "results count by it"),
    ),
    ItemKind(keys.CONVERSATIONS, keys.COMMENTS, "person", "at once", "comment"),
    ItemKind(
        keys.CONVERSATIONS, keys.CONDENSED, "person", "at once", not_exported="is made of messages again", moves=_COSTS
    ),
    ItemKind(keys.CONVERSATIONS, keys.DIGESTS, "person", "at once", "digest"),
    REMINDER,
    ERASURE,
    ALIAS,  # goes when its person is removed, too
    ItemKind(keys.ACCOUNTS, keys.USERS, "account", "with account", "user"),
    ItemKind(
        keys.ACCOUNTS,
        keys.EMAILS,
        "account",
        "with account",
        not_exported="is in the user",
        owner_at="id",
        moves=Moving("always", "makes an address unique"),
    ),
    ItemKind(keys.ACCOUNTS, keys.API_KEYS, "account", "with account", "api_keys", owner_at=keys.USER_ID),
    ItemKind(keys.ACCOUNTS, keys.LOGINS, "account", "with account", "logins", owner_at=keys.USER_ID),
    ItemKind(keys.ACCOUNTS, keys.IDENTITIES, "account", "with account", "identities", owner_at=keys.USER_ID),
    ItemKind(
        keys.ACCOUNTS,
        keys.OWN_MODELS,
        "account",
        "with account",
        not_exported="holds secrets, which nothing shows; all else in it is shown where keys of models are listed",
        moves=Moving("never", "is sealed with a key of KMS that never leaves its account and stage"),
    ),
    ItemKind(keys.ACCOUNTS, keys.HARMONICA_MDS, "account", "with account", "harmonica_md"),
    ItemKind(
        keys.ACCOUNTS,
        keys.ACCOUNT_EXPORTS,
        "account",
        "with account",
        not_exported="tells of an export",
        moves=Moving("never", "tells of files in this stage's bucket, which go within a day"),
    ),
    ItemKind(
        keys.ACCOUNTS,
        keys.SUPPRESSED,
        "deployment",
        "stays",
        not_exported="is a hash, of nobody's account",
        moves=_NAMED,
    ),
    # The head of the thread has the name of it, so that it goes in the same transaction, and before the heads of a session.
    ItemKind(
        keys.ACCOUNTS,
        keys.RECEIPTS,
        "person",
        "at once",
        not_exported="leads to a thread by the hash on its head, and is made of that again",
        owner_at="thread_id",
        moves=Moving("always", "a code that somebody wrote down leads there, too"),
    ),
    ItemKind(keys.ACCOUNTS, keys.NOTIFICATIONS, "account", "with account", "notifications"),
    ItemKind(keys.ACCOUNTS, keys.TEMPLATES, "account", "with account", "templates", owner_at=keys.USER_ID),
    ItemKind(
        keys.ACCOUNTS,
        keys.TEMPLATE_LISTS,
        "account",
        "with account",
        not_exported="lists what is exported itself",
        moves=_LISTED,
    ),
    ItemKind(keys.ACCOUNTS, keys.PROJECT_TEMPLATES, "project", "by job", "templates", owner_at=keys.PROJECT_ID),
    ItemKind(keys.ACCOUNTS, keys.PROJECT_ROLES, "account", "with account", "projects"),
    ItemKind(keys.TELEGRAM, keys.GROUPS, "account", "with account", "telegram_groups", owner_at=keys.PK),
    ItemKind(keys.TELEGRAM, keys.CHAT, "chat", "expires", not_exported=_STATE, moves=_NAMED),
    # With the session, and of somebody who is removed from it with them; else it expires.
    ItemKind(keys.TELEGRAM, keys.ATTENDED, "chat", "by job", not_exported=_STATE, owner_at=keys.PK, moves=_NAMED),
    ItemKind(keys.TELEGRAM, keys.UPDATES, "chat", "expires", not_exported=_GUARD, owner_at=keys.PK, moves=_NAMED),
    ItemKind(keys.GUARDS, keys.LINKS, "account", "expires", not_exported=_GUARD, owner_at=keys.USER_ID, moves=_BRIEFLY),
    ItemKind(keys.GUARDS, keys.OPENED_LINKS, "deployment", "expires", not_exported=_GUARD, moves=_BRIEFLY),
    ItemKind(keys.GUARDS, keys.SIGN_INS, "deployment", "expires", not_exported=_GUARD, moves=_BRIEFLY),
    ItemKind(keys.GUARDS, keys.TRANSCRIPT_REQUESTS, "deployment", "expires", not_exported=_GUARD, moves=_BRIEFLY),
    ItemKind(keys.GUARDS, keys.USED, "deployment", "expires", not_exported=_GUARD, moves=_NAMED),
    ItemKind(keys.GUARDS, keys.MAIL_DAYS, "deployment", "expires", not_exported=_GUARD, moves=_NAMED),
    ItemKind(keys.GUARDS, keys.VISITS, "deployment", "expires", not_exported=_GUARD, moves=_BRIEFLY),
    ItemKind(
        keys.GUARDS,
        keys.DAY_KEYS,
        "deployment",
        "expires",
        not_exported="is there to be gone with its day",
        moves=_BRIEFLY,
    ),
    ItemKind(keys.GUARDS, keys.SHARES, "deployment", "expires", not_exported=_GUARD, moves=_BRIEFLY),
    ItemKind(keys.GUARDS, keys.REQUESTS, "deployment", "expires", not_exported=_GUARD, moves=_NAMED),
    ItemKind(
        keys.GUARDS,
        keys.SPENDING,
        "deployment",
        "expires",
        not_exported="counts what models cost a stage or an owner on a day",
        moves=Moving("never", "each stage has a budget of its own, which begins anew each day"),
    ),
    ItemKind(
        keys.GUARDS, keys.SESSION_SPENDING, "session", "last", not_exported="counts what models cost it", moves=_COUNTED
    ),
    # Of a project in the same way; it goes with that.
    ItemKind(
        keys.GUARDS,
        keys.MEMBER_INVITATIONS,
        "session",
        "last",
        not_exported="holds addresses of people who were asked, and are no members",
        moves=_ASKED_ANEW,
    ),
    ItemKind(
        keys.GUARDS,
        keys.INVITED,
        "deployment",
        "expires",
        not_exported="is by a hash of an address",
        moves=_ASKED_ANEW,
    ),
    ItemKind(
        keys.GUARDS,
        keys.INVITING,
        "account",
        "with account",
        not_exported="says where invitations are that nobody answered",
        moves=_ASKED_ANEW,
    ),
    ItemKind(
        keys.GUARDS,
        keys.DELETED,
        "deployment",
        "expires",
        not_exported=_GUARD,
        moves=Moving("always", "what was deleted is not made again by a request from before"),
    ),
    # Of a session that is gone, and nothing in it tells what it was. It is there as long as backups have the session.
    ItemKind(
        keys.GUARDS,
        keys.DELETION_RECORDS,
        "deployment",
        "expires",
        not_exported="tells of a session that is not there any more",
        moves=Moving("always", "whose session was deleted reads there, too, what went, and until when backups have it"),
    ),
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
