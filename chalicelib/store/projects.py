"""Projects and their members (table `projects`; the roles of each user also in `accounts`). Which sessions are in one is written by
`ties.py`, with the session."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.errors import NotFound
from chalicelib.model import Role
from chalicelib.model.projects import MEMBERS_A_PROJECT, Member, Project, ProjectStatus, ProjectView
from chalicelib.store import database, due, keys, project_roles
from chalicelib.store.cards import sets
from chalicelib.store.database import Raw, holds
from chalicelib.store.due_kinds import PROJECT_DELETION
from chalicelib.store.project_items import ProjectItem, ProjectMemberItem, SubprojectItem
from chalicelib.store.tables import ProjectPart
from chalicelib.store.transact import ConditionFailed, Transaction

_DELETED = "deleted"
_NEW = "new"  # label: there is no project of this id
_FIELDS = tuple(name for name in Project.__struct_fields__ if name != "id")
_COUNTERS = ("sessions", "members", "revision", "nesting_revision")
_IN_ONE_READ = 100
_NOT_OFFERED: tuple[Action, ...] = (ProjectMemberItem.offered_at.remove(), ProjectMemberItem.offered_by.remove())


class Moved(Exception):
    """What was read is not what is stored any more; read it again."""


class Projects:
    """Repository of projects."""

    def create(self, project: Project, chain: Sequence[Project] = ()) -> bool:
        """Store a new project with its owner; False where one of this id is there already.

        Where it is to lie within another one, `chain` is as for `edit`. Raises Moved where those lie there no more, or its owner came to
        have a role in another project meanwhile, TooManyProjects where they have one in as many as can be.
        """
        held = project_roles.roles_of(project.owner_id)
        if project.id in held:
            return False
        values = {name: getattr(project, name) for name in _FIELDS}
        item = ProjectItem(project.id, keys.PROJECT, **values)
        owner = ProjectMemberItem(project.id, keys.member(project.owner_id), role="owner", added_at=project.created_at)

        def build(write: Transaction) -> None:
            write.save(item, condition=ProjectItem.title.does_not_exist(), label=_NEW)
            write.save(owner)
            project_roles.give_first(write, project.owner_id, project.id, "owner", held)
            _put_within(write, project.id, chain)

        try:
            database.transact(build)
        except ConditionFailed as error:
            if _NEW in error.failed:
                return False
            raise Moved from error
        return True

    def view(self, project_id: str, user_id: str | None = None) -> ProjectView:
        """The project, and the role of this user in it, in one read. Raises NotFound, also for one that was deleted."""
        if project_id == keys.NOBODYS:
            raise NotFound("Project not found")
        parts = [keys.PROJECT, *([keys.member(user_id)] if user_id else [])]
        raw = database.get_many([(ProjectPart, project_id, part) for part in parts])
        if keys.PROJECT not in raw:
            raise NotFound("Project not found")
        project = _project_from(raw[keys.PROJECT])
        if project.status == _DELETED:
            raise NotFound("Project not found")
        member = raw.get(keys.member(user_id)) if user_id else None
        return ProjectView(project, _member_from(member).role if member else None)

    def some(self, project_ids: Sequence[str]) -> list[Project]:
        """These projects, as far as they are there, a hundred in a call."""
        found: list[Project] = []
        for start in range(0, len(project_ids), _IN_ONE_READ):
            raw = database.get_each(ProjectPart, project_ids[start:][:_IN_ONE_READ], keys.PROJECT)
            found += map(_project_from, raw.values())
        return [project for project in found if project.status != _DELETED]

    def roles_of(self, user_id: str) -> dict[str, Role]:
        """The role of a user in each project that they have one in."""
        return project_roles.roles_of(user_id)

    def edit(self, before: Project, after: Project, chain: Sequence[Project] = ()) -> bool:
        """Store a changed project; False where `before` is not what is stored any more.

        Where it is to lie within another one, `chain` are that one, the one around it, and so on: each has to lie there still, and nothing
        to have come to lie within this one since `before` was read. So of two moves at once the second is judged by the first.
        """
        names = [name for name in _FIELDS if name not in _COUNTERS]
        changed = {name: getattr(after, name) for name in names if getattr(after, name) != getattr(before, name)}
        is_moved = after.parent_id != before.parent_id

        def build(write: Transaction) -> None:
            same = _is_as(before) & _holds_no_more(before) if is_moved else _is_as(before)
            write.update(_item(before.id), sets(ProjectItem, changed), same)
            if is_moved and before.parent_id:
                write.delete(SubprojectItem(before.parent_id, keys.subproject(before.id)))
            if is_moved:
                _put_within(write, after.id, chain)

        return holds(lambda: database.transact(build))

    def note_asked(self, project_id: str, now: datetime) -> None:
        """Note that the knowledge of its sessions was asked for."""
        holds(lambda: database.update(_item(project_id), [ProjectItem.knowledge_asked_at.set(now)], _is_there()))

    def subprojects(self, project_id: str) -> list[str]:
        """The ids of the projects within this one."""
        found = database.query(ProjectPart, project_id, keys.SUBPROJECTS, keys.AFTER_SUBPROJECTS, keys_only=True)
        return [raw[keys.PART]["S"].removeprefix(keys.SUBPROJECTS) for raw in found]

    def session_ids(self, project_id: str) -> list[str]:
        """The ids of the sessions of a project, as they are now."""
        found = database.query(ProjectPart, project_id, keys.TIES, keys.AFTER_TIES, keys_only=True)
        return [raw[keys.PART]["S"].removeprefix(keys.TIES) for raw in found]

    def members(self, project_id: str) -> list[Member]:
        """The members of a project."""
        found = database.query(ProjectPart, project_id, keys.MEMBERS, keys.AFTER_MEMBERS)
        return [_member_from(raw) for raw in found]

    def member(self, project_id: str, user_id: str) -> Member | None:
        """A member of a project."""
        raw = database.get_many([(ProjectPart, project_id, keys.member(user_id))])
        return _member_from(raw[keys.member(user_id)]) if raw else None

    def add_member(self, project_id: str, user_id: str, role: Role, now: datetime) -> bool:
        """Give somebody a first role in a project; False where they have one, the project is gone, as many are in as can be, or they came
        to have a role in another one meanwhile. Raises TooManyProjects where they have one in as many as can be."""
        held = project_roles.roles_of(user_id)

        def build(write: Transaction) -> None:
            add_project_member(write, project_id, user_id, role, held, now)

        return holds(lambda: database.transact(build))

    def change_role(self, project_id: str, member: Member, role: Role) -> bool:
        """Give a member another role, and take an offer of ownership back; False where they are not what was read any more."""
        return holds(lambda: database.transact(lambda write: change_project_member(write, project_id, member, role)))

    def remove_member(self, project_id: str, member: Member) -> bool:
        """Take a member's role away; False where they are not what was read any more."""
        item = ProjectMemberItem(project_id, keys.member(member.user_id))

        def build(write: Transaction) -> None:
            counted: list[Action] = [ProjectItem.members.add(-1), ProjectItem.revision.add(1)]
            write.update(_item(project_id), counted, _is_there())
            write.delete(item, condition=ProjectMemberItem.role == member.role)
            project_roles.give(write, member.user_id, project_id, None)

        return holds(lambda: database.transact(build))

    def offer(self, project_id: str, user_id: str, owner_id: str, now: datetime) -> bool:
        """Let a member become the owner in the place of this one where they want to; False where they are no member."""
        item = ProjectMemberItem(project_id, keys.member(user_id))
        offered: list[Action] = [ProjectMemberItem.offered_at.set(now), ProjectMemberItem.offered_by.set(owner_id)]
        return holds(lambda: database.update(item, offered, ProjectMemberItem.role.exists()))

    def hand_over(self, project: Project, member: Member, now: datetime) -> bool:
        """Make a member the owner, whom the one there is offered that; that one becomes an admin. False where that is not so."""
        new = ProjectMemberItem(project.id, keys.member(member.user_id))
        old = ProjectMemberItem(project.id, keys.member(project.owner_id))
        owner: list[Action] = [ProjectItem.owner_id.set(member.user_id), ProjectItem.revision.add(1)]
        risen: list[Action] = [ProjectMemberItem.role.set("owner"), *_NOT_OFFERED]

        def build(write: Transaction) -> None:
            is_owned = _is_there() & (ProjectItem.owner_id == project.owner_id)
            write.update(_item(project.id), [*owner, ProjectItem.updated_at.set(now)], is_owned)
            write.update(new, risen, ProjectMemberItem.offered_by == project.owner_id)
            write.update(old, [ProjectMemberItem.role.set("admin")], ProjectMemberItem.role == "owner")
            project_roles.give(write, member.user_id, project.id, "owner")
            project_roles.give(write, project.owner_id, project.id, "admin")

        return holds(lambda: database.transact(build))

    def delete(self, project: Project, members: Sequence[Member], now: datetime) -> bool:
        """End a project with all roles in it, and have the rest removed; False where its members are not these any more."""
        marks = due.marks(PROJECT_DELETION, project.id, now)
        actions = sets(ProjectItem, {"status": _DELETED, "updated_at": now, **marks})

        def build(write: Transaction) -> None:
            write.update(_item(project.id), actions, _is_there() & (ProjectItem.revision == project.revision))
            for member in members:
                project_roles.give(write, member.user_id, project.id, None)

        return holds(lambda: database.transact(build))

    def resume_deletion(self, project_id: str, until: datetime) -> str | None:
        """Take up the removal of a deleted project, with a new date for when it is overdue; gives the id of the one that it lies in, ""
        where it lies in none, and None where there is nothing to remove."""
        try:
            database.update(_item(project_id), [ProjectItem.due_at.set(until)], ProjectItem.due_kind.exists())
        except ConditionFailed:
            return None
        item = database.get(ProjectItem, project_id, keys.PROJECT)
        return (item.parent_id or "") if item else None

    def release_subproject(self, project_id: str, subproject_id: str) -> None:
        """Take a project out of one that is deleted."""
        is_within = ProjectItem.parent_id == project_id
        holds(lambda: database.update(_item(subproject_id), [ProjectItem.parent_id.remove()], is_within))
        self._drop(project_id, [keys.subproject(subproject_id)])

    def finish_deletion(self, project_id: str, parent_id: str) -> None:
        """Remove what is left of a deleted project, its members and at last itself."""
        if parent_id:
            self._drop(parent_id, [keys.subproject(project_id)])
        members = [keys.member(member.user_id) for member in self.members(project_id)]
        stopped = database.query(ProjectPart, project_id, keys.STOPPED, keys.AFTER_STOPPED, keys_only=True)
        self._drop(project_id, [*members, keys.MEMBER_MAILS, *(raw[keys.PART]["S"] for raw in stopped)])
        self._drop(project_id, [keys.PROJECT])

    def _drop(self, project_id: str, parts: Sequence[str]) -> None:
        named: list[Raw] = [{keys.PROJECT_ID: {"S": project_id}, keys.PART: {"S": part}} for part in parts]
        database.delete_all(ProjectPart, named)


def add_project_member(
    write: Transaction, project_id: str, user_id: str, role: Role, held: Mapping[str, Role], now: datetime
) -> None:
    """Add to a transaction that somebody gets a first role in a project, who has these in others. Raises TooManyProjects."""
    item = ProjectMemberItem(project_id, keys.member(user_id), role=role, added_at=now)
    counted: list[Action] = [ProjectItem.members.add(1), ProjectItem.revision.add(1)]
    write.update(
        _item(project_id), counted, _is_there() & (ProjectItem.members < MEMBERS_A_PROJECT), label=keys.PROJECT
    )
    write.save(item, condition=ProjectMemberItem.role.does_not_exist(), label=keys.MEMBERS)
    project_roles.give_first(write, user_id, project_id, role, held)


def change_project_member(write: Transaction, project_id: str, member: Member, role: Role) -> None:
    """Add to a transaction that a member of a project gets another role, and an offer of ownership is taken back."""
    actions: list[Action] = [ProjectMemberItem.role.set(role), *_NOT_OFFERED]
    write.update(_item(project_id), [ProjectItem.revision.add(1)], _is_there(), label=keys.PROJECT)
    item = ProjectMemberItem(project_id, keys.member(member.user_id))
    write.update(item, actions, ProjectMemberItem.role == member.role, label=keys.MEMBERS)
    project_roles.give(write, member.user_id, project_id, role)


def check_project(write: Transaction, project_id: str) -> None:
    """Add to a transaction that a project is there."""
    write.check(_item(project_id), _is_there(), label=keys.PROJECT)


def check_project_admin(write: Transaction, project_id: str, user_id: str, label: str) -> None:
    """Add to a transaction that somebody is an admin of a project, or its owner."""
    item = ProjectMemberItem(project_id, keys.member(user_id))
    write.check(item, ProjectMemberItem.role.is_in("admin", "owner"), label=label)


def _item(project_id: str) -> ProjectItem:
    return ProjectItem(project_id, keys.PROJECT)


def _is_there() -> Condition:
    there: Condition = ProjectItem.title.exists() & (ProjectItem.status != _DELETED)
    return there


def _is_as(before: Project) -> Condition:
    same: Condition = _is_there() & (ProjectItem.updated_at == before.updated_at)
    return same


def _holds_no_more(before: Project) -> Condition:
    """That no project has come to lie within this one, however deep."""
    same: Condition = ProjectItem.nesting_revision == before.nesting_revision
    if before.nesting_revision == 0:
        same |= ProjectItem.nesting_revision.does_not_exist()
    return same


def _put_within(write: Transaction, project_id: str, chain: Sequence[Project]) -> None:
    """Put a project into the first of these, each of which lies in the next, and note that in all of them: whoever moves one of them at
    the same time has counted without it."""
    if not chain:
        return
    write.save(SubprojectItem(chain[0].id, keys.subproject(project_id)))
    for project in chain:
        unmoved: Any = ProjectItem.parent_id.does_not_exist()
        if project.parent_id:
            unmoved = ProjectItem.parent_id == project.parent_id
        write.update(_item(project.id), [ProjectItem.nesting_revision.add(1)], _is_there() & unmoved)


def _project_from(raw: Raw) -> Project:
    item = ProjectItem.from_raw_data(dict(raw))
    values = {name: getattr(item, name) for name in _FIELDS}
    values |= {name: int(values[name]) for name in _COUNTERS}
    return Project(item.project_id, **values | {"status": cast(ProjectStatus, item.status)})


def _member_from(raw: Raw) -> Member:
    item = ProjectMemberItem.from_raw_data(dict(raw))
    role = cast(Role, item.role)
    return Member(item.part.removeprefix(keys.MEMBERS), role, item.added_at, item.offered_at, item.offered_by)
