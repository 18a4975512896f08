"""The page of a session's settings: read by its members, changed by its editors."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from chalice.app import Response
from msgspec import Struct
from msgspec.structs import replace

from chalicelib import container
from chalicelib.errors import HarmonicaError, Invalid
from chalicelib.model import Session, SessionView
from chalicelib.services.access.roles import has_role
from chalicelib.services.participants.question_roles import asks_who
from chalicelib.services.sessions.branding import logo_address
from chalicelib.services.sessions.merging import Merge, choices, merge, note
from chalicelib.services.sessions.retention import check_retention
from chalicelib.services.sessions.time_zones import list_time_zones
from chalicelib.settings import settings
from chalicelib.store import keys
from chalicelib.web.host.field_mistakes import Mistake
from chalicelib.web.host.logo_field import LOGO, REMOVE_LOGO, change_logo
from chalicelib.web.host.request import HostRequest, root
from chalicelib.web.host.saving import explain_failure, read_choices, read_noted, save_changes, write_noted
from chalicelib.web.host.session_page import open_session, render_session_page, tell_deletion
from chalicelib.web.host.settings_fields import (
    CHOICES,
    GROUPS,
    ON,
    SETTINGS,
    Kind,
    Setting,
    Values,
    entered_of,
    join_times,
    list_changed,
    option_text,
    read_changes,
    split_times,
)
from chalicelib.web.kit.http import Form, read_file, see_other
from chalicelib.web.kit.language import LANGUAGES
from chalicelib.web.kit.page import locale_for
from chalicelib.web.kit.request import require_uuid
from chalicelib.web.kit.texts import Texts

PARTS = (keys.QUESTIONS, keys.SUMMARY_PROMPT, keys.PRIVATE_CONTEXT)


class ShownSetting(Struct, frozen=True):
    """A setting as its page shows it: what stands in it, what may stand in it, and what there is to say of it.

    `theirs` is what somebody else stored meanwhile, in words, and `keep` what to send back to choose one's own or the other's.
    """

    name: str
    kind: Kind
    value: str
    options: list[tuple[str, str]]
    remark: str
    error: str
    theirs: str | None
    keep: tuple[str, str]


class SettingsPlan(Struct, frozen=True):
    """What somebody wants of the settings as they are stored: what is to be changed, or why nothing is for now.

    `values` are those of the fields; of what was merged, the end and its zone are one.
    """

    values: dict[str, str]
    merged: Merge[str]
    changes: dict[str, Any]
    mistakes: dict[str, Mistake]

    @property
    def needs_another_look(self) -> bool:
        """Whether the page has to be shown again."""
        return bool(self.merged.clashes or self.mistakes)


def show_settings(host: HostRequest, session_id: str) -> Response:
    """Returns the settings."""
    view = open_session(host, session_id, PARTS)
    stored = entered_of(view.session)
    return _render(host, view, SettingsPlan(stored, Merge({}, {}, {}, note(join_times(stored))), {}, {}))


def receive_settings(host: HostRequest, session_id: str) -> Response:
    """Saves what was changed; where somebody else changed the same meanwhile, asks which it shall be."""
    found, form, logo = require_uuid(session_id), host.form(), read_file(host.request, LOGO)
    plans: list[tuple[SessionView, SettingsPlan]] = []

    def plan(view: SessionView) -> SettingsPlan:
        plans.append((view, make_plan(view, form, logo)))
        return plans[-1][1]

    try:
        view, made = save_changes(host, found, PARTS, plan)
    except HarmonicaError as error:
        if not plans:
            raise
        return _render(host, *plans[-1], error)
    if made.needs_another_look:
        return _render(host, view, made)
    return see_other(f"{root(host.request)}/sessions/{found}/settings?saved=1")


def make_plan(view: SessionView, form: Form, logo: bytes | None) -> SettingsPlan:
    """Returns what this form changes of a session, with the logo that was chosen in it."""
    now, stored = container.clock().now(), entered_of(view.session)
    mine = stored | _entered(form)
    merged = merge(read_noted(form), join_times(mine), join_times(stored), read_choices(form))
    values = {name: value or "" for name, value in merged.values.items()}
    values |= split_times(values["closes_at"])
    changes, mistakes = read_changes(list_changed(merged.changes, values, view.session, now), values, now)
    if changes.get("anonymous") and asks_who(view.questions):
        mistakes["anonymous"] = Mistake("setting_anonymous_refused")
    mistakes |= _find_mistakes(changes, view.session, now)
    try:
        changes |= change_logo(changes, logo, removes=REMOVE_LOGO in form)
    except Mistake as mistake:
        mistakes[LOGO] = mistake
    if logo and (merged.clashes or mistakes):
        mistakes.setdefault(LOGO, Mistake("setting_logo_again"))
    return SettingsPlan(values, merged, {} if merged.clashes or mistakes else changes, mistakes)


def _find_mistakes(changes: dict[str, Any], session: Session, now: datetime) -> dict[str, Mistake]:
    """Returns what is wrong with these changes because the session is as it is."""
    mistakes = {}
    if changes.get("models", session.models) != session.models == "stage" and not _has_models(session.owner_id):
        mistakes["models"] = Mistake("setting_models_missing")
    if changes.get("opens_at") and not (session.topic and session.goal):
        mistakes["opens_at"] = Mistake("setting_opens_brief")
    kept = {name: changes[name] for name in ("closes_at", "retention_days") if name in changes}
    try:
        check_retention(replace(session, **kept), now)
    except Invalid:
        mistakes["retention_days"] = Mistake("setting_retention_over")
    return mistakes if mistakes.keys() & changes.keys() else {}


def _has_models(user_id: str) -> bool:
    return container.has_own_models() and container.own_models().get(user_id).tiers is not None


def _entered(form: Form) -> dict[str, str]:
    """Returns what stands in the fields; a switch that is off is not sent at all."""
    return {
        name: form.get(name, "") if it.kind != "switch" else ON if form.get(name) else ""
        for name, it in SETTINGS.items()
        if name in form or it.kind == "switch"
    }


def _render(
    host: HostRequest, view: SessionView, plan: SettingsPlan, failure: HarmonicaError | None = None
) -> Response:
    texts = locale_for(host.request, view.session).texts
    notice = explain_failure(failure, texts) if failure else ""
    is_again = plan.needs_another_look
    values: dict[str, Any] = {
        "groups": [(group, _list_shown(fields, view, plan, texts)) for group, fields in GROUPS],
        "noted": write_noted(plan.merged.noted),
        "clashes": len(plan.merged.clashes),
        "has_errors": is_again,
        "notice": notice,
        "news": texts("changes_saved") if "saved" in (host.request.query_params or {}) and not is_again else "",
        "language_names": [(it.tag, it.name) for it in LANGUAGES.values()],
        "asks_who": asks_who(view.questions),
        "logo": logo_address(view.session),
        "logo_error": plan.mistakes[LOGO].explain(texts) if LOGO in plan.mistakes else "",
    }
    status = failure.status if failure else 409 if plan.merged.clashes else 400 if is_again else 200
    return render_session_page(host, view, "settings", "session_settings.html", status, **values)


def _list_shown(group: Sequence[Setting], view: SessionView, plan: SettingsPlan, texts: Texts) -> list[ShownSetting]:
    """Returns the fields of a group: only a draft has a time to open, only who may delete a session says how long it is kept, and only
    its owner whose model answers."""
    chooses = container.has_own_models() and view.own_role == "owner"
    offered = {"opens_at": view.session.is_draft, "retention_days": has_role(view, "admin"), "models": chooses}
    return [_shown(it.name, view, plan, texts) for it in group if offered.get(it.name, True)]


def _shown(name: str, view: SessionView, plan: SettingsPlan, texts: Texts) -> ShownSetting:
    kind, merged = SETTINGS[name].kind, plan.merged
    mistake, is_clash = plan.mistakes.get(name), name in merged.clashes
    theirs = merged.clashes.get(name) or ""
    return ShownSetting(
        name,
        kind,
        plan.values.get(name, ""),
        _options(name, plan.values, texts),
        _remark(name, view, texts),
        mistake.explain(texts) if mistake else "",
        _told(name, theirs, texts) if is_clash else None,
        choices(theirs),
    )


def _options(name: str, values: Values, texts: Texts) -> list[tuple[str, str]]:
    if SETTINGS[name].kind == "choice":
        return [(it, texts(option_text(name, it))) for it in CHOICES[name]]
    if SETTINGS[name].kind == "zone":
        return [(it, it.replace("_", " ")) for it in list_time_zones(values.get(name, ""))]
    return []


def _remark(name: str, view: SessionView, texts: Texts) -> str:
    """Returns what there is to say of a setting because the session is as it is."""
    match name:
        case "closes_at":
            has_ended = view.session.status_at(container.clock().now()) == "completed"
            return texts("setting_closes_at_ended") if has_ended else ""
        case "retention_days":
            days = settings().retention_days
            stage = [texts("setting_retention_stage", days=texts("days", count=days))] if days else []
            return " ".join((*stage, tell_deletion(view.session, texts))).strip()
        case "max_participants":
            return texts("setting_joined", participants=texts("persons", count=view.tally.participants))
        case "anonymous":
            return texts("setting_anonymous_form") if asks_who(view.questions) else ""
        case _:
            return ""


def _told(name: str, value: str, texts: Texts) -> str:
    """Returns in words what is stored in a field."""
    match SETTINGS[name].kind:
        case "switch":
            return texts("clash_on" if value == ON else "clash_off")
        case "choice":
            return texts(option_text(name, value))
        case "moment":
            *moments, zone = split_times(value).values()
            told = " – ".join(it.replace("T", " ") for it in moments if it) or texts("clash_empty")
            return f"{told} · {zone.replace('_', ' ')}"
        case _:
            return value or texts("clash_empty")
