"""Records of what hosts note of a session."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

InsightSource = Literal["note", "ask"]


class InsightQuote(Struct, frozen=True):
    """Words of one participant in an insight, cut from the message of this id, the `sequence`th of its thread."""

    text: str
    thread_id: str
    message_id: str
    sequence: int


class Insight(Struct, frozen=True):
    """A note of a host's, or an answer that a host kept, in markdown, with the words of participants that it rests on.

    `lost` counts the quotes that are gone for good with their people. Others than members see it where it is `visible`.
    `edited_at` grows with every change, the loss of a quote among them.
    """

    id: str
    title: str | None
    content: str
    source: InsightSource
    quotes: tuple[InsightQuote, ...]
    visible: bool
    created_by: str
    created_at: datetime
    edited_at: datetime
    lost: int = 0
