"""Who may what by a role in a session, in a project that it is in, both, neither, or one that was just taken away: every row of
`docs/roles.md`, on REST."""

from collections.abc import Callable, Iterator
from itertools import count, product
from typing import Any, get_args

import pytest

from chalicelib import container
from chalicelib.model import Role
from chalicelib.model.sessions import highest, is_at_least, lowest
from chalicelib.services.participants import decisions
from chalicelib.services.projects import deletion as project_deletion
from chalicelib.services.sessions import deletion
from chalicelib.store.members import Members
from chalicelib.store.projects import Projects
from chalicelib.store.templates import Templates
from tests.api import test_every_endpoint as endpoints
from tests.api.hosts import Host, error_of, new_host
from tests.api.projects import attach, join, new_project
from tests.role_table import Row, rows_of

ROLES: tuple[Role, ...] = get_args(Role)
NOT_IN_SESSION = (403, "forbidden", "You don't have access to this session")
NOT_IN_PROJECT = (403, "forbidden", "You don't have access to this project")
NOT_ITS_OWNER = (403, "forbidden", "This takes the owner of the project")
NOT_IN_TEMPLATE = (403, "forbidden", "You don't have access to this template")
NOBODY = "00000000-0000-4000-8000-000000000000"
ROWS = rows_of("REST")
OWN = "`role: owner`, by their own role"
# Some for each role, in the session and in the project.
APART = [row for row in ROWS if row.what or (row.method == "GET" and row.path.endswith(("_id}", "members", "history")))]
# What is sent for a row that is about a part of a request, or about somebody else.
SENT: dict[tuple[str, str, str], Any] = {
    ("PATCH", "/sessions/{session_id}", "`retention_days`"): {"retention_days": count(10).__next__},
    ("PATCH", "/projects/{project_id}", "`status`, `location`, `color`, `parent_id`"): {"location": container.new_id},
    ("PATCH", "/sessions/{session_id}/members/{user_id}", OWN): {"role": "owner"},
    ("PATCH", "/projects/{project_id}/members/{user_id}", "`role: owner`"): {"role": "owner"},
    ("PATCH", "/templates/{template_id}", ""): {"title": "Soup"},
    ("POST", "/templates", "`workspace_id`"): {"title": "Soup", "workspace_id": "{project_id}"},
    ("POST", "/sessions", "`project_id`"): {"topic": "Tea", "goal": "Drink", "project_id": "{project_id}"},
    ("POST", "/sessions", "`template_id` of a project"): {
        "topic": "Tea",
        "goal": "Drink",
        "template_id": "{template_id}",
    },
}


class World:
    """A session in a project with a template, and somebody who reads both."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.session, self.project = str(host.new_session()["id"]), new_project(host)
        attach(host, self.session, self.project)
        self.reader = host.invite(self.session, "viewer").user_id
        join(self.project, "viewer", Host(host.client, self.reader, ""))
        made = host.call("POST", "/templates", {"title": "Soup", "workspace_id": self.project})
        self.template = str(made.json_body["id"])
        self.participant = str(host.say(self.session, "Soup").json_body["thread_id"])

    def guest(self, own: Role | None, in_project: Role | None) -> Host:
        """Somebody with these roles."""
        guest = new_host(f"{container.new_id()}@example.com")
        if own:
            container.sessions().add_member(self.session, guest.user_id, own)
        if in_project:
            join(self.project, in_project, guest)
        return guest

    def wrong(self, guest: Host, of_session: Role | None, of_project: Role | None, rows: list[Row]) -> Iterator[str]:
        """What this guest may, and may not, against what these roles say."""
        for row in rows:
            is_of_session = "{session_id}" in row.path and "{project_id}" not in row.path
            role = of_session if is_of_session else of_project
            if row.what == OWN:  # nobody who is here is the session's own owner
                role = None if role is None else lowest(role, "admin")
            answer = guest.call(row.method, self.fill(self.path(row)), self.fill(self.body(row)))
            told = f"{of_session}/{of_project} {row} {answer.status_code}"
            if is_at_least(role, row.least):
                if answer.status_code in (401, 403, 429, 500):
                    yield told
            elif row.what == "`template_id` of a project":  # whether there is one is not told
                if answer.status_code != 400:
                    yield told
            elif answer.status_code != 403 or error_of(answer) not in self.refusals(row, role):
                yield told
        listed = {it["id"]: it["role"] for it in guest.get("/sessions?include=role")["data"]}
        if listed.get(self.session) != of_session:
            yield f"listed as {listed}, not as {of_session}"

    def refusals(self, row: Row, role: Role | None) -> tuple[tuple[int, str, str], ...]:
        """What somebody with this role may be told who may not do it."""
        if role and (row.method, row.path) == ("DELETE", "/projects/{project_id}"):
            return (NOT_ITS_OWNER,)
        return NOT_IN_SESSION, NOT_IN_PROJECT, NOT_IN_TEMPLATE

    def path(self, row: Row) -> str:
        """Where a row is asked for: of its project, no session, so that it stays there."""
        path = row.path + ("?workspace_id={project_id}" if (row.method, row.path) == ("GET", "/templates") else "")
        return path.replace("{session_id}", NOBODY) if "{project_id}" in row.path else path

    def body(self, row: Row) -> Any:
        """What is sent for a row."""
        body = SENT.get((row.method, row.path, row.what))
        if body is None and not row.what:
            body = {**endpoints.OF_SESSION, **endpoints.OF_PROJECT}.get((row.method, row.path))
        return body

    def fill(self, value: Any) -> Any:
        """A path or a body with the ids of this world; what is called gives a new text."""
        if isinstance(value, dict):
            return {name: self.fill(it) for name, it in value.items()}
        if callable(value):
            return value()
        if not isinstance(value, str) or "{" not in value:
            return value
        ids = {**endpoints.PARTS, "user_id": self.reader, "participant_id": self.participant}
        named = {"session_id": self.session, "project_id": self.project, "template_id": self.template}
        return value.format(**ids | named)


@pytest.fixture
def lasting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing goes for good: what takes something away says that it did, once its rights are checked."""
    monkeypatch.setattr(deletion, "delete_session", lambda *_, **__: None)
    monkeypatch.setattr(project_deletion, "delete_project", lambda project, **_: project)
    monkeypatch.setattr(Templates, "remove", lambda *_: True)
    monkeypatch.setattr(decisions, "remove_participant", lambda *_, **__: None)
    monkeypatch.setattr(Members, "remove", lambda *_: True)
    monkeypatch.setattr(Projects, "remove_member", lambda *_: True)


def test_every_address_has_a_row() -> None:
    """A new one has to say who may."""
    told = {(row.method, row.path) for row in ROWS}
    of_templates = {it for it in endpoints.WITH_KEY if "{template_id}" in it[1]}
    assert {*endpoints.OF_SESSION, *endpoints.OF_PROJECT, *of_templates} - told == set()


@pytest.mark.usefixtures("lasting")
def test_the_higher_of_both_roles_counts_and_without_any_nothing_is_allowed(host: Host) -> None:
    """Every row by every role in the session alone and in the project alone; by both, those that tell roles apart."""
    world, found = World(host), list[str]()
    given: tuple[Role | None, ...] = (None, *(role for role in ROLES if role != "owner"))
    for own, in_project in product(given, given):
        rows = APART if own and in_project else ROWS
        found += world.wrong(world.guest(own, in_project), highest(own, in_project), in_project, rows)
    owner = new_host("owner@example.com")
    world.project = new_project(owner)
    join(world.project, "admin", host)
    attach(host, world.session, world.project)
    join(world.project, "viewer", Host(host.client, world.reader, ""))
    world.template = str(
        owner.call("POST", "/templates", {"title": "x", "workspace_id": world.project}).json_body["id"]
    )
    found += world.wrong(owner, "admin", "owner", ROWS)  # of a session of somebody else's
    assert found == []


def test_what_was_taken_away_a_second_ago_allows_nothing(host: Host) -> None:
    """Every row, for an admin of both until now."""
    world = World(host)
    guest = world.guest("admin", "admin")
    assert list(world.wrong(guest, "admin", "admin", ROWS[:1])) == []
    for what in ("sessions", "projects"):
        its_id = world.session if what == "sessions" else world.project
        assert host.call("DELETE", f"/{what}/{its_id}/members/{guest.user_id}").status_code == 204
    assert list(world.wrong(guest, None, None, ROWS)) == []


def test_what_was_taken_away_is_gone_with_the_next_request(host: Host) -> None:
    """With no job having run: whichever way it was taken."""

    def of_project(world: World, guest: Host) -> None:
        answer = host.call("DELETE", f"/projects/{world.project}/members/{guest.user_id}")
        assert answer.status_code == 204

    def by_detaching(world: World, _: Host) -> None:
        attach(host, world.session, None)

    def by_detaching_one(world: World, _: Host) -> None:
        assert host.call("DELETE", f"/projects/{world.project}/sessions/{world.session}").status_code == 204

    def by_deleting(world: World, _: Host) -> None:
        gone = host.call("DELETE", f"/projects/{world.project}")
        assert (gone.status_code, gone.json_body["status"]) == (200, "deleted")

    ways: tuple[tuple[Callable[[World, Host], None], bool], ...] = (
        (of_project, False),
        (by_detaching, True),
        (by_detaching_one, True),
        (by_deleting, False),
    )
    held: tuple[Role | None, ...] = (None, "viewer")
    for (way, stays), own in product(ways, held):
        world = World(host)
        guest = world.guest(own, "admin")
        assert guest.call("PATCH", f"/sessions/{world.session}", {"critical": "Before"}).status_code == 200
        way(world, guest)
        if way is by_deleting:
            assert guest.call("GET", f"/projects/{world.project}").status_code == 404
            continue
        assert list(world.wrong(guest, own, "admin" if stays else None, ROWS[:10] if stays else APART)) == []


def test_who_may_not_invite_to_a_session_lets_nobody_in_by_a_project(host: Host) -> None:
    """An editor with a project of their own; and an admin, whose project has members of each role and an owner."""
    session = str(host.new_session()["id"])
    editor, admin = host.invite(session, "editor"), host.invite(session, "admin")
    refused = editor.call("PATCH", f"/sessions/{session}", {"project_id": new_project(editor)})
    assert (refused.status_code, "takes an admin of the session" in refused.json_body["error"]["message"]) == (
        403,
        True,
    )
    project = new_project(admin)
    attach(admin, session, project)
    assert host.call("DELETE", f"/sessions/{session}/members/{admin.user_id}").status_code == 204
    for guest, role in ((admin, "admin"), *((join(project, it), it) for it in ROLES if it != "owner")):
        (listed,) = guest.get("/sessions?include=role")["data"]
        assert listed["role"] == role
    attach(host, session, None)
    assert admin.call("GET", f"/sessions/{session}").status_code == 403


def test_an_owner_who_has_handed_a_session_over_is_an_admin_of_it_also_by_their_project(host: Host) -> None:
    session, project = str(host.new_session()["id"]), new_project(host)
    attach(host, session, project)
    heir = host.invite(session, "editor")
    members = f"/sessions/{session}/members"
    assert host.call("PATCH", f"{members}/{heir.user_id}", {"role": "owner"}).status_code == 200
    assert heir.call("PATCH", f"{members}/{heir.user_id}", {"role": "owner"}).status_code == 200
    assert heir.call("DELETE", f"{members}/{host.user_id}").status_code == 204
    (listed,) = host.get("/sessions?include=role")["data"]
    assert listed["role"] == "admin"


def test_putting_into_a_project_takes_an_admin_of_the_session_and_an_editor_of_the_project(host: Host) -> None:
    session, project = str(host.new_session()["id"]), new_project(host)
    rows: tuple[tuple[Role, Role | None, int], ...] = (
        ("viewer", "editor", 403),
        ("editor", "editor", 403),
        ("admin", "viewer", 403),
        ("admin", None, 403),
        ("admin", "editor", 200),
    )
    for own, in_project, status in rows:
        guest = host.invite(session, own)
        if in_project:
            join(project, in_project, guest)
        answer = guest.call("PATCH", f"/sessions/{session}", {"project_id": project})
        assert answer.status_code == status, (own, in_project, answer.body)
        if in_project and own == "admin":
            made = guest.call("POST", "/sessions", {"topic": "Tea", "goal": "Drink", "project_id": project})
            assert made.status_code == (201 if in_project == "editor" else 403)
    outsider = host.invite(session, "editor")
    assert outsider.call("PATCH", f"/sessions/{session}", {"project_id": None}).status_code == 403
    assert outsider.call("PATCH", f"/sessions/{session}", {"project_id": "nope"}).status_code == 400
    assert host.get(f"/sessions/{session}")["project_ids"] == [project]
    attach(host.invite(session, "admin"), session, None)
    assert host.get(f"/sessions/{session}")["project_ids"] == []
