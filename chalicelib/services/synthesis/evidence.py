"""What a summary stands on: the themes and points that the model is shown, under short ids, and what code reads back from those."""

from collections import defaultdict
from collections.abc import Container, Iterable
from dataclasses import dataclass
from itertools import chain, islice, zip_longest

from chalicelib.llm import tags
from chalicelib.llm.language import SAMPLED
from chalicelib.services.synthesis.hearing import Hearing, carriers
from chalicelib.store.records import Point, Quote, RegisteredTheme, ThemeRegistry
from chalicelib.store.records.synthesis import joined

MAX_POINTS = 2_500
MAX_THEMES = 200
MAX_QUOTES = 3


@dataclass(frozen=True, slots=True)
class Evidence:
    """One point with the short id the model knows it by; `participant` is a number that tells nobody who it is."""

    id: str
    participant: int
    thread_id: str
    point: Point
    theme: str | None


class EvidenceBook:
    """The points of a session, by short id, and who carries its themes. Participants are numbered as they come."""

    def __init__(self, hearing: Hearing, registry: ThemeRegistry) -> None:
        self.hearing, self.registry = hearing, registry
        self._entries = {entry.id: entry for entry in _numbered(hearing, registry)}
        self._carriers = carriers(hearing, registry)
        carried = [(theme, len(self._carriers[theme.id])) for theme in registry.live if theme.id in self._carriers]
        self._themes = sorted(carried, key=lambda found: (-found[1], found[0].number))

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def carried(self) -> list[tuple[RegisteredTheme, int]]:
        """The live themes that somebody carries, each with how many do; the most widely carried first."""
        return self._themes

    def render(self) -> str:
        """The most widely carried themes and every point as data, one a line; the most widely carried theme first."""
        shown = self._themes[:MAX_THEMES]
        themes = [
            tags.data("theme", theme.description, id=theme.id, label=theme.label, participants=count)
            for theme, count in shown
        ]
        known = {theme.id for theme, _ in shown}
        points = [
            tags.data("point", entry.point.text, id=entry.id, participant=entry.participant, **_about(entry, known))
            for entry in self._entries.values()
        ]
        return "\n".join([*themes, *points])

    def sample(self) -> str:
        """Some of what was said, enough to tell its language."""
        return " ".join(entry.point.text for entry in list(self._entries.values())[:SAMPLED])

    def find(self, ids: object) -> list[Evidence]:
        """The points with these ids, each once, in this order; whatever is no id of ours is passed over."""
        return [self._entries[name] for name in _named(ids) if name in self._entries]

    def themes(self, ids: object) -> list[str]:
        """The live themes that these ids stand for, each once; whatever is no theme that somebody carries is passed over."""
        carried = {theme.id for theme, _ in self._themes}
        found = (self.registry.resolve(name) for name in _named(ids))
        return list(dict.fromkeys(theme.id for theme in found if theme and theme.id in carried))

    def of_themes(self, ids: Iterable[str]) -> list[Evidence]:
        """All points of these live themes."""
        wanted = set(ids)
        return [entry for entry in self._entries.values() if entry.theme in wanted]

    def stances(self, ids: Iterable[str]) -> dict[str, str]:
        """Who carries these themes, and with which stance; somebody both for and against is mixed."""
        taken: defaultdict[str, list[str]] = defaultdict(list)
        for name in dict.fromkeys(live.id for theme in ids if (live := self.registry.resolve(theme))):
            for thread_id, stance in self._carriers.get(name, {}).items():
                taken[thread_id].append(stance)
        return {thread_id: joined(stances) for thread_id, stances in taken.items()}

    def quoted(self) -> list[Quote]:
        """Every quote that there is."""
        return [
            Quote(" ".join(entry.point.quote.split()), entry.thread_id, entry.point.message_id)
            for entry in self._entries.values()
            if entry.point.quote
        ]


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


def _named(ids: object) -> list[str]:
    known = ids if isinstance(ids, list) else []
    return list(dict.fromkeys(name for name in known if isinstance(name, str)))


def _about(entry: Evidence, shown: Container[str]) -> dict[str, str]:
    """What a point is about: its theme, or in its own words where it has none that is shown."""
    about = {"theme": entry.theme} if entry.theme and entry.theme in shown else {"topic": entry.point.topic}
    return {**about, "stance": entry.point.stance}


def _numbered(hearing: Hearing, registry: ThemeRegistry) -> list[Evidence]:
    """The points under their ids. Where there are too many, everybody gives the same share, the newest points first."""
    said: defaultdict[str, list[Point]] = defaultdict(list)
    for thread_id, point in hearing.points:
        said[thread_id].append(point)
    people = list(hearing.voices)
    shares: list[list[tuple[int, int]]] = [
        [(number, place) for place in reversed(range(len(said[thread_id])))]
        for number, thread_id in enumerate(people, 1)
    ]
    dealt = (item for item in chain.from_iterable(zip_longest(*shares)) if item is not None)
    chosen = sorted(islice(dealt, MAX_POINTS))
    return [
        _entry(index, number, people[number - 1], said[people[number - 1]][place], registry)
        for index, (number, place) in enumerate(chosen, 1)
    ]


def _entry(index: int, number: int, thread_id: str, point: Point, registry: ThemeRegistry) -> Evidence:
    theme = registry.resolve(point.theme)
    return Evidence(f"p{index}", number, thread_id, point, theme.id if theme else None)
