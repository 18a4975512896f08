"""The figures of the pages, read from the tables under their charts and held against what was counted."""

import re
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlencode

import pytest

from tests.recount import counts
from tests.recount.answers import answers_to, average_places, count_choices, list_widgets, quartiles
from tests.recount.checks import Doors
from tests.recount.reading import Reading, Table
from tests.recount.stored import Stored
from tests.web.browser import Browser

THEMES = "Participants by theme"
COMMON = "Common themes"
STANDS = "Where everybody stands on each theme"
NEW = "New themes, in the order in which people spoke"
ROUNDED = 0.0501  # what a figure with one digit behind the point may be off
HIDDEN = "not shown"
_FIGURE = re.compile(r"<dt>(?:<a [^>]*>)?([^<]*)(?:</a>)?</dt><dd>(\d+)</dd>")
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
_FIGURES = {
    "talking": "in conversation",
    "quiet": "went quiet",
    "completed": "finished",
    "joined": "have said nothing yet",
    "left": "ended without a word",
}


def check_pages(stored: Stored, doors: Doors, gathered: Mapping[str, Sequence[str]] | None = None) -> None:
    """Every table under a chart of the results. `gathered` are the themes in each of the summary's, by its label."""
    check_people_figures(stored, doors)
    named = {theme["label"]: [name] for name, theme in stored.themes.items() if not theme["alias_of"]}
    check_stances(stored, Reading(doors.open("/summary").html).table(THEMES), gathered or named)
    check_stances(stored, Reading(doors.open("/recap").html).table(COMMON), named)
    answers = Reading(doors.open("/answers").html)
    check_stances(stored, answers.table(STANDS), named)
    check_form(stored, answers)
    check_widgets(stored, answers)


def check_people_figures(stored: Stored, doors: Doors) -> None:
    """How many are how far, and how many themes were new."""
    html = doors.open("/people").html
    told = {name: int(count) for name, count in _FIGURE.findall(html)}
    progress = counts.count_progress(stored, doors.is_over, doors.now)
    for name, shown in _FIGURES.items():
        assert told.get(shown, 0) == progress[name], shown
    assert told.get("left out of the results", 0) == sum(not it.included for it in stored.people if not it.test)
    new = [int(row[1]) for row in Reading(html).table(NEW).body]
    _, fresh = counts.new_themes(stored)
    step = -(-len(fresh) // len(new))
    assert new == [sum(fresh[at : at + step]) for at in range(0, len(fresh), step)]


def check_stances(
    stored: Stored, table: Table, themes: Mapping[str, Sequence[str]], *, for_others: bool = False
) -> None:
    """How many people speak of each theme, and where they stand."""
    assert table.body
    for label, *figures in table.body:
        people = counts.carriers_of_any(stored, themes[label])
        stances = counts.by_stance(people)
        sides = list(stances.values())
        if for_others:  # who stands alone on a side is shown to nobody: then all are in the last column
            if stances["mixed"] == 1 and stances["neutral"]:  # counts with those without a clear side
                sides = [stances["for"], stances["against"], 0, stances["neutral"] + 1]
            is_alone = 1 in sides[:3]
            sides = [*([0] * len(stances) if is_alone else sides), len(people) * is_alone]
        assert [int(it) for it in figures] == [len(people), *sides][: len(figures)], label


def check_form(stored: Stored, page: Reading) -> None:
    """How many chose each option, or gave each answer."""
    for question in stored.questions:
        given = list(answers_to(stored, question["id"]).values())
        told = f"Answered: {len(given)} · No answer: {len(stored.counted) - len(given)}"
        assert question["text"] == "Name" or told in page.text, question["text"]
        for table in (it for it in page.tables if it.caption == question["text"]):
            assert {label: int(count) for label, count in table.body} == {
                label: sum(label in choices for choices in given) for label in _labels(table)
            }


def check_widgets(stored: Stored, page: Reading) -> None:
    """How many chose what, and the average places of rankings, to the digit that is shown."""
    for widget in list_widgets(stored):
        others = widget.shown - widget.values.keys()
        told = f"Answered: {len(widget.values)} · Wrote something else: {len(others & widget.wrote_on)}"
        assert f"{told} · Wrote nothing more: {len(others - widget.wrote_on)}" in page.text
        table = page.table(widget.props["label"])
        if widget.kind == "RankingList":
            places = {label: float(place) for label, place in table.body}
            assert places == pytest.approx(average_places(widget), abs=ROUNDED)
        else:
            assert {label: int(count) for label, count in table.body} == dict(count_choices(widget))
        if widget.kind == "RatingScale" and widget.values:
            lower, middle, upper = (f"{it:g}" for it in quartiles([int(it) for it in widget.values.values()]))
            assert f"Median {middle}; the middle half of all values lies between {lower} and {upper}" in page.text


def check_slice_page(doors: Doors, of: str, by: str) -> None:
    """A slice on the page is that of REST, and as much of it is hidden."""
    given = urlencode({"of": of, "by": by})
    told, page = doors.get(f"/slices?{given}"), Reading(doors.open(f"/answers?{given}").html)
    tables = [it for it in page.tables if told["by"] in it.caption and told["by"] != it.caption]
    lines = [[row["participants"], *row["counts"]] for row in (*told["rows"], told["whole"])]
    # Where people are in several columns, there may be many: they are the rows then.
    shown = lines if told["exclusive"] else [list(line) for line in zip(*lines, strict=True)]
    assert [[_cell(it) for it in row[1:]] for row in tables[0].body] == shown


def check_open_pages(stored: Stored, stranger: Browser, gathered: Mapping[str, Sequence[str]]) -> None:
    """What somebody without a role reads: the same numbers, and nothing that leads to one person."""
    ids = {it.id for person in stored.people for it in person.log} | {person.id for person in stored.people}
    first = stranger.open(f"/results?s={stored.id}")
    tabs = [it for it in first.links if "tab=" in it and "lang=" not in it]
    assert len(tabs) > 1
    for link in tabs:
        html = stranger.open(f"/{link.removeprefix('/')}").html
        page = Reading(html)
        assert not page.named
        assert not ids.intersection(_ID.findall(html))
        for table in page.tables:
            if table.caption in (THEMES, COMMON):
                check_stances(stored, table, gathered, for_others=True)
            for question in (it for it in stored.questions if it["text"] == table.caption):
                chosen = [choice for it in answers_to(stored, question["id"]).values() for choice in it]
                assert all(int(count) == chosen.count(label) for label, count in table.body)


def _labels(table: Table) -> Iterable[str]:
    return (label for label, *_ in table.body)


def _cell(text: str) -> int | None:
    return None if text == HIDDEN else int(text)
