"""The pages of a session's answers: all counted, with slices of them; those to one question; and the people who speak of a theme."""

from typing import Any
from urllib.parse import urlencode

from chalice.app import Response
from msgspec import UNSET, Struct

from chalicelib.model import STANCES
from chalicelib.operations.answers import PAGE, ListAnswerTexts, list_answer_texts
from chalicelib.operations.fields import Pagination
from chalicelib.operations.slices import ListStances, PersonStance, list_stances
from chalicelib.text.normalise import one_line
from chalicelib.web.host.request import HostRequest, root
from chalicelib.web.host.session_page import make_reader, open_session, render_session_page
from chalicelib.web.kit.page import PageLocale, locale_for
from chalicelib.web.kit.request import number_in_link
from chalicelib.web.results.answers import PARTS, show_answers
from chalicelib.web.results.names import name_of

SHOWN = 1_000  # characters of an answer in the list; the conversation's page has all of it


class Line(Struct, frozen=True):
    """What one person answered, and the address of their conversation."""

    name: str
    url: str
    text: str
    quotable: bool


class StanceLine(Struct, frozen=True):
    """Somebody who speaks of a theme, where they stand, and their points with the address of the message that has each."""

    name: str
    url: str
    stance: str
    points: list[tuple[str, str, str]]


def show(host: HostRequest, session_id: str) -> Response:
    """Returns all answers counted, and the slice that is asked for."""
    view = open_session(host, session_id, PARTS)
    return render_session_page(host, view, "answers", "answers.html", **show_answers(view, make_reader(host, view)))


def show_texts(host: HostRequest, session_id: str, question_id: str) -> Response:
    """Returns a page of the answers to one question."""
    view = open_session(host, session_id, PARTS[:1])
    locale, offset = locale_for(host.request, view.session), _offset(host)
    found = host.perform(list_answer_texts, ListAnswerTexts(view.session.id, question_id, PAGE, offset))
    question = next((it.text for it in view.questions if it.id == question_id), "")
    values: dict[str, Any] = {
        "question": question or locale.texts("asked_before"),
        "lines": [
            Line(
                name_of(it.participant_id, it.participant_name, locale.texts),
                _person(host, view.session.id, it.participant_id),
                one_line(it.answer, SHOWN),
                it.quotable,
            )
            for it in found.data
        ],
        **_pages(found.pagination, {}),
    }
    return render_session_page(host, view, "answers", "answer_texts.html", **values)


def show_theme(host: HostRequest, session_id: str, theme_id: str) -> Response:
    """Returns a page of the people who speak of a theme, all or with one stance."""
    view = open_session(host, session_id, ())
    locale, query = locale_for(host.request, view.session), host.request.query_params or {}
    stance = next((it for it in STANCES if it == query.get("stance")), None)
    summed_up = "summed_up" in query
    given = ListStances(view.session.id, theme_id, UNSET if stance is None else stance, summed_up, PAGE, _offset(host))
    found = host.perform(list_stances, given)
    values: dict[str, Any] = {
        "theme": found.theme,
        "theme_id": found.theme_id,
        "stance": stance or "",
        "stances": STANCES,
        "total": locale.texts("participants", count=found.pagination.total),
        "people": [_stance_line(host, view.session.id, it, locale) for it in found.data],
        "summed_up": summed_up,
        **_pages(found.pagination, ({"stance": stance} if stance else {}) | ({"summed_up": "1"} if summed_up else {})),
    }
    return render_session_page(host, view, "answers", "theme_people.html", **values)


def _stance_line(host: HostRequest, session_id: str, of: PersonStance, locale: PageLocale) -> StanceLine:
    url = _person(host, session_id, of.participant_id)
    points = [(it.text, it.quote, f"{url}#message-{it.message_id}") for it in of.points]
    return StanceLine(name_of(of.participant_id, of.participant_name, locale.texts), url, of.stance, points)


def _person(host: HostRequest, session_id: str, thread_id: str) -> str:
    return f"{root(host.request)}/sessions/{session_id}/people/{thread_id}"


def _offset(host: HostRequest) -> int:
    return number_in_link((host.request.query_params or {}).get("offset", "")) or 0


def _pages(of: Pagination, kept: dict[str, str]) -> dict[str, str]:
    """Returns the addresses of the pages before and after this one; empty where there is none."""
    before, after = max(0, of.offset - of.limit), of.offset + of.limit
    return {
        "newer": "?" + urlencode({**kept, "offset": before}) if of.offset else "",
        "older": "?" + urlencode({**kept, "offset": after}) if after < of.total else "",
    }
