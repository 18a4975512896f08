"""What answers about the scratchpad carry: the shapes of the documentation."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from chalicelib.api.shapes import Count, Shape

Stances = Annotated[
    dict[Literal["for", "against", "mixed", "neutral"], Count],
    Meta(description="How many participants take which side; each counts once."),
]


class ScratchpadProgress(Shape):
    """How far a scratchpad is: the themes and participants in it, and the batches of threads."""

    status: Literal["completed", "partial", "no_data", "exists", "empty"]
    themes: Count
    participants: Count
    batches_processed: Count
    batches_total: Count


class ScratchpadTheme(Shape):
    """What is noted of a theme; `id` stays for ever, `evidence` are ids of messages that say so."""

    id: str
    label: str
    description: str
    participants: Count
    stances: Stances
    evidence: list[UUID]


class ScratchpadOutcome(Shape):
    """A theme on which nearly all agree, or that divides people."""

    theme_id: str
    label: str
    participants: Count
    stances: Stances


class CoveredQuestion(Shape):
    """A question of the host's that at least half of the participants spoke to."""

    question: str
    participants: Count


class Scratchpad(Shape):
    """The notes over all conversations, the most widely carried theme first: of `themes_total`, as many as there is room for."""

    session_id: UUID
    themes: list[ScratchpadTheme]
    consensus: list[ScratchpadOutcome]
    tensions: list[ScratchpadOutcome]
    covered_questions: list[CoveredQuestion]
    themes_total: Count
    participants: Count
    updated_at: datetime
