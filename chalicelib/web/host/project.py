"""The page of a project: its sessions, its members, its settings."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from chalice.app import Response
from msgspec import Struct, convert

from chalicelib import container
from chalicelib.errors import Conflict, Invalid, NotFound
from chalicelib.model.member_invitations import Subject
from chalicelib.model.projects import ProjectView
from chalicelib.operations.members import (
    ChangeProjectMember,
    ProjectMemberInput,
    change_project_member,
    list_project_members,
    remove_project_member,
)
from chalicelib.operations.project_output import ProjectInput
from chalicelib.operations.projects import (
    EditProject,
    ListProjectSessions,
    ProjectSessionInput,
    delete_project,
    detach_session,
    edit_project,
    get_project,
    list_project_sessions,
)
from chalicelib.operations.session_lists import ListSessions, OwnSessionListItem, list_sessions
from chalicelib.services.access.roles import is_at_least
from chalicelib.services.templates import own
from chalicelib.text.normalise import one_line
from chalicelib.web.host.member_invitations import STEPS, InviteForm, invite_values, receive_invite
from chalicelib.web.host.members import asked_role, shown_members, tell_news
from chalicelib.web.host.page import render_host_page
from chalicelib.web.host.project_memory import show_memory
from chalicelib.web.host.projects import find_mistakes, show_nesting
from chalicelib.web.host.request import HostRequest, root
from chalicelib.web.host.saving import explain_failure
from chalicelib.web.host.session_page import shown_state
from chalicelib.web.host.session_ties import put_into
from chalicelib.web.host.template_choice import OfferedTemplate, offered
from chalicelib.web.kit.http import Form, see_other
from chalicelib.web.kit.page import locale_for
from chalicelib.web.kit.request import number_in_link, require_uuid
from chalicelib.web.kit.texts import Texts, format_time_with_zone

ON_PAGE = 20
_NAME = 100
_FIELDS = ("title", "description", "location", "parent_id")


class ShownSession(Struct, frozen=True):
    """A session of a project in its list."""

    id: str
    name: str
    state: str
    people: str
    when: str


def show_project(
    host: HostRequest,
    project_id: str,
    entered: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    status: int = 200,
    invite: InviteForm | None = None,
) -> Response:
    """Returns the page of a project."""
    named, texts = require_uuid(project_id), locale_for(host.request).texts
    query = host.request.query_params or {}
    project = host.perform(get_project, ProjectInput(project_id=named))
    offset = number_in_link(query.get("from", "")) or 0
    page = host.perform(list_project_sessions, ListProjectSessions(project_id=named, limit=ON_PAGE, offset=offset))
    drafts = host.perform(list_project_sessions, ListProjectSessions(project_id=named, status="draft", limit=ON_PAGE))
    members = host.perform(list_project_members, ProjectInput(project_id=named)).data
    stored = {name: getattr(project, name) or "" for name in _FIELDS}
    may_edit = is_at_least(project.role, "editor")
    values: dict[str, Any] = {
        "project": project,
        "sessions": [_shown(it, host.zone, texts) for it in ([] if offset else drafts.data) + page.data],
        "newer": f"?from={max(0, offset - ON_PAGE)}" if offset else None,
        "older": f"?from={offset + ON_PAGE}" if offset + ON_PAGE < page.pagination.total else None,
        "others": _others(host, set(project.session_ids)) if may_edit else [],
        "templates": _templates(host, named),
        "memory": show_memory(host, named, texts),
        "members": shown_members(members, host.user_id, project.role, texts),
        "nesting": show_nesting(host, project, texts),
        "entered": entered or stored,
        "errors": errors or {},
        "may_edit": may_edit,
        "may_manage": is_at_least(project.role, "admin"),
        "is_owner": project.role == "owner",
        "is_deleting": "delete" in query,
        "news": tell_news(query, texts),
        **invite_values(host, Subject("project", named), project.role, texts, invite, host.zone),
    }
    return render_host_page(host.request, "project.html", status, host=host, **values)


def receive_project(host: HostRequest, project_id: str) -> Response:
    """Changes a project, its sessions or its members, or deletes it."""
    named, form = require_uuid(project_id), host.form()
    steps: dict[str, Callable[[], str]] = {
        "archive": lambda: _set(host, named, status="archived"),
        "remember": lambda: _inherit(host, named, True),
        "forget": lambda: _inherit(host, named, False),
        "activate": lambda: _set(host, named, status="active"),
        "attach": lambda: _attach(host, named, form),
        "detach": lambda: _detach(host, named, form),
        "remove": lambda: _remove(host, named, form),
    }
    asked = form.get("do", "")
    if asked == "delete":
        host.perform(delete_project, ProjectInput(project_id=named))
        return see_other(f"{root(host.request)}/projects?deleted=1")
    if asked == "save":
        return _save(host, named, form)
    if asked in STEPS:
        came = receive_invite(host, Subject("project", named), form, locale_for(host.request).texts)
        if came.form:
            return show_project(host, named, status=came.status, invite=came.form)
        return see_other(f"{root(host.request)}/projects/{named}?done={came.done}")
    try:
        done = steps[asked]() if asked in steps else _change_member(host, named, form)
    except (Invalid, Conflict) as error:
        return show_project(
            host, named, errors={"page": explain_failure(error, locale_for(host.request).texts)}, status=error.status
        )
    if done == "left":
        return see_other(f"{root(host.request)}/projects")
    return see_other(f"{root(host.request)}/projects/{named}?done={done}")


def _save(host: HostRequest, named: str, form: Form) -> Response:
    texts = locale_for(host.request).texts
    entered = {name: form[name] for name in _FIELDS if name in form}
    if errors := find_mistakes({"title": "", **entered}, texts):
        return show_project(host, named, {**dict.fromkeys(_FIELDS, ""), **entered}, errors, 400)
    try:
        host.perform(edit_project, convert({"project_id": named, **entered}, EditProject))
    except (Invalid, Conflict) as error:
        shown = {**dict.fromkeys(_FIELDS, ""), **entered}
        return show_project(host, named, shown, {"page": explain_failure(error, texts)}, error.status)
    return see_other(f"{root(host.request)}/projects/{named}?done=saved")


def _set(host: HostRequest, named: str, **changes: Any) -> str:
    host.perform(edit_project, EditProject(project_id=named, **changes))
    return "saved"


def _inherit(host: HostRequest, named: str, inherit: bool) -> str:
    _set(host, named, inherit=inherit)
    return "remembers" if inherit else "forgets"


def _attach(host: HostRequest, named: str, form: Form) -> str:
    put_into(host, require_uuid(form.get("session", "")), named)
    return "added"


def _detach(host: HostRequest, named: str, form: Form) -> str:
    try:
        given = ProjectSessionInput(project_id=named, session_id=require_uuid(form.get("session", "")))
        host.perform(detach_session, given)
    except NotFound:
        _open(host, named)  # it is the session that is not there any more, not the project
    return "taken_out"


def _remove(host: HostRequest, named: str, form: Form) -> str:
    user_id = form.get("member", "")
    host.perform(remove_project_member, ProjectMemberInput(project_id=named, user_id=user_id))
    return "left" if user_id == host.user_id else "removed"


def _change_member(host: HostRequest, named: str, form: Form) -> str:
    user_id = form.get("member", "")
    own, projects = _open(host, named).role or "viewer", container.projects()
    role, done = asked_role(form, host.user_id, own, lambda it: projects.member(named, it))
    host.perform(change_project_member, ChangeProjectMember(project_id=named, user_id=user_id, role=role))
    return done


def _templates(host: HostRequest, named: str) -> list[OfferedTemplate]:
    found = own.list_templates(host.user_id, archived=False, deps=container.template_deps(), project_id=named)
    return list(map(offered, found))


def _open(host: HostRequest, named: str) -> ProjectView:
    return container.projects().view(named, host.user_id)


def _others(host: HostRequest, there: set[str]) -> list[tuple[str, str]]:
    """Returns the sessions that could be put into a project, the last ones: those that this host is an admin of."""
    found = host.perform(list_sessions, ListSessions(limit=100, include="role")).data
    found += host.perform(list_sessions, ListSessions(limit=100, include="role", status="draft")).data
    free = [it for it in found if it.id not in there and it.role and is_at_least(it.role, "admin")]
    return [(it.id, one_line(it.topic or it.goal, _NAME) or it.id) for it in free]


def _shown(item: OwnSessionListItem, zone: str, texts: Texts) -> ShownSession:
    return ShownSession(
        item.id,
        one_line(item.topic or item.goal, _NAME) or texts("session_nameless"),
        shown_state(item.status, item.participant_count),
        texts("persons", count=item.participant_count) if item.status != "draft" else "",
        texts("changed_at", time=format_time_with_zone(datetime.fromisoformat(item.updated_at), zone, texts)),
    )
