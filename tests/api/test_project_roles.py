"""Who may what by a role in a session, in a project that it is in, both, neither, or one that was just taken away: every row of
`docs/roles.md`, on REST."""

from collections.abc import Callable, Iterator
from itertools import count, product
from typing import Any, get_args

import pytest
from chalice.test import HTTPResponse

from chalicelib import container
from chalicelib.model import Role
from chalicelib.model.sessions import highest, is_at_least, lowest
from tests.api import test_every_endpoint as endpoints
from tests.api.hosts import Host, error_of, new_host
from tests.api.projects import attach, join, new_project
from tests.api.role_world import GIVEN, LASTING, World
from tests.role_table import Row, rows_of

ROLES: tuple[Role, ...] = get_args(Role)
NOT_IN_SESSION = (403, "forbidden", "You don't have access to this session")
NOT_IN_PROJECT = (403, "forbidden", "You don't have access to this project")
NOT_ITS_OWNER = (403, "forbidden", "This takes the owner of the project")
NOT_IN_TEMPLATE = (403, "forbidden", "You don't have access to this template")
ONLY_OWNER = (403, "forbidden", "Only the owner of a session chooses whose model answers in it")
LETS_IN = (
    403,
    "forbidden",
    "Putting a session into a project gives others a role in it: that takes an admin of the session",
)
REFUSALS = (NOT_IN_SESSION, NOT_IN_PROJECT, NOT_ITS_OWNER, NOT_IN_TEMPLATE, ONLY_OWNER, LETS_IN)
NOBODY = "00000000-0000-4000-8000-000000000000"
ROWS = rows_of("REST")
# Some for each role, in the session and in the project, none of which takes anything from who asks.
APART = [
    row
    for row in ROWS
    if "of oneself" not in row.what
    and (row.what or (row.method == "GET" and row.path.endswith(("_id}", "members", "history"))))
]
S, P, T = "/sessions/{session_id}", "/projects/{project_id}", "/templates/{template_id}"
MEMBER = "/members/{user_id}"
PUT_IN, TAKE_OUT = ("PATCH", S, "`project_id`"), ("PATCH", S, "`project_id: null`")
MODELS = ("PATCH", S, "`models`, by their own role")
# What is not told from what is not there: a template or a session that one may not see.
UNTOLD = ("`template_id` of a project", "`follow_up_of`")
NEW = {"topic": "Tea", "goal": "Drink"}
# What is sent for a row that is about a part of a request, or about somebody else.
SENT: dict[tuple[str, str, str], Any] = {
    ("PATCH", S, "`retention_days`"): {"retention_days": count(10).__next__},
    MODELS: {"models": "{models}"},
    PUT_IN: {"project_id": "{project_id}"},
    TAKE_OUT: {"project_id": None},
    ("PATCH", P, "`status`, `location`, `color`, `parent_id`"): {"location": container.new_id},
    ("PATCH", S + MEMBER, "`role: owner`, by their own role"): {"role": "owner"},
    ("PATCH", S + MEMBER, "`role: owner` of oneself"): {"role": "owner"},
    ("PATCH", S + MEMBER, "`role` of oneself, none above it, by their own role"): {"role": "{own}"},
    ("PATCH", P + MEMBER, "`role: owner`"): {"role": "owner"},
    ("PATCH", P + MEMBER, "`role: owner` of oneself"): {"role": "owner"},
    ("PATCH", P + MEMBER, "`role` of oneself, none above it"): {"role": "{in_project}"},
    ("PATCH", T, ""): {"title": "Soup"},
    ("PATCH", T, "`workspace_id`"): {"workspace_id": "{project_id}"},
    ("POST", "/templates", "`workspace_id`"): {"title": "Soup", "workspace_id": "{project_id}"},
    ("POST", "/projects", "`parent_id`"): {"title": "Soup", "parent_id": "{project_id}"},
    ("POST", "/sessions", "`project_id`"): NEW | {"project_id": "{project_id}"},
    ("POST", "/sessions", "`template_id` of a project"): NEW | {"template_id": "{template_id}"},
    ("POST", "/sessions", "`follow_up_of`"): NEW | {"follow_up_of": "{session_id}"},
}
QUERIES = {
    ("GET", "/templates", "`workspace_id`"): "?workspace_id={project_id}",
    ("GET", S + "/export", "`parts` with what people said"): "?format=md&parts=transcripts",
}


class RestWorld(World):
    """What each row asks for there, and what came of it."""

    def wrong(self, guest: Host, own: Role | None, in_project: Role | None, rows: list[Row]) -> Iterator[str]:
        """What this guest may, and may not, against what these roles say."""
        for row in rows:
            if row.party and "owner" in (own, in_project):
                continue  # who is the owner has no offer to accept
            asked = (row.method, row.path, row.what)
            path = f"{row.path}{QUERIES.get(asked, '')}"
            if "{project_id}" in row.path:  # of its project, no session, so that it stays there
                path = path.replace("{session_id}", NOBODY)
            ids = self.ids(guest, row, own, in_project)
            answer = guest.call(row.method, fill(path, ids), fill(self.body(row), ids))
            is_in_none = asked == PUT_IN
            may = row.allows(own, in_project, is_tied=not is_in_none)
            may = may or (asked == TAKE_OUT and is_at_least(own, "admin"))
            told = f"{own}/{in_project} {row} {answer.status_code} {answer.body!r}"
            if may != self.is_let(answer, row):
                yield told
            if answer.status_code == 200 and asked in (PUT_IN, TAKE_OUT):
                attach(self.keeper, ids["session_id"], None if is_in_none else self.project)
        listed = {it["id"]: it["role"] for it in guest.get("/sessions?include=role&limit=100")["data"]}
        role = highest(own, in_project and lowest(in_project, "admin"))
        if [listed.get(it) for it in self.sessions] != [role if it in self.in_project else own for it in self.sessions]:
            yield f"listed as {listed}, not as {role} and {own}"

    def is_let(self, answer: HTTPResponse, row: Row) -> bool | None:
        """Whether an answer lets somebody do it; None for one that neither does nor refuses it as it should."""
        if row.what in UNTOLD:
            return None if answer.status_code not in (201, 400) else answer.status_code == 201
        if "of oneself" in row.what and answer.status_code == 404:
            return False  # who has no role of their own cannot lose it
        if answer.status_code == 403:
            return False if error_of(answer) in REFUSALS else None
        return None if answer.status_code in (401, 429, 500) else True

    def body(self, row: Row) -> Any:
        """What is sent for a row."""
        body = SENT.get((row.method, row.path, row.what))
        if body is None and not row.what:
            body = {**endpoints.OF_SESSION, **endpoints.OF_PROJECT}.get((row.method, row.path))
        return body

    def ids(self, guest: Host, row: Row, own: Role | None, in_project: Role | None) -> dict[str, str]:
        """What paths and bodies of a row name, for a guest with these roles."""
        asked = (row.method, row.path, row.what)
        sessions = {PUT_IN: self.free, TAKE_OUT: self.tied}
        named = {"session_id": sessions.get(asked, self.session), "project_id": self.project}
        ids = endpoints.PARTS | named | {"template_id": self.template, "own": own or "viewer"}
        ids["in_project"] = in_project or "viewer"
        ids["user_id"] = guest.user_id if "of oneself" in row.what else self.reader
        ids["participant_id"] = self.test_run if row.what == "of a test run" else self.participant
        if asked == MODELS:
            stored = container.sessions().view(self.session, ()).session.models
            ids["models"] = "account" if stored == "stage" else "stage"
        return ids


def fill(value: Any, ids: dict[str, str]) -> Any:
    """A path or a body with these ids; what is called gives a new text."""
    if isinstance(value, dict):
        return {name: fill(it, ids) for name, it in value.items()}
    if callable(value):
        return value()
    return value.format(**ids) if isinstance(value, str) else value


@pytest.fixture
def lasting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing goes for good, and everybody has a model of their own."""
    for patched in LASTING:
        monkeypatch.setattr(*patched)
    monkeypatch.setattr("chalicelib.operations.sessions.require_own_models", lambda _: None)


def test_every_address_has_a_row_and_each_row_stands_once() -> None:
    """A new one has to say who may."""
    told = {(row.method, row.path) for row in ROWS}
    of_templates = {it for it in endpoints.WITH_KEY if "{template_id}" in it[1]}
    assert {*endpoints.OF_SESSION, *endpoints.OF_PROJECT, *of_templates} - told == set()
    for heading in ("REST", "Pages"):
        named = [(row.method, row.path, row.what) for row in rows_of(heading)]
        assert len(named) == len(set(named))


@pytest.mark.usefixtures("lasting")
def test_the_higher_of_both_roles_counts_and_without_any_nothing_is_allowed(host: Host) -> None:
    """Every row by everybody: each role in the session, and none, beside each role in the project, and none."""
    world, found = RestWorld(host), list[str]()
    for own, in_project in product(GIVEN, GIVEN):
        found += world.wrong(world.guest(own, in_project), own, in_project, ROWS)
    found += world.wrong(host, "owner", "owner", ROWS)
    for role in GIVEN:  # the owner of the one has this role in the other
        of_session, of_project = (new_host(f"{container.new_id()}@example.com") for _ in range(2))
        world = RestWorld(of_session, of_project)
        if role:
            join(world.project, role, of_session)
            world.give(of_project, role)
        found += world.wrong(of_project, role, "owner", ROWS)
        found += world.wrong(of_session, "owner", role, ROWS)
    assert found == [], "\n".join(found)


def test_what_was_taken_away_a_second_ago_allows_nothing(host: Host) -> None:
    """Every row, for an admin of both until now."""
    world = RestWorld(host)
    guest = world.guest("admin", "admin")
    assert list(world.wrong(guest, "admin", "admin", ROWS[:1])) == []
    container.sessions().remove_member(world.free, guest.user_id)
    container.sessions().remove_member(world.tied, guest.user_id)
    for what in ("sessions", "projects"):
        its_id = world.session if what == "sessions" else world.project
        assert host.call("DELETE", f"/{what}/{its_id}/members/{guest.user_id}").status_code == 204
    assert list(world.wrong(guest, None, None, ROWS)) == []


def test_what_was_taken_away_is_gone_with_the_next_request(host: Host) -> None:
    """With no job having run: whichever way it was taken."""

    def of_project(world: RestWorld, guest: Host) -> None:
        answer = host.call("DELETE", f"/projects/{world.project}/members/{guest.user_id}")
        assert answer.status_code == 204

    def by_detaching(world: RestWorld, _: Host) -> None:
        attach(host, world.session, None)
        world.in_project.remove(world.session)

    def by_detaching_one(world: RestWorld, _: Host) -> None:
        assert host.call("DELETE", f"/projects/{world.project}/sessions/{world.session}").status_code == 204
        world.in_project.remove(world.session)

    def by_deleting(world: RestWorld, _: Host) -> None:
        gone = host.call("DELETE", f"/projects/{world.project}")
        assert (gone.status_code, gone.json_body["status"]) == (200, "deleted")

    ways: tuple[tuple[Callable[[RestWorld, Host], None], bool], ...] = (
        (of_project, False),
        (by_detaching, True),
        (by_detaching_one, True),
        (by_deleting, False),
    )
    held: tuple[Role | None, ...] = (None, "viewer")
    for (way, stays), own in product(ways, held):
        world = RestWorld(host)
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
