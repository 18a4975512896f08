"""People and groups to play with: what they do at their phones, and what they see there."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from infra.local.telegram import state
from infra.local.telegram.markup import find_entities
from infra.local.telegram.state import IN, Account, Telegram

Json = dict[str, Any]

FIRST_PERSON, FIRST_GROUP, FIRST_SUPERGROUP = 500_000_000, -4_000_000, -1_001_000_000_000
ANONYMOUS = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
FILE = {"file_id": "AwACAgIAAxkBAAI", "file_unique_id": "AgADqAADUvs", "file_size": 4711}


@dataclass(frozen=True)
class Shown:
    """A message as somebody sees it."""

    wire: Json

    @property
    def text(self) -> str:
        return str(self.wire.get("text") or self.wire.get("caption") or "")

    @property
    def message_id(self) -> int:
        return int(self.wire["message_id"])

    @property
    def topic(self) -> int | None:
        return self.wire.get("message_thread_id")

    @property
    def is_from_bot(self) -> bool:
        return bool(self.wire["from"]["is_bot"])

    @property
    def rows(self) -> list[list[str]]:
        """What stands on the buttons, row by row."""
        return [[button["text"] for button in row] for row in self._rows]

    @property
    def buttons(self) -> list[str]:
        """What stands on the buttons."""
        return [text for row in self.rows for text in row]

    @property
    def links(self) -> dict[str, str]:
        """The addresses behind words and buttons, and those that stand in the text."""
        units = self.text.encode("utf-16-le")
        found = {}
        for entity in self.wire.get("entities", ()):
            if entity["type"] in ("text_link", "url"):
                begin, end = entity["offset"], entity["offset"] + entity["length"]
                words = units[2 * begin : 2 * end].decode("utf-16-le")
                found[words] = str(entity.get("url", words))
        return found | {button["text"]: button["url"] for row in self._rows for button in row if "url" in button}

    def button(self, text: str) -> Json | None:
        """The button with this on it, or of which this is the beginning."""
        found = [button for row in self._rows for button in row]
        whole = [button for button in found if button["text"] == text]
        return next(iter(whole or [button for button in found if button["text"].startswith(text)]), None)

    @property
    def _rows(self) -> list[list[Json]]:
        return list(self.wire.get("reply_markup", {}).get("inline_keyboard", []))


@dataclass(frozen=True)
class Tapped:
    """What came of a tap: the address that it opens, or what the bot answered."""

    url: str = ""
    tap: state.Tap | None = None

    @property
    def is_answered(self) -> bool:
        return bool(self.tap and self.tap.answers)

    @property
    def answer(self) -> str:
        """The short text that the bot shows."""
        return str(self.tap.answers[-1]["text"]) if self.tap and self.tap.answers else ""


@dataclass(frozen=True)
class ChatView:
    """A chat as whoever is in it sees it."""

    telegram: Telegram
    id: int

    @property
    def record(self) -> state.Chat:
        return self.telegram.state.chats[self.id]

    @property
    def messages(self) -> list[Shown]:
        """All messages, the oldest first."""
        return [Shown(message) for message in self.record.messages]

    @property
    def answers(self) -> list[Shown]:
        """The bot's messages."""
        return [message for message in self.messages if message.is_from_bot]

    @property
    def last(self) -> Shown:
        """The bot's last message."""
        return self.answers[-1]

    @property
    def text(self) -> str:
        """All that the bot wrote."""
        return "\n\n".join(message.text for message in self.answers)

    @property
    def is_typing(self) -> bool:
        return self.record.typing_until > self.telegram.now()


@dataclass(frozen=True)
class Group(ChatView):
    """A group."""

    def add(self, *people: "Person", admin: bool = False) -> "Group":
        """Let people in."""
        for person in people:
            self.record.members[person.id] = "administrator" if admin else "member"
        return self

    def add_topic(self, title: str) -> int:
        """A topic of a forum; its id."""
        topic = self.telegram.next_message_id(self.record)
        self.record.topics[topic] = title
        return topic

    def remove_bot(self, by: "Person") -> None:
        """Take the bot out."""
        self.telegram.change_bot(self.record, "kicked", by.account.user)

    def forbid_writing(self, by: "Person") -> None:
        """Take the right to write away from the bot."""
        self.record.may_write = False
        self.telegram.change_bot(self.record, "restricted", by.account.user)

    def migrate(self, by: "Person") -> "Group":
        """Make a supergroup of it, which has another id; that group."""
        telegram, old = self.telegram, self.record
        new_id = FIRST_SUPERGROUP - telegram.next_id()
        new = state.Chat(new_id, "supergroup", old.title, members=dict(old.members), bot=old.bot)
        telegram.state.chats[new_id] = new
        was = telegram.add_message(old, by.account.user, migrate_to_chat_id=new_id)
        now = telegram.add_message(new, ANONYMOUS, migrate_from_chat_id=self.id, sender_chat=new.told())
        old.migrated_to = new_id
        for message in (was, now):
            telegram.post("message", message)
        return Group(telegram, new_id)


@dataclass(frozen=True)
class Person:
    """Somebody with a phone. What they do goes to their chat with the bot, unless a group is named."""

    telegram: Telegram
    id: int

    @property
    def account(self) -> Account:
        return self.telegram.state.accounts[self.id]

    @property
    def chat(self) -> ChatView:
        """Their chat with the bot."""
        return ChatView(self.telegram, self.id)

    def write(self, text: str, group: Group | None = None, **how: Any) -> Shown:
        """Write something. `reply_to`: the message that it answers; `topic`: that of a forum."""
        return self._send(group, text=text, entities=find_entities(text), **how)

    def edit(self, message: Shown, text: str) -> None:
        """Change what they wrote."""
        wire, now = message.wire, int(self.telegram.now())
        wire |= {"text": text, "entities": find_entities(text), "edit_date": now}
        self.telegram.note_change()
        self.telegram.post("edited_message", dict(wire))

    def tap(self, text: str, chat: ChatView | None = None, message: Shown | None = None) -> Tapped:
        """Tap the newest button with this on it, or one that begins so. An address of the bot is opened."""
        shown = [message] if message else (chat or self.chat).messages[::-1]
        at, button = next(((it, found) for it in shown if (found := it.button(text))), (None, None))
        if at is None or button is None:
            raise LookupError(f"There is no button {text!r}, but {[it.buttons for it in shown if it.buttons]}")
        if "url" in button:
            self.open_link(button["url"])
            return Tapped(button["url"])
        return self.press(at, button["callback_data"])

    def press(self, message: Shown, data: str) -> Tapped:
        """Tap a button by its data."""
        telegram = self.telegram
        tap = state.Tap(str(4_000_000_000_000_000_000 + telegram.next_id()), telegram.now())
        telegram.state.taps[tap.id] = tap
        chat = str(message.wire["chat"]["id"])
        query = {"id": tap.id, "from": self.account.user, "message": dict(message.wire), "chat_instance": chat}
        telegram.post("callback_query", query | {"data": data})
        return Tapped(tap=tap)

    def open_link(self, url: str, group: Group | None = None) -> bool:
        """Open an address in Telegram, with the group that is chosen there; whether it is the bot's."""
        parts = urlsplit(url)
        if parts.hostname != "t.me" or parts.path.strip("/").lower() != str(self.telegram.bot["username"]).lower():
            return False
        given = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        if "startgroup" in given:
            if group is None:
                raise LookupError("Telegram asks which group")
            self.add_bot(group, given["startgroup"])
        else:
            self.write(f"/start {given.get('start', '')}".strip())
        return True

    def add_bot(self, group: Group, payload: str = "") -> None:
        """Add the bot to a group; what an address carries comes with it, unless it is lost on the way."""
        telegram, user = self.telegram, self.account.user
        telegram.change_bot(group.record, "member", user)
        telegram.post("message", telegram.add_message(group.record, user, new_chat_members=[telegram.bot]))
        if payload:
            self.write(f"/start@{telegram.bot['username']} {payload}", group)

    def block_bot(self) -> None:
        """Block the bot."""
        self._change_blocking("kicked")

    def unblock_bot(self) -> None:
        """Let the bot write again."""
        self._change_blocking("member")

    def speak(self, language_code: str) -> None:
        """Have Telegram in another language."""
        self.account.language_code = language_code

    def send_voice(self, group: Group | None = None) -> Shown:
        """Say something aloud."""
        return self._send(group, voice={**FILE, "duration": 3, "mime_type": "audio/ogg"})

    def send_sticker(self, group: Group | None = None) -> Shown:
        """Send a sticker."""
        more = {"width": 512, "height": 512, "emoji": "👍", "type": "regular", "is_animated": False, "is_video": False}
        return self._send(group, sticker=FILE | more)

    def send_photo(self, caption: str = "", group: Group | None = None) -> Shown:
        """Send a picture."""
        sizes = [{**FILE, "width": 90, "height": 67}, {**FILE, "width": 800, "height": 600}]
        return self._send(group, photo=sizes, caption=caption or None, caption_entities=find_entities(caption))

    def forward(self, *texts: str, by: "Person | None" = None) -> list[Shown]:
        """Forward what somebody (by default a stranger) wrote elsewhere."""
        now = int(self.telegram.now())
        user = by.account.user if by else {"id": 777, "is_bot": False, "first_name": "Stranger"}
        origin = {"type": "user", "sender_user": user, "date": now - 60}
        return [self._send(None, text=text, entities=find_entities(text), forward_origin=origin) for text in texts]

    def _send(
        self, group: Group | None, reply_to: Shown | None = None, topic: int | None = None, **content: Any
    ) -> Shown:
        chat = (group or self.chat).record
        if group is None:
            if self.account.has_blocked:
                self.unblock_bot()
            self.account.has_started = True
        answered = {name: it for name, it in reply_to.wire.items() if name != "reply_to_message"} if reply_to else None
        message = self.telegram.add_message(chat, self.account.user, topic, reply_to_message=answered, **content)
        if group is None or self._is_seen(group, message):
            self.telegram.post("message", dict(message))
        return Shown(message)

    def _is_seen(self, group: Group, message: Json) -> bool:
        """Whether a bot that is no administrator sees a message: commands that may be its own, and what answers it."""
        bot, username = group.record.bot, str(self.telegram.bot["username"]).lower()
        if bot not in IN:
            return False
        first: Json = next(iter(message.get("entities", ())), {})
        command = message.get("text", "").split()[0].lower() if first.get("type") == "bot_command" else ""
        is_own = bool(command) and ("@" not in command or command.endswith(f"@{username}"))
        answered = message.get("reply_to_message", {}).get("from", {})
        return bool(bot == "administrator" or is_own or answered.get("id") == self.telegram.bot["id"])

    def _change_blocking(self, status: str) -> None:
        self.account.has_blocked = status == "kicked"
        before, now = ("member", "kicked") if status == "kicked" else ("kicked", "member")
        members = {"old_chat_member": self.telegram.member(before), "new_chat_member": self.telegram.member(now)}
        told = {"chat": self.telegram.told(self.chat.record), "from": self.account.user}
        self.telegram.note_change()
        self.telegram.post("my_chat_member", told | {"date": int(self.telegram.now())} | members)


def new_person(telegram: Telegram, name: str, language_code: str = "en") -> Person:
    """Somebody who never wrote to the bot."""
    person_id = FIRST_PERSON + telegram.next_id()
    telegram.state.accounts[person_id] = Account(person_id, name, language_code)
    telegram.state.chats[person_id] = state.Chat(person_id, "private")
    return Person(telegram, person_id)


def new_group(
    telegram: Telegram, title: str, *, creator: Person, members: Iterable[Person] = (), kind: str = "group"
) -> Group:
    """A group without the bot: a `group`, a `supergroup`, or a `forum`, which has topics."""
    group_id = (FIRST_GROUP if kind == "group" else FIRST_SUPERGROUP) - telegram.next_id()
    chat_type = "group" if kind == "group" else "supergroup"
    chat = state.Chat(group_id, chat_type, title, kind == "forum", members={creator.id: "creator"})
    telegram.state.chats[group_id] = chat
    if chat.is_forum:
        telegram.next_message_id(chat)  # the first is that of the general topic
    return Group(telegram, group_id).add(*members)
