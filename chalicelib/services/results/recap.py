"""The recap of a session: what each person said in short, what several speak of, and what nobody else brought up.

It is read out of what digests hold; no model is asked. The heads of all threads tell which themes people have in common; the
digests are read of one page of people. Who is not to be quoted is told of in other words than theirs, or not at all.
"""

from collections.abc import Mapping
from operator import itemgetter

from msgspec import Struct

from chalicelib.llm.interface import SCRIPTED
from chalicelib.model import Digest, Point, SessionView, Stance, ThemeRegistry, Thread
from chalicelib.services.participants.responses import ResponseFilter, cut_page
from chalicelib.services.synthesis.aggregate import (
    aggregate_heads,
    count_stances,
    stances_by_theme,
    without_names_of_the_gone,
)
from chalicelib.services.synthesis.unquotable import hide_words_of
from chalicelib.services.synthesis.visibility import CARRIED_BY
from chalicelib.store import digests
from chalicelib.store.conversations import Conversations
from chalicelib.store.themes import Themes


class CommonTheme(Struct, frozen=True):
    """A theme that several people speak of, each counted once, and how many take which side."""

    id: str
    label: str
    participants: int
    stances: dict[Stance, int]


class PersonRecap(Struct, frozen=True):
    """What one person said, in short; without a digest nobody has read it yet. Each point has the live theme that it belongs to."""

    thread: Thread
    digest: Digest | None
    points: tuple[tuple[Point, str | None], ...] = ()


class Recap(Struct, frozen=True):
    """A page of a session's people, of `total`; the themes are those of the whole session, the most widely carried first.

    `unique` are points of these people whose theme nobody else in the session carries, or that have none. Where `verbatim`,
    their digests were made without a model that understands: points are answers, word for word, to themes that are questions.
    """

    people: tuple[PersonRecap, ...]
    themes: tuple[CommonTheme, ...]
    unique: tuple[tuple[str, Point], ...]
    total: int
    verbatim: bool
    next_cursor: str | None


def make_recap(
    view: SessionView, limit: int, cursor: str | None, *, conversations: Conversations, themes: Themes
) -> Recap:
    """The recap of the next so many people who said something, by their first message. Raises Invalid for a cursor of no earlier answer."""
    wanted = ResponseFilter(limit=limit, cursor=cursor, messages=False, min_messages=1)
    heads = conversations.heads(view.session.id)
    page, next_cursor = cut_page(heads, wanted)
    registry = themes.get(view.session.id, view.synthesis)
    aggregate = aggregate_heads(view, heads)
    carriers = stances_by_theme(aggregate, registry)
    heads_by_id = {head.id: head for head in page}
    stored = digests.of_threads(view.session.id, list(heads_by_id))
    found = {it.thread_id: hide_words_of(it, heads_by_id[it.thread_id]) for it in stored}
    people = tuple(_person(head, found.get(head.id), registry) for head in page)
    return Recap(
        people,
        _common(carriers, without_names_of_the_gone(registry, aggregate)),
        tuple(item for person in people for item in _unique(person, carriers)),
        sum(head.included and not head.test and head.message_count > 0 for head in heads),
        bool(found) and all(digest.model == SCRIPTED for digest in found.values()),
        next_cursor,
    )


def _person(head: Thread, digest: Digest | None, registry: ThemeRegistry) -> PersonRecap:
    live = ((point, registry.resolve(point.theme)) for point in (digest.points if digest else ()) if point.text)
    return PersonRecap(head, digest, tuple((point, theme.id if theme else None) for point, theme in live))


def _common(carriers: Mapping[str, Mapping[str, str]], registry: ThemeRegistry) -> tuple[CommonTheme, ...]:
    common = [
        (len(carriers[theme.id]), theme)
        for theme in registry.live
        if theme.label and len(carriers.get(theme.id, ())) >= CARRIED_BY
    ]
    common.sort(key=itemgetter(0), reverse=True)  # of the same number, the older theme first
    return tuple(
        CommonTheme(theme.id, theme.label, count, count_stances(carriers[theme.id].values())) for count, theme in common
    )


def _unique(person: PersonRecap, carriers: Mapping[str, Mapping[str, str]]) -> list[tuple[str, Point]]:
    """The points that stand alone, as far as themes tell: of a script, and of a test run, none does."""
    if person.digest is None or person.digest.model == SCRIPTED or person.thread.test:
        return []
    own = person.thread.id
    return [(own, point) for point, theme in person.points if theme is None or set(carriers.get(theme, ())) <= {own}]
