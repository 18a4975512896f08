"""A summary on demand."""

from typing import Any

from chalice.app import Blueprint

from chalicelib import container
from chalicelib.api import present
from chalicelib.api.http import Call, Made, endpoint
from chalicelib.api.shapes import Summary
from chalicelib.services.sessions.list_projection import update_cards
from chalicelib.store.sessions import FOR_RESULTS

routes = Blueprint(__name__)


def _summary_again(call: Call, kept: dict[str, Any], session_id: str) -> dict[str, Any]:
    view = call.open(session_id, FOR_RESULTS)
    return present.summary(view, call.now) if kept["written"] else present.summary_to_come(session_id)


@endpoint(
    routes, "POST", "/sessions/{session_id}/summary", answers=Summary, again=_summary_again, also=(202,), errors=(503,)
)
def post_summary(call: Call, session_id: str) -> Made:
    """Rewrite the summary now; 202 where that takes longer than a request may, and goes on."""
    from chalicelib.services.synthesis.on_demand import summarise_now

    call.open(session_id)
    if not summarise_now(session_id, deps=container.synthesis_deps()):
        return Made(present.summary_to_come(session_id), {"written": False}, 202)
    # The caller's list shows the change at once; the queue would take seconds.
    now = container.clock().now()
    update_cards(session_id, sessions=container.sessions(), cards=container.cards(), now=now)
    return Made(present.summary(call.open(session_id, FOR_RESULTS), now), {"written": True})
