"""Private chats with the Telegram bot, and the updates that were done (table `telegram`).

What an update comes to is stored in one transaction with the mark that it is done and with what is to be sent then, so that
a crash anywhere neither does it twice nor leaves it unsaid. Updates are known by their ids as a set: Telegram may send an
older one later.

DynamoDB deletes what is past `expires_at` within days. Till then a chat, or a session in one, counts as gone already, and is begun anew.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from pynamodb.expressions.condition import Condition

from chalicelib.model.telegram import Attendance, Chat, ChatView, Outgoing
from chalicelib.store import database, keys
from chalicelib.store.database import Raw, holds
from chalicelib.store.tables import Telegram
from chalicelib.store.telegram_items import AttendedItem, ChatItem, UpdateItem
from chalicelib.store.transact import ConditionFailed, Transaction

KEPT_DAYS = (
    180  # after the last change of a record: what is said in a conversation changes none; as long as a browser's cookie
)
MARK_LIFE = timedelta(days=2)  # Telegram sends an update again for a day
# Whoever sends is done by then, since the function of updates lives no longer; and a message whose worker was lost comes back only later.
SENDING = timedelta(seconds=60)
OWN_CHAT = 0
_IN_ONE_READ = 100
_OWN = ("token", "session_id", "told_to", "told_parts", "version")  # of an attendance: what its state does not hold


class Done(Struct, frozen=True):
    """An update that was done: what was to be sent then, until all of that has been, and how many have.

    Instead of the chat's own id `sends` have OWN_CHAT. Of the one behind those that were sent, `sent_parts` were, by their fingerprints.
    `sender` names whoever has taken on sending the rest; as it is read, nobody.
    """

    token: str
    update_id: int
    sends: tuple[Outgoing, ...]
    sent: int = 0
    sent_parts: tuple[str, ...] = ()
    sender: str = ""


class UpdateDone(Exception):
    """Somebody else has done this update."""


class TelegramChats:
    """Repository of chats."""

    def view(self, token: str, now: datetime) -> ChatView:
        """A chat with its sessions, in one read."""
        chat, attended = Chat(token), dict[str, Attendance]()
        for raw in database.query_range(ChatItem, keys.chat(token), keys.CHAT, keys.ATTENDED + "~"):
            if int(raw[keys.EXPIRES_AT]["N"]) <= _seconds(now):
                continue
            if raw[keys.SK]["S"] == keys.CHAT:
                chat = _chat(token, raw)
            else:
                found = _attendance(token, raw)
                attended[found.session_id] = found
        return ChatView(chat, attended)

    def attendance(self, token: str, session_id: str, now: datetime) -> Attendance | None:
        """One session of a chat as it is now; None where the chat has none of this id."""
        item = database.get(AttendedItem, keys.chat(token), keys.attended(session_id))
        is_there = item is not None and item.expires_at > _seconds(now)
        return _attendance(token, item.to_dynamodb_dict()) if item and is_there else None

    def done(self, token: str, update_id: int) -> Done | None:
        """What an update came to; None for one that was not done yet."""
        item = database.get(UpdateItem, keys.chat(token), keys.update(update_id))
        if item is None:
            return None
        sends = msgspec.convert(item.sends, tuple[Outgoing, ...])
        return Done(token, update_id, sends, int(item.sent), tuple(item.sent_parts or ()))

    def store(
        self,
        done: Done,
        now: datetime,
        *,
        chat: Chat | None = None,
        attended: Attendance | None = None,
        left: Attendance | None = None,
        is_other: bool = False,
    ) -> bool:
        """Store that an update was done, what its sender sends then, and the chat and one of its sessions where they changed, or that
        it has `left` one.

        All are given with the version that they were read in; False where another one came meanwhile. Raises UpdateDone.
        `is_other`: whoever takes part in the session is another participant from now on, and the chat has other messages.
        """
        mark = UpdateItem(
            keys.chat(done.token),
            keys.update(done.update_id),
            sends=msgspec.to_builtins(list(done.sends)),
            sender=done.sender,
            sending_until=_seconds(now + SENDING),
            expires_at=_seconds(now + MARK_LIFE),
        )

        def build(write: Transaction) -> None:
            write.save(mark, UpdateItem.pk.does_not_exist(), label="mark")
            if chat:
                _write_chat(write, chat, now)
            if attended:
                _write_attendance(write, attended, now, is_other=is_other)
            if left:
                item = AttendedItem(keys.chat(left.token), keys.attended(left.session_id))
                write.delete(item, AttendedItem.version == left.version, label="attended")

        try:
            database.transact(build)
        except ConditionFailed as error:
            if "mark" in error.failed:
                raise UpdateDone from error
            return False
        return True

    def claim_sending(self, done: Done, sender: str, now: datetime) -> Done | None:
        """Take on sending what is left of an update, and return it so; None while another one does, or has gone further."""
        actions = [UpdateItem.sender.set(sender), UpdateItem.sending_until.set(_seconds(now + SENDING))]
        free = (UpdateItem.sending_until <= _seconds(now)) & (UpdateItem.sent == done.sent)
        return replace(done, sender=sender) if _change_mark(done, actions, free) else None

    def note_sent(self, done: Done, sent: int, parts: Sequence[str] = ()) -> bool:
        """Store how many of the messages of an update its sender has sent, and which parts of the next one.

        False where another one has taken that on. Behind the last, what they said is stored no more: some repeat what somebody entered.
        """
        is_all = sent == len(done.sends)
        actions = [UpdateItem.sent.set(sent), UpdateItem.sent_parts.set(list(parts))]
        actions += [UpdateItem.sends.set([])] if is_all else []
        return _change_mark(done, actions, UpdateItem.sender == done.sender)

    def give_back(self, done: Done) -> None:
        """Let anybody send what is left of an update."""
        _change_mark(done, [UpdateItem.sending_until.set(0)], UpdateItem.sender == done.sender)

    def of_session(self, session_id: str) -> Iterator[Attendance]:
        """The chats from which somebody takes part in a session, or was about to. The index that names them lags a moment behind."""
        raws = database.query_index(Telegram, keys.BY_GROUP, keys.GROUP_ID, keys.attended(session_id))
        named = [(raw[keys.PK]["S"], raw[keys.SK]["S"]) for raw in raws]
        for start in range(0, len(named), _IN_ONE_READ):
            for raw in database.get_pairs(AttendedItem, named[start:][:_IN_ONE_READ]):
                yield _attendance(raw[keys.PK]["S"].removeprefix(keys.CHATS), raw)

    def leave(self, attended: Iterable[Attendance]) -> None:
        """Forget these sessions of chats."""
        pairs = ((keys.chat(it.token), keys.attended(it.session_id)) for it in attended)
        database.delete_all(Telegram, [{keys.PK: {"S": pk}, keys.SK: {"S": sk}} for pk, sk in pairs])

    def change(self, attended: Attendance, now: datetime) -> bool:
        """Store a session of a chat as it is now, without an update; False where it changed meanwhile."""

        def build(write: Transaction) -> None:
            _write_attendance(write, attended, now)

        return holds(lambda: database.transact(build))

    def block(self, token: str, now: datetime) -> None:
        """Store that nothing is to be sent to a chat any more, until its person writes again."""
        found = self.view(token, now).chat
        blocked = replace(found, is_blocked=True)
        holds(lambda: database.transact(lambda write: _write_chat(write, blocked, now)))

    def claim_telling(self, attended: Attendance, teller: str, now: datetime, until: datetime) -> bool:
        """Take on sending to the chat what is new in a session; False while another one does, or has gone further."""
        item = AttendedItem(keys.chat(attended.token), keys.attended(attended.session_id))
        free = AttendedItem.telling_until <= _seconds(now)
        same = AttendedItem.told_to == attended.told_to
        actions = [AttendedItem.teller.set(teller), AttendedItem.telling_until.set(_seconds(until))]
        return holds(lambda: database.update(item, actions, AttendedItem.pk.exists() & free & same))

    def note_told(
        self, attended: Attendance, teller: str, to: int, parts: Sequence[str] = (), *, until: datetime | None = None
    ) -> bool:
        """Store up to which message of its thread a chat has been told, and which parts of the next one, by whoever has taken it on.

        False where another one has since. Who goes on holds it `until` then; without that it is given back.
        """
        item = AttendedItem(keys.chat(attended.token), keys.attended(attended.session_id))
        actions = [
            AttendedItem.told_to.set(to),
            AttendedItem.told_parts.set(list(parts)),
            AttendedItem.telling_until.set(_seconds(until) if until else 0),
        ]
        return holds(lambda: database.update(item, actions, AttendedItem.teller == teller))


def _change_mark(done: Done, actions: list[Any], condition: Condition) -> bool:
    item = UpdateItem(keys.chat(done.token), keys.update(done.update_id))
    return holds(lambda: database.update(item, actions, condition))


def _write_chat(write: Transaction, chat: Chat, now: datetime) -> None:
    item, before = ChatItem(keys.chat(chat.token), keys.CHAT), ChatItem.version == chat.version
    state = {name: value for name, value in msgspec.to_builtins(chat).items() if name not in ("token", "version")}
    actions = [
        ChatItem.state.set(state),
        ChatItem.version.set(chat.version + 1),
        ChatItem.expires_at.set(_expiry(now)),
    ]
    gone = ChatItem.pk.does_not_exist() | (ChatItem.expires_at <= _seconds(now))
    write.update(item, actions, before if chat.version else gone, label="chat")


def _write_attendance(write: Transaction, attended: Attendance, now: datetime, *, is_other: bool = False) -> None:
    item = AttendedItem(keys.chat(attended.token), keys.attended(attended.session_id))
    state = {name: value for name, value in msgspec.to_builtins(attended).items() if name not in _OWN}
    actions = [
        AttendedItem.state.set(state),
        AttendedItem.version.set(attended.version + 1),
        AttendedItem.expires_at.set(_expiry(now)),
        AttendedItem.group_id.set(keys.attended(attended.session_id)),
        AttendedItem.created_at.set(AttendedItem.created_at | now),
    ]
    if is_other or not attended.version:
        actions += [
            AttendedItem.told_to.set(attended.told_to),
            AttendedItem.told_parts.set([]),
            AttendedItem.telling_until.set(0),
            AttendedItem.teller.remove(),
        ]
    gone = AttendedItem.pk.does_not_exist() | (AttendedItem.expires_at <= _seconds(now))
    before = AttendedItem.version == attended.version if attended.version else gone
    write.update(item, actions, before, label="attended")


def _chat(token: str, raw: Raw) -> Chat:
    item = ChatItem.from_raw_data(dict(raw))
    return msgspec.convert({**item.state, "token": token, "version": int(item.version)}, Chat)


def _attendance(token: str, raw: Raw) -> Attendance:
    item = AttendedItem.from_raw_data(dict(raw))
    named = {"token": token, "session_id": item.sk.removeprefix(keys.ATTENDED)}
    counted = {"version": int(item.version), "told_to": int(item.told_to), "told_parts": item.told_parts or []}
    return msgspec.convert({**item.state, **named, **counted}, Attendance)


def _expiry(now: datetime) -> int:
    return _seconds(now + timedelta(days=KEPT_DAYS))


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
