"""A conversation as a script can read it: whose message is whose, and which answer belongs to which question."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from chalicelib.llm.scripted.catalogue import bare, catalogues
from chalicelib.llm.scripted.questions import ANYTHING_ELSE, SCALE, Question, paragraphs
from chalicelib.text.sentences import is_question, sentences
from chalicelib.text.tokens import count_words


@dataclass(frozen=True, slots=True)
class Entry:
    """A message: one of the participant's, or one of the facilitator's."""

    text: str
    is_participants: bool
    id: str = ""


def answers(
    entries: Sequence[Entry], question_put: Callable[[str], Question | None]
) -> Iterator[tuple[Question | None, Entry]]:
    """Every answer with its question; None for words that answer none.

    `question_put` tells the question that a message of the facilitator puts. What the facilitator wrote next tells whether a
    phrase ended the conversation, and whether care came first.
    """
    question: Question | None = None
    for entry, reply in zip(entries, _replies(entries), strict=True):
        if not entry.is_participants:
            question = _question_after(entry.text, question, question_put)
        elif _is_answer(entry.text, question) and not cares(reply) and not _ended(entry.text, reply):
            yield question, entry


def ends(text: str) -> bool:
    """Whether a message says, as a whole, that it is enough, in any of the languages; with thanks in front or behind."""
    told = bare(text)
    for endings, thanks in _endings():
        rests = {told}
        for phrase in thanks:
            rests |= {told.removeprefix(phrase), told.removesuffix(phrase)}
        if not rests.isdisjoint(endings):
            return True
    return False


def skips(text: str) -> bool:
    """Whether a message says, as a whole, that a question is to be left out, in any of the languages."""
    return bare(text) in _skips()


def asks(text: str) -> bool:
    """Whether a message is questions and nothing else."""
    found = sentences(text)
    return bool(found) and all(map(is_question, found))


def cares(text: str) -> bool:
    """Whether a message of the facilitator puts care first."""
    return any(words.care in text for words in catalogues())


def probes(text: str) -> bool:
    """Whether a message of the facilitator asks for more of the same."""
    told = paragraphs(text)
    return bool(told) and any(told[-1] in words.probes for words in catalogues())


def _question_after(
    message: str, before: Question | None, question_put: Callable[[str], Question | None]
) -> Question | None:
    """The question that is open after a message of the facilitator."""
    if probes(message):
        return before
    return None if cares(message) or _is_over(message) else question_put(message)


def _is_over(message: str) -> bool:
    """Whether a message of the facilitator closes the conversation, or comes after that."""
    told = paragraphs(message)
    return not told or any(told[0] in (words.closing, *words.after) for words in catalogues())


def _ended(text: str, reply: str) -> bool:
    """Whether a message ended the conversation, or came after its end and said no more than that."""
    return (not reply or _is_over(reply)) and ends(text)


@cache
def _endings() -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    """What ends a conversation, and the thanks that may stand beside it, bare, by language."""
    return tuple((frozenset(map(bare, it.endings)), frozenset(map(bare, it.thanks))) for it in catalogues())


def _is_answer(text: str, question: Question | None) -> bool:
    """Whether a message can be an answer: it has words, asks nothing and leaves nothing out; where anything else was asked
    for, it does not say that there is nothing."""
    if not count_words(text) or asks(text) or skips(text):
        return False
    key = question.key if question else None
    if key == SCALE or key != ANYTHING_ELSE:
        return True
    return all(bare(text) not in map(bare, words.nothing) for words in catalogues())


@cache
def _skips() -> frozenset[str]:
    """What leaves a question out, bare."""
    return frozenset(bare(phrase) for words in catalogues() for phrase in words.skips)


def _replies(entries: Sequence[Entry]) -> list[str]:
    """For each entry, what the facilitator wrote next after it; empty where that is still to come."""
    replies, after = [], ""
    for entry in reversed(entries):
        replies.append(after)
        after = after if entry.is_participants else entry.text
    return replies[::-1]
