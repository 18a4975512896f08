"""Who takes part."""

from typing import Any, Final, Literal, Protocol

from msgspec import Struct

from evals.transcript import Cue, Transcript

Persona = Literal[
    "cooperative", "terse", "off_topic", "hostile", "non_english", "contradictory", "distressed", "refusing",
    "wary", "suspicious", "child",
]  # fmt: skip
PERSONAS: Final[tuple[Persona, ...]] = (
    "cooperative", "terse", "off_topic", "hostile", "non_english", "contradictory", "distressed", "refusing",
    "wary", "suspicious", "child",
)  # fmt: skip


class Said(Struct, frozen=True):
    """A message of a participant, the value of the widget it answers, and what it means."""

    text: str
    value: Any = None
    cue: Cue | None = None


class Participant(Protocol):
    """Somebody who answers the facilitator."""

    def reply(self, so_far: Transcript) -> Said | None:
        """The next message; None when they have left."""
        ...
