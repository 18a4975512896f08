"""How a conversation begins in a private chat, once all is entered: the worker of replies joins the session with it.

What was entered is in the thread from then on, and in the chat no more. Whatever comes twice finds the same thread.
"""

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from chalicelib import container
from chalicelib.clock import Deadline
from chalicelib.errors import Invalid, NotFound, SessionFull, Unavailable
from chalicelib.model.telegram import Attendance, Button, EarlyWords
from chalicelib.services.access.join_pace import TooManyJoins
from chalicelib.services.conversations import join, request_context
from chalicelib.services.conversations.deferred_reply import store_message
from chalicelib.services.conversations.messages import NewMessage
from chalicelib.services.conversations.request_context import AccessEnded, NotInvited, RequestContext, is_open_to
from chalicelib.services.delivery.telegram_html import escape
from chalicelib.telegram import form, form_messages
from chalicelib.telegram.addresses import shorten
from chalicelib.telegram.ended import render_ended
from chalicelib.telegram.joining import NOTHING_ENTERED, NOTHING_KEPT, render_closed, render_left_over
from chalicelib.telegram.participants import participant_in
from chalicelib.telegram.refusals import explain_refusal
from chalicelib.telegram.telling import PrivateChat
from chalicelib.web.kit.disclosures import tell_not_open


class Begun(Struct, frozen=True):
    """A chat in conversation, its opening not yet sent; `sequence` is that of the last words that came too early, 0 without any."""

    chat: PrivateChat
    sequence: int


def begin(chat: PrivateChat, deadline: Deadline) -> Begun | None:
    """Begin the conversation of a chat in the stage `begins`.

    None where it does not begin: what was entered is kept, or asked again, and the person is told. Raises Unavailable where it
    begins later: they are told so once.
    """
    try:
        context = _find(chat)
    except (NotFound, AccessEnded) as error:
        chat.say_of_session(
            escape(chat.texts("bot_forgotten" if isinstance(error, AccessEnded) else "bot_session_removed"))
        )
        chat.change(**NOTHING_KEPT, stage="start")
        return None
    if context.thread is None or context.thread.is_empty:
        if not _may_begin(chat, context):
            return None
        left_over = () if context.thread else form.place_entered(context.view, chat.attended).left_over
        try:
            _join(chat, context, deadline)
        except NotInvited:
            _tell_invited_only(chat)
            return None
        except SessionFull:
            again = Button(chat.texts("try_again"), form_messages.tap(chat.attended.session_id, "again"))
            chat.say_of_session(escape(chat.texts("start_full")), ((again,),))
            chat.change(stage="form")
            return None
        except (TooManyJoins, Unavailable) as error:
            _tell_late(chat, error)
            raise Unavailable("The conversation begins later", error.retry_after) from error
        if left_over:
            chat.say(render_left_over(left_over, chat.texts))
    return _talk(chat)


def _talk(chat: PrivateChat) -> Begun:
    """Has the chat be in conversation from now on. What was said too early is in the thread then, and in the chat no more."""
    stored, refused = dict[str, int](), dict[str, str]()

    def talking(found: Attendance) -> Mapping[str, object]:
        if found.stage != "begins":  # another worker has done this
            return {}
        for said in found.early:
            _store_early(chat, found, said, stored, refused)
        return {**NOTHING_KEPT, "stage": "talks", "feedback": None, "is_late": False}

    changed = chat.change_by(talking)
    for told in refused.values():
        chat.say(told)
    return Begun(changed, max(stored.values(), default=0))


def _store_early(
    chat: PrivateChat, attended: Attendance, said: EarlyWords, stored: dict[str, int], refused: dict[str, str]
) -> None:
    """Notes by its id where a message is stored by now, or what to tell where the session takes it no more."""
    what, deps = NewMessage(said.content, said.message_id), container.conversation_deps_without_model()
    try:
        stored[said.message_id] = store_message(attended.session_id, participant_in(attended), what, deps=deps).sequence
    except Invalid as error:
        refused[said.message_id] = f"{explain_refusal(error, chat.texts)}\n\n<i>{escape(said.content)}</i>"


def _may_begin(chat: PrivateChat, context: RequestContext) -> bool:
    """Says whether the session still takes this person, and what they entered fits its form; else they are told."""
    view, attended = context.view, chat.attended
    if not is_open_to(view.session, container.clock().now(), is_test=False):
        chat.say_of_session(_render_closed(chat, context))
        chat.change(stage="form")
        return False
    if context.thread is None and view.session.access == "invited":
        return _tell_invited_only(chat)
    question = form.find_next(view, attended) if context.thread is None else None
    if question is None:
        return True
    if chat.is_elsewhere:  # what they write goes to another session: they answer once they have chosen this one
        lead = Button(view.session.topic, f"session:{shorten(view.session.id)}")
        chat.say(escape(chat.texts("form_changed")), ((lead,),))
        chat.change(stage="form")
        return False
    asking = form.ask(attended, question, view)
    chat.say(escape(chat.texts("form_changed")))
    chat.say(*form_messages.show_question(view, asking, question, chat.texts))
    chat.change(stage=asking.stage, asked=asking.asked, widget=asking.widget)
    return False


def _tell_invited_only(chat: PrivateChat) -> bool:
    """Say that only people with a personal link can join by now; what was entered is kept, as for a session that ended."""
    chat.say(render_closed(chat.texts("invited_only_text"), chat.attended, chat.texts))
    chat.change(stage="form")
    return False


def _render_closed(chat: PrivateChat, context: RequestContext) -> str:
    session, texts, now = context.view.session, chat.texts, container.clock().now()
    if context.thread and not session.is_draft:
        return render_ended(session, context.thread, texts)
    why = tell_not_open(session, now, texts) if session.is_draft else texts("closed_other")
    return render_closed(why, chat.attended, texts)


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
        chat.say_of_session(
            escape(chat.texts("bot_many_start" if isinstance(error, TooManyJoins) else "bot_opening_late"))
        )
    chat.change(**(NOTHING_ENTERED if _find(chat).thread else {}), is_late=True)


def _find(chat: PrivateChat) -> RequestContext:
    return request_context.find(chat.attended.session_id, chat.who, container.conversation_deps())
