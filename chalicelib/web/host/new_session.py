"""A new session: the four fields of its brief, empty or from a template, and the session that they make."""

from typing import Any

from chalice.app import Response
from msgspec import Struct

from chalicelib.errors import Invalid
from chalicelib.operations.session_fields import CreateSession
from chalicelib.operations.sessions import create_session
from chalicelib.services.templates import Template, all_templates, find_template
from chalicelib.web.host.field_limits import limit_of
from chalicelib.web.host.page import render_host_page
from chalicelib.web.host.request import HostRequest, root
from chalicelib.web.kit.http import Form, see_other
from chalicelib.web.kit.page import locale_for

# The steps, in the order in which a host thinks; the name that participants see comes last, since it follows from the others.
FIELDS = ("goal", "critical", "context", "topic")
_NEEDED = ("goal", "topic")
_SHORT = ("topic",)


class Field(Struct, frozen=True):
    """A field of the form: its name, what is in it, how long it may be, and what is wrong with it."""

    name: str
    value: str
    limit: int
    is_needed: bool
    is_short: bool
    error: str = ""


def show_new(host: HostRequest, form: Form | None = None, errors: dict[str, str] | None = None) -> Response:
    """Returns the form; after a mistake with what was entered, and what is wrong beside it."""
    query = host.request.query_params or {}
    template = find_template((form or query).get("template", ""))
    given = form if form is not None else {**_from(template), **{k: v for k, v in query.items() if k in FIELDS}}
    found = errors or {}
    values: dict[str, Any] = {
        "fields": [
            Field(name, given.get(name, ""), limit_of(name), name in _NEEDED, name in _SHORT, found.get(name, ""))
            for name in FIELDS
        ],
        "chosen": template,
        "templates": all_templates(),
        "goal": given.get("goal", ""),
        "has_errors": bool(found),
    }
    return render_host_page(host.request, "new_session.html", 400 if found else 200, host=host, **values)


def receive_new(host: HostRequest) -> Response:
    """Makes the session, and leads to its page."""
    form, texts = host.form(), locale_for(host.request).texts
    errors = {name: texts("field_needed") for name in _NEEDED if not form.get(name)}
    for name in FIELDS:
        if (length := len(form.get(name, ""))) > (limit := limit_of(name)):
            errors[name] = texts("field_long", count=length, limit=limit)
    if errors:
        return show_new(host, form, errors)
    template = find_template(form.get("template", ""))
    given = CreateSession(
        topic=form["topic"],
        goal=form["goal"],
        critical=form.get("critical") or None,
        context=form.get("context") or None,
        template_id=template.id if template else None,
        cross_pollination=template.cross_pollination_default if template else False,
    )
    try:
        made = host.perform(create_session, given)
    except Invalid as error:
        return show_new(host, form, {"goal": error.message})
    return see_other(f"{root(host.request)}/sessions/{made.id}?made=1")


def _from(template: Template | None) -> dict[str, str]:
    if template is None:
        return {}
    return {
        "goal": template.default_goal,
        "critical": template.default_critical,
        "context": "",
        "topic": template.default_session_name,
    }
