"""Who stands where on the themes of a session, and why: people, each with what they said of a theme."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from chalicelib.errors import NotFound
from chalicelib.model import Point, RegisteredTheme, SessionView, Stance, Theme, ThemeRegistry, Thread
from chalicelib.model.synthesis import joined
from chalicelib.services.synthesis.aggregate import aggregate_heads, stances_by_theme, without_names_of_the_gone
from chalicelib.services.synthesis.unquotable import hide_words_of
from chalicelib.store import digests
from chalicelib.store.conversations import Conversations
from chalicelib.store.themes import Themes


class PersonWithStance(Struct, frozen=True):
    """Somebody who speaks of a theme, and the points of theirs that do."""

    thread: Thread
    stance: str
    points: tuple[Point, ...]


class PeopleWithStance(Struct, frozen=True):
    """A page of `total` people with a stance on a theme; `label` is what that is called where they were looked for."""

    theme: RegisteredTheme
    label: str
    people: tuple[PersonWithStance, ...]
    total: int


def read_stances(
    view: SessionView, heads: Sequence[Thread], *, themes: Themes
) -> tuple[ThemeRegistry, Mapping[str, Mapping[str, str]]]:
    """The themes as they may be shown, and by each that is live who speaks of it with which stance, by thread."""
    aggregate = aggregate_heads(view, heads)
    registry = without_names_of_the_gone(themes.get(view.session.id, view.synthesis), aggregate)
    return registry, stances_by_theme(aggregate, registry)


def list_people(
    view: SessionView,
    theme_id: str,
    stance: Stance | None,
    limit: int,
    offset: int,
    *,
    as_summed_up: bool = False,
    conversations: Conversations,
    themes: Themes,
) -> PeopleWithStance:
    """The people who speak of a theme with this stance, or with any, by when they first spoke. Raises NotFound without such a theme, and
    for one that has no name for now.

    `as_summed_up`: of all that the summary gathers under that theme, so that there are as many as it says, and those who have
    spoken since.
    """
    heads = conversations.heads(view.session.id)
    registry, stances = read_stances(view, heads, themes=themes)
    theme = registry.resolve(theme_id)
    told = _find_summed_up(view, theme.id) if theme and as_summed_up else None
    label = told.label if told else theme.label if theme else ""
    if theme is None or not label:
        raise NotFound("There is no such theme in this session")
    gathered = dict.fromkeys(live.id for it in (told.gathers if told else ()) if (live := registry.resolve(it)))
    asked = list(gathered) or [theme.id]
    taken: dict[str, list[str]] = {}
    for thread_id, it in (took for name in asked for took in stances.get(name, {}).items()):
        taken.setdefault(thread_id, []).append(it)
    stands = {thread_id: it for thread_id, found in taken.items() if stance in (None, it := joined(found))}
    found = sorted(
        (head for head in heads if head.id in stands), key=lambda it: (it.first_message_at or it.created_at, it.id)
    )
    page = found[offset:][:limit]
    by_id = {head.id: head for head in page}
    stored = digests.of_threads(view.session.id, list(by_id))
    kept = {it.thread_id: hide_words_of(it, by_id[it.thread_id]).points for it in stored}
    people = tuple(
        PersonWithStance(head, stands[head.id], _points(kept.get(head.id, ()), asked, stance, registry))
        for head in page
    )
    return PeopleWithStance(theme, label, people, len(found))


def _find_summed_up(view: SessionView, theme_id: str) -> Theme | None:
    return next((it for it in view.summary.themes if it.id == theme_id), None) if view.summary else None


def _points(
    points: Sequence[Point], themes: Sequence[str], stance: Stance | None, registry: ThemeRegistry
) -> tuple[Point, ...]:
    """What somebody said of these themes; first what is of the stance that is asked for."""
    own = [point for point in points if point.text and (live := registry.resolve(point.theme)) and live.id in themes]
    return tuple(sorted(own, key=lambda point: point.stance != stance))
