"""The kinds of items in `conversations`."""

from chalicelib.store import keys
from chalicelib.store.item_kinds.kind import COSTS, STATE, WAITS, ItemKind, Moving

THREAD = ItemKind(keys.CONVERSATIONS, keys.THREADS, "person", "at once", "thread")
MESSAGES = ItemKind(keys.CONVERSATIONS, keys.MESSAGES, "person", "by job", "messages")
ERASURE = ItemKind(keys.CONVERSATIONS, keys.ERASURES, "person", "last", not_exported=STATE, moves=WAITS)
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
        keys.CONVERSATIONS, keys.CONDENSED, "person", "at once", not_exported="is made of messages again", moves=COSTS
    ),
    ItemKind(keys.CONVERSATIONS, keys.DIGESTS, "person", "at once", "digest"),
    REMINDER,
    ERASURE,
    ALIAS,  # goes when its person is removed, too
)
