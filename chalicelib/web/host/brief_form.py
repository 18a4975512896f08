"""How the form of a brief looks: its fields, with what is said beside each, as a page or as the parts of one that changed."""

from collections.abc import Collection, Mapping
from typing import Any

from chalice.app import Response
from msgspec import Struct

from chalicelib import container
from chalicelib.model import SessionView, TelegramGroup
from chalicelib.model.projects import Project
from chalicelib.operations.field_limits import limit_of
from chalicelib.services.sessions.brief_hints import list_hints
from chalicelib.services.sessions.merging import choices, note
from chalicelib.store import keys
from chalicelib.web.host.drift import find_drift
from chalicelib.web.host.page import render_host_page
from chalicelib.web.host.request import HostRequest, root
from chalicelib.web.host.saving import write_noted
from chalicelib.web.host.session_page import render_session_page
from chalicelib.web.host.template_choice import AnyTemplate, list_offered, offered
from chalicelib.web.kit.http import Form
from chalicelib.web.kit.page import HEADERS, locale_for, render_fragment

# The steps, in the order in which a host thinks; the name that participants see comes last, since it follows from the others.
FIELDS = ("goal", "critical", "context", "topic")
NEEDED = ("goal", "topic")
PARTS = (keys.CONTEXT,)  # of a view
_SHORT = ("topic",)


class Suggested(Struct, frozen=True):
    """What is suggested for a field, what was in it before one was put there, and what is said where there is none."""

    texts: tuple[str, ...] = ()
    before: str = ""
    notice: str = ""


class Field(Struct, frozen=True):
    """A field of the form: what is in it, and what is said beside it.

    `theirs` is what is stored where that and the page's text are both new, and `keep` what is sent to choose mine or theirs.
    """

    name: str
    value: str
    is_needed: bool
    is_short: bool
    error: str
    hints: list[str]
    theirs: str | None
    keep: tuple[str, str]
    suggested: Suggested | None = None


def list_stored(view: SessionView, names: Collection[str]) -> dict[str, str]:
    """Returns what is stored in these fields, without those that are empty."""
    of = view.session
    stored = {"goal": of.goal, "critical": of.critical, "context": view.context, "topic": of.topic}
    return {name: text for name in names if (text := stored[name])}


def find_step(named: str, view: SessionView | None) -> str:
    """Returns the step that is shown, of a session that is not there yet the first; empty where all of the brief is, without steps."""
    if view is None:
        return FIELDS[0]
    return named if named in FIELDS and view.session.is_draft else ""


def list_shown(step: str) -> tuple[str, ...]:
    """Returns the fields of a step: the last one shows all once more."""
    return FIELDS if step in ("", FIELDS[-1]) else (step,)


def read_step(form: Form) -> str:
    """Returns the step of a draft that a form was made for; empty for a form with all of the brief."""
    return named if (named := form.get("step", "")) in FIELDS else ""


def read_entered(form: Form, step: str) -> dict[str, str]:
    """Returns what a form of this step says, by the fields that it has."""
    return {name: form.get(name, "") for name in list_shown(step)}


def add_stored(
    view: SessionView, values: Mapping[str, str], noted: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Returns these values and what is noted of them, with what is stored in the other fields."""
    stored = list_stored(view, [name for name in FIELDS if name not in values])
    return {name: values.get(name, stored.get(name, "")) for name in FIELDS}, {**note(stored), **noted}


def list_fields(
    host: HostRequest,
    values: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
    clashes: Mapping[str, str | None] | None = None,
) -> list[Field]:
    """Returns the fields with these values, with what is wrong with them and what they clash with."""
    texts, errors, clashes = locale_for(host.request).texts, errors or {}, clashes or {}
    return [
        Field(
            name,
            value,
            name in NEEDED,
            name in _SHORT,
            errors.get(name, ""),
            [texts(f"brief_{hint.kind}", count=hint.count) for hint in list_hints(name, value)],
            (clashes[name] or texts("clash_empty")) if name in clashes else None,
            choices(clashes.get(name)),
        )
        for name, value in values.items()
    ]


def list_overlong(host: HostRequest, given: Mapping[str, str]) -> dict[str, str]:
    """Returns what is said of each text that is too long."""
    texts = locale_for(host.request).texts
    limits = {name: limit_of(name) for name in given}
    return {
        name: texts("field_long", count=len(text), limit=limits[name])
        for name, text in given.items()
        if len(text) > limits[name]
    }


def show_form(
    host: HostRequest,
    view: SessionView | None,
    fields: list[Field],
    step: str,
    *,
    noted: Mapping[str, str],
    template: AnyTemplate | None = None,
    is_saved: bool = False,
    is_opened: bool = False,
    status: int = 200,
    project: Project | None = None,
    group: TelegramGroup | None = None,
) -> Response:
    """Returns the page with this step; of a session that is there, with the way to its other pages; of one that is not, with the
    `project` that it is going to be in, and the `group` that it is going to be announced in."""
    values: dict[str, Any] = {
        **_shared(host, view, fields, step, noted),
        "chosen": offered(template) if template else None,
        "project": project,
        "group": group,
        "templates": [] if template or step != FIELDS[0] or (view and view.session.template_id) else list_offered(host),
        "is_saved": is_saved,
        "is_opened": is_opened,
        "is_changed": is_opened or any(it.error or it.theirs is not None for it in fields),
        "once": "" if view else container.new_id(),
        "has_errors": any(it.error for it in fields),
    }
    if view is None:
        return render_host_page(host.request, "new_session.html", status, host=host, **values)
    values["drift"] = find_drift(view, locale_for(host.request).texts)
    return render_session_page(host, view, "brief", "brief.html", status, has_frame=True, **values)


def show_saved(
    host: HostRequest,
    view: SessionView | None,
    fields: list[Field],
    step: str,
    *,
    noted: Mapping[str, str],
    is_stored: bool,
    is_opened: bool,
    is_renewed: bool = False,
) -> Response:
    """Returns what a script puts on its page: whether all is stored, and what is said beside the fields. The address becomes that
    of the draft; a page that has to show another text is loaded anew."""
    stored = "brief_saved" if view else "brief_note"  # of nothing, nothing is stored
    told = stored if is_stored else "brief_opened" if is_opened else "brief_look"
    values = {
        **_shared(host, view, fields, step, noted),
        "is_stored": is_stored,
        "told": told,
        "root": root(host.request),
    }
    body = render_fragment(locale_for(host.request), "brief_saved.html", **values)
    here = f"{values['address']}?step={step}" if step else values["address"]
    headers = dict(HEADERS)
    if view and step:
        headers["HX-Replace-Url"] = here
    if is_renewed and is_stored:
        headers["HX-Redirect"] = here  # a page that answered a form would be loaded anew by sending the form once more
    return Response(body, headers, 200)


def _shared(
    host: HostRequest, view: SessionView | None, fields: list[Field], step: str, noted: Mapping[str, str]
) -> dict[str, Any]:
    return {
        "fields": fields,
        "noted": write_noted(noted),
        "step": step,
        "steps": FIELDS,
        "address": f"{root(host.request)}/sessions/{view.session.id}/brief" if view else "",
        "is_draft": view is None or view.session.is_draft,
        "suggests": container.model_of_user(host.user_id).understands,
        "suggestions_address": suggestions_address(host, view),
    }


def suggestions_address(host: HostRequest, view: SessionView | None) -> str:
    """Returns where suggestions for the fields of a brief are asked for."""
    at = root(host.request)
    return f"{at}/sessions/{view.session.id}/brief/suggestions" if view else f"{at}/new/suggestions"
