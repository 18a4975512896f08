"""The shapes of templates and proposed prompts; see `shapes.py`."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from chalicelib.api.shapes import GeneratedFrom, Shape


class PromptProposal(Shape):
    """A facilitation prompt that was written and not stored."""

    facilitation_prompt: str
    prompt_summary: str
    prompt_generated_from: GeneratedFrom
    template_id: UUID | None
    cross_pollination_default: bool | None


class Template(Shape):
    """A session designed before."""

    id: UUID
    title: str
    description: str
    icon: str
    facilitation_prompt: str
    default_goal: str
    default_critical: str
    default_context: str
    default_session_name: str
    template_type: Literal["single"]
    cross_pollination_default: bool
    is_public: bool
    created_at: datetime
    updated_at: datetime


class TemplateList(Shape):
    """The templates."""

    data: list[Template]


class TemplateData(Shape):
    """One template."""

    data: Template
