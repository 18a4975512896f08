"""The table of signs: what its own rows say of it, its form, and what it costs to hold a text against it."""

import re
import time
from pathlib import Path
from typing import get_args

import pytest

from chalicelib.services.safety import danger_in
from chalicelib.services.safety.table import (
    LOOKED_AT,
    SIGNS,
    Kind,
    SignRow,
    _expression,
    normalise_for_signs,
    read_file,
    read_table,
)
from chalicelib.text.language import OWN
from tests.example_tables import each_row

SENTENCES = Path(__file__).parents[2] / "data" / "danger"
CPU_SECONDS = 2.5  # for 50,000 characters; less than a tenth of it is used, and a machine may be slow


def rows(language: str) -> tuple[SignRow, ...]:
    return read_file(SIGNS / f"{language}.toml").signs


def test_there_is_a_file_for_each_language_of_the_pages() -> None:
    assert sorted(path.stem for path in SIGNS.iterdir()) == sorted(OWN)


@each_row("language", OWN)
def test_each_sign_is_found_and_its_near_misses_are_not(language: str) -> None:
    signs = next(it for it in read_table() if it.rows[0].language == language)
    for row, sign in zip(rows(language), signs.rows, strict=True):
        wrong = [text for text in row.hits if not re.search(sign.expression, normalise_for_signs(text))]
        wrong += [text for text in row.hits if danger_in([text]) is None]
        wrong += [text for text in row.misses if danger_in([text]) is not None]
        assert not wrong, row.pattern


@each_row("language", OWN)
def test_each_row_is_complete(language: str) -> None:
    found = rows(language)
    for row in found:
        assert len(row.source) > 5
        assert len(row.hits) >= 2, row.pattern
        assert len(row.misses) >= 2, row.pattern
    assert {row.kind for row in found} == set(get_args(Kind))


def lines(name: str) -> list[str]:
    """Sentences that were written down without a look at the table, in English and Chinese; each says one thing."""
    return [line for line in (SENTENCES / f"{name}.txt").read_text("utf-8").splitlines() if line]


def test_everyday_words_are_none() -> None:
    assert [text for text in lines("everyday") if danger_in([text])] == []


def test_what_is_found_and_what_is_known_to_be_missed_changes_by_no_accident() -> None:
    """Many of the second list are plain to a reader: whoever mends the table for one moves it to the first."""
    assert [text for text in lines("found") if not danger_in([text])] == []
    assert [text for text in lines("missed") if danger_in([text])] == []


def test_case_width_accents_apostrophes_and_white_space_do_not_hide_a_sign() -> None:
    for text in (
        "I DON’T WANT TO LIVE",
        "i dont want\n to  live",
        "Ｉ ｗａｎｔ ｔｏ ｄｉｅ",
        "I want\u200b to die",
        "me quiero suicidar",
    ):
        assert danger_in([text]), text


def test_a_sign_is_told_with_language_and_kind_and_the_first_counts() -> None:
    sign = danger_in(["All is well.", "Ich will nicht mehr leben."])
    assert sign
    assert (sign.language, sign.kind) == ("de", "dying")


HOSTILE = (
    "a ",
    "i want to ",
    "i just really ",
    "my husband ",
    "ich will ",
    "quiero ",
    "je veux ",
    "أريد أن ",
    "我想",
    "e\u0301",
    "\u0301",
    "\u064b",
    "'",
    "ﷺ",
    "\u034f",
    "i'm i am i ",
)


@pytest.mark.parametrize("unit", HOSTILE)
def test_hostile_characters_of_any_length_are_looked_through_within_a_limit(unit: str) -> None:
    """Each language looks through as much as is looked at of any text; `danger_in` ends with the first that finds something."""
    read_table()
    begun = time.process_time()
    text = normalise_for_signs(unit * (2 * LOOKED_AT // len(unit)))
    for signs in read_table():
        signs.first_in(text)
    assert time.process_time() - begun < CPU_SECONDS


def test_a_file_with_a_kind_or_a_name_that_there_is_not_is_refused(tmp_path: Path) -> None:
    row = 'pattern = "a sign"\nsource = "somewhere"\nhits = []\nmisses = []\n'
    for head in ('kind = "sadness"\n', 'kind = "dying"\nmiss = []\n'):
        file = tmp_path / "en.toml"
        file.write_text(f"spaced = true\n[[signs]]\n{head}{row}")
        with pytest.raises(ValueError, match=r"sadness|miss"):
            read_file(file)


def test_a_sign_may_not_repeat_without_bounds() -> None:
    for pattern in ("so+ sad", "so *sad", "so{2,} sad"):
        with pytest.raises(ValueError, match="without bounds"):
            _expression(pattern, {})
