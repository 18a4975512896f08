"""Templates of projects: members have them, admins change them, and they go with the project."""

from typing import Any, get_args

import pytest
from pynamodb.connection.base import Connection

from chalicelib import container
from chalicelib.model import Role
from chalicelib.model.sessions import is_at_least
from chalicelib.services.accounts.deletion import delete_account
from chalicelib.services.templates import own
from chalicelib.settings import settings
from tests.api.hosts import Host, error_of, new_host
from tests.api.jobs import asked, delete_data
from tests.api.projects import join, new_project
from tests.api.test_own_templates import FORBIDDEN, NOT_FOUND, edit, make, own_ids
from tests.clock import FakeClock
from tests.stored_items import left_by, stored

NOT_IN_PROJECT = (403, "forbidden", "You don't have access to this project")
ROLES: tuple[Role, ...] = get_args(Role)


def made_by_everybody(host: Host) -> tuple[str, dict[Role, Host]]:
    """A project, and somebody of each role in it."""
    project = new_project(host)
    people: dict[Role, Host] = {role: join(project, role) for role in ROLES if role != "owner"}
    return project, {**people, "owner": host}


def test_members_have_it_admins_change_it_and_who_has_gone_has_neither(host: Host) -> None:
    project, people = made_by_everybody(host)
    made = make(people["admin"], workspace_id=project.upper(), facilitation_prompt="Ask.")
    assert (made["workspace_id"], made["created_by"]) == (project, people["admin"].user_id)
    path, brief = f"/templates/{made['id']}", {"topic": "Lunch", "goal": "Eat", "template_id": made["id"]}
    for role, guest in people.items():
        assert guest.get(path) == made
        assert own_ids(guest) == own_ids(guest, f"?workspace_id={project}") == [made["id"]]
        assert guest.call("POST", "/sessions", brief).status_code == 201
        is_admin = is_at_least(role, "admin")
        for answer in (
            guest.call("PATCH", path, {"archived": True}),
            guest.call("PATCH", path, {"archived": False}),
        ):
            assert answer.status_code == 200 if is_admin else error_of(answer) == FORBIDDEN
        made = host.get(path)
        refused = guest.call("POST", "/templates", {"title": "Stew", "workspace_id": project})
        assert refused.status_code == 201 if is_admin else error_of(refused) == NOT_IN_PROJECT
        if is_admin:
            assert guest.call("DELETE", f"/templates/{refused.json_body['id']}").json_body == {"success": True}
        elif role == "editor":
            assert error_of(guest.call("DELETE", path)) == FORBIDDEN
    gone = people["admin"]  # also who made it
    assert host.call("DELETE", f"/projects/{project}/members/{gone.user_id}").status_code == 204
    for method, body in (("GET", None), ("PATCH", {"title": "x"}), ("DELETE", None)):
        assert error_of(gone.call(method, path, body)) == FORBIDDEN
    assert own_ids(gone) == []
    assert error_of(gone.call("GET", f"/templates?workspace_id={project}")) == NOT_IN_PROJECT
    assert error_of(gone.call("POST", "/sessions", brief))[0] == 400
    assert host.get(path) == made


def test_it_moves_between_accounts_and_projects_by_who_may_change_both(host: Host) -> None:
    one, other = new_project(host), new_project(host, title="Drink")
    admin = join(one, "admin")
    join(other, "editor", admin)
    made = make(admin, title="Soup")
    assert error_of(edit(admin, made, workspace_id=other)) == NOT_IN_PROJECT
    assert error_of(edit(host, made, workspace_id=other)) == FORBIDDEN
    there = edit(admin, made, workspace_id=one, title="Stew").json_body
    assert there == {**made, "title": "Stew", "workspace_id": one, "updated_at": there["updated_at"]}
    assert error_of(edit(admin, made, workspace_id=other)) == NOT_IN_PROJECT
    assert edit(host, made, workspace_id=other).json_body["workspace_id"] == other
    assert own_ids(host, f"?workspace_id={one}") == []
    assert own_ids(admin) == own_ids(host) == [made["id"]]
    taken = edit(host, made, workspace_id=None).json_body
    assert (taken["workspace_id"], taken["created_by"]) == (None, host.user_id)
    assert error_of(admin.call("GET", f"/templates/{made['id']}")) == FORBIDDEN
    assert edit(host, made, workspace_id=None).json_body["workspace_id"] is None
    assert len([kind for kind, _ in stored() if kind.export == "templates"]) == 1


def test_it_outlives_the_account_of_its_maker_and_goes_with_the_project(host: Host, clock: FakeClock) -> None:
    project = new_project(host)
    admin = join(project, "admin")
    made, mine = make(admin, workspace_id=project), make(host)
    delete_account(admin.user_id, deps=container.account_deletion_deps())
    clock.advance(61)
    assert all(map(delete_data, asked("deletions")))
    assert left_by("account", admin.user_id) == []
    assert host.get(f"/templates/{made['id']}") == made
    assert host.call("DELETE", f"/projects/{project}").status_code == 200
    assert error_of(host.call("GET", f"/templates/{made['id']}")) == FORBIDDEN
    assert error_of(host.call("POST", "/templates", {"title": "x", "workspace_id": project}))[0] == 400
    assert own_ids(host) == [mine["id"]]
    assert all(map(delete_data, asked("deletions")))
    assert left_by("project", project) == []
    assert error_of(host.call("GET", f"/templates/{made['id']}")) == NOT_FOUND


def test_lists_read_the_same_number_of_times_however_many_projects_there_are(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own, "MOST", 3)
    projects = [new_project(host, title=str(number)) for number in range(4)]
    for project in sorted(projects):
        make(host, workspace_id=project)
    make(host)
    refused = {"title": "x", "workspace_id": projects[0]}
    assert [host.call("POST", "/templates", refused).status_code for _ in range(3)] == [201, 201, 422]
    asked_for: list[str] = []
    dispatch = Connection.dispatch

    def count(self: Connection, name: str, arguments: Any, *given: Any, **named: Any) -> Any:
        asked_for.append(name)
        return dispatch(self, name, arguments, *given, **named)

    monkeypatch.setattr(Connection, "dispatch", count)
    listed = own_ids(host)
    assert len(listed) == 1 + 3
    reads = [name for name in asked_for if name in ("GetItem", "Query", "BatchGetItem")]
    assert len(reads) <= 7
    assert len(own_ids(host, f"?workspace_id={projects[0]}")) == 3


def test_a_public_one_is_found_by_others_where_the_operator_allows_it(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBLIC_TEMPLATES", "yes")
    settings.cache_clear()
    made, bo = make(host, workspace_id=new_project(host), is_public=True), new_host("bo@example.com")
    assert own_ids(bo) == own_ids(host) == [made["id"]]
    assert error_of(edit(bo, made, title="x")) == FORBIDDEN
