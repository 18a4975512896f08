"""What Telegram sends to a bot, as far as this one looks at it.

https://core.telegram.org/bots/api#update
"""

from typing import Any, Literal

import msgspec
from msgspec import Struct, field

ChatKind = Literal["private", "group", "supergroup", "channel"]


class User(Struct, frozen=True):
    """A Telegram account, a person's or a bot's."""

    id: int
    first_name: str = ""
    is_bot: bool = False
    language_code: str | None = None


class TelegramChat(Struct, frozen=True):
    """A chat: private with a person, whose id it has, or a group."""

    id: int
    type: str
    title: str | None = None
    is_forum: bool = False

    @property
    def is_private(self) -> bool:
        """Whether it is one person's with the bot."""
        return self.type == "private"

    @property
    def is_group(self) -> bool:
        """Whether it is a group of people."""
        return self.type in ("group", "supergroup")


class Entity(Struct, frozen=True):
    """A part of a text that means something; place and length count UTF-16 code units."""

    type: str
    offset: int
    length: int


class Message(Struct, frozen=True):
    """A message. Without `text` it is something else: a voice, a sticker, a picture with a `caption`, or news of a group."""

    message_id: int
    date: int
    chat: TelegramChat
    sender: User | None = field(name="from", default=None)
    sender_chat: TelegramChat | None = None
    text: str | None = None
    caption: str | None = None
    entities: tuple[Entity, ...] = ()
    message_thread_id: int | None = None
    is_topic_message: bool = False
    forward_origin: dict[str, Any] | None = None
    migrate_to_chat_id: int | None = None
    migrate_from_chat_id: int | None = None
    voice: dict[str, Any] | None = None
    audio: dict[str, Any] | None = None
    video: dict[str, Any] | None = None
    video_note: dict[str, Any] | None = None
    photo: tuple[dict[str, Any], ...] | None = None
    document: dict[str, Any] | None = None
    sticker: dict[str, Any] | None = None
    animation: dict[str, Any] | None = None
    location: dict[str, Any] | None = None
    contact: dict[str, Any] | None = None
    poll: dict[str, Any] | None = None

    @property
    def is_of_group(self) -> bool:
        """Whether it is in the name of the group itself: so write administrators who stay anonymous."""
        return self.sender_chat is not None and self.sender_chat.id == self.chat.id

    @property
    def command(self) -> str | None:
        """The command that it begins with, `/name` or `/name@bot`; None where it begins with none, and where it was forwarded."""
        first = next(iter(self.entities), None)
        if (
            self.text is None
            or first is None
            or (first.type, first.offset) != ("bot_command", 0)
            or self.forward_origin
        ):
            return None
        return self.text[: first.length]

    @property
    def is_migration(self) -> bool:
        """Whether it tells that a group became a supergroup."""
        return self.migrate_to_chat_id is not None or self.migrate_from_chat_id is not None

    @property
    def topic_id(self) -> int | None:
        """The forum topic that it is in."""
        return self.message_thread_id if self.is_topic_message else None


class Tap(Struct, frozen=True):
    """A button was tapped; `message` is the one that it is below, None where that is too old."""

    id: str
    sender: User = field(name="from")
    message: Message | None = None
    data: str = ""


class Member(Struct, frozen=True):
    """Somebody's standing in a chat."""

    status: str
    user: User
    # Both Telegram says of those who are restricted only.
    is_member: bool = True
    can_send_messages: bool = True

    @property
    def is_in(self) -> bool:
        """Whether they are in the chat."""
        return self.status not in ("left", "kicked") and self.is_member


class MembershipChange(Struct, frozen=True):
    """The bot's own standing in a chat changed, by `sender`."""

    chat: TelegramChat
    sender: User = field(name="from")
    old: Member = field(name="old_chat_member")
    new: Member = field(name="new_chat_member")


class Update(Struct, frozen=True):
    """One thing that happened; one of the others is set."""

    update_id: int
    message: Message | None = None
    edited_message: Message | None = None
    tap: Tap | None = field(name="callback_query", default=None)
    membership: MembershipChange | None = field(name="my_chat_member", default=None)

    @property
    def chat(self) -> TelegramChat | None:
        """The chat that it is of; None for what the bot has not asked for, and for channels."""
        if self.tap:
            return self.tap.message.chat if self.tap.message else TelegramChat(self.tap.sender.id, "private")
        found = self.message or self.edited_message or self.membership
        return found.chat if found and (found.chat.is_private or found.chat.is_group) else None

    @property
    def is_for_bot(self) -> bool:
        """Whether the bot has anything to do with it. Where it is an administrator of a group, Telegram sends it all that is said there."""
        chat, message = self.chat, self.message
        if chat is None or chat.is_private or self.tap or self.membership:
            return chat is not None
        return message is not None and (message.command is not None or message.is_migration)

    @property
    def sender(self) -> User | None:
        """Who did it."""
        found = self.message or self.edited_message or self.tap or self.membership
        return found.sender if found else None


# What a message may be besides words. Anything else is news of the chat, which nobody said.
NO_WORDS = (
    *("voice", "audio", "video", "video_note", "photo", "document"),
    *("sticker", "animation", "location", "contact", "poll"),
)

# What the bot asks Telegram for.
KINDS = ("message", "edited_message", "callback_query", "my_chat_member")


def read_update(raw: dict[str, Any]) -> Update | None:
    """Returns an update; None for one of a shape that Telegram does not describe."""
    try:
        return msgspec.convert(raw, Update)
    except msgspec.ValidationError:
        return None
