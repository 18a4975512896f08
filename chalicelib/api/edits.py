"""PATCH /sessions/{id}: the body, and what it changes."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from chalicelib.api.bodies import (
    DistributionBody,
    Id,
    Moment,
    QuestionBody,
    RemindersBody,
    Required5k,
    Text5k,
    Text100k,
    Topic,
)
from chalicelib.api.validation import Patch
from chalicelib.errors import Invalid
from chalicelib.model import Distribution
from chalicelib.services.sessions.editing import EditedQuestion


class EditedQuestionBody(QuestionBody):
    """A question of the pre-session form; with its id it stays the question that it was."""

    id: Id | None = None


class PatchSessionBody(Patch):
    """PATCH /sessions/{id}: what is absent stays; null clears, where something optional is to be cleared."""

    topic: Topic | UnsetType = UNSET
    goal: Required5k | UnsetType = UNSET
    context: Text100k | UnsetType | None = UNSET
    critical: Text5k | UnsetType | None = UNSET
    prompt: Text100k | UnsetType | None = UNSET
    project_id: Id | UnsetType | None = UNSET
    template_id: Id | UnsetType | None = UNSET
    questions: Annotated[tuple[EditedQuestionBody, ...], Meta(max_length=50)] | UnsetType | None = UNSET
    cross_pollination: bool | UnsetType | None = UNSET
    widgets_enabled: bool | UnsetType | None = UNSET
    results_visibility: Literal["host", "participants", "public"] | UnsetType | None = UNSET
    is_public: bool | UnsetType | None = UNSET
    distribution: Annotated[tuple[DistributionBody, ...], Meta(max_length=20)] | UnsetType | None = UNSET
    summary_prompt: Text100k | UnsetType | None = UNSET
    welcome_message: Text5k | UnsetType | None = UNSET
    meta_description: Text5k | UnsetType | None = UNSET
    language: Annotated[str, Meta(max_length=35)] | UnsetType | None = UNSET
    time_zone: Annotated[str, Meta(min_length=1, max_length=64)] | UnsetType | None = UNSET
    duration_minutes: Annotated[int, Meta(ge=1, le=240)] | UnsetType | None = UNSET
    closes_at: Moment | UnsetType | None = UNSET
    anonymous: bool | UnsetType | None = UNSET
    max_participants: Annotated[int, Meta(ge=1, le=100_000)] | UnsetType | None = UNSET
    reminders: RemindersBody | UnsetType | None = UNSET


def changes_of(body: PatchSessionBody) -> dict[str, Any]:
    """What the body names, as `edit_session` takes it. Raises Invalid where it names nothing that can be set."""
    allowed = body.__struct_fields__
    changes = {name: getattr(body, name) for name in allowed if getattr(body, name) is not UNSET}
    if not changes:
        raise Invalid(f"No valid fields provided. Allowed fields: {', '.join(allowed)}")
    project = changes.pop("project_id", None)
    if project is not None:  # null: nobody has projects yet, so no session has one
        raise Invalid(f"project_id {project!r} does not exist")
    if changes.get("questions") is not None:
        asked = msgspec.to_builtins(changes["questions"])
        changes["questions"] = msgspec.convert(asked, tuple[EditedQuestion, ...])
    if changes.get("distribution") is not None:
        asked = msgspec.to_builtins(changes["distribution"])
        changes["distribution"] = msgspec.convert(asked, tuple[Distribution, ...])
    if changes.get("reminders") is not None:
        changes["reminders"] = msgspec.to_builtins(changes["reminders"])
    return changes
