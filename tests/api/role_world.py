"""A session and a project with everybody in them, for tests of who may do what."""

from typing import Any, get_args

from chalicelib import container
from chalicelib.model import Role
from chalicelib.services.participants import decisions
from chalicelib.services.projects import deletion as project_deletion
from chalicelib.services.sessions import deletion
from chalicelib.store import ties
from chalicelib.store.members import Members
from chalicelib.store.projects import Projects
from chalicelib.store.templates import Templates
from tests.api.hosts import Host, new_host
from tests.api.participants import new_test_run
from tests.api.projects import attach, join, new_project

GIVEN: tuple[Role | None, ...] = (None, *(role for role in get_args(Role) if role != "owner"))
# What takes something away says that it did, once its rights are checked: nothing goes for good.
LASTING: Any = (
    (deletion, "delete_session", lambda *_, **__: None),
    (project_deletion, "delete_project", lambda project, **_: project),
    (decisions, "remove_participant", lambda *_, **__: None),
    (Templates, "remove", lambda *_: True),
    (ties, "detach", lambda *_: True),
    (Members, "remove", lambda *_: True),
    (Projects, "remove_member", lambda *_: True),
)


class World:
    """A session in a project with a template, one more like it, one in no project, and somebody who reads all of that.

    Its owner is that of the project, too, unless there is another. Somebody who is an admin of everything puts sessions back to where
    they were.
    """

    def __init__(self, host: Host, of_project: Host | None = None, **fields: Any) -> None:
        self.host, self.owner = host, of_project or host
        self.sessions = [str(host.new_session(**fields)["id"]) for _ in range(3)]
        self.session, self.tied, self.free = self.sessions
        self.project = new_project(self.owner)
        self.keeper, self.reader = self.guest("admin", "admin"), self.guest("viewer", "viewer").user_id
        self.in_project = {self.session, self.tied}
        for session in self.in_project:
            attach(self.keeper, session, self.project)
        made = self.owner.call("POST", "/templates", {"title": "Soup", "workspace_id": self.project})
        self.template = str(made.json_body["id"])
        self.participant = str(host.say(self.session, "Soup").json_body["thread_id"])
        self.test_run = new_test_run(host, self.session)

    def guest(self, own: Role | None, in_project: Role | None) -> Host:
        """Somebody with these roles."""
        guest = new_host(f"{container.new_id()}@example.com")
        if in_project:
            join(self.project, in_project, guest)
        if own:
            self.give(guest, own)
        return guest

    def give(self, guest: Host, own: Role) -> None:
        """Give somebody this role of their own in each of the sessions."""
        for session in self.sessions:
            container.sessions().add_member(session, guest.user_id, own)
