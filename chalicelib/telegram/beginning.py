"""How a conversation begins in a private chat, once all is entered: the worker of replies joins the session with it.

What was entered is in the thread from then on, and in the chat no more. Whatever comes twice finds the same thread.
"""

from collections.abc import Callable

from msgspec.structs import replace

from chalicelib import container
from chalicelib.clock import Deadline
from chalicelib.errors import Invalid, NotFound, SessionFull, Unavailable
from chalicelib.model import Session, Thread
from chalicelib.model.telegram import Attendance, Button, Buttons, Chat, Send
from chalicelib.services.access.join_pace import TooManyJoins
from chalicelib.services.conversations import join, request_context
from chalicelib.services.conversations.request_context import AccessEnded, RequestContext, is_open_to
from chalicelib.services.delivery.telegram_html import escape
from chalicelib.services.participants.identity import Participant
from chalicelib.telegram import form, form_messages
from chalicelib.telegram.joining import cleared_of_entries
from chalicelib.telegram.languages import choose_texts
from chalicelib.telegram.participants import participant_in
from chalicelib.web.kit.texts import Texts

_TRIES = 3


def begin(chat_id: int, chat: Chat, attended: Attendance, deadline: Deadline) -> Attendance | None:
    """Begin the conversation of an attendance in the stage `begins`; gives it as it is in conversation, its opening not yet sent.

    None where it does not begin: what was entered is kept, or asked again, and the person is told. Raises Unavailable where it
    begins later: they are told so once.
    """
    language = chat.language or attended.language
    who = participant_in(attended, language)
    try:
        context = request_context.find(attended.session_id, who, container.conversation_deps())
    except (NotFound, AccessEnded):
        _say(chat_id, choose_texts(language)("missing_text"))
        _change(attended, lambda it: replace(cleared_of_entries(it), stage="start"))
        return None
    texts = choose_texts(language, context.view.session.language)
    if context.thread is None or context.thread.is_empty:
        if not _may_begin(chat_id, attended, context, texts):
            return None
        try:
            _join(attended, who, context, deadline)
        except SessionFull:
            again = Button(texts("try_again"), form_messages.tap(attended.session_id, "again"))
            _say(chat_id, texts("start_full"), ((again,),))
            _change(attended, lambda it: replace(it, stage="form"))
            return None
        except (TooManyJoins, Unavailable) as error:
            _tell_late(chat_id, attended, who, texts, error)
            raise Unavailable("The conversation begins later", error.retry_after) from error
    return _change(attended, lambda it: replace(cleared_of_entries(it), stage="talks", is_late=False))


def _may_begin(chat_id: int, attended: Attendance, context: RequestContext, texts: Texts) -> bool:
    """Says whether the session still takes this person, and what they entered fits its form; else they are told."""
    view = context.view
    if not is_open_to(view.session, container.clock().now(), is_test=False):
        _say(chat_id, _tell_closed(view.session, attended, context, texts))
        _change(attended, lambda it: replace(it, stage="form"))
        return False
    question = form.find_next(view, attended) if context.thread is None else None
    if question is None:
        return True
    shown = form_messages.show_question(view, form.ask(attended, question, view), question, texts)
    _say(chat_id, texts("form_changed"))
    container.telegram_api().send(Send(chat_id, *shown))
    _change(attended, lambda it: form.ask(it, question, view))
    return False


def _tell_closed(session: Session, attended: Attendance, context: RequestContext, texts: Texts) -> str:
    if context.thread:
        return texts("not_open_text" if session.is_draft else "closed_mine")
    why = texts("not_open_text" if session.is_draft else "closed_other")
    return f"{why}\n\n{texts('bot_closed_kept')}" if attended.entered else why


def _join(attended: Attendance, who: Participant, context: RequestContext, deadline: Deadline) -> None:
    """Join with what was entered. Whoever joined meanwhile, by another try of this, has done so."""
    filled = form.place_entered(context.view, attended)
    asked = replace(context, view=replace(context.view, questions=filled.questions))
    try:
        join.begin(asked, who, filled.given, filled.kept, deps=container.conversation_deps(), deadline=deadline)
    except Invalid as error:
        thread = _find_thread(attended, who)
        if isinstance(error, SessionFull) or thread is None or thread.is_empty:
            raise


def _tell_late(
    chat_id: int, attended: Attendance, who: Participant, texts: Texts, error: TooManyJoins | Unavailable
) -> None:
    """Say, once, that the conversation begins later. Where its thread has what was entered by now, the chat has it no more."""
    if not attended.is_late:
        _say(chat_id, texts("bot_many_start" if isinstance(error, TooManyJoins) else "bot_opening_late"))
    is_stored = _find_thread(attended, who) is not None
    _change(attended, lambda it: replace(cleared_of_entries(it) if is_stored else it, is_late=True))


def _find_thread(attended: Attendance, who: Participant) -> Thread | None:
    return request_context.find(attended.session_id, who, container.conversation_deps()).thread


def _say(chat_id: int, text: str, buttons: Buttons = ()) -> None:
    container.telegram_api().send(Send(chat_id, escape(text), buttons))


def _change(attended: Attendance, make: Callable[[Attendance], Attendance]) -> Attendance:
    """Store an attendance as it is from now on, made of what it is by then."""
    chats, now = container.telegram_chats(), container.clock().now()
    for _ in range(_TRIES):
        changed = make(attended)
        if chats.change(changed, now):
            return replace(changed, version=changed.version + 1)
        found = chats.attendance(attended.token, attended.session_id)
        if found is None:
            raise NotFound("This chat takes part in the session no more")
        attended = found
    raise Unavailable("Updates of this chat are being done; try again")
