"""The page for somebody whom the pace of new conversations lets in a little later: it goes on by itself.

What was entered waits in a cookie, and is let in by the page that is loaded then, without a script. Where no cookie can hold
it, or the browser keeps none, it waits in the page, which has a button.
"""

from zlib import crc32

from chalice.app import Response

from chalicelib.model import Session
from chalicelib.services.access.join_pace import TooManyJoins
from chalicelib.web.kit import identity
from chalicelib.web.kit.http import Form, with_cookies
from chalicelib.web.kit.page import render_page, with_retry_after
from chalicelib.web.participant.chat_page import chat_address
from chalicelib.web.participant.chat_request import ChatRequest

_SPREAD = 15  # seconds over which those who wait come back: all at once, most would wait once more


def show_waiting(chat: ChatRequest, session: Session, form: Form, error: TooManyJoins) -> Response:
    """Returns the page with this form. It waits as this person's, whoever it named: what waits is let in as surely ours."""
    form = form | {"s": chat.session_id, "who": identity.form_token(chat.identity, chat.session_id)}
    seconds = round(error.retry_after) + crc32(chat.person.encode()) % _SPREAD
    kept = (
        identity.waiting_cookie(chat.request, form, chat.session_id) if identity.keeps_cookies(chat.request) else None
    )
    response = render_page(
        chat.request,
        "waiting.html",
        error.status,
        session=session,
        fields=form,
        seconds=seconds,
        goes_on=kept is not None,
    )
    if kept:
        response.headers["Refresh"] = f"{seconds}; url={chat_address(chat)}"
        with_cookies(response, [kept])
    return with_retry_after(response, error)
