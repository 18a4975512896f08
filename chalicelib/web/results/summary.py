"""The summary as pages show it: what is critical first, what people want and why, and a line a theme with who stands where."""

from typing import Any

from msgspec import Struct

from chalicelib.llm.interface import SCRIPTED
from chalicelib.model import STANCES, SessionView, Summary, Theme
from chalicelib.services.synthesis.summary_document import least_people
from chalicelib.services.synthesis.visibility import results_for
from chalicelib.store.sessions import FOR_RESULTS
from chalicelib.web.kit.chart import Bar, Chart, Part, Row, make_chart
from chalicelib.web.kit.page import PageLocale
from chalicelib.web.kit.texts import format_time_with_zone
from chalicelib.web.results.reader import Reader

PARTS = FOR_RESULTS


class ThemeLine(Struct, frozen=True):
    """A theme, the bar of its people, where its quotes are on the page, and who stands where in words."""

    theme: Theme
    row: Row
    anchor: str
    told: str


def show_summary(view: SessionView, reader: Reader) -> dict[str, Any]:
    """Returns the summary as this visitor may read it; `summary` is None where there is nothing for them."""
    summary, texts = results_for(view, reader.visitor).summary, reader.locale.texts
    if summary is None:
        return {"summary": None}
    chart = make_theme_chart(summary, reader.locale)
    lines = [
        ThemeLine(theme, row, f"theme-{place}", _told(theme, chart))
        for place, (theme, row) in enumerate(zip(summary.themes, chart.rows, strict=True))
    ]
    answer, listed = summary.critical_answer, _is_listed(summary)
    return {
        "summary": summary,
        "listed": listed,
        "critical": next((it for it in lines if it.theme is summary.critical_answers), None),
        "critical_answer": (answer or (texts("unanswered") if reader.is_member else ""))
        if view.session.critical and not listed
        else "",
        "lines": [it for it in lines if it.theme is not summary.critical_answers],
        "themes_chart": chart,
        "least_words": least_people(summary.participants),
        "at": format_time_with_zone(summary.generated_at, view.session.time_zone, texts),
        "is_member": reader.is_member,
        "people": reader.people,
    }


def make_theme_chart(summary: Summary, locale: PageLocale) -> Chart:
    """Returns how many people speak of each theme, and where they stand; of a list of answers, how many answered each question."""
    texts = locale.texts
    listed = _is_listed(summary)
    is_plain = listed or not any(it.stances for it in summary.themes)
    parts = [] if is_plain else [Part(texts(f"stance_{stance}"), stance) for stance in STANCES]
    bars = [
        Bar(
            it.label,
            it.participants,
            tuple(it.stances.get(stance, 0) for stance in STANCES) if parts else (),
            url=f"#theme-{place}",
        )
        for place, it in enumerate(summary.themes)
    ]
    title = texts("chart_questions" if listed else "chart_themes")
    return make_chart(title, bars, summary.participants, locale.language.direction, parts=parts)


def _is_listed(summary: Summary) -> bool:
    return summary.model == SCRIPTED


def _told(theme: Theme, chart: Chart) -> str:
    """Returns what the bar of a theme shows, in words."""
    stances = [
        f"{part.name} {theme.stances.get(stance, 0)}" for part, stance in zip(chart.parts, STANCES, strict=False)
    ]
    return " · ".join([theme.label, *stances])
