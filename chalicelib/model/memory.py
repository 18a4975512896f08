"""Records of what sessions of a project pass on to its later ones: what a session came to, and what another one began with of that."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from chalicelib.model.synthesis import Stance

ConclusionKind = Literal["settled", "tension", "theme"]


class Conclusion(Struct, frozen=True, omit_defaults=True):
    """One thing that at least three people of a session speak of, in words that are nobody's.

    `id` is that of the theme in its session. It is `settled` where nearly all who take a side take the same one, a `tension` where groups
    take either. Label or text may be empty where nothing of it can be told. `stances` is empty where it would tell of fewer people.
    """

    id: str
    kind: ConclusionKind
    label: str
    text: str
    participants: int
    stances: dict[Stance, int] = {}


class Conclusions(Struct, frozen=True):
    """What a session came to, as its summary has it: what its projects remember of it. The most widely carried first.

    `withdrawn`: nothing of it may be used, since somebody was taken out, or is to be passed on no more, until it is made anew; sessions
    that began with it may still have it while it is `untold`.
    """

    points: tuple[Conclusion, ...] = ()
    participants: int = 0
    made_at: datetime | None = None
    withdrawn: bool = False
    untold: bool = False


class Remembered(Struct, frozen=True):
    """A conclusion with the session that came to it, and when that was made. One of which nothing can be told, for now or for good, has
    neither label nor text."""

    session_id: str
    made_at: datetime
    point: Conclusion

    @property
    def is_told(self) -> bool:
        """Whether anything of it may be told."""
        return bool(self.point.label or self.point.text)


class Memory(Struct, frozen=True):
    """What is remembered of the concluded sessions of a project, in the order in which a prompt has it. `version` follows from what it
    says."""

    points: tuple[Remembered, ...] = ()
    version: str = ""
    updated_at: datetime | None = None

    @property
    def session_ids(self) -> list[str]:
        """The sessions that it is from, each once."""
        return list(dict.fromkeys(it.session_id for it in self.points))
