"""An update with what it takes to answer it, and the step that it comes to."""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.model.telegram import AnswerTap, Attendance, Buttons, Chat, ChatView, Edit, Outgoing, Send
from chalicelib.settings import settings
from chalicelib.telegram.addresses import lengthen
from chalicelib.telegram.update import Message, Update, User
from chalicelib.web.kit.texts import Texts


class Step(Struct, frozen=True):
    """What an update comes to: how the chat, and one session in it, are from now on where they changed, and what is sent then.

    `left` is a session that the chat has no more.
    """

    sends: tuple[Outgoing, ...] = ()
    chat: Chat | None = None
    attended: Attendance | None = None
    left: Attendance | None = None


class Incoming(Struct, frozen=True):
    """An update, and the chat that it is of. `texts` are in the language of whoever sent it."""

    update: Update
    chat_id: int
    user: User
    view: ChatView
    texts: Texts
    now: datetime

    @property
    def bot(self) -> str:
        """The user name of the bot."""
        return settings().telegram_bot.removeprefix("@")

    @property
    def message(self) -> Message:
        """The message that came, or was edited."""
        found = self.update.message or self.update.edited_message
        assert found is not None
        return found

    @property
    def message_id(self) -> str:
        """What a thread knows this message by: the chat's token and the number of the message in it."""
        return f"{self.view.chat.token}.{self.message.message_id}"

    def say(self, html: str, buttons: Buttons = ()) -> Send:
        """A message to the chat that the update is of, in the same topic."""
        topic = self.message.topic_id if self.update.message else None
        return Send(self.chat_id, html, buttons, topic)

    def change_tapped(self, html: str | None = None, buttons: Buttons = ()) -> tuple[Edit, ...]:
        """Another text, or other buttons, for the message whose button was tapped; nothing where that is too old."""
        tap = self.update.tap
        if tap is None or tap.message is None:
            return ()
        return (Edit(self.chat_id, tap.message.message_id, html, buttons),)

    def answer_tap(self, text: str = "", *, is_alert: bool = False) -> AnswerTap:
        """What is shown to whoever tapped; every tap has to be answered, or its button keeps turning."""
        assert self.update.tap is not None
        return AnswerTap(self.update.tap.id, text, is_alert)

    def attended_by(self, short: str) -> Attendance | None:
        """The session of this chat that a button names, in short; None for one that it has not, or what is no session."""
        return self.view.attended.get(lengthen(short) or "")

    def with_current(self, session_id: str | None) -> Chat:
        """The chat with another session that what is written goes to."""
        return replace(self.view.chat, session_id=session_id)
