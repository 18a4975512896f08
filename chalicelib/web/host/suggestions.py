"""Suggestions beside the fields of a brief: a button asks for them, and another puts one into its field.

Nothing is stored by either. What was in the field is kept beside the suggestions, so that it can be put back.
"""

from collections.abc import Mapping
from typing import Any, get_args

from chalice.app import Response
from msgspec.structs import replace

from chalicelib import container
from chalicelib.errors import Invalid, RateLimited, Unavailable
from chalicelib.model import SessionView, SuggestedField
from chalicelib.operations.suggestions import Suggestions, SuggestTexts, suggest_texts
from chalicelib.services.usage.budget import BudgetSpent
from chalicelib.web.host.brief_form import (
    FIELDS,
    PARTS,
    Suggested,
    add_stored,
    find_step,
    list_fields,
    list_overlong,
    list_stored,
    read_entered,
    read_step,
    show_form,
)
from chalicelib.web.host.kept_form import is_of_script
from chalicelib.web.host.projects import find_chosen_project
from chalicelib.web.host.request import HostRequest
from chalicelib.web.host.saving import read_noted
from chalicelib.web.host.session_page import open_session
from chalicelib.web.host.telegram_groups import find_chosen_group
from chalicelib.web.host.template_choice import find_chosen
from chalicelib.web.kit.http import Form
from chalicelib.web.kit.page import HEADERS, locale_for, render_fragment

_USED = "use_"  # before the name of a field


def is_asked_for(host: HostRequest, form: Form) -> bool:
    """Says whether a form of a brief asks for suggestions, or puts one into its field: without a script the whole form does. A
    script has addresses of its own for that, since it sends the form by itself while one of these buttons has the focus."""
    return not is_of_script(host.request) and ("suggest" in form or any(_USED + name in form for name in FIELDS))


def receive_new(host: HostRequest) -> Response:
    """Suggests texts for the first field of a session that is not there yet."""
    return show_suggestions(host, None, host.form())


def receive(host: HostRequest, session_id: str) -> Response:
    """Suggests texts for a field of the brief of a session."""
    return show_suggestions(host, open_session(host, session_id, PARTS, "editor"), host.form())


def show_suggestions(host: HostRequest, view: SessionView | None, form: Form) -> Response:
    """Returns the form with suggestions beside a field, or with one of them in it; to a script, the suggestions alone."""
    step, noted = read_step(form) if view else FIELDS[0], read_noted(form)
    values = read_entered(form, step)
    used = next((name for name in values if form.get(_USED + name)), None)
    name = used or form.get("suggest", "")
    if name not in values:
        raise Invalid("suggest must be one of the fields of the form")
    if used:
        suggested = Suggested(before=values[used])
        values[used] = form[_USED + used]
    else:
        suggested = _suggest(host, name, {**(list_stored(view, FIELDS) if view else {}), **values}, view, form)
    if is_of_script(host.request):
        given: dict[str, Any] = {"name": name, "suggested": suggested}
        return Response(render_fragment(locale_for(host.request), "suggested.html", **given), HEADERS, 200)
    is_opened = bool(view and step and not view.session.is_draft)
    if view and is_opened:
        values, noted = add_stored(view, values, noted)
    fields = [replace(it, suggested=suggested) if it.name == name else it for it in list_fields(host, values)]
    template, step = find_chosen(host, form.get("template", "")), find_step(step, view)
    project = None if view else find_chosen_project(host, form.get("project"))
    group = None if view else find_chosen_group(host, form.get("group"))
    return show_form(
        host, view, fields, step, noted=noted, template=template, is_opened=is_opened, project=project, group=group
    )


def _suggest(
    host: HostRequest, name: str, entered: Mapping[str, str], view: SessionView | None, form: Form
) -> Suggested:
    texts = locale_for(host.request).texts
    template = find_chosen(host, view.session.template_id if view else form.get("template", ""))
    if not (template or any(entered.values())):
        return Suggested(notice=texts("suggest_empty"))
    if overlong := list_overlong(host, entered):
        return Suggested(notice=next(iter(overlong.values())))
    field: Any = name if name in get_args(SuggestedField) else None
    given = SuggestTexts(field=field, template_id=template.id if template else None, **entered)
    try:
        found: Suggestions = host.perform(suggest_texts, given)
    except RateLimited as error:
        seconds = texts("seconds", count=max(1, round(error.retry_after)))
        return Suggested(notice=texts("suggest_slow", seconds=seconds))
    except BudgetSpent:
        return Suggested(notice=texts("suggest_spent"))
    except Unavailable:
        return Suggested(
            notice=texts("suggest_failed" if container.model_of_user(host.user_id).understands else "suggest_no_model")
        )
    return Suggested(tuple(found.suggestions))
