"""The fields of a session, each with its limits and a sentence on what it is for: as hosts set them and as answers show them."""

from typing import Annotated, Any, ClassVar

from msgspec import UNSET, Meta, Struct, UnsetType, field

from chalicelib.model import SHOWN_CONTEXT_BYTES, JoinAccess, Visibility
from chalicelib.model import Channel as ChannelName
from chalicelib.model import QuestionRole as RoleOfQuestion
from chalicelib.model import QuestionType as QuestionKind
from chalicelib.model.own_models import ModelSource
from chalicelib.operations.branding import BrandingGiven
from chalicelib.operations.fields import Id, Moment, Text5k, Text100k
from chalicelib.operations.operation import Input, Output
from chalicelib.services.sessions.participant_limit import DEFAULT_LIMIT

TOPIC_LIMIT = 300
Topic = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=TOPIC_LIMIT,
        description="The session's title, which participants see first.",
        examples=["Our office"],
    ),
]
Goal = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=5_000,
        description="What the host wants to find out or decide.",
        examples=["Decide what to change about the office next year"],
    ),
]
Critical = Annotated[
    Text5k,
    Meta(
        description="What the host has to learn in any case; every conversation comes to it.",
        examples=["What keeps people from coming in"],
    ),
]
Context = Annotated[
    Text100k,
    Meta(
        description="Background for the facilitator, as much as it needs to ask well. Participants don't see it, and the "
        "facilitator is told to keep it to itself; what they may not learn in any case belongs into `private_context`. Of more than "
        f"{SHOWN_CONTEXT_BYTES:,} bytes of UTF-8, the facilitator is shown a shorter version that a model writes once."
    ),
]
PrivateContext = Annotated[
    Text100k,
    Meta(
        description="Background that no conversation has: the facilitation prompt is written with it in mind, where the session has "
        "none of the host's own, and nothing else is. Members of the session read it.",
    ),
]
PromptText = Annotated[
    Text100k,
    Meta(description="The instructions that the facilitator follows. Without any, they are written from the brief."),
]
PromptSummary = Annotated[Text5k, Meta(description="What the prompt does, in a sentence or two.")]
HostGuidelines = Annotated[
    str,
    Meta(
        max_length=20_000,
        description=(
            "The host's own guidelines for how the facilitator talks and leads; where they differ from ours, they count. What keeps "
            "people safe, what it never tells, and what it takes for data stay as they are."
        ),
    ),
]
IntroVideoUrl = Annotated[
    str,
    Meta(
        max_length=2_000,
        description="The address of a video for participants; one that begins with https:// is linked on the page to join on.",
        examples=["https://video.example.com/welcome"],
    ),
]
TemplateRef = Annotated[Id, Meta(description="The template that the session starts from: its id or its slug.")]
ProjectId = Annotated[Id, Meta(description="The project that the session belongs to.")]
CrossPollination = Annotated[
    bool, Meta(description="Whether the facilitator may bring up, without names, what other conversations came to.")
]
WidgetsEnabled = Annotated[
    bool, Meta(description="Whether the facilitator may offer choices and scales beside its questions.")
]
ResultsVisibility = Annotated[Visibility, Meta(description="Who may read the page of results.")]
SummaryOpen = Annotated[bool, Meta(description="Whether the summary is open to them.", examples=[True])]
RecapOpen = Annotated[
    bool, Meta(description="Whether the recap is open to them: no names, and nothing that points at one person.")
]
ResponsesOpen = Annotated[
    bool, Meta(description="Whether the answers to the form and to widgets are open to them, counted.")
]
InsightsOpen = Annotated[bool, Meta(description="Whether the insights are open to them that are meant to be seen.")]
SimilarityOpen = Annotated[bool, Meta(description="Whether it is open to them how near people are to each other.")]
AskOpen = Annotated[bool, Meta(description="Whether they may ask questions of what was said.")]
SharedNetwork = Annotated[
    bool,
    Meta(
        description="Whether people take part from one place, as in a workshop: behind one internet address. Else conversations "
        "that begin there within an hour count as one person's wherever a number of people protects somebody: before five people "
        "have taken part, others than members see no results."
    ),
]
IsPublic = Annotated[
    bool,
    Meta(
        description="Whether the public list shows the session, and every key may take part in it; neither with `access: invited`."
    ),
]
Access = Annotated[
    JoinAccess,
    Meta(
        description="Who can join: whoever has the session's link, or with `invited` only people with a personal link of theirs, which "
        "an invitation gives. Who has begun a conversation goes on in either case."
    ),
]
SummaryPrompt = Annotated[
    Text100k, Meta(description="What the host asks of the summary besides what it has in any case.")
]
WelcomeMessage = Annotated[Text5k, Meta(description="What participants read before they start.")]
MetaDescription = Annotated[Text5k, Meta(description="The sentence that previews of the session's link show.")]
Language = Annotated[
    str,
    Meta(
        max_length=35,
        description="The language to talk in, by its code or name; without one, the participant's.",
    ),
]
TimeZone = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        description="The zone of the session's times, by its name in the IANA database.",
        examples=["UTC"],
    ),
]
DurationMinutes = Annotated[
    int, Meta(ge=1, le=240, description="About how many minutes a conversation is to take.", examples=[10])
]
OpensAt = Annotated[
    Moment,
    Meta(
        description="When the session opens by itself, before `closes_at`: it is a draft until then, which needs topic and goal. Opened "
        "before that, it has no such time any more. Where it is over, the draft could not be opened then."
    ),
]
RetentionDays = Annotated[
    int,
    Meta(
        ge=1,
        le=3650,
        description="How many days after its end the session is deleted, with everything in it; null: as the deployment has it, which "
        "as a rule keeps it. For admins of the session only.",
    ),
]
Models = Annotated[
    ModelSource,
    Meta(
        description="Whose model answers in new conversations, and to all that is asked about the session: the stage's, or that of its "
        "owner's account. A conversation goes on with the one that it began with. Only the owner may change it. A new session has the "
        "account's where its owner has chosen one for each tier.",
        examples=["stage"],
    ),
]
Anonymous = Annotated[
    bool,
    Meta(
        description="Whether nobody is asked who they are: no question for a name or an e-mail address is taken, and neither "
        "`participant_name` nor the `participant_id` of the channel is stored. What was stored before stays."
    ),
]
MaxParticipants = Annotated[int, Meta(ge=1, le=100_000, description="How many people can join; null: as many as come.")]
GroupId = Annotated[Id, Meta(description="The id of the group.", examples=["-1001234567890"])]
Channel = Annotated[ChannelName, Meta(description="The kind of channel.")]
QuestionText = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=1_000,
        description="The question as participants read it.",
        examples=["How often do you come in?"],
    ),
]
QuestionType = Annotated[
    QuestionKind,
    Meta(description="What is entered: a short text, an e-mail address, or one of the options.", examples=["Options"]),
]
IsRequired = Annotated[bool, Meta(description="Whether nobody joins without an answer.")]
QuestionRole = Annotated[
    RoleOfQuestion,
    Meta(
        description="What the answer is: the participant's name, which `participant_name` follows; their e-mail address; or just "
        "an answer. Where it is not set, type and wording hint at it. In an anonymous session only `other` may be.",
        examples=["other"],
    ),
]
IsMultiple = Annotated[bool, Meta(description="Whether several of the options may be chosen.")]
IsLong = Annotated[bool, Meta(description="Whether there is room for a text of several lines.")]
Option = Annotated[str, Meta(min_length=1, max_length=200)]
RemindersEnabled = Annotated[
    bool,
    Meta(
        description="Whether people are offered to be reminded of a conversation that they did not conclude. Whoever asks for it gets "
        "at most two, by e-mail or in Telegram, each between 9 and 21 o'clock by their own clock, else in the zone of the session."
    ),
]
Hours = Annotated[int, Meta(ge=1, le=336)]
ReminderText = Annotated[
    str,
    Meta(
        max_length=500,
        description="What a reminder says besides ours: the host's own words.",
        examples=["We miss your view."],
    ),
]


class NewQuestion(Struct):
    """A question of the form that participants fill in before they start."""

    text: QuestionText
    type: QuestionType = "Short field"
    required: IsRequired = False
    options: Annotated[
        tuple[Option, ...],
        Meta(max_length=50, description="What there is to choose from.", examples=[["Daily", "Weekly", "Hardly ever"]]),
    ] = ()
    role: QuestionRole | None = None
    multiple: IsMultiple = False
    long: IsLong = False


class EditedQuestion(NewQuestion):
    """A question of the form; with its id it stays the question that it was."""

    id: (
        Annotated[
            Id,
            Meta(description="The id of the question that this one takes the place of; without one, its text tells."),
        ]
        | None
    ) = None


class NewReminders(Struct):
    """Reminders to people who joined and did not finish."""

    enabled: RemindersEnabled = False
    after_hours: Annotated[
        tuple[Hours, ...],
        Meta(
            max_length=2,
            description="How many hours after a participant's last message each reminder is sent; without any, 24 and 72. Where the "
            "session closes earlier, one comes a day before it does.",
            examples=[[24, 72]],
        ),
    ] = ()
    text: ReminderText | None = None

    def __post_init__(self) -> None:
        self.after_hours = tuple(sorted(self.after_hours))
        self.text = self.text or None


class OpenSections(Struct):
    """Which sections of the results are open to others; one that is absent stays as it is."""

    summary: SummaryOpen | UnsetType = UNSET
    recap: RecapOpen | UnsetType = UNSET
    responses: ResponsesOpen | UnsetType = UNSET
    insights: InsightsOpen | UnsetType = UNSET
    similarity: SimilarityOpen | UnsetType = UNSET
    ask: AskOpen | UnsetType = UNSET


class NewDistribution(Struct):
    """A channel where the session is announced."""

    group_id: GroupId
    channel: Channel = "telegram"


class GeneratedFrom(Output):
    """What of the brief a facilitation prompt was written from: it has drifted where the brief differs.

    A prompt is written from the first 20,000 characters of the context, so an edit behind them is no difference.
    """

    topic: Topic
    goal: Goal
    critical: Critical | None
    context: Context | None


class NewGeneratedFrom(GeneratedFrom, forbid_unknown_fields=False):
    """What of the brief a prompt was written from; of the context its first 20,000 characters are kept."""

    critical: Critical | None = None
    context: Context | None = None

    def __post_init__(self) -> None:
        self.critical, self.context = self.critical or None, self.context or None


class CreateSession(Input):
    """A session as its host designs it. Unless it is a draft, it needs a topic and a goal."""

    schema_rules: ClassVar[dict[str, Any]] = {
        "anyOf": [
            {
                "properties": {"topic": {"type": "string"}, "goal": {"type": "string"}},
                "required": ["topic", "goal"],
            },
            {"properties": {"draft": {"const": True}}, "required": ["draft"]},
        ]
    }

    topic: Topic | None = None
    goal: Goal | None = None
    critical: Critical | None = None
    context: Context | None = None
    private_context: PrivateContext | None = None
    prompt: PromptText | None = None
    prompt_summary: PromptSummary | None = None
    prompt_generated_from: (
        Annotated[
            NewGeneratedFrom,
            Meta(description="What the prompt was written from, as a proposal says; it comes with the prompt."),
        ]
        | None
    ) = None
    platform_guidelines_override: HostGuidelines | None = None
    intro_video_url: IntroVideoUrl | None = None
    template_id: TemplateRef | None = None
    project_id: ProjectId | None = None
    questions: (
        Annotated[
            tuple[NewQuestion, ...],
            Meta(max_length=50, description="The form that participants fill in before they start."),
        ]
        | None
    ) = None
    cross_pollination: CrossPollination = False
    widgets_enabled: WidgetsEnabled = False
    results_visibility: ResultsVisibility = "host"
    results_sections: Annotated[
        OpenSections,
        Meta(
            description="Which sections of the results others than members may read, where `results_visibility` lets them read "
            "results: of a new session the summary alone, unless it is said here."
        ),
    ] = field(default_factory=OpenSections)
    shared_network: SharedNetwork = False
    distribution: Annotated[
        tuple[NewDistribution, ...], Meta(max_length=20, description="Where the session is announced.")
    ] = ()
    is_public: IsPublic = False
    access: Access = "link"
    summary_prompt: SummaryPrompt | None = None
    welcome_message: WelcomeMessage | None = None
    meta_description: MetaDescription | None = None
    language: Language | None = None
    time_zone: (
        Annotated[
            TimeZone,
            Meta(
                description="The zone of the session's times, by its name in the IANA database. A new session that names none has "
                "that of its owner's account, else UTC."
            ),
        ]
        | None
    ) = None
    duration_minutes: DurationMinutes = 10
    opens_at: OpensAt | None = None
    closes_at: Annotated[Moment, Meta(description="When the session ends by itself.")] | None = None
    retention_days: RetentionDays | None = None
    anonymous: Anonymous = False
    max_participants: MaxParticipants | None = DEFAULT_LIMIT
    reminders: Annotated[NewReminders, Meta(description="Reminders to people who did not finish.")] = field(
        default_factory=NewReminders
    )
    follow_up_of: (
        Annotated[Id, Meta(description="The session that this one follows up, of which the caller is a member.")] | None
    ) = None
    models: Models | None = None
    branding: BrandingGiven | None = None
    draft: Annotated[bool, Meta(description="Whether it is kept as a draft, which may lack topic and goal.")] = False
