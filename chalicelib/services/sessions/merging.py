"""Several people who edit a session at once: what each of them changed is kept, and where two changed the same, neither is lost.

A page notes of each value what it was when the page was made, by a digest. When the page comes back, a value that was left
alone gives way to what is stored by now; one that was changed replaces what is still stored as it was noted; where it was
changed on both sides, somebody has to choose. A value that is not there on one side is None: it was added or taken away.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Struct

T = TypeVar("T")

ORDER = "order"  # the name by which the order of items is chosen, as if it were one of them
_THEIRS = "theirs"
_MINE = "mine:"  # before the digest of what was stored when it was chosen


class Merge(Struct, Generic[T], frozen=True):
    """What came of two edits. Of a clash, `values` has what the page says and `clashes` what is stored.

    `noted` is for the page that shows it: a clash stays one until somebody has chosen.
    """

    values: dict[str, T | None]
    changes: dict[str, T | None]
    clashes: dict[str, T | None]
    noted: dict[str, str]


class MergedItems(Struct, Generic[T], frozen=True):
    """The same of a list: `values` are in the order that the list has, `stored_order` is the other one where the orders clash."""

    values: dict[str, T | None]
    clashes: dict[str, T | None]
    stored_order: list[str] | None
    noted: dict[str, str]
    is_changed: bool


def note(values: Mapping[str, Any]) -> dict[str, str]:
    """Returns what a page notes of the values that it is made from, by their names, in its order."""
    return {name: noted for name, value in values.items() if (noted := _digest(value)) is not None}


def note_sent(
    noted: Mapping[str, str], sent: Mapping[str, Collection[str]], stored: Mapping[str, Any]
) -> dict[str, str]:
    """Returns what a page noted, brought up to what it has sent since, not knowing whether it arrived: where that is what is
    stored, the page has made it itself. `sent` has the digests of each value, "" for none.
    """
    own = {name for name, digests in sent.items() if (_digest(stored.get(name)) or "") in digests}
    left = {name: digest for name, digest in noted.items() if name not in own}
    return left | note({name: value for name, value in stored.items() if name in own})


def choices(stored: Any) -> tuple[str, str]:
    """Returns what a page sends back where somebody chooses, in a clash with this value, their own or the other."""
    return _MINE + (_digest(stored) or ""), _THEIRS


def merge(
    noted: Mapping[str, str], mine: Mapping[str, T], stored: Mapping[str, T], chosen: Mapping[str, str]
) -> Merge[T]:
    """Merges what a page says with what is stored. What the page noted nothing of, it has added."""
    merged: Merge[T] = Merge({}, {}, {}, {})
    for name in dict.fromkeys([*mine, *stored, *noted]):
        own, other, before, choice = mine.get(name), stored.get(name), noted.get(name), chosen.get(name, "")
        if choice == _THEIRS:
            own = other
        elif choice.startswith(_MINE):
            before = choice.removeprefix(_MINE) or None
        is_left = own == other or _digest(own) == before
        is_clash = not is_left and _digest(other) != before
        merged.values[name] = other if is_left else own
        if is_clash:
            merged.clashes[name] = other
        elif not is_left:
            merged.changes[name] = own
        if kept := noted.get(name) if is_clash else _digest(other):
            merged.noted[name] = kept
    return merged


def merge_items(
    noted: Mapping[str, str], mine: Mapping[str, T], stored: Mapping[str, T], chosen: Mapping[str, str]
) -> MergedItems[T]:
    """Merges two lists of items, each by its name. Each new one goes behind the one that it was put behind.

    Whoever only adds or takes away leaves the order as it was.
    """
    items = merge(noted, mine, stored, chosen)
    before, own, other = ([name for name in it if name in mine and name in stored] for it in (noted, mine, stored))
    order = merge({ORDER: str(_digest(before))}, {ORDER: own}, {ORDER: other}, chosen)
    lead, rest = (mine, stored) if order.values[ORDER] == own else (stored, mine)
    names = [it for it in _interleave(list(lead), list(rest)) if it in items.clashes or items.values[it] is not None]
    noted_order = [*(noted if order.clashes else stored), *items.noted]
    return MergedItems(
        {name: items.values[name] for name in names},
        items.clashes,
        order.clashes.get(ORDER),
        {name: items.noted[name] for name in dict.fromkeys(noted_order) if name in items.noted},
        bool(items.changes) or names != list(stored),
    )


def _digest(value: Any) -> str | None:
    """Returns what is noted of a value: 16 characters that no two have in common in practice; None for none."""
    return None if value is None else hashlib.sha256(msgspec.json.encode(value)).hexdigest()[:16]


def _interleave(lead: list[str], rest: Sequence[str]) -> list[str]:
    """Returns the first list with what only the second has, each behind what it follows there."""
    for place, name in enumerate(rest):
        if name not in lead:
            lead.insert(lead.index(rest[place - 1]) + 1 if place else 0, name)
    return lead
