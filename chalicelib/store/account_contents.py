"""All that is stored of an account beside sessions, by the kinds of `item_kinds/`: what an export of it is made of.

A new kind of item that is an account's, or a project's, and has a name for exports is in it without a change here.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pynamodb.models import Model

from chalicelib.errors import NotFound
from chalicelib.store import database, item_kinds, keys, project_items, user_items
from chalicelib.store.accounts import items_of_user
from chalicelib.store.database import Raw
from chalicelib.store.item_kinds import ItemKind, kind_of
from chalicelib.store.raw_items import step_of
from chalicelib.store.tables import Account, ProjectPart, SessionPart, Telegram
from chalicelib.store.telegram_items import GroupItem

# The class of each kind, by its key: it tells how attributes are read. One that is not here is given as it is stored.
CLASSES: Mapping[str, type[Model]] = {
    keys.USERS: user_items.UserItem,
    keys.HARMONICA_MDS: user_items.HarmonicaMdItem,
    keys.API_KEYS: user_items.KeyItem,
    keys.LOGINS: user_items.LoginItem,
    keys.IDENTITIES: user_items.IdentityItem,
    keys.TEMPLATES: user_items.TemplateItem,
    keys.GROUPS: GroupItem,
    keys.NOTIFICATIONS: user_items.NotificationsItem,
}
PROJECT_CLASSES: Mapping[str, type[Model]] = {
    keys.PROJECT: project_items.ProjectItem,
    keys.MEMBERS: project_items.ProjectMemberItem,
    keys.TIES: project_items.TieItem,
    keys.PROJECT_TEMPLATES: user_items.ProjectTemplateItem,
}
_FIRST, _LAST = " ", "~"  # around everything of a partition
_KEYS_A_READ = 100
_DELETED = "deleted"
# Which say whose it is, and what it is called.
_KEYS = (keys.PK, keys.SK, keys.USER_ID, keys.SESSION_ID, keys.PROJECT_ID, keys.PART)


def read_account(user_id: str) -> dict[str, list[dict[str, Any]]]:
    """What is stored of an account by the names that exports call it: of each kind its items, each with its own `id` where it has one.

    Raises NotFound without the account.
    """
    found: dict[str, list[dict[str, Any]]] = {kind.export: [] for kind in _kinds()}
    for kind, name, raw in _items(user_id):
        own = name.removeprefix(kind.name)
        named = {} if own == user_id else {"id": own}
        found[kind.export].append(named | _values(CLASSES.get(kind.name), raw))
    if not found[_USER.export]:
        raise NotFound("User not found")
    return found


def read_owned_projects(user_id: str, project_ids: Iterable[str]) -> list[dict[str, Any]]:
    """What is stored of those of these projects that an account owns, as they are now: of each its `id`, its attributes, and by the
    names that exports call them its members, its templates and which sessions are in it, each with its own `id`."""
    found = list[dict[str, Any]]()
    for project_id in project_ids:
        parts = {raw[keys.PART]["S"]: raw for raw in database.query(ProjectPart, project_id, _FIRST, _LAST)}
        project = parts.get(keys.PROJECT)
        if project and project["owner_id"]["S"] == user_id and project["status"]["S"] != _DELETED:
            found.append(_project(project_id, parts))
    return found


def _project(project_id: str, parts: Mapping[str, Raw]) -> dict[str, Any]:
    several = [it for it in item_kinds.KINDS if it.owner == "project" and it.export and it is not item_kinds.PROJECT]
    held: dict[str, list[dict[str, Any]]] = {kind.export: [] for kind in several}
    named = [(keys.PROJECTS, part, raw) for part, raw in parts.items()]
    named += [(keys.ACCOUNTS, name, raw) for name, raw in _templates(parts.get(keys.PROJECT_TEMPLATE_LIST)).items()]
    for table, name, raw in named:
        kind = kind_of(table, name)
        if kind in several:
            values = _values(PROJECT_CLASSES.get(kind.name), raw)
            held[kind.export].append({"id": name.removeprefix(kind.name), **values})
    own = _values(PROJECT_CLASSES[keys.PROJECT], parts[keys.PROJECT])
    return {"id": project_id, **own, **held}  # what it counts, members and sessions, stands there itself


def _templates(listed: Raw | None) -> dict[str, Raw]:
    """The templates of a project by their keys, as its list names them."""
    sizes = project_items.ProjectTemplateListItem.from_raw_data(dict(listed)).sizes if listed else {}
    wanted, found = [keys.project_template(it) for it in sizes], dict[str, Raw]()
    for first in range(0, len(wanted), _KEYS_A_READ):
        found |= database.get_many([(Account, pk, None) for pk in wanted[first : first + _KEYS_A_READ]])
    return found


def _kinds() -> Iterable[ItemKind]:
    """The kinds that exports of accounts have, but for cards of sessions."""
    own = (kind for kind in item_kinds.KINDS if kind.owner == "account" and kind.export)
    return [kind for kind in own if kind.table in (keys.ACCOUNTS, keys.TELEGRAM) or kind is item_kinds.MAIL_DIGEST]


def _items(user_id: str) -> Iterator[tuple[ItemKind, str, Raw]]:
    named = item_kinds.of_account(user_id)
    parts = [(keys.ACCOUNTS, raw[keys.PK]["S"], raw) for raw in items_of_user(user_id, "", *named)]
    groups = database.query_range(Telegram, keys.user(user_id), _FIRST, _LAST)
    parts += [(keys.TELEGRAM, raw[keys.SK]["S"], raw) for raw in groups]
    digest = database.get_many([(SessionPart, user_id, keys.mail_digest(user_id))])
    parts += [(keys.SESSIONS, name, raw) for name, raw in digest.items()]
    for table, name, raw in parts:
        kind = kind_of(table, name)
        if kind and kind.owner == "account" and kind.export:
            yield kind, name, raw


def _values(read_as: type[Model] | None, raw: Raw) -> dict[str, Any]:
    """The attributes of an item, each as its class reads it; without one, as they are stored."""
    attributes = read_as.get_attributes() if read_as else {}
    steps = {it.attr_name: step_of(name, it) for name, it in attributes.items()}
    values = {}
    for stored_as, held in raw.items():
        if stored_as in _KEYS:
            continue
        ((letter, value),) = held.items()
        name, _, decode = steps.get(stored_as, (stored_as, letter, None))
        values[name] = None if letter == "NULL" else decode(value) if decode else value
    return dict(sorted(values.items()))


_USER = next(kind for kind in item_kinds.KINDS if kind.name == keys.USERS)
