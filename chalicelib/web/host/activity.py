"""What happens in a session, as the page of its people shows it: how far they are, the newest words, and whether more would say more."""

from typing import Any

from msgspec import UNSET, Struct

from chalicelib.model import SessionView
from chalicelib.operations.activity import Activity, Event, RemindersSent, Saturation
from chalicelib.web.kit.chart import Bar, Chart, make_chart
from chalicelib.web.kit.page import PageLocale
from chalicelib.web.kit.texts import Texts, format_time_of
from chalicelib.web.results.names import name_of

EXCLUDED = "excluded"
_FIGURES = ("talking", "quiet", "completed", "joined", "left")


class Words(Struct, frozen=True):
    """What somebody said last."""

    person_id: str
    message_id: str
    name: str
    at: str
    content: str


def live_values(found: Activity, view: SessionView, locale: PageLocale) -> dict[str, Any]:
    """Returns what changes while somebody looks: the figures, each with the part of the list that it counts, and the newest words."""
    texts = locale.texts
    counts = {name: getattr(found, f"{name}_count") for name in _FIGURES}
    figures = [(name, texts(f"figure_{name}"), count) for name, count in counts.items() if count or name != "left"]
    excluded = [(EXCLUDED, texts("figure_excluded"), found.excluded_count)] if found.excluded_count else []
    return {
        "figures": [("", texts("joined"), found.participant_count), *figures, *excluded],
        "reminders": _tell_reminders(found.reminders, texts),
        "newest": [_words(it, view, locale) for it in reversed(found.events) if it.content is not UNSET],
    }


def analysis_values(found: Activity, view: SessionView, locale: PageLocale) -> dict[str, Any]:
    """Returns how much of what was asked people spoke to, and whether new themes still come up."""
    of = found.saturation
    return {
        "asked": found.asked,
        "covered": sum(it.covered for it in found.asked),
        "follows_questions": of is None or view.session.cross_pollination,
        "saturation": of,
        "saturation_told": _tell_saturation(of, locale.texts),
        "themes_chart": _draw_themes(of, locale) if of and of.tells else None,
    }


def _tell_reminders(of: RemindersSent | None, texts: Texts) -> str:
    """Returns how many reminders were sent, and what came of them; empty where the session sends none."""
    if of is None:
        return ""
    told = texts("reminders_sent", sent=of.sent, opened=of.opened, came_back=of.came_back)
    return " ".join([told, *([texts("reminders_undeliverable", count=of.undeliverable)] if of.undeliverable else [])])


def _words(of: Event, view: SessionView, locale: PageLocale) -> Words:
    name = name_of(of.participant_id, of.participant_name, locale.texts)
    at = format_time_of(of.at, view.session.time_zone, locale.texts)
    return Words(of.participant_id, str(of.message_id), name, at, str(of.content))


def _tell_saturation(of: Saturation | None, texts: Texts) -> str:
    if of is None:
        return texts("saturation_no_model")
    if not of.tells:
        return texts("saturation_early", least=2 * of.last, count=of.conversations)
    told = "saturation_open" if of.new_themes else "saturation_reached"
    return texts(told, last=of.last, new=of.new_themes, themes=of.themes)


def _draw_themes(of: Saturation, locale: PageLocale) -> Chart:
    """Returns the themes that each step of conversations was the first to bring up."""
    texts = locale.texts
    firsts = range(1, of.conversations + 1, of.step)
    bars = [
        Bar(texts("saturation_step", first=first, last=min(first + of.step - 1, of.conversations)), count)
        for first, count in zip(firsts, of.new_by_step, strict=True)
    ]
    title, column = texts("saturation_chart"), texts("saturation_column")
    return make_chart(title, bars, max(of.new_by_step, default=0), locale.language.direction, column=column)
