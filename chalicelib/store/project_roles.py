"""The roles of a user in all projects: one item of `accounts`, which is read with every session that they ask for.

A role in a project holds in each of its sessions, but none higher than the one of whoever put the session there. Nothing of that is
copied to the sessions: the two items that say it are read together with the session, so what was taken away is gone at once.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any, get_args

from pynamodb.attributes import UnicodeSetAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.model import Role
from chalicelib.model.projects import PROJECTS_A_USER
from chalicelib.store import database, keys
from chalicelib.store.attributes import SIZE
from chalicelib.store.project_items import ProjectRolesItem
from chalicelib.store.transact import Transaction

_ROLES: tuple[Role, ...] = get_args(Role)
ROLES = "roles"  # label: somebody has a role in as many projects as was read


class TooManyProjects(Exception):
    """Somebody has a role in as many projects as one can have."""


def roles_from(raw: Mapping[str, Any] | None) -> dict[str, Role]:
    """The role of a user in each project, by their item; nothing where there is none."""
    return {project_id: role for role in _ROLES for project_id in (raw or {}).get(role, {}).get("SS", ())}


def roles_of(user_id: str) -> dict[str, Role]:
    """The role of a user in each project that they have one in, as it is now."""
    item = database.get(ProjectRolesItem, keys.project_roles(user_id))
    return {project_id: role for role in _ROLES for project_id in getattr(item, role, None) or ()}


def give(write: Transaction, user_id: str, project_id: str, role: Role | None) -> None:
    """Write the role of a user in a project where they have one, in the place of it; with None, take it away."""
    write.update(ProjectRolesItem(keys.project_roles(user_id)), _change(project_id, role))


def give_first(write: Transaction, user_id: str, project_id: str, role: Role, held: Mapping[str, Role]) -> None:
    """Give a user their first role in a project. Raises TooManyProjects where those that they have, as they were read just now, are as
    many as can be; that they are as many still is a condition, so of two at once the second is counted by the first."""
    if len(held) >= PROJECTS_A_USER:
        raise TooManyProjects
    numbers = Counter(held.values())
    same: Condition = _has_as_many(_ROLES[0], numbers[_ROLES[0]])
    for name in _ROLES[1:]:
        same &= _has_as_many(name, numbers[name])
    write.update(ProjectRolesItem(keys.project_roles(user_id)), _change(project_id, role), same, label=ROLES)


def _change(project_id: str, role: Role | None) -> list[Action]:
    actions: list[Action] = [_set_of(name).delete({project_id}) for name in _ROLES if name != role]
    return [*actions, _set_of(role).add({project_id})] if role else actions


def _set_of(role: Role) -> UnicodeSetAttribute:
    held: UnicodeSetAttribute = getattr(ProjectRolesItem, role)
    return held


def _has_as_many(role: Role, number: int) -> Condition:
    held: Any = _set_of(role)  # an empty set is no attribute
    same: Condition = SIZE(held) == number if number else held.does_not_exist()
    return same
