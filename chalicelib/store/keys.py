"""Keys: the only place that knows how items are named. Who reads and writes them: `docs/access-patterns.md`. Whose each is and when
it goes: `item_kinds.py`.

Prefixes sort so that one range holds exactly what an export needs: `alias#` < `comment#` < `condensed#` < `digest#` <
`due#reminder#` < `erasure#` < `form#` < `message#` < `thread#` < `widget#`.
"""

import hashlib

# Attribute names of keys and indexes; the data stack's template imports them.
ACCOUNTS, SESSIONS, CONVERSATIONS = "accounts", "sessions", "conversations"
GUARDS, TELEGRAM, PROJECTS = "guards", "telegram", "projects"
GUARD_ID, EXPIRES_AT = "id", "expires_at"
FORGET_AT = "forget_at"  # of accounts, in which the end of a key is called `expires_at`
PK, SK = "pk", "sk"
SESSION_ID, PART, PROJECT_ID = "session_id", "part", "project_id"
USER_ID, CREATED_AT, UPDATED_AT = "user_id", "created_at", "updated_at"
MEMBER_ID, FEED, GROUP_ID = "member_id", "feed", "group_id"
DUE_KIND, DUE_AT = "due_kind", "due_at"
PROMPT_WANTED_AT, WANTED_AT = "prompt_wanted_at", "wanted_at"
BY_USER, BY_MEMBER, PUBLIC_FEED, DUE = "by_user", "by_member", "public_feed", "due"
BY_GROUP = "by_group"

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

USERS, EMAILS, API_KEYS, LOGINS, IDENTITIES = "user#", "email#", "key#", "login#", "identity#"
OWN_MODELS = "models#"
NOTIFICATIONS, MAIL_DIGESTS = "notifications#", "mail_digest#"
HARMONICA_MDS, ACCOUNT_EXPORTS = "harmonica_md#", "account_export#"
TEMPLATES, TEMPLATE_LISTS = "template#", "templates#"
PROJECT_TEMPLATES, PROJECT_TEMPLATE_LIST = "project_template#", "templates"
PROJECT_ROLES = "projects#"
PROJECT, TIES, SUBPROJECTS = "project", "session#", "child#"
SUPPRESSED = "suppressed#"
RECEIPTS = "receipt#"
PROMPTS, TALLIES, MEMBERS, PARTICIPATIONS, REDUCED_DIGESTS = "prompt#", "tally#", "member#", "participant#", "reduce#"
THEMES, AFTER_THEMES = "theme#", "theme$"
RECEIVERS, AFTER_RECEIVERS = "received_by#", "received_by$"
INSIGHTS, AFTER_INSIGHTS = "insight#", "insight$"
DIGESTS, FORMS, MESSAGES, THREADS = "digest#", "form#", "message#", "thread#"
COMMENTS, CONDENSED, ERASURES = "comment#", "condensed#", "erasure#"
ALIASES, AFTER_ALIASES = "alias#", "alias$"
REMINDERS, AFTER_REMINDERS = "due#reminder#", "due#reminder$"
WIDGETS, AFTER_WIDGETS = "widget#", "widget$"
AFTER_FORMS = "form$"
PROJECT_CARDS, AFTER_PROJECT_CARDS = "of_project#", "of_project$"
AFTER_TIES, AFTER_SUBPROJECTS = "session$", "child$"
INVITATIONS, AFTER_INVITATIONS = "invitation#", "invitation$"
STOPPED, AFTER_STOPPED = "stopped#", "stopped$"
GROUPS = "group#"
CHATS, CHAT, ATTENDED, UPDATES = "chat#", "chat", "session#", "update#"
DRAFTS = "draft#"
EXPORTS, AFTER_EXPORTS = "export#", "export$"
TRANSCRIPT_REQUESTS = "transcript#"
VISITS, REQUESTS, DELETED, SIGN_INS = "visits#", "request#", "deleted#", "sign_in#"
LINKS, OPENED_LINKS = "link#", "opened_link#"
SPENDING, SESSION_SPENDING, SHARES, DAY_KEYS = "spending#", "spending#session#", "share#", "day_key#"
USED, MAIL_DAYS = "used#", "mail_day#"
MEMBER_INVITATIONS, INVITED, INVITING = "member_invitations#", "invited#", "inviting#"
AFTER_THREADS = "thread$"  # the character after '#': the first key behind every thread

NOBODYS = "00000000-0000-0000-0000-000000000000"  # an id that nothing has

TALLY_SHARDS = 8
KEPT = 20  # summaries
DUE_SHARDS = 8


def user(user_id: str) -> str:
    """`user#<id>`."""
    return f"{USERS}{user_id}"


def chat(token: str) -> str:
    """`chat#<token of the chat's id>`: Telegram's own id is nowhere in the table."""
    return f"{CHATS}{token}"


def attended(session_id: str) -> str:
    """`session#<id>`: a session that somebody takes part in from a chat."""
    return f"{ATTENDED}{session_id}"


def update(update_id: int) -> str:
    """`update#<id>`."""
    return f"{UPDATES}{update_id}"


def email(address: str) -> str:
    """`email#<address, casefolded>`: one user an address."""
    return f"{EMAILS}{address.strip().casefold()}"


def api_key(secret: str) -> str:
    """`key#<sha256 of the whole key>`: the key itself is never stored."""
    return api_key_of(hashlib.sha256(secret.encode()).hexdigest())


def api_key_of(identifier: str) -> str:
    """`key#<id>`."""
    return f"{API_KEYS}{identifier}"


def login(secret: str) -> str:
    """`login#<sha256 of the cookie's secret>`: the secret itself is never stored."""
    return login_of(hashlib.sha256(secret.encode()).hexdigest())


def login_of(login_id: str) -> str:
    """`login#<id>`."""
    return f"{LOGINS}{login_id}"


def identity(issuer: str, subject: str) -> str:
    """`identity#<sha256 of issuer and subject>`: either may be of any length."""
    return f"{IDENTITIES}{hashlib.sha256(f'{issuer} {subject}'.encode()).hexdigest()}"


def own_models(user_id: str) -> str:
    """`models#<user_id>`: keys for servers of models, and which model does what."""
    return f"{OWN_MODELS}{user_id}"


def notifications(user_id: str) -> str:
    """`notifications#<user_id>`: what a host is told of, all of it."""
    return f"{NOTIFICATIONS}{user_id}"


def mail_digest(user_id: str) -> str:
    """`mail_digest#<user_id>`, in a partition of the same id."""
    return f"{MAIL_DIGESTS}{user_id}"


def harmonica_md(user_id: str) -> str:
    """`harmonica_md#<user_id>`: HARMONICA.md of an account."""
    return f"{HARMONICA_MDS}{user_id}"


def account_export(user_id: str) -> str:
    """`account_export#<user_id>`: the export of all that an account has."""
    return f"{ACCOUNT_EXPORTS}{user_id}"


def receipt(code_hash: str) -> str:
    """`receipt#<sha256 of the code>`: the code itself is never stored."""
    return f"{RECEIPTS}{code_hash}"


def template(template_id: str) -> str:
    """`template#<id>`."""
    return f"{TEMPLATES}{template_id}"


def project_template(template_id: str) -> str:
    """`project_template#<id>`: one that belongs to a project."""
    return f"{PROJECT_TEMPLATES}{template_id}"


def template_list(user_id: str) -> str:
    """`templates#<user_id>`: which templates an account has, and how large each is."""
    return f"{TEMPLATE_LISTS}{user_id}"


def suppressed(address_hash: str) -> str:
    """`suppressed#<hash of an address>`: the address itself is never stored."""
    return f"{SUPPRESSED}{address_hash}"


def stopped(address_hash: str) -> str:
    """`stopped#<hash of an address>`, of a session."""
    return f"{STOPPED}{address_hash}"


def mail_day(address_hash: str) -> str:
    """`mail_day#<hash of an address>`."""
    return f"{MAIL_DAYS}{address_hash}"


def member_invitations(subject_id: str) -> str:
    """`member_invitations#<id of a session or a project>`."""
    return f"{MEMBER_INVITATIONS}{subject_id}"


def invited(address_hash: str) -> str:
    """`invited#<hash of an address>`."""
    return f"{INVITED}{address_hash}"


def inviting(user_id: str) -> str:
    """`inviting#<user_id>`."""
    return f"{INVITING}{user_id}"


def used(fingerprint: str) -> str:
    """`used#<fingerprint>`."""
    return f"{USED}{fingerprint}"


def sign_in(sign_in_id: str) -> str:
    """`sign_in#<id>`."""
    return f"{SIGN_INS}{sign_in_id}"


def transcript_request(request_id: str) -> str:
    """`transcript#<id>`."""
    return f"{TRANSCRIPT_REQUESTS}{request_id}"


def visits(visitor: str, window: int) -> str:
    """`visits#<who, hidden>#<number of the minute, or of another window>`."""
    return f"{VISITS}{visitor}#{window}"


def day_key(day: str) -> str:
    """`day_key#<YYYY-MM-DD>`."""
    return f"{DAY_KEYS}{day}"


def share(owner_id: str) -> str:
    """`share#<owner_id>`."""
    return f"{SHARES}{owner_id}"


def spending(account: str) -> str:
    """`spending#<account>`."""
    return f"{SPENDING}{account}"


def session_spending(session_id: str) -> str:
    """`spending#session#<session_id>`."""
    return f"{SESSION_SPENDING}{session_id}"


def request(fingerprint: str) -> str:
    """`request#<fingerprint of caller, endpoint and Idempotency-Key>`."""
    return f"{REQUESTS}{fingerprint}"


def deleted(session_id: str) -> str:
    """`deleted#<session_id>`."""
    return f"{DELETED}{session_id}"


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


def shard_of(identifier: str, shards: int) -> int:
    """The shard of an id: even over UUIDs and the same in every process."""
    return int.from_bytes(hashlib.sha256(identifier.encode()).digest()[:4], "big") % shards


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


def project_roles(user_id: str) -> str:
    """`projects#<user_id>`: the roles of a user in projects."""
    return f"{PROJECT_ROLES}{user_id}"


def tie(session_id: str) -> str:
    """`session#<session_id>`: a session of a project."""
    return f"{TIES}{session_id}"


def receiver(session_id: str) -> str:
    """`received_by#<session_id>`: a session that began with something of what another one came to."""
    return f"{RECEIVERS}{session_id}"


def subproject(project_id: str) -> str:
    """`child#<project_id>`: a project within a project."""
    return f"{SUBPROJECTS}{project_id}"


def participation(user_id: str) -> str:
    """`participant#<user_id>`: the card of an account that takes part without being a member."""
    return f"{PARTICIPATIONS}{user_id}"


def unlisted(user_id: str) -> str:
    """`spoke#<user_id>`: in the place of a list, for the card of a session in which a user speaks that is in no list of theirs."""
    return f"spoke#{user_id}"


def due(kind: str, session_id: str) -> str:
    """`<kind>#<shard>`: the hash key of a `due` index."""
    return f"{kind}#{shard_of(session_id, DUE_SHARDS)}"


def dues(kind: str) -> list[str]:
    """All shards of a kind of due work."""
    return [f"{kind}#{shard}" for shard in range(DUE_SHARDS)]


def thread(thread_id: str) -> str:
    """`thread#<t>`."""
    return f"{THREADS}{thread_id}"


def thread_of(part: str) -> str:
    """The thread id inside a conversations key."""
    return part.split("#")[1]


def sequence_of(part: str) -> int:
    """The sequence number inside the key of a message."""
    return int(part.rpartition("#")[2])


def form(thread_id: str) -> str:
    """`form#<t>`."""
    return f"{FORMS}{thread_id}"


def message(thread_id: str, sequence: int) -> str:
    """`message#<t>#<000001>`."""
    return numbered(f"{MESSAGES}{thread_id}", sequence)


def account_deletion(user_id: str) -> str:
    """`account_deletion#<user_id>`, in a partition of the same id."""
    return f"{ACCOUNT_DELETIONS}{user_id}"


def deletion_record(identifier: str) -> str:
    """`deletion_record#<id>`: of a person in their session, by a random id; of a session in `guards`, by its own."""
    return f"{DELETION_RECORDS}{identifier}"


def numbered(name: str, number: int) -> str:
    """`<name>#<000001>`."""
    return f"{name}#{number:06d}"


def messages(thread_id: str) -> str:
    """The prefix of a thread's messages."""
    return f"{MESSAGES}{thread_id}#"


def widget(thread_id: str, sequence: int) -> str:
    """`widget#<t>#<000001>`, numbered as its message: outside the range of the responses."""
    return numbered(f"{WIDGETS}{thread_id}", sequence)


def comment(thread_id: str) -> str:
    """`comment#<t>`: outside the range of the responses."""
    return f"{COMMENTS}{thread_id}"


def condensed(thread_id: str) -> str:
    """`condensed#<t>`: outside the range of the responses."""
    return f"{CONDENSED}{thread_id}"


def digest(thread_id: str) -> str:
    """`digest#<t>`."""
    return f"{DIGESTS}{thread_id}"


def erasure(thread_id: str) -> str:
    """`erasure#<t>`: outside the range of the responses."""
    return f"{ERASURES}{thread_id}"


def alias(thread_id: str) -> str:
    """`alias#<t>`, t being the id by which this stage looks for a conversation that has another: outside the range of the responses."""
    return f"{ALIASES}{thread_id}"


def reminder(thread_id: str) -> str:
    """`due#reminder#<t>`: outside the range of the responses."""
    return f"{REMINDERS}{thread_id}"


def announcement(group_id: str) -> str:
    """`announcement#<group_id>`."""
    return f"{ANNOUNCEMENTS}{group_id}"


def export(export_id: str) -> str:
    """`export#<id>`."""
    return f"{EXPORTS}{export_id}"


def group(group_id: str) -> str:
    """`group#<group_id>`."""
    return f"{GROUPS}{group_id}"


def link(code: str) -> str:
    """`link#<sha256 of the code>`: the code itself is never stored."""
    return f"{LINKS}{hashlib.sha256(code.encode()).hexdigest()}"


def opened_link(person: str) -> str:
    """`opened_link#<person>`: somebody's id in the scope of Telegram, never Telegram's own."""
    return f"{OPENED_LINKS}{person}"
