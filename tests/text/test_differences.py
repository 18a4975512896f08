"""Differences read as somebody would say them, and lose nothing of either text."""

import itertools

import pytest

from chalicelib.text.differences import MOST_COMPARED, list_differences

PAIRS = (
    ("", ""),
    ("", "New."),
    ("Gone.", ""),
    ("Ask about soup.\n2. Why?\n", "Ask about bread.\n2. Why?"),
    ("问他们吃什么汤。\n为什么？", "问他们吃什么面包。\n为什么？"),
    ("ถามเรื่องซุป", "ถามเรื่องขนมปัง"),
    ("اسأل عن الحساء", "اسأل عن الخبز"),
    ("a\n" * (MOST_COMPARED + 1), "b\n" + "a\n" * MOST_COMPARED),
)


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_both_texts_can_be_read_out_of_their_differences(before: str, after: str) -> None:
    pieces = list_differences(before, after)
    assert "".join(text for kind, text in pieces if kind != "added") == before
    assert "".join(text for kind, text in pieces if kind != "removed") == after
    assert all(text for _, text in pieces)
    assert all(one[0] != other[0] for one, other in itertools.pairwise(pieces))


def test_what_stays_is_not_said_to_have_changed() -> None:
    old = "# Questions\n1. What do you eat at noon?\n2. Why is that so?"
    new = "# Questions\n1. What do you and your family eat at noon?\n2. Why?"
    assert list_differences(old, new) == [
        ("same", "# Questions\n1. What do you"),
        ("added", " and your family"),
        ("same", " eat at noon?\n2. Why"),
        ("removed", " is that so"),
        ("same", "?"),
    ]


def test_words_that_were_replaced_in_a_row_are_one_change() -> None:
    assert list_differences("Ask for red soup", "Ask for green bread") == [
        ("same", "Ask for "),
        ("removed", "red soup"),
        ("added", "green bread"),
    ]


def test_in_scripts_without_spaces_characters_are_compared() -> None:
    assert list_differences("问他们吃什么汤。", "问他们吃什么面包。") == [
        ("same", "问他们吃什么"),
        ("removed", "汤"),
        ("added", "面包"),
        ("same", "。"),
    ]
