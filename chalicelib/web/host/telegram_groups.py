"""The Telegram groups that a session is announced in, as its page offers them: every one that its host has registered."""

from msgspec import Struct

from chalicelib import container
from chalicelib.llm.interface import SCRIPTED
from chalicelib.model import Distribution, Session, SessionView, TelegramGroup
from chalicelib.operations.field_limits import limits_of
from chalicelib.operations.operation import Nothing
from chalicelib.operations.session_fields import NewDistribution
from chalicelib.operations.telegram_groups import TelegramGroupList, list_groups
from chalicelib.services.delivery.announcement_texts import Addresses, Text, explain_failure, write_open
from chalicelib.services.sessions.merging import merge_items, note
from chalicelib.settings import settings
from chalicelib.web.host.field_mistakes import Mistake
from chalicelib.web.host.request import HostRequest
from chalicelib.web.host.saving import FieldChanges, save_changes
from chalicelib.web.kit.http import Form
from chalicelib.web.kit.texts import Texts

MOST_GROUPS, *_ = limits_of("distribution")
_ID_LENGTH = 100
_CHOSEN, _WAS_CHOSEN = "group.", "was."  # before the number of a group in the form


class ShownGroup(Struct, frozen=True):
    """A group, whether the session is to be announced there, and how that stands in words."""

    id: str
    name: str
    is_chosen: bool
    may_be_chosen: bool
    standing: str
    has_failed: bool = False


def show_groups(host: HostRequest, view: SessionView, texts: Texts) -> list[ShownGroup]:
    """Returns all groups of this host, and those of others that the session has."""
    announced = {entry.group_id: entry for entry in view.session.distribution}
    registered: TelegramGroupList = host.perform(list_groups, Nothing())
    shown = []
    for group in registered.data:
        name = group.group_name or group.group_id
        if entry := announced.pop(group.group_id, None):
            shown.append(_chosen(entry, name, texts))
        else:
            is_possible = group.status != "removed"
            shown.append(ShownGroup(group.group_id, name, False, is_possible, texts(f"group_{group.status}")))
    return shown + [_chosen(entry, entry.group_id, texts) for entry in announced.values()]


def _chosen(entry: Distribution, name: str, texts: Texts) -> ShownGroup:
    """A group that the session has; what stands against the announcement there is said besides."""
    standing = texts(f"announcement_{entry.status}")
    if entry.error:
        standing = f"{standing} {explain_failure(entry.error, texts.tag)}"
    return ShownGroup(entry.group_id, name, True, True, standing, entry.status == "failed")


def find_chosen_group(host: HostRequest, named: str | None) -> TelegramGroup | None:
    """Returns the group that a link or a form names for a new session to be announced in; None where it is not linked to this host."""
    if not named or len(named) > _ID_LENGTH:
        return None
    found = container.telegram_groups().some(host.user_id, [named]).get(named)
    return found if found and found.status == "confirmed" else None


def announced_in(group: TelegramGroup | None) -> tuple[NewDistribution, ...]:
    """Returns the `distribution` of a new session that is to be announced there, and nowhere else."""
    return (NewDistribution(group.group_id),) if group else ()


def preview_announcement(session: Session) -> Text | None:
    """Returns what groups are told while the session is open; None where there is no bot that could, or nothing yet to tell."""
    found = settings()
    if not (found.telegram_bot and session.topic and session.goal):
        return None
    addresses = Addresses(found.telegram_bot, found.public_url)
    return write_open(session, addresses, with_script=found.llm_provider == SCRIPTED and session.models == "stage")


def save_groups(host: HostRequest, session_id: str, form: Form, *, again: bool = False) -> None:
    """Stores which of the groups on the page were chosen and taken away; what others chose meanwhile stays.

    With `again`, announcements that failed are tried again; twice is as once.
    Raises Mistake where they are too many, Invalid for one that is none of theirs.
    """
    chosen, before = (
        {value: value for name, value in sorted(form.items()) if name.startswith(prefix)}
        for prefix in (_CHOSEN, _WAS_CHOSEN)
    )

    def plan(view: SessionView) -> FieldChanges:
        stored = {entry.group_id: entry.group_id for entry in view.session.distribution}
        merged = merge_items(note(before), chosen, stored, {})
        wanted = tuple(map(NewDistribution, merged.values))
        if len(wanted) > MOST_GROUPS:
            raise Mistake("groups_many", limit=MOST_GROUPS)
        retries = again and any(entry.status == "failed" for entry in view.session.distribution)
        return FieldChanges({"distribution": wanted} if merged.is_changed or retries else {})

    save_changes(host, session_id, (), plan)
