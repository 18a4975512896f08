"""The kinds of items in `sessions`, typed; no behaviour."""

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute, UTCDateTimeAttribute

from chalicelib.store.attributes import JsonAttribute, TiesAttribute
from chalicelib.store.tables import SessionPart


class SessionItem(SessionPart):
    """`session`: the short fields. `due_kind` is `prompt#<shard>` while a facilitation prompt is to be written.

    `prompt_wanted_at` says since when; the sweep moves `due_at`, never this.
    """

    owner_id = UnicodeAttribute()
    topic = UnicodeAttribute()
    goal = UnicodeAttribute()
    critical = UnicodeAttribute(null=True)
    status = UnicodeAttribute()
    created_at = UTCDateTimeAttribute()
    updated_at = UTCDateTimeAttribute()
    edited_at = UTCDateTimeAttribute(null=True)
    cross_pollination = BooleanAttribute()
    widgets_enabled = BooleanAttribute()
    results_visibility = UnicodeAttribute()
    results_sections = JsonAttribute(null=True)
    shared_network = BooleanAttribute(default=False)
    is_public = BooleanAttribute()
    access = UnicodeAttribute(default="link")
    template_id = UnicodeAttribute(null=True)
    welcome_message = UnicodeAttribute(null=True)
    meta_description = UnicodeAttribute(null=True)
    intro_video_url = UnicodeAttribute(null=True)
    language = UnicodeAttribute(null=True)
    time_zone = UnicodeAttribute()
    duration_minutes = NumberAttribute()
    opens_at = UTCDateTimeAttribute(null=True)
    closes_at = UTCDateTimeAttribute(null=True)
    retention_days = NumberAttribute(null=True)
    anonymous = BooleanAttribute()
    anonymous_until = UTCDateTimeAttribute(null=True)
    max_participants = NumberAttribute(null=True)
    reminders = JsonAttribute()
    distribution = JsonAttribute(null=True)
    has_context = BooleanAttribute(default=False)
    has_questions = BooleanAttribute()
    is_example = BooleanAttribute(default=False)
    follow_up_of = UnicodeAttribute(null=True)
    models = UnicodeAttribute(default="stage")
    branding = JsonAttribute(null=True)
    has_aliases = BooleanAttribute(default=False)
    projects = TiesAttribute()
    prompt_wanted_at = UTCDateTimeAttribute(null=True)
    prompt_failed = BooleanAttribute(null=True)
    prompt_tries = NumberAttribute(null=True)
    prompt_outdated = BooleanAttribute(null=True)
    invitations_revision = NumberAttribute(null=True)  # grows whenever somebody is invited to take part


class TextItem(SessionPart):
    """`summary_prompt`, `guidelines` and `private_context`, texts of the host, possibly long; `condensed_context`, made of one;
    `logo`, a PNG in Base64."""

    text = UnicodeAttribute()


class PinnedHarmonicaMdItem(TextItem):
    """`pinned_harmonica_md`: the HARMONICA.md of whoever created the session, `written_by`, as it was then. It goes with their account,
    whoever owns the session by that time."""

    written_by = UnicodeAttribute(null=True)


class ContextItem(TextItem):
    """`context`. `due_kind` is `context#<shard>` while a short version of it is to be written.

    `wanted_at` says since when; the sweep moves `due_at`, never this.
    """

    wanted_at = UTCDateTimeAttribute(null=True)
    tries = NumberAttribute(null=True)


class SessionTemplateItem(SessionPart):
    """`template`: what the session keeps of the template it started from, where a host made that."""

    document = JsonAttribute()


class QuestionsItem(SessionPart):
    """`questions`: the pre-session form."""

    questions = JsonAttribute()


class PromptItem(SessionPart):
    """`prompt#current` and `prompt#<n>`. The current one has no text after the host took it away; its number still counts."""

    version = NumberAttribute()
    text = UnicodeAttribute(null=True)
    origin = UnicodeAttribute()
    summary = UnicodeAttribute(null=True)
    generated_from = JsonAttribute(null=True)
    template_id = UnicodeAttribute(null=True)
    created_at = UTCDateTimeAttribute(null=True)
    created_by = UnicodeAttribute(null=True)


class EditItem(SessionPart):
    """`edit#<field>#<n>`: what a text was from then on, none where it was taken away."""

    value = UnicodeAttribute(null=True)
    source = UnicodeAttribute()
    created_at = UTCDateTimeAttribute(null=True)
    created_by = UnicodeAttribute(null=True)


class TallyItem(SessionPart):
    """`tally#<shard>`: counters of the threads that fall into this shard; they only ever move by ADD.

    `capped` is there, in all shards, while the session has an item `seats`: whoever joins then has to take one.
    """

    status = UnicodeAttribute()
    participants = NumberAttribute(default=0)
    completed = NumberAttribute(default=0)
    turns = NumberAttribute(default=0)
    input_tokens = NumberAttribute(default=0)
    cached_tokens = NumberAttribute(default=0)
    output_tokens = NumberAttribute(default=0)
    capped = BooleanAttribute(null=True)


class LimitItem(SessionPart):
    """`seats`, where the session has a limit: how many participants may join, and how many have; `taken` moves by ADD."""

    taken = NumberAttribute()
    limit = NumberAttribute()


class CardItem(SessionPart):
    """What lists show of a session, or search in it. `groups` has channel and group id of each distribution."""

    topic = UnicodeAttribute()
    goal = UnicodeAttribute()
    status = UnicodeAttribute()
    participant_count = NumberAttribute(default=0)
    created_at = UTCDateTimeAttribute()
    updated_at = UTCDateTimeAttribute()
    closes_at = UTCDateTimeAttribute(null=True)
    groups = JsonAttribute(null=True)
    has_context = BooleanAttribute(default=False)
    access = UnicodeAttribute(default="link")


class MemberItem(CardItem):
    """`member#<user_id>`: a user's role in a session, and the card for that user's list, or for their list of drafts. Only here
    `has_context` may be true."""

    member_id = UnicodeAttribute()
    role = UnicodeAttribute()
    added_at = UTCDateTimeAttribute(null=True)
    offered_at = UTCDateTimeAttribute(null=True)
    offered_by = UnicodeAttribute(null=True)


class ProjectCardItem(CardItem):
    """`of_project#<project_id>`: the card for the list of a project, or of its drafts. `role` is the highest that the project gives in
    this session."""

    member_id = UnicodeAttribute()
    role = UnicodeAttribute()


class ParticipationItem(CardItem):
    """`participant#<user_id>`: the card for the list of a user who takes part with an account, in so many threads; gives no role. Of
    somebody who speaks by a role it is in no list, and tells where they spoke. A HARMONICA.md of theirs that the session keeps counts
    as a thread, once they are no member: it goes with their account, too."""

    member_id = UnicodeAttribute()
    threads = NumberAttribute(default=0)


class FeedItem(CardItem):
    """`feed`: the card of a public session; outside the feed while it has ended."""

    feed = UnicodeAttribute(null=True)


class DeletionItem(SessionPart):
    """`deletion`: the session is gone, and what is left of it is being removed; goes last. `due_kind` is `deletion#<shard>`."""


class ClosingItem(SessionPart):
    """`closing`, what the clock does next with a session: `due_kind` is `opening#<shard>` of a draft that opens by itself, then
    `closing#<shard>` until the session is marked as ended, then `retention#<shard>` or `stage_retention#<shard>`."""


class SynthesisItem(SessionPart):
    """`synthesis`: where the summary stands. `due_kind` is `summary#<shard>` while a job is at it, and after one that never ended;
    `silence#<shard>` while the summary waits for people to have said what they have to say."""

    stale_since = UTCDateTimeAttribute(null=True)
    told_at = UTCDateTimeAttribute(null=True)
    updating_until = UTCDateTimeAttribute(null=True)
    held_by_request = BooleanAttribute(null=True)
    epoch = NumberAttribute(default=0)
    withdrawn_at = UTCDateTimeAttribute(null=True)
    behind_since = UTCDateTimeAttribute(null=True)
    wanted_at = UTCDateTimeAttribute(null=True)
    wants_large = BooleanAttribute(null=True)
    tries = NumberAttribute(null=True)
    paid_tries = NumberAttribute(null=True)
    rests_until = UTCDateTimeAttribute(null=True)
    slow_until = UTCDateTimeAttribute(null=True)
    begun = NumberAttribute(null=True)
    first_answer_at = UTCDateTimeAttribute(null=True)
    themes_version = NumberAttribute(null=True)
    themes_last = NumberAttribute(null=True)


class ThemeItem(SessionPart):
    """`theme#<n>`: one theme of the session; how many changes there were, and the highest n ever, are in `synthesis`."""

    theme = JsonAttribute()


class DocumentItem(SessionPart):
    """`scratchpad`, the notes of all conversations; `reduce#0#<bucket>`, the points that speak for a bucket of threads; `edits`,
    which revisions of each text are kept; `conclusions`, what the session comes to; `received`, what it began with of what others
    came to; `knowledge`, what a model collected of it.

    Of bounded size; `version` is another one with every write.
    """

    version = UnicodeAttribute()
    document = JsonAttribute()


class SummaryItem(SessionPart):
    """`summary`: the last good summary. `due_kind` is `brief#<shard>` while its brief is to be written."""

    generated_at = UTCDateTimeAttribute()
    document = JsonAttribute()


class KeptSummaryItem(SessionPart):
    """`summary#<place>`: one of the last summaries, the current one among them."""

    generated_at = UTCDateTimeAttribute()
    document = JsonAttribute()


class BriefItem(SessionPart):
    """`brief`: SESSION.md and the time of the summary it was made from."""

    summary_at = UTCDateTimeAttribute()
    markdown = UnicodeAttribute()
