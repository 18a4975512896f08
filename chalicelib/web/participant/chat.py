"""The conversation page: what a visitor sees, and where each of its forms leads.

Every post ends in a redirect, and what the page shows follows from what is stored: after a failure, a reload or at a
second device the same. A script sends the same forms, and gets what is new on the page.
"""

from chalice.app import Request, Response

from chalicelib.errors import RateLimited
from chalicelib.web.kit import identity
from chalicelib.web.kit.http import Form, data, read_form, require_allowance
from chalicelib.web.kit.request import require_uuid
from chalicelib.web.participant import actions, join_form, resume, views
from chalicelib.web.participant.page_request import Visit, visit_of
from chalicelib.web.participant.views import Draft, Told

TOKEN_HEADER = "x-harmonica-token"  # says which conversation the page of a script shows


def show(request: Request) -> Response:
    """The page as it stands for this visitor."""
    require_allowance(request)
    query = request.query_params or {}
    session_id = require_uuid(query.get("s") or "")
    visit = visit_of(request, session_id, identity.known(request, session_id))
    if person := identity.resumed_by(link := query.get("r", ""), session_id):
        return resume.offer(visit, link, person)
    context = visit.find()
    if context.thread and "leave" in query:
        return resume.ask_to_forget(visit, context.view.session)
    return views.current(visit, context.view, visit.conversation(context), Told(done=query.get("told")))


def news(request: Request) -> Response:
    """What a script does not have on its page yet."""
    require_allowance(request)
    query = request.query_params or {}
    session_id = require_uuid(query.get("s") or "")
    known = identity.known(request, session_id)
    visit = visit_of(request, session_id, known, _after(request))
    if not identity.is_of_page(request.headers.get(TOKEN_HEADER, ""), visit.person, session_id):
        return _of_another(visit, is_known=known is not None)
    view, thread = visit.read()
    return views.current(visit, view, thread)


def receive(request: Request) -> Response:
    """A posted form, from a browser."""
    return _receive(request, None)


def receive_from_script(request: Request) -> Response:
    """A posted form, from a script."""
    return _receive(request, _after(request))


def _receive(request: Request, after: int | None) -> Response:
    form = read_form(request)
    session_id = require_uuid(form.get("s", ""))
    known = identity.known(request, session_id)
    visit = visit_of(request, session_id, known, after)
    try:
        require_allowance(request)
    except RateLimited as error:
        if "content" not in form:
            raise
        notice = visit.voice(None).texts("slow_turns", seconds=round(error.retry_after))
        return views.unsaved(visit, Draft(form["content"], form.get("message_id")), notice, error)
    if form.get("do") == "resume":
        return resume.resume(visit, form)
    if not {"do", "content"} & form.keys():
        return join_form.join(visit, form, is_known=known is not None)
    return _speak(visit, form, is_known=known is not None)


def _speak(visit: Visit, form: Form, *, is_known: bool) -> Response:
    """What a form of a conversation does, where that is the one of this browser."""
    if not is_known or not identity.is_of_page(form.get("token", ""), visit.person, visit.session_id):
        return _of_another(visit, form.get("content", ""), is_known=is_known)
    if form.get("do") == "leave":
        return resume.forget(visit)
    if form.get("do") == "done":
        return actions.end(visit)
    if form.get("do") == "rate":
        return actions.rate(visit, form)
    return actions.choose(visit, form) if form.get("do") == "choose" else actions.say(visit, form)


def _of_another(visit: Visit, words: str = "", *, is_known: bool) -> Response:
    """For a page that is not this browser's conversation: whose it is cannot be told, and the words go back to who wrote them.

    The page of a script may still show somebody else's conversation: it is loaded anew, and gets nothing of this one.
    """
    context = visit.find()
    notice = visit.voice(context.view.session).texts("other_person" if is_known else "unknown_browser")
    if visit.after is not None:
        return data({"notice": notice, "kept": False, "retry": False, "reload": True}, 403)
    thread = visit.conversation(context) if is_known else None
    return views.current(visit, context.view, thread, Told(notice, Draft(words) if words else None, status=403))


def _after(request: Request) -> int:
    given = (request.query_params or {}).get("after", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 9 else 0
