"""A host's Telegram groups: linking them, letting them go, and what that means for the sessions that name them."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.clock import Clock
from chalicelib.errors import Invalid
from chalicelib.model import Channel, Distribution, TelegramGroup
from chalicelib.store.cards import Cards
from chalicelib.store.distributions import change_distribution
from chalicelib.store.projects import Projects
from chalicelib.store.telegram import Registration, TelegramGroups
from chalicelib.store.telegram_links import GroupLink, TelegramLinks

# Why a session is not announced in a group any more, by the codes in `distribution`.
UNLINKED, REMOVED = "unlinked", "bot_removed"
TELEGRAM: Channel = "telegram"

Refusal = Literal["unknown", "used", "expired"]
Change = Callable[[Distribution], Distribution]


class GroupDeps(Struct, frozen=True):
    """The dependencies of linking groups."""

    groups: TelegramGroups
    links: TelegramLinks
    cards: Cards
    projects: Projects
    clock: Clock


def judge_link(link: GroupLink | None, group_id: str | None, now: datetime) -> Refusal | None:
    """Returns why a code does not link this group, or any where None is named; None where it does, or has done so."""
    if link is None:
        return "unknown"
    if link.group_id is not None:
        return None if link.group_id == group_id else "used"
    return "expired" if link.until <= now else None


def link_group(link: GroupLink, group: TelegramGroup, *, deps: GroupDeps) -> Refusal | None:
    """Links a group to the host whose code an administrator sent; where this code has linked it before, nothing changes.

    Returns why it does not: others were faster, or the group has been let go again since.
    """
    known = deps.groups.some(link.user_id, [group.group_id]).get(group.group_id)
    status = known.status if known else "removed"
    if link.group_id is not None and status == "removed":
        return "used"
    is_done = link.group_id is not None and status == "confirmed"
    if not is_done and not deps.links.use(link, replace(group, status="confirmed"), deps.clock.now()):
        return "used"
    _change_sessions(link.user_id, group.group_id, _resume, deps)
    return None


def offer_group(link: GroupLink, group: TelegramGroup, *, deps: GroupDeps) -> None:
    """Registers a group that whoever opened the bot with a code has added it to: an administrator is to confirm that."""
    known = deps.groups.some(link.user_id, [group.group_id]).get(group.group_id)
    if known is None or known.status == "removed":
        deps.links.use(link, group, deps.clock.now())


def confirm_group(user_id: str, group_id: str, name: str | None, topic_id: int | None, *, deps: GroupDeps) -> bool:
    """Links a group to a host who has registered it, as an administrator confirms; False where nobody asks for that any more."""
    group = deps.groups.some(user_id, [group_id]).get(group_id)
    if group is None or group.status == "removed":
        return False
    if group.status == "unconfirmed":
        topic_id = topic_id if group.topic_id is None else group.topic_id
        confirmed = replace(group, name=name or group.name, topic_id=topic_id, status="confirmed")
        if not deps.groups.change(Registration(user_id, group), confirmed):
            return False
    _change_sessions(user_id, group_id, _resume, deps)
    return True


def resume_group(group_id: str, *, deps: GroupDeps) -> None:
    """Has sessions announced that could not be, in a group where the bot may write again."""
    for registered in deps.groups.of_group(group_id):
        if registered.group.status == "confirmed":
            _change_sessions(registered.user_id, group_id, _resume, deps)


def let_go(group_id: str, reason: str, *, deps: GroupDeps) -> list[str]:
    """Has no more sessions announced in a group, whoever's; returns the ids of the hosts that this concerns."""
    concerned = [it for it in deps.groups.of_group(group_id) if it.group.status != "removed"]
    for registered in concerned:

        def stop(entry: Distribution) -> Distribution:
            is_waiting = entry.status in ("pending", "unconfirmed")
            return replace(entry, status="failed" if is_waiting else entry.status, error=reason)

        _change_sessions(registered.user_id, group_id, stop, deps)
        deps.groups.change(registered, replace(registered.group, status="removed"))
    return [it.user_id for it in concerned]


def move_group(old_id: str, new_id: str, *, deps: GroupDeps) -> None:
    """Follows a group that has another id now, with its registrations and the sessions that name it; twice is as once."""
    for registered in deps.groups.of_group(old_id):

        def move(entry: Distribution) -> Distribution:
            return replace(entry, group_id=new_id)

        _change_sessions(registered.user_id, old_id, move, deps)
        deps.groups.move(registered, new_id)


def _resume(entry: Distribution) -> Distribution:
    """Has a session announced that waited for the group, or failed there, not one that was announced before the group was let go."""
    is_waiting = entry.status in ("failed", "unconfirmed")
    return replace(entry, status="pending" if is_waiting else entry.status, error=None)


def _change_sessions(user_id: str, group_id: str, change: Change, deps: GroupDeps) -> None:
    """Changes how a group stands in each of a host's sessions that name it, which their cards tell."""
    roles = deps.projects.roles_of(user_id)
    listed = [card for drafts in (False, True) for card in deps.cards.of_user(user_id, roles, drafts=drafts)]
    for card in listed:
        if (TELEGRAM, group_id) in card.groups:
            change_distribution(card.session_id, TELEGRAM, group_id, change, deps.clock.now())


def check_distribution(
    asked: Sequence[Distribution], user_id: str, *, groups: TelegramGroups, kept: Sequence[Distribution] = ()
) -> tuple[Distribution, ...]:
    """Where a session is to be announced, as it can be stored.

    Every group has to be one that this user registered, or one that the session has already: that keeps its status, but where its
    announcement failed it is tried again. Raises Invalid naming the place of one that is not, or is there twice.
    """
    stored = {(entry.channel, entry.group_id): entry for entry in kept}
    for position, entry in enumerate(asked):
        if entry.group_id in [before.group_id for before in asked[:position]]:
            raise Invalid(f"distribution[{position}].group_id {entry.group_id!r} is there twice")
    new = [entry.group_id for entry in asked if (entry.channel, entry.group_id) not in stored]
    known = groups.some(user_id, new) if new else {}
    return tuple(
        _kept(stored[entry.channel, entry.group_id])
        if (entry.channel, entry.group_id) in stored
        else replace(_announced(entry, position, known.get(entry.group_id)), registered_by=user_id)
        for position, entry in enumerate(asked)
    )


def _kept(entry: Distribution) -> Distribution:
    return replace(entry, status="pending", error=None) if entry.status == "failed" else entry


def _announced(entry: Distribution, position: int, group: TelegramGroup | None) -> Distribution:
    if group is None or group.status == "removed":
        raise Invalid(f"distribution[{position}].group_id {entry.group_id!r} is not a group of yours")
    return Distribution(entry.channel, entry.group_id, "pending" if group.status == "confirmed" else "unconfirmed")
