"""The questions of an interview: the numbered ones of the facilitation prompt, else the standard ones of the catalogue.

A question is known by its key: its folded words, or for a standard question its place in the catalogues, so that it is
the same one in every language.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

from msgspec import Struct

from chalicelib.llm.scripted.catalogue import Catalogue, list_catalogues
from chalicelib.text.normalise import fold, one_line
from chalicelib.text.sentences import is_question

MOST: Final = 100  # questions of one prompt
LEAST_ASKING_SHARE: Final = 2 / 3  # of a list that asks: the rest of it asks, too
MOST_CHARACTERS: Final = 300  # of what the host calls critical, where it is put as a question
CRITICAL, SCALE, ANYTHING_ELSE = "standard:critical", "standard:scale", "standard:3"

_HEADING: Final = re.compile(r"\s{0,3}#{1,6}\s+(\S.*)")
# "1. …", "2) …", "1.) …", "3 - …", "4、…", "5：…", and with a word in front "Q1: …", "Frage 2: …", "问题3：…".
_NUMBERED: Final = re.compile(
    r"\s{0,8}[*_(]{0,3}(?:[^\W\d_]{1,12}\s?\d{1,3}\s?[*_]{0,2}[:：.)]|\d{1,3}(?:\.\)|[.):](?!\d)|[、．：]|\s[-–]\s))[\s*_]{0,20}([^\s*_].*)"
)
_CONTINUED: Final = re.compile(r"(?:\s{2,8}|\t)([^\s*+•–-].*)")
_PROBE: Final = re.compile(r"\s*[-*]?\s*\**(?:Probe|Follow)", re.IGNORECASE)
_QUOTED: Final = re.compile(r"[\"“”„「«][^\"“”„「«」»]*[\"“”」»]")
_QUOTES: Final = "\"”“»」’'"
_PLACE: Final = "{critical}"
_SECTIONS: Final = frozenset(
    (
        "questions",
        "the questions",
        "interview questions",
        "fragen",
        "preguntas",
        "les questions",
        "الأسئلة",
        "问题",
        "問題",
    )
)


class Question(Struct, frozen=True):
    """A question as it is put, and its key."""

    text: str
    key: str

    @property
    def is_standard(self) -> bool:
        """Whether it is of the catalogue, and not the host's."""
        return self.key.startswith("standard:")

    @property
    def is_critical(self) -> bool:
        """Whether it is the one for what the host calls critical."""
        return self.key.startswith(CRITICAL)


def list_questions(prompt: str, critical: str, words: Catalogue) -> tuple[Question, ...]:
    """The questions in their order, each once; standard ones are in the language of these words."""
    listed = list(dict.fromkeys(_numbered(prompt)))[:MOST]
    asked = [make_question(text, words) for text in listed] or list_standard_questions(critical, words)
    return tuple({question.key: question for question in reversed(asked)}.values())[::-1]


def list_standard_questions(critical: str, words: Catalogue) -> list[Question]:
    """The standard questions; what the host calls critical comes second, where there is anything."""
    asked = [Question(text, f"standard:{place}") for place, text in enumerate(words.questions)]
    if told := _matter(one_line(critical, MOST_CHARACTERS)):
        asked.insert(1, _critical_question(told, words))
    return asked


def make_scale_question(words: Catalogue) -> Question:
    """How important the matter is, which is asked with a widget."""
    return Question(words.scale, SCALE)


def make_question(text: str, words: Catalogue) -> Question:
    """The question that this text is; a standard one of any language in the language of these words."""
    folded = fold(text)
    if place := _standard().get(folded):
        return make_scale_question(words) if place == SCALE else Question(words.questions[int(place[-1])], place)
    for before, after, template in _critical_sentences():
        is_one = folded.startswith(before) and folded.endswith(after) and len(folded) > len(before) + len(after)
        if is_one and (told := _matter(_between(text, *template.split(_PLACE)))):
            return _critical_question(told, words)
    return Question(text, folded)


def find_question(message: str, known: Mapping[str, Question], words: Catalogue) -> Question | None:
    """The question that a message of the facilitator puts: the last of its paragraphs that is one of these, by their keys, or
    a standard one that was among them before the host changed something."""
    found = [make_question(paragraph, words) for paragraph in reversed(split_paragraphs(message))]
    put = next((known[question.key] for question in found if question.key in known), None)
    return put or next((question for question in found if question.is_standard), None)


def split_paragraphs(message: str) -> list[str]:
    """The paragraphs of a message, each on one line."""
    return [line for piece in message.split("\n\n") if (line := " ".join(piece.split()))]


@cache
def _standard() -> Mapping[str, str]:
    """The key of every standard question, by its folded words in any language."""
    found = {fold(text): f"standard:{at}" for words in list_catalogues() for at, text in enumerate(words.questions)}
    return found | {fold(words.scale): SCALE for words in list_catalogues()}


@cache
def _critical_sentences() -> tuple[tuple[str, str, str], ...]:
    """What stands before and after the critical matter in the question for it, folded, and the whole sentence."""
    parts = [(words.critical.split(_PLACE), words.critical) for words in list_catalogues()]
    return tuple((fold(before), fold(after), template) for (before, after), template in parts)


def _critical_question(told: str, words: Catalogue) -> Question:
    """The question for what is critical. Another matter is another question, so the key holds it."""
    return Question(words.critical.format(critical=_ended(told, words)), f"{CRITICAL}:{fold(told)}")


def _matter(critical: str) -> str:
    """What the host calls critical without a full stop; empty where that is all there is."""
    return critical.rstrip(" .。…")


def _numbered(prompt: str) -> Iterator[str]:
    """The numbered lines of the section of questions; without one those that ask something, and the others of their list where
    most of it does."""
    inside, elsewhere = list[str](), list[str]()
    for section, items in _lists(prompt):
        texts = [text for text in map(_bare, items) if text]
        if section in _SECTIONS:
            inside += texts
        else:
            asking = [text for text in texts if _asks(text)]
            elsewhere += texts if len(asking) >= LEAST_ASKING_SHARE * len(texts) else asking
    yield from inside or elsewhere


def _lists(prompt: str) -> Iterator[tuple[str, list[str]]]:
    """Every run of numbered lines, with the folded heading above it; indented lines go on with the one before them."""
    section, items, is_open = "", list[str](), False
    for line in prompt.splitlines():
        heading = _HEADING.match(line)
        if heading and not _NUMBERED.match(heading[1]):
            if items:
                yield section, items
            section, items, is_open = fold(heading[1]).rstrip(" #:"), [], False
        elif item := _NUMBERED.match(heading[1] if heading else line):
            items.append(item[1])
            is_open = True
        elif is_open and (more := _CONTINUED.fullmatch(line)) and not _PROBE.match(line):
            items[-1] += f" {more[1]}"
        else:
            is_open = False
    if items:
        yield section, items


def _asks(text: str) -> bool:
    """Whether a line asks something itself, and does not only hold somebody's question in quotation marks."""
    return is_question(text) and text[-1] not in _QUOTES


def _bare(text: str) -> str:
    """A question without the marks of emphasis and quotation around it."""
    text = " ".join(text.replace("**", " ").split()).strip("*_ ")
    return text[1:-1].strip() if _QUOTED.fullmatch(text) else text


def _ended(text: str, words: Catalogue) -> str:
    """What the host wrote as a sentence with an end."""
    if is_question(text) or text[-1] in ".!。！…":
        return text
    return text + ("。" if not words.gap else ".")


def _between(text: str, before: str, after: str) -> str:
    """What stands in the place of a sentence of the catalogue, as it was written."""
    return text[len(before.strip()) : len(text) - len(after.strip())].strip()
