"""The results page: what came of a session, for whoever may see it, as far as its host lets them; for an editor's link also who took
part and what they said. Members who are signed in have pages of their own."""

from collections.abc import Mapping, Sequence
from typing import Any

from chalice.app import Request, Response
from msgspec import Struct

from chalicelib import container
from chalicelib.errors import Forbidden
from chalicelib.model import SessionView, Thread, ThreadView
from chalicelib.services.access.principal import principal_of_link
from chalicelib.services.access.results_links import view_for
from chalicelib.services.participants.identity import participant_of
from chalicelib.services.participants.responses import ResponseFilter, list_responses
from chalicelib.services.participants.scopes import rules_of
from chalicelib.services.results.participation import number_of
from chalicelib.services.results.sections import Section, is_open_to, may_see_section
from chalicelib.services.synthesis.staleness import want_where_stale
from chalicelib.services.synthesis.state import summary_status
from chalicelib.services.synthesis.visibility import LEAST, Results, results_for, visitor_of
from chalicelib.store import aliases, thread_head
from chalicelib.store.sessions import FOR_COUNT, FOR_RESULTS
from chalicelib.web.kit import identity
from chalicelib.web.kit.chart import Bar, Chart, make_chart
from chalicelib.web.kit.http import see_other
from chalicelib.web.kit.login import find_login
from chalicelib.web.kit.page import PageLocale, locale_for, render_page
from chalicelib.web.kit.request import require_uuid, token_in_link
from chalicelib.web.kit.texts import add_zone, format_time, format_time_with_zone
from chalicelib.web.participant.not_open import show_not_open
from chalicelib.web.results.names import name_of
from chalicelib.web.results.reader import Reader
from chalicelib.web.results.sections import SHOWN, Show

PEOPLE = 50  # on one page
OTHERS = "others"  # as whom a member may look at the page


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


def show(request: Request, session_id: str, answer: Show | None = None) -> Response:
    """Returns the results as this visitor may see them: a page a section. `answer` gives what is shown of that of questions where one
    was sent."""
    query = request.query_params or {}
    if holder := identity.holder_in_link(token := token_in_link(query.get("k", "")), session_id):
        # What opens the page is kept in a cookie, and out of the address, which people copy, share and photograph.
        return see_other(f"results?s={session_id}", *identity.holder_cookies(request, token, holder.kind, session_id))
    view, is_signed_in = _view(request, session_id)
    if is_signed_in and query.get("as") != OTHERS:
        return see_other(_hosts_page(view, query))
    if view.session.is_draft and view.role is None:
        return show_not_open(request, view.session)
    own = [] if is_signed_in else _own_threads(request, view)
    visitor = visitor_of(view, own, container.clock().now())
    if is_signed_in:
        visitor = "participant" if view.session.results_shown_to == "participants" else "stranger"
    if visitor == "editor" and query.get("t"):
        return _thread(request, view, require_uuid(query["t"]))
    open_sections = [it for it in SHOWN if is_open_to(view, visitor, it)]
    section = next((it for it in open_sections if it == query.get("tab", open_sections[0])), None)
    if section is None:
        visibility = view.session.results_shown_to if not open_sections else "host"
        return render_page(
            request,
            "results_closed.html",
            Forbidden.status,
            session=view.session,
            visibility=visibility,
            is_known=bool(_browsers_threads(request, session_id)),
        )
    show_section = answer if answer and section == "ask" else SHOWN[section].show
    reader = Reader(visitor, locale_for(request, view.session), query, own=tuple(own))
    return _show_section(request, view, reader, section, open_sections, show_section, is_preview=is_signed_in)


def _hosts_page(view: SessionView, query: Mapping[str, str]) -> str:
    """Returns where somebody with a role in the session, who is signed in, finds what they ask for here, and more."""
    session = f"sessions/{view.session.id}"
    if view.session.is_draft:
        return session
    return f"{session}/people/{require_uuid(query['t'])}" if query.get("t") else f"{session}/summary"


def _view(request: Request, session_id: str) -> tuple[SessionView, bool]:
    """Returns the session, with the role of whoever's link this browser opened; of who is signed in, where that gives none. And
    whether whoever has that role is signed in."""
    tab = (request.query_params or {}).get("tab", "")
    wanted = next((it for section, it in SHOWN.items() if section == tab), None)
    parts = {*FOR_RESULTS, *FOR_COUNT, *(wanted.parts if wanted else ())}
    sessions, now = container.sessions(), container.clock().now()
    login = find_login(request)
    signed_in = login.user_id if login else None
    if member := identity.find_holder(request, "user", session_id):
        view = view_for(session_id, parts, member, sessions=sessions, now=now)
        if view.role or not login:
            return view, view.role is not None and member.id == signed_in
    view = sessions.view(session_id, parts, signed_in)
    return view, view.role is not None


def _show_section(
    request: Request,
    view: SessionView,
    reader: Reader,
    section: Section,
    open_sections: list[Section],
    show_section: Show,
    *,
    is_preview: bool,
) -> Response:
    visitor, locale = reader.visitor, reader.locale
    results, session, now = results_for(view, visitor), view.session, container.clock().now()
    is_shown = may_see_section(view, visitor, section)
    if is_shown and section == "summary":
        view = want_where_stale(view, now, summaries=container.summaries(), jobs=container.jobs())
    shown = show_section(view, reader) if is_shown else {}
    has_people = visitor == "editor" and section == "summary"
    people, more = _people(view, locale, reader.query.get("cursor")) if has_people else (None, None)
    values: dict[str, Any] = {
        "results": results,
        "section": section,
        "page": SHOWN[section].page,
        "is_shown": is_shown and shown.get("summary", True) is not None,
        "tabs": _tabs(view, open_sections, section, is_preview=is_preview),
        "is_preview": is_preview,
        "way_back": is_preview,
        "leads_back": _leads_back(request, view.session.id),
        "updating": summary_status(view, now) == "updating",
        "has_ended": session.status_at(now) == "completed",
        "closes": format_time_with_zone(session.closes_at, session.time_zone, locale.texts)
        if session.closes_at
        else "",
        "own_told": "",
        "own_lines": [],
        "contents": [],
        "taken_part": _taken_part(view, results, locale) if section == "summary" else None,
        "least": LEAST,
        "people_list": people,
        "column_last": add_zone(locale.texts("column_last"), view.session.time_zone, locale.texts),
        "more": more,
        **shown,
    }
    return render_page(request, "results.html", values.pop("status", 200), session=session, **values)


def _tabs(
    view: SessionView, open_sections: Sequence[Section], section: Section, *, is_preview: bool
) -> list[tuple[str, str, bool]]:
    """Returns the way to each section: its page's name, the address, and whether it is this one; none where there is only one."""
    before = f"results?s={view.session.id}{f'&as={OTHERS}' if is_preview else ''}&tab="
    found = [(SHOWN[it].page, before + it, it == section) for it in open_sections]
    return found if len(found) > 1 else []


def _taken_part(view: SessionView, results: Results, locale: PageLocale) -> Chart | None:
    """Returns how many took part; None of nobody, and for whom that is not open."""
    if not results.open or not view.tally.participants:
        return None
    texts, tally = locale.texts, view.tally
    bars = (Bar(texts("joined"), tally.participants), Bar(texts("completed"), tally.completed))
    return make_chart(texts("participation"), bars, tally.participants, locale.language.direction)


def _people(view: SessionView, locale: PageLocale, cursor: str | None) -> tuple[list[Person], str | None]:
    wanted = ResponseFilter(limit=PEOPLE, cursor=cursor, messages=False, excluded_too=True)
    found = list_responses(view.session.id, wanted, participants=container.participants())
    return [_person(it.thread, view, locale) for it in found.people], found.next_cursor


def _person(thread: Thread, view: SessionView, locale: PageLocale) -> Person:
    last, number = thread.last_message_at, number_of(thread.id)
    return Person(
        thread.id,
        name_of(thread.id, thread.name, locale.texts),
        locale.texts("another_account", number=number) if rules_of(thread.scope).is_strangers else "",
        thread.message_count,
        format_time(last, view.session.time_zone, locale.texts) if last else "",
        thread.concluded,
        thread.is_completed,
        thread.included,
        thread.test,
        thread.rating,
    )


def _thread(request: Request, view: SessionView, found: str) -> Response:
    """Returns one conversation, for an editor."""
    _, thread = container.participants().find(view.session.id, found, view.session.owner_id)
    if thread is None:
        return render_page(request, "results_closed.html", 404, session=view.session, visibility="gone", is_known=False)
    messages = tuple(container.conversations().messages(thread.thread))
    person = _person(thread.thread, view, locale_for(request, view.session))
    comment = container.feedback().comment(thread.thread) if person.rating else ""
    values: dict[str, Any] = {
        "person": person,
        "thread": ThreadView(thread.thread, thread.answers, messages),
        "comment": comment,
    }
    return render_page(request, "thread.html", session=view.session, **values)


def _own_threads(request: Request, view: SessionView) -> list[Thread]:
    """Returns the conversations had in this browser, and by whoever's link it opened: the results may depend on them, and what was
    said in them is marked."""
    session_id = view.session.id
    if view.role is not None or view.session.results_shown_to == "host":
        return []
    found = _browsers_threads(request, session_id)
    if holder := identity.find_holder(request, "thread", session_id):
        found.append((holder.id, holder.generation))
    read = aliases.read_head if view.session.has_aliases else thread_head.read
    threads = ((read(session_id, own), generation) for own, generation in found)
    return [thread for thread, generation in threads if thread and thread.generation == generation]


def _browsers_threads(request: Request, session_id: str) -> list[tuple[str, int]]:
    """Returns the id of the conversation that this browser has in a session, begun or not, with the generation that it knows."""
    named = identity.find_person(request, session_id)
    if named is None:
        return []
    who = participant_of(principal_of_link(named.scope), named.person)
    own = who.thread_ids(session_id, container.deployment_secret()).values()
    return [(thread_id, named.generation) for thread_id in own]


def _leads_back(request: Request, session_id: str) -> bool:
    """Says whether the conversation page in this browser is that of whose results these are: whoever opened a link to them that
    was made for a conversation in Telegram, or at another device, would begin another one there."""
    holder = identity.find_holder(request, "thread", session_id)
    if holder is None:
        return True
    own = dict(_browsers_threads(request, session_id))
    return holder.id in own or holder.id in aliases.find(session_id, own).values()
