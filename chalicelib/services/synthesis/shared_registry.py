"""The session's themes while digests are made: which theme a point belongs to, and new themes for what none fits.

A theme keeps its id for ever. Labels that differ in case, width, white space and typographic twins only are one label. More
themes are registered than a digest is shown: the label of any finds it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from threading import Lock

from msgspec.structs import replace

from chalicelib.llm import tags
from chalicelib.model import Point, RegisteredTheme, ThemeRegistry
from chalicelib.model.synthesis import NAMED_BY_SUMMARY
from chalicelib.text.normalise import fold, one_line

MAX_LIVE = 1_000
MAX_SHOWN = 120
MAX_SHOWN_BYTES = 35_000
MAX_OF_ONE = 20  # themes that one thread may be about: nobody fills the registry alone
MAX_LABEL = 60  # of a model's, which is asked for a few words
MAX_QUESTION = 500  # of a script's, which is a question
MAX_DESCRIPTION = 160


class SharedRegistry:
    """The registry of one session, shared by the digests that are made at once.

    `save` stores a registry made from another and gives it as stored, or None where somebody else stored one first; `load`
    gives theirs. A new theme is stored before any digest that names it: an id that was lost would be given out twice.
    `carried` has the themes of each thread, by id as they were then. `most_of_one` is how many themes one thread may be
    about before it brings up no new ones: a script's are the host's questions, so they need no such bound.
    """

    def __init__(
        self,
        registry: ThemeRegistry = ThemeRegistry(),
        save: Callable[[ThemeRegistry, ThemeRegistry], ThemeRegistry | None] | None = None,
        load: Callable[[], ThemeRegistry] | None = None,
        carried: Iterable[Iterable[str]] = (),
        most_of_one: int = MAX_OF_ONE,
    ) -> None:
        self._registry = registry
        self._save = save or (lambda made, _: replace(made, version=made.version + 1))
        self._load = load or (lambda: self._registry)
        self._most_of_one = most_of_one
        self._lock = Lock()
        self._carried = Counter(theme for themes in carried for theme in self._live(themes))
        self._shown = (registry, self._show())

    @property
    def registry(self) -> ThemeRegistry:
        """The themes as they are now."""
        return self._registry

    def show(self) -> str:
        """The themes that most people carry as data, one a line, as many as a prompt has room for; oldest first.

        The same until a theme is new, so that a model's cache may hold them.
        """
        with self._lock:
            if self._shown[0] is not self._registry:
                self._shown = (self._registry, self._show())
            return self._shown[1]

    def settle(
        self,
        thread_id: str,
        points: Sequence[Point],
        before: Sequence[Point] = (),
        *,
        may_name: Callable[[str], bool] = lambda _: True,
    ) -> list[Point]:
        """These new points of a thread, which made those `before`, each with the live theme that it belongs to.

        A new theme whose label it `may_name` not has none, until a summary names it. None for its theme where there is no room for another.
        """
        own = {point.theme for point in before if point.theme}
        with self._lock:
            while True:
                registry, settled = _settle(self._registry, thread_id, points, set(own), self._most_of_one, may_name)
                stored = registry if registry is self._registry else self._save(registry, self._registry)
                self._registry = stored or self._load()
                if stored:
                    self._carried.update({point.theme for point in settled if point.theme} - own)
                    return settled

    def _live(self, themes: Iterable[str]) -> set[str]:
        return {live.id for theme in themes if (live := self._registry.resolve(theme))}

    def _show(self) -> str:
        ranked = sorted(self._registry.live, key=lambda theme: (-self._carried[theme.id], theme.number))
        lines: dict[int, str] = {}
        size = 0
        for theme in [theme for theme in ranked if theme.label][:MAX_SHOWN]:
            line = tags.data("theme", theme.description, id=theme.id, label=theme.label)
            size += len(line.encode()) + 1
            if size > MAX_SHOWN_BYTES:
                break
            lines[theme.number] = line
        return "\n".join(lines[number] for number in sorted(lines))


def find_ids_by_label(registry: ThemeRegistry) -> dict[str, str]:
    """The live theme's id behind each label, those of aliases included; labels are folded."""
    found: dict[str, str] = {}
    for theme in registry.themes:
        live = registry.resolve(theme.id)
        if live and theme.label:
            found.setdefault(fold(theme.label), live.id)
    return found


def alias_themes(registry: ThemeRegistry, groups: Iterable[Sequence[str]]) -> ThemeRegistry:
    """The registry in which all themes of a group are one: aliases of the first that is live."""
    for group in groups:
        live = list(dict.fromkeys(found.id for name in group if (found := registry.resolve(name))))
        themes = tuple(
            replace(theme, alias_of=live[0], description="", same_as="") if theme.id in live[1:] else theme
            for theme in registry.themes
        )
        registry = replace(registry, themes=themes)
    return registry


def describe_themes(
    registry: ThemeRegistry, descriptions: Mapping[str, str], names: Mapping[str, str] = {}
) -> ThemeRegistry:
    """The registry with what a summary says of these themes, by id, and with its names for those that have none any more."""

    def describe(theme: RegisteredTheme) -> RegisteredTheme:
        if said := descriptions.get(theme.id):
            theme = replace(theme, description=said[:MAX_DESCRIPTION])
        if not theme.label and (name := names.get(theme.id)):
            theme = replace(theme, label=one_line(name, MAX_LABEL), coined_by=NAMED_BY_SUMMARY)
        return theme

    return replace(registry, themes=tuple(map(describe, registry.themes)))


def _settle(
    registry: ThemeRegistry,
    thread_id: str,
    points: Sequence[Point],
    own: set[str],
    most_of_one: int,
    may_name: Callable[[str], bool],
) -> tuple[ThemeRegistry, list[Point]]:
    labels = find_ids_by_label(registry)
    grown: list[RegisteredTheme] = []
    room = MAX_LIVE - len(registry.live)
    settled = []
    for point in points:
        live, label = registry.resolve(point.theme), fold(point.topic)
        theme = live.id if live else labels.get(label)
        if theme is None and label and len(own) < most_of_one and len(grown) < room:
            theme = f"t{registry.last + len(grown) + 1}"
            grown.append(RegisteredTheme(theme, point.topic if may_name(point.topic) else "", coined_by=thread_id))
            labels[label] = theme
        own.update([theme] if theme else [])
        settled.append(replace(point, theme=theme))
    if grown:
        last = registry.last + len(grown)
        registry = replace(registry, themes=(*registry.themes, *grown), last=last)
    return registry, settled
