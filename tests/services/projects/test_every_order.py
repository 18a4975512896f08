"""Whatever is done to a session, a project and a member, in any order: after each step a role is what the state says, with no job run;
and once the jobs ran, nothing is left of what is gone."""

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import replace as changed
from functools import partial

from msgspec.structs import replace

from chalicelib import container
from chalicelib.errors import HarmonicaError, NotFound
from chalicelib.model import Role
from chalicelib.model.projects import Member, Project
from chalicelib.services.projects.deletion import delete_project, remove_project
from chalicelib.services.projects.editing import edit_project
from chalicelib.services.projects.passing_on import forget_session
from chalicelib.services.projects.session_ties import put_into, take_out
from chalicelib.services.sessions.deletion import delete_session, remove_session
from chalicelib.store import database, edits, ties
from chalicelib.store.sessions import FOR_EDIT
from chalicelib.store.tables import ProjectPart
from tests.clock import FakeClock
from tests.services.builders import session as build
from tests.snapshots import restore_snapshot, take_snapshot

OWNER, BO = "owner", "bo"


@dataclass
class Walk:
    """A session of the owner's and a project of the owner's; and what should be true of them by now."""

    clock: FakeClock
    role: Role | None = None
    is_in: bool = False
    has_project: bool = True
    has_session: bool = True
    session: str = "s"
    project: str = "p"

    def begin(self) -> None:
        """Both are created."""
        now = self.clock.now()
        new = build(id=self.session, owner_id=OWNER, created_at=now, updated_at=now)
        assert container.sessions().create(new, context=None, questions=(), prompt=None)
        assert container.projects().create(Project(self.project, OWNER, "Food", now, now))

    def add(self) -> None:
        """Bo becomes a viewer of the project."""
        done = container.projects().add_member(self.project, BO, "viewer", self.clock.now())
        assert done is (self.has_project and self.role is None)
        self.role = "viewer" if done else self.role

    def promote(self) -> None:
        """Bo becomes an admin of it."""
        member = container.projects().member(self.project, BO)
        if member and container.projects().change_role(self.project, member, "admin"):
            self.role = "admin"

    def remove(self) -> None:
        """Bo is taken out of it."""
        member = container.projects().member(self.project, BO) or Member(BO, "viewer")
        done = container.projects().remove_member(self.project, member)
        assert done is (self.has_project and self.role is not None)
        self.role = None

    def attach(self) -> None:
        """The session is put into the project."""
        try:
            before = container.sessions().view(self.session, FOR_EDIT, OWNER)
        except NotFound:
            return
        later = replace(before.session, projects=put_into(before, self.project), updated_at=self.clock.now())
        done = edits.edit_session(before, replace(before, session=later), OWNER)
        assert done is (
            self.has_project or self.is_in
        )  # a tie with a project that is gone stays for its job, and gives no role
        self.is_in = self.is_in or done

    def detach(self) -> None:
        """It is taken out."""
        assert take_out(self.session, self.project) is (self.is_in and self.has_session)
        self.is_in = False

    def archive(self) -> None:
        """The project is set aside, which changes no role."""
        try:
            view = container.projects().view(self.project, OWNER)
        except NotFound:
            return
        edit_project(view, {"status": "archived"}, OWNER, projects=container.projects(), now=self.clock.now())

    def delete_project(self) -> None:
        """The project is deleted; its job comes later."""
        project = container.projects().view(self.project).project
        delete_project(project, projects=container.projects(), jobs=container.jobs(), now=self.clock.now())
        self.has_project, self.role = False, None

    def delete_session(self) -> None:
        """The session is deleted; its job comes later."""
        deletions, jobs = container.deletions(), container.jobs()
        delete_session(self.session, OWNER, deletions=deletions, jobs=jobs, now=self.clock.now())
        self.has_session = False

    def check(self) -> None:
        """Bo's role in the session, and in their list, is what the state says."""
        wanted = self.role if self.is_in and self.has_project else None
        roles = container.projects().roles_of(BO)
        if self.has_session:
            assert container.sessions().view(self.session, (), BO).role == wanted
            listed = {card.session_id: card.role for card in container.cards().of_user(BO, roles)}
            assert listed.get(self.session) == wanted
        assert roles.get(self.project) == self.role

    def run_jobs(self) -> None:
        """The jobs of both deletions, in the order that finds most in the other's way."""
        deletions, jobs = container.deletions(), container.jobs()
        if not self.has_session:
            remove_session(
                self.session,
                deletions=deletions,
                forget_memory=partial(
                    forget_session, memories=container.memories(), remove_exports=lambda _: None, clock=self.clock
                ),
                remove_exports=lambda _: None,
                forget=lambda _: None,
                chats=container.telegram_chats(),
                jobs=jobs,
                clock=self.clock,
            )
        remove_project(
            self.project,
            projects=container.projects(),
            templates=container.template_deps().templates,
            jobs=jobs,
            clock=self.clock,
        )

    def check_rest(self) -> None:
        """The three places of a tie say the same, and the project counts what is there."""
        is_tied = self.is_in and self.has_project and self.has_session
        assert (self.project in ties.projects_left(self.session)) is is_tied
        assert (self.session in container.projects().session_ids(self.project)) is is_tied
        if self.has_session:
            assert (self.project in container.sessions().view(self.session, ()).session.projects) is is_tied
        if self.has_project:
            project = container.projects().view(self.project).project
            assert project.sessions == int(is_tied)
            assert project.members == 1 + (self.role is not None)
        left = list(database.query(ProjectPart, self.project, " ", "~"))
        assert bool(left) is self.has_project


STEPS: tuple[Callable[[Walk], None], ...] = (
    Walk.add,
    Walk.promote,
    Walk.remove,
    Walk.attach,
    Walk.detach,
    Walk.delete_project,
    Walk.delete_session,
)


DEPTH = 3


def test_a_role_is_what_the_state_says_after_every_step_of_every_order(clock: FakeClock) -> None:
    """Each order of three of these steps, from a member of a project that has the session; that the project is set aside in between
    changes nothing. Orders that begin alike go on from one copy of what was stored by then."""
    walk = Walk(clock)
    walk.begin()
    for step in (Walk.add, Walk.attach):
        take(walk, step)
    assert go_on(walk, ()) == 7 * 6 * 5


def go_on(walk: Walk, steps: tuple[Callable[[Walk], None], ...]) -> int:
    """Take each further step from here, and the rest after it; gives how many orders there were."""
    stored, orders = take_snapshot(), 0
    for step in STEPS:
        if step in steps:
            continue
        restore_snapshot(stored)
        later, taken = changed(walk), (*steps, step)
        try:
            take(later, step)
            if len(taken) == 1:
                take(later, Walk.archive)
            if len(taken) == DEPTH:
                later.run_jobs()
                later.check_rest()
        except (AssertionError, HarmonicaError) as error:
            error.add_note(" → ".join(it.__name__ for it in taken))
            raise
        orders += 1 if len(taken) == DEPTH else go_on(later, taken)
    return orders


def take(walk: Walk, step: Callable[[Walk], None]) -> None:
    """One step, and what has to be true then."""
    walk.clock.advance(0.001)
    step(walk)
    walk.check()
