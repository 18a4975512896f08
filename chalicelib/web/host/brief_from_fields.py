"""The brief of a session whose template asks questions of its own: what is entered becomes the parts of the brief that it maps to, which
the last step shows for review."""

from collections.abc import Mapping
from typing import Any

from chalice.app import Response
from msgspec import Struct

from chalicelib import container
from chalicelib.model import SessionView, TelegramGroup
from chalicelib.model.projects import Project
from chalicelib.model.templates import OwnTemplate, TemplateField
from chalicelib.operations.field_limits import limit_of
from chalicelib.web.host.page import render_host_page
from chalicelib.web.host.request import HostRequest, root
from chalicelib.web.host.template_choice import offered
from chalicelib.web.kit.http import Form
from chalicelib.web.kit.page import locale_for

FILLED = "fields"  # what the button says that sends them
PREFIX = "field."  # of the names of entries


class Asked(Struct, frozen=True):
    """A question of a template on the page: what is entered, and what is wrong with it."""

    name: str
    of: TemplateField
    value: str
    is_short: bool
    error: str = ""


def show_fields(
    host: HostRequest,
    view: SessionView | None,
    template: OwnTemplate,
    stored: Mapping[str, str],
    form: Form,
    errors: Mapping[str, str] | None = None,
    project: Project | None = None,
    group: TelegramGroup | None = None,
) -> Response:
    """Returns the page with the questions of a template. What is `stored` of the brief begins the first field that maps to it."""
    errors = errors or {}
    values = read_fields(template, form) if form.get("do") == FILLED else _begin(template, stored)
    action = f"{root(host.request)}/sessions/{view.session.id}/brief" if view else f"{root(host.request)}/new"
    given: dict[str, Any] = {
        "asked": [
            Asked(f"{PREFIX}{it.key}", it, values[it.key], it.maps_to == "topic", errors.get(it.key, ""))
            for it in template.fields
        ],
        "action": action,
        "once": "" if view else form.get("once") or container.new_id(),
        "goal": "" if view else form.get("goal", ""),
        "chosen": offered(template),
        "project": project,
        "group": group,
        "has_errors": bool(errors),
    }
    return render_host_page(host.request, "new_from_fields.html", 400 if errors else 200, host=host, **given)


def read_fields(template: OwnTemplate, form: Form) -> dict[str, str]:
    """Returns what was entered, by the keys of the template's fields."""
    return {it.key: form.get(f"{PREFIX}{it.key}", "") for it in template.fields}


def compose(template: OwnTemplate, entered: Mapping[str, str]) -> dict[str, str]:
    """Returns the parts of the brief: of several entries in one, each stands below its label."""
    parts: dict[str, str] = {}
    for name in dict.fromkeys(it.maps_to for it in template.fields):
        into = [it for it in template.fields if it.maps_to == name]
        said = [it for it in into if entered[it.key]]
        texts = [entered[it.key] if len(into) == 1 else f"{it.label}\n{entered[it.key]}" for it in said]
        if texts:
            parts[name] = (" – " if name == "topic" else "\n\n").join(texts)
    return parts


def find_errors(host: HostRequest, template: OwnTemplate, entered: Mapping[str, str]) -> dict[str, str]:
    """Returns what is wrong, by the keys of the fields: what is missing, and what makes a part of the brief too long."""
    texts, parts = locale_for(host.request).texts, compose(template, entered)
    wrong = {it.key: texts("field_needed") for it in template.fields if it.required and not entered[it.key]}
    for name, text in parts.items():
        if len(text) > (limit := limit_of(name)):
            last = [it.key for it in template.fields if it.maps_to == name and entered[it.key]][-1]
            wrong[last] = texts("field_long", count=len(text), limit=limit)
    return wrong


def _begin(template: OwnTemplate, stored: Mapping[str, str]) -> dict[str, str]:
    left = dict(stored)
    return {it.key: left.pop(it.maps_to, "") for it in template.fields}
