"""The kinds of items in `guards`."""

from chalicelib.store import keys
from chalicelib.store.item_kinds.kind import ASKED_ANEW, COUNTED, GUARD, NAMED, ItemKind, Moving

_BRIEFLY = Moving("never", "is worth something for minutes, or for a day, in one stage")

KINDS = (
    ItemKind(keys.GUARDS, keys.LINKS, "account", "expires", not_exported=GUARD, owner_at=keys.USER_ID, moves=_BRIEFLY),
    ItemKind(keys.GUARDS, keys.OPENED_LINKS, "deployment", "expires", not_exported=GUARD, moves=_BRIEFLY),
    ItemKind(keys.GUARDS, keys.SIGN_INS, "deployment", "expires", not_exported=GUARD, moves=_BRIEFLY),
    ItemKind(keys.GUARDS, keys.TRANSCRIPT_REQUESTS, "deployment", "expires", not_exported=GUARD, moves=_BRIEFLY),
    ItemKind(keys.GUARDS, keys.USED, "deployment", "expires", not_exported=GUARD, moves=NAMED),
    ItemKind(keys.GUARDS, keys.MAIL_DAYS, "deployment", "expires", not_exported=GUARD, moves=NAMED),
    ItemKind(keys.GUARDS, keys.VISITS, "deployment", "expires", not_exported=GUARD, moves=_BRIEFLY),
    ItemKind(
        keys.GUARDS,
        keys.DAY_KEYS,
        "deployment",
        "expires",
        not_exported="is there to be gone with its day",
        moves=_BRIEFLY,
    ),
    ItemKind(keys.GUARDS, keys.SHARES, "deployment", "expires", not_exported=GUARD, moves=_BRIEFLY),
    ItemKind(keys.GUARDS, keys.REQUESTS, "deployment", "expires", not_exported=GUARD, moves=NAMED),
    ItemKind(
        keys.GUARDS,
        keys.SPENDING,
        "deployment",
        "expires",
        not_exported="counts what models cost a stage or an owner on a day",
        moves=Moving("never", "each stage has a budget of its own, which begins anew each day"),
    ),
    ItemKind(
        keys.GUARDS, keys.SESSION_SPENDING, "session", "last", not_exported="counts what models cost it", moves=COUNTED
    ),
    # Of a project in the same way; it goes with that.
    ItemKind(
        keys.GUARDS,
        keys.MEMBER_INVITATIONS,
        "session",
        "last",
        not_exported="holds addresses of people who were asked, and are no members",
        moves=ASKED_ANEW,
    ),
    ItemKind(
        keys.GUARDS,
        keys.INVITED,
        "deployment",
        "expires",
        not_exported="is by a hash of an address",
        moves=ASKED_ANEW,
    ),
    ItemKind(
        keys.GUARDS,
        keys.INVITING,
        "account",
        "with account",
        not_exported="says where invitations are that nobody answered",
        moves=ASKED_ANEW,
    ),
    ItemKind(
        keys.GUARDS,
        keys.DELETED,
        "deployment",
        "expires",
        not_exported=GUARD,
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
