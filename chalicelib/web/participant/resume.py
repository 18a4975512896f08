"""Who a browser is from now on: whose private link it opened, or nobody again.

Either takes a page that asks, and a post that does it. Opening an address changes nothing: a link that somebody sent
would otherwise have a visitor speak, without their knowing, in a conversation that its sender reads.
"""

from chalice.app import Response

from chalicelib.model import Session
from chalicelib.services.conversations.request_context import RequestContext
from chalicelib.web.kit import identity
from chalicelib.web.kit.http import Form, data, is_surely_ours, see_other, with_cookies
from chalicelib.web.kit.page import page
from chalicelib.web.kit.problems import ForeignForm
from chalicelib.web.participant import views
from chalicelib.web.participant.page_request import Visit, visit_of

# The address holds a secret, which goes nowhere. Without any origin the forms of old browsers could not be told from a stranger's.
_REFERRER_POLICY = "strict-origin"


def offer(visit: Visit, link: str, person: str) -> Response:
    """What a private link leads to: the question whether to go on with its conversation here."""
    context = visit.find()
    if elsewhere := _elsewhere(visit, context, person):
        return elsewhere
    response = page(visit.request, "resume.html", session=context.view.session, link=link)
    response.headers["Referrer-Policy"] = _REFERRER_POLICY
    return response


def resume(visit: Visit, form: Form) -> Response:
    """Make this browser the participant of the link. Raises ForeignForm where it is not certain that our page asked."""
    if not is_surely_ours(visit.request):
        raise ForeignForm("Whoever goes on with a conversation says so on our own page")
    person = identity.resumed_by(form.get("r", ""), visit.session_id)
    if person is None:
        return see_other(views.address(visit))
    kept = identity.cookie(visit.request, person, visit.session_id)
    return _elsewhere(visit, visit.find(), person) or see_other(views.address(visit, "resumed"), kept)


def ask_to_forget(visit: Visit, session: Session) -> Response:
    """The question whether this browser is to forget its conversation, with the link to come back by."""
    return page(visit.request, "leave.html", session=session, **views.marks_of(visit))


def forget(visit: Visit) -> Response:
    """Make this browser nobody again. A script is told when that is done."""
    nobody = identity.forgotten(visit.request, visit.session_id)
    if visit.after is None:
        return see_other(views.address(visit), *nobody)
    return with_cookies(data({"notice": None, "kept": False, "retry": False, "reload": True, "left": True}), nobody)


def _elsewhere(visit: Visit, context: RequestContext, person: str) -> Response | None:
    """Where a link leads that asks nothing.

    To the browser's own conversation, which is not exchanged for another one: whoever hands out a link to theirs could
    read along. Or to the start, where the link's conversation was removed.
    """
    if context.thread is not None:
        return see_other(views.address(visit, None if visit.person == person else "refused"))
    is_there = visit_of(visit.request, visit.session_id, person).find().thread is not None
    return None if is_there else see_other(views.address(visit))
