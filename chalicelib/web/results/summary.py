"""The summary as pages show it: what is critical first, what people want and why, and a line a theme with who stands where."""

from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.llm.interface import SCRIPTED
from chalicelib.model import STANCES, SessionView, Stance, Summary, Theme
from chalicelib.services.results.own_themes import is_heard, own_themes
from chalicelib.services.synthesis.summary_document import least_people, note_withheld, tell_people
from chalicelib.services.synthesis.summary_texts import SummaryTexts, read_texts
from chalicelib.services.synthesis.visibility import results_for
from chalicelib.store.sessions import FOR_RESULTS
from chalicelib.store.themes import Themes
from chalicelib.web.kit.chart import Bar, Chart, Part, Row, make_chart
from chalicelib.web.kit.page import PageLocale
from chalicelib.web.kit.texts import format_time_with_zone
from chalicelib.web.results.reader import Reader

PARTS = FOR_RESULTS


class ThemeLine(Struct, frozen=True):
    """A theme, the bar of its people, where its quotes are on the page, and who stands where in words; `share` is how many speak of it.

    `stances` are these words one by one, each with the address of the people who do, for members. `is_own`: whoever reads it spoke of it.
    """

    theme: Theme
    row: Row
    anchor: str
    told: str
    share: str
    stances: list[tuple[str, str]]
    is_own: bool = False


def show_summary(view: SessionView, reader: Reader, *, is_current: bool = True) -> dict[str, Any]:
    """Returns the summary as this visitor may read it; `summary` is None where there is nothing for them. From one that is not
    current nothing leads to people by their stance: some have spoken since."""
    summary, texts = results_for(view, reader.visitor).summary, reader.locale.texts
    if summary is None:
        return {"summary": None}
    chart = make_theme_chart(summary, reader.locale)
    by_stance = reader if is_current else replace(reader, people="")
    words, listed = read_texts(texts.tag), _is_listed(summary)
    own = own_themes(view, summary.themes, reader.own, themes=Themes())
    lines = [
        ThemeLine(
            theme,
            row,
            f"theme-{place}",
            _told(theme, chart),
            _share(theme, summary, reader, words),
            _list_stances(theme, chart, by_stance),
            theme.id in own,
        )
        for place, (theme, row) in enumerate(zip(summary.themes, chart.rows, strict=True))
    ]
    answer = summary.critical_answer
    return {
        "summary": summary,
        "listed": listed,
        "critical": next((it for it in lines if it.theme is summary.critical_answers), None),
        "critical_answer": (answer or (texts("unanswered") if reader.is_member else ""))
        if view.session.critical and not listed
        else "",
        "lines": [it for it in lines if it.theme is not summary.critical_answers],
        "themes_chart": chart,
        "words": words,
        "proposals": [(it, tell_people(it, summary.participants, words)) for it in summary.proposals],
        "notes": note_withheld(summary, words),
        "are_sides_hidden": len(chart.parts) > len(STANCES),
        "least_words": least_people(summary.participants),
        "at": format_time_with_zone(summary.generated_at, view.session.time_zone, texts),
        "is_member": reader.is_member,
        "people": reader.people,
        "contents": _list_contents(view, summary, reader, words),
        "own_threads": {it.id for it in reader.own},
        "own_lines": [it for it in lines if it.is_own],
        "own_told": _tell_own(len(own), reader),
    }


def make_theme_chart(summary: Summary, locale: PageLocale) -> Chart:
    """Returns how many people speak of each theme, and where they stand, as far as that may be told; of a list of answers, how many
    answered each question."""
    texts, listed = locale.texts, _is_listed(summary)
    is_plain = listed or not any(it.stances for it in summary.themes)
    parts = [] if is_plain else [Part(texts(f"stance_{stance}"), stance) for stance in STANCES]
    if parts and not all(it.stances for it in summary.themes):
        parts.append(Part(texts("sides_untold"), "hidden"))
    bars = [
        Bar(it.label, it.participants, _split(it)[: len(parts)], url=f"#theme-{place}")
        for place, it in enumerate(summary.themes)
    ]
    title = texts("chart_questions" if listed else "chart_themes")
    return make_chart(title, bars, summary.participants, locale.language.direction, parts=parts)


def _list_contents(view: SessionView, summary: Summary, reader: Reader, words: SummaryTexts) -> list[tuple[str, str]]:
    """Returns what is on the page: where each part begins, and its heading."""
    texts = reader.locale.texts
    has_critical = summary.critical_answers or (summary.critical_answer and view.session.critical)
    parts = (
        ("overview", texts("summary_want"), summary.overview),
        ("critical", texts("critical"), has_critical),
        ("themes", texts("answers_heading" if _is_listed(summary) else "themes"), summary.themes),
        ("proposals", words.proposals, summary.proposals),
        ("agreements", texts("agreements"), summary.agreements),
        ("tensions", texts("tensions"), summary.tensions),
        ("open-questions", texts("open_questions"), summary.open_questions),
    )
    return [(anchor, heading) for anchor, heading, has in parts if has]


def _tell_own(count: int, reader: Reader) -> str:
    """Returns in how many of the themes on the page this reader's own words are heard; empty for whom nothing can be said of."""
    if not is_heard(reader.own):
        return ""
    return reader.locale.texts("own_themes", count=count) if count else reader.locale.texts("own_themes_none")


def _split(theme: Theme) -> tuple[int, ...]:
    """Returns how many stand where, and how many of whom that is not told."""
    return (*(theme.stances.get(stance, 0) for stance in STANCES), 0 if theme.stances else theme.participants)


def _is_listed(summary: Summary) -> bool:
    return summary.model == SCRIPTED


def _share(theme: Theme, summary: Summary, reader: Reader, words: SummaryTexts) -> str:
    """Returns how many speak of a theme and where they stand; of a question, how many answered it."""
    if not _is_listed(summary):
        return tell_people(theme, summary.participants, words)
    texts = reader.locale.texts
    return texts("share", part=theme.participants, participants=texts("participants", count=summary.participants))


def _told(theme: Theme, chart: Chart) -> str:
    """Returns what the bar of a theme shows, in words."""
    return " · ".join([theme.label, *(told for told, _ in _count_stances(theme, chart))])


def _list_stances(theme: Theme, chart: Chart, reader: Reader) -> list[tuple[str, str]]:
    """Returns how many stand where, each with the page of those who do where somebody does, and this reader may know who."""
    session, is_found = reader.people.removesuffix("people/"), bool(reader.people and theme.id and theme.gathers)
    return [
        (
            told,
            f"{session}themes/{theme.id}?stance={stance}&summed_up=1" if is_found and theme.stances.get(stance) else "",
        )
        for told, stance in _count_stances(theme, chart)
    ]


def _count_stances(theme: Theme, chart: Chart) -> list[tuple[str, Stance]]:
    parts = zip(chart.parts, STANCES, strict=False) if theme.stances else ()
    return [(f"{part.name} {theme.stances.get(it, 0)}", it) for part, it in parts]
