"""The questions of an interview: the numbered ones of the facilitation prompt, else the standard ones of the catalogue.

A question is known by its key: its folded words, or for a standard question its place in the catalogues, so that it is
the same one in every language.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from chalicelib.llm.scripted.catalogue import Catalogue, catalogues
from chalicelib.text.normalise import fold, one_line
from chalicelib.text.sentences import is_question

MOST_CHARACTERS: Final = 300  # of what the host calls critical, where it is put as a question
CRITICAL, SCALE, ANYTHING_ELSE = "standard:critical", "standard:scale", "standard:3"

_HEADING: Final = re.compile(r"\s{0,3}#{1,6}\s+(.*)")
_NUMBERED: Final = re.compile(r"\s{0,8}(?:\*\*)?\(?(?:Q\s?)?\d{1,3}(?:[.):]\s+|[、．]\s*)(\S.*)", re.IGNORECASE)
_QUOTED: Final = re.compile(r"[\"“”„「«].*[\"“”」»]")
_PLACE: Final = "{critical}"


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it is put, and its key."""

    text: str
    key: str


def questions_for(prompt: str, critical: str, words: Catalogue) -> tuple[Question, ...]:
    """The questions in their order, each once; standard ones are in the language of these words."""
    listed = [text for text in map(_bare, _numbered(prompt)) if text]
    asked = [question_of(text, words) for text in listed] or standard_questions(critical, words)
    return tuple({question.key: question for question in asked}.values())


def standard_questions(critical: str, words: Catalogue) -> list[Question]:
    """The standard questions; what the host calls critical comes second, where there is anything."""
    asked = [Question(text, f"standard:{place}") for place, text in enumerate(words.questions)]
    if shown := one_line(critical, MOST_CHARACTERS):
        asked.insert(1, Question(words.critical.format(critical=_ended(shown, words)), CRITICAL))
    return asked


def scale_question(words: Catalogue) -> Question:
    """How important the matter is, which is asked with a widget."""
    return Question(words.scale, SCALE)


def question_of(text: str, words: Catalogue) -> Question:
    """The question that this text is; a standard one of any language in the language of these words."""
    folded = fold(text)
    for other in catalogues():
        if place := next((at for at, known in enumerate(other.questions, 1) if fold(known) == folded), 0):
            return Question(words.questions[place - 1], f"standard:{place - 1}")
        if folded == fold(other.scale):
            return scale_question(words)
        before, after = map(fold, other.critical.split(_PLACE))
        if folded.startswith(before) and folded.endswith(after) and len(folded) > len(before) + len(after):
            told = _between(text, *other.critical.split(_PLACE)).rstrip(".。")
            return Question(words.critical.format(critical=_ended(told, words)), CRITICAL)
    return Question(text, folded)


def question_in(message: str, keys: Iterable[str], words: Catalogue) -> str | None:
    """The key of the question that a message of the facilitator puts: the last of its paragraphs that is one of these."""
    known = frozenset(keys)
    found = (question_of(paragraph, words).key for paragraph in reversed(paragraphs(message)))
    return next((key for key in found if key in known), None)


def paragraphs(message: str) -> list[str]:
    """The paragraphs of a message, each on one line."""
    return [line for piece in message.split("\n\n") if (line := " ".join(piece.split()))]


def _numbered(prompt: str) -> Sequence[str]:
    """The numbered lines of the section of questions; without such a section, those that ask."""
    inside: list[str] = []
    elsewhere: list[str] = []
    section = ""
    for line in prompt.splitlines():
        if heading := _HEADING.match(line):
            section = fold(heading[1])
        elif item := _NUMBERED.match(line):
            (inside if section.startswith("questions") else elsewhere).append(item[1])
    return inside or [text for text in map(_bare, elsewhere) if is_question(text)]


def _bare(text: str) -> str:
    """A question without the marks of emphasis and quotation around it."""
    text = " ".join(text.split()).strip("*_ ")
    return text[1:-1].strip() if _QUOTED.fullmatch(text) else text


def _ended(text: str, words: Catalogue) -> str:
    """What the host wrote as a sentence with an end."""
    if is_question(text) or text[-1] in ".!。！…":
        return text
    return text + ("。" if not words.gap else ".")


def _between(text: str, before: str, after: str) -> str:
    """What stands in the place of a sentence of the catalogue, as it was written."""
    return text[len(before.strip()) : len(text) - len(after.strip())].strip()
