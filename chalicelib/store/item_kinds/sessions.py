"""The kinds of items in `sessions`."""

from chalicelib.store import keys
from chalicelib.store.item_kinds.kind import ASKED_ANEW, COSTS, COUNTED, SHOWN, STATE, WAITS, ItemKind, Moving

_COPY = "a copy of fields of the session, for lists"
_COUNTS = "counts what is exported itself"
_TOLD = Moving("always", "what was told or sent is not told or sent again")

SESSION = ItemKind(keys.SESSIONS, keys.SESSION, "session", "at once", "session")
CONTEXT = ItemKind(keys.SESSIONS, keys.CONTEXT, "session", "by job", "context")
SYNTHESIS = ItemKind(keys.SESSIONS, keys.SYNTHESIS, "session", "at once", not_exported=STATE, moves=WAITS)
SUMMARY = ItemKind(keys.SESSIONS, keys.SUMMARY, "session", "by job", "summary")
CONCLUSIONS = ItemKind(
    keys.SESSIONS,
    keys.CONCLUSIONS,
    "session",
    "at once",
    not_exported="is made of the summary, and shown with the memory of a project",
    moves=COSTS,
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
CLOSING = ItemKind(keys.SESSIONS, keys.CLOSING, "session", "by job", not_exported=STATE, moves=WAITS)
ANNOUNCING = ItemKind(keys.SESSIONS, keys.ANNOUNCING, "session", "by job", not_exported=STATE, moves=WAITS)
DELETION = ItemKind(keys.SESSIONS, keys.DELETION, "session", "last", not_exported=STATE, moves=WAITS)
ACCOUNT_DELETION = ItemKind(
    keys.SESSIONS, keys.ACCOUNT_DELETIONS, "account", "with account", not_exported=STATE, moves=WAITS
)
MAIL_DIGEST = ItemKind(keys.SESSIONS, keys.MAIL_DIGESTS, "account", "with account", "mail_digest")
# Of people who were removed from it; nothing in one tells whose it is, so it goes with the session.
DELETION_RECORD = ItemKind(keys.SESSIONS, keys.DELETION_RECORDS, "session", "by job", "deletions")
MEMBER_MAILS = ItemKind(keys.SESSIONS, keys.MEMBER_MAILS, "session", "by job", not_exported=STATE, moves=ASKED_ANEW)

KINDS = (
    SESSION,
    CONTEXT,
    ItemKind(
        keys.SESSIONS,
        keys.CONDENSED_CONTEXT,
        "session",
        "by job",
        not_exported="is made of the context again",
        moves=COSTS,
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
        moves=COUNTED,
    ),
    ItemKind(keys.SESSIONS, keys.PARTICIPANT_LIMIT, "session", "by job", not_exported=_COUNTS, moves=COUNTED),
    ItemKind(keys.SESSIONS, keys.FEED_PART, "session", "at once", not_exported=_COPY, moves=SHOWN),
    # Of whoever deletes the session at once; the others' cards go by the job.
    ItemKind(keys.SESSIONS, keys.MEMBERS, "account", "at once", "memberships"),
    ItemKind(keys.SESSIONS, keys.PARTICIPATIONS, "account", "by job", "participations"),
    SYNTHESIS,
    ItemKind(keys.SESSIONS, keys.THEMES, "session", "by job", "themes"),
    ItemKind(
        keys.SESSIONS, keys.REDUCED_DIGESTS, "session", "by job", not_exported="is made of digests again", moves=COSTS
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
    ItemKind(keys.SESSIONS, keys.PROJECT_CARDS, "session", "by job", not_exported=_COPY, moves=SHOWN),
)
