"""Where sentences end, and which ask something, in any script."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.text.sentences import cut_at_sentence, find_spans, is_question, list_questions, split_sentences
from tests.example_tables import each_row


@each_row(
    "found",
    [
        ["See https://a.b/c?d=e for it.", "What now?"],
        ["Visit www.x.de/?a=b.", "Write to a.b@c.de!"],
        ["Is it on https://a.b/c?d=e?", "Yes."],
        ["1. Ask about it.", "2. Then go."],
        ["Done.", "A. The first one.", "12. The twelfth."],
        ["z. B. etwas, d. h. nichts.", "Dann z.B. mehr."],
        ["Take e.g. Mr. Smith, i.e. a man of no. 5, vs. Dr. J. Doe.", "Well."],
        ["It was 3.50 euros, not 1.000,50.", "No.", "Yes."],
        ["Wait...", "What?!", "Really??", "Yes!"],
        ["I said “Go.”", "Then (I left.)", "**Why?**", "So."],
        ["كيف حالك؟", "أنا بخير۔", "نعم."],
        ["नमस्ते।", "कैसे हैं॥", "ठीक."],
        ["Τι λες;", "Δεν ξέρω.", "Πώς;"],
        ["This; that; those."],
        ["ฉันชอบ ที่นี่ มาก"],
        ["“Why?” he asked.", "“No!” she said."],
    ],
)
def test_sentences_are_told_apart(found: list[str]) -> None:
    assert split_sentences(" ".join(found)) == found


@pytest.mark.parametrize(
    "found",
    [
        ["您怎麼看？", "我想知道。", "為什麼！", "好…是"],
        ["他說「好。」", "「對！」", "真的"],
        ["Really?", "真的嗎？", "對。"],
        ["كيف؟", "أنا هنا۔", "نعم"],
    ],
)
def test_some_marks_need_no_space_behind_them(found: list[str]) -> None:
    assert split_sentences("".join(found)) == found


def test_a_dot_before_a_small_letter_ends_nothing() -> None:
    assert split_sentences("Approx. ten, resp. nine... or so. Then") == ["Approx. ten, resp. nine... or so.", "Then"]


def test_a_line_end_is_an_end() -> None:
    assert split_sentences("One\n- two\n\n\u2028three\r\n") == ["One", "- two", "three"]
    assert split_sentences(" \n ") == split_sentences("") == []


@given(st.text(alphabet="aA1 .!?。；;\n\"'”“()/:@", max_size=60))
def test_sentences_cover_the_text_in_order(text: str) -> None:
    found = list(find_spans(text))
    assert all(one[1] == other[0] for one, other in pairwise(found))
    assert "".join(text[start:end] for start, end in found).split() == text.split()


def test_what_is_whole_is_not_cut() -> None:
    text = "They say “Go. Now. Please.” Then go."
    start, end = text.index("“"), text.index("”") + 1
    assert [text[a:b] for a, b in find_spans(text, [(start, end)])] == ["They say “Go. Now. Please.”", " Then go."]


@each_row(
    "sentence",
    ["Why?", "Why？", "كيف؟", "Πώς;", "(Why?)", "“Why?” ", "**Why?**", "What?!", "Why?!!", "Why??", "ինչու՞"],
)
def test_questions_are_known_by_their_mark(sentence: str) -> None:
    assert is_question(sentence)


@each_row("sentence", ["", "Why", "So.", "Why? he said.", "this;", "https://a.b/?c", "?a"])
def test_other_sentences_ask_nothing(sentence: str) -> None:
    assert not is_question(sentence)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "1. When did you last come? Probe: why.\n- What keeps you away?",
            ["When did you last come?", "What keeps you away?"],
        ),
        ("您怎麼看？我想知道。為什麼？", ["您怎麼看？", "為什麼？"]),
        ("Look at https://a.b/c?d=e.\n## > 2) And then?", ["And then?"]),
        ("> ## 3. Why so?\n(1) Is it?", ["Why so?", "Is it?"]),
        ("Ask. ??", []),
    ],
)
def test_questions_are_found_in_a_text(text: str, found: list[str]) -> None:
    assert list_questions(text) == found


@pytest.mark.parametrize(
    ("text", "most", "kept"),
    [
        ("One. Two. Three.", 100, "One. Two. Three."),
        ("One. Two. Three.", 12, "One. Two."),
        ("One. Two. Three.", 9, "One."),
        ("One two three four", 12, "One two"),
        ("One", 2, "On"),
        ("一。二。三。", 15, "一。二。"),
        ("é" * 10, 5, "éé"),
        ("x" * 5_000 + " y. " + "z" * 5_000, 5_100, "x" * 5_000 + " y."),
    ],
)
def test_a_text_is_cut_where_a_sentence_ends_else_a_word(text: str, most: int, kept: str) -> None:
    assert cut_at_sentence(text, most) == kept
