"""What the page of a conversation tells at its end: whether the recap is there, what happens next, and where results are to come."""

from typing import Any

from msgspec import Struct

from chalicelib import container
from chalicelib.model import Session, ThreadView
from chalicelib.services.conversations.feedback import lacks_recap
from chalicelib.services.conversations.request_context import is_open_to
from chalicelib.services.results.sections import has_results_for
from chalicelib.services.synthesis.visibility import LEAST, has_taken_part
from chalicelib.web.kit.texts import Texts, format_time_with_zone
from chalicelib.web.participant.chat_request import ChatRequest


class NextStep(Struct, frozen=True):
    """A sentence on what becomes of it all, with the symbol beside it."""

    icon: str
    told: str


class EndPanel(Struct, frozen=True):
    """What is told at the end.

    `results` is the address of the results for whoever may see them, `has_results` whether there is anything to see by now.
    """

    lacks_recap: bool
    steps: tuple[NextStep, ...]
    results: str
    has_results: bool


def end_values(
    chat: ChatRequest, session: Session, thread: ThreadView | None, texts: Texts, *, is_turn: bool = False
) -> dict[str, Any]:
    """Returns what the end of a conversation shows, or that of its session; nothing while both go on.

    The answer to a turn (`is_turn`) has no round trip left to look whether there are results: it has their link to keep.
    """
    is_open = is_open_to(session, container.clock().now(), is_test=chat.tester is not None)
    if thread is None or not (thread.thread.concluded or not is_open):
        return {"end": None, "has_results": False}
    results = "" if chat.tester else results_address(session, thread)
    sessions, now = container.sessions(), container.clock().now()
    has_results = bool(results and not is_turn) and has_results_for(session, thread.thread, sessions=sessions, now=now)
    panel = EndPanel(
        is_open and lacks_recap(thread), _list_steps(session, texts, bool(results), has_results), results, has_results
    )
    return {"end": panel, "has_results": has_results}


def results_address(session: Session, thread: ThreadView | None) -> str:
    """Returns the address of the results; empty where this person does not see them yet, or ever."""
    seen_by = session.results_shown_to
    took_part = thread is not None and has_taken_part(session, thread.thread, container.clock().now())
    allowed = seen_by == "public" or (seen_by == "participants" and took_part)
    return f"results?s={session.id}" if allowed else ""


def _list_steps(session: Session, texts: Texts, sees_results: bool, has_results: bool) -> tuple[NextStep, ...]:
    steps = [NextStep("reader", texts("end_readers"))]
    now = container.clock().now()
    is_over = session.status_at(now) == "completed"
    if not is_over:
        closes = session.closes_at and format_time_with_zone(session.closes_at, session.time_zone, texts)
        steps.append(NextStep("time", texts("end_closes", time=closes) if closes else texts("end_stays_open")))
    if has_results:
        steps.append(NextStep("results", texts("end_results_now")))
    elif sees_results:
        told = texts("end_results_over") if is_over else texts("end_results_few", count=LEAST)
        steps.append(NextStep("results", told))
    elif session.results_shown_to == "host":
        steps.append(NextStep("results", texts("end_results_host")))
    return tuple(steps)
