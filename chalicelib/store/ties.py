"""Which sessions are in which projects. Each tie is in three places, written in one transaction: the session's own item, by which
rights count; a card, by which lists show it; and an item of the project, by which both are found."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, get_args

from pynamodb.expressions.update import Action

from chalicelib.model import Role, Session, SessionView
from chalicelib.store import database, keys
from chalicelib.store.attributes import tie_name
from chalicelib.store.cards import member_values, sets
from chalicelib.store.database import holds
from chalicelib.store.project_items import ProjectItem, TieItem
from chalicelib.store.session_items import ProjectCardItem, SessionItem
from chalicelib.store.tables import SessionPart
from chalicelib.store.transact import Transaction

_ROLES: tuple[Role, ...] = get_args(Role)
PROJECT = "project"  # label: the project is there


def of_new(session: Session) -> list[SessionPart]:
    """The cards of a new session for the lists of its projects."""
    return [_card(session, project_id, role, 0) for project_id, role in session.projects.items()]


def create(write: Transaction, session: Session) -> None:
    """What else a new session takes that is in projects."""
    for project_id in session.projects:
        _add(write, session.id, project_id, session.created_at)


def edit(write: Transaction, before: SessionView, after: SessionView) -> list[Action]:
    """What an edit takes besides the session's own item: every card of a project, and the ties that come or go. Gives what the
    session's own item takes."""
    session, old, new = after.session, before.session.projects, after.session.projects
    for project_id, role in new.items():
        if project_id not in old:
            _add(write, session.id, project_id, session.updated_at)
            write.save(_card(session, project_id, role, after.tally.participants))
            continue
        card = ProjectCardItem(session.id, keys.project_card(project_id))
        values = member_values(session, keys.list_of_project(project_id)) | {"role": role}
        write.update(card, sets(ProjectCardItem, values), ProjectCardItem.role.exists())
    gone = {project_id: role for project_id, role in old.items() if project_id not in new}
    for project_id in gone:
        _remove(write, session.id, project_id)
    added = {project_id: role for project_id, role in new.items() if old.get(project_id) != role}
    actions: list[Action] = []
    if added:
        actions.append(SessionItem.projects.add({tie_name(*tie) for tie in added.items()}))
    if gone:
        actions.append(_taken_out(*gone))
    return actions


def detach(session_id: str, project_id: str) -> bool:
    """Take a session out of a project; twice is as once. False where there is no such tie, or the session is gone, whose tie goes
    then, too."""

    def build(write: Transaction) -> None:
        item = SessionItem(session_id, keys.SESSION)
        write.update(item, [_taken_out(project_id)], SessionItem.topic.exists())
        _remove(write, session_id, project_id)

    if holds(lambda: database.transact(build)):
        return True
    forget(session_id, project_id)
    return False


def forget(session_id: str, project_id: str) -> bool:
    """Take a session that is gone out of a project; False where it was not in it."""
    return holds(lambda: database.transact(lambda write: _remove(write, session_id, project_id)))


def projects_left(session_id: str) -> list[str]:
    """The projects that a deleted session still is in."""
    found = database.query(SessionPart, session_id, keys.PROJECT_CARDS, keys.AFTER_PROJECT_CARDS, keys_only=True)
    return [raw[keys.PART]["S"].removeprefix(keys.PROJECT_CARDS) for raw in found]


def _card(session: Session, project_id: str, role: Role, participants: int) -> ProjectCardItem:
    values: Mapping[str, Any] = member_values(session, keys.list_of_project(project_id))
    return ProjectCardItem(
        session.id, keys.project_card(project_id), role=role, participant_count=participants, **values
    )


def _add(write: Transaction, session_id: str, project_id: str, at: datetime) -> None:
    there: Any = ProjectItem.title.exists() & (ProjectItem.status != "deleted")
    write.update(ProjectItem(project_id, keys.PROJECT), [ProjectItem.sessions.add(1)], there, label=PROJECT)
    tie = TieItem(project_id, keys.tie(session_id), added_at=at)
    write.save(tie, condition=TieItem.added_at.does_not_exist())


def _remove(write: Transaction, session_id: str, project_id: str) -> None:
    write.update(ProjectItem(project_id, keys.PROJECT), [ProjectItem.sessions.add(-1)], ProjectItem.title.exists())
    write.delete(TieItem(project_id, keys.tie(session_id)), condition=TieItem.added_at.exists())
    write.delete(ProjectCardItem(session_id, keys.project_card(project_id)))


def _taken_out(*project_ids: str) -> Action:
    """Takes all that a session's item may say of these projects."""
    return SessionItem.projects.delete({tie_name(project_id, role) for project_id in project_ids for role in _ROLES})
