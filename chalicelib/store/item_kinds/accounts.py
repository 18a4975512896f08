"""The kinds of items in `accounts`."""

from chalicelib.store import keys
from chalicelib.store.item_kinds.kind import LISTED, NAMED, ItemKind, Moving

KINDS = (
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
        moves=NAMED,
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
        moves=LISTED,
    ),
    ItemKind(keys.ACCOUNTS, keys.PROJECT_TEMPLATES, "project", "by job", "templates", owner_at=keys.PROJECT_ID),
    ItemKind(keys.ACCOUNTS, keys.PROJECT_ROLES, "account", "with account", "projects"),
)
