"""The page of a review of the facilitator: what is read, what was found, and rules that go to the prompt once the host has seen them
there. For editors."""

import msgspec
from chalice.app import Response

from chalicelib import container
from chalicelib.errors import Invalid, Unavailable
from chalicelib.model import SessionView
from chalicelib.operations.facilitator_review import FacilitatorReview, review_facilitator
from chalicelib.operations.fields import SessionInput
from chalicelib.services.results.facilitator_review import (
    LEAST_MESSAGES,
    LEAST_THREADS,
    LOW,
    MOST_THREADS,
    choose_threads,
)
from chalicelib.services.usage.budget import BudgetSpent
from chalicelib.store.sessions import FOR_PROMPT_VERSIONS
from chalicelib.web.host.prompt import propose_rules
from chalicelib.web.host.request import HostRequest
from chalicelib.web.host.session_page import open_session, render_session_page
from chalicelib.web.kit.http import Form
from chalicelib.web.kit.page import locale_for


def show_review(
    host: HostRequest, session_id: str, review: FacilitatorReview | None = None, error: str = "", status: int = 200
) -> Response:
    """Returns the page, with a review where there is one: it is in the page alone."""
    view = open_session(host, session_id, FOR_PROMPT_VERSIONS, "editor")
    eligible = len(choose_threads(container.conversations().heads(view.session.id)))
    return render_session_page(
        host,
        view,
        "review",
        "review.html",
        status,
        has_model=container.model_of(view.session).understands,
        eligible=eligible,
        has_enough=eligible >= LEAST_THREADS,
        limits={"messages": LEAST_MESSAGES, "low": LOW, "most": MOST_THREADS, "least": LEAST_THREADS},
        review=review,
        carried=msgspec.json.encode(review).decode() if review else "",
        error=error,
    )


def receive_review(host: HostRequest, session_id: str) -> Response:
    """Reviews the facilitator, or shows what the rules that were ticked would change of the prompt. Stores nothing."""
    form = host.form()
    view = open_session(host, session_id, FOR_PROMPT_VERSIONS, "editor")
    match form.get("do"):
        case "run":
            return _run(host, view, form)
        case "apply":
            return _apply(host, view, form)
        case _:
            raise Invalid("do must be run or apply")


def _run(host: HostRequest, view: SessionView, form: Form) -> Response:
    """Returns the page with a review; where there is none, with the one that it had before."""
    texts = locale_for(host.request, view.session).texts
    try:
        found = host.perform(review_facilitator, SessionInput(session_id=view.session.id))
    except Invalid as error:  # somebody was taken out meanwhile, and the page says how many there are
        return show_review(host, view.session.id, status=error.status)
    except Unavailable as error:
        told = "review_spent" if isinstance(error, BudgetSpent) else "review_unavailable"
        told = told if container.model_of(view.session).understands else "review_no_model"
        return show_review(host, view.session.id, _read_carried(form), texts(told), error.status)
    return show_review(host, view.session.id, found)


def _apply(host: HostRequest, view: SessionView, form: Form) -> Response:
    review = _read_carried(form)
    findings = review.findings if review else []
    rules = [it.rule for number, it in enumerate(findings) if form.get(f"rule.{number}")]
    if not rules:
        told = locale_for(host.request, view.session).texts("review_choose")
        return show_review(host, view.session.id, review, told, Invalid.status)
    return propose_rules(host, view, rules)


def _read_carried(form: Form) -> FacilitatorReview | None:
    """Returns the review that the page had; None where there was none, or it cannot be read."""
    try:
        return msgspec.json.decode(form.get("review", ""), type=FacilitatorReview)
    except msgspec.MsgspecError:
        return None
