"""Records of a session: its settings and parts, and what lists show of it."""

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct, field

from chalicelib.model.memory import Conclusions, Memory
from chalicelib.model.own_models import ModelSource
from chalicelib.model.scratchpad import Scratchpad
from chalicelib.model.synthesis import Brief, Summary, Synthesis

Status = Literal["draft", "active", "completed"]
Role = Literal["viewer", "editor", "admin", "owner"]
_RANK: dict[Role, int] = {"viewer": 1, "editor": 2, "admin": 3, "owner": 4}
Visibility = Literal["host", "participants", "public"]
JoinAccess = Literal["link", "invited"]
SuggestedField = Literal["goal", "critical", "context", "topic"]
PromptOrigin = Literal["host", "tailored", "basic", "revised", "restored", "review", "template"]
EditSource = Literal[
    "create_session", "manual_edit", "brief_drift_cascade", "template_switch", "stall_review_apply", "earlier"
]
TemplateType = Literal["single", "chain"]
QuestionType = Literal["Short field", "Email", "Options"]
QuestionRole = Literal["name", "email", "other"]
Channel = Literal["telegram"]
PromptStatus = Literal["host", "writing", "tailored", "basic"]
SummaryStatus = Literal["current", "updating", "stale", "none"]
DistributionStatus = Literal["pending", "announced", "closed", "failed", "unconfirmed"]


SHOWN_CONTEXT_BYTES = 16_000  # of UTF-8: as much of a context goes to the model with every turn


def is_long_context(context: str | None) -> bool:
    """Whether a context needs a short version."""
    return context is not None and len(context.encode()) > SHOWN_CONTEXT_BYTES


def is_at_least(role: Role | None, least: Role) -> bool:
    """Whether a role, or having none, comes up to this one."""
    return role is not None and _RANK[role] >= _RANK[least]


def highest(*roles: Role | None) -> Role | None:
    """The highest of these roles; None where there is none."""
    return max((role for role in roles if role), key=_RANK.__getitem__, default=None)


def lowest(role: Role, *others: Role) -> Role:
    """The lowest of these roles."""
    return min((role, *others), key=_RANK.__getitem__)


class Question(Struct, frozen=True):
    """A field of the pre-session form.

    `role` is what the answer is to us, where the host says so. `multiple`: several of the options may be chosen; `long`: a
    text of several lines.
    """

    id: str
    text: str
    position: int
    type: QuestionType = "Short field"
    required: bool = False
    options: tuple[str, ...] = ()
    role: QuestionRole | None = None
    multiple: bool = False
    long: bool = False


class Prompt(Struct, frozen=True):
    """A version of the facilitation prompt. Version 0 is never stored: it is the basic one, or that of the session's template.

    One that was written by us, or is a proposal of ours that the host took over, has a summary, and what it was written from:
    topic, goal, critical and the beginning of the context, and a template. `created_by` is the user who wrote or chose its
    text; None for what a worker wrote. Versions from before that was stored have no `created_at`.
    """

    version: int
    text: str
    origin: PromptOrigin
    summary: str | None = None
    generated_from: dict[str, str | None] | None = None
    template_id: str | None = None
    created_at: datetime | None = None
    created_by: str | None = None

    @property
    def is_ours(self) -> bool:
        """Whether nobody chose its text, so that it may be written anew without asking."""
        return self.origin in ("tailored", "basic") and self.created_by is None


class Mark(Struct, frozen=True, array_like=True):
    """A revision of a text that is kept, and when it came about.

    In a draft, where texts are stored while they are typed, what `typed_by` writes within minutes of `begun_at` takes its place.
    """

    number: int
    at: datetime
    typed_by: str | None = None
    begun_at: datetime | None = None


class Revision(Struct, frozen=True):
    """What a text of a session was from a time on. `earlier` is what it was before its revisions were kept; of it, nobody knows
    when and by whom. A prompt tells more exactly how it came about, as its `origin`."""

    field: str
    number: int
    value: str | None
    source: EditSource
    created_at: datetime | None = None
    created_by: str | None = None
    origin: PromptOrigin | None = None


class Distribution(Struct, frozen=True):
    """A channel where the session is announced, and how far that has come.

    `error` is the code of why it failed; `registered_by` the user whose group it is, None for the session's owner.
    """

    channel: Channel
    group_id: str
    status: DistributionStatus = "pending"
    error: str | None = None
    registered_by: str | None = None


class ResultsSections(Struct, frozen=True):
    """Which sections of the results others than members may read, where they may read results at all."""

    summary: bool = True
    recap: bool = False
    responses: bool = False
    insights: bool = False
    similarity: bool = False
    ask: bool = False


class Branding(Struct, frozen=True):
    """Who asks, as participants see it. `logo` is the name of the picture, which follows from what is in it; `accent` a color as the host
    chose it, like #0b6156; `why` a sentence on what it is for."""

    host_name: str | None = None
    logo: str | None = None
    accent: str | None = None
    why: str | None = None


class Session(Struct, frozen=True):
    """A session's short fields and settings (the `session` item)."""

    id: str
    owner_id: str
    topic: str
    goal: str
    critical: str | None
    status: Status
    created_at: datetime
    updated_at: datetime
    edited_at: datetime | None = None  # by somebody; `updated_at` also moves with a summary and when it ends by itself
    cross_pollination: bool = False
    widgets_enabled: bool = False
    results_visibility: Visibility = "host"
    results_sections: ResultsSections = ResultsSections()
    shared_network: bool = False
    is_public: bool = False
    access: JoinAccess = "link"
    summary_prompt: str | None = None
    platform_guidelines_override: str | None = None
    private_context: str | None = None  # read where a prompt is written from it, and where its host reads the session
    intro_video_url: str | None = None
    template_id: str | None = None
    welcome_message: str | None = None
    meta_description: str | None = None
    language: str | None = None
    time_zone: str = "UTC"
    duration_minutes: int = 10
    opens_at: datetime | None = None  # when a draft opens by itself; past it, it could not
    closes_at: datetime | None = None
    retention_days: int | None = None  # after its end, until it is deleted; None: as the stage has it
    anonymous: bool = False
    anonymous_until: datetime | None = None  # when it was last, where it is not any more
    max_participants: int | None = None
    reminders: dict[str, Any] = field(default_factory=lambda: {"enabled": False, "after_hours": [], "text": None})
    distribution: tuple[Distribution, ...] = ()
    has_context: bool = False
    has_questions: bool = False  # whether the host set any list of questions, an empty one included
    is_example: bool = False  # whether its people, what they say and its summary are made up
    follow_up_of: str | None = None  # the id of the session that it takes up, which may be gone
    models: ModelSource = "stage"  # whose answer in new conversations, and to all that is asked about the whole session
    branding: Branding = Branding()
    has_aliases: bool = (
        False  # whether it came from another stage, with conversations that this one looks for under other ids
    )
    # The projects that it is in, each with the highest role that it gives here: that of whoever put the session into it.
    projects: dict[str, Role] = {}

    @property
    def host_name(self) -> str | None:
        """Who asks, where its host says so."""
        return self.branding.host_name

    @property
    def why(self) -> str | None:
        """What it is for, where its host says so."""
        return self.branding.why

    @property
    def results_shown_to(self) -> Visibility:
        """Who may read results: besides its members nobody, where no section of them is open."""
        is_any_open = any(getattr(self.results_sections, name) for name in ResultsSections.__struct_fields__)
        return self.results_visibility if is_any_open else "host"

    @property
    def is_draft(self) -> bool:
        """Whether it has not been opened yet."""
        return self.status == "draft"

    @property
    def is_capped(self) -> bool:
        """Whether it has a limit of participants."""
        return self.max_participants is not None

    def status_at(self, now: datetime) -> Status:
        """The status that counts: past `closes_at` a session is completed, whatever is stored; a draft is one until it is opened."""
        return _status_at(self.status, self.closes_at, now)


def _status_at(stored: Status, closes_at: datetime | None, now: datetime) -> Status:
    return "completed" if stored != "draft" and closes_at is not None and closes_at <= now else stored


class Card(Struct, frozen=True):
    """What lists show of a session, and search in it; `groups` are the channel and group id of each distribution.

    `has_context` is said of a session to its members only, and `role` is the one of the member whose card it is.
    """

    session_id: str
    topic: str
    goal: str
    status: Status
    participant_count: int
    created_at: datetime
    updated_at: datetime
    closes_at: datetime | None = None
    has_context: bool = False
    groups: tuple[tuple[str, str], ...] = ()
    role: Role | None = None
    access: JoinAccess = "link"

    def status_at(self, now: datetime) -> Status:
        """The status that counts, as for the session itself."""
        return _status_at(self.status, self.closes_at, now)


class Tally(Struct, frozen=True):
    """The exact counters of a session, summed over their shards."""

    participants: int = 0
    completed: int = 0
    turns: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0


class Spending(Struct, frozen=True):
    """What models have cost for a session, whatever they were asked for: in millionths of a dollar, and in tokens that were read
    fresh, read from the cache, and written. Calls that failed are among them; one whose process died is not."""

    cost: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0


class SessionTemplate(Struct, frozen=True):
    """What a session keeps of a template that a host made, as it was when the session took it: neither an edit of the template nor
    its end changes a session."""

    id: str
    title: str
    description: str = ""
    facilitation_prompt: str = ""
    cross_pollination_default: bool = False
    template_type: TemplateType = "single"


class SessionView(Struct, frozen=True):
    """A session with the parts that were asked for; a part that was not read, or does not exist, is empty."""

    session: Session
    role: Role | None = (
        None  # of whoever asks: the highest of their own in the session and those that its projects give
    )
    own_role: Role | None = None
    project_roles: dict[str, Role] = {}  # those that they have in its projects
    context: str | None = None
    condensed_context: str | None = None  # the short version of a long one, once there is one
    context_due_at: datetime | None = None  # since when that is to be written
    context_tries: int = 0  # since then, that a model was paid for and none came of
    harmonica_md: str | None = None  # that of whoever created it, as it was then
    own_harmonica_md: str | None = None  # that of whoever reads it, as it is now
    questions: tuple[Question, ...] = ()
    template: SessionTemplate | None = None  # where a host made it
    logo: str | None = None  # the picture, a PNG in Base64
    prompt: Prompt | None = None
    prompt_version: int = 0  # the last one there has been, whether it is in force or not
    prompt_due_at: datetime | None = None  # since when a tailored prompt is to be written
    prompt_failed: bool = False  # whether writing it has failed since then; while it is due, it is tried again
    prompt_tries: int = 0  # since then, that a model was paid for and no prompt came of
    prompt_outdated: bool = (
        False  # whether a draft was changed since its prompt was asked for; written when it is opened
    )
    edits: dict[str, tuple[Mark, ...]] = {}  # of each text, the revisions that are kept, the newest last
    tally: Tally = Tally()
    participants: tuple[int, ...] = ()  # of each shard of the tally
    taken: int = 0  # how many are in, of a session with a limit of participants
    synthesis: Synthesis = field(default_factory=Synthesis)
    summary: Summary | None = None
    brief: Brief | None = None
    scratchpad: Scratchpad | None = None
    spending: Spending | None = None
    conclusions: Conclusions | None = None
    received: Memory | None = None  # what it began with of what other sessions of its projects came to

    @property
    def prompt_due(self) -> bool:
        """Whether a tailored prompt is to be written."""
        return self.prompt_due_at is not None

    @property
    def prompt_awaited(self) -> bool:
        """Whether a tailored prompt is about to come: it is to be written, and that has not failed yet."""
        return self.prompt_due and not self.prompt_failed
