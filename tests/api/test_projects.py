"""Projects over REST: made, changed, nested, with members, handed over, deleted."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib import container
from chalicelib.errors import Invalid, NotFound
from chalicelib.model.jobs import DeleteProject
from chalicelib.services.projects.deletion import leave_projects
from chalicelib.store import due, keys
from chalicelib.store.due_kinds import PROJECT_DELETION
from chalicelib.store.projects import Projects
from chalicelib.store.session_items import SessionItem
from infra import admin
from tests.api.hosts import Host, error_of, new_host
from tests.api.jobs import asked, delete_data
from tests.api.projects import PROJECT, attach, join, new_project
from tests.api.shapes import assert_shape
from tests.clock import FakeClock
from tests.stored_items import left_by, stored


def refused(host: Host, method: str, path: str, body: Any = None) -> tuple[int, str]:
    """Status and message of an answer that is an error."""
    status, _, message = error_of(host.call(method, path, body))
    return status, message


def leave(host: Host, clock: FakeClock) -> None:
    """End all roles of an account that goes."""
    projects, jobs = container.projects(), container.jobs()
    assert leave_projects(host.user_id, leave_session=bool, projects=projects, jobs=jobs, now=clock.now())


def test_a_project_is_made_listed_changed_and_archived(host: Host, clock: FakeClock) -> None:
    first, second = new_project(host, description="All on food"), new_project(host, title="Tea", color="#0b6156")
    clock.advance(60)
    changed = host.call("PATCH", f"/projects/{first}", {"description": "", "location": "Leeds", "status": "archived"})
    assert_shape(changed.json_body, PROJECT)
    told = {name: changed.json_body[name] for name in ("title", "description", "location", "status", "role")}
    assert told == {"title": "Food", "description": None, "location": "Leeds", "status": "archived", "role": "owner"}
    assert [it["id"] for it in host.get("/projects")["data"]] == [first, second]
    assert [it["id"] for it in host.get("/projects?status=active")["data"]] == [second]
    page = host.get("/projects?limit=1&offset=1")
    assert (page["data"][0]["id"], page["pagination"]) == (second, {"total": 2, "limit": 1, "offset": 1})
    assert new_host("bo@example.com").get("/projects")["data"] == []


def test_what_is_wrong_names_its_field_and_its_limit(host: Host) -> None:
    project = new_project(host)
    long = "x" * 2_001
    for body, told in (
        ({}, "title is required"),
        ({"title": " "}, "title is required"),
        ({"title": long}, "title must be at most 200 characters"),
        ({"title": "T", "description": long}, "description must be at most 2,000 characters"),
        ({"title": "T", "color": "blue"}, "color must match ^#[0-9a-fA-F]{6}$"),
        ({"title": "T", "parent_id": "nope"}, "parent_id 'nope' does not exist"),
        ({"title": 3}, "title must be a string"),
    ):
        status, message = refused(host, "POST", "/projects", body)
        assert (status, message.startswith(told)) == (400, True), message
    assert refused(host, "PATCH", f"/projects/{project}", {})[1].startswith("No valid fields provided. Allowed fields:")
    assert refused(host, "PATCH", f"/projects/{project}", {"title": None})[0] == 400
    assert refused(host, "PATCH", f"/projects/{project}", {"status": "deleted"})[0] == 400


def test_a_repeated_request_makes_one(host: Host) -> None:
    made = [host.call("POST", "/projects", {"title": "Tea"}, **{"Idempotency-Key": "k"}) for _ in range(2)]
    assert made[0].json_body["id"] == made[1].json_body["id"]
    assert host.get("/projects")["pagination"]["total"] == 1


def test_projects_lie_three_deep_and_in_no_circle(host: Host) -> None:
    top = new_project(host)
    middle = new_project(host, parent_id=top)
    low = new_project(host, parent_id=middle)
    assert refused(host, "POST", "/projects", {"title": "T", "parent_id": low})[0] == 400
    other = new_project(host)
    for moved, into in ((top, low), (top, middle), (top, top), (top, other), (middle, low)):
        if (moved, into) == (top, other):  # four deep
            assert "3 deep" in refused(host, "PATCH", f"/projects/{moved}", {"parent_id": into})[1]
        else:
            assert "within itself" in refused(host, "PATCH", f"/projects/{moved}", {"parent_id": into})[1]
    assert host.call("PATCH", f"/projects/{low}", {"parent_id": other}).json_body["parent_id"] == other
    assert host.call("PATCH", f"/projects/{low}", {"parent_id": None}).json_body["parent_id"] is None
    assert host.call("PATCH", f"/projects/{top}", {"parent_id": other}).status_code == 200
    stranger = new_project(new_host("bo@example.com"))
    assert refused(host, "PATCH", f"/projects/{low}", {"parent_id": stranger})[0] == 403


def test_its_sessions_are_listed_counted_and_in_several(host: Host) -> None:
    project, other = new_project(host), new_project(host)
    session = str(host.new_session(project_id=project)["id"])
    draft = str(host.new_session(draft=True, project_id=project)["id"])
    attach(host, session, other)
    shown = host.get(f"/projects/{project}")
    assert_shape({**shown, "session_ids": []}, {**PROJECT, "session_ids": []})
    assert (sorted(shown["session_ids"]), shown["session_count"]) == (sorted([session, draft]), 2)
    assert [it["id"] for it in host.get(f"/projects/{project}/sessions")["data"]] == [session]
    assert [it["id"] for it in host.get(f"/projects/{project}/sessions?status=draft")["data"]] == [draft]
    assert host.get(f"/sessions/{session}")["project_ids"] == sorted([project, other])
    assert [it["id"] for it in host.get("/sessions")["data"]] == [session]  # once, however many projects have it
    guest = join(project, "editor")
    assert guest.call("PATCH", f"/sessions/{session}", {"topic": "Changed"}).status_code == 200
    for person, path in ((host, "/sessions"), (guest, "/sessions"), (guest, f"/projects/{project}/sessions")):
        if person is guest:
            assert [it["topic"] for it in person.get(path)["data"]] == ["Changed"]
    clone = guest.call("POST", f"/sessions/{session}/clone").json_body
    assert (clone["reset"], guest.get(f"/sessions/{clone['id']}")["project_ids"]) == (["status", "projects"], [project])
    assert host.call("DELETE", f"/sessions/{draft}").status_code == 204
    assert all(map(delete_data, asked("deletions")))
    assert host.get(f"/projects/{project}")["session_ids"].count(draft) == 0


def test_members_are_told_changed_removed_and_leave(host: Host) -> None:
    project = new_project(host)
    admin, editor, viewer = join(project, "admin"), join(project, "editor"), join(project, "viewer")
    base = f"/projects/{project}/members"
    told = admin.get(base)["data"]
    assert [it["role"] for it in told] == ["owner", "admin", "editor", "viewer"]
    assert all(it["email"] for it in told)
    assert {it["email"] for it in viewer.get(base)["data"]} == {None}
    assert host.get(f"/projects/{project}")["member_count"] == 4
    assert admin.call("PATCH", f"{base}/{editor.user_id}", {"role": "admin"}).json_body["role"] == "admin"
    assert admin.call("PATCH", f"{base}/{editor.user_id}", {"role": "editor"}).json_body["role"] == "editor"
    assert editor.call("PATCH", f"{base}/{viewer.user_id}", {"role": "editor"}).status_code == 403
    assert editor.call("PATCH", f"{base}/{editor.user_id}", {"role": "admin"}).status_code == 403
    assert admin.call("PATCH", f"{base}/{viewer.user_id}", {"role": "owner"}).status_code == 403
    assert refused(admin, "PATCH", f"{base}/{host.user_id}", {"role": "viewer"})[0] == 400
    assert refused(host, "PATCH", f"{base}/{host.user_id}", {"role": "admin"})[0] == 400
    assert refused(host, "DELETE", f"{base}/{host.user_id}")[0] == 400
    assert refused(host, "PATCH", f"{base}/{editor.user_id}", {"role": "king"})[0] == 400
    assert refused(host, "DELETE", f"{base}/nobody") == (404, "There is no such member")
    assert viewer.call("DELETE", f"{base}/{editor.user_id}").status_code == 403
    assert viewer.call("DELETE", f"{base}/{viewer.user_id}").status_code == 204
    assert admin.call("DELETE", f"{base}/{editor.user_id}").status_code == 204
    assert [it["role"] for it in host.get(base)["data"]] == ["owner", "admin"]


def test_ownership_is_handed_over_where_the_other_accepts(host: Host) -> None:
    session, project = str(host.new_session()["id"]), new_project(host)
    bo = host.invite(session, "viewer")
    join(project, "viewer", bo)
    for base in (f"/sessions/{session}/members", f"/projects/{project}/members"):
        own = f"{base}/{bo.user_id}"
        assert bo.call("PATCH", own, {"role": "owner"}).status_code == 403  # nobody offered it
        offered = host.call("PATCH", own, {"role": "owner"}).json_body
        assert (offered["role"], bool(offered["offered_at"])) == ("viewer", True)
        assert bo.call("PATCH", own, {"role": "viewer"}).json_body["offered_at"] is None  # declined
        assert bo.call("PATCH", own, {"role": "owner"}).status_code == 403
        assert host.call("PATCH", own, {"role": "owner"}).status_code == 200
        assert bo.call("PATCH", own, {"role": "owner"}).json_body["role"] == "owner"
        roles = {it["user_id"]: it["role"] for it in bo.get(base)["data"]}
        assert roles == {bo.user_id: "owner", host.user_id: "admin"}
        assert host.call("PATCH", own, {"role": "viewer"}).status_code == 400
    assert bo.call("DELETE", f"/projects/{project}").status_code == 200
    assert host.call("DELETE", f"/sessions/{session}/members/{host.user_id}").status_code == 204
    assert bo.call("PATCH", f"/sessions/{session}", {"topic": "Mine"}).status_code == 200


def test_an_offer_ends_with_the_ownership_of_whoever_made_it(host: Host, clock: FakeClock) -> None:
    session, project = str(host.new_session()["id"]), new_project(host)
    bo, cy = host.invite(session, "viewer"), host.invite(session, "viewer")
    join(project, "viewer", bo)
    join(project, "viewer", cy)
    for base in (f"/sessions/{session}/members", f"/projects/{project}/members"):
        for guest in (bo, cy):
            assert host.call("PATCH", f"{base}/{guest.user_id}", {"role": "owner"}).status_code == 200
        assert bo.call("PATCH", f"{base}/{bo.user_id}", {"role": "owner"}).status_code == 200
        assert {it["offered_at"] for it in cy.get(base)["data"]} == {None}
        assert cy.call("PATCH", f"{base}/{cy.user_id}", {"role": "owner"}).status_code == 403
        assert {it["user_id"]: it["role"] for it in bo.get(base)["data"]}[bo.user_id] == "owner"
        clock.advance(1)
        assert bo.call("PATCH", f"{base}/{cy.user_id}", {"role": "owner"}).json_body["offered_at"]
        assert cy.call("PATCH", f"{base}/{cy.user_id}", {"role": "owner"}).json_body["role"] == "owner"


def test_a_project_that_is_handed_over_meanwhile_is_not_deleted(
    host: Host, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    delete = Projects.delete
    for leaves in (False, True):
        project = new_project(host)
        bo = join(project, "viewer")
        assert host.call("PATCH", f"/projects/{project}/members/{bo.user_id}", {"role": "owner"}).status_code == 200

        def accept_first(
            self: Projects, *given: Any, base: str = f"/projects/{project}/members", to: Host = bo
        ) -> bool:
            monkeypatch.setattr(Projects, "delete", delete)
            assert to.call("PATCH", f"{base}/{to.user_id}", {"role": "owner"}).status_code == 200
            return delete(self, *given)

        monkeypatch.setattr(Projects, "delete", accept_first)
        if leaves:
            leave(host, clock)
        else:
            assert refused(host, "DELETE", f"/projects/{project}")[0] == 403
        roles = {it["user_id"]: it["role"] for it in bo.get(f"/projects/{project}/members")["data"]}
        assert roles == {bo.user_id: "owner"} | ({} if leaves else {host.user_id: "admin"})


def test_members_of_a_session_are_those_of_its_projects_too(host: Host) -> None:
    session, project = str(host.new_session()["id"]), new_project(host)
    attach(host, session, project)
    bo, cy = join(project, "editor"), host.invite(session, "viewer")
    told = {it["user_id"]: it for it in cy.get(f"/sessions/{session}/members")["data"]}
    assert (told[bo.user_id]["own_role"], told[bo.user_id]["role"]) == (None, "editor")
    assert told[bo.user_id]["project_ids"] == [project]
    assert (told[cy.user_id]["own_role"], told[cy.user_id]["project_ids"]) == ("viewer", [])
    assert refused(host, "DELETE", f"/sessions/{session}/members/{bo.user_id}")[0] == 404


def test_a_deleted_project_leaves_nothing_but_its_sessions(host: Host, clock: FakeClock) -> None:
    top, project = new_project(host), new_project(host)
    host.call("PATCH", f"/projects/{project}", {"parent_id": top})
    inner = new_project(host, parent_id=project)
    session, guest = str(host.new_session(project_id=project)["id"]), join(project, "admin")
    assert refused(guest, "DELETE", f"/projects/{project}")[0] == 403
    assert host.call("DELETE", f"/projects/{project}").json_body["status"] == "deleted"
    assert refused(host, "GET", f"/projects/{project}") == (404, "Project not found")
    assert guest.call("GET", f"/sessions/{session}").status_code == 403
    asked("deletions")  # the message is lost, and the sweep finds what it was for
    later = clock.now() + timedelta(minutes=6)
    assert list(due.jobs_due(PROJECT_DELETION, later)) == [DeleteProject(project)]
    assert delete_data({"job": "delete_project", "project_id": project})
    assert list(due.jobs_due(PROJECT_DELETION, later)) == []
    assert left_by("project", project) == []
    assert not [raw for _, raw in stored() if project in str(raw)]
    assert host.get(f"/sessions/{session}")["project_ids"] == []
    assert host.get(f"/projects/{inner}")["parent_id"] is None
    assert delete_data({"job": "delete_project", "project_id": project})


def test_with_an_account_go_the_projects_that_it_owns_and_its_roles_in_others(host: Host, clock: FakeClock) -> None:
    bo = new_host("bo@example.com")
    mine, theirs = new_project(host), new_project(bo)
    join(theirs, "admin", host)
    for _ in range(2):
        leave(host, clock)
    assert refused(host, "GET", f"/projects/{mine}")[0] == 404
    assert [it["role"] for it in bo.get(f"/projects/{theirs}/members")["data"]] == ["owner"]
    assert keys.project_roles(host.user_id) in left_by("account", host.user_id)
    assert host.get("/projects")["data"] == []


def test_an_administrator_gives_and_takes_roles_in_a_project(host: Host) -> None:
    project, bo = new_project(host), new_host("bo@example.com")
    for role in ("viewer", "editor"):
        admin.add_member(project, "bo@example.com", role)
        assert bo.get(f"/projects/{project}")["role"] == role
    with pytest.raises(Invalid):
        admin.add_member(project, "ana@example.com", "viewer")
    admin.remove_member(project, "bo@example.com")
    assert refused(bo, "GET", f"/projects/{project}")[0] == 403
    with pytest.raises(NotFound):
        admin.remove_member(project, "bo@example.com")


def test_a_session_on_its_owners_models_is_handed_over_to_nobody(host: Host) -> None:
    """Nor does whoever is the owner of its project choose those."""
    session, bo = str(host.new_session()["id"]), new_host("bo@example.com")
    container.sessions().add_member(session, bo.user_id, "admin")
    project = new_project(bo)
    attach(host, session, new_project(host))
    attach(bo, session, project)
    SessionItem(session, keys.SESSION).update(actions=[SessionItem.models.set("account")])
    status, message = refused(host, "PATCH", f"/sessions/{session}/members/{bo.user_id}", {"role": "owner"})
    assert (status, message.startswith("role owner: the session answers")) == (400, True)
    assert refused(bo, "PATCH", f"/sessions/{session}", {"models": "stage"})[0] == 403
