"""Records of what a session came to know: decisions, actions, tensions and claims, each with the messages that it rests on."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from chalicelib.model.synthesis import Quote

ClaimCategory = Literal["decision", "tension", "action", "open-question", "observation", "quote", "minority-view"]


class Decision(Struct, frozen=True, omit_defaults=True):
    """What people agreed on; `evidence` are words of messages, of participants alone."""

    label: str
    summary: str
    evidence: tuple[Quote, ...]


class Action(Struct, frozen=True, omit_defaults=True):
    """What is to be done; by whom and until when, where what was said has that."""

    description: str
    evidence: tuple[Quote, ...]
    owner: str = ""
    due: str = ""


class Tension(Struct, frozen=True, omit_defaults=True):
    """What cannot all be had, from two sides at least."""

    summary: str
    sides: tuple[str, ...]
    evidence: tuple[Quote, ...]


class Claim(Struct, frozen=True, omit_defaults=True):
    """One thing that the conversations carry. `people` is how many different participants said what it rests on."""

    category: ClaimCategory
    text: str
    evidence: tuple[Quote, ...]
    people: int = 1


class Knowledge(Struct, frozen=True, omit_defaults=True):
    """What a model made of the points behind the summary of `summary_at`; `dropped` counts what had no evidence, or claimed what is not
    known."""

    summary_at: datetime
    generated_at: datetime
    model: str
    decisions: tuple[Decision, ...] = ()
    actions: tuple[Action, ...] = ()
    tensions: tuple[Tension, ...] = ()
    claims: tuple[Claim, ...] = ()
    gaps: tuple[str, ...] = ()
    participants: int = 0
    dropped: int = 0
