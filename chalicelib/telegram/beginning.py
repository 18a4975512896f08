"""How a conversation begins in a private chat, once all is entered: the worker of replies joins the session with it.

What was entered is in the thread from then on, and in the chat no more. Whatever comes twice finds the same thread.
"""

from msgspec.structs import replace

from chalicelib import container
from chalicelib.clock import Deadline
from chalicelib.errors import Invalid, NotFound, SessionFull, Unavailable
from chalicelib.model.telegram import Button
from chalicelib.services.access.join_pace import TooManyJoins
from chalicelib.services.conversations import join, request_context
from chalicelib.services.conversations.request_context import AccessEnded, NotInvited, RequestContext, is_open_to
from chalicelib.services.delivery.telegram_html import escape
from chalicelib.telegram import form, form_messages
from chalicelib.telegram.ended import render_ended
from chalicelib.telegram.joining import NOTHING_ENTERED
from chalicelib.telegram.telling import PrivateChat
from chalicelib.web.kit.disclosures import tell_not_open


def begin(chat: PrivateChat, deadline: Deadline) -> PrivateChat | None:
    """Begin the conversation of a chat in the stage `begins`; gives it as it is in conversation, its opening not yet sent.

    None where it does not begin: what was entered is kept, or asked again, and the person is told. Raises Unavailable where it
    begins later: they are told so once.
    """
    try:
        context = _find(chat)
    except (NotFound, AccessEnded):
        chat.say(escape(chat.texts("missing_text")))
        chat.change(**NOTHING_ENTERED, stage="start")
        return None
    if context.thread is None or context.thread.is_empty:
        if not _may_begin(chat, context):
            return None
        try:
            _join(chat, context, deadline)
        except NotInvited:
            _tell_invited_only(chat)
            return None
        except SessionFull:
            again = Button(chat.texts("try_again"), form_messages.tap(chat.attended.session_id, "again"))
            chat.say(escape(chat.texts("start_full")), ((again,),))
            chat.change(stage="form")
            return None
        except (TooManyJoins, Unavailable) as error:
            _tell_late(chat, error)
            raise Unavailable("The conversation begins later", error.retry_after) from error
    return chat.change(**NOTHING_ENTERED, stage="talks", feedback=None, is_late=False)


def _may_begin(chat: PrivateChat, context: RequestContext) -> bool:
    """Says whether the session still takes this person, and what they entered fits its form; else they are told."""
    view, attended = context.view, chat.attended
    if not is_open_to(view.session, container.clock().now(), is_test=False):
        chat.say(_tell_closed(chat, context))
        chat.change(stage="form")
        return False
    if context.thread is None and view.session.access == "invited":
        return _tell_invited_only(chat)
    question = form.find_next(view, attended) if context.thread is None else None
    if question is None:
        return True
    asking = form.ask(attended, question, view)
    chat.say(escape(chat.texts("form_changed")))
    chat.say(*form_messages.show_question(view, asking, question, chat.texts))
    chat.change(stage=asking.stage, asked=asking.asked, widget=asking.widget)
    return False


def _tell_invited_only(chat: PrivateChat) -> bool:
    """Say that only people with a personal link can join by now; what was entered is kept, as for a session that ended."""
    kept = f"\n\n{chat.texts('bot_closed_kept')}" if chat.attended.entered else ""
    chat.say(escape(chat.texts("invited_only_text") + kept))
    chat.change(stage="form")
    return False


def _tell_closed(chat: PrivateChat, context: RequestContext) -> str:
    is_draft, texts = context.view.session.is_draft, chat.texts
    if context.thread and not is_draft:
        return render_ended(context.view.session, context.thread, texts)
    session, now = context.view.session, container.clock().now()
    why = escape(tell_not_open(session, now, texts) if is_draft else texts("closed_other"))
    has_entered = chat.attended.entered and not context.thread
    return f"{why}\n\n{escape(texts('bot_closed_kept'))}" if has_entered else why


def _join(chat: PrivateChat, context: RequestContext, deadline: Deadline) -> None:
    """Join with what was entered. Whoever joined meanwhile, by another try of this, has done so."""
    filled = form.place_entered(context.view, chat.attended)
    asked = replace(context, view=replace(context.view, questions=filled.questions))
    try:
        join.begin(asked, chat.who, filled.given, filled.kept, deps=container.conversation_deps(), deadline=deadline)
    except Invalid as error:
        thread = _find(chat).thread
        if isinstance(error, SessionFull) or thread is None or thread.is_empty:
            raise


def _tell_late(chat: PrivateChat, error: TooManyJoins | Unavailable) -> None:
    """Say, once, that the conversation begins later. Where its thread has what was entered by now, the chat has it no more."""
    if not chat.attended.is_late:
        chat.say(escape(chat.texts("bot_many_start" if isinstance(error, TooManyJoins) else "bot_opening_late")))
    chat.change(**(NOTHING_ENTERED if _find(chat).thread else {}), is_late=True)


def _find(chat: PrivateChat) -> RequestContext:
    return request_context.find(chat.attended.session_id, chat.who, container.conversation_deps())
