"""What of a theme may be told to other participants: nothing that could come from one person only.

A theme's label is first written from one participant's words, and whatever a model makes of those, it may be a name, a
place or a turn of phrase that tells who it was. So every word of what is told has to be one that two participants at
least really wrote, by their quotes, or that the host's topic, goal or critical uses.
"""

import re
from collections.abc import Iterable

from chalicelib.services import wording
from chalicelib.services.synthesis.hearing import Hearing
from chalicelib.store.records import Session

_LEAST_LETTERS = 3  # shorter words name nobody
_GRAMMAR = frozenset(
    wording.words(
        "the and for with about from more less than that this these those their they them there what when where which who "
        "whom whose how why not are was were has have had can could should would may might will does into onto over under "
        "between other others some many each every very only also but its our your his her one ones"
    )
)
_PARTICLES = frozenset("的與和及與跟在是了或之對对与为為於于の を は が に と も で や")
_TELLING = re.compile(r"\d{4}|@|https?:|www\.|\w\.\w{2,}", re.IGNORECASE)


class Common:
    """The words of a session that belong to nobody alone."""

    def __init__(self, hearing: Hearing, session: Session) -> None:
        first: dict[str, str] = {}
        self._common = wording.units(f"{session.topic}\n{session.goal}\n{session.critical or ''}") | _GRAMMAR
        for thread_id, point in hearing.points:
            for unit in _said(point.quote):
                if first.setdefault(unit, thread_id) != thread_id:
                    self._common.add(unit)

    def may_tell(self, text: str) -> bool:
        """Whether others may be told this."""
        if not text.strip() or _TELLING.search(text):
            return False
        rare = (word for word in wording.spaced(text) if len(word) >= _LEAST_LETTERS or any(map(str.isdigit, word)))
        return all(self._knows(word) for word in rare) and all(map(self._covers, wording.runs(text)))

    def _knows(self, word: str) -> bool:
        return word.isdigit() or self._common.issuperset(wording.words(word))

    def _covers(self, run: str) -> bool:
        """Whether every character of a run stands in a pair that is common, or is one that grammar needs."""
        known = [mark in _PARTICLES or (len(run) == 1 and run in self._common) for mark in run]
        for at in range(len(run) - 1):
            if run[at : at + 2] in self._common:
                known[at] = known[at + 1] = True
        return all(known)


def _said(quote: str) -> Iterable[str]:
    """What somebody's quote makes known; a single character of a script without spaces, too."""
    return wording.units(quote) | {mark for run in wording.runs(quote) for mark in run}
