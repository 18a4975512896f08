"""Records of the scratchpad: what a session's conversations come to so far, theme by theme."""

from datetime import datetime

from msgspec import Struct

from chalicelib.model.synthesis import CountsPeople, Stance


class Note(CountsPeople, Struct, frozen=True, omit_defaults=True):
    """What is noted of one theme: who carries it, in counts, and a few messages that say so.

    `ids` are all ids that stand for it, its own first. The label and the description may be told to other participants
    where nothing in them could come from one person only.
    """

    label: str
    description: str
    ids: tuple[str, ...]
    participants: int
    stances: dict[Stance, int]
    evidence: tuple[str, ...] = ()
    tells_label: bool = False
    tells_description: bool = False
    sources: int | None = None

    @property
    def id(self) -> str:
        """The theme's own id."""
        return self.ids[0]


class Covered(Struct, frozen=True):
    """A question of the host's, and how many participants spoke to it."""

    question: str
    participants: int


class Scratchpad(Struct, frozen=True):
    """The notes of a session, the most widely carried theme first; `themes` counts all there are, noted here or not.

    `version` names this state of it; `messages` is how much was said by those it was made from; the session's first notes
    were taken at `since`.
    """

    notes: tuple[Note, ...]
    consensus: tuple[str, ...]
    tensions: tuple[str, ...]
    covered: tuple[Covered, ...]
    themes: int
    participants: int
    messages: int
    updated_at: datetime
    version: str = ""
    since: datetime | None = None
