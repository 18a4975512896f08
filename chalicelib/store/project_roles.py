"""The roles of a user in all projects: one item of `accounts`, which is read with every session that they ask for.

A role in a project holds in each of its sessions, but none higher than the one of whoever put the session there. Nothing of that is
copied to the sessions: the two items that say it are read together with the session, so what was taken away is gone at once.
"""

from collections.abc import Mapping
from typing import Any, get_args

from pynamodb.attributes import UnicodeSetAttribute
from pynamodb.expressions.update import Action

from chalicelib.model import Role
from chalicelib.store import database, keys
from chalicelib.store.project_items import ProjectRolesItem
from chalicelib.store.transact import Transaction

_ROLES: tuple[Role, ...] = get_args(Role)


def roles_from(raw: Mapping[str, Any] | None) -> dict[str, Role]:
    """The role of a user in each project, by their item; nothing where there is none."""
    return {project_id: role for role in _ROLES for project_id in (raw or {}).get(role, {}).get("SS", ())}


def roles_of(user_id: str) -> dict[str, Role]:
    """The role of a user in each project that they have one in, as it is now."""
    item = database.get(ProjectRolesItem, keys.project_roles(user_id))
    return {project_id: role for role in _ROLES for project_id in getattr(item, role, None) or ()}


def give(write: Transaction, user_id: str, project_id: str, role: Role | None) -> None:
    """Write the role of a user in a project, in the place of any other; with None, take it away."""
    sets: dict[Role, UnicodeSetAttribute] = {name: getattr(ProjectRolesItem, name) for name in _ROLES}
    actions: list[Action] = [held.delete({project_id}) for name, held in sets.items() if name != role]
    if role:
        actions.append(sets[role].add({project_id}))
    write.update(ProjectRolesItem(keys.project_roles(user_id)), actions)
