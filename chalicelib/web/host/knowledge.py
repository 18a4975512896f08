"""The page of what a session came to know: decisions, tensions, actions and claims, each with the words that it rests on."""

from typing import Any

from chalice.app import Response

from chalicelib import container
from chalicelib.errors import Conflict, Invalid, Unavailable
from chalicelib.model import SessionView
from chalicelib.operations.fields import SessionInput
from chalicelib.operations.knowledge import generate_knowledge
from chalicelib.services.usage.budget import BudgetSpent
from chalicelib.store.sessions import FOR_RESULTS
from chalicelib.web.host.page import ZONE
from chalicelib.web.host.request import HostRequest, root
from chalicelib.web.host.session_page import open_session, render_session_page
from chalicelib.web.kit.http import see_other
from chalicelib.web.kit.page import locale_for
from chalicelib.web.kit.texts import format_time_with_zone

DONE = ("done", "same")


def show_knowledge(host: HostRequest, session_id: str, error: str = "", status: int = 200) -> Response:
    """Returns the page."""
    view = open_session(host, session_id, FOR_RESULTS)
    texts = locale_for(host.request, view.session).texts
    stored = container.knowledge().of_each([view.session.id]).get(view.session.id)
    done = (host.request.query_params or {}).get("done", "")
    values: dict[str, Any] = {
        "knowledge": stored,
        "is_old": bool(stored and view.summary and stored.summary_at != view.summary.generated_at),
        "has_summary": view.summary is not None,
        "has_model": container.model_of(view.session).understands,
        "made_at": format_time_with_zone(stored.generated_at, view.session.time_zone or ZONE, texts) if stored else "",
        "news": texts(f"knowledge_{done}") if done in DONE else "",
        "error": error,
    }
    return render_session_page(host, view, "knowledge", "knowledge.html", status, **values)


def receive_knowledge(host: HostRequest, session_id: str) -> Response:
    """Has it collected."""
    host.form()  # one that no page of ours made for this host is refused
    view = open_session(host, session_id, FOR_RESULTS, "editor")
    try:
        found = host.perform(generate_knowledge, SessionInput(session_id=view.session.id))
    except Invalid as error:  # the summary went offline meanwhile, and the page says so
        return show_knowledge(host, view.session.id, status=error.status)
    except (Unavailable, Conflict) as error:
        return show_knowledge(host, view.session.id, _explain(host, view, error), error.status)
    done = "same" if found.status == "skipped" else "done"
    return see_other(f"{root(host.request)}/sessions/{view.session.id}/knowledge?done={done}")


def _explain(host: HostRequest, view: SessionView, error: Unavailable | Conflict) -> str:
    texts = locale_for(host.request, view.session).texts
    return texts("knowledge_spent" if isinstance(error, BudgetSpent) else "knowledge_unavailable")
