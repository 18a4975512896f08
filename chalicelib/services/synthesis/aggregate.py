"""What a session's digests come to: who stands where on which theme, and the points that a summary is made of.

All counts of people are made here, from threads: whoever says a thing thirty times is one participant.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from msgspec import Struct

from chalicelib.model import STANCES, Digest, Leaf, Point, Stance, ThemeRegistry, Voice
from chalicelib.model.synthesis import joined

NEVER = datetime.min.replace(tzinfo=UTC)


class Aggregate(Struct, frozen=True):
    """The voices of a session by their threads, and their points, each with its thread; `newest` is when the last digest
    was made."""

    voices: Mapping[str, Voice] = {}
    points: tuple[tuple[str, Point], ...] = ()
    newest: datetime = NEVER

    @property
    def messages(self) -> int:
        """How much was said."""
        return sum(voice.messages for voice in self.voices.values())

    @property
    def total(self) -> int:
        """How many points were made; `points` may be the best of them."""
        return sum(voice.points for voice in self.voices.values())

    @property
    def themeless(self) -> int:
        """How many of all points belong to no theme."""
        return sum(voice.themeless for voice in self.voices.values())

    @property
    def supported(self) -> set[str]:
        """The themes that somebody speaks of, by id as their points name them."""
        return {theme for voice in self.voices.values() for theme in voice.stances}


def aggregate_digests(digests: Iterable[Digest]) -> Aggregate:
    """What these digests come to; a thread in which nobody said anything is no voice."""
    heard = [digest for digest in digests if digest.messages]
    return Aggregate(
        {digest.thread_id: digest.voice for digest in heard},
        tuple((digest.thread_id, point) for digest in heard for point in digest.points),
        max((digest.created_at for digest in heard), default=NEVER),
    )


def aggregate_leaves(voices: Mapping[str, Voice], leaves: Iterable[Leaf]) -> Aggregate:
    """What these voices and the leaves of a tree come to together."""
    found = list(leaves)
    return Aggregate(
        {thread_id: voice for thread_id, voice in voices.items() if voice.messages},
        tuple(item for leaf in found for item in leaf.points),
        max((leaf.newest for leaf in found), default=NEVER),
    )


def stances_by_theme(aggregate: Aggregate, registry: ThemeRegistry) -> dict[str, dict[str, str]]:
    """By live theme that anybody speaks of: who does, by thread, and with which stance."""
    taken: dict[str, dict[str, str]] = {}
    for thread_id, voice in aggregate.voices.items():
        for theme, stance in voice.stances.items():
            if live := registry.resolve(theme):
                people = taken.setdefault(live.id, {})
                people[thread_id] = joined((stance, people.get(thread_id, stance)))
    return taken


def count_stances(stances: Iterable[str]) -> dict[Stance, int]:
    """How many take which stance."""
    counted = Counter(stances)
    return {stance: counted[stance] for stance in STANCES}
