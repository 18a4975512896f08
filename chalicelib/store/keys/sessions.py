"""Keys of items in `sessions`."""

from chalicelib.store.keys.projects import PROJECT
from chalicelib.store.keys.shared import numbered, shard_of

SESSION, CONTEXT, QUESTIONS, LOGO = "session", "context", "questions", "logo"
PROMPT_CURRENT = "prompt#current"
SYNTHESIS, SUMMARY, BRIEF = "synthesis", "summary", "brief"
SCRATCHPAD = "scratchpad"
INSIGHT_ORDER = "insights"
KEPT_SUMMARIES, AFTER_SUMMARIES = "summary#", "summary$"
SUMMARY_PROMPT, GUIDELINES = "summary_prompt", "guidelines"
CONCLUSIONS, RECEIVED, KNOWLEDGE = "conclusions", "received", "knowledge"
PRIVATE_CONTEXT = "private_context"
PINNED_HARMONICA_MD = "pinned_harmonica_md"
TEMPLATE = "template"
FEED_PART = "feed"
DELETION = "deletion"
ACCOUNT_DELETIONS = "account_deletion#"
DELETION_RECORDS, AFTER_DELETION_RECORDS = "deletion_record#", "deletion_record$"
CONDENSED_CONTEXT = "condensed_context"
PARTICIPANT_LIMIT = "seats"
CLOSING = "closing"
ANNOUNCING, ANNOUNCEMENTS = "announcing", "announcement#"
MEMBER_MAILS = "due#member_mails"
EDITS, EDIT_ITEMS = "edits", "edit#"
AFTER_MEMBERS = "member$"
AFTER_CARDS = "participant$"  # cards lie between FEED_PART and this: feed, member#…, of_project#…, participant#…
MAIL_DIGESTS = "mail_digest#"
PROMPTS, TALLIES, MEMBERS, PARTICIPATIONS, REDUCED_DIGESTS = "prompt#", "tally#", "member#", "participant#", "reduce#"
THEMES, AFTER_THEMES = "theme#", "theme$"
RECEIVERS, AFTER_RECEIVERS = "received_by#", "received_by$"
INSIGHTS, AFTER_INSIGHTS = "insight#", "insight$"
PROJECT_CARDS, AFTER_PROJECT_CARDS = "of_project#", "of_project$"
INVITATIONS, AFTER_INVITATIONS = "invitation#", "invitation$"
STOPPED, AFTER_STOPPED = "stopped#", "stopped$"
DRAFTS = "draft#"
EXPORTS, AFTER_EXPORTS = "export#", "export$"
TALLY_SHARDS = 8
KEPT = 20  # summaries


def mail_digest(user_id: str) -> str:
    """`mail_digest#<user_id>`, in a partition of the same id."""
    return f"{MAIL_DIGESTS}{user_id}"


def stopped(address_hash: str) -> str:
    """`stopped#<hash of an address>`, of a session."""
    return f"{STOPPED}{address_hash}"


def prompt(version: int) -> str:
    """`prompt#<n>`, n zero-padded."""
    return f"{PROMPTS}{version:06d}"


def edit(field: str, number: int) -> str:
    """`edit#<field>#<000001>`."""
    return numbered(f"{EDIT_ITEMS}{field}", number)


def tally(shard: int) -> str:
    """`tally#<shard>`."""
    return f"{TALLIES}{shard}"


def tallies() -> list[str]:
    """All shards."""
    return [tally(shard) for shard in range(TALLY_SHARDS)]


def tally_of(thread_id: str) -> str:
    """The tally shard that counts this thread."""
    return tally(shard_of(thread_id, TALLY_SHARDS))


def theme(number: int) -> str:
    """`theme#<000001>`."""
    return f"{THEMES}{number:06d}"


def insight(insight_id: str) -> str:
    """`insight#<id>`."""
    return f"{INSIGHTS}{insight_id}"


def invitation(invitation_id: str) -> str:
    """`invitation#<id>`."""
    return f"{INVITATIONS}{invitation_id}"


def reduced_digest(level: int, bucket: int) -> str:
    """`reduce#<level>#<bucket>`, the bucket zero-padded."""
    return f"{REDUCED_DIGESTS}{level}#{bucket:03d}"


def kept_summary(number: int) -> str:
    """A summary that is kept, by its number; the oldest one has the place of the next."""
    return f"{KEPT_SUMMARIES}{number % KEPT}"


def kept_summaries() -> list[str]:
    """The places of all summaries that are kept."""
    return [kept_summary(place) for place in range(KEPT)]


def member(user_id: str) -> str:
    """`member#<user_id>`."""
    return f"{MEMBERS}{user_id}"


def listed(user_id: str, *, is_draft: bool) -> str:
    """`<user_id>`, or `draft#<user_id>`: the list that a user's card is in. Drafts have one of their own."""
    return f"{DRAFTS}{user_id}" if is_draft else user_id


def project_card(project_id: str) -> str:
    """`of_project#<project_id>`: the card of a session for the list of a project that it is in."""
    return f"{PROJECT_CARDS}{project_id}"


def list_of_project(project_id: str) -> str:
    """`project#<project_id>`: the list of the sessions of a project, among those of users."""
    return f"{PROJECT}#{project_id}"


def receiver(session_id: str) -> str:
    """`received_by#<session_id>`: a session that began with something of what another one came to."""
    return f"{RECEIVERS}{session_id}"


def participation(user_id: str) -> str:
    """`participant#<user_id>`: the card of an account that takes part without being a member."""
    return f"{PARTICIPATIONS}{user_id}"


def unlisted(user_id: str) -> str:
    """`spoke#<user_id>`: in the place of a list, for the card of a session in which a user speaks that is in no list of theirs."""
    return f"spoke#{user_id}"


def account_deletion(user_id: str) -> str:
    """`account_deletion#<user_id>`, in a partition of the same id."""
    return f"{ACCOUNT_DELETIONS}{user_id}"


def deletion_record(identifier: str) -> str:
    """`deletion_record#<id>`: of a person in their session, by a random id; of a session in `guards`, by its own."""
    return f"{DELETION_RECORDS}{identifier}"


def announcement(group_id: str) -> str:
    """`announcement#<group_id>`."""
    return f"{ANNOUNCEMENTS}{group_id}"


def export(export_id: str) -> str:
    """`export#<id>`."""
    return f"{EXPORTS}{export_id}"
