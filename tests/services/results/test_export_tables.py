"""Tables of a session, as a spreadsheet and the standard library's csv read them."""

import csv
import io
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.model import Answer, Question, ThreadView
from chalicelib.services.results.exports.csv_tables import Cell, make_harmless, render_messages, render_people
from chalicelib.text.file_names import content_disposition, file_name
from tests.services.builders import message, single_select, thread

HOSTILE = (
    *(
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        " \n =cmd|' /C calc'!A0",
        "\u200b=1",
        "\ufeff@x",
        "＝1",
        "\u00a0-2",
    ),
    *('=HYPERLINK("https://evil.example","a")', "\x00=1"),
)


def rows_of(table: str) -> list[dict[str, str]]:
    assert table.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(table.removeprefix("\ufeff"), newline="")))


def person(name: str, *answers: Answer, **fields: Any) -> ThreadView:
    return ThreadView(thread(name, name=name, **fields), answers)


def test_no_cell_is_calculated_and_every_other_is_as_it_was() -> None:
    for cell in HOSTILE:
        assert make_harmless(cell) == f"'{cell}"
    harmless: tuple[Cell, ...] = ("", "1+1", "a@b.org", "it's = fine", "日本語、です", "مرحبا", 5, -5, None)
    assert tuple(map(make_harmless, harmless)) == harmless


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), min_size=1, max_size=5))
def test_every_text_comes_back_and_begins_with_no_formula(texts: list[str]) -> None:
    answers = [person("p", Answer("q", "Q", text)) for text in texts]
    rows = rows_of(render_people([], answers))
    for row, text in zip(rows, texts, strict=True):
        assert row["Q"] in (text, f"'{text}")
        assert not row["Q"].lstrip().startswith(("=", "+", "-", "@"))
        assert not row["Q"].startswith(("\t", "\r"))


def test_the_columns_are_those_of_the_form_then_of_questions_that_are_gone_and_the_same_words_are_told_apart() -> None:
    form = [Question("1", "Team", 1), Question("2", "Team", 2), Question("3", "=Why?", 3), Question("4", "rating", 4)]
    people = [
        person("ada", Answer("9", "Old question", "gone"), Answer("2", "Team", "blue"), rating=4),
        person("bo", Answer("1", "Team (as it was)", "東京"), Answer("8", "Team", "قديم")),
    ]
    ada, bo = rows_of(render_people(form, people))
    asked = ["Team", "Team (2)", "'=Why?", "rating (2)", "Old question", "Team (3)"]
    assert list(ada)[9:] == asked
    assert [ada[it] for it in asked] == ["", "blue", "", "", "gone", ""]
    assert [bo[it] for it in asked] == ["東京", "", "", "", "", "قديم"]
    assert (ada["participant_id"], ada["rating"], ada["channel"], ada["included"]) == ("ada", "4", "web", "yes")
    assert render_people(form, []).endswith("rating,quotable,Team,Team (2),'=Why?,rating (2)\r\n")


def test_each_widget_has_a_column_with_what_was_chosen() -> None:
    said = (
        message(1, "assistant", "Hello"),
        message(2, "assistant", "Which?", widget_spec=single_select("Where?")),
        message(3, "user", "At home", widget_value="At home"),
        message(4, "assistant", "In which order?", widget_spec=single_select("Order?", "a", "b")),
        message(5, "user", "b, a", widget_value=["b", "a"]),
        message(6, "assistant", "Where else?", widget_spec=single_select("Where?", "Here", "There")),
        message(7, "user", "There", widget_value="There"),
        message(8, "assistant", "Bye", is_final=True),
    )
    ada = ThreadView(thread("ada", concluded=True, message_count=2), (), said)
    (row,) = rows_of(render_people([], [ada]))
    assert (row["Where?"], row["Order?"], row["Where? (2)"]) == ("At home", "b; a", "There")
    assert row["completed_at"] == "2026-03-01T12:00:08Z"
    messages = rows_of(render_messages([ada]))
    assert [it["content"] for it in messages] == [it.content for it in said]
    assert (messages[1]["widget"], messages[2]["widget_value"], messages[2]["role"]) == ("Where?", "At home", "user")


def test_a_file_is_named_after_its_topic_and_harms_no_system() -> None:
    assert file_name("Our office: next year?", "summary", "html") == "our-office-next-year-summary.html"
    assert file_name("../../etc/passwd\r\nX: y", "summary", "md") == "etc-passwd-x-y-summary.md"
    assert file_name("\u202ecsv.exe", "responses", "csv") == "csv-exe-responses.csv"
    assert file_name("", "session", "json") == "session.json"
    name = file_name("会社について", "summary", "html")
    assert name == "会社について-summary.html"
    assert content_disposition(name) == (
        "attachment; filename=\"summary.html\"; filename*=UTF-8''"
        "%E4%BC%9A%E7%A4%BE%E3%81%AB%E3%81%A4%E3%81%84%E3%81%A6-summary.html"
    )
