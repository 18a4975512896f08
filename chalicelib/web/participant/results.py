"""The results page: what came of a session, for whoever may see it; for its editors also who took part and what they said."""

from typing import Any

from chalice.app import Request, Response
from msgspec import Struct

from chalicelib import container
from chalicelib.errors import Forbidden
from chalicelib.llm.interface import SCRIPTED
from chalicelib.model import SessionView, Thread, ThreadView
from chalicelib.services.access.principal import ParticipantCookie, Principal
from chalicelib.services.access.results_links import view_for
from chalicelib.services.participants.identity import participant_of
from chalicelib.services.participants.responses import ResponseFilter, list_responses
from chalicelib.services.participants.scopes import rules_of
from chalicelib.services.synthesis.state import summary_status
from chalicelib.services.synthesis.summary_document import least_people
from chalicelib.services.synthesis.visibility import LEAST, Results, may_see, results_for, visitor_of
from chalicelib.store import thread_head
from chalicelib.store.sessions import FOR_COUNT, FOR_RESULTS
from chalicelib.web.kit import identity
from chalicelib.web.kit.chart import Bar, Chart, make_chart
from chalicelib.web.kit.http import see_other
from chalicelib.web.kit.login import find_login
from chalicelib.web.kit.page import PageLocale, locale_for, render_page
from chalicelib.web.kit.request import require_uuid, token_in_link
from chalicelib.web.kit.texts import add_zone, format_time, format_time_with_zone
from chalicelib.web.participant.not_open import show_not_open

PEOPLE = 50  # on one page
_DIGITS = 6  # of a thread's id, which is random


class Person(Struct, frozen=True):
    """A participant in the list. Who has no name is called by a number, the same wherever they are shown.

    `account` tells whoever came by the key of an account without a role from others of the same name; empty for all others.
    """

    id: str
    name: str
    account: str
    messages: int
    last: str
    concluded: bool
    is_completed: bool
    included: bool
    is_test: bool
    rating: int | None


def show(request: Request, session_id: str) -> Response:
    """Returns the results as this visitor may see them."""
    query = request.query_params or {}
    if holder := identity.holder_in_link(token := token_in_link(query.get("k", "")), session_id):
        # What opens the page is kept in a cookie, and out of the address, which people copy, share and photograph.
        return see_other(f"results?s={session_id}", *identity.holder_cookies(request, token, holder.kind, session_id))
    view, is_signed_in = _view(request, session_id)
    if view.session.is_draft and view.role is None:
        return show_not_open(request, view.session)
    visitor = visitor_of(view, _own_threads(request, view), container.clock().now())
    if not may_see(view, visitor):
        visibility = view.session.results_visibility
        return render_page(
            request, "results_closed.html", Forbidden.status, session=view.session, visibility=visibility
        )
    if visitor == "editor" and query.get("t"):
        return _thread(request, view, require_uuid(query["t"]), is_signed_in)
    return _results(request, view, results_for(view, visitor), query.get("cursor"), is_signed_in)


def _view(request: Request, session_id: str) -> tuple[SessionView, bool]:
    """Returns the session, with the role of whoever's link this browser opened; of who is signed in, where that gives none. And
    whether whoever has that role is signed in."""
    parts, sessions, now = (*FOR_RESULTS, *FOR_COUNT), container.sessions(), container.clock().now()
    login = find_login(request)
    signed_in = login.user_id if login else None
    if member := identity.find_holder(request, "user", session_id):
        view = view_for(session_id, parts, member, sessions=sessions, now=now)
        if view.role or not login:
            return view, view.role is not None and member.id == signed_in
    view = sessions.view(session_id, parts, signed_in)
    return view, view.role is not None


def _results(request: Request, view: SessionView, results: Results, cursor: str | None, is_signed_in: bool) -> Response:
    locale = locale_for(request, view.session)
    now = container.clock().now()
    people, more = _people(view, locale, cursor) if results.visitor == "editor" else (None, None)
    summary = results.summary
    return render_page(
        request,
        "results.html",
        session=view.session,
        way_back=is_signed_in,
        results=results,
        summary=summary,
        listed=summary is not None and summary.model == SCRIPTED,
        critical=summary.critical_answers if summary else None,
        least_words=least_people(summary.participants) if summary else 0,
        at=format_time_with_zone(summary.generated_at, view.session.time_zone, locale.texts) if summary else None,
        updating=summary_status(view, now) == "updating",
        charts=_charts(view, results, locale),
        least=LEAST,
        people=people,
        column_last=add_zone(locale.texts("column_last"), view.session.time_zone, locale.texts),
        more=more,
    )


def _charts(view: SessionView, results: Results, locale: PageLocale) -> dict[str, Chart]:
    """Returns figures that point at nobody: how many took part, and how many spoke to each theme. There are none of nobody."""
    if not results.open or not view.tally.participants:
        return {}
    texts, tally, direction = locale.texts, view.tally, locale.language.direction
    taken_part = (Bar(texts("joined"), tally.participants), Bar(texts("completed"), tally.completed))
    charts = {"people": make_chart(texts("participation"), taken_part, tally.participants, direction)}
    if results.summary and results.summary.themes:
        bars = [Bar(theme.label, theme.participants) for theme in results.summary.themes]
        title = "chart_questions" if results.summary.model == SCRIPTED else "chart_themes"
        charts["themes"] = make_chart(texts(title), bars, results.summary.participants, direction)
    return charts


def _people(view: SessionView, locale: PageLocale, cursor: str | None) -> tuple[list[Person], str | None]:
    wanted = ResponseFilter(limit=PEOPLE, cursor=cursor, messages=False, excluded_too=True)
    found = list_responses(view.session.id, wanted, participants=container.participants())
    return [_person(it.thread, view, locale) for it in found.people], found.next_cursor


def _person(thread: Thread, view: SessionView, locale: PageLocale) -> Person:
    last, number = thread.last_message_at, thread.id[:_DIGITS].upper()
    return Person(
        thread.id,
        thread.name or locale.texts("person", number=number),
        locale.texts("another_account", number=number) if rules_of(thread.scope).is_strangers else "",
        thread.message_count,
        format_time(last, view.session.time_zone, locale.texts) if last else "",
        thread.concluded,
        thread.is_completed,
        thread.included,
        thread.test,
        thread.rating,
    )


def _thread(request: Request, view: SessionView, found: str, is_signed_in: bool) -> Response:
    """Returns one conversation, for an editor."""
    _, thread = container.participants().find(view.session.id, found, view.session.owner_id)
    if thread is None:
        return render_page(request, "results_closed.html", 404, session=view.session, visibility="gone")
    messages = tuple(container.conversations().messages(thread.thread))
    person = _person(thread.thread, view, locale_for(request, view.session))
    comment = container.feedback().comment(thread.thread) if person.rating else ""
    values: dict[str, Any] = {
        "way_back": is_signed_in,
        "person": person,
        "thread": ThreadView(thread.thread, thread.answers, messages),
        "comment": comment,
    }
    return render_page(request, "thread.html", session=view.session, **values)


def _own_threads(request: Request, view: SessionView) -> list[Thread]:
    """Returns the conversations had in this browser, and by whoever's link it opened, where the results may depend on them."""
    session_id = view.session.id
    if view.role is not None or view.session.results_visibility != "participants":
        return []
    found: list[tuple[str, int]] = []
    if named := identity.find_person(request, session_id):
        who = participant_of(Principal(ParticipantCookie()), named.person)
        own = who.thread_ids(session_id, container.deployment_secret()).values()
        found += [(thread_id, named.generation) for thread_id in own]
    if holder := identity.find_holder(request, "thread", session_id):
        found.append((holder.id, holder.generation))
    threads = ((thread_head.read(session_id, own), generation) for own, generation in found)
    return [thread for thread, generation in threads if thread and thread.generation == generation]
