"""Two changes at once of where projects lie, in every order of their calls: three deep at most, no circle, each where it is listed."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pytest

from chalicelib import container
from chalicelib.errors import NotFound, Refused
from chalicelib.model.projects import DEPTH, Project
from chalicelib.services.projects.deletion import delete_project, remove_project
from chalicelib.services.projects.editing import create_project, edit_project
from chalicelib.store import database
from tests.clock import FakeClock
from tests.interleavings import Interleavings

OWNER = "owner"
# By name, each with the one that it lies in: two trees of two, one alone, and one that is deleted and still holds another.
PROJECTS: Mapping[str, str | None] = {"a": None, "b": "a", "c": None, "d": "c", "e": None, "f": None, "g": "f"}
DELETED = "f"


@pytest.fixture
def interleavings(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Interleavings:
    """The projects, which one host owns."""
    for name, parent in PROJECTS.items():
        make(name, parent, clock)
    end(DELETED, clock)
    return Interleavings(monkeypatch)


@pytest.fixture
def written(interleavings: Interleavings, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many items each transaction writes."""
    client, counts = database.connection().client, list[int]()
    call = client._make_api_call

    def count(operation: str, arguments: dict[str, Any]) -> Any:
        if operation == "TransactWriteItems":
            counts.append(len(arguments["TransactItems"]))
        return call(operation, arguments)

    monkeypatch.setattr(client, "_make_api_call", count)
    return counts


def make(name: str, parent: str | None, clock: FakeClock) -> None:
    create_project(
        name.upper(),
        {"parent_id": parent},
        OWNER,
        projects=container.projects(),
        now=clock.now(),
        new_id=lambda: name,
    )


def change(name: str, values: Mapping[str, str | None], clock: FakeClock) -> None:
    view = container.projects().view(name, OWNER)
    edit_project(view, values, OWNER, projects=container.projects(), now=clock.now())


def end(name: str, clock: FakeClock) -> None:
    project = container.projects().view(name).project
    delete_project(project, projects=container.projects(), jobs=container.jobs(), now=clock.now())


def remove(name: str, clock: FakeClock) -> None:
    """The job of a deletion."""
    templates = container.template_deps().templates
    remove_project(name, projects=container.projects(), templates=templates, jobs=container.jobs(), clock=clock)


def move(name: str, parent: str | None) -> Callable[[FakeClock], None]:
    return partial(change, name, {"parent_id": parent})


def found(name: str) -> Project | None:
    try:
        return container.projects().view(name).project
    except NotFound:
        return None


def check() -> None:
    """What holds whatever was done. What lies in a deleted project is taken out of it by a job."""
    names = (*PROJECTS, "new", "other")
    there = {name: project for name in names if (project := found(name))}
    listed = {name: set(container.projects().subprojects(name)) for name in names}
    for name, project in there.items():
        above, depth = project.parent_id, 1
        while above in there:
            depth += 1
            assert depth <= DEPTH, f"{name} lies {depth} deep, or in itself"
            above = there[above].parent_id
        assert {outer for outer, inner in listed.items() if name in inner} == {project.parent_id} - {None}


# Each beside each of the others.
STEPS: Mapping[str, Callable[[FakeClock], None]] = {
    "a into c": move("a", "c"),
    "c into b": move("c", "b"),
    "a into e": move("a", "e"),
    "e into b": move("e", "b"),
    "b out": move("b", None),
    "g into e": move("g", "e"),
    "new in b": partial(make, "new", "b"),
    "other in e": partial(make, "other", "e"),
    "b archived": partial(change, "b", {"status": "archived"}),
    "a deleted": partial(end, "a"),
    "e deleted": partial(end, "e"),
    "f removed": partial(remove, DELETED),
}


@pytest.mark.parametrize("one", list(STEPS)[:-1])
def test_two_changes_at_once_leave_no_project_too_deep_in_itself_or_where_it_is_not_listed(
    one: str, interleavings: Interleavings, clock: FakeClock
) -> None:
    for other in list(STEPS)[list(STEPS).index(one) + 1 :]:
        for outcomes in interleavings.walk(partial(STEPS[one], clock), partial(STEPS[other], clock)):
            # Refused by what the other one did, or done after it: nobody is told to try again.
            assert [it for it in outcomes if it and not isinstance(it, Refused | NotFound)] == [], (one, other)
            check()


def test_what_a_new_place_writes_does_not_grow_with_what_lies_around(
    interleavings: Interleavings, clock: FakeClock, written: list[int]
) -> None:
    make("new", "b", clock)
    assert written == [3 + 1 + 2]  # as any project; where it is listed; the two that it lies in
    written.clear()
    move("b", "c")(clock)
    assert written == [1 + 2 + 1]  # itself; where it was and is listed; the one that it lies in
    written.clear()
    move("b", None)(clock)
    assert written == [1 + 1]
