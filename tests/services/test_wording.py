"""Words as they are compared, in any script."""

import pytest

from chalicelib.services import wording


def test_case_plural_and_common_endings_make_no_difference() -> None:
    assert wording.units("Evening buses") == wording.units("the bus in the evenings") - wording.units("in the")
    assert wording.words("Ana's parking") == wording.words("ana PARKED")


def test_short_words_stay_apart() -> None:
    assert len({wording.words(word)[0] for word in ("bus", "gas", "yes", "bed")}) == 4


def test_scripts_without_spaces_are_compared_by_pairs() -> None:
    assert wording.units("計程車") == {"計程", "程車"}
    assert wording.units("車") == {"車"}
    assert wording.units("我的Uber車") == {"我的", "車", *wording.words("uber")}


def test_how_much_is_said() -> None:
    assert wording.amount("Two words, 三個字!") == (2, 3)
    assert wording.amount("") == (0, 0)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "1. When did you last come? Probe: why.\n- What keeps you away?",
            ["When did you last come?", "What keeps you away?"],
        ),
        ("您怎麼看？我想知道。為什麼？", ["您怎麼看？", "為什麼？"]),
        ("Ask. ??", []),
    ],
)
def test_questions_are_found_in_a_text(text: str, found: list[str]) -> None:
    assert list(wording.questions_in(text)) == found
