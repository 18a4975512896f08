"""A conversation as a script can read it: whose message is whose, and which answer belongs to which question."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Final

from msgspec import Struct

from chalicelib.llm.scripted.catalogue import LONGEST, fold_letters, list_catalogues
from chalicelib.llm.scripted.questions import ANYTHING_ELSE, Question, split_paragraphs
from chalicelib.text.normalise import fold
from chalicelib.text.sentences import is_question, split_sentences
from chalicelib.text.tokens import count_words

_PARTS: Final = re.compile(r"[.,;:!?…。，、；：！？؟،؛\n]+|\s[-–—]\s")


class ScriptMessage(Struct, frozen=True):
    """A message: one of the participant's, or one of the facilitator's."""

    text: str
    is_participants: bool
    id: str = ""


def list_answers(
    entries: Sequence[ScriptMessage], question_put: Callable[[str], Question | None]
) -> Iterator[tuple[Question | None, ScriptMessage]]:
    """Every answer with its question; None for words that answer none.

    `question_put` tells the question that a message of the facilitator puts. What the facilitator wrote next tells whether a
    phrase ended the conversation, and whether care came first.
    """
    question: Question | None = None
    over = False
    for entry, reply in zip(entries, _list_replies(entries), strict=True):
        if not entry.is_participants:
            question, over = _question_after(entry.text, question, question_put), is_over(entry.text)
        elif over and is_nothing_to_add(entry.text):
            continue
        elif _is_answer(entry.text, question) and not puts_care_first(reply) and not _has_ended(entry.text, reply):
            yield question, entry


def is_ending(text: str) -> bool:
    """Whether a message says, as a whole, that it is enough: one of its parts does, the others say no or give thanks."""
    return _is_phrase(text, "endings", beside="nothing")


def is_nothing_to_add(text: str) -> bool:
    """Whether a message says, as a whole, that there is nothing to add."""
    return _is_phrase(text, "nothing", beside="endings") or is_ending(text)


def is_thanks(text: str) -> bool:
    """Whether a message is thanks and nothing else."""
    return _is_phrase(text, "thanks")


def is_skip(text: str) -> bool:
    """Whether a message says, as a whole, that a question is to be left out, in any of the languages."""
    return _is_phrase(text, "skips")


def is_only_questions(text: str) -> bool:
    """Whether a message is questions and nothing else."""
    found = split_sentences(text)
    return bool(found) and all(map(is_question, found))


def puts_care_first(text: str) -> bool:
    """Whether a message of the facilitator puts care first."""
    return any(words.care in text for words in list_catalogues())


def asks_for_more(text: str) -> bool:
    """Whether a message of the facilitator asks for more of the same."""
    told = split_paragraphs(text)
    return bool(told) and any(told[-1] in words.probes for words in list_catalogues())


def is_over(message: str) -> bool:
    """Whether a message of the facilitator closes the conversation, or comes after that. It may begin with the question that was
    open when its participant had enough."""
    told = set(split_paragraphs(message))
    return not told or any(told & {words.closing, *words.after} for words in list_catalogues())


def _question_after(
    message: str, before: Question | None, question_put: Callable[[str], Question | None]
) -> Question | None:
    """The question that is open after a message of the facilitator."""
    if asks_for_more(message):
        return before
    return None if puts_care_first(message) or is_over(message) else question_put(message)


def _has_ended(text: str, reply: str) -> bool:
    """Whether a message ended the conversation, as far as the facilitator's reply tells."""
    return (not reply or is_over(reply)) and is_ending(text)


def _is_phrase(text: str, what: str, beside: str = "thanks") -> bool:
    """Whether a part of a message, between its marks, is one of these phrases of any language, and every other part one of
    these, of those that may stand beside them, or thanks."""
    if len(text) > LONGEST:
        return False
    known, others = _phrases(what), _phrases(beside) | _phrases("thanks")
    parts = [readings for part in _PARTS.split(fold(text)) if (readings := _readings(part))]
    return any(it & known for it in parts) and all(it & (known | others) for it in parts)


def _readings(part: str) -> frozenset[str]:
    """A part of a message, bare, as it is and without the thanks around its other words; empty without any letters."""
    found, rest = {fold_letters(part)}, part.strip()
    while shorter := _thanks_before().sub("", _thanks_behind().sub("", rest)).strip():
        if shorter == rest:
            break
        rest = shorter
        found.add(fold_letters(rest))
    return frozenset(found - {""})


@cache
def _phrases(what: str) -> frozenset[str]:
    """The phrases of this name in every catalogue, bare."""
    return frozenset(fold_letters(phrase) for words in list_catalogues() for phrase in getattr(words, what))


@cache
def _thanks_before() -> re.Pattern[str]:
    return re.compile(rf"^(?:{_any_thanks()})(?:\s+|(?<=[\u4e00-\u9fff]))")


@cache
def _thanks_behind() -> re.Pattern[str]:
    return re.compile(rf"(?:\s+|(?<=[\u4e00-\u9fff]))(?:{_any_thanks()})$")


def _any_thanks() -> str:
    found = {fold(phrase) for words in list_catalogues() for phrase in words.thanks}
    return "|".join(re.escape(phrase) for phrase in sorted(found, key=len, reverse=True))


def _is_answer(text: str, question: Question | None) -> bool:
    """Whether a message can be an answer: it has words, asks nothing and leaves nothing out; where anything else was asked
    for, it does not say that there is nothing."""
    if not count_words(text) or is_only_questions(text) or is_skip(text) or is_thanks(text):
        return False
    return question is None or question.key != ANYTHING_ELSE or not is_nothing_to_add(text)


def _list_replies(entries: Sequence[ScriptMessage]) -> list[str]:
    """For each entry, what the facilitator wrote next after it; empty where that is still to come."""
    replies, after = [], ""
    for entry in reversed(entries):
        replies.append(after)
        after = after if entry.is_participants else entry.text
    return replies[::-1]
