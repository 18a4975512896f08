"""The answers as pages show them: each question of the form and each widget with its figures, and for members slices of them."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from chalicelib import container
from chalicelib.model import SessionView
from chalicelib.services.results.answers import FOR_ANSWERS, answers_for_others, read_answers
from chalicelib.services.results.form_answers import SEVERAL, QuestionAnswers
from chalicelib.services.results.widget_answers import WidgetAnswers
from chalicelib.services.synthesis.visibility import LEAST
from chalicelib.store import keys
from chalicelib.store.sessions import FOR_THEMES
from chalicelib.text.locales import fill
from chalicelib.web.kit.chart import Bar, Chart, make_chart
from chalicelib.web.kit.column_chart import ColumnChart, make_columns
from chalicelib.web.kit.page import PageLocale
from chalicelib.web.results.reader import Reader
from chalicelib.web.results.slices import show_open_slices, show_slices

_MOST_WIDGETS = 20  # on the page: a model may word the same question anew for everybody
PARTS = (*FOR_ANSWERS, *FOR_THEMES, keys.SUMMARY)


class ShownQuestion(Struct, frozen=True):
    """A question of the form. `words` are those that several people used, and `url` leads to the answers themselves."""

    text: str
    told: str
    chart: Chart | None
    words: tuple[tuple[str, int], ...]
    url: str


class ShownWidget(Struct, frozen=True):
    """A widget, drawn as bars or, of a scale, as columns; `facts` say what a drawing does not."""

    label: str
    told: str
    facts: Sequence[str]
    chart: Chart | None
    columns: ColumnChart | None


def show_answers(view: SessionView, reader: Reader) -> dict[str, Any]:
    """Returns the answers as this visitor may read them."""
    found = read_answers(view, participants=container.participants())
    locale, texts = reader.locale, reader.locale.texts
    shown = found if reader.is_member else answers_for_others(found, view)
    session = reader.people.removesuffix("people/")
    values: dict[str, Any] = {
        "questions": [_question(it, locale, f"{session}answers/{it.id}" if session else "") for it in shown.questions],
        "widgets": [_widget(it, locale) for it in shown.widgets[:_MOST_WIDGETS]],
        "more_widgets": max(0, len(shown.widgets) - _MOST_WIDGETS),
        "is_member": reader.is_member,
        "counted": texts("participants", count=len(found.counted)) if reader.is_member and found.counted else "",
        "least": LEAST,
        "least_words": SEVERAL if reader.is_member else LEAST,
    }
    show = show_slices if session else show_open_slices
    return {**values, **show(view, shown, reader)}


def _question(of: QuestionAnswers, locale: PageLocale, url: str) -> ShownQuestion:
    texts = locale.texts
    told = [texts("answered", number=of.answered), texts("left_out_of_form", number=of.left_out)]
    if of.is_multiple:
        told.append(texts("several_chosen"))
    if not of.is_asked:
        told.insert(0, texts("asked_no_more"))
    chart: Chart | None = None
    words: tuple[tuple[str, int], ...] = ()
    if of.kind == "words":
        words = tuple((it.label, it.count) for it in of.groups)
    elif of.groups:
        bars = [
            Bar(it.label if place < of.offered else texts("offered_no_more", label=it.label), it.count)
            for place, it in enumerate(of.groups)
        ]
        chart = make_chart(of.text, bars, of.answered, locale.language.direction)
    return ShownQuestion(of.text, " · ".join(told), chart, words, url if of.given and of.kind != "choices" else "")


def _widget(of: WidgetAnswers, locale: PageLocale) -> ShownWidget:
    texts, direction = locale.texts, locale.language.direction
    told = [
        texts(f"widget_{of.type}"),
        texts("answered", number=len(of.answered)),
        texts("answered_in_words", number=of.in_words),
        texts("answered_nothing", number=of.silent),
    ]
    bars = [Bar(it.label, it.count) for it in of.groups]
    chart, columns, facts = None, None, []
    if of.spread:
        columns = make_columns(of.label, bars, of.spread.median - int(bars[0].label), direction)
        lie = of.spread
        facts.append(texts("median_told", median=lie.median, lower=lie.lower, upper=lie.upper))
        ends = ((bars[0].label, lie.low), (bars[-1].label, lie.high))
        facts += [f"{value} = {meaning}" for value, meaning in ends if meaning]
    elif of.ranks:
        places = len(of.ranks)
        ranked = [
            Bar(
                it.label,
                round(100 * (places + 1 - it.average) / places),
                shown=fill(texts.tag, "{rank}", rank=round(it.average, 2)),
            )
            for it in of.ranks
        ]
        chart = make_chart(of.label, ranked, 100, direction, column=texts("column_rank"))
        facts.append(texts("rank_told"))
    elif of.answered:
        chart = make_chart(of.label, bars, len(of.answered), direction)
    return ShownWidget(of.label, " · ".join(told), facts, chart, columns)
