"""Who may see and change a session, and in which projects it is: a page of the session."""

from typing import Any

from chalice.app import Response

from chalicelib import container
from chalicelib.errors import Conflict, Forbidden, Invalid, NotFound
from chalicelib.model.member_invitations import Subject
from chalicelib.operations.fields import SessionInput
from chalicelib.operations.members import (
    ChangeSessionMember,
    SessionMemberInput,
    change_session_member,
    list_session_members,
    remove_session_member,
)
from chalicelib.operations.projects import ListProjects, ProjectSessionInput, detach_session, list_projects
from chalicelib.operations.session_changes import EditSession
from chalicelib.operations.sessions import edit_session
from chalicelib.services.access.roles import is_at_least
from chalicelib.web.host.member_invitations import (
    STEPS,
    InviteForm,
    invite_values,
    projects_to_invite_to,
    receive_invite,
)
from chalicelib.web.host.members import asked_role, shown_members, tell_news
from chalicelib.web.host.request import HostRequest, root
from chalicelib.web.host.saving import explain_failure
from chalicelib.web.host.session_page import open_session, render_session_page
from chalicelib.web.kit.http import Form, see_other
from chalicelib.web.kit.page import locale_for
from chalicelib.web.kit.request import require_uuid


def show_members(
    host: HostRequest, session_id: str, notice: str = "", status: int = 200, invite: InviteForm | None = None
) -> Response:
    """Returns the members of a session, and its projects: those that this host is a member of by their names."""
    view = open_session(host, session_id, ())
    texts, query = locale_for(host.request, view.session).texts, host.request.query_params or {}
    members = host.perform(list_session_members, SessionInput(session_id=view.session.id)).data
    mine = {it.id: it for it in host.perform(list_projects, ListProjects(limit=100)).data}
    free = [it for it in mine.values() if it.id not in view.session.projects and it.status == "active"]
    # Only its own owner hands a session over, nobody who has that role by a project.
    role = "admin" if view.role == "owner" and view.own_role != "owner" else view.role
    values: dict[str, Any] = {
        "members": shown_members(members, host.user_id, role, texts),
        "projects": [mine[it] for it in view.session.projects if it in mine],
        "others": sum(it not in mine for it in view.session.projects),
        "free": [it for it in free if is_at_least(it.role, "editor")] if is_at_least(view.role, "admin") else [],
        "editable": {it.id for it in mine.values() if is_at_least(it.role, "editor")},
        "notice": notice,
        "invite_projects": projects_to_invite_to(list(mine.values()), list(view.session.projects)),
        **invite_values(host, Subject("session", view.session.id), view.role, texts, invite, view.session.time_zone),
        "news": tell_news(query, texts),
    }
    return render_session_page(host, view, "members", "session_members.html", status, **values)


def receive_members(host: HostRequest, session_id: str) -> Response:
    """Changes what a member may, removes them, hands the session over, or puts it into a project or out of one."""
    found, form = open_session(host, session_id, ()).session.id, host.form()
    if form.get("do") in STEPS:
        came = receive_invite(host, Subject("session", found), form, locale_for(host.request).texts)
        if came.form:
            return show_members(host, found, status=came.status, invite=came.form)
        return see_other(f"{root(host.request)}/sessions/{found}/members?done={came.done}")
    try:
        done = _change(host, found, form)
    except (Invalid, Conflict) as error:
        return show_members(host, found, explain_failure(error, locale_for(host.request).texts), error.status)
    if done == "left":
        return see_other(f"{root(host.request)}/")
    return see_other(f"{root(host.request)}/sessions/{found}/members?done={done}")


def put_into(host: HostRequest, session_id: str, project_id: str) -> None:
    """Puts a session into a project, where this host is an admin of the one and an editor of the other."""
    host.perform(edit_session, EditSession(session_id=session_id, project_id=project_id))


def _change(host: HostRequest, session_id: str, form: Form) -> str:
    user_id, project_id = form.get("member", ""), form.get("project", "")
    match form.get("do"):
        case "attach":
            put_into(host, session_id, require_uuid(project_id))
            return "added"
        case "detach":
            given = ProjectSessionInput(project_id=require_uuid(project_id), session_id=session_id)
            try:
                host.perform(detach_session, given)
            except NotFound:
                open_session(host, session_id, ())  # it is in that project no more
            return "taken_out"
        case "remove":
            host.perform(remove_session_member, SessionMemberInput(session_id=session_id, user_id=user_id))
            return "left" if user_id == host.user_id else "removed"
    members = container.members()
    member = members.find(session_id, host.user_id)
    if member is None and form.get("do") == "decline":
        raise Forbidden
    own = member.role if member else "viewer"
    role, done = asked_role(form, host.user_id, own, lambda it: members.find(session_id, it))
    host.perform(change_session_member, ChangeSessionMember(session_id=session_id, user_id=user_id, role=role))
    return done
