"""Slices as pages show them: a form with two choices, and what they come to as bars beside a table."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct

from chalicelib import container
from chalicelib.errors import Invalid
from chalicelib.model import STANCES, SessionView, ThemeRegistry
from chalicelib.services.results.answers import Answers
from chalicelib.services.results.coverage import is_of_script
from chalicelib.services.results.form_answers import QuestionAnswers
from chalicelib.services.results.slices import (
    THEMES,
    Column,
    Row,
    Slice,
    Stances,
    list_themes,
    make_open_slice,
    make_slice,
)
from chalicelib.services.results.stances import read_stances
from chalicelib.services.results.suppression import FEWEST
from chalicelib.services.results.widget_answers import WidgetAnswers
from chalicelib.web.kit.chart import Bar, Chart, Part, isolate, make_chart
from chalicelib.web.kit.page import PageLocale
from chalicelib.web.results.reader import Reader

_DRAWN = 6  # themes of each group that are drawn; the table has all
_MOST = 30  # widgets in a list
_OPEN = 10  # widgets that others may look at
_LEFT_TO_RIGHT, _END = "\u2066", "\u2069"
_LONGEST = 80  # characters of what is to be chosen in a list


class Choice(Struct, frozen=True):
    """Something to choose in a list."""

    id: str
    label: str
    is_chosen: bool


class Heading(Struct, frozen=True):
    """What a row or a column is of, and where that leads; empty for nowhere."""

    label: str
    url: str = ""


class ShownTable(Struct, frozen=True):
    """A table of people: what its columns and rows are of, and what each cell says."""

    title: str
    corner: str
    columns: Sequence[Heading]
    rows: Sequence[tuple[Heading, Sequence[str]]]


def show_slices(view: SessionView, answers: Answers, reader: Reader) -> dict[str, Any]:
    """Returns for members the form, and what is chosen in the address as `of` and `by`: without a question, where everybody stands."""
    registry, stances = read_stances(view, answers.heads, themes=container.synthesis_deps().themes)
    of, by = reader.query.get("of") or THEMES, reader.query.get("by", "")
    texts = reader.locale.texts
    themes = list_themes(stances, registry)
    values = {
        **_form(answers.widgets, answers.questions, of, by),
        "slice_address": reader.people.removesuffix("people/") + "answers",
        "slice_themes": [Choice(it.id, _short(it.label), it.id == of) for it in themes],
        "has_model": not is_of_script(view, understands=container.model_of(view.session).understands),
    }
    if not by:
        charts = _everybody(of, themes, stances, registry, answers, reader, has_stances=values["has_model"])
        told = "" if charts or of == THEMES else texts("slice_refused")
        return {**values, "slice_charts": charts, "slice_told": told}
    try:
        made = make_slice(of, by, answers, stances, registry)
    except Invalid:
        return {**values, "slice_told": texts("slice_refused")}
    return {**values, **_sliced(made, reader)}


def show_open_slices(view: SessionView, answers: Answers, reader: Reader) -> dict[str, Any]:
    """Returns for others the form with what they may look at, and what of it is chosen: widgets alone, of which no cell is too small.

    None of the form where there is no such thing.
    """
    of, by = reader.query.get("of", ""), reader.query.get("by", "")
    widgets = [it for it in answers.widgets if len(it.answered) >= FEWEST][:_OPEN]
    dividing = [it for it in answers.questions if it.dividing]
    pairs = [(widget.id, it.id) for widget in widgets for it in dividing]
    found = {pair: made for pair in pairs if (made := make_open_slice(*pair, answers, view))}
    if not found:
        return {}
    open_of, open_by = {pair[0] for pair in found}, {pair[1] for pair in found}
    values = {
        **_form([it for it in widgets if it.id in open_of], [it for it in dividing if it.id in open_by], of, by),
        "slice_session": view.session.id,
        "slice_as": reader.query.get("as", ""),
        "has_model": True,
    }
    if (of, by) in found:
        return {**values, **_sliced(found[of, by], reader)}
    return {**values, "slice_told": reader.locale.texts("slice_empty", number=FEWEST) if of and by else ""}


def _form(widgets: Sequence[WidgetAnswers], questions: Sequence[QuestionAnswers], of: str, by: str) -> dict[str, Any]:
    """Returns what there is to choose, with nothing shown of it yet."""
    large = [it for it in widgets if len(it.answered) >= FEWEST][:_MOST]
    return {
        "slice_address": "results",
        "slice_session": "",
        "slice_themes": [],
        "slice_widgets": [Choice(it.id, _short(it.label), it.id == of) for it in large],
        "slice_questions": [Choice(it.id, _short(it.text), it.id == by) for it in questions if it.dividing],
        "slice_told": "",
        "slice_charts": [],
        "slice_table": None,
        "slice_hides": False,
        "fewest": FEWEST,
    }


def _everybody(
    of: str,
    themes: Sequence[Column],
    stances: Stances,
    registry: ThemeRegistry,
    answers: Answers,
    reader: Reader,
    *,
    has_stances: bool,
) -> list[Chart]:
    """Returns where everybody stands on all themes, or on one, whose bars lead to the people; or what they chose in a widget."""
    texts, direction = reader.locale.texts, reader.locale.language.direction
    if of == THEMES:
        spoke = sum(head.message_count > 0 for head in answers.counted.values())
        return [_on_all_themes(themes, stances, spoke, reader, has_stances=has_stances)] if themes else []
    if (theme := registry.resolve(of)) and theme.label and stances.get(theme.id):
        session = reader.people.removesuffix("people/")
        counts = _by_stance(stances[theme.id])
        bars = [
            Bar(texts(f"stance_{stance}"), count, url=f"{session}themes/{theme.id}?stance={stance}" if count else "")
            for stance, count in zip(STANCES, counts, strict=True)
        ]
        return [make_chart(theme.label, bars, len(stances[theme.id]), direction)]
    widget = next((it for it in answers.widgets if it.id == of), None)
    if widget is None or not widget.answered:
        return []
    bars = [Bar(it.label, it.count) for it in widget.groups]
    return [make_chart(widget.label, bars, len(widget.answered), direction)]


def _on_all_themes(
    themes: Sequence[Column], stances: Stances, spoke: int, reader: Reader, *, has_stances: bool
) -> Chart:
    """Returns where everybody stands on each theme; without stances, how many speak of it."""
    texts, parts = reader.locale.texts, []
    counts: list[tuple[int, ...]] = [() for _ in themes]
    if has_stances:
        parts = [Part(texts(f"stance_{it}"), it) for it in STANCES]
        counts = [_by_stance(stances[it.id]) for it in themes]
    bars = [
        Bar(it.label, len(stances[it.id]), sides, url=_page(reader, of=it.id))
        for it, sides in zip(themes, counts, strict=True)
    ]
    title = texts("slice_stands" if has_stances else "chart_questions")
    return make_chart(title, bars, spoke, reader.locale.language.direction, parts=parts)


def _by_stance(taken: Mapping[str, str]) -> tuple[int, ...]:
    return tuple(sum(it == stance for it in taken.values()) for stance in STANCES)


def _page(reader: Reader, **chosen: str) -> str:
    """Returns the address of this page with something else chosen."""
    return f"{reader.people.removesuffix('people/')}answers?{urlencode(chosen)}#slices"


def _sliced(made: Slice, reader: Reader) -> dict[str, Any]:
    """Returns a slice as one chart of stacked bars, where each person is in one column, else a chart a group, and as a table."""
    locale = reader.locale
    rest = [it.rest for it in made.columns]
    rows = [row for row in made.rows if any(cell for cell, apart in zip(row.cells, rest, strict=True) if not apart)]
    charts = [_stack(made, rows, locale)] if made.parts else [_group(made, row, locale) for row in rows]
    return {
        "slice_told": locale.texts("slice_empty", number=FEWEST) if made.is_empty else "",
        "slice_charts": charts if rows else [],
        "slice_table": _table(made, reader),
        "slice_hides": any(cell is None for row in made.rows for cell in (row.people, *row.cells)),
    }


def _stack(made: Slice, rows: Sequence[Row], locale: PageLocale) -> Chart:
    """Returns of each group those who are in a column, as shares of them; what is not shown of them is one stretch."""
    texts = locale.texts
    named = [(place, it) for place, it in enumerate(made.columns) if not it.rest]
    parts = [Part(_heading(made, it, locale), it.id or f"part c{place + 1}") for place, it in named]
    parts.append(Part(texts("slice_hidden"), "hidden"))
    bars = []
    for row in rows:
        counts = [row.cells[place] or 0 for place, _ in named]
        apart = sum(cell or 0 for cell, it in zip(row.cells, made.columns, strict=True) if it.rest)
        people = (row.people or 0) - apart
        bars.append(Bar(_name(row, locale), people, (*counts, people - sum(counts))))
    shown = [place for place in range(len(parts)) if any(bar.counts[place] for bar in bars)]
    bars = [Bar(bar.label, bar.count, tuple(bar.counts[place] for place in shown)) for bar in bars]
    return make_chart(
        _title(made, locale),
        bars,
        0,
        locale.language.direction,
        parts=[parts[place] for place in shown],
        as_shares=True,
    )


def _group(made: Slice, row: Row, locale: PageLocale) -> Chart:
    """Returns what most people of one group have in common, as far as it is shown."""
    told = [(cell, it.label) for it, cell in zip(made.columns, row.cells, strict=True) if cell]
    told.sort(key=lambda it: -it[0])
    bars = [Bar(label, cell) for cell, label in told[:_DRAWN]]
    named = f"{_name(row, locale)} · {locale.texts('participants', count=row.people or 0)}"
    return make_chart(named, bars, row.people or 0, locale.language.direction)


def _table(made: Slice, reader: Reader) -> ShownTable:
    """Returns the groups as rows; where people are not in one column only, as columns, since there may be many of the others."""
    texts = reader.locale.texts
    groups = [Heading(_name(row, reader.locale)) for row in made.rows] + [Heading(texts("slice_whole"))]
    others = [Heading(texts("column_people"))]
    others += [Heading(_heading(made, it, reader.locale), _url(made, it, reader)) for it in made.columns]
    cells = [
        [texts("slice_hidden") if cell is None else str(cell) for cell in (row.people, *row.cells)]
        for row in (*made.rows, made.whole)
    ]
    title = _title(made, reader.locale)
    if made.parts:
        return ShownTable(title, texts("slice_column_group"), others, list(zip(groups, cells, strict=True)))
    turned = [list(line) for line in zip(*cells, strict=True)]
    return ShownTable(title, texts("column_what"), groups, list(zip(others, turned, strict=True)))


def _title(made: Slice, locale: PageLocale) -> str:
    return " · ".join(isolate(it) for it in (made.label or locale.texts("slice_all_themes"), made.by))


def _name(row: Row, locale: PageLocale) -> str:
    others = ["slice_others"] * row.others + ["slice_unanswered"] * row.rest
    return " + ".join([*map(isolate, row.answers), *map(locale.texts, others)])


def _heading(made: Slice, column: Column, locale: PageLocale) -> str:
    texts = locale.texts
    if column.rest:
        return texts("slice_unspoken" if made.kind == "stances" else "slice_unchosen")
    if made.kind == "stances":
        return texts(f"stance_{column.id}")
    if made.kind == "scale":
        return f"{_LEFT_TO_RIGHT}{column.label}{_END}"  # from its lower to its higher value, whatever stands around it
    return texts("slice_first", label=column.label) if made.kind == "first" else column.label


def _url(made: Slice, column: Column, reader: Reader) -> str:
    """Returns where the heading of a column leads: from all themes to one."""
    chosen = {"of": column.id, "by": reader.query.get("by", "")}
    return _page(reader, **chosen) if made.kind == THEMES and column.id else ""


def _short(label: str) -> str:
    return label if len(label) <= _LONGEST else f"{label[: _LONGEST - 1].rstrip()}…"
