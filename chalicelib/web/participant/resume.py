"""Who a browser is from now on: whose private link it opened, or nobody again.

Either takes a page that asks, and a post that does it. Opening an address changes nothing: a link that somebody sent
would otherwise have a visitor speak, without their knowing, in a conversation that its sender reads.
"""

from chalice.app import Response
from msgspec.structs import replace

from chalicelib import container
from chalicelib.model import Session
from chalicelib.services.conversations.request_context import AccessEnded, RequestContext
from chalicelib.services.conversations.revocation import end_access
from chalicelib.web.kit import identity
from chalicelib.web.kit.http import Form, json_response, see_other, with_cookies
from chalicelib.web.kit.identity import Identity
from chalicelib.web.kit.page import render_page
from chalicelib.web.kit.problems import ForeignForm
from chalicelib.web.kit.request import is_certainly_ours
from chalicelib.web.participant import chat_page
from chalicelib.web.participant.chat_request import ChatRequest, make_chat_request

# The address holds a secret, which goes nowhere. Without any origin the forms of old browsers could not be told from a stranger's.
REFERRER_POLICY = "strict-origin"


def offer(chat: ChatRequest, link: str, named: Identity) -> Response:
    """Returns the page that a private link leads to: it asks whether to go on with the link's conversation here."""
    context = chat.find()
    if elsewhere := _elsewhere(chat, context, named):
        return elsewhere
    response = render_page(chat.request, "resume.html", session=context.view.session, link=link)
    with_cookies(response, [identity.browser_cookie(chat.request, chat.browser)])
    response.headers["Referrer-Policy"] = REFERRER_POLICY
    return response


def resume(chat: ChatRequest, form: Form) -> Response:
    """Makes this browser the participant of the link. Raises ForeignForm where it is not certain that our page asked."""
    if not is_certainly_ours(chat.request):
        raise ForeignForm("Whoever goes on with a conversation says so on our own page")
    named = identity.person_in_link(form.get("r", ""), chat.session_id)
    if named is None:
        return see_other(chat_page.chat_address(chat))
    return _elsewhere(chat, chat.find(), named) or chat_page.land(replace(chat, identity=named), "resumed")


def ask_to_forget(chat: ChatRequest, session: Session) -> Response:
    """Returns the page that asks whether this browser is to forget its conversation, with the link to come back by."""
    return render_page(chat.request, "leave.html", session=session, **chat_page.page_values(chat))


def forget(chat: ChatRequest, form: Form) -> Response:
    """Makes this browser nobody again, and where that is wanted all others that know this conversation, and its links.

    A script is told when that is done.
    """
    if form.get("everywhere"):
        end_access(chat.session_id, chat.who, deps=container.conversation_deps())
    nobody = identity.cookies_of_nobody(chat.request, chat.session_id)
    if chat.after is None:
        return see_other(chat_page.chat_address(chat), *nobody)
    return with_cookies(
        json_response({"notice": None, "kept": False, "retry": False, "reload": True, "left": True}), nobody
    )


def _elsewhere(chat: ChatRequest, context: RequestContext, named: Identity) -> Response | None:
    """Returns where a link leads that asks nothing; None for one that asks.

    To the browser's own conversation, which is not exchanged for another one: whoever hands out a link to theirs could
    read along. Or to the start, where the link's conversation was removed, or the link ended.
    """
    if context.thread is not None:
        return see_other(chat_page.chat_address(chat, None if chat.person == named.person else "refused"))
    return None if _leads_somewhere(chat, named) else see_other(chat_page.chat_address(chat))


def _leads_somewhere(chat: ChatRequest, named: Identity) -> bool:
    try:
        return make_chat_request(chat.request, chat.session_id, named).find().thread is not None
    except AccessEnded:
        return False
