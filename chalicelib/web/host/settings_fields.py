"""The settings of a session as fields of a form: what each holds, and what is meant by what comes back."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

from chalicelib.errors import Invalid
from chalicelib.model import Session
from chalicelib.operations.branding import NewBranding
from chalicelib.operations.field_limits import limit_of, limits_of, range_of
from chalicelib.operations.session_fields import NewReminders, OpenSections
from chalicelib.services.results.sections import SECTIONS
from chalicelib.services.sessions.branding import read_color
from chalicelib.services.sessions.creation import check_closing, check_language, check_opening, check_order
from chalicelib.services.sessions.time_zones import find_time_zone
from chalicelib.web.host.field_mistakes import Mistake
from chalicelib.web.kit.http import clean_text

Kind = Literal["line", "text", "number", "moment", "zone", "choice", "switch"]
Values = Mapping[str, str]

ON = "on"
LOCAL = "%Y-%m-%dT%H:%M"  # how browsers write a time without its zone
CHOICES = {
    "results_visibility": ("host", "participants", "public"),
    "access": ("link", "invited"),
    "models": ("stage", "account"),
}
_OPTION_TEXTS = {"results_visibility": "visible", "access": "access", "models": "models_of"}
_OPENING, _END, _ZONE = "opens_at", "closes_at", "time_zone"
_MOMENTS = (_OPENING, _END)  # times by the clock of that zone: neither says anything without the other
REMINDERS = "reminders_"  # before the names of the three fields that are one setting
BRANDING = "branding_"  # before the names of what is said of who asks
OPEN = "sections_"  # before the names of the sections of the results, each a field of one setting


_PARTS: Mapping[str, type[Struct]] = {REMINDERS: NewReminders, BRANDING: NewBranding}


class Setting(Struct, frozen=True):
    """A field of the form."""

    name: str
    kind: Kind


GROUPS: tuple[tuple[str, tuple[Setting, ...]], ...] = (
    (
        "talk",
        (
            Setting("language", "line"),
            Setting("duration_minutes", "number"),
            Setting("cross_pollination", "switch"),
            Setting("widgets_enabled", "switch"),
            Setting("models", "choice"),
        ),
    ),
    (
        "end",
        (
            Setting("time_zone", "zone"),
            Setting("opens_at", "moment"),
            Setting("closes_at", "moment"),
            Setting("retention_days", "number"),
        ),
    ),
    (
        "people",
        (
            Setting("max_participants", "number"),
            Setting("anonymous", "switch"),
            Setting("shared_network", "switch"),
            Setting("access", "choice"),
            Setting("is_public", "switch"),
        ),
    ),
    (
        "results",
        (
            Setting("results_visibility", "choice"),
            *(Setting(f"{OPEN}{section}", "switch") for section in SECTIONS),
            Setting("summary_prompt", "text"),
        ),
    ),
    (
        "welcome",
        (
            Setting("welcome_message", "text"),
            Setting("intro_video_url", "line"),
            Setting("meta_description", "text"),
        ),
    ),
    (
        "branding",
        (
            Setting("branding_host_name", "line"),
            Setting("branding_why", "line"),
            Setting("branding_accent", "line"),
        ),
    ),
    ("background", (Setting("private_context", "text"),)),
    (
        "reminders",
        (
            Setting("reminders_enabled", "switch"),
            Setting("reminders_after_hours", "line"),
            Setting("reminders_text", "text"),
        ),
    ),
)
SETTINGS = {it.name: it for _, group in GROUPS for it in group}


def option_text(name: str, option: str) -> str:
    """Returns the name of the text that says what an option of a setting is."""
    return f"{_OPTION_TEXTS[name]}_{option}"


def entered_of(session: Session) -> dict[str, str]:
    """Returns what stands in the fields of a session."""
    return {name: _entered(session, it) for name, it in SETTINGS.items()}


def join_times(values: Values) -> dict[str, str]:
    """Returns these values with the two times and their zone as one, under the name of the end."""
    times = "\n".join(values[name] for name in (*_MOMENTS, _ZONE))
    return {name: it for name, it in values.items() if name not in (_OPENING, _ZONE)} | {_END: times}


def split_times(times: str) -> dict[str, str]:
    """Returns the times by the clock, and their zone, by their names."""
    return dict(zip((*_MOMENTS, _ZONE), (*times.split("\n"), "", "", ""), strict=False))


def list_changed(changes: Collection[str], values: Values, session: Session, now: datetime) -> dict[str, str]:
    """Returns what is to be changed, by the names of the fields, where the times and their zone are one name of `changes`.

    In another zone a time keeps what the clock says; one that is over stays when it was, and is shown by the other clock.
    """
    times = (*_MOMENTS, _ZONE) if _END in changes else ()
    changed = {name: values[name] for name in SETTINGS if name in changes or name in times}
    is_same_zone = values[_ZONE] == session.time_zone
    for name in _MOMENTS:
        at = getattr(session, name)
        stays = is_same_zone or at is None or at <= now
        if name in changed and stays and values[name] == _entered(session, SETTINGS[name]):
            del changed[name]
    return changed


def read_changes(changed: Values, values: Values, now: datetime) -> tuple[dict[str, Any], dict[str, Mistake]]:
    """Returns what these changed fields stand for, by the names of `edit_session`, and what is wrong with others of them.

    `values` are those of all fields: the times are such in the zone that is chosen.
    """
    read: dict[str, Any] = {}
    mistakes: dict[str, Mistake] = {}
    for name, text in changed.items():
        if name in _MOMENTS and _ZONE in mistakes:
            continue
        try:
            read[name] = _read(name, text, values)
            if name in _MOMENTS:
                _check_moment(name, read[name], now)
        except Mistake as mistake:
            mistakes[name] = mistake
    if not mistakes.keys() & {*_MOMENTS, _ZONE}:
        mistakes |= _check_order(read, values)
    reminders = [name for name in SETTINGS if name.startswith(REMINDERS)]
    if read.keys() & set(reminders) and not mistakes:
        whole = {name.removeprefix(REMINDERS): _read(name, values[name], values) for name in reminders}
        read["reminders"] = NewReminders(**whole)
    opened = {name.removeprefix(OPEN): value for name, value in read.items() if name.startswith(OPEN)}
    if opened:
        read["results_sections"] = OpenSections(**opened)
    said = {name.removeprefix(BRANDING): value for name, value in read.items() if name.startswith(BRANDING)}
    if said:
        read["branding"] = NewBranding(**said)
    return {name: value for name, value in read.items() if not name.startswith((REMINDERS, BRANDING, OPEN))}, mistakes


def _entered(session: Session, setting: Setting) -> str:
    name = setting.name
    value = _value(session, name)
    if setting.kind == "switch":
        return ON if value else ""
    if isinstance(value, datetime):
        return value.astimezone(ZoneInfo(session.time_zone)).strftime(LOCAL)
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "" if value is None else clean_text(str(value))


def _value(session: Session, name: str) -> Any:
    if name.startswith(REMINDERS):
        return session.reminders.get(name.removeprefix(REMINDERS))
    if name.startswith(BRANDING):
        return getattr(session.branding, name.removeprefix(BRANDING))
    if name.startswith(OPEN):
        return getattr(session.results_sections, name.removeprefix(OPEN))
    return getattr(session, name)


def _read(name: str, text: str, values: Values) -> Any:
    return _READ[SETTINGS[name].kind](name, text, values)


def _read_text(name: str, text: str, _: Values) -> Any:
    if name == "reminders_after_hours":
        return _read_hours(text)
    of = next(((name.removeprefix(it), kind) for it, kind in _PARTS.items() if name.startswith(it)), (name,))
    limit = limit_of(*of)
    if name == "branding_accent" and text:
        return _explained(lambda: read_color(text), "setting_accent_wrong")
    if name == "language":
        _explained(lambda: check_language(text), "setting_language_wrong")
    if len(text) > limit:
        raise Mistake("field_long", count=len(text), limit=limit)
    return text or None


def _read_hours(text: str) -> tuple[int, ...]:
    named = text.replace(",", " ").replace("،", " ").replace("、", " ").replace("，", " ").split()
    low, high = range_of("after_hours", NewReminders)
    hours = [int(it) for it in named if it.isdecimal() and len(it) <= 4]
    limit, *_ = limits_of("after_hours", NewReminders)
    if len(hours) != len(named) or len(named) > limit or not all(low <= it <= high for it in hours):
        raise Mistake("setting_hours_wrong", limit=limit, low=low, high=high)
    return tuple(hours)


def _read_number(name: str, text: str, _: Values) -> int | None:
    if not text and name in ("max_participants", "retention_days"):
        return None
    low, high = range_of(name)
    if not (text.isdecimal() and len(text) <= 9 and low <= int(text) <= high):
        raise Mistake("setting_number_wrong", low=low, high=high)
    return int(text)


def _read_moment(_: str, text: str, values: Values) -> datetime | None:
    if not text:
        return None
    try:
        local = datetime.fromisoformat(text)
        zone = ZoneInfo(find_time_zone(values[_ZONE]))
    except (ValueError, Invalid):
        raise Mistake("setting_time_wrong") from None
    return local.replace(tzinfo=zone) if local.tzinfo is None else local


def _check_moment(name: str, at: datetime | None, now: datetime) -> None:
    check = check_opening if name == _OPENING else check_closing
    _explained(lambda: check(at, now), "setting_time_past" if at and at <= now else "setting_time_wrong")


def _check_order(read: Mapping[str, Any], values: Values) -> dict[str, Mistake]:
    """Returns what is wrong with the time that was changed where the session would end before it opens."""
    changed = [name for name in _MOMENTS if read.get(name)]
    opens, ends = (read[name] if name in read else _read_moment(name, values[name], values) for name in _MOMENTS)
    try:
        check_order(opens, ends)
    except Invalid:
        return {name: Mistake("setting_times_wrong") for name in changed[:1]}
    return {}


def _read_zone(_: str, text: str, __: Values) -> str:
    return str(_explained(lambda: find_time_zone(text), "setting_zone_wrong"))


def _read_choice(name: str, text: str, _: Values) -> str:
    if text not in CHOICES[name]:
        raise Mistake("choose_one")
    return text


def _read_switch(_: str, text: str, __: Values) -> bool:
    return text == ON


def _explained(check: Callable[[], Any], key: str) -> Any:
    try:
        return check()
    except Invalid:
        raise Mistake(key) from None


_READ: Mapping[Kind, Callable[[str, str, Values], Any]] = {
    "line": _read_text,
    "text": _read_text,
    "number": _read_number,
    "moment": _read_moment,
    "zone": _read_zone,
    "choice": _read_choice,
    "switch": _read_switch,
}
