"""The people of a session: who they are, how far each is, and taking one out of the results, in again, or away for good."""

from typing import Any
from urllib.parse import urlencode

from chalice.app import Response
from msgspec import UNSET, Struct

from chalicelib import container
from chalicelib.errors import Invalid, NotFound
from chalicelib.model import SessionView
from chalicelib.operations.activity import GetActivity, get_activity
from chalicelib.operations.participants import (
    IncludeParticipant,
    ListResponses,
    Participant,
    ParticipantInput,
    include_participant,
    list_responses,
    remove_participant,
)
from chalicelib.services.access.roles import has_role
from chalicelib.services.results.participation import PROGRESS, number_of
from chalicelib.store import keys
from chalicelib.web.host.activity import EXCLUDED, analysis_values, live_values
from chalicelib.web.host.deletions import tell_people
from chalicelib.web.host.request import HostRequest, root
from chalicelib.web.host.session_page import open_session, render_session_page
from chalicelib.web.kit import etag
from chalicelib.web.kit.http import see_other
from chalicelib.web.kit.page import HEADERS, PageLocale, locale_for, render_fragment
from chalicelib.web.kit.request import require_uuid
from chalicelib.web.kit.texts import add_zone, format_time_of
from chalicelib.web.results.names import name_of

PEOPLE = 50  # on one page
NEWS = ("left_out", "taken_in", "removed")  # what the address of a page says was just done
NAME_LIMIT = 200  # characters
HTML = "text/html; charset=utf-8"
_STOP_ASKING = 286  # by which htmx ends to ask every so often


class Person(Struct, frozen=True):
    """A participant as pages show them. Who has no name is called by a number, the same wherever they are shown.

    `account` tells whoever came by the key of an account without a role from others of the same name; empty for all others.
    `told` is where they came from and what they were asked by.
    """

    of: Participant
    name: str
    account: str
    progress: str
    told: str
    joined: str
    last: str
    may_remove: bool

    @property
    def id(self) -> str:
        """The id of the thread."""
        return self.of.participant_id


def make_person(of: Participant, view: SessionView, locale: PageLocale) -> Person:
    """Returns a participant in the words of the page."""
    texts, zone = locale.texts, view.session.time_zone
    version = [texts("people_prompt", number=of.prompt_version)] if of.prompt_version else []
    return Person(
        of,
        name_of(of.participant_id, of.participant_name, texts),
        texts("another_account", number=number_of(of.participant_id)) if of.another_account else "",
        texts(f"progress_{of.progress}"),
        " · ".join([texts(f"channel_{of.channel}"), *version]),
        format_time_of(of.joined_at, zone, texts),
        format_time_of(of.last_message_at, zone, texts) if of.last_message_at else "",
        has_role(view, "owner") or (of.test and has_role(view, "editor")),
    )


def show_people(host: HostRequest, session_id: str) -> Response:
    """Returns how the people of a session go, and the list of them, a page at a time."""
    view = open_session(host, session_id, (keys.SUMMARY,))
    query, locale = host.request.query_params or {}, locale_for(host.request, view.session)
    activity = host.perform(get_activity, GetActivity(session_id=view.session.id))
    address = f"{root(host.request)}/sessions/{view.session.id}/people"
    live = {"address": address, **live_values(activity, view, locale)}
    if query.get("part") == "live":
        return _live_part(host, view, render_fragment(locale, "people_live.html", **live))
    listed = _list_values(host, view, locale, address)
    values: dict[str, Any] = {
        **live,
        **analysis_values(activity, view, locale),
        **listed,
        "has_people": bool(activity.events or listed["people"]),  # a test run is told of in the list alone
        "news": tell_news(host, locale),
        "removed": tell_people(view, locale.texts),
    }
    return render_session_page(host, view, "people", "people.html", **values)


def _live_part(host: HostRequest, view: SessionView, html: str) -> Response:
    """Returns what is asked for again and again while a session is open; once it has ended, with the status that ends that."""
    if view.session.status_at(container.clock().now()) == "completed":
        return Response(html, {**HEADERS, "Content-Type": HTML}, _STOP_ASKING)
    fragment = etag.respond(host.request, html, HTML)
    fragment.headers = {**HEADERS, **fragment.headers}
    return fragment


def _list_values(host: HostRequest, view: SessionView, locale: PageLocale, address: str) -> dict[str, Any]:
    """Returns a page of the list, and where the others are."""
    query = host.request.query_params or {}
    by_last, name = query.get("sort") == "newest", query.get("q", "").strip()[:NAME_LIMIT]
    status = query.get("status", "") if query.get("status") in (*PROGRESS, EXCLUDED) else ""
    wanted = ListResponses(
        session_id=view.session.id,
        limit=PEOPLE,
        cursor=query.get("cursor", UNSET),
        mode="list",
        sort="newest" if by_last else "oldest",
        name=name,
        include="excluded" if status == EXCLUDED else "all",
        progress=next((it for it in PROGRESS if it == status), UNSET),
    )
    found = host.perform(list_responses, wanted)

    def url(newest: bool, cursor: str = "") -> str:
        given = {"status": status, "q": name, "sort": "newest" if newest else "", "cursor": cursor}
        asked = urlencode({key: value for key, value in given.items() if value})
        return f"{address}?{asked}#people" if asked else f"{address}#people"

    return {
        "people": [make_person(it, view, locale) for it in found.data],
        "has_ratings": any(it.rating for it in found.data),
        "by_last": by_last,
        "name": name,
        "shown": status,
        "only": locale.texts(f"figure_{status}") if status else "",
        "cursor": query.get("cursor", ""),
        "start": url(by_last),
        "by_first_url": url(False),
        "by_last_url": url(True),
        "more": url(by_last, found.next_cursor) if found.next_cursor else "",
        "column_last": add_zone(locale.texts("column_last"), view.session.time_zone, locale.texts),
    }


def receive_people(host: HostRequest, session_id: str) -> Response:
    """Takes somebody of the list out of the results, or in again, and comes back to the same part of the list."""
    found, form = require_uuid(session_id), host.form()
    person = require_uuid(form.get("person", ""), "Participant not found")
    done = change_person(host, found, person, form.get("do", ""))
    kept = {name: form[name] for name in ("status", "sort", "cursor", "q") if form.get(name)}
    return see_other(f"{root(host.request)}/sessions/{found}/people?{urlencode({**kept, done: 1})}#p-{person}")


def change_person(host: HostRequest, session_id: str, person: str, do: str) -> str:
    """Takes somebody out of the results, or in again, or removes them; returns which of NEWS that is.

    Whoever is removed already stays so. Raises Invalid for anything else that is to be done.
    """
    match do:
        case "leave_out" | "take_in":
            given = IncludeParticipant(session_id=session_id, participant_id=person, included=do == "take_in")
            host.perform(include_participant, given)
            return "taken_in" if do == "take_in" else "left_out"
        case "remove":
            try:
                host.perform(remove_participant, ParticipantInput(session_id=session_id, participant_id=person))
            except NotFound:
                open_session(host, session_id, (), "editor")  # it is the person who is gone, not the session
            return "removed"
    raise Invalid("do must be leave_out, take_in or remove")


def tell_news(host: HostRequest, locale: PageLocale) -> str:
    """Returns what was just done, as the address of the page says."""
    query = host.request.query_params or {}
    return next((locale.texts(f"person_{done}") for done in NEWS if done in query), "")
