"""The form of a template of one's own: a new one, one made of a session, and a change of one that there is."""

from contextlib import suppress
from typing import Any

from chalice.app import Response
from msgspec.structs import replace

from chalicelib import container
from chalicelib.errors import Conflict, Forbidden, HarmonicaError, NotFound, Unprocessable
from chalicelib.model.templates import OwnTemplate
from chalicelib.operations.templates import (
    CreateTemplate,
    EditTemplate,
    TemplateInput,
    create_template,
    edit_template,
    remove_template,
)
from chalicelib.services.templates import own
from chalicelib.settings import settings
from chalicelib.web.host.form_cards import KINDS
from chalicelib.web.host.page import render_host_page
from chalicelib.web.host.projects import list_all, where
from chalicelib.web.host.repetition import perform_once
from chalicelib.web.host.request import HostRequest, root
from chalicelib.web.host.saving import explain_failure
from chalicelib.web.host.template_entries import (
    Entries,
    entries_of,
    entries_of_session,
    find_mistakes,
    read_entries,
    values_of,
    with_room,
)
from chalicelib.web.host.templates_page import preview
from chalicelib.web.kit.http import Form, see_other
from chalicelib.web.kit.page import locale_for
from chalicelib.web.kit.texts import Texts

_BRIEF_FIELDS = ("goal", "critical", "context", "topic")
_ROOM = ("question", "field")  # buttons that make room for another one


def show_new(host: HostRequest) -> Response:
    """Returns the form of a new template: empty, or with what a session of this host's has."""
    query = host.request.query_params or {}
    entries = entries_of_session(host, query["session"]) if query.get("session") else Entries()
    if query.get("project"):
        entries = replace(entries, project_id=query["project"])
    return _render(host, None, entries, {})


def receive_new(host: HostRequest) -> Response:
    """Makes a template."""
    form, texts = host.form(), locale_for(host.request).texts
    entries = read_entries(form)
    if form.get("do") in _ROOM:
        return _render(host, None, with_room(entries, form["do"]), form, is_step=True)
    if mistakes := find_mistakes(entries, texts):
        return _render(host, None, entries, form, mistakes)
    try:
        perform_once(host, create_template, CreateTemplate(**values_of(entries, None)), form.get("once", ""))
    except HarmonicaError as error:
        return _render(host, None, entries, form, failure=error)
    return see_other(f"{root(host.request)}/templates?made=1")


def show_template(host: HostRequest, template_id: str) -> Response:
    """Returns the form of a template of this host's."""
    stored = own.require_changeable(template_id, host.user_id, deps=container.template_deps())
    return _render(host, stored, entries_of(stored), {})


def receive_template(host: HostRequest, template_id: str) -> Response:
    """Saves, archives, takes back or deletes a template."""
    form, at = host.form(), f"{root(host.request)}/templates"
    if form.get("do") == "delete":
        with suppress(NotFound):  # it is gone already: the button was pressed twice
            host.perform(remove_template, TemplateInput(template_id=template_id))
        return see_other(f"{at}?deleted=1")
    if (do := form.get("do")) in ("archive", "restore"):
        host.perform(edit_template, EditTemplate(template_id=template_id, archived=do == "archive"))
        return see_other(f"{at}?{do}d=1")
    stored = own.require_changeable(template_id, host.user_id, deps=container.template_deps())
    entries, texts = read_entries(form), locale_for(host.request).texts
    if do in _ROOM:
        return _render(host, stored, with_room(entries, form["do"]), form, is_step=True)
    if mistakes := find_mistakes(entries, texts):
        return _render(host, stored, entries, form, mistakes)
    if form.get("unchanged") != stored.updated_at.isoformat():
        return _render(host, stored, entries, {}, failure=Conflict(""))
    given = EditTemplate(template_id=template_id, unchanged_since=stored.updated_at, **values_of(entries, stored))
    try:
        host.perform(edit_template, given)
    except HarmonicaError as error:
        return _render(host, stored, entries, form, failure=error)
    return see_other(f"{at}/{stored.id}?saved=1")


def _render(
    host: HostRequest,
    stored: OwnTemplate | None,
    entries: Entries,
    form: Form,
    mistakes: dict[str, str] | None = None,
    failure: HarmonicaError | None = None,
    *,
    is_step: bool = False,
) -> Response:
    """Returns the form with these entries; what was wrong is said beside them, and nothing of them is lost."""
    texts, query = locale_for(host.request).texts, host.request.query_params or {}
    is_wrong = bool(mistakes or failure)
    values: dict[str, Any] = {
        "entered": entries,
        "errors": mistakes or {},
        "notice": _explain(failure, texts) if failure else "",
        "has_errors": is_wrong,
        "is_changed": is_step or is_wrong or (stored is None and bool(entries.texts)),
        "stored": stored,
        "steps": preview(stored).steps if stored else [],
        "brief_fields": _BRIEF_FIELDS,
        "kinds": KINDS,
        "projects": where(list_all(host), "admin"),
        "unchanged": form.get("unchanged") or (stored.updated_at.isoformat() if stored else ""),
        "once": "" if stored else form.get("once") or container.new_id(),
        "is_shared": settings().public_templates == "yes",
        "news": texts("changes_saved") if "saved" in query and not (is_wrong or is_step) else "",
    }
    status = failure.status if failure else 400 if mistakes else 200
    return render_host_page(host.request, "template_editor.html", status, host=host, **values)


def _explain(failure: HarmonicaError, texts: Texts) -> str:
    if isinstance(failure, Conflict):
        return texts("template_conflict")
    if isinstance(failure, Forbidden):  # they manage the project no more; what they entered stays
        return texts("refused_project_gone")
    return texts("template_full") if isinstance(failure, Unprocessable) else explain_failure(failure, texts)
