"""What a request for a turn shows of the conversation, and what became of each question in it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from chalicelib.llm import tags
from chalicelib.llm.interface import Request
from chalicelib.llm.scripted.catalogue import Catalogue, bare, catalogue_for, endings, nothing, thanks
from chalicelib.llm.scripted.questions import (
    ANYTHING_ELSE,
    SCALE,
    Question,
    paragraphs,
    question_in,
    questions_for,
    scale_question,
)
from chalicelib.text.sentences import is_question, sentences
from chalicelib.text.tokens import count_words

BUDGET: Final = 12  # turns, where no pacing is shown


@dataclass(frozen=True, slots=True)
class Entry:
    """A message: one of the participant's, or one of the facilitator's."""

    text: str
    is_participants: bool


@dataclass(frozen=True, slots=True)
class Conversation:
    """The conversation so far, and what the host and the service tell about it. Times are turns of the participant."""

    words: Catalogue
    topic: str
    questions: Sequence[Question]
    entries: Sequence[Entry]
    help: str
    minutes: str
    turn: int
    budget: int
    concluded: bool
    care: bool  # whether the latest words show a sign of danger
    may_rate: bool  # whether a widget may be presented now

    @property
    def said(self) -> list[str]:
        """What the participant has written."""
        return [entry.text for entry in self.entries if entry.is_participants]

    @property
    def latest(self) -> list[str]:
        """What the participant has written since the facilitator's last message."""
        last = max((place for place, entry in enumerate(self.entries) if not entry.is_participants), default=-1)
        return [entry.text for entry in self.entries[last + 1 :]]

    @property
    def asked(self) -> list[str]:
        """The facilitator's messages."""
        return [entry.text for entry in self.entries if not entry.is_participants]

    def answered(self) -> Iterator[tuple[str | None, str]]:
        """Every answer with the key of its question; None for words that answer none."""
        keys = [*(question.key for question in self.questions), SCALE]
        key: str | None = None
        for entry, after in zip(self.entries, self._replies(), strict=True):
            if not entry.is_participants:
                key = None if self._cares(entry.text) else question_in(entry.text, keys, self.words) or key
            elif is_answer(entry.text, key) and not self._cares(after):
                yield key, entry.text

    def open_question(self) -> Question | None:
        """The question that was put last; None before the first one."""
        known = {question.key: question for question in (*self.questions, scale_question(self.words))}
        found = (question_in(text, known, self.words) for text in reversed(self.asked))
        return next((known[key] for key in found if key), None)

    def next_question(self) -> Question | None:
        """The question after the one that was put last; None where that was the last one."""
        current = self.open_question()
        if current is None:
            return self.questions[0]
        places = [question.key for question in self.questions]
        after = places.index(current.key) + 1 if current.key in places else len(places)
        return self.questions[after] if after < len(places) else None

    def is_back(self) -> bool:
        """Whether the facilitator's last message put care first."""
        return bool(self.asked) and self._cares(self.asked[-1])

    def probes(self) -> int:
        """How many times something more was asked for."""
        return sum(probe in paragraphs(text) for text in self.asked for probe in self.words.probes)

    def is_probed(self) -> bool:
        """Whether the facilitator's last message asked for something more."""
        return any(probe in paragraphs(self.asked[-1]) for probe in self.words.probes) if self.asked else False

    def _cares(self, text: str) -> bool:
        return self.words.care in text

    def _replies(self) -> list[str]:
        """For each entry, what the facilitator wrote next after it; empty where that is still to come."""
        replies, after = [], ""
        for entry in reversed(self.entries):
            replies.append(after)
            after = after if entry.is_participants else entry.text
        return replies[::-1]


def conversation_of(request: Request) -> Conversation:
    """The conversation that a request for a turn shows."""
    system = "\n".join(block.text for block in request.system)
    user = "\n".join(block.text for entry in request.messages if entry.role == "user" for block in entry.blocks)
    pacing = next(iter(tags.read("pacing", user)), tags.Tagged("", {})).attributes
    entries = list(_entries(request))
    topic, critical = first("topic", system), first("critical", system)
    said = "\n".join(entry.text for entry in entries if entry.is_participants)
    language = first("language", system) or pacing.get("language")
    words = catalogue_for(language, said, topic)
    return Conversation(
        words=words,
        topic=" ".join(topic.split()),
        questions=questions_for(first("facilitation_prompt", system), critical, words),
        entries=entries,
        help=" ".join(first("help", system + user).split()),
        minutes=pacing.get("minutes", ""),
        turn=int(pacing.get("turn", "0")),
        budget=int(pacing.get("of", BUDGET)),
        concluded=pacing.get("concluded") == "yes",
        care=pacing.get("care") == "yes",
        may_rate=pacing.get("widget") == "may" and any(tool.name == "present_widget" for tool in request.tools),
    )


def first(name: str, prompt: str) -> str:
    """The text of the first piece of data with this name; empty where there is none."""
    return next((piece.text for piece in tags.read(name, prompt)), "")


def ends(text: str) -> bool:
    """Whether a message says, as a whole, that it is enough; with thanks in front of it or behind it."""
    told = bare(text)
    rests = [told]
    for phrase in thanks():
        rests += [bare(told.removeprefix(phrase))] if told.startswith(phrase) else []
        rests += [bare(told.removesuffix(phrase))] if told.endswith(phrase) else []
    return any(rest in endings() for rest in rests)


def asks(text: str) -> bool:
    """Whether a message is one question and nothing else."""
    found = sentences(text)
    return len(found) == 1 and is_question(found[0])


def is_answer(text: str, key: str | None) -> bool:
    """Whether a message answers the question of this key, as far as a script can tell: it has words, ends nothing and asks
    nothing; where anything else was asked for, it does not say that there is nothing."""
    if not count_words(text) or ends(text) or asks(text):
        return False
    return key != ANYTHING_ELSE or bare(text) not in nothing()


def _entries(request: Request) -> Iterator[Entry]:
    for message in request.messages:
        text = "\n".join(block.text for block in message.blocks)
        if message.role == "assistant":
            yield Entry(text, is_participants=False)
        else:
            yield from (Entry(piece.text, is_participants=True) for piece in tags.read("said", text))
