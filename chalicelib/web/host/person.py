"""One person of a session: the form, every message, what they thought of it; and what a host may do about them."""

from collections.abc import Sequence
from typing import Any

from chalice.app import Response
from msgspec import UNSET, Struct

from chalicelib import container
from chalicelib.operations.participants import Message, ParticipantInput, get_participant
from chalicelib.services.facilitation.widgets import label_of
from chalicelib.services.participants.responses import neighbours
from chalicelib.store import keys
from chalicelib.web.host.people import change_person, make_person, tell_news
from chalicelib.web.host.request import HostRequest, root
from chalicelib.web.host.session_page import open_session, render_session_page
from chalicelib.web.kit.http import see_other
from chalicelib.web.kit.page import locale_for
from chalicelib.web.kit.request import require_uuid
from chalicelib.web.kit.texts import format_time_of


class Entry(Struct, frozen=True):
    """A message, and where it answers a widget what that asked and what was chosen; `is_ranked` where that is an order."""

    message: Message
    at: str
    question: str = ""
    chosen: tuple[str, ...] = ()
    is_ranked: bool = False


def show_person(host: HostRequest, session_id: str, person_id: str) -> Response:
    """Returns somebody's conversation. Each message can be linked to, by its id."""
    view = open_session(host, session_id, (keys.SUMMARY,))
    named = require_uuid(person_id, "Participant not found")
    found = host.perform(get_participant, ParticipantInput(session_id=view.session.id, participant_id=named))
    locale, query = locale_for(host.request, view.session), host.request.query_params or {}
    before, after = neighbours(container.participants().heads(view.session.id), named)
    values: dict[str, Any] = {
        "person": make_person(found, view, locale),
        "entries": _make_entries(
            found.messages,
            [format_time_of(it.created_at, view.session.time_zone, locale.texts) for it in found.messages],
        ),
        "comment": found.comment,
        "before": before,
        "after": after,
        "removes": "remove" in query,
        "news": tell_news(host, locale),
    }
    return render_session_page(host, view, "people", "person.html", **values)


def receive_person(host: HostRequest, session_id: str, person_id: str) -> Response:
    """Takes somebody out of the results, or in again, or removes them."""
    found, named = require_uuid(session_id), require_uuid(person_id, "Participant not found")
    done = change_person(host, found, named, host.form().get("do", ""))
    people = f"{root(host.request)}/sessions/{found}/people"
    return see_other(f"{people}?removed=1" if done == "removed" else f"{people}/{named}?{done}=1")


def _make_entries(messages: Sequence[Message], times: Sequence[str]) -> list[Entry]:
    """Returns these messages as the page shows them; what a message chose belongs to the widget that came last before it."""
    entries, widget = [], None
    for message, at in zip(messages, times, strict=True):
        entry = Entry(message, at)
        if message.widget_spec is not UNSET:
            widget = message.widget_spec
        if message.widget_value is not UNSET:
            value = message.widget_value
            chosen = tuple(map(str, value)) if isinstance(value, list) else (str(value),)
            is_ranked = widget is not None and widget["root"]["type"] == "RankingList"
            entry = Entry(message, at, label_of(widget) if widget else "", chosen, is_ranked)
        entries.append(entry)
    return entries
