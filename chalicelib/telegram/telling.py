"""Bringing a private chat up to date with its conversation: what is new in the thread is sent there, in order and each once.

The chat has what was written in it. What was said on the web page in between is shown as the person's own words.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256

from msgspec import Struct
from msgspec.structs import replace

from chalicelib import container
from chalicelib.clock import Clock
from chalicelib.errors import Conflict, NotFound, Unavailable
from chalicelib.model import Message
from chalicelib.model.telegram import Attendance, Buttons, Chat, Send
from chalicelib.observability import log_failure
from chalicelib.services.conversations.request_context import RequestContext
from chalicelib.services.delivery import telegram_html
from chalicelib.services.participants.identity import Participant
from chalicelib.services.safety import danger_in
from chalicelib.telegram.care import show_care
from chalicelib.telegram.languages import own_language, texts_for
from chalicelib.telegram.participants import find_begun, participant_in
from chalicelib.telegram.rating import render_end
from chalicelib.telegram.widget_buttons import render_widget
from chalicelib.telegram_api import ChatGone, RequestRefused
from chalicelib.web.kit.texts import Texts

_TRIES = 3
_LOOK_BACK = 50  # messages among which the facilitator's last one is
_LEASE_SECONDS = 60.0  # for each part of a message: longer than Telegram has anybody wait
_PRINT_LENGTH = 16

Said = tuple[str, Buttons]


class PrivateChat(Struct, frozen=True):
    """A private chat, and the session that it is to be brought up to date with. `language` is the tag of its person's own.

    `is_elsewhere`: what they write goes to another session, so what comes of this one says of which it is.
    """

    chat_id: int
    attended: Attendance
    texts: Texts
    language: str | None
    is_elsewhere: bool = False

    @property
    def who(self) -> Participant:
        """Who speaks in the session from this chat."""
        return participant_in(self.attended, self.language)

    def find(self) -> RequestContext:
        """Returns where its person stands in the session. Raises NotFound without a conversation, AccessEnded."""
        return find_begun(self.attended, self.language)

    def say(self, html: str, buttons: Buttons = ()) -> None:
        """Sends a message. One that Telegram refuses for good holds up none of those behind it. Raises ChatGone, Unavailable."""
        try:
            container.telegram_api().send(Send(self.chat_id, html, buttons))
        except ChatGone:
            raise
        except RequestRefused as error:
            log_failure("Telegram refused a message", error, session_id=self.attended.session_id)

    def say_of_session(self, html: str, buttons: Buttons = ()) -> None:
        """Sends what concerns the session, by its name where what this person writes goes to another one. Raises as `say` does."""
        if self.is_elsewhere:
            with suppress(NotFound):
                topic = container.sessions().view(self.attended.session_id, ()).session.topic
                html = f"<i>{telegram_html.escape(topic)}</i>\n\n{html}"
        self.say(html, buttons)

    def say_rest(self, said: Iterable[Said], told: tuple[str, ...], note: Callable[[list[str]], bool]) -> None:
        """Sends messages, but for the parts at their beginning that were `told` before, by their fingerprints: where a later part failed,
        none of those comes again. Behind each part but the last the fingerprints of all so far are noted; Conflict where they are not.
        """
        in_parts = container.telegram_api().in_parts
        parts = [part for html, buttons in said for part in in_parts(Send(self.chat_id, html, buttons))]
        prints = [sha256(part.html.encode()).hexdigest()[:_PRINT_LENGTH] for part in parts]
        known = len(told) if list(told) == prints[: len(told)] else 0  # else the words are others by now
        for place, part in enumerate(parts[known:], known + 1):
            self.say(part.html, part.buttons)
            if place < len(parts) and not note(prints[:place]):
                raise Conflict("Another one tells this chat; try again")

    def change(self, **changes: object) -> "PrivateChat":
        """Stores that the chat stands otherwise in the session."""
        return self.change_by(lambda _: changes)

    def change_by(self, decide: Callable[[Attendance], Mapping[str, object]]) -> "PrivateChat":
        """Stores what `decide` has of the chat as it is; it is asked again where that changes meanwhile."""
        chats, clock = container.telegram_chats(), container.clock()
        for _ in range(_TRIES):
            found = chats.attendance(self.attended.token, self.attended.session_id, clock.now())
            if found is None:
                raise NotFound("The chat has forgotten this session")
            changed = replace(found, **decide(found))
            if chats.change(changed, clock.now()):
                return replace(self, attended=replace(changed, version=changed.version + 1))
        raise Unavailable("The chat is being changed; try again")


def private_chat(chat_id: int, chat: Chat, attended: Attendance) -> PrivateChat:
    """Returns a chat of this id with one of its sessions."""
    is_elsewhere = chat.session_id not in (None, attended.session_id)
    return PrivateChat(chat_id, attended, texts_for(chat, attended), own_language(chat), is_elsewhere)


def bring_up_to_date(chat: PrivateChat, *, repeats: bool = False) -> None:
    """Sends what the chat does not have of its conversation, and asks at the end how it was.

    With `repeats` the facilitator's last message comes once more where nothing is new. Raises Conflict while another job does this.
    """
    chats, clock = container.telegram_chats(), container.clock()
    attended = chats.attendance(chat.attended.token, chat.attended.session_id, clock.now())
    if attended is None:
        return
    chat = replace(chat, attended=attended)
    context = chat.find()
    news = list(container.conversations().messages(context.begun, attended.told_to))
    if not (news or _is_end_new(chat, context)):
        if repeats:
            _repeat_last(chat, context)
        return
    teller = container.new_id()
    if not chats.claim_telling(attended, teller, clock.now(), _until(clock)):
        raise Conflict("This chat is being brought up to date; try again")
    told_to, parts = attended.told_to, list(attended.told_parts)

    def note(told: list[str]) -> bool:
        nonlocal parts
        parts = told
        return chats.note_told(attended, teller, told_to, parts, until=_until(clock))

    try:
        for message in news:
            chat.say_rest(_messages_of(chat, context, message), tuple(parts), note)
            told_to = message.sequence
            if not note([]):
                raise Conflict("Another one brings this chat up to date; try again")
        _tell_end(chat, context, news)
    finally:
        chats.note_told(attended, teller, told_to, parts)


def _messages_of(chat: PrivateChat, context: RequestContext, message: Message) -> Iterator[Said]:
    """Yields what a message of the thread comes to in the chat."""
    if message.role == "assistant":
        if message.sequence == context.begun.starts_after + 1 and danger_in(it.answer for it in context.answers):
            yield show_care(chat.texts), ()
        html, buttons = _render(chat, context, message)
        topic = f"<i>{telegram_html.escape(context.view.session.topic)}</i>\n\n" if chat.is_elsewhere else ""
        recap = f"<b>{chat.texts('recap')}</b>\n" if message.is_final and _is_end_new(chat, context) else ""
        yield topic + recap + html, buttons
    elif not (message.message_id or "").startswith(f"{chat.attended.token}."):
        words = telegram_html.escape(message.content)
        yield f"<b>{chat.texts('bot_own_on_web')}</b>\n<blockquote>{words}</blockquote>", ()


def _render(chat: PrivateChat, context: RequestContext, message: Message) -> Said:
    """Returns the facilitator's message; a widget that is open has its buttons."""
    is_open = message.sequence == context.begun.last_sequence and not context.begun.concluded
    if message.widget_spec is None or not is_open:
        return telegram_html.from_markdown(message.content), ()
    return render_widget(message, chat.attended.session_id, chat.texts)


def _tell_end(chat: PrivateChat, context: RequestContext, news: list[Message]) -> None:
    """Says what comes behind the news: that the conversation is over, once; and notes that no reply has to wait any more."""
    is_answered = any(message.role == "assistant" for message in news)
    late = {"is_late": False} if is_answered and chat.attended.is_late else {}
    if _is_end_new(chat, context):
        session, thread = context.view.session, context.begun
        end = render_end(chat.chat_id, session, thread, chat.texts, is_elsewhere=chat.is_elsewhere)
        chat.say(end.html, end.buttons)
        chat.change(stage="ends", feedback="rating" if end.buttons else "done", **late)
    elif late:
        chat.change(**late)


def _is_end_new(chat: PrivateChat, context: RequestContext) -> bool:
    return context.begun.concluded and chat.attended.feedback is None


def _repeat_last(chat: PrivateChat, context: RequestContext) -> None:
    history = container.conversations().history(context.begun, _LOOK_BACK)
    last = next((message for message in reversed(history) if message.role == "assistant"), None)
    if last:
        chat.say(*_render(chat, context, last))


def _until(clock: Clock) -> datetime:
    return clock.now() + timedelta(seconds=_LEASE_SECONDS)
