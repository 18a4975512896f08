"""What an answer stands on: the points of a session, those of single themes where there is no room for all, and passages of
conversations. Nothing of it is written anywhere."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.model import Message, SessionView, ThemeRegistry, Thread
from chalicelib.services.results.ask_prompt import Passage
from chalicelib.services.synthesis.aggregate import (
    Aggregate,
    aggregate_heads,
    stances_by_theme,
    without_names_of_the_gone,
)
from chalicelib.services.synthesis.evidence import Evidence, EvidenceBook
from chalicelib.services.synthesis.reduced_digests import FROM_THREADS
from chalicelib.services.synthesis.visibility import CARRIED_BY
from chalicelib.store import digests
from chalicelib.store.conversations import Conversations
from chalicelib.store.reduced_digests import ReducedDigests
from chalicelib.store.themes import Themes

MOST_DIGESTS = 300  # of those who carry the themes of a question
MOST_PASSAGES = 60_000  # characters
AROUND = 6  # messages before and after one that is looked up


class AskDeps(Struct, frozen=True):
    """What answers are read from."""

    conversations: Conversations
    themes: Themes
    reduced_digests: ReducedDigests


class Source(Struct, frozen=True):
    """The people of a session, and what their digests tell."""

    heads: Mapping[str, Thread]
    aggregate: Aggregate
    registry: ThemeRegistry


class ReadMessage(Struct, frozen=True):
    """A message of a participant that a model is shown, and whose it is."""

    thread_id: str
    message: Message


def read_source(view: SessionView, deps: AskDeps) -> Source:
    """What everybody said who is part of the results; of a large session, the points that speak for all of them."""
    session_id = view.session.id
    heads = {head.id: head for head in deps.conversations.heads(session_id) if head.included}
    aggregate = _read_aggregate(view, heads.values(), deps.conversations, deps.reduced_digests)
    registry = without_names_of_the_gone(deps.themes.get(session_id, view.synthesis), aggregate)
    return Source(heads, aggregate, registry)


def _read_aggregate(
    view: SessionView, heads: Collection[Thread], conversations: Conversations, reduced_digests: ReducedDigests
) -> Aggregate:
    """What these people said, who are all that are part of the results; of many, the points that speak for all of them."""
    known, session_id = aggregate_heads(view, heads), view.session.id
    if len(heads) > FROM_THREADS:
        reduced = reduced_digests.all(session_id)
        points = [item for bucket in sorted(reduced) for item in reduced[bucket].points]
    else:
        points = [(it.thread_id, point) for it in conversations.digests(session_id) for point in it.points]
    return replace(known, points=tuple(item for item in points if item[0] in known.counts))


def read_themes(source: Source, ids: Collection[str], points: Iterable[Evidence]) -> Aggregate:
    """All points of these themes, of as many people as there is room for, and these points besides."""
    aggregate, registry = source.aggregate, source.registry
    carriers = stances_by_theme(aggregate, registry)
    people = list(dict.fromkeys(thread_id for theme in ids for thread_id in carriers.get(theme, {})))
    step = max(1, -(-len(people) // MOST_DIGESTS))  # evenly among all, where they are too many
    session_id = next(iter(source.heads.values())).session_id
    found = [
        (digest.thread_id, point)
        for digest in digests.of_threads(session_id, people[::step])
        for point in digest.points
        if (live := registry.resolve(point.theme)) and live.id in ids
    ]
    chosen = [(it.thread_id, it.point) for it in points]
    return replace(aggregate, points=tuple(dict.fromkeys([*chosen, *found])))


def read_passages(
    source: Source, points: Sequence[Evidence], deps: AskDeps
) -> tuple[list[Passage], dict[str, ReadMessage]]:
    """The messages around these points, by conversation, and what participants said in them by the id that the model is shown;
    not those of people who are not to be quoted."""
    wanted: dict[str, set[str]] = {}
    for it in points:
        if it.thread_id in source.aggregate.unquotable:
            continue
        wanted.setdefault(it.thread_id, set()).add(it.point.message_id)
    numbers = {it.thread_id: it.participant for it in points}
    passages: list[Passage] = []
    known: dict[str, ReadMessage] = {}
    room = MOST_PASSAGES
    for thread_id, ids in wanted.items():
        for message in _around(list(deps.conversations.messages(source.heads[thread_id])), ids):
            room -= len(message.content)
            if room < 0:
                return passages, known
            name = f"m{len(known) + 1}" if message.role == "user" else ""
            if name:
                known[name] = ReadMessage(thread_id, message)
            passages.append(Passage(name, numbers[thread_id], message.content))
    return passages, known


def shared_part(source: Source) -> Aggregate:
    """What of it at least two people carry for certain: the points of their themes, and no test run."""
    aggregate, registry = source.aggregate, source.registry
    carriers = stances_by_theme(aggregate, registry)
    shared = {theme for theme, people in carriers.items() if aggregate.count_people(people) >= CARRIED_BY}

    def is_shared(theme: str | None) -> bool:
        live = registry.resolve(theme)
        return live is not None and live.id in shared

    counts = {
        thread_id: replace(it, stances={theme: stance for theme, stance in it.stances.items() if is_shared(theme)})
        for thread_id, it in aggregate.counts.items()
        if thread_id not in aggregate.tests
    }
    points = tuple(it for it in aggregate.points if it[0] in counts and is_shared(it[1].theme))
    return replace(aggregate, counts=counts, points=points)


def make_book(source: Source, aggregate: Aggregate) -> EvidenceBook:
    """These points under the ids that a model knows them by."""
    return EvidenceBook(aggregate, source.registry)


def _around(messages: Sequence[Message], ids: Collection[str]) -> list[Message]:
    places = [place for place, message in enumerate(messages) if message.id in ids]
    near = {it for place in places for it in range(place - AROUND, place + AROUND + 1)}
    return [message for place, message in enumerate(messages) if place in near]
