"""The session's themes while digests are made: which theme a point belongs to, and new themes for what none fits.

A theme keeps its id for ever. Labels that differ in case, width and white space only are one label.
"""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from threading import Lock

from chalicelib.llm import tags
from chalicelib.store.records import Point, RegisteredTheme, ThemeRegistry

MAX_LIVE = 120
MAX_ENTRIES = 400  # aliases included
MAX_OF_ONE = (
    20  # so many themes one thread may be about before it brings up no new ones: nobody fills the registry alone
)
MAX_BYTES = 60_000  # of the registry
MAX_DESCRIBED = 35_000  # beyond that a theme has to do with its label: there is room for every label
MAX_LABEL = 60
MAX_DESCRIPTION = 160


@dataclass(frozen=True, slots=True)
class Proposed:
    """A point as its digest proposes it: `point.theme` is the id that was named, `description` what a new theme would be."""

    point: Point
    description: str = ""


class Register:
    """The registry of one session, shared by the digests that are made at once.

    `save` stores a registry made from another and gives it as stored, or None where somebody else stored one first; `load`
    gives theirs. A new theme is stored before any digest that names it: an id that was lost would be given out twice.
    """

    def __init__(
        self,
        registry: ThemeRegistry = ThemeRegistry(),  # noqa: B008 (it is frozen)
        save: Callable[[ThemeRegistry, ThemeRegistry], ThemeRegistry | None] | None = None,
        load: Callable[[], ThemeRegistry] | None = None,
    ) -> None:
        self._registry = registry
        self._save = save or (lambda made, _: replace(made, version=made.version + 1))
        self._load = load or (lambda: self._registry)
        self._lock = Lock()

    @property
    def registry(self) -> ThemeRegistry:
        """The themes as they are now."""
        return self._registry

    def settle(self, proposed: Sequence[Proposed], before: Sequence[Point] = ()) -> list[Point]:
        """These points of one thread, which made those `before`, each with the live theme that it belongs to.

        None for its theme where there is no room for another.
        """
        with self._lock:
            while True:
                registry, points = _settled(self._registry, proposed, {point.theme for point in before if point.theme})
                if registry is self._registry:
                    return points
                stored = self._save(registry, self._registry)
                self._registry = stored or self._load()
                if stored:
                    return points


def show_themes(registry: ThemeRegistry) -> str:
    """The live themes as data, one a line."""
    return "\n".join(tags.data("theme", theme.description, id=theme.id, label=theme.label) for theme in registry.live)


def labelled(registry: ThemeRegistry) -> dict[str, str]:
    """The live theme's id behind each label, those of aliases included; labels are folded."""
    found: dict[str, str] = {}
    for theme in registry.themes:
        live = registry.resolve(theme.id)
        if live:
            found.setdefault(fold(theme.label), live.id)
    return found


def fold(label: str) -> str:
    """A label as it is compared."""
    return " ".join(unicodedata.normalize("NFKC", label).casefold().split())


def merged(registry: ThemeRegistry, groups: Iterable[Sequence[str]]) -> ThemeRegistry:
    """The registry in which all themes of a group are one: aliases of the first that is live."""
    for group in groups:
        live = list(dict.fromkeys(found.id for name in group if (found := registry.resolve(name))))
        themes = tuple(
            replace(theme, alias_of=live[0], description="") if theme.id in live[1:] else theme
            for theme in registry.themes
        )
        registry = replace(registry, themes=themes)
    return registry


def described(registry: ThemeRegistry, descriptions: dict[str, str]) -> ThemeRegistry:
    """The registry with what a summary says of these themes, by id, as far as there is room for it."""
    themes = list(registry.themes)
    for place, theme in enumerate(themes):
        if said := descriptions.get(theme.id):
            changed = replace(theme, description=said[:MAX_DESCRIPTION], described_by_summary=True)
            if _size([*themes[:place], changed, *themes[place + 1 :]]) <= MAX_DESCRIBED:
                themes[place] = changed
    return replace(registry, themes=tuple(themes))


def withdrawn(registry: ThemeRegistry, supported: Iterable[str]) -> ThemeRegistry:
    """The registry after somebody was taken out: without the themes that nobody else supports, and without descriptions.

    Those may be in the words of whoever is gone; the next summary writes them anew.
    """
    kept = {found.id for name in supported if (found := registry.resolve(name))}
    themes = []
    for theme in registry.themes:
        live = registry.resolve(theme.id)
        if live and live.id in kept:
            themes.append(replace(theme, description="", described_by_summary=False))
    return replace(registry, themes=tuple(themes))


def _settled(registry: ThemeRegistry, proposed: Sequence[Proposed], own: set[str]) -> tuple[ThemeRegistry, list[Point]]:
    labels = labelled(registry)
    points = []
    for it in proposed:
        live = registry.resolve(it.point.theme)
        theme = live.id if live else labels.get(fold(it.point.topic))
        if theme is None and it.point.topic and len(own) < MAX_OF_ONE and (grown := _grown(registry, it)):
            registry, theme = grown, f"t{grown.last}"
            labels[fold(it.point.topic)] = theme
        own.update([theme] if theme else [])
        points.append(replace(it.point, theme=theme))
    return registry, points


def _grown(registry: ThemeRegistry, it: Proposed) -> ThemeRegistry | None:
    """The registry with one theme more, without its description where that would be too much; None where it is full."""
    if len(registry.live) >= MAX_LIVE or len(registry.themes) >= MAX_ENTRIES:
        return None
    number = registry.last + 1
    theme = RegisteredTheme(f"t{number}", it.point.topic[:MAX_LABEL], it.description[:MAX_DESCRIPTION])
    themes = (*registry.themes, theme)
    if _size(themes) > MAX_DESCRIBED:
        themes = (*registry.themes, replace(theme, description=""))
    return replace(registry, themes=themes, last=number) if _size(themes) <= MAX_BYTES else None


def _size(themes: Iterable[RegisteredTheme]) -> int:
    return sum(len(theme.label.encode()) + len(theme.description.encode()) + 120 for theme in themes)
