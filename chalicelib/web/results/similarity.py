"""Similarity as pages show it: how close everybody is, a map of people, their groups, and what most and fewest share."""

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from chalicelib import container
from chalicelib.model import STANCES, SessionView
from chalicelib.operations import similarity as operation
from chalicelib.services.results import similarity as found
from chalicelib.services.synthesis.visibility import LEAST, results_for
from chalicelib.store.sessions import FOR_RESULTS
from chalicelib.web.kit.texts import Texts
from chalicelib.web.results.reader import Reader
from chalicelib.web.results.similarity_map import Map, draw_map, kind_of, letter_of, outline

PARTS = FOR_RESULTS
_SIZE, _LEGEND = 7.0, 4.5  # of a mark in the legend, in pixels: the middle of it, and its radius


class ShownTheme(Struct, frozen=True):
    """A theme, and who stands where on it, in words."""

    label: str
    told: tuple[str, ...]


class ShownGroup(Struct, frozen=True):
    """A group as the legend and the table have it; one without a `name` are those who are in none. Its `size` is 0 for readers who are
    not told."""

    name: str
    kind: str
    path: str
    size: int
    shared: tuple[ShownTheme, ...] = ()
    dividing: tuple[ShownTheme, ...] = ()


class ShownStatement(Struct, frozen=True):
    """A side of a theme, as somebody holds it and in their own words where members read it, and who takes which.

    Without `text` it is said in the same words; without `quote` they were not found.
    """

    text: str
    quote: str
    label: str
    told: str
    participant_id: str = ""
    message_id: str = ""


def show_similarity(view: SessionView, reader: Reader) -> dict[str, Any]:
    """Returns how alike people are as this visitor may read it."""
    return (
        tell_members(view, operation.read_similarity(view), reader) if reader.is_member else _tell_others(view, reader)
    )


def tell_members(view: SessionView, of: operation.Similarity, reader: Reader) -> dict[str, Any]:
    """Returns it as members read it: every person is on the map, by no name, and statements are in words that lead to where they stand."""
    texts = reader.locale.texts
    groups = [
        ShownGroup(
            **_named(place, group.size),
            shared=tuple(ShownTheme(it.label, (_side(texts, it.stance, it.participants),)) for it in group.themes),
            dividing=tuple(ShownTheme(it.label, _divided(texts, it)) for it in group.differs),
        )
        for place, group in enumerate(of.groups)
    ]
    dots = [found.Dot(it.x, it.y, it.group, it.people) for it in of.map]
    return {
        "for_all": True,
        "readiness": of.status,
        "has_model": container.model_of(view.session).understands,
        "compared": of.participants,
        "total": of.total,
        "least": found.LEAST_COMPARED,
        "cohesion": _hundredths(of.cohesion),
        "map_share": _hundredths(of.map_share),
        "most": [_statement(it, texts) for it in of.statements],
        "fewest": [_statement(it, texts) for it in of.least_shared],
        "people": reader.people,
        **_drawn(groups, draw_map(dots), of.ungrouped),
    }


def _tell_others(view: SessionView, reader: Reader) -> dict[str, Any]:
    """Returns it as others read it: groups of five at least, how many are in them where no smaller number follows, and themes under the
    names by which they read them in the summary."""
    deps, texts, session_id = container.synthesis_deps(), reader.locale.texts, view.session.id
    registry = deps.themes.get(session_id, view.synthesis)
    labels = found.labels_for_others(results_for(view, reader.visitor).summary, registry)
    of = found.for_others(found.compare_people(view, deps.conversations.heads(session_id), registry), labels)
    groups = [
        ShownGroup(
            **_named(place, len(group.people) if of.tells_sizes else 0),
            shared=tuple(ShownTheme(it.theme.label, (texts(f"stance_{it.stance}"),)) for it in group.shared),
        )
        for place, group in enumerate(of.groups)
    ]
    return {
        "for_all": False,
        "sizes_told": of.tells_sizes,
        "readiness": of.readiness,
        "has_model": container.model_of(view.session).understands,
        "compared": of.compared if of.tells_compared else None,
        "total": of.total,
        "least": LEAST,
        "cohesion": _hundredths(of.cohesion),
        "map_share": _hundredths(of.shown),
        "most": [_position(it, texts) for it in of.most],
        "fewest": [_position(it, texts) for it in of.fewest],
        "people": "",
        **_drawn(groups, draw_map(found.place_dots(of)), of.compared - sum(len(group.people) for group in of.groups)),
    }


def _drawn(groups: list[ShownGroup], drawing: Map, ungrouped: int) -> dict[str, Any]:
    """Returns the map with its legend; of a map of groups, who is in none is not on it."""
    return {
        "groups": groups,
        "map": drawing,
        "ungrouped": ungrouped,
        "nobodys": ShownGroup("", **_marked(None, ungrouped)),
    }


def _named(place: int, size: int) -> dict[str, Any]:
    return {"name": letter_of(place), **_marked(place, size)}


def _marked(group: int | None, size: int) -> dict[str, Any]:
    return {"kind": kind_of(group), "path": outline(group, _SIZE, _SIZE, _LEGEND), "size": size}


def _hundredths(share: float | None) -> int:
    return round(100 * (share or 0))


def _side(texts: Texts, stance: str, people: int) -> str:
    """Returns how many take a side: `for 9`."""
    return f"{texts(f'stance_{stance}')} {people}"


def _sides(texts: Texts, stances: Iterable[tuple[str, int]]) -> str:
    return " · ".join(_side(texts, stance, people) for stance, people in stances if people)


def _divided(texts: Texts, of: operation.DividingTheme) -> tuple[str, ...]:
    return tuple(
        texts(key, sides=_sides(texts, ((it, taken.get(it, 0)) for it in STANCES)) or texts("similarity_silent"))
        for key, taken in (("similarity_here", of.here), ("similarity_elsewhere", of.elsewhere))
    )


def _statement(of: operation.Statement, texts: Texts) -> ShownStatement:
    opposite = "against" if of.stance == "for" else "for"
    told = _sides(texts, ((of.stance, of.participants), (opposite, of.opposed)))
    text = of.text if of.text != of.quote else ""
    return ShownStatement(text, of.quote, of.label, told, of.participant_id, of.message_id)


def _position(of: found.Position, texts: Texts) -> ShownStatement:
    return ShownStatement("", "", of.theme.label, _side(texts, of.stance, len(of.people)))
