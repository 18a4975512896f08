"""Who may what by a role in a session, in a project that it is in, both, neither, or one that was just taken away: one table, on REST."""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any, get_args

from chalicelib import container
from chalicelib.model import Role
from chalicelib.model.sessions import highest, is_at_least, lowest
from tests.api.hosts import Host, error_of, new_host
from tests.api.projects import attach, join, new_project

ROLES: tuple[Role, ...] = get_args(Role)
NOT_IN_SESSION = (403, "forbidden", "You don't have access to this session")
NOT_IN_PROJECT = (403, "forbidden", "You don't have access to this project")

# What can be done, with the least role that it takes; none of it changes who may what.
OF_SESSION: dict[tuple[str, str], tuple[Role, Any]] = {
    ("GET", ""): ("viewer", None),
    ("GET", "/responses"): ("viewer", None),
    ("GET", "/summary"): ("viewer", None),
    ("GET", "/members"): ("viewer", None),
    ("PATCH", ""): ("editor", {"critical": "Soup"}),
    ("GET", "/edit-history"): ("editor", None),
    ("PATCH", "/members/{viewer}"): ("admin", {"role": "viewer"}),
    ("PATCH", " "): ("admin", {"retention_days": 30}),
    ("GET", "/invitations"): ("admin", None),
    ("POST", "/invitations"): ("admin", {"emails": ["x@example.com"], "role": "admin"}),
    ("DELETE", "/participants/00000000-0000-4000-8000-000000000000"): ("owner", None),
}
OF_PROJECT: dict[tuple[str, str], tuple[Role, Any]] = {
    ("GET", ""): ("viewer", None),
    ("GET", "/sessions"): ("viewer", None),
    ("GET", "/members"): ("viewer", None),
    ("PATCH", ""): ("editor", {"description": "All on food"}),
    ("PATCH", " "): ("admin", {"location": "Leeds"}),
    ("GET", "/invitations"): ("admin", None),
    ("POST", "/invitations"): ("admin", {"emails": ["x@example.com"], "role": "admin"}),
    ("DELETE", "/invitations/00000000-0000-4000-8000-000000000000"): ("admin", None),
    ("PATCH", "/members/{viewer}"): ("admin", {"role": "viewer"}),
    ("PATCH", "/members/{owner}"): ("owner", {"role": "owner"}),
}


class Case:
    """Somebody with these roles, in a session in a project of somebody else's."""

    def __init__(self, host: Host, own: Role | None, in_project: Role | None) -> None:
        self.host, self.guest = host, new_host(f"{container.new_id()}@example.com")
        self.session, self.project = str(host.new_session()["id"]), new_project(host)
        attach(host, self.session, self.project)
        if own:
            container.sessions().add_member(self.session, self.guest.user_id, own)
        if in_project:
            join(self.project, in_project, self.guest)
        self.viewer = host.invite(self.session, "viewer").user_id
        join(self.project, "viewer", Host(host.client, self.viewer, ""))

    def check(self, of_session: Role | None, of_project: Role | None) -> Iterator[str]:
        """What the guest may, and may not, against what these roles say."""
        for table, base, role, refused in (
            (OF_SESSION, f"/sessions/{self.session}", of_session, NOT_IN_SESSION),
            (OF_PROJECT, f"/projects/{self.project}", of_project, NOT_IN_PROJECT),
        ):
            for (method, path), (least, body) in table.items():
                asked = path.strip().format(viewer=self.viewer, owner=self.viewer)
                answer = self.guest.call(method, base + asked, body)
                may, told = is_at_least(role, least), f"{role} {method} {base[:9]}{path} {answer.status_code}"
                if may and answer.status_code == 403:
                    yield told
                if not may and error_of(answer) != refused:
                    yield told
        listed = {it["id"]: it["role"] for it in self.guest.get("/sessions?include=role")["data"]}
        if listed.get(self.session) != of_session:
            yield f"listed as {listed}, not as {of_session}"


def wrong(cases: Iterator[tuple[Case, Role | None, Role | None]]) -> list[str]:
    """All that does not hold of these cases."""
    return [told for case, of_session, of_project in cases for told in case.check(of_session, of_project)]


def test_the_higher_of_both_roles_counts_and_without_any_nothing_is_allowed(host: Host) -> None:
    every: tuple[Role | None, ...] = (None, *(role for role in ROLES if role != "owner"))

    def cases() -> Iterator[tuple[Case, Role | None, Role | None]]:
        for own, in_project in product(every, every):
            yield Case(host, own, in_project), highest(own, in_project), in_project

    assert wrong(cases()) == []


def test_what_was_taken_away_is_gone_with_the_next_request(host: Host) -> None:
    """With no job having run: whichever way it was taken."""

    def of_project(case: Case) -> None:
        answer = host.call("DELETE", f"/projects/{case.project}/members/{case.guest.user_id}")
        assert answer.status_code == 204

    def by_detaching(case: Case) -> None:
        attach(host, case.session, None)

    def by_detaching_one(case: Case) -> None:
        assert host.call("DELETE", f"/projects/{case.project}/sessions/{case.session}").status_code == 204

    def by_deleting(case: Case) -> None:
        gone = host.call("DELETE", f"/projects/{case.project}")
        assert (gone.status_code, gone.json_body["status"]) == (200, "deleted")

    ways: tuple[tuple[Callable[[Case], None], bool], ...] = (
        (of_project, False),
        (by_detaching, True),
        (by_detaching_one, True),
        (by_deleting, False),
    )
    for (way, stays), own in product(ways, (None, "viewer")):
        case = Case(host, own, "admin")  # type: ignore[arg-type]
        assert case.guest.call("PATCH", f"/sessions/{case.session}", {"critical": "Before"}).status_code == 200
        way(case)
        if way is by_deleting:
            assert case.guest.call("GET", f"/projects/{case.project}").status_code == 404
            continue
        assert wrong(iter([(case, own, "admin" if stays else None)])) == []  # type: ignore[list-item]


def test_nobody_gives_by_a_project_a_role_above_their_own(host: Host) -> None:
    """An editor who puts a session into a project of their own gives its members no more than an editor may."""
    for own in ("editor", "admin"):
        session = str(host.new_session()["id"])
        guest = host.invite(session, own)
        project = new_project(guest)
        attach(guest, session, project)
        for role in ROLES[:3]:
            friend = join(project, role)
            (listed,) = friend.get("/sessions?include=role")["data"]
            assert listed["role"] == lowest(role, own)
            may = lowest(role, own) == "admin"
            assert (friend.call("DELETE", f"/sessions/{session}").status_code == 204) is may
            if may:
                break
        assert guest.call("GET", f"/projects/{project}").status_code == 200


def test_putting_into_and_taking_out_takes_an_editor_of_both(host: Host) -> None:
    session, project = str(host.new_session()["id"]), new_project(host)
    for own, in_project, status in (
        ("viewer", "editor", 403),
        ("editor", "viewer", 403),
        ("editor", None, 403),
        ("editor", "editor", 200),
    ):
        guest = host.invite(session, own)  # type: ignore[arg-type]
        if in_project:
            join(project, in_project, guest)  # type: ignore[arg-type]
        answer = guest.call("PATCH", f"/sessions/{session}", {"project_id": project})
        assert answer.status_code == status, (own, in_project, answer.body)
        if in_project and own == "editor":
            made = guest.call("POST", "/sessions", {"topic": "Tea", "goal": "Drink", "project_id": project})
            assert made.status_code == (201 if in_project == "editor" else 403)
    outsider = host.invite(session, "editor")
    assert outsider.call("PATCH", f"/sessions/{session}", {"project_id": None}).status_code == 403
    assert outsider.call("PATCH", f"/sessions/{session}", {"project_id": "nope"}).status_code == 400
    assert host.get(f"/sessions/{session}")["project_ids"] == [project]
    attach(host.invite(session, "admin"), session, None)
    assert host.get(f"/sessions/{session}")["project_ids"] == []
