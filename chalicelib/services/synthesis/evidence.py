"""What a summary stands on: the themes and points that the model is shown, under short ids, and what code reads back from those."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from itertools import chain, islice, zip_longest
from unicodedata import east_asian_width

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.llm import tags
from chalicelib.model import Point, Quote, RegisteredTheme, ThemeRegistry
from chalicelib.model.synthesis import joined
from chalicelib.services.synthesis.aggregate import Aggregate, stances_by_theme
from chalicelib.services.synthesis.unquotable import hide_words

MAX_POINTS = 2_500
MAX_THEMES = 200
MAX_CHARACTERS = 240_000  # of all that is shown, about 60,000 tokens in English; wide characters count double
MAX_QUOTES = 3
SEVERAL = 2  # people on a side, for one of them to be quoted: whoever stands alone would be pointed at
SAMPLED = 200  # points that are enough to tell the language of a session


class Evidence(Struct, frozen=True):
    """One point with the short id the model knows it by; `participant` is a number that tells nobody who it is, 0 for a test run."""

    id: str
    participant: int
    thread_id: str
    point: Point
    theme: str | None


class EvidenceBook:
    """The points of a session, by short id, and who carries its themes. Participants are numbered as they come.

    What somebody said who is not to be quoted is among them without their words."""

    def __init__(self, aggregate: Aggregate, registry: ThemeRegistry) -> None:
        self.aggregate, self.registry = aggregate, registry
        self._carriers = stances_by_theme(aggregate, registry)
        carried = [(theme, len(self._carriers[theme.id])) for theme in registry.live if theme.id in self._carriers]
        self._themes = sorted(carried, key=lambda found: (-found[1], found[0].number))
        self._shown = {theme.id for theme, _ in self._themes[:MAX_THEMES]}
        room = MAX_CHARACTERS - sum(_width(line) + 1 for line in self._theme_lines())
        self._entries = {entry.id: entry for entry in self._numbered(room)}

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def carried(self) -> list[tuple[RegisteredTheme, int]]:
        """The live themes that somebody carries, each with how many do; the most widely carried first."""
        return self._themes

    def render(self) -> str:
        """The most widely carried themes and every point as data, one a line; the most widely carried theme first."""
        return "\n".join([*self._theme_lines(), *map(self._line, self._entries.values())])

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

    def without(self, message_ids: Collection[str]) -> "EvidenceBook":
        """The same without the points of these messages; who carries what stays as it is counted."""
        points = tuple(it for it in self.aggregate.points if it[1].message_id not in message_ids)
        return EvidenceBook(replace(self.aggregate, points=points), self.registry)

    def message_ids(self) -> list[str]:
        """The messages that the points are from, each once."""
        return list(dict.fromkeys(entry.point.message_id for entry in self._entries.values()))

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

    def _theme_lines(self) -> list[str]:
        return [
            tags.data("theme", theme.description, id=theme.id, label=theme.label, participants=count)
            for theme, count in self._themes[:MAX_THEMES]
        ]

    def _line(self, entry: Evidence) -> str:
        """A point, and what it is about: its theme, or in its own words where it has none that is shown."""
        point, theme = entry.point, entry.theme
        about = {"theme": theme} if theme and theme in self._shown else {"topic": point.topic}
        told = {name: value for name, value in (("kind", point.kind), ("group", point.group)) if value}
        return tags.data(
            "point", point.text, id=entry.id, participant=entry.participant, **about, stance=point.stance, **told
        )

    def _numbered(self, room: int) -> list[Evidence]:
        """The points under their ids, as many as there is room for: everybody gives the same share, the newest points first."""
        said: defaultdict[str, list[Point]] = defaultdict(list)
        for thread_id, point in self.aggregate.points:
            said[thread_id].append(point)
        for thread_id in said.keys() & self.aggregate.unquotable:
            said[thread_id] = list(hide_words(said[thread_id]))
        people = list(self.aggregate.counts)
        shares = (
            [(number, place) for place in reversed(range(len(said[thread_id])))]
            for number, thread_id in enumerate(people, 1)
        )
        dealt = (item for item in chain.from_iterable(zip_longest(*shares)) if item is not None)
        chosen: dict[tuple[int, int], Evidence] = {}
        for number, place in islice(dealt, MAX_POINTS):
            thread_id = people[number - 1]
            point = said[thread_id][place]
            theme = self.registry.resolve(point.theme)
            shown = 0 if thread_id in self.aggregate.tests else number
            entry = Evidence(f"p{MAX_POINTS}", shown, thread_id, point, theme.id if theme else None)
            room -= _width(self._line(entry)) + 1
            if room < 0:
                break
            chosen[number, place] = entry
        return [replace(chosen[item], id=f"p{index}") for index, item in enumerate(sorted(chosen), 1)]


def pick_quotes(evidence: Iterable[Evidence], stances: Mapping[str, str] = {}) -> tuple[Quote, ...]:
    """The first few quotes, of different participants and in different words; where several take a side by their `stances`, one of them
    is among these, in the place of the last of the other side."""
    quotes: dict[str, Quote] = {}
    seen: set[str] = set()
    for entry in evidence:
        text = " ".join(entry.point.quote.split())
        if text and text.casefold() not in seen and entry.thread_id not in quotes:
            quotes[entry.thread_id] = Quote(text, entry.thread_id, entry.point.message_id)
            seen.add(text.casefold())
    picked = list(quotes)[:MAX_QUOTES]
    for side, other in (("for", "against"), ("against", "for")):
        of_side = [name for name in quotes if stances.get(name) == side]
        if len(of_side) < SEVERAL or set(of_side) & set(picked):
            continue
        last = max((place for place, name in enumerate(picked) if stances.get(name) == other), default=len(picked) - 1)
        picked[last] = of_side[0]
    return tuple(quotes[name] for name in picked)


def _named(ids: object) -> list[str]:
    known = ids if isinstance(ids, list) else []
    return list(dict.fromkeys(name for name in known if isinstance(name, str)))


def _width(text: str) -> int:
    """Characters, those of wide scripts twice: each is a token or more."""
    return len(text) if text.isascii() else len(text) + sum(east_asian_width(mark) in "WF" for mark in text)
