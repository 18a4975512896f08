"""What a host says of themselves, as fields of pages: shown, merged with what was stored meanwhile, and saved."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from msgspec import Struct

from chalicelib.errors import Conflict, Invalid
from chalicelib.model import User
from chalicelib.operations.account import EditMe, UserInfo, edit_me, get_me
from chalicelib.operations.field_limits import limit_of
from chalicelib.operations.operation import Nothing
from chalicelib.services.sessions.merging import Merge, choices, merge, note
from chalicelib.services.sessions.time_zones import find_time_zone, list_time_zones
from chalicelib.web.host.request import HostRequest
from chalicelib.web.host.saving import read_choices, read_noted
from chalicelib.web.kit.http import Form
from chalicelib.web.kit.language import LANGUAGES
from chalicelib.web.kit.texts import Texts

_TRIES = 8

Kind = Literal["line", "language", "zone", "switch", "text"]
ON = "on"  # what stands in a switch


class ProfileField(Struct, frozen=True):
    """A field of an account: its name there, and how a page has it."""

    name: str
    kind: Kind


FIELDS = (ProfileField("name", "line"), ProfileField("locale", "language"), ProfileField("time_zone", "zone"))
HARMONICA_MD = (ProfileField("harmonica_md", "text"),)


class ShownField(Struct, frozen=True):
    """A field as its page shows it. `theirs` is what was stored in another window meanwhile, and `keep` what to send back to choose
    one's own or the other."""

    name: str
    kind: Kind
    value: str
    options: list[tuple[str, str]]
    error: str
    theirs: str | None
    keep: tuple[str, str]


class ProfilePlan(Struct, frozen=True):
    """What somebody wants of their account as it is stored: what is to be changed, or why nothing is for now."""

    merged: Merge[str]
    changes: dict[str, Any]
    mistakes: dict[str, str]

    @property
    def needs_another_look(self) -> bool:
        """Whether the page has to be shown again."""
        return bool(self.merged.clashes or self.mistakes)


def plan_of(stored: UserInfo | User, fields: tuple[ProfileField, ...]) -> ProfilePlan:
    """Returns the plan of a page that changes nothing."""
    values = _entered_of(stored, fields)
    return ProfilePlan(Merge({**values}, {}, {}, note(values)), {}, {})


def make_plan(stored: UserInfo, form: Form, fields: tuple[ProfileField, ...], texts: Texts) -> ProfilePlan:
    """Returns what this form changes of an account. A switch that is off is not sent at all."""
    before = _entered_of(stored, fields)
    mine = before | {it.name: form.get(it.name, "") for it in fields if it.name in form or it.kind == "switch"}
    merged = merge(read_noted(form), mine, before, read_choices(form))
    changed = {it.name: _value(it, merged.values[it.name] or "") for it in fields if it.name in merged.changes}
    mistakes = {it.name: told for it in fields if (told := _misfit(it, merged.values[it.name] or "", texts))}
    return ProfilePlan(merged, {} if merged.clashes or mistakes else changed, mistakes)


def save_profile(host: HostRequest, plan: Callable[[UserInfo], ProfilePlan]) -> ProfilePlan:
    """Changes what the plan for the stored account says, if that is what is still stored; else makes another plan."""
    for _ in range(_TRIES):
        stored: UserInfo = host.perform(get_me, Nothing())
        made = plan(stored)
        if not made.changes:
            return made
        try:
            host.perform(edit_me, _edit(made.changes, stored))
        except Conflict:
            continue
        return made
    raise Conflict("Your account is being changed right now; try again")


def list_shown(plan: ProfilePlan, fields: tuple[ProfileField, ...], texts: Texts) -> list[ShownField]:
    """Returns the fields as the page shows them."""
    return [_shown(it, plan, texts) for it in fields]


def _edit(changes: Mapping[str, Any], stored: UserInfo) -> EditMe:
    from datetime import datetime

    return EditMe(unchanged_since=datetime.fromisoformat(stored.updated_at), **changes)


def _entered_of(stored: UserInfo | User, fields: tuple[ProfileField, ...]) -> dict[str, str]:
    found = {it.name: getattr(stored, it.name) for it in fields}
    return {name: ON if value is True else value or "" for name, value in found.items()}


def _value(field: ProfileField, text: str) -> Any:
    return text == ON if field.kind == "switch" else text or None


def _misfit(field: ProfileField, text: str, texts: Texts) -> str:
    """Returns what is wrong with what stands in a field; empty where nothing is."""
    if field.kind in ("line", "text"):
        limit = limit_of(field.name, EditMe)
        return texts("field_long", count=len(text), limit=limit) if len(text) > limit else ""
    if field.kind == "language" and text and text not in LANGUAGES:
        return texts("choose_one")
    if field.kind == "zone" and text:
        try:
            find_time_zone(text)
        except Invalid:
            return texts("setting_zone_wrong")
    return ""


def _shown(field: ProfileField, plan: ProfilePlan, texts: Texts) -> ShownField:
    name, value = field.name, plan.merged.values[field.name] or ""
    is_clash, theirs = name in plan.merged.clashes, plan.merged.clashes.get(name) or ""
    options = _options(field, value, texts)
    told = dict(options).get(theirs, theirs) or texts("clash_empty")
    if field.kind == "switch":
        told = texts("clash_on" if theirs == ON else "clash_off")
    error = plan.mistakes.get(name, "")
    return ShownField(name, field.kind, value, options, error, told if is_clash else None, choices(theirs))


def _options(field: ProfileField, value: str, texts: Texts) -> list[tuple[str, str]]:
    if field.kind == "language":
        return [("", texts("profile_locale_browser")), *((it.tag, it.name) for it in LANGUAGES.values())]
    if field.kind == "zone":
        return [("", texts("profile_zone_none")), *((it, it.replace("_", " ")) for it in list_time_zones(value))]
    return []
