"""What the worker of replies does: begin a conversation, reply in it, end it, and bring the chat up to date with it."""

from collections.abc import Sequence

from chalicelib import container
from chalicelib.clock import TURN_SECONDS, Deadline
from chalicelib.errors import Forbidden, Invalid, NotFound, Unavailable
from chalicelib.model import Message
from chalicelib.model.jobs import ReplyInChat
from chalicelib.services.conversations import feedback, request_context
from chalicelib.services.conversations.deferred_reply import reply_to_stored
from chalicelib.services.usage.budget import BudgetSpent, SessionBudgetSpent
from chalicelib.settings import settings
from chalicelib.telegram import beginning, receipt, reminders
from chalicelib.telegram.addresses import chat_token
from chalicelib.telegram.ended import render_ended
from chalicelib.telegram.telling import PrivateChat, bring_up_to_date, private_chat
from chalicelib.telegram.typing import Typing
from chalicelib.telegram_api import ChatGone


def reply_in_chat(job: ReplyInChat, deadline: Deadline) -> None:
    """Do what is due of this session in this chat. Raises Unavailable or Conflict where it has to be done later.

    While somebody has blocked the bot, nothing is: what they said waits until they write again.
    """
    chats = container.telegram_chats()
    view = chats.view(chat_token(job.chat_id, container.deployment_secret()), container.clock().now())
    attended = view.attended.get(job.session_id)
    if attended is None or view.chat.is_blocked:
        return
    chat = private_chat(job.chat_id, view.chat, attended)
    deadline = container.clock().deadline(min(TURN_SECONDS, deadline.remaining()))
    try:
        if attended.stage == "begins":
            _begin(chat, deadline)
        elif attended.stage in ("talks", "ends"):
            _go_on(chat, job, deadline)
    except ChatGone:
        chats.block(attended.token, container.clock().now())
    except (Forbidden, NotFound):
        return  # they had it forgotten, or the host removed them: whatever they write next is answered so


def _begin(chat: PrivateChat, deadline: Deadline) -> None:
    with Typing(chat.chat_id) as typing:
        typing.begin()
        begun = beginning.begin(chat, deadline)
    if begun is None:
        return
    receipt.offer(begun.chat)
    bring_up_to_date(begun.chat)
    reminders.offer(begun.chat)
    if begun.sequence:  # where this ends before, the job comes again and does what the conversation waits for
        job = ReplyInChat(chat.chat_id, chat.attended.session_id, begun.sequence)
        container.jobs().reply_in_chat(job, settings().reply_delay)


def _go_on(chat: PrivateChat, job: ReplyInChat, deadline: Deadline) -> None:
    """Do what the conversation waits for, and send what is new in it."""
    try:
        if chat.attended.stage == "ends" and not chat.find().begun.concluded:
            _conclude(chat, deadline)
        else:
            _reply(chat, job, deadline)
    except Unavailable as error:
        _tell_late(chat, error)
        if isinstance(error.__cause__, SessionBudgetSpent):
            return  # which does not come back by itself
        raise
    bring_up_to_date(chat, repeats=job.repeats)


def _reply(chat: PrivateChat, job: ReplyInChat, deadline: Deadline) -> None:
    with Typing(chat.chat_id) as typing:

        def is_due(waiting: Sequence[Message]) -> bool:
            """Later words from this chat have a job of their own."""
            last = waiting[-1]
            is_own = (last.message_id or "").startswith(f"{chat.attended.token}.")
            if job.sequence and last.sequence > job.sequence and is_own:
                return False
            typing.begin()
            return True

        deps = container.conversation_deps()
        try:
            reply_to_stored(chat.attended.session_id, chat.who, is_due, deps=deps, deadline=deadline)
        except Invalid:
            found = chat.find()
            chat.say_of_session(render_ended(found.view.session, found.begun, chat.texts))


def _conclude(chat: PrivateChat, deadline: Deadline) -> None:
    """Ends the conversation, as its person wants, with a recap of what they said."""
    deps = container.conversation_deps()
    with Typing(chat.chat_id) as typing:
        typing.begin()
        turn = feedback.conclude(
            chat.attended.session_id, chat.who, deps=deps, stored=container.feedback(), deadline=deadline
        )
    found = chat.find()
    if turn is None and found.begun.message_count and request_context.is_active(found, deps):
        chat.say_of_session(chat.texts("recap_failed"))


def _tell_late(chat: PrivateChat, error: Unavailable) -> None:
    """Says once that what was said is kept, and is replied to as soon as that can be."""
    if chat.attended.is_late:
        return
    cause, key = error.__cause__, "bot_late"
    if isinstance(cause, BudgetSpent):
        key = "spent_session" if isinstance(cause, SessionBudgetSpent) else "spent_today"
    chat.say_of_session(chat.texts(key))
    chat.change(is_late=True)
