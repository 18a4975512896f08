"""Records of the templates that hosts make."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from chalicelib.model.sessions import QuestionRole, QuestionType, SessionTemplate, TemplateType

BriefField = Literal["topic", "goal", "critical", "context"]

_Short = Annotated[str, Meta(max_length=300)]
_Name = Annotated[str, Meta(min_length=1, max_length=100)]


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

    slug: _Name
    label: _Short
    weight: Literal["normal", "elevated", "lead"] | UnsetType = UNSET


class HostContinues(Struct, frozen=True, tag="host_continue", tag_field="type"):
    """The host says when a step is over."""


class AllSubmitted(Struct, frozen=True, tag="all_submitted", tag_field="type"):
    """A step is over when everybody is done."""


class Quorum(Struct, frozen=True, tag="quorum", tag_field="type"):
    """A step is over when so many people are done."""

    count: Annotated[int, Meta(ge=1, le=100_000)]


class ChainStep(Struct, frozen=True, omit_defaults=True):
    """One step of a chain: what is not set was not sent."""

    id: _Name
    title: _Short | UnsetType = UNSET
    description: Annotated[str, Meta(max_length=5_000)] | UnsetType = UNSET
    facilitation_prompt: Annotated[str, Meta(max_length=100_000)] | UnsetType = UNSET
    default_session_name: _Short | UnsetType = UNSET
    context_mode: Literal["none", "previous_summary", "all_summaries", "custom"] | UnsetType = UNSET
    individual_memory: bool | UnsetType = UNSET
    roles: Annotated[tuple[ChainRole, ...], Meta(max_length=50)] | UnsetType = UNSET
    assignment_strategy: (
        Literal["explicit", "round_robin", "first_come_first_served", "host_assigned", "all_participants"] | UnsetType
    ) = UNSET
    completion_criteria: HostContinues | AllSubmitted | Quorum | UnsetType = UNSET


class ChainConfig(Struct, frozen=True, omit_defaults=True):
    """The steps of a chain, and what comes of it."""

    steps: Annotated[tuple[ChainStep, ...], Meta(min_length=1, max_length=50)]
    output_artifact: Literal["wardley"] | UnsetType = UNSET


class Provenance(Struct, frozen=True):
    """Where a template was installed from, and what it was then: `install_hash` is of its chain's canonical JSON."""

    spec_id: str
    spec_version: str
    registry: str
    install_hash: str
    installed_at: datetime
    installed_by: str | None = None


class OwnTemplate(Struct, frozen=True):
    """A template that a host made. `updated_at` grows with every change."""

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
