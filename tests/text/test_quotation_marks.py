"""Marks of markdown in a model's prose: taken away, but never out of what somebody is quoted with."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.text.quotation_marks import (
    find_quoted_spans,
    find_sentences,
    split_paragraphs,
    strip_markdown,
)
from tests.example_tables import each_row


@each_row(
    "text, bare",
    [
        ("**Buses** are *late*, _very_ late", "Buses are late, very late"),
        ("## Buses", "Buses"),
        ("- Buses", "Buses"),
        ("> Buses are late", "Buses are late"),
        ("See [the plan](https://casino.example) and ![a map](x.png)", "See the plan and a map"),
        ("Use `buses` <b>now</b><!-- not later -->", "Use buses now"),
        ("~~Trams~~ __buses__", "Trams buses"),
        ("5*3 is fifteen, snake_case and 2 * 2 stay", "5*3 is fifteen, snake_case and 2 * 2 stay"),
        ("Less than 3 < 4 > 2 [sic] (so)", "Less than 3 < 4 > 2 [sic] (so)"),
        ("1. Mai und -5 Grad", "1. Mai und -5 Grad"),
        ("They say “**very** [late](x) <b>”, *often*", "They say “**very** [late](x) <b>”, often"),
        ("他說「**很**慢」，**真的**", "他說「**很**慢」，真的"),
        (" ", ""),
    ],
)
def test_marks_go_and_words_and_quotes_stay(text: str, bare: str) -> None:
    assert strip_markdown(text) == bare


def test_entries_and_headings_are_paragraphs() -> None:
    assert split_paragraphs("# One\nText\n\n- two\n* three\n4. four\nmore") == [
        "One Text",
        "two",
        "three",
        "4. four more",
    ]


@given(st.text(alphabet="ab .!?。“”「」»«\"'‘’", max_size=60))
def test_stretches_and_sentences_cover_a_text_in_order(text: str) -> None:
    found = list(find_quoted_spans(text))
    assert all(one.end <= other.start for one, other in pairwise(found))
    parts = list(find_sentences(text))
    assert "".join(text[start:end] for start, end in parts).split() == text.split()
