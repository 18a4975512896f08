"""Quotes are cut from what is stored; what is not found there is no quote."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.services.synthesis.quotes import MAX_LENGTH, cut_quote
from chalicelib.text.normalise import fold_twins
from tests.example_tables import each_row

STORED = "The buses are late.\n\nI would  pay more,\tif they came on time!"


@each_row(
    "claimed, cut",
    [
        ("The buses are late.", "The buses are late."),
        ("late. I would pay more, if", "late.\n\nI would  pay more,\tif"),
        ("  would   pay more ", "would  pay more"),
        ("The buses are always late.", ""),
        ("the buses are late.", ""),
        ("I would pay more … if they came", ""),
        ("", ""),
        (" \n ", ""),
    ],
)
def test_a_quote_is_the_stored_span_or_nothing(claimed: str, cut: str) -> None:
    assert cut_quote(claimed, STORED) == cut


def test_composed_and_decomposed_letters_are_the_same_words() -> None:
    stored = unicodedata.normalize("NFD", "Das Café schließt um fünf, 한국어")
    assert cut_quote("Café schließt um fünf", stored) == unicodedata.normalize("NFD", "Café schließt um fünf")
    assert cut_quote("한국어", stored) == unicodedata.normalize("NFD", "한국어")


@each_row(
    "claimed, stored, cut",
    [
        ("don't help", "They don’t help us", "don’t help"),
        ("“so” – it is...", 'He said "so" - it is…', '"so" - it is…'),
        ("non-stop", "a non\u2011stop noise", "non\u2011stop"),
        ("cooperate", "We co\u00adoper\u200bate now", "co\u00adoper\u200bate"),
        ("❤ the park", "I ❤\ufe0f the park", "❤\ufe0f the park"),
        ("❤\ufe0f", "I ❤\ufe0f", "❤\ufe0f"),
        ("well", "we'll go", ""),
        ("resign", "I re-sign it", ""),
        ("dont", "I don’t", ""),
        ("10 m2", "only 10 m²", ""),
        ("us", "the US is far", ""),
        ("the rapist", "my the\u200brapist", ""),
    ],
)
def test_typographic_twins_are_the_same_and_other_words_are_not(claimed: str, stored: str, cut: str) -> None:
    assert cut_quote(claimed, stored) == cut


def test_an_overlong_quote_is_a_shorter_span() -> None:
    stored = "word " * 300
    cut = cut_quote(stored.strip(), stored)
    assert 0 < len(cut) <= MAX_LENGTH
    assert stored.startswith(cut)


@given(st.text(), st.text())
def test_whatever_is_claimed_only_stored_text_comes_back(claimed: str, stored: str) -> None:
    assert cut_quote(claimed, stored) in stored


@given(st.text(max_size=100), st.text(min_size=1, max_size=100), st.text(max_size=100))
def test_an_exact_copy_of_whole_words_is_found(before: str, copied: str, after: str) -> None:
    stored = f"{before} {copied} {after}"
    found = cut_quote(copied, stored)
    assert bool(found) == bool(fold_twins(copied))
