"""What Telegram knows: people, chats with their messages, the bot's webhook and commands; and the updates that the bot gets of it.

Messages are kept as they travel.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Struct, field

from infra.local.telegram.limits import Fault, Rates

Json = dict[str, Any]

BOT, TOKEN = "harmonica_demo_bot", "7000000001:AAH-a-stand-in-knows-no-real-token-0001"
# What a bot gets that names no kinds.
DEFAULT_KINDS = ("message", "edited_message", "callback_query", "my_chat_member")
IN = ("member", "administrator", "creator", "restricted")
_MANAGES = (
    "can_be_edited can_manage_chat can_delete_messages can_manage_video_chats can_restrict_members can_promote_members "
    "can_change_info can_invite_users can_post_stories can_edit_stories can_delete_stories"
)
_SENDS = (
    "can_send_messages can_send_audios can_send_documents can_send_photos can_send_videos can_send_video_notes "
    "can_send_voice_notes can_send_polls can_send_other_messages can_add_web_page_previews can_react_to_messages "
    "can_edit_tag can_change_info can_invite_users can_pin_messages can_manage_topics"
)
# What is said besides of somebody's standing.
RIGHTS: dict[str, Json] = {
    "creator": {"is_anonymous": False},
    "administrator": {"is_anonymous": False, **dict.fromkeys(_MANAGES.split(" "), True)},
    "restricted": {"is_member": True, "until_date": 0, **dict.fromkeys(_SENDS.split(" "), False)},
    "kicked": {"until_date": 0},
}


class Account(Struct):
    """A person at Telegram. Whoever never wrote to the bot cannot be written to by it."""

    id: int
    first_name: str
    language_code: str = "en"
    has_started: bool = False
    has_blocked: bool = False

    @property
    def user(self) -> Json:
        """As it travels."""
        told = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        return told | ({"language_code": self.language_code} if self.language_code else {})


class Chat(Struct):
    """A chat: a person's with the bot, which has the person's id, or a group. `bot` is the bot's standing in a group."""

    id: int
    type: str
    title: str = ""
    is_forum: bool = False
    topics: dict[int, str] = {}
    members: dict[int, str] = {}
    bot: str = "left"
    may_write: bool = True
    migrated_to: int | None = None
    messages: list[Json] = []
    last_id: int = 0
    typing_until: float = 0.0

    def told(self, account: Account | None = None) -> Json:
        """As it travels."""
        if account:
            return {"id": self.id, "type": "private", "first_name": account.first_name}
        return {"id": self.id, "type": self.type, "title": self.title} | ({"is_forum": True} if self.is_forum else {})


class Tap(Struct):
    """A tap on a button, and what the bot answered to it."""

    id: str
    at: float
    answers: list[Json] = []


class Webhook(Struct):
    """Where updates go."""

    url: str = ""
    secret_token: str = ""
    allowed_updates: list[str] = []
    max_connections: int = 40
    last_error_date: int = 0
    last_error_message: str = ""


class State(Struct):
    """All of it, as it is kept over restarts."""

    accounts: dict[int, Account] = {}
    chats: dict[int, Chat] = {}
    taps: dict[str, Tap] = {}
    webhook: Webhook = field(default_factory=Webhook)
    commands: dict[str, list[Json]] = {}  # by scope and language
    descriptions: dict[str, str] = {}
    updates: list[Json] = []  # that the bot has not taken yet
    last_update_id: int = 410_000_000
    last_message_id: int = 0
    last_id: int = 0


class Call(Struct, frozen=True):
    """Something that the bot asked for."""

    method: str
    params: Json


class Telegram:
    """The stand-in. Whoever reads or changes its state beside others holds `news`, which wakes at changes; `changed` counts them."""

    def __init__(
        self, bot: str = BOT, token: str = TOKEN, now: Callable[[], float] = time.time, state: State | None = None
    ) -> None:
        self.token = token
        self.bot = {"id": int(token.partition(":")[0]), "is_bot": True, "first_name": "Harmonica", "username": bot}
        self.now = now
        self.state = state or State()
        self.news = threading.Condition(threading.RLock())
        self.calls: list[Call] = []
        self.faults: list[Fault] = []
        self.rates: Rates | None = None  # the limits of the real one, where they are wanted
        self.changed = 0

    def save(self) -> bytes:
        """The state, to be read by `load`."""
        with self.news:
            return msgspec.json.encode(self.state)

    @staticmethod
    def load(saved: bytes) -> State:
        """What was saved."""
        return msgspec.json.decode(saved, type=State)

    def note_change(self) -> None:
        """Say that something is new."""
        with self.news:
            self.changed += 1
            self.news.notify_all()

    def fail(self, *faults: Fault) -> None:
        """Have the next calls fail, each fault once for each call that it is about."""
        self.faults.extend(faults)

    def next_id(self) -> int:
        """A number that was not given before."""
        self.state.last_id += 1
        return self.state.last_id

    def next_message_id(self, chat: Chat) -> int:
        """The number of a chat's next message: supergroups count for themselves, all others together."""
        if chat.type == "supergroup":
            chat.last_id += 1
            return chat.last_id
        self.state.last_message_id += 1
        return self.state.last_message_id

    def told(self, chat: Chat) -> Json:
        """A chat as it travels."""
        return chat.told(self.state.accounts.get(chat.id))

    def add_message(self, chat: Chat, sender: Json, topic: int | None = None, **content: Any) -> Json:
        """Put a message into a chat; as it travels."""
        message = {
            "message_id": self.next_message_id(chat),
            "from": sender,
            "chat": self.told(chat),
            "date": int(self.now()),
            **({"message_thread_id": topic, "is_topic_message": True} if topic else {}),
            **{name: it for name, it in content.items() if it is not None and it != []},
        }
        chat.messages.append(message)
        self.note_change()
        return message

    def post(self, kind: str, what: Json) -> None:
        """Have the bot know of something, if it asked for this kind."""
        if kind not in (self.state.webhook.allowed_updates or DEFAULT_KINDS):
            return
        self.state.last_update_id += 1
        self.state.updates.append({"update_id": self.state.last_update_id, kind: what})
        self.note_change()

    def change_bot(self, chat: Chat, status: str, by: Json) -> None:
        """Change the bot's standing in a chat, and tell it."""
        before, chat.bot = chat.bot, status
        told = {"chat": self.told(chat), "from": by, "date": int(self.now())}
        members = {"old_chat_member": self.member(before), "new_chat_member": self.member(status)}
        self.post("my_chat_member", told | members)

    def member(self, status: str, user: Json | None = None) -> Json:
        """Somebody's standing, by default the bot's, as it travels."""
        return {"user": user or self.bot, "status": status, **RIGHTS.get(status, {})}
