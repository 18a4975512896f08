"""What can be done on the page: one function an action. What a button or a field of the page carries comes as named values."""

from collections.abc import Callable
from typing import Any

from infra.local.telegram.people import Group, Person, Shown, new_group, new_person
from infra.local.telegram.state import State, Telegram

Json = dict[str, Any]
Action = Callable[..., Json | None]

MOST_PEOPLE, MOST_GROUPS = 12, 6


def seed(telegram: Telegram) -> None:
    """Two people, and a group that one of them runs."""
    ana, bo = new_person(telegram, "Ana"), new_person(telegram, "Bo")
    new_group(telegram, "Neighbours", creator=ana, members=[bo])


def write(telegram: Telegram, person: int, chat: int, text: str, topic: int | None = None, reply_to: int = 0) -> None:
    """Write something."""
    if text.strip():
        who, where = _person(telegram, person), _place(telegram, person, chat)
        answered = next((it for it in Group(telegram, chat).messages if it.message_id == reply_to), None)
        who.write(text.strip(), where, topic=topic, reply_to=answered)


def edit(telegram: Telegram, person: int, chat: int, message: int, text: str) -> None:
    """Change what somebody wrote."""
    shown = _message(telegram, chat, message)
    if text.strip() and text.strip() != shown.text:
        _person(telegram, person).edit(shown, text.strip())


def press(telegram: Telegram, person: int, chat: int, message: int, data: str) -> Json:
    """Tap a button that comes back to the bot; the id of the tap."""
    tapped = _person(telegram, person).press(_message(telegram, chat, message), data)
    return {"tap": tapped.tap.id} if tapped.tap else {}


def open_link(telegram: Telegram, person: int, url: str, group: int = 0, lost: bool = False) -> Json:
    """Open an address of Telegram's; `lost`: what it carries does not arrive with the group."""
    if "startgroup" in url and not group:
        return {"choose_group": url}
    where = _group(telegram, group) if group else None
    if where and lost:
        _person(telegram, person).add_bot(where)
        return {}
    address = url.strip()
    address = address if "://" in address else f"https://{address}"
    if not _person(telegram, person).open_link(address, where):
        return {"problem": f"That is no address of {telegram.bot['username']}"}
    return {}


def send(telegram: Telegram, person: int, chat: int, kind: str) -> None:
    """Send something that is no text."""
    who, where = _person(telegram, person), _place(telegram, person, chat)
    match kind:
        case "voice":
            who.send_voice(where)
        case "sticker":
            who.send_sticker(where)
        case "photo":
            who.send_photo("What it looks like here", where)
        case _:
            who.forward("I wrote this elsewhere.", "And this, too.")


def block(telegram: Telegram, person: int, blocked: bool) -> None:
    """Block the bot, or let it write again."""
    who = _person(telegram, person)
    who.block_bot() if blocked else who.unblock_bot()


def speak(telegram: Telegram, person: int, language: str) -> None:
    """Have Telegram in another language."""
    _person(telegram, person).speak(language)


def add_bot(telegram: Telegram, person: int, group: int) -> None:
    """Add the bot to a group, by the group's own menu."""
    _person(telegram, person).add_bot(_group(telegram, group))


def remove_bot(telegram: Telegram, person: int, group: int) -> None:
    """Take the bot out of a group."""
    _group(telegram, group).remove_bot(_person(telegram, person))


def forbid(telegram: Telegram, person: int, group: int) -> None:
    """Let the bot write in a group no more."""
    _group(telegram, group).forbid_writing(_person(telegram, person))


def migrate(telegram: Telegram, person: int, group: int) -> None:
    """Make a supergroup of a group."""
    if Group(telegram, group).record.type == "group":
        _group(telegram, group).migrate(_person(telegram, person))


def add_person(telegram: Telegram, name: str, language: str = "en") -> None:
    """Somebody more, who is in all groups."""
    if not name.strip() or len(telegram.state.accounts) >= MOST_PEOPLE:
        raise LookupError(f"A name, and no more than {MOST_PEOPLE} people")
    person = new_person(telegram, name.strip()[:64], language)
    for chat in telegram.state.chats.values():
        if chat.type != "private":
            Group(telegram, chat.id).add(person)


def add_group(telegram: Telegram, person: int, title: str, kind: str = "group") -> None:
    """Another group with everybody in it; whoever makes it runs it. A forum has two topics."""
    groups = [chat for chat in telegram.state.chats.values() if chat.type != "private"]
    if not title.strip() or len(groups) >= MOST_GROUPS or kind not in ("group", "supergroup", "forum"):
        raise LookupError(f"A title, and no more than {MOST_GROUPS} groups")
    others = [Person(telegram, who) for who in telegram.state.accounts if who != person]
    group = new_group(telegram, title.strip()[:128], creator=_person(telegram, person), members=others, kind=kind)
    if kind == "forum":
        group.add_topic("Garden")
        group.add_topic("Plans")


def start_over(telegram: Telegram) -> None:
    """Forget everything but the webhook and the commands."""
    kept = telegram.state
    numbers = {name: getattr(kept, name) for name in ("last_update_id", "last_message_id", "last_id")}
    telegram.state = State(webhook=kept.webhook, commands=kept.commands, descriptions=kept.descriptions, **numbers)
    seed(telegram)


def _person(telegram: Telegram, person: int) -> Person:
    if person not in telegram.state.accounts:
        raise LookupError("There is nobody of that id")
    return Person(telegram, person)


def _group(telegram: Telegram, group: int) -> Group:
    """A group as it is now, wherever it has moved."""
    chat = telegram.state.chats.get(group)
    if chat is None or chat.type == "private":
        raise LookupError("There is no such group")
    return _group(telegram, chat.migrated_to) if chat.migrated_to else Group(telegram, group)


def _place(telegram: Telegram, person: int, chat: int) -> Group | None:
    """The group that is meant; None for the person's own chat with the bot."""
    return None if chat == person else _group(telegram, chat)


def _message(telegram: Telegram, chat: int, message: int) -> Shown:
    found = telegram.state.chats[chat].messages if chat in telegram.state.chats else []
    for wire in found:
        if wire["message_id"] == message:
            return Shown(wire)
    raise LookupError("That message is gone")


ACTIONS: dict[str, Action] = {
    action.__name__: action
    for action in (
        write,
        edit,
        press,
        open_link,
        send,
        block,
        speak,
        add_bot,
        remove_bot,
        forbid,
        migrate,
        add_person,
        add_group,
        start_over,
    )
}
