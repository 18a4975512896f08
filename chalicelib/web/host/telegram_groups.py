"""The Telegram groups that a session is announced in, as its page offers them: every one that its host has registered."""

from msgspec import Struct

from chalicelib.model import SessionView
from chalicelib.operations.field_limits import limits_of
from chalicelib.operations.operation import Nothing
from chalicelib.operations.session_fields import NewDistribution
from chalicelib.operations.telegram_groups import TelegramGroupList, list_groups
from chalicelib.services.sessions.merging import merge_items, note
from chalicelib.web.host.field_mistakes import Mistake
from chalicelib.web.host.request import HostRequest
from chalicelib.web.host.saving import FieldChanges, save_changes
from chalicelib.web.kit.http import Form
from chalicelib.web.kit.texts import Texts

MOST_GROUPS, *_ = limits_of("distribution")
_CHOSEN, _WAS_CHOSEN = "group.", "was."  # before the number of a group in the form


class ShownGroup(Struct, frozen=True):
    """A group, whether the session is to be announced there, and how that stands in words."""

    id: str
    name: str
    is_chosen: bool
    may_be_chosen: bool
    standing: str


def show_groups(host: HostRequest, view: SessionView, texts: Texts) -> list[ShownGroup]:
    """Returns all groups of this host, and those of others that the session has."""
    announced = {entry.group_id: entry for entry in view.session.distribution}
    registered: TelegramGroupList = host.perform(list_groups, Nothing())
    shown = []
    for group in registered.data:
        entry = announced.pop(group.group_id, None)
        standing = texts(f"announcement_{entry.status}" if entry else f"group_{group.status}")
        is_possible = entry is not None or group.status != "removed"
        shown.append(ShownGroup(group.group_id, group.group_name or group.group_id, bool(entry), is_possible, standing))
    others = announced.values()
    return shown + [
        ShownGroup(it.group_id, it.group_id, True, True, texts(f"announcement_{it.status}")) for it in others
    ]


def save_groups(host: HostRequest, session_id: str, form: Form) -> None:
    """Stores which of the groups on the page were chosen and taken away; what others chose meanwhile stays.

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
        return FieldChanges({"distribution": wanted} if merged.is_changed else {})

    save_changes(host, session_id, (), plan)
