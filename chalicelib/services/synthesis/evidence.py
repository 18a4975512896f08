"""The points behind a summary: which of them the model is shown, under which short ids, and what code reads back from those."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, islice, zip_longest

from chalicelib.llm import tags
from chalicelib.llm.language import SAMPLED
from chalicelib.store.records import Digest, Point, Quote

MAX_POINTS = 2_500
MAX_QUOTES = 3


@dataclass(frozen=True, slots=True)
class Evidence:
    """One point with the short id the model knows it by; `participant` is a number that tells nobody who it is."""

    id: str
    participant: int
    thread_id: str
    point: Point


class EvidenceBook:
    """All points of a session, by short id. Participants are numbered in the order of the digests."""

    def __init__(self, digests: Sequence[Digest]) -> None:
        heard = [digest for digest in digests if digest.messages]
        self.participants = len({digest.thread_id for digest in heard})
        self.messages = sum(digest.messages for digest in heard)
        self.total = sum(len(digest.points) for digest in heard)
        self._entries = {entry.id: entry for entry in _numbered(heard)}

    def __len__(self) -> int:
        return len(self._entries)

    def render(self) -> str:
        """Every point as data, one a line."""
        return "\n".join(
            tags.data(
                "point",
                entry.point.text,
                id=entry.id,
                participant=entry.participant,
                topic=entry.point.topic,
                stance=entry.point.stance,
            )
            for entry in self._entries.values()
        )

    def sample(self) -> str:
        """Some of what was said, enough to tell its language."""
        return " ".join(entry.point.text for entry in list(self._entries.values())[:SAMPLED])

    def find(self, ids: object) -> list[Evidence]:
        """The points with these ids, each once, in this order; whatever is no id of ours is passed over."""
        known = ids if isinstance(ids, list) else []
        named = dict.fromkeys(name for name in known if isinstance(name, str))
        return [self._entries[name] for name in named if name in self._entries]


def count_participants(evidence: Iterable[Evidence]) -> int:
    """How many different people stand behind these points."""
    return len({entry.thread_id for entry in evidence})


def pick_quotes(evidence: Iterable[Evidence]) -> tuple[Quote, ...]:
    """The first few quotes, of different participants and in different words."""
    quotes: dict[str, Quote] = {}
    seen: set[str] = set()
    for entry in evidence:
        text = " ".join(entry.point.quote.split())
        if text and text.casefold() not in seen and entry.thread_id not in quotes:
            quotes[entry.thread_id] = Quote(text, entry.thread_id, entry.point.message_id)
            seen.add(text.casefold())
        if len(quotes) == MAX_QUOTES:
            break
    return tuple(quotes.values())


def _numbered(digests: Sequence[Digest]) -> list[Evidence]:
    """The points under their ids. Where there are too many, everybody gives the same share, the newest points first."""
    shares = [
        [(number, place, digest) for place in reversed(range(len(digest.points)))]
        for number, digest in enumerate(digests, 1)
    ]
    dealt = (item for item in chain.from_iterable(zip_longest(*shares)) if item is not None)
    chosen = sorted(islice(dealt, MAX_POINTS), key=lambda item: item[:2])
    return [
        Evidence(f"p{index}", number, digest.thread_id, digest.points[place])
        for index, (number, place, digest) in enumerate(chosen, 1)
    ]
