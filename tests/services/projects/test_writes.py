"""What a change of a large project costs: counted in items written, with 500 sessions and 50 members; and what a list of it reads."""

from typing import Any

import pytest
from pynamodb.connection.base import Connection

from chalicelib import container
from chalicelib.model.projects import Project
from chalicelib.services.projects.deletion import delete_project, remove_project
from chalicelib.services.projects.editing import list_projects
from chalicelib.services.sessions.listing import SessionFilter, list_own
from chalicelib.store import database, keys
from chalicelib.store.new_sessions import items_of
from chalicelib.store.project_items import ProjectItem, TieItem
from chalicelib.store.session_items import ProjectCardItem, SessionItem
from tests.bench.crowded_sessions import store
from tests.clock import FakeClock
from tests.services.builders import session as build

SESSIONS, MEMBERS = 500, 50
OWNER = "owner"


@pytest.fixture
def read() -> list[str]:
    """Each call to DynamoDB that reads."""
    return []


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch, read: list[str]) -> list[int]:
    """How many items each call to DynamoDB writes."""
    counts: list[int] = []
    dispatch = Connection.dispatch

    def count(self: Connection, name: str, arguments: Any, *given: Any, **named: Any) -> Any:
        if name in ("GetItem", "BatchGetItem", "Query"):
            read.append(name)
        if name == "TransactWriteItems":
            counts.append(len(arguments["TransactItems"]))
        elif name == "BatchWriteItem":
            counts.append(sum(map(len, arguments["RequestItems"].values())))
        elif name in ("PutItem", "UpdateItem", "DeleteItem"):
            counts.append(1)
        return dispatch(self, name, arguments, *given, **named)

    monkeypatch.setattr(Connection, "dispatch", count)
    return counts


@pytest.fixture
def project(clock: FakeClock) -> str:
    """A project of 500 sessions and 50 members, the owner among them."""
    now = clock.now()
    assert container.projects().create(Project("p", OWNER, "Food", now, now))
    for number in range(1, MEMBERS):
        assert container.projects().add_member("p", f"u{number}", "editor", now)
    new = [
        build(id=f"s{number:03d}", owner_id=OWNER, created_at=now, updated_at=now, projects={"p": "owner"})
        for number in range(SESSIONS)
    ]
    parts = [item for it in new for item in items_of(it, None, (), None, None, None, None)]
    store([item for item in parts if isinstance(item, SessionItem | ProjectCardItem)])
    store([TieItem("p", keys.tie(it.id), added_at=now) for it in new])
    count = [ProjectItem.sessions.add(SESSIONS)]
    database.update(ProjectItem("p", keys.PROJECT), count, ProjectItem.title.exists())
    return "p"


def of_bo() -> int:
    """How many sessions somebody new sees, and may edit."""
    cards = container.cards().of_user("bo", container.projects().roles_of("bo"))
    assert all(card.role == "editor" for card in cards)
    return len(cards)


def test_a_member_costs_three_writes_and_a_deletion_one_for_each_member_and_four_for_each_session_later(
    project: str, clock: FakeClock, written: list[int], read: list[str]
) -> None:
    projects = container.projects()
    assert of_bo() == 0
    assert projects.add_member(project, "bo", "editor", clock.now())
    assert (written, of_bo()) == ([3], SESSIONS)
    member = projects.member(project, "bo")
    assert member
    assert container.sessions().view("s499", (), "bo").role == "editor"
    read.clear()
    roles, wanted = projects.roles_of("bo"), SessionFilter(limit=20)
    page = list_own("bo", wanted, cards=container.cards(), roles=roles, now=clock.now())
    assert (page.total, len(page.cards)) == (SESSIONS, 20)
    assert len(read) <= 4, read  # the roles; their own cards; those of the project, a page of an index each
    read.clear()
    assert len(list_projects(roles, projects=projects)) == 1
    assert read == ["BatchGetItem"]
    written.clear()
    assert projects.change_role(project, member, "viewer")
    assert written == [3]
    assert container.sessions().view("s499", (), "bo").role == "viewer"
    written.clear()
    member = projects.member(project, "bo")
    assert member
    assert projects.remove_member(project, member)
    assert (written, of_bo()) == ([3], 0)
    assert container.sessions().view("s499", (), "bo").role is None
    written.clear()
    found = projects.view(project).project
    assert (found.sessions, found.members) == (SESSIONS, MEMBERS)
    delete_project(found, projects=projects, jobs=container.jobs(), now=clock.now())
    assert written == [1 + MEMBERS]
    assert container.sessions().view("s499", (), "u1").role is None
    written.clear()
    templates = container.template_deps().templates
    remove_project(project, projects=projects, templates=templates, jobs=container.jobs(), clock=clock)
    assert written.count(4) == SESSIONS
    # Taking it up; its invitations; the members, and that mails wait; the project itself.
    assert sum(written) == 4 * SESSIONS + 2 + MEMBERS + 1 + 1
    assert projects.session_ids(project) == []
