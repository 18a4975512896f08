"""What a session's digests come to: who stands where on which theme, and the points that a summary is made of.

All counts of people are made here, from threads: whoever says a thing thirty times is one participant.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from chalicelib.store.records import Digest, Leaf, Point, ThemeRegistry, Voice

STANCES = ("for", "against", "mixed", "neutral")
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Hearing:
    """The voices of a session and their points, each with its thread; `newest` is when the last digest was made."""

    voices: tuple[Voice, ...] = ()
    points: tuple[tuple[str, Point], ...] = ()
    newest: datetime = NEVER

    @property
    def messages(self) -> int:
        """How much was said."""
        return sum(voice.messages for voice in self.voices)

    @property
    def total(self) -> int:
        """How many points were made; `points` may be the best of them."""
        return sum(voice.points for voice in self.voices)

    @property
    def supported(self) -> set[str]:
        """The themes that somebody speaks of, by id as their points name them."""
        return {theme for voice in self.voices for theme in voice.stances}


def hear(digests: Iterable[Digest]) -> Hearing:
    """What these digests come to; a thread in which nobody said anything is no voice."""
    heard = [digest for digest in digests if digest.messages]
    return Hearing(
        tuple(map(_voice, heard)),
        tuple((digest.thread_id, point) for digest in heard for point in digest.points),
        max((digest.created_at for digest in heard), default=NEVER),
    )


def hear_leaves(leaves: Sequence[Leaf]) -> Hearing:
    """What the leaves of a tree come to together."""
    return Hearing(
        tuple(voice for leaf in leaves for voice in leaf.voices),
        tuple(item for leaf in leaves for item in leaf.points),
        max((leaf.newest for leaf in leaves), default=NEVER),
    )


def stances_on(themes: Iterable[str], hearing: Hearing, registry: ThemeRegistry) -> dict[str, str]:
    """By thread, where everybody stands who speaks of one of these themes; somebody both for and against is mixed."""
    wanted = {found.id for theme in themes if (found := registry.resolve(theme))}
    named = {theme for theme in hearing.supported if (found := registry.resolve(theme)) and found.id in wanted}
    taken = {
        voice.thread_id: [stance for theme, stance in voice.stances.items() if theme in named]
        for voice in hearing.voices
    }
    return {thread_id: _joined(stances) for thread_id, stances in taken.items() if stances}


def count_stances(stances: Iterable[str]) -> dict[str, int]:
    """How many take which stance."""
    counted = Counter(stances)
    return {stance: counted[stance] for stance in STANCES}


def _voice(digest: Digest) -> Voice:
    taken: defaultdict[str, list[str]] = defaultdict(list)
    for point in digest.points:
        if point.theme:
            taken[point.theme].append(point.stance)
    stances = {theme: _joined(found) for theme, found in taken.items()}
    return Voice(digest.thread_id, digest.messages, len(digest.points), stances)


def _joined(stances: Iterable[str]) -> str:
    """One person's stance out of several."""
    clear = set(stances) - {"neutral"}
    if not clear:
        return "neutral"
    return clear.pop() if len(clear) == 1 else "mixed"
