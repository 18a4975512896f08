"""Words as they are compared, in any script."""

from chalicelib.text import tokens
from tests.example_tables import each_row


@each_row(
    "text, found",
    [
        ("Don’t shout, SHOUT-ing snake_case!", ["don't", "shout", "shout", "ing", "snake", "case"]),
        ("हिन्दी में भाषा", ["हिन्दी", "में", "भाषा"]),
        ("مَرْحَبًا بكم", ["مَرْحَبًا", "بكم"]),
        ("สวัสดีครับ น้ำ", ["สวัสดีครับ", "น้ํา"]),
        ("我的Uber車，東京タワー・大阪", ["我的", "uber", "車", "東京タワー", "大阪"]),
        ("ＡＢＣ 3.5 l’été צה״ל", ["abc", "3", "5", "l'été", "צה״ל"]),
        ("co\u00adoperate e\u0301tude", ["cooperate", "étude"]),
        ("?! … 😀", []),
    ],
)
def test_words_stay_whole_in_every_script(text: str, found: list[str]) -> None:
    assert tokens.split_words(text) == found


def test_runs_without_spaces_are_compared_by_trigrams() -> None:
    assert tokens.list_terms("Noise 噪音太大 日") == ["noise", "噪音太", "音太大", "日"]
    assert tokens.cut_trigrams("abc") == ["abc"]


@each_row(
    "text, count", [("", 0), ("Two words", 2), ("Two words, 三個字!", 4), ("噪音", 1), ("a 三 個字", 3), ("…", 0)]
)
def test_two_characters_without_spaces_count_as_a_word(text: str, count: int) -> None:
    assert tokens.count_words(text) == count


@each_row(
    "text, unspaced",
    [("噪音太大", True), ("เสียงดัง", True), ("Noise", False), ("소음이 커요", False), ("Uber 太大", False), ("", False)],
)
def test_scripts_without_spaces_are_known(text: str, unspaced: bool) -> None:
    assert tokens.is_unspaced(text) is unspaced


def test_case_plural_and_common_endings_make_no_difference() -> None:
    assert tokens.find_units("Evening buses") == tokens.find_units("the bus in the evenings") - tokens.find_units(
        "in the"
    )
    assert tokens.list_stems("Ana's parking") == tokens.list_stems("ana PARKED")


def test_short_words_stay_apart() -> None:
    assert len({tokens.list_stems(word)[0] for word in ("bus", "gas", "yes", "bed")}) == 4


def test_scripts_without_spaces_are_compared_by_pairs() -> None:
    assert tokens.find_units("計程車") == {"計程", "程車"}
    assert tokens.find_units("車") == {"車"}
    assert tokens.find_units("我的Uber車") == {"我的", "車", *tokens.list_stems("uber")}


def test_what_carries_a_matter_are_its_longer_words() -> None:
    assert tokens.find_content("The bus is late 晚了") == {"晚了", *tokens.list_stems("late")}


def test_how_much_is_said() -> None:
    assert tokens.measure_amount("Two words, 三個字!") == (2, 3)
    assert tokens.measure_amount("") == (0, 0)


def test_words_as_they_are_written_tell_what_opens_a_sentence_and_what_follows() -> None:
    assert list(tokens.read_written_words("Ana’s bus. Late हिन्दी 車 it’s")) == [
        ("Ana", True, False),
        ("bus", False, True),
        ("Late", True, False),
        ("हिन्दी", False, True),
        ("it", False, True),
    ]
