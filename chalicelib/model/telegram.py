"""Records of Telegram: private chats with the bot, and what the bot sends."""

from typing import Any, Literal

from msgspec import Struct

Stage = Literal["start", "name", "form", "begins", "talks", "ends"]


class Chat(Struct, frozen=True):
    """Somebody's private chat with the bot. `token` stands for Telegram's id of it, which is nowhere stored.

    `language` is what they chose, None where they chose none, `telegram_language` that of their Telegram; `session_id` the session
    that what they write goes to. While it is blocked, nothing is sent there. `version` counts the changes.
    """

    token: str
    language: str | None = None
    telegram_language: str | None = None
    session_id: str | None = None
    is_blocked: bool = False
    version: int = 0


class Announcement(Struct, frozen=True):
    """The message that announces a session in a group. Without `message_id` there is none yet, as far as anybody knows.

    `shown` is a fingerprint of what it says, `held_until` until when somebody may be posting or editing it.
    """

    session_id: str
    group_id: str
    message_id: int | None = None
    language: str | None = None
    shown: str | None = None
    held_until: int = 0


class OpenWidget(Struct, frozen=True):
    """What is chosen so far by the buttons of a widget, or of a question of the form.

    `sequence` is that of the facilitator's message, or the place of the question; `chosen` the places of the options, in the order
    of the taps.
    """

    sequence: int
    chosen: tuple[int, ...] = ()


class EarlyWords(Struct, frozen=True):
    """A message from before the facilitator's first one, by the id that the thread will know it by."""

    message_id: str
    content: str


class Attendance(Struct, frozen=True):
    """A session that somebody takes part in from a chat.

    `scope` and `external_id` name them there; `generation` says how often all that leads to their conversation had been ended
    before: ended again, this does not lead there either. `language` is the tag of the session's, where it has one. `stage`:
    told what they should know, asked for a name, asked a question of the form, about to begin, in conversation, or asked how it
    was. `name` and `entered`, by question and with the question as it was `asked`, are what they gave before the conversation;
    once it begins, they are in the thread alone, and so is what was said too `early`. `told_to` is the last message of the thread
    that the chat has, `told_parts` those that it has of the next one, by their fingerprints. `feedback`: asked for a rating, for a
    comment on it, or for nothing more. `is_late`: told that the reply has to wait, which it still does.
    """

    token: str
    session_id: str
    scope: str
    external_id: str
    generation: int = 0
    stage: Stage = "start"
    language: str | None = None
    name: str | None = None
    entered: dict[str, Any] = {}
    asked: list[Any] | None = None
    widget: OpenWidget | None = None
    early: tuple[EarlyWords, ...] = ()
    feedback: Literal["rating", "comment", "done"] | None = None
    is_late: bool = False
    told_to: int = 0
    told_parts: tuple[str, ...] = ()
    version: int = 0


class ChatView(Struct, frozen=True):
    """A chat with the sessions in it, by id; a chat that nobody wrote in before is empty."""

    chat: Chat
    attended: dict[str, Attendance] = {}

    @property
    def current(self) -> Attendance | None:
        """The session that what is written goes to."""
        return self.attended.get(self.chat.session_id or "")


class Button(Struct, frozen=True, omit_defaults=True):
    """A button below a message: it opens an address, or comes back as a tap with this data (at most 64 bytes)."""

    text: str
    data: str = ""
    url: str = ""


Buttons = tuple[tuple[Button, ...], ...]  # rows


class Send(Struct, frozen=True, omit_defaults=True, tag_field="do", tag="send"):
    """A new message, in the HTML that Telegram knows. Longer than a message may be, it is several; the last has the buttons."""

    chat_id: int
    html: str
    buttons: Buttons = ()
    topic_id: int | None = None


class Edit(Struct, frozen=True, omit_defaults=True, tag_field="do", tag="edit"):
    """Another text, or without one other buttons, for a message that was sent."""

    chat_id: int
    message_id: int
    html: str | None = None
    buttons: Buttons = ()


class AnswerTap(Struct, frozen=True, omit_defaults=True, tag_field="do", tag="answer"):
    """What somebody sees who tapped a button: nothing, a short text, or one that they have to close."""

    tap_id: str
    text: str = ""
    is_alert: bool = False


class ShowTyping(Struct, frozen=True, tag_field="do", tag="typing"):
    """That something is being written."""

    chat_id: int


class SendOwnWords(Struct, frozen=True, tag_field="do", tag="own_words"):
    """What this person said in a session: it is read when it is sent, and stored nowhere else."""

    chat_id: int
    session_id: str


class SendFile(Struct, frozen=True, tag_field="do", tag="file"):
    """What this person said in a session as a file, or as `json` all that is stored of them: it is read when it is sent, and stored
    nowhere else."""

    chat_id: int
    session_id: str
    kind: Literal["text", "json"]


class ShowWidget(Struct, frozen=True, tag_field="do", tag="widget"):
    """The buttons of a widget below a message as they are when this is sent, or what was chosen there: that is stored nowhere else.

    `sequence` is that of the facilitator's message in the thread, `message_id` Telegram's.
    """

    chat_id: int
    message_id: int
    session_id: str
    sequence: int


class AskReply(Struct, frozen=True, omit_defaults=True, tag_field="do", tag="reply"):
    """Have the chat brought up to date with a session, after so many seconds; `sequence` is that of the words that ask for it.

    With `repeats` the facilitator's last message is sent once more where there is nothing newer.
    """

    chat_id: int
    session_id: str
    sequence: int = 0
    seconds: int = 0
    repeats: bool = False


Outgoing = Send | Edit | AnswerTap | ShowTyping | SendOwnWords | SendFile | ShowWidget | AskReply
