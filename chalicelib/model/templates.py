"""Records of the templates that hosts make."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from chalicelib.model.sessions import QuestionRole, QuestionType, Role, SessionTemplate, TemplateType

BriefField = Literal["topic", "goal", "critical", "context"]


class TemplateField(Struct, frozen=True):
    """A question to the host who designs a session: what they enter becomes a part of the brief, in the field that it maps to."""

    key: str
    label: str
    maps_to: BriefField
    hint: str = ""
    required: bool = False


class TemplateQuestion(Struct, frozen=True):
    """A question of the form that sessions of the template begin with."""

    text: str
    type: QuestionType = "Short field"
    required: bool = False
    options: tuple[str, ...] = ()
    role: QuestionRole | None = None
    multiple: bool = False
    long: bool = False


class ChainRole(Struct, frozen=True, omit_defaults=True):
    """What somebody is in a step of a chain."""

    slug: Annotated[
        str, Meta(min_length=1, max_length=100, description="The role's name for machines.", examples=["chair"])
    ]
    label: Annotated[str, Meta(max_length=300, description="The role's name for people.", examples=["Chair"])]
    weight: (
        Annotated[Literal["normal", "elevated", "lead"], Meta(description="How much their word counts.")] | UnsetType
    ) = UNSET


class CompletionCriteria(Struct, frozen=True, omit_defaults=True):
    """When a step of a chain is over."""

    type: Annotated[
        Literal["host_continue", "all_submitted", "quorum"],
        Meta(description="When the host says so, when everybody is done, or when `count` people are."),
    ]
    count: (
        Annotated[int, Meta(ge=1, le=100_000, description="How many people, for `quorum`.", examples=[5])] | UnsetType
    ) = UNSET


class ChainStep(Struct, frozen=True, omit_defaults=True):
    """One step of a chain: what is not set was not sent."""

    id: Annotated[
        str, Meta(min_length=1, max_length=100, description="The step's name within the chain.", examples=["collect"])
    ]
    title: (
        Annotated[str, Meta(max_length=300, description="The step's name for people.", examples=["Ideas"])] | UnsetType
    ) = UNSET
    description: Annotated[str, Meta(max_length=5_000, description="What the step is for.")] | UnsetType = UNSET
    facilitation_prompt: (
        Annotated[str, Meta(max_length=100_000, description="What the facilitator follows in it.")] | UnsetType
    ) = UNSET
    default_session_name: (
        Annotated[str, Meta(max_length=300, description="A title for the session of this step.")] | UnsetType
    ) = UNSET
    context_mode: (
        Annotated[
            Literal["none", "previous_summary", "all_summaries", "custom"],
            Meta(description="What of the steps before it the facilitator is told."),
        ]
        | UnsetType
    ) = UNSET
    individual_memory: (
        Annotated[bool, Meta(description="Whether it is told what the same person said before.")] | UnsetType
    ) = UNSET
    roles: (
        Annotated[tuple[ChainRole, ...], Meta(max_length=50, description="The roles of those who take part.")]
        | UnsetType
    ) = UNSET
    assignment_strategy: (
        Annotated[
            Literal["explicit", "round_robin", "first_come_first_served", "host_assigned", "all_participants"],
            Meta(description="How people come by their roles."),
        ]
        | UnsetType
    ) = UNSET
    completion_criteria: Annotated[CompletionCriteria, Meta(description="When the step is over.")] | UnsetType = UNSET


class ChainConfig(Struct, frozen=True, omit_defaults=True):
    """The steps of a chain, and what comes of it."""

    steps: Annotated[tuple[ChainStep, ...], Meta(min_length=1, max_length=50, description="The steps, in their order.")]
    output_artifact: Annotated[Literal["wardley"], Meta(description="What is drawn of the results.")] | UnsetType = (
        UNSET
    )


class Provenance(Struct, frozen=True):
    """Where a template was installed from, and what it was then: `install_hash` is of its chain's canonical JSON."""

    spec_id: str
    spec_version: str
    registry: str
    install_hash: str
    installed_at: datetime
    installed_by: str | None = None


class OwnTemplate(Struct, frozen=True):
    """A template that a host made: theirs, or, with a `project_id`, that of a project, whoever made it. `updated_at` grows with every
    change."""

    id: str
    owner_id: str
    title: str
    created_at: datetime
    updated_at: datetime
    description: str | None = None
    icon: str | None = None
    facilitation_prompt: str | None = None
    default_session_name: str | None = None
    default_goal: str | None = None
    default_critical: str | None = None
    default_context: str | None = None
    template_type: TemplateType = "single"
    chain_config: ChainConfig | None = None
    cross_pollination_default: bool = False
    is_public: bool = False
    fields: tuple[TemplateField, ...] = ()
    questions: tuple[TemplateQuestion, ...] | None = None
    archived_at: datetime | None = None
    source_provenance: Provenance | None = None
    project_id: str | None = None

    @property
    def kept(self) -> SessionTemplate:
        """What a session that starts from it keeps."""
        return SessionTemplate(
            self.id,
            self.title,
            self.description or "",
            self.facilitation_prompt or "",
            self.cross_pollination_default,
            self.template_type,
        )


class TemplateView(Struct, frozen=True):
    """A template that a host made, and the role that somebody has in it: its owner, or as in the project that it belongs to."""

    template: OwnTemplate
    role: Role | None = None
