"""Texts as they are compared and shown, and blank ones."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.text.email_addresses import is_mail_address
from chalicelib.text.normalise import fold, fold_twins, is_blank, normalise, one_line
from tests.example_tables import each_row


@each_row(
    "one, other",
    [
        ("They don’t", "they DON'T"),
        ("“so”", '"so"'),
        ("«so» ‹so›", "\"so\" 'so'"),
        ("non\u2011stop \u2013 now", "non-stop - now"),
        ("wait…", "Wait..."),
        ("co\u00adop\u200beration", "cooperation"),
        ("❤\ufe0f", "❤"),
        ("ＡＢ\u3000Ｃ", "ab c"),
        ("e\u0301", "É"),
        ("  a \n\t b ", "a b"),
        ("Straße", "STRASSE"),
        ("من می\u200cخواهم", "من میخواهم"),
    ],
)
def test_twins_are_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@each_row(
    "one, other", [("well", "we'll"), ("resign", "re-sign"), ("cant", "can't"), ("ab", "a b"), ("a", "á"), ("1", "l")]
)
def test_other_words_stay_others(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text(max_size=80))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold_twins(text)) == fold(text)
    assert fold_twins(fold_twins(text)) == fold_twins(text)


def test_twins_alone_leave_case_and_width() -> None:
    assert fold_twins("They don’t – 2² ＡＢ…") == "They don't - 2² ＡＢ..."


@given(st.text(max_size=80))
def test_normal_forms_are_those_of_unicode(text: str) -> None:
    assert normalise(text, "NFC") == unicodedata.normalize("NFC", text)


@each_row(
    "text, limit, line",
    [
        ("a  b\n c ", None, "a b c"),
        ("a b c", 5, "a b c"),
        ("one two three", 9, "one two…"),
        ("one two three", 8, "one two…"),
        ("onetwothree", 6, "onetw…"),
        ("a bcdefghijk", 8, "a bcdef…"),
        ("abc", 0, "…"),
    ],
)
def test_a_line_is_cut_at_a_gap_that_is_near(text: str, limit: int | None, line: str) -> None:
    assert one_line(text, limit) == line


@given(st.text(max_size=80), st.integers(1, 40))
def test_a_line_keeps_its_limit(text: str, limit: int) -> None:
    assert len(one_line(text, limit)) <= limit


@each_row(
    "text",
    [
        "",
        " \t\n\u3000",
        "\x00\x07",
        "\u200b\ufeff\u2060",
        "\u2800\u3164\u115f\u1160\uffa0",
        "\ufe0f\u00ad",
        "\u202e\u200f",
    ],
)
def test_what_cannot_be_seen_is_blank(text: str) -> None:
    assert is_blank(text)


@each_row("text", [".", "\u200ba", "🙂", "\U0001fae8", "👩\u200d🍳", "\u0301", "\u2801", "ㅤㅋ", "\uffff"])
def test_what_can_be_seen_is_not(text: str) -> None:
    assert not is_blank(text)


@pytest.mark.parametrize("text", ["a@b.c", "a.b+c@d-e.f.gh", "ü@ö.de"])
def test_mail_addresses_are_known(text: str) -> None:
    assert is_mail_address(text)


@each_row("text", ["", "a", "a@b", "@b.c", "a@.c", "a@b.", "a@b@c.d", "a b@c.d", "a@b.c\n"])
def test_other_texts_are_none(text: str) -> None:
    assert not is_mail_address(text)
