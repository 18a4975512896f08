"""Who stands where on the themes of a session, and why: people, each with what they said of a theme."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from chalicelib.errors import NotFound
from chalicelib.model import Point, RegisteredTheme, SessionView, Stance, ThemeRegistry, Thread
from chalicelib.services.synthesis.aggregate import aggregate_heads, stances_by_theme
from chalicelib.store import digests
from chalicelib.store.conversations import Conversations
from chalicelib.store.themes import Themes


class PersonWithStance(Struct, frozen=True):
    """Somebody who speaks of a theme, and the points of theirs that do."""

    thread: Thread
    stance: str
    points: tuple[Point, ...]


class PeopleWithStance(Struct, frozen=True):
    """A page of `total` people with a stance on a theme."""

    theme: RegisteredTheme
    people: tuple[PersonWithStance, ...]
    total: int


def read_stances(
    view: SessionView, heads: Sequence[Thread], *, themes: Themes
) -> tuple[ThemeRegistry, Mapping[str, Mapping[str, str]]]:
    """The themes, and by each that is live who speaks of it with which stance, by thread."""
    registry = themes.get(view.session.id, view.synthesis)
    return registry, stances_by_theme(aggregate_heads(view, heads), registry)


def list_people(
    view: SessionView,
    theme_id: str,
    stance: Stance | None,
    limit: int,
    offset: int,
    *,
    conversations: Conversations,
    themes: Themes,
) -> PeopleWithStance:
    """The people who speak of a theme with this stance, or with any, by when they first spoke. Raises NotFound without such a theme."""
    heads = conversations.heads(view.session.id)
    registry, stances = read_stances(view, heads, themes=themes)
    theme = registry.resolve(theme_id)
    if theme is None:
        raise NotFound("There is no such theme in this session")
    taken = {name: it for name, it in stances.get(theme.id, {}).items() if stance is None or it == stance}
    found = sorted(
        (head for head in heads if head.id in taken), key=lambda it: (it.first_message_at or it.created_at, it.id)
    )
    page = found[offset:][:limit]
    told = {it.thread_id: it for it in digests.of_threads(view.session.id, [head.id for head in page])}
    people = tuple(
        PersonWithStance(
            head, taken[head.id], _points(told[head.id].points if head.id in told else (), theme, stance, registry)
        )
        for head in page
    )
    return PeopleWithStance(theme, people, len(found))


def _points(
    points: Sequence[Point], theme: RegisteredTheme, stance: Stance | None, registry: ThemeRegistry
) -> tuple[Point, ...]:
    """What somebody said of a theme; first what is of the stance that is asked for."""
    own = [point for point in points if registry.resolve(point.theme) == theme]
    return tuple(sorted(own, key=lambda point: point.stance != stance))
