"""Groups: linked to a host by an administrator of theirs, and let go again.

Whatever changes here may be done twice: an update that comes again finds it done, and says the same.
"""

from typing import Literal

from chalicelib import container
from chalicelib.model import TelegramGroup
from chalicelib.model.notifications import Event
from chalicelib.model.telegram import Button, Buttons
from chalicelib.services.delivery import telegram_groups as service
from chalicelib.services.delivery.link_codes import OPENED_LIFE, read_code
from chalicelib.services.delivery.telegram_html import escape
from chalicelib.services.delivery.telegram_links import group_link
from chalicelib.services.notifications.notify import notify_or_leave
from chalicelib.store.telegram_links import GroupLink
from chalicelib.telegram.addresses import lengthen, person_id, shorten
from chalicelib.telegram.incoming import Incoming, Step
from chalicelib.telegram.update import TelegramChat
from chalicelib.telegram_api import GroupMigrated, RequestRefused
from chalicelib.web.kit.disclosures import name_facilitator

_NAME_LENGTH = 60  # of a host's name, in a button
_GROUP_NAME_LENGTH = 200
_MOST_BUTTONS = 8
_ADMINISTRATORS = ("creator", "administrator")
_CONFIRM = "group:confirm"

Standing = Literal["administrator", "other", "untold"]


def set_up(incoming: Incoming, code: str) -> Step:
    """Links this group to the host whose code it is."""
    if refused := _refuse_others(incoming):
        return refused
    if not code:
        return _ask_for_code(incoming)
    link = container.telegram_links().find(read_code(code), incoming.now)
    refusal = service.judge_link(link, str(incoming.chat_id), incoming.now)
    if link is not None and refusal is None:
        group = _group(incoming, incoming.message.topic_id)
        refusal = service.link_group(link, group, deps=container.group_deps())
        if refusal is None:
            _tell_hosts(incoming, "group_linked", [link.user_id])
            return Step((incoming.say(_linked(incoming, link.user_id)),))
    return Step((incoming.say(incoming.texts(f"group_code_{refusal}")),))


def start(incoming: Incoming, code: str) -> Step:
    """Links this group by the address that added the bot with a host's code; where another person opened it, asks an administrator."""
    if not code or _standing(incoming) != "other":
        return set_up(incoming, code)
    link = container.telegram_links().find(read_code(code), incoming.now)
    refusal = service.judge_link(link, str(incoming.chat_id), incoming.now)
    if link is None or refusal:
        return Step((incoming.say(incoming.texts(f"group_code_{refusal}")),))
    opened = _opened(incoming)
    if opened and opened.fingerprint == link.fingerprint:
        return Step()  # an administrator has been asked as the bot came in
    service.offer_group(link, _group(incoming, None), deps=container.group_deps())
    return _offer(incoming, _standing_of_hosts(incoming, link)) or Step()


def _ask_for_code(incoming: Incoming) -> Step:
    """Says how to link this group; where hosts have registered it already, with a button for each."""
    buttons = _buttons(incoming, _waiting(incoming))
    return Step((incoming.say(_tell(incoming, "group_offer" if buttons else "group_code_missing"), buttons),))


def unlink(incoming: Incoming, _: str) -> Step:
    """Has no more sessions announced in this group."""
    if refused := _refuse_others(incoming):
        return refused
    concerned = _let_go(incoming, service.UNLINKED)
    if not concerned:
        return Step((incoming.say(incoming.texts("group_not_linked")),))
    hosts = (f"• <b>{escape(name)}</b>" for name in name_hosts(incoming, concerned).values())
    return Step((incoming.say("\n".join((incoming.texts("group_unlinked"), *hosts))),))


def tell_help(incoming: Incoming, _: str) -> Step:
    """Says in a group what the bot does there."""
    told = (_tell(incoming, key) for key in ("group_help", "group_requests", "group_commands", "group_reads"))
    return Step((incoming.say("\n\n".join(told)),))


def tap(incoming: Incoming, parts: list[str]) -> Step:
    """Links this group to the host whose button an administrator tapped."""
    standing = _standing(incoming)
    if standing != "administrator":
        return Step((incoming.answer_tap(incoming.texts(f"group_{standing}"), is_alert=True),))
    tapped = incoming.update.tap
    chat, message = incoming.update.chat, tapped.message if tapped else None
    name, topic_id = chat.title if chat else None, message.topic_id if message else None
    host, deps = lengthen(parts[-1]) if parts[:-1] == ["confirm"] else None, container.group_deps()
    if host is None or not service.confirm_group(host, str(incoming.chat_id), name, topic_id, deps=deps):
        left = _buttons(incoming, _waiting(incoming))
        changed = incoming.change_tapped(None if left else incoming.texts("group_offer_gone"), left)
        return Step((incoming.answer_tap(incoming.texts("group_offer_gone"), is_alert=True), *changed))
    _tell_hosts(incoming, "group_linked", [host])
    others = [user_id for user_id in _waiting(incoming) if user_id != host]
    return Step((incoming.answer_tap(), *incoming.change_tapped(_linked(incoming, host), _buttons(incoming, others))))


def change_membership(incoming: Incoming) -> Step:
    """Follows that the bot came into a group, was taken out of one, or may do other things there."""
    change = incoming.update.membership
    if change is None:
        return Step()
    if change.old.is_in == change.new.is_in:
        if change.new.is_in and change.new.can_send_messages:  # its rights are others now
            service.resume_group(str(incoming.chat_id), deps=container.group_deps())
        return Step()
    return _come_in(incoming) if change.new.is_in else _go(incoming)


def _come_in(incoming: Incoming) -> Step:
    """Asks the group whether it wants what is announced; where nobody wants to announce anything, says how to link it."""
    opened = _opened(incoming)
    if opened:
        service.offer_group(opened, _group(incoming, None), deps=container.group_deps())
    found = _standing_of_hosts(incoming, opened)
    if offer := _offer(incoming, found):
        return offer
    # A supergroup that was a group until now is linked already: it has been asked, and greeted.
    is_linked = "confirmed" in found.values()
    return Step() if is_linked else Step((incoming.say(_tell(incoming, "group_hello")),))


def _standing_of_hosts(incoming: Incoming, offered: GroupLink | None) -> dict[str, str]:
    """Returns how this group stands with each host who has registered it, as it was offered just now to one of them."""
    found: dict[str, str] = {
        it.user_id: it.group.status for it in container.telegram_groups().of_group(str(incoming.chat_id))
    }
    if offered and offered.user_id not in found:  # the index does not tell of it yet
        found[offered.user_id] = "unconfirmed"
    return found


def _offer(incoming: Incoming, found: dict[str, str]) -> Step | None:
    """Asks the administrators whether what hosts want to announce is wanted; None where no host waits for that."""
    buttons = _buttons(incoming, [user_id for user_id, status in found.items() if status == "unconfirmed"])
    return Step((incoming.say(_tell(incoming, "group_offer"), buttons),)) if buttons else None


def _go(incoming: Incoming) -> Step:
    """Notes that the bot is not in the group any more, unless that has only become another one: Telegram tells of its leaving then, too."""
    group_id, deps = str(incoming.chat_id), container.group_deps()
    try:
        container.telegram_api().check_writable(incoming.chat_id)
    except GroupMigrated as error:
        service.move_group(group_id, str(error.group_id), deps=deps)
        return Step()
    except RequestRefused:
        pass
    _let_go(incoming, service.REMOVED)
    return Step()


def migrate(incoming: Incoming) -> Step:
    """Follows a group that became a supergroup, under another id: each of the two chats tells of the other."""
    message = incoming.message
    old, new = (
        (incoming.chat_id, message.migrate_to_chat_id)
        if message.migrate_to_chat_id is not None
        else (message.migrate_from_chat_id, incoming.chat_id)
    )
    service.move_group(str(old), str(new), deps=container.group_deps())
    return Step()


def refuse_in_private(incoming: Incoming, _: str) -> Step:
    """Says that this command is for groups."""
    return Step((incoming.say(incoming.texts("group_only_there")),))


def start_with_code(incoming: Incoming, code: str) -> Step:
    """Remembers that somebody opened the bot with a host's code, and offers them to add it to a group."""
    links, now = container.telegram_links(), incoming.now
    link = links.find(read_code(code), now)
    refusal = service.judge_link(link, None, now)
    if link is None or refusal:
        return Step((incoming.say(incoming.texts(f"group_code_{refusal}")),))
    links.open(_person(incoming), read_code(code), now + OPENED_LIFE)
    add = Button(incoming.texts("group_add"), url=group_link(incoming.bot, read_code(code)))
    host = f"<b>{escape(_name(incoming, link.user_id))}</b>"
    return Step((incoming.say(incoming.texts("group_opened", host=host), ((add,),)),))


def _let_go(incoming: Incoming, reason: str) -> list[str]:
    """Has no more sessions announced in this group; returns the hosts whom that concerns. They are told first: where this dies in
    between, the update comes again, and tells nobody twice."""
    group_id = str(incoming.chat_id)
    linked = [it.user_id for it in container.telegram_groups().of_group(group_id) if it.group.status != "removed"]
    _tell_hosts(incoming, "group_left", linked)
    return service.let_go(group_id, reason, deps=container.group_deps())


def _tell_hosts(incoming: Incoming, kind: Literal["group_linked", "group_left"], user_ids: list[str]) -> None:
    """Tells hosts what became of a group of theirs; the same update tells it once."""
    event = Event(kind, f"{incoming.chat_id} {incoming.update.update_id}", incoming.now)
    for user_id in user_ids:
        notify_or_leave(user_id, event, deps=container.notification_deps())


def _standing(incoming: Incoming) -> Standing:
    """Returns whether the sender is an administrator of the group; `untold` where Telegram does not tell the bot."""
    if incoming.update.message and incoming.update.message.is_of_group:
        return "administrator"
    try:
        status = container.telegram_api().member_status(incoming.chat_id, incoming.user.id)
    except RequestRefused:
        return "untold"
    return "administrator" if status in _ADMINISTRATORS else "other"


def _refuse_others(incoming: Incoming) -> Step | None:
    """Returns what those hear who are no administrators; None for one."""
    standing = _standing(incoming)
    return None if standing == "administrator" else Step((incoming.say(incoming.texts(f"group_{standing}")),))


def _group(incoming: Incoming, topic_id: int | None) -> TelegramGroup:
    chat: TelegramChat | None = incoming.update.chat
    name = (chat.title or "")[:_GROUP_NAME_LENGTH] if chat else ""
    return TelegramGroup(str(incoming.chat_id), name or None, topic_id, incoming.now)


def _tell(incoming: Incoming, key: str) -> str:
    """Returns a text that may name the bot, and what people talk with."""
    return incoming.texts(key, bot=incoming.bot, facilitator=name_facilitator(incoming.texts))


def _person(incoming: Incoming) -> str:
    return person_id(incoming.user.id, container.deployment_secret())


def _opened(incoming: Incoming) -> GroupLink | None:
    """Returns the code with which this person has opened the bot, unless it has linked another group since."""
    link = container.telegram_links().opened_by(_person(incoming), incoming.now)
    return link if link and link.group_id in (None, str(incoming.chat_id)) else None


def _waiting(incoming: Incoming) -> list[str]:
    """Returns the hosts who have registered this group, and whom no administrator has confirmed yet."""
    found = container.telegram_groups().of_group(str(incoming.chat_id))
    return [it.user_id for it in found if it.group.status == "unconfirmed"]


def _buttons(incoming: Incoming, user_ids: list[str]) -> Buttons:
    names = name_hosts(incoming, user_ids[:_MOST_BUTTONS])
    return tuple(
        (Button(incoming.texts("group_announce", host=name), f"{_CONFIRM}:{shorten(user_id)}"),)
        for user_id, name in names.items()
    )


def _linked(incoming: Incoming, user_id: str) -> str:
    host = f"<b>{escape(_name(incoming, user_id))}</b>"
    return "\n\n".join((incoming.texts("group_linked", host=host), incoming.texts("group_reads")))


def _name(incoming: Incoming, user_id: str) -> str:
    return name_hosts(incoming, [user_id])[user_id]


def name_hosts(incoming: Incoming, user_ids: list[str]) -> dict[str, str]:
    """Returns what hosts call themselves; never their address, which some providers of names have for one."""
    found = container.accounts().names_of(user_ids)
    named = {it: name for it in user_ids if (name := found.get(it)) and "@" not in name}
    return {it: named.get(it, incoming.texts("group_nameless"))[:_NAME_LENGTH] for it in user_ids}
