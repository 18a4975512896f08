"""Which function answers an update: by the chat that it is of, then by what it is."""

from collections.abc import Callable, Mapping

from chalicelib.services.delivery.link_codes import is_code
from chalicelib.telegram import (
    commands,
    conversation,
    elsewhere,
    form_entries,
    group_requests,
    groups,
    joining,
    rating,
    receipt,
    reminders,
    session_choice,
    widget_buttons,
)
from chalicelib.telegram.incoming import Incoming, Step

Command = Callable[[Incoming, str], Step]
Tapped = Callable[[Incoming, list[str]], Step]


def _start(incoming: Incoming, payload: str) -> Step:
    """Begins with what the link to the bot carried: a code for a group, or else what people take part by."""
    return (groups.start_with_code if is_code(payload) else joining.start)(incoming, payload)


COMMANDS: Mapping[str, Command] = {
    "start": _start,
    "stop": conversation.stop,
    "resume": conversation.resume,
    "mywords": conversation.show_own_words,
    "mydata": receipt.show,
    "browser": elsewhere.give_link,
    "remindme": reminders.toggle,
    "sessions": commands.list_sessions,
    "language": commands.offer_languages,
    "privacy": commands.tell_privacy,
    "help": commands.tell_help,
    "setup": groups.refuse_in_private,
    "unlink": groups.refuse_in_private,
    "request": groups.refuse_in_private,
}
UNLISTED_COMMANDS: Mapping[str, Command] = {"done": conversation.stop}  # what people try, and no menu shows
# By what the data of a button begins with, up to the first colon; the parts behind it are given.
TAPS: Mapping[str, Tapped] = {
    "join": form_entries.tap,
    "widget": widget_buttons.tap,
    "rate": rating.tap,
    "remind": reminders.tap,
    "link": elsewhere.tap_link,
    receipt.NAME: receipt.tap,
    elsewhere.TAKE: elsewhere.take,
    "session": session_choice.choose_session,
    "language": commands.choose_language,
}
GROUP_COMMANDS: Mapping[str, Command] = {
    "start": groups.start,
    "setup": groups.set_up,
    "unlink": groups.unlink,
    "request": group_requests.ask_for_session,
    "help": groups.tell_help,
}
GROUP_TAPS: Mapping[str, Tapped] = {"group": groups.tap}


def route(incoming: Incoming) -> Step:
    """Returns what this update comes to; nothing where it concerns nobody."""
    update = incoming.update
    chat = update.chat
    assert chat is not None
    if update.membership and chat.is_group:
        return groups.change_membership(incoming)
    if update.membership:
        return commands.change_blocking(incoming) if chat.is_private else Step()
    if update.tap:
        name, *parts = update.tap.data.split(":")
        tapped = (TAPS if chat.is_private else GROUP_TAPS).get(name)
        return tapped(incoming, parts) if tapped else Step((incoming.answer_tap(incoming.texts("bot_button_old")),))
    if chat.is_group:
        return _route_group(incoming)
    return _route_private(incoming) if chat.is_private else Step()


def _route_private(incoming: Incoming) -> Step:
    if incoming.update.edited_message:
        return conversation.edit(incoming)
    if found := read_command(incoming):
        name, argument = found
        command = COMMANDS.get(name) or UNLISTED_COMMANDS.get(name)
        return command(incoming, argument) if command else commands.tell_unknown(incoming)
    attended = incoming.view.current
    if attended is None:
        return commands.tell_how_to_begin(incoming)
    if attended.stage in ("start", "name", "form"):
        return form_entries.enter(incoming, attended)
    return conversation.hear(incoming, attended)


def _route_group(incoming: Incoming) -> Step:
    if incoming.update.edited_message:
        return Step()
    if incoming.message.is_migration:
        return groups.migrate(incoming)
    found = read_command(incoming)
    command = GROUP_COMMANDS.get(found[0]) if found else None
    return command(incoming, found[1]) if command and found else Step()


def read_command(incoming: Incoming) -> tuple[str, str] | None:
    """Returns the command that a message is, and what stands behind it; None for one that is none, or is for another bot."""
    message = incoming.message
    if message.command is None or message.text is None:
        return None
    name, _, bot = message.command.removeprefix("/").partition("@")
    if bot and bot.casefold() != incoming.bot.casefold():
        return None
    return name.casefold(), message.text.removeprefix(message.command).strip()
