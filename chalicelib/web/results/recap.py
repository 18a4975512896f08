"""The recap as pages show it: to members what each person said, too, to others only what several people speak of."""

from typing import Any
from urllib.parse import urlencode

from msgspec import UNSET, Struct

from chalicelib.llm.interface import SCRIPTED
from chalicelib.model import STANCES, SessionView
from chalicelib.operations.recap import CommonTheme, ReadRecap, Recap, RecapParticipant, read_recap
from chalicelib.services.results.sections import is_open_to
from chalicelib.services.synthesis.visibility import results_for
from chalicelib.store.sessions import FOR_RESULTS
from chalicelib.web.kit.chart import Bar, Chart, Part, make_chart
from chalicelib.web.kit.page import PageLocale
from chalicelib.web.results.names import name_of
from chalicelib.web.results.reader import Reader

PARTS = FOR_RESULTS
MOST_THEMES, MOST_UNIQUE = 30, 25  # on one page
MOST_POINTS, MOST_BYTES = 6, 1_800  # of one person; all are in the conversation


class ShownPoint(Struct, frozen=True):
    """A point, its words as they were said, and where it stands: its theme, where others speak of that, and the side.

    Without `text` it is said in the same words; without `quote` they were not found.
    """

    text: str
    quote: str
    message_id: str
    told: str


class ShownPerson(Struct, frozen=True):
    """A person as a card; `more` counts the points that it leaves out."""

    of: RecapParticipant
    name: str
    points: tuple[ShownPoint, ...]
    more: int


class ShownUnique(Struct, frozen=True):
    """A point that nobody else shares, and whose it is."""

    text: str
    participant_id: str
    message_id: str
    name: str


def show_recap(view: SessionView, reader: Reader) -> dict[str, Any]:
    """Returns the recap as this visitor may read it."""
    if not reader.is_member:
        return _tell_others(view, reader)
    given = ReadRecap(session_id=view.session.id, cursor=reader.query.get("cursor", UNSET))
    return tell_members(read_recap(given, view), reader)


def tell_members(found: Recap, reader: Reader) -> dict[str, Any]:
    """Returns a page of the recap as members read it."""
    texts = reader.locale.texts
    names = {it.participant_id: name_of(it.participant_id, it.name, texts) for it in found.participants}
    labels = {theme.id: theme.label for theme in found.themes}
    unique = [ShownUnique(it.text, it.participant_id, it.message_id, names[it.participant_id]) for it in found.unique]
    people = [_person(it, names[it.participant_id], labels, reader.locale, found.verbatim) for it in found.participants]
    return {
        "recap": found,
        "for_all": True,
        "verbatim": found.verbatim,
        "themes": [] if found.verbatim else found.themes,
        "chart": _chart(found.themes[:MOST_THEMES], found.total, reader.locale),
        "more_themes": max(0, len(found.themes) - MOST_THEMES),
        "unique": unique[:MOST_UNIQUE],
        "more_unique": max(0, len(unique) - MOST_UNIQUE),
        "cards": people,
        "next_page": _page(reader, found.next_cursor) if found.next_cursor else "",
        "first_page": _page(reader, "") if "cursor" in reader.query else "",
        "people": reader.people,
    }


def _page(reader: Reader, cursor: str) -> str:
    """Returns the address of another page of people, beside the one that is shown."""
    kept = {name: reader.query[name] for name in ("s", "tab") if name in reader.query}
    return "?" + urlencode(kept | ({"cursor": cursor} if cursor else {}))


def _tell_others(view: SessionView, reader: Reader) -> dict[str, Any]:
    """Returns what several people speak of, as the summary counts and names it for others: nothing of a single person."""
    summary, texts = results_for(view, reader.visitor).summary, reader.locale.texts
    is_read = summary is not None and summary.model != SCRIPTED
    themes = summary.themes if summary and is_read else ()
    summed_up = f"results?s={view.session.id}&tab=summary" if is_open_to(view, reader.visitor, "summary") else ""
    bars = [
        Bar(theme.label, theme.participants, url=f"{summed_up}#theme-{place}" if summed_up else "")
        for place, theme in enumerate(themes)
    ]
    total = summary.participants if summary else 0
    return {
        "for_all": False,
        "verbatim": not is_read,
        "themes": themes,
        "chart": make_chart(texts("recap_themes"), bars, total, reader.locale.language.direction),
    }


def _chart(themes: list[CommonTheme], total: int, locale: PageLocale) -> Chart:
    bars = [Bar(it.label, it.participants, tuple(it.stances.get(stance, 0) for stance in STANCES)) for it in themes]
    parts = [Part(locale.texts(f"stance_{stance}"), stance) for stance in STANCES]
    return make_chart(locale.texts("recap_themes"), bars, total, locale.language.direction, parts=parts)


def _person(of: RecapParticipant, name: str, labels: dict[str, str], locale: PageLocale, verbatim: bool) -> ShownPerson:
    points: list[ShownPoint] = []
    size = 0
    for it in of.points[:MOST_POINTS]:
        size += len((it.text + it.quote).encode())
        if points and size > MOST_BYTES:
            break
        label = "" if verbatim else labels.get(it.theme_id or "", "")
        told = f"\u2068{label}\u2069 · {locale.texts(f'stance_{it.stance}')}" if label else ""
        points.append(ShownPoint(it.text if it.text != it.quote else "", it.quote, it.message_id, told))
    return ShownPerson(of, name, tuple(points), len(of.points) - len(points))
