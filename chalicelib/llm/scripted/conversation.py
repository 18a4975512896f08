"""What a request for a turn shows of the conversation, and how far it has come."""

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from chalicelib.llm import tags
from chalicelib.llm.interface import Request
from chalicelib.llm.scripted.catalogue import Catalogue, choose_catalogue
from chalicelib.llm.scripted.questions import Question, find_question, list_questions, make_scale_question
from chalicelib.llm.scripted.transcript import ScriptMessage, asks_for_more, is_over, list_answers, puts_care_first
from chalicelib.text.normalise import fold

MOST_PROBES: Final = 2  # of a conversation
PATIENCE: Final = 4  # turns more than there are questions and probes, for whoever asks back
BUDGET: Final = 12  # turns, where no pacing is shown
_FACILITATOR: Final = "Facilitator: "  # in front of its lines in what is shown shortened
_KNOWN_BY: Final = 24  # characters of a question that are enough to find it there


class Conversation(Struct, frozen=True):
    """The conversation so far, and what the host and the service tell about it. Times are turns of the participant."""

    words: Catalogue
    topic: str
    questions: Sequence[Question]
    entries: Sequence[ScriptMessage]
    earlier: str  # of a long conversation, the part that is shown shortened
    help: str
    minutes: int
    turn: int
    budget: int
    concluded: bool
    last: bool  # whether the conversation takes nothing more after this
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

    @property
    def has_begun(self) -> bool:
        """Whether anybody has written anything."""
        return bool(self.entries or self.earlier)

    @property
    def is_over(self) -> bool:
        """Whether no more is asked, whatever is open. A script needs a turn for each question, however long the host meant
        the conversation to be."""
        needed = len(self.questions) + MOST_PROBES + PATIENCE
        return self.last or self.turn >= max(self.budget, needed)

    def answered(self) -> Iterator[tuple[Question | None, str]]:
        """Every answer that is shown, with its question; None for words that answer none."""
        known = self._known()
        found = list_answers(self.entries, lambda message: find_question(message, known, self.words))
        return ((question, entry.text) for question, entry in found)

    def open_question(self) -> Question | None:
        """The question that was put last; None before the first one."""
        known = self._known()
        found = (find_question(text, known, self.words) for text in reversed(self.asked))
        return next(filter(None, found), None) or self._question_earlier()

    def next_question(self) -> Question | None:
        """The question after the one that was put last; None where that was the last one."""
        current = self.open_question()
        if current is None:
            return self.questions[0]
        places = [question.key for question in self.questions]
        after = places.index(current.key) + 1 if current.key in places else len(places)
        return self.questions[after] if after < len(places) else None

    def cared_last(self) -> bool:
        """Whether the facilitator's last message put care first."""
        return bool(self.asked) and puts_care_first(self.asked[-1])

    def has_closed(self) -> bool:
        """Whether a message of the facilitator closed the conversation, or came after that."""
        return any(map(is_over, self.asked))

    def probes(self) -> int:
        """How many times something more was asked for."""
        return sum(map(asks_for_more, self.asked))

    def is_probed(self) -> bool:
        """Whether the facilitator's last message asked for something more."""
        return bool(self.asked) and asks_for_more(self.asked[-1])

    def _known(self) -> dict[str, Question]:
        return {question.key: question for question in (*self.questions, make_scale_question(self.words))}

    def _question_earlier(self) -> Question | None:
        """The question that was put last in the shortened part, where it can be told by its beginning."""
        lines = [fold(line) for line in self.earlier.split("\n") if line.startswith(_FACILITATOR)]
        known = [(fold(question.text)[:_KNOWN_BY], question) for question in reversed(self.questions)]
        return next((question for line in reversed(lines) for start, question in known if start in line), None)


def read_conversation(request: Request) -> Conversation:
    """The conversation that a request for a turn shows."""
    system = "\n".join(block.text for block in request.system)
    user = "\n".join(block.text for entry in request.messages if entry.role != "assistant" for block in entry.blocks)
    pacing = next(iter(tags.read("pacing", user)), tags.Tagged("", {})).attributes
    entries = list(_entries(request))
    topic, critical = read_first("topic", system), read_first("critical", system)
    said = "\n".join(entry.text for entry in entries if entry.is_participants)
    words = choose_catalogue(read_first("language", system) or pacing.get("language"), said, topic)
    return Conversation(
        words=words,
        topic=" ".join(topic.split()),
        questions=list_questions(read_first("facilitation_prompt", system), critical, words),
        entries=entries,
        earlier=read_first("earlier", user),
        help=" ".join(read_first("help", system + user).split()),
        minutes=int(pacing.get("minutes", "0")),
        turn=int(pacing.get("turn", "0")),
        budget=int(pacing.get("of", BUDGET)),
        concluded=pacing.get("concluded") == "yes",
        last=pacing.get("last") == "yes",
        care=pacing.get("care") == "yes",
        may_rate=pacing.get("widget") == "may" and any(tool.name == "present_widget" for tool in request.tools),
    )


def read_first(name: str, prompt: str) -> str:
    """The text of the first piece of data with this name; empty where there is none."""
    return next((piece.text for piece in tags.read(name, prompt)), "")


def _entries(request: Request) -> Iterator[ScriptMessage]:
    for message in request.messages:
        text = "\n".join(block.text for block in message.blocks)
        if message.role == "assistant":
            yield ScriptMessage(text, is_participants=False)
        elif message.role == "user":
            yield from (ScriptMessage(piece.text, is_participants=True) for piece in tags.read("said", text))
