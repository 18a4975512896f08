"""The page of a session's summary: how current it is, what it says, and, for editors, a button that has it written now."""

from typing import Any

from chalice.app import Response

from chalicelib import container
from chalicelib.errors import Unavailable
from chalicelib.operations.fields import SessionInput
from chalicelib.operations.results import write_summary
from chalicelib.operations.sessions import read_current
from chalicelib.services.synthesis.state import summary_status
from chalicelib.services.synthesis.visibility import LEAST, results_for
from chalicelib.services.usage.budget import BudgetSpent
from chalicelib.web.host.repetition import perform_once
from chalicelib.web.host.request import HostRequest, root
from chalicelib.web.host.session_page import make_reader, open_session, render_session_page
from chalicelib.web.host.telegram_groups import find_chosen_group
from chalicelib.web.kit.http import see_other
from chalicelib.web.kit.page import HEADERS, locale_for
from chalicelib.web.kit.request import number_in_link, require_uuid
from chalicelib.web.results.summary import PARTS, show_summary

LOOKS_FOR = 180  # seconds, a page that waits for a summary to be written
_NOTHING_NEW = 204  # to which htmx changes nothing


def show(host: HostRequest, session_id: str, notice: str = "", status: int = 200) -> Response:
    """Returns the summary."""
    now, query = container.clock().now(), host.request.query_params or {}
    waited_since = number_in_link(query.get("since", ""))
    view = open_session(host, session_id, PARTS)
    if waited_since is None:  # a page that waits shows what it waited for, however much was said since
        view = read_current(view, now)
    state, locale = summary_status(view, now), locale_for(host.request, view.session)
    if state == "updating" and waited_since is not None and now.timestamp() < waited_since + LOOKS_FOR:
        return Response("", HEADERS, _NOTHING_NEW)
    values: dict[str, Any] = {
        **show_summary(view, make_reader(host, view)),
        "summary_state": state,
        "session_has_people": view.tally.participants > 0,
        "waits_since": int(now.timestamp()) if state == "updating" and waited_since is None else 0,
        "has_model": container.model_of(view.session).understands,
        "few": results_for(view, "viewer").few,
        "least": LEAST,
        "notice": notice,
        "once": container.new_id(),
        "group": find_chosen_group(host, query.get("group")),
        "news": locale.texts("summary_written") if "written" in query and state == "current" else "",
    }
    return render_session_page(host, view, "summary", "summary.html", status, **values)


def receive(host: HostRequest, session_id: str) -> Response:
    """Has the summary written; where that takes longer than a request may, the page waits for it."""
    found, form = require_uuid(session_id), host.form()
    try:
        done = perform_once(host, write_summary, SessionInput(session_id=found), form.get("once", ""))
    except Unavailable as error:
        texts = locale_for(host.request).texts
        told = "summary_spent" if isinstance(error, BudgetSpent) else "summary_unavailable"
        return show(host, found, texts(told), error.status)
    return see_other(f"{root(host.request)}/sessions/{found}/summary{'?written=1' if done['written'] else ''}")
