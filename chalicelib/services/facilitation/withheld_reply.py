"""What a participant reads in place of a reply that must not be told, or that no model would give: sentences of ours, in one file a
language."""

from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

_FOLDER = Path(__file__).with_name("words")


class Sentences(Struct, frozen=True, forbid_unknown_fields=True):
    """What is said in a language: as the first message, while the conversation goes on, at its end, and where somebody may be
    in danger. `declined` is said where no model would answer what was written, and `go_on` is the way on from there.

    The placeholder of `opening`, `turn` and `go_on` is `{topic}`.
    """

    opening: str
    turn: str
    closing: str
    care: str
    declined: str
    go_on: str


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


def declined_reply(tag: str, topic: str, help_text: str, *, is_care: bool, is_final: bool) -> str:
    """Returns what is said where no model would answer: that it is kept, where help is, and a way on unless it is the last message.

    Words that vendors have models decline are often those of people who are not well, so all of them are told where help is.
    """
    sentences = read_sentences(tag)
    parts = [] if is_care else [sentences.declined]
    parts += [sentences.care, help_text.strip()]
    if not is_final:
        parts.append(sentences.go_on.replace("{topic}", topic))
    return "\n\n".join(filter(None, parts))
