"""Two people edit at once: what each changed stays, and what both changed is for somebody to choose."""

from itertools import product
from typing import Any

from chalicelib.services.sessions.merging import ORDER, choices, merge, merge_items, note
from tests.example_tables import each_row


def given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def test_whatever_was_there_before_no_change_is_lost() -> None:
    for before, own, other in product((None, "a", "b", "c"), repeat=3):
        merged = merge(note(given(x=before)), given(x=own), given(x=other), {})
        if "x" in merged.clashes:
            assert len({before, own, other}) == 3
            assert (merged.values["x"], merged.clashes["x"]) == (own, other)
        else:
            assert merged.values.get("x") == (other if own == before else own)
            assert merged.changes == ({"x": own} if own not in (before, other) else {})


@each_row("choice, value", [(0, "mine"), (1, "theirs"), (None, None)])
def test_a_clash_lasts_until_somebody_chooses(choice: int | None, value: str | None) -> None:
    stored = {"x": "theirs", "y": "new"}
    first = merge(note({"x": "old", "y": "old"}), {"x": "mine", "y": "old"}, stored, {})
    assert (first.clashes, first.changes) == ({"x": "theirs"}, {})
    chosen = {} if choice is None else {"x": choices("theirs")[choice]}
    second = merge(first.noted, {"x": "mine", "y": "new"}, stored, chosen)
    assert second.clashes == ({"x": "theirs"} if choice is None else {})
    assert second.changes == ({"x": "mine"} if value == "mine" else {})


def test_who_keeps_their_own_against_one_text_does_not_overwrite_a_third() -> None:
    kept = {"x": choices("theirs")[0]}
    assert merge(note({"x": "old"}), {"x": "mine"}, {"x": "a third"}, kept).clashes == {"x": "a third"}


@each_row(
    "mine, stored, order",
    [
        ("abc", "abc", "abc"),
        ("cab", "abc", "cab"),
        ("abc", "cab", "cab"),
        ("abnc", "abc", "abnc"),
        ("abc", "nabc", "nabc"),
        ("amc", "cnab", "cnam"),
        ("ab", "ac", "a"),
        ("m", "abc", "m"),
        ("mcba", "abnc", "mcbna"),
        ("", "abn", "n"),
    ],
)
def test_lists_merge_by_what_each_side_moved_added_and_took_away(mine: str, stored: str, order: str) -> None:
    words = {name: name for name in "abcmn"}
    sides = [{name: words[name] for name in side} for side in ("abc", mine, stored)]
    merged = merge_items(note(sides[0]), sides[1], sides[2], {})
    assert ("".join(merged.values), merged.clashes, merged.stored_order) == (order, {}, None)
    assert merged.is_changed == (order != stored)


def test_two_orders_are_for_somebody_to_choose() -> None:
    before, own, other = ({name: name for name in side} for side in ("abc", "bac", "acb"))
    first = merge_items(note(before), own, other, {})
    assert ("".join(first.values), first.stored_order) == ("bac", [*"acb"])
    for choice, order in zip(choices([*"acb"]), ("bac", "acb"), strict=True):
        second = merge_items(first.noted, own, other, {ORDER: choice})
        assert ("".join(second.values), second.stored_order) == (order, None)
    assert merge_items(first.noted, own, other, {}).stored_order == [*"acb"]


def test_an_item_that_one_changed_and_the_other_took_away_is_shown_and_nothing_is_decided() -> None:
    before = {"a": "a", "b": "b"}
    changed, gone = {"a": "a", "b": "changed"}, {"a": "a"}
    theirs = merge_items(note(before), changed, gone, {})
    assert (theirs.values, theirs.clashes) == ({"a": "a", "b": "changed"}, {"b": None})
    mine = merge_items(note(before), gone, changed, {})
    assert (mine.values, mine.clashes) == ({"a": "a", "b": None}, {"b": "changed"})
