"""The test run of a session: what participants are going to see, for an editor who is signed in. It counts nowhere."""

from collections.abc import Callable
from contextlib import suppress
from urllib.parse import urlencode

from chalice.app import Request, Response
from msgspec import Struct

from chalicelib import container
from chalicelib.errors import NotFound, Unauthorized
from chalicelib.services.participants.decisions import remove_participant
from chalicelib.web.kit.http import json_response, see_other
from chalicelib.web.kit.login import find_login, require_rate
from chalicelib.web.kit.page import locale_for
from chalicelib.web.participant.chat_request import ChatRequest, make_test_request

START_AGAIN, THROW_AWAY = "restart", "discard"  # what the forms of its banner do


class Banner(Struct, frozen=True):
    """What stands above a test run: whether it has begun, and whether it is shown beside what it tests."""

    has_begun: bool
    is_framed: bool


def answer_tester(
    request: Request, session_id: str, after: int | None, answer: Callable[[ChatRequest], Response]
) -> Response:
    """Answers as whoever is signed in; sends everybody else to sign in, and back."""
    tester = find_login(request)
    if tester:
        require_rate(tester)  # no pace of participants holds for a test run
        return answer(make_test_request(request, session_id, tester, after))
    if after is not None:
        notice = locale_for(request).texts("test_signed_out")
        return json_response({"notice": notice, "kept": False, "retry": False}, Unauthorized.status)
    return see_other(f"sign-in?{urlencode({'next': f'/chat?s={session_id}&test=1'})}")


def make_banner(chat: ChatRequest, *, has_begun: bool) -> Banner | None:
    """Returns what says that this is a test run; None for anybody's conversation."""
    is_framed = chat.request.headers.get("sec-fetch-dest") == "iframe"
    return Banner(has_begun, is_framed) if chat.tester else None


def remove_test_run(chat: ChatRequest, do: str) -> Response:
    """Removes the test run for good, and leads to its beginning, or back to the session."""
    context = chat.find()
    _, found = container.participants().find(chat.session_id, context.thread_id)
    if found:
        with suppress(NotFound):  # the button was pressed twice
            remove_participant(context.view.session, found, deps=container.participant_deps())
    return see_other(chat.address if do == START_AGAIN else f"sessions/{chat.session_id}")
