"""The brief of a session: in four steps, a draft on the server from the first words on, and later all on one page.

The form says of each field what it was made from, so that what others wrote meanwhile is neither overwritten nor lost. A script
sends the form while somebody types, and is answered with what is said beside the fields.
"""

from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from urllib.parse import urlencode

import msgspec
from chalice.app import Response
from msgspec import Struct

from chalicelib import container
from chalicelib.errors import Conflict, NotFound
from chalicelib.model import SessionView
from chalicelib.model.projects import Project
from chalicelib.model.templates import OwnTemplate
from chalicelib.operations.session_fields import CreateSession, EditedQuestion
from chalicelib.operations.sessions import create_session
from chalicelib.services.sessions.creation import make_draft_id
from chalicelib.services.sessions.merging import Merge, merge, note, note_sent
from chalicelib.services.templates import session_values
from chalicelib.web.host import drift
from chalicelib.web.host.brief_form import (
    FIELDS,
    NEEDED,
    PARTS,
    Field,
    add_stored,
    find_step,
    list_fields,
    list_overlong,
    list_shown,
    list_stored,
    read_entered,
    read_step,
    show_form,
    show_saved,
)
from chalicelib.web.host.brief_from_fields import FILLED, compose, find_errors, read_fields, show_fields
from chalicelib.web.host.kept_form import is_of_script
from chalicelib.web.host.page import render_host_page
from chalicelib.web.host.projects import find_chosen_project
from chalicelib.web.host.request import HostRequest, root
from chalicelib.web.host.saving import NOTED, FieldChanges, read_choices, read_noted, read_sent, save_changes
from chalicelib.web.host.session_page import open_session
from chalicelib.web.host.suggestions import is_asked_for, show_suggestions
from chalicelib.web.host.telegram_groups import announced_in, find_chosen_group
from chalicelib.web.host.template_choice import AnyTemplate, find_chosen
from chalicelib.web.kit.http import Form, see_other
from chalicelib.web.kit.page import locale_for

_DRAFTS = 5  # that one form makes, each after the one before was deleted
_TEMPLATES = "templates"  # what somebody wants to choose from; on the page, its list


class BriefPlan(Struct, frozen=True):
    """What came of a form: what it says, merged with what is stored; what is wrong with which field; and what its page noted.

    `is_opened` says that it is the step of a draft, and that the session has been opened since: nobody knew what they changed.
    """

    own: dict[str, str]
    merged: Merge[str]
    errors: dict[str, str]
    noted: dict[str, str]
    is_opened: bool

    @property
    def changes(self) -> dict[str, str | None]:
        """The fields to be changed: each one that can be is kept, whatever there is to say of the others."""
        return {} if self.is_opened else self.merged.changes

    @property
    def is_stored(self) -> bool:
        """Whether all of it is."""
        return not (self.merged.clashes or self.errors or (self.is_opened and self.merged.changes))

    @property
    def outcome(self) -> dict[str, bool]:
        """What a script is told of it."""
        return {"is_stored": self.is_stored, "is_opened": self.is_opened}


def show_new(host: HostRequest, form: Form | None = None, errors: dict[str, str] | None = None) -> Response:
    """Returns the first step of a session that is not there yet; a template fills it in."""
    query = host.request.query_params or {}
    template = find_chosen(host, (form or query).get("template", ""))
    project, group = _find_project(host, form or query, template), find_chosen_group(host, (form or query).get("group"))
    goal = (form or query).get("goal", (template.default_goal or "") if template else "")
    if isinstance(template, OwnTemplate) and template.fields:
        return show_fields(
            host, None, template, {"goal": goal} if goal else {}, form or {}, project=project, group=group
        )
    fields = list_fields(host, {"goal": goal}, errors=errors or {})
    status = 400 if errors else 200
    return show_form(
        host, None, fields, "goal", noted={}, template=template, status=status, project=project, group=group
    )


def receive_new(host: HostRequest) -> Response:
    """Makes the draft of this form, if it is not there yet, and goes on with it."""
    form = host.form()
    if is_asked_for(host, form):
        return show_suggestions(host, None, form)
    template = find_chosen(host, form.get("take", "") or form.get("template", ""))
    if isinstance(template, OwnTemplate) and template.fields and not is_of_script(host.request):
        return _receive_fields(host, None, form, template)
    goal, texts = form.get("goal", ""), locale_for(host.request).texts
    if not goal and form.get("do") == _TEMPLATES:
        project, group = _find_project(host, form, None), find_chosen_group(host, form.get("group"))
        placed = {"project": project.id if project else "", "group": group.group_id if group else ""}
        query = urlencode({name: value for name, value in placed.items() if value})
        return see_other(f"{root(host.request)}/new{f'?{query}' if query else ''}#{_TEMPLATES}")
    errors = {} if goal or template or is_of_script(host.request) else {"goal": texts("field_needed")}
    errors |= list_overlong(host, {"goal": goal})
    view = None if errors else _find_draft(host, form, template)
    return _receive(host, view, form, FIELDS[0]) if view else _answer_too_early(host, form, errors)


def show_brief(host: HostRequest, session_id: str) -> Response:
    """Returns a step of the brief of a session, or all of it."""
    view = open_session(host, session_id, {*PARTS, *drift.PARTS}, "editor")
    query = host.request.query_params or {}
    step = find_step(query.get("step", ""), view)
    stored = list_stored(view, list_shown(step))
    fields = list_fields(host, {name: stored.get(name, "") for name in list_shown(step)})
    return show_form(host, view, fields, step, noted=note(stored), is_saved="saved" in query)


def receive_brief(host: HostRequest, session_id: str) -> Response:
    """Keeps what was written, and goes on to the next step. Where the session was deleted meanwhile, gives the words back."""
    form = host.form()
    try:
        view = open_session(host, session_id, PARTS, "editor")
    except NotFound as error:
        words = {name: form[name] for name in FIELDS if form.get(name)}
        if is_of_script(host.request) or not words:
            raise
        return render_host_page(host.request, "brief_gone.html", error.status, host=host, words=words)
    if is_asked_for(host, form):
        return show_suggestions(host, view, form)
    if form.get("do") == FILLED:
        template = find_chosen(host, form.get("template", ""))
        if isinstance(template, OwnTemplate) and view.session.is_draft:
            return _receive_fields(host, view, form, template)
    return _receive(host, view, form, read_step(form))


def _receive_fields(host: HostRequest, view: SessionView | None, form: Form, template: OwnTemplate) -> Response:
    """Makes the brief of what a template asks, and goes on to the step that shows all of it; asks first, where that was not yet."""
    goal = {"goal": form["goal"]} if form.get("goal") else {}
    project = None if view else _find_project(host, form, template)
    group = None if view else find_chosen_group(host, form.get("group"))
    if form.get("do") != FILLED:
        return show_fields(host, view, template, goal, form, project=project, group=group)
    entered = read_fields(template, form)
    if errors := find_errors(host, template, entered):
        return show_fields(host, view, template, {}, form, errors, project, group)
    view = view or _find_draft(host, form, template)
    if view is None:
        raise NotFound("The draft of this form was deleted")
    _take_template(host, view.session.id, template, compose(template, entered))
    return see_other(f"{_address(host, view)}?step={FIELDS[-1]}")


def _receive(host: HostRequest, view: SessionView, form: Form, step: str) -> Response:
    view, plan = _write(host, view, form, step)
    if is_of_script(host.request):
        fields, noted = _list_fields(host, plan.own, plan), _note(plan.own, plan)
        is_renewed = bool(read_choices(form))  # the page gets the text that was chosen
        return show_saved(host, view, fields, step, noted=noted, is_renewed=is_renewed, **plan.outcome)
    if not plan.is_stored:
        return _show_rest(host, view, step, plan)
    at, session_id = root(host.request), view.session.id
    if not view.session.is_draft:
        return see_other(f"{at}/sessions/{session_id}" if plan.is_opened else f"{_address(host, view)}?saved=1")
    if template := find_chosen(host, form.get("take", "")):
        if isinstance(template, OwnTemplate) and template.fields:
            return show_fields(host, view, template, list_stored(view, FIELDS), {})
        _take_template(host, session_id, template)
        return see_other(f"{_address(host, view)}?step={FIELDS[-1]}")
    if form.get("do") == _TEMPLATES:
        return see_other(f"{_address(host, view)}?step={step}#{_TEMPLATES}")
    if form.get("do") == "keep" or (step in ("", FIELDS[-1]) and form.get("do") == "next"):
        return see_other(f"{at}/sessions/{session_id}{'?kept=1' if form['do'] == 'keep' else ''}")
    return see_other(f"{_address(host, view)}?step={_following(step) if 'do' in form else step}")


def _show_rest(host: HostRequest, view: SessionView, step: str, plan: BriefPlan) -> Response:
    """Returns the page again with what is not stored of it: of a session that was opened meanwhile, with all of its brief."""
    shown = plan.own | {name: text or "" for name, text in plan.merged.values.items()}
    noted = _note(shown, plan)
    if plan.is_opened:
        shown, noted = add_stored(view, shown, noted)
    fields, status = _list_fields(host, shown, plan), 400 if plan.errors else Conflict.status
    step = find_step(step, view)
    return show_form(host, view, fields, step, noted=noted, is_opened=plan.is_opened, status=status)


def _write(host: HostRequest, view: SessionView, form: Form, step: str) -> tuple[SessionView, BriefPlan]:
    """Stores what the form says, merged with what is stored by then. What is wrong is not stored, and the rest is."""
    own = read_entered(form, step)
    overlong, choices = list_overlong(host, own), read_choices(form)
    before, sent = read_noted(form), read_sent(form)

    def plan(view: SessionView) -> BriefPlan:
        is_opened = bool(step) and not view.session.is_draft
        errors = {**({} if is_opened else _list_missing(host, view, form, own)), **overlong}
        names = [name for name in own if name not in (overlong if view.session.is_draft else errors)]
        noted = note_sent(before, sent, list_stored(view, own))
        kept = {name: noted[name] for name in names if name in noted}
        mine = {name: own[name] for name in names if own[name]}
        return BriefPlan(own, merge(kept, mine, list_stored(view, names), choices), errors, noted, is_opened)

    return save_changes(host, view.session.id, PARTS, plan, view)


def _list_missing(host: HostRequest, view: SessionView, form: Form, given: dict[str, str]) -> dict[str, str]:
    """Returns what has to be filled in before it goes on: in a draft, what its step asks for."""
    texts, goes_on = locale_for(host.request).texts, form.get("do") == "next"
    missing = {}
    for name in given:
        if not given[name] and name in NEEDED and (goes_on or not view.session.is_draft):
            missing[name] = texts("field_needed")
    if goes_on and form.get("step") == "critical" and not given.get("critical"):
        missing["critical"] = texts("brief_nothing_or_words", button=texts("brief_nothing"))
    return missing


def _list_fields(host: HostRequest, values: dict[str, str], plan: BriefPlan) -> list[Field]:
    return list_fields(host, values, errors=plan.errors, clashes=plan.merged.clashes)


def _note(values: dict[str, str], plan: BriefPlan) -> dict[str, str]:
    """Returns what a page with these values has to note from now on: of each what is stored, if it shows just that; else what it
    noted before, so that nothing it does not show is overwritten by it."""
    merged, noted = plan.merged, {}
    unstored = {*merged.clashes, *(merged.changes if plan.is_opened else ())}
    for name, value in values.items():
        is_left = name not in merged.values or name in unstored or (merged.values[name] or "") != value
        if kept := plan.noted.get(name) if is_left else note({name: value or None}).get(name):
            noted[name] = kept
    return noted


def _find_draft(host: HostRequest, form: Form, template: AnyTemplate | None) -> SessionView | None:
    """Returns the draft that this form makes, however often it is sent; None where there is nothing to make it of."""
    own = {"goal": form["goal"]} if form.get("goal") else {}
    once = form.get("once") or container.new_id()
    if NOTED not in form:  # no page of this draft: another question on the dashboard is another session
        once = f"{once} {form.get('goal', '')}"
    for number in range(_DRAFTS):
        session_id = make_draft_id(host.user_id, f"{once} {number}", secret=container.deployment_secret())
        with suppress(NotFound):
            return open_session(host, session_id, PARTS, "editor")
        if not own and template is None:
            return None
        project = _find_project(host, form, template)
        begun = (session_values(template) if template else {}) | own
        announced = announced_in(find_chosen_group(host, form.get("group")))
        given = CreateSession(draft=True, project_id=project.id if project else None, distribution=announced, **begun)
        with suppress(NotFound):  # it was there, and was deleted while this page was still open
            host.perform(create_session, given, new_id=partial(str, session_id))
            return open_session(host, session_id, PARTS, "editor")
    raise NotFound("The drafts of this form were deleted")


def _find_project(host: HostRequest, given: Mapping[str, str], template: AnyTemplate | None) -> Project | None:
    """Returns the project that a new session is in: the one that the form or the link names, else that of its template; none where this
    host is no editor of it, or no more: what they wrote is kept all the same."""
    of_template = template.project_id if isinstance(template, OwnTemplate) else None
    return find_chosen_project(host, given.get("project") or of_template)


def _take_template(
    host: HostRequest, session_id: str, template: AnyTemplate, entered: Mapping[str, str] | None = None
) -> None:
    """Has a draft follow a template, which fills in what is empty, after what was `entered` for it, and brings its form where the draft
    has none."""

    def plan(view: SessionView) -> FieldChanges:
        is_taken, stored = view.session.template_id == template.id, list_stored(view, FIELDS)
        if not view.session.is_draft or (is_taken and not entered):
            return FieldChanges({})
        filled = {**stored, **(entered or {})}
        begun = {} if is_taken else {name: it for name, it in session_values(template).items() if name not in filled}
        form = template.questions if isinstance(template, OwnTemplate) and not view.session.has_questions else None
        if form is not None and not is_taken:
            begun["questions"] = msgspec.convert(msgspec.to_builtins(form), tuple[EditedQuestion, ...])
        changed = {name: it for name, it in (entered or {}).items() if stored.get(name) != it}
        return FieldChanges(begun | changed)

    save_changes(host, session_id, PARTS, plan)


def _answer_too_early(host: HostRequest, form: Form, errors: dict[str, str]) -> Response:
    """Returns the first step where nothing of it can be stored yet."""
    if not is_of_script(host.request):
        return show_new(host, form, errors)
    fields = list_fields(host, {"goal": form.get("goal", "")}, errors=errors)
    return show_saved(host, None, fields, FIELDS[0], noted={}, is_stored=not errors, is_opened=False)


def _following(step: str) -> str:
    return FIELDS[FIELDS.index(step) + 1] if step in FIELDS[:-1] else FIELDS[-1]


def _address(host: HostRequest, view: SessionView) -> str:
    return f"{root(host.request)}/sessions/{view.session.id}/brief"
