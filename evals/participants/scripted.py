"""Participants without a model: each persona has its lines, and chooses among them by what it is asked.

The conversation is the only memory, so the same questions always get the same answers.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from evals.participants.participant import Persona, Said
from evals.text import questions
from evals.transcript import Cue, Entry, Transcript
from evals.widget import choices, kind_of, props_of

Lines = Mapping[str, Sequence[str]]

STOPS_AT = {"terse": 6, "hostile": 8, "non_english": 7, "refusing": 3}  # the message with which these want to stop
DISTRESSED_AT = 2
# With which messages these say what is special about them, and what it means.
_SPECIAL: Final[Mapping[str, tuple[int, tuple[Cue, ...]]]] = {
    "wary": (2, ("asks_readers",)),
    "suspicious": (2, ("asks_plans", "asks_plans")),
    "child": (2, ("hurt",)),
}
_TAPS = ("cooperative", "terse", "non_english", "contradictory", "distressed")  # the others write past a widget

_DISTRESS: Final[tuple[tuple[str, Cue | None], ...]] = (
    ("low", "distress"),
    ("distress", "distress"),
    ("after", None),
    ("resume", "resume"),
    ("more", None),
    ("stop", "stop"),
)


@cache
def words(script: str) -> Mapping[str, Any]:
    """The lines of all personas in a script, and how to know a kind of question."""
    return tomllib.loads((Path(__file__).parent / "words" / f"{script}.toml").read_text(encoding="utf-8"))


class Scripted(Struct, frozen=True):
    """A persona in a script, with what it holds of the session's matter.

    `variant` says which of several phrasings it has for stopping and for distress.
    """

    persona: Persona
    script: str
    matter: Mapping[str, str]
    variant: int = 0

    def reply(self, so_far: Transcript) -> Said | None:
        """What the persona says to the facilitator's last message."""
        last = so_far.entries[-1]
        said = so_far.said()
        if last.is_final:
            line = self._unsaid("afterthought", said)
            return Said(line) if line else None
        number = len(said) + 1
        if cue := self._cued(number):
            return cue
        if last.widget is not None and self.persona in _TAPS and (answer := self._tap(last.widget)):
            return answer
        return Said(self._line(last, said))

    def _cued(self, number: int) -> Said | None:
        """A message that means to stop, or distress, or comes after it, or asks of the interviewer itself."""
        first, cues = _SPECIAL.get(self.persona, (number + 1, ()))
        if 0 <= number - first < len(cues):
            return Said(self._filled(self._lines[cues[0]][number - first]), cue=cues[number - first])
        if self.persona == "distressed" and number >= DISTRESSED_AT:
            kind, cue = _DISTRESS[min(number - DISTRESSED_AT, len(_DISTRESS) - 1)]
            return Said(self._phrased(kind), cue=cue)
        if number >= STOPS_AT.get(self.persona, number + 1):
            return Said(self._phrased("stop"), cue="stop")
        return None

    def _phrased(self, kind: str) -> str:
        lines = self._lines[kind]
        return self._filled(lines[self.variant % len(lines)])

    @property
    def _lines(self) -> Lines:
        lines: Lines = words(self.script)[self.persona]
        return lines

    def _line(self, asked: Entry, said: Sequence[Entry]) -> str:
        """An answer of the kind that the question asks for, else the next line that was not said yet."""
        question = " ".join(questions(asked.text)) or asked.text
        kinds = (kind for kind, cue in words(self.script)["kinds"].items() if re.search(cue, question, re.IGNORECASE))
        fitting = (self._unsaid(kind, said) for kind in (*kinds, "other"))
        return next((line for line in fitting if line), "") or self._filled(self._lines["other"][-1])

    def _unsaid(self, kind: str, said: Sequence[Entry]) -> str:
        before = {entry.text for entry in said}
        lines = (self._filled(line) for line in self._lines.get(kind, ()))
        return next((line for line in lines if line not in before), "")

    def _filled(self, line: str) -> str:
        text = line.format_map(self.matter)
        return text[:1].upper() + text[1:]

    def _tap(self, widget: dict[str, Any]) -> Said | None:
        """An answer to a widget: a value, and the text that the page would send along."""
        offered, contrary = choices(widget), self.persona == "contradictory"
        ordered = offered[::-1] if contrary else offered
        match kind_of(widget):
            case "SingleSelect" if ordered:
                return Said(ordered[0], ordered[0])
            case "MultiSelect" if ordered:
                return Said(", ".join(ordered[:2]), ordered[:2])
            case "RankingList" if ordered:
                return Said("\n".join(f"{place}. {it}" for place, it in enumerate(ordered, 1)), ordered)
            case "RatingScale":
                value = props_of(widget).get("min" if contrary else "max")
                return Said(str(value), value)
        return None
