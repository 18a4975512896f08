"""What a participant reads in place of a reply that must not be told: a sentence of ours, in one file a language."""

from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

_FOLDER = Path(__file__).with_name("words")


class Sentences(Struct, frozen=True, forbid_unknown_fields=True):
    """What is said in a language: as the first message, while the conversation goes on, at its end, and where somebody may be
    in danger.

    The placeholder of the first two is `{topic}`.
    """

    opening: str
    turn: str
    closing: str
    care: str


@cache
def read_sentences(tag: str) -> Sentences:
    """The sentences in a language of ours, read once a process."""
    return msgspec.toml.decode((_FOLDER / f"{tag}.toml").read_bytes(), type=Sentences)


def withheld_reply(tag: str, topic: str, *, is_opening: bool, is_final: bool) -> str:
    """Returns what takes the reply's place in this language."""
    sentences = read_sentences(tag)
    if is_final:
        return sentences.closing
    return (sentences.opening if is_opening else sentences.turn).replace("{topic}", topic)


def withheld_care(tag: str, help_text: str) -> str:
    """Returns what takes its place where the participant's words show a sign of danger, with the operator's help text."""
    return "\n\n".join(part for part in (read_sentences(tag).care, help_text.strip()) if part)
