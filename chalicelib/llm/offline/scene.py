"""What a request for a turn shows of the conversation."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from chalicelib.llm import tags
from chalicelib.llm.interface import Request
from chalicelib.llm.language import Script, script_for, script_of
from chalicelib.llm.offline.guide import read_guide
from chalicelib.llm.offline.phrases import Phrases
from chalicelib.llm.offline.shown import first, system_text, user_text
from chalicelib.llm.offline.text import length_in_words
from chalicelib.llm.offline.voices import VOICES

BUDGET = 12  # turns, where no pacing is shown
_END_OF_SCALE = re.compile(r"^\d+ \((.+)\)$")
_TELLING = 4  # words from which on one message alone tells the participant's language


@dataclass(slots=True)
class Exchange:
    """A message of the facilitator, and what the participant wrote after it. The first may begin with the participant."""

    asked: str = ""
    said: list[str] = field(default_factory=list)
    widget: str = ""  # the type of the widget that was shown
    offered: str = ""  # what it offered

    @property
    def chosen(self) -> bool:
        """Whether the participant answered a widget with what it offers, and not in words of their own."""
        return bool(self.widget) and not any(map(str.isalpha, _besides(self.answer, self.offered)))

    @property
    def answer(self) -> str:
        """What the participant wrote, as one text."""
        return "\n".join(self.said)


@dataclass(frozen=True, slots=True)
class Scene:
    """The conversation so far, and what the host and the service tell about it."""

    topic: str
    goal: str
    critical: str
    prompt: str
    help: str
    exchanges: Sequence[Exchange]
    earlier: str  # of a long conversation, the part that is shown shortened
    concluded: bool
    turn: int
    budget: int
    may_show: bool
    script: Script
    themes: Sequence[str] = ()  # names of what others speak about

    @property
    def voice(self) -> Phrases:
        """The sentences of the participant's language."""
        return VOICES[self.script]

    @property
    def answer(self) -> str:
        """What the participant has just written."""
        return self.exchanges[-1].answer if self.exchanges else ""

    @property
    def asked(self) -> list[str]:
        """The facilitator's messages, oldest first."""
        return [exchange.asked for exchange in self.exchanges if exchange.asked]

    @property
    def left(self) -> int:
        """How many more questions the time allows, the one in this reply included."""
        return self.budget - self.turn

    def has_asked(self, text: str) -> bool:
        """Whether the facilitator has written this before."""
        wanted = _folded(text)
        return any(wanted in _folded(shown) for shown in (*self.asked, self.earlier))


def scene_of(request: Request) -> Scene:
    """The scene that a request for a turn shows."""
    system, user = system_text(request), user_text(request)
    pacing = next(iter(tags.read("pacing", user)), tags.Tagged("", {})).attributes
    exchanges = _exchanges(request)
    said = [text for exchange in exchanges for text in exchange.said]
    topic, prompt = first("topic", system), first("facilitation_prompt", system)
    brief = (topic, first("goal", system), first("critical", system))
    sample = "\n".join([*brief, *(item.question for item in read_guide(prompt).questions)])
    return Scene(
        topic=" ".join(topic.split()),
        goal=brief[1],
        critical=brief[2],
        prompt=prompt,
        help=" ".join(first("help", system).split()),
        exchanges=exchanges,
        earlier=first("earlier", user),
        concluded=pacing.get("concluded") == "yes",
        turn=max(len(said), int(pacing.get("turn", "0"))),
        budget=int(pacing.get("of", BUDGET)),
        may_show=pacing.get("widget") == "may" and any(tool.name == "present_widget" for tool in request.tools),
        script=_script(said, script_for(first("language", system), sample)),
        themes=[piece.attributes.get("label", "") for piece in tags.read("theme", user)],
    )


def _exchanges(request: Request) -> list[Exchange]:
    """The conversation in pairs."""
    exchanges = [Exchange()]
    for entry in request.messages:
        text = "\n".join(block.text for block in entry.blocks)
        if entry.role == "assistant":
            exchanges.append(Exchange(asked=text))
            continue
        exchanges[-1].said += [piece.text for piece in tags.read("said", text)]
        for piece in tags.read("widget", text):
            exchanges[-1].widget = piece.attributes.get("type", "")
            exchanges[-1].offered = piece.attributes.get("options", "")
    return [exchange for exchange in exchanges if exchange.asked or exchange.said]


def _script(said: Sequence[str], default: Script) -> Script:
    """The language of the latest message; a few words alone ("ok", a name) don't change that of the conversation."""
    if not said:
        return default
    usual = script_of("\n".join(said), default)
    return script_of(said[-1], usual) if length_in_words(said[-1]) >= _TELLING else usual


def _besides(answer: str, offered: str) -> str:
    """What an answer holds besides the options of a widget, or the meanings of the ends of a scale."""
    options = offered.split(" | ")
    for option in sorted([*options, *(_END_OF_SCALE.sub(r"\1", option) for option in options)], key=len, reverse=True):
        answer = answer.replace(option, " ") if option else answer
    return answer


def _folded(text: str) -> str:
    return " ".join(text.lower().split())
