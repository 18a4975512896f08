"""Telephone numbers and addresses are known however they are written, and figures are none."""

import pytest

from chalicelib.text.contact_details import has_address, has_telephone

TELEPHONES = (
    *("0171 555 0199", "0171, 555, 0199", "0171,555,0199", "0171; 555; 0199", "555, 123, 4567", "+49, 171, 555"),
    *("0171 then 555 then 0199", "0171, and after 555, 0199", "0, 1, 7, 1, 5, 5, 5", "0 1 seven one 5 five 5"),
    *("null eins sieben eins fünf fünf fünf", "零一七一五五五〇一九九", "صفر واحد سبعة واحد خمسة خمسة خمسة"),
)
FIGURES = (
    *("In 2026 there were 140,000 visitors", "10, 20 and 30 euros", "2024, 2025 and 2026", "1,400,000 of 2,000,000"),
    *("It opened from 10:30 to 11:45 in 2024, 2025 and 2026", "100, 200 and 2026", "112, 95, 31 and 16 votes"),
    *("One, two or three of five", "二〇二四年和二〇二五年", "09:00 to 10:00 on 12, 13 and 14 May 2026", "1, 2 and 3"),
)
ADDRESSES = (
    *("boss@casino.example", "casino.example", "www.casino", "name (at) example dot org", "name [at] example"),
    *("name at example dot org", "name at example punkt de", "nombre arroba ejemplo punto es", "example dot com"),
    *("nom arobase exemple point fr", "名字艾特例子点com", "example (dot) org"),
)
WORDS = (
    *("At this point it is late", "Un point de vue", "El punto de vista", "A polka dot dress", "At the dot of noon"),
    *("Um Punkt 10 Uhr", "(at the end) it was fine", "一点也不好", "Le point info est fermé"),
)


@pytest.mark.parametrize("text", TELEPHONES)
def test_a_telephone_number_is_one(text: str) -> None:
    assert has_telephone(f"Call {text}, please.")


@pytest.mark.parametrize("text", [*FIGURES, *WORDS])
def test_figures_are_none(text: str) -> None:
    assert not has_telephone(f"{text}.")


@pytest.mark.parametrize("text", ADDRESSES)
def test_an_address_is_one(text: str) -> None:
    assert has_address(f"Write to {text} tonight")


@pytest.mark.parametrize("text", [*FIGURES, *WORDS])
def test_words_are_none(text: str) -> None:
    assert not has_address(f"{text}.")
