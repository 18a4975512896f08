"""Requests to the chat page: a visitor opens it, and each of its forms is handed to what it does.

Every post ends in a redirect, and what the page shows follows from what is stored: after a failure, a reload or at a
second device the same. A script sends the same forms, and gets what is new on the page.
"""

from collections.abc import Callable, Mapping

from chalice.app import Request, Response

from chalicelib.errors import RateLimited
from chalicelib.services.conversations.request_context import AccessEnded
from chalicelib.services.delivery.reminder_job import OPENED
from chalicelib.web.kit import identity
from chalicelib.web.kit.http import Form, json_response, read_form, require_allowance, see_other
from chalicelib.web.kit.request import is_certainly_ours, is_test_run, require_uuid, token_in_link
from chalicelib.web.participant import (
    actions,
    chat_page,
    invitation,
    join,
    own_words,
    reminders,
    resume,
    test_run,
    transcript,
)
from chalicelib.web.participant.chat_page import ActionOutcome, Draft
from chalicelib.web.participant.chat_request import ChatRequest, make_chat_request

WIDGET_ACTIONS = ("choose", "change")
TOKEN_HEADER = "x-harmonica-token"  # says which conversation the page of a script shows


def show_page(request: Request, session_id: str) -> Response:
    """Returns the page as it stands for this visitor."""
    query = request.query_params or {}

    def show(chat: ChatRequest, is_known: bool) -> Response:
        if chat.tester:
            return _show_conversation(chat, query)
        if landed := identity.person_landing(token_in_link(query.get("landed", "")), session_id):
            if is_known:
                return see_other(chat_page.chat_address(chat, query.get("told")))
            return chat_page.show_landing(chat, chat.find().view.session, landed)
        if linked := identity.invited_person(token_in_link(query.get("i", "")), session_id):
            return invitation.open_link(chat, linked[0], by_hand=linked[1])
        if waiting := identity.find_waiting_form(request, session_id):
            return join.join(chat, waiting, is_ours=True)
        if named := identity.person_in_link(link := token_in_link(query.get("r", "")), session_id):
            if OPENED in query:
                reminders.note_opened(chat, named)
            return resume.offer(chat, link, named)
        return _show_conversation(chat, query)

    return _answer(request, session_id, None, show)


def _show_conversation(chat: ChatRequest, query: Mapping[str, str]) -> Response:
    """Returns the page of this person's conversation that the address asks for; where none has begun, what leads to one."""
    context = chat.find()
    if context.thread and own_words.WORDS in query:
        return own_words.show_own_words(chat, context, query[own_words.WORDS])
    if context.thread and "leave" in query and not chat.tester:
        return resume.ask_to_forget(chat, context.view.session)
    return chat_page.show_chat(chat, context.view, chat.conversation(context), ActionOutcome(done=query.get("told")))


def show_news(request: Request) -> Response:
    """Returns what a script does not have on its page yet."""
    require_allowance(request)
    query = request.query_params or {}
    session_id = require_uuid(query.get("s") or "")

    def show(chat: ChatRequest, _: bool) -> Response:
        if not identity.is_page_of(request.headers.get(TOKEN_HEADER, ""), chat.person, session_id):
            return _refuse_other_person(chat)
        view, thread = chat.read()
        return chat_page.show_chat(chat, view, thread)

    return _answer(request, session_id, _last_seen_sequence(request), show)


def receive_form(request: Request) -> Response:
    """Takes a posted form from a browser."""
    return _receive(request, None)


def receive_form_from_script(request: Request) -> Response:
    """Takes a posted form from a script."""
    return _receive(request, _last_seen_sequence(request))


def _answer(
    request: Request, session_id: str, after: int | None, answer: Callable[[ChatRequest, bool], Response]
) -> Response:
    """Answers as the person whom this browser's cookie names; where its participant ended that, as nobody whom we know."""
    if is_test_run(request):
        return test_run.answer_tester(request, session_id, after, lambda chat: answer(chat, True))
    named = identity.find_person(request, session_id)
    try:
        return answer(make_chat_request(request, session_id, named, after), named is not None)
    except AccessEnded:
        return answer(make_chat_request(request, session_id, None, after), False)


def _receive(request: Request, after: int | None) -> Response:
    form = read_form(request)
    session_id = require_uuid(form.get("s", ""))

    def take(chat: ChatRequest, is_known: bool) -> Response:
        try:
            require_allowance(request)
        except RateLimited as error:
            if "content" not in form:
                raise
            notice = actions.explain_failure(error, chat.locale(None).texts)
            return chat_page.show_unsaved(chat, Draft(form["content"], form.get("message_id")), notice, error)
        if form.get("do") == "resume" and not chat.tester:
            return resume.resume(chat, form)
        if not {"do", "content"} & form.keys():
            return join.join(chat, form, is_ours=is_certainly_ours(request))
        return _handle_form(chat, form, is_known=is_known)

    return _answer(request, session_id, after, take)


def _handle_form(chat: ChatRequest, form: Form, *, is_known: bool) -> Response:
    """Does what a form of a conversation says, where that conversation is this browser's."""
    if not is_known or not identity.is_page_of(form.get("token", ""), chat.person, chat.session_id):
        return _refuse_other_person(chat, form.get("content") or form.get("comment", ""))
    if chat.tester and (do := form.get("do", "")) in (test_run.START_AGAIN, test_run.THROW_AWAY):
        return test_run.remove_test_run(chat, do)
    if form.get("do") == "leave" and not chat.tester:
        return resume.forget(chat, form)
    if form.get("do") == "done":
        return actions.conclude(chat)
    if form.get("do") in reminders.ACTIONS:
        return reminders.change(chat, form)
    if form.get("do") == "rate":
        return actions.rate_conversation(chat, form)
    if form.get("do") == "transcript":
        return transcript.receive_address(chat, form)
    return actions.answer_widget(chat, form) if form.get("do") in WIDGET_ACTIONS else actions.send_message(chat, form)


def _refuse_other_person(chat: ChatRequest, content: str = "") -> Response:
    """Answers a page that is not of this browser's conversation: whose it is cannot be said, and the words go back to who wrote them.

    The page of a script may still show somebody else's conversation: it is loaded anew, and gets nothing of this one.
    """
    context = chat.find()
    notice = chat.locale(context.view.session).texts("other_person" if context.thread else "unknown_browser")
    if chat.after is not None:
        return json_response({"notice": notice, "kept": False, "retry": False, "reload": True}, 403)
    return chat_page.show_chat(
        chat,
        context.view,
        chat.conversation(context),
        ActionOutcome(notice, Draft(content) if content else None, status=403),
    )


def _last_seen_sequence(request: Request) -> int:
    given = (request.query_params or {}).get("after", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 9 else 0
