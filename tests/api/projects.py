"""Projects at the API's door, and what is stored of them."""

from collections.abc import Mapping
from typing import Any

from chalicelib import container
from chalicelib.model import Role
from chalicelib.services.projects.deletion import remove_project
from tests.api.hosts import Host, new_host
from tests.api.shapes import ID, NULL, TIME, assert_shape

PROJECT: Mapping[str, Any] = {
    "id": ID,
    "title": str,
    "description": (str, NULL),
    "status": str,
    "is_public": bool,
    "created_at": TIME,
    "updated_at": TIME,
    "location": (str, NULL),
    "color": (str, NULL),
    "parent_id": (str, NULL),
    "inherit": bool,
    "session_count": int,
    "member_count": int,
    "role": str,
}


def new_project(host: Host, **fields: Any) -> str:
    """A project of this host's."""
    answer = host.call("POST", "/projects", {"title": "Food", **fields})
    assert answer.status_code == 201, answer.body
    assert_shape(answer.json_body, PROJECT)
    return str(answer.json_body["id"])


def join(project: str, role: Role, guest: Host | None = None) -> Host:
    """Somebody with this role in a project, as an accepted invitation gives it."""
    guest = guest or new_host(f"{container.new_id()}@example.com")
    assert container.projects().add_member(project, guest.user_id, role, container.clock().now())
    return guest


def attach(host: Host, session: str, project: str | None) -> None:
    """Put a session into a project, or take it out of all."""
    answer = host.call("PATCH", f"/sessions/{session}", {"project_id": project})
    assert answer.status_code == 200, answer.body


def remove_rest(project: str) -> None:
    """Do the job of a project's deletion."""
    templates, clock = container.template_deps().templates, container.clock()
    remove_project(project, projects=container.projects(), templates=templates, jobs=container.jobs(), clock=clock)
