"""Templates that hosts make (table `accounts`): one item a template, and one for whoever has them with which there are, which also
bounds how many and how large: an index lags, and a list that is shown in one answer has to fit into it.

An account has templates, and so has a project; whoever made it, one of a project stays and goes with that.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any

import msgspec
from msgspec.structs import asdict

from chalicelib.clock import Clock
from chalicelib.errors import Conflict
from chalicelib.model.templates import OwnTemplate, TemplateView
from chalicelib.retry import Retry
from chalicelib.store import database, keys, project_roles
from chalicelib.store.database import Raw, holds
from chalicelib.store.project_items import ProjectItem, ProjectTemplateListItem
from chalicelib.store.tables import Account, ProjectPart
from chalicelib.store.transact import ConditionFailed, Transaction
from chalicelib.store.user_items import ProjectTemplateItem, TemplateItem, TemplateListItem

_RETRY = Retry(tries=8)
_KEYS_A_READ = 100
_OWN = ("id", "owner_id", "project_id", "created_at", "updated_at")  # what is beside the document
_FEED = "templates"
_TEMPLATE = "template"
_PROJECT = "project"  # label: the project is there


class TooMany(Exception):
    """The account, or the project, has as many templates as it may have, or as much in them."""


class ProjectGone(Exception):
    """There is no such project any more."""


class Templates:
    """Repository of hosts' templates. An account or a project may have `most` of them, and so many bytes in all of them together."""

    def __init__(self, clock: Clock, most: int, most_bytes: int) -> None:
        self._clock = clock
        self._most, self._most_bytes = most, most_bytes

    def get(self, template_id: str) -> OwnTemplate | None:
        """A template; None where there is none."""
        return next(iter(_get(_keys_of(template_id))), None)

    def view(self, template_id: str, user_id: str) -> TemplateView | None:
        """A template and the role of this user in it, in one read; None where there is none."""
        roles = keys.project_roles(user_id)
        raw = database.get_many([(Account, pk, None) for pk in (*_keys_of(template_id), roles)])
        found = next((_template_from(raw[pk]) for pk in _keys_of(template_id) if pk in raw), None)
        if found is None:
            return None
        if found.project_id:
            return TemplateView(found, project_roles.roles_from(raw.get(roles)).get(found.project_id))
        return TemplateView(found, "owner" if found.owner_id == user_id else None)

    def of_user(self, user_id: str) -> list[OwnTemplate]:
        """The templates of an account, in the order in which they were made."""
        return _get(map(keys.template, self._list(user_id, None)[0]))

    def of_projects(self, project_ids: Sequence[str]) -> list[OwnTemplate]:
        """The templates of these projects, together no more than one project may have: those of the first ones."""
        named, left = list[str](), self._most_bytes
        for first in range(0, len(project_ids), _KEYS_A_READ):
            ids = project_ids[first : first + _KEYS_A_READ]
            lists = database.get_each(ProjectPart, ids, keys.PROJECT_TEMPLATE_LIST)
            for raw in (lists[it] for it in ids if it in lists):
                for template_id, size in ProjectTemplateListItem.from_raw_data(dict(raw)).sizes.items():
                    left -= size
                    if left >= 0 and len(named) < self._most:
                        named.append(keys.project_template(template_id))
        return _get(named)

    def public(self, most: int) -> list[OwnTemplate]:
        """The templates that everybody may find, those that changed last first; it may be a moment old."""
        found = database.query_index(Account, keys.PUBLIC_FEED, keys.FEED, _FEED)
        named = [raw[keys.PK]["S"] for raw in islice(found, most)]
        return [it for it in _get(named) if it.is_public and not it.archived_at]

    def add(self, template: OwnTemplate) -> None:
        """Add a template; one that is there is left as it is. Raises TooMany, ProjectGone."""

        def attempt() -> bool:
            sizes, version = self._list(template.owner_id, template.project_id)
            if template.id in sizes:
                return True
            after = {**sizes, template.id: size_of(template)}
            self._require_room(sizes, after)

            def build(write: Transaction) -> None:
                write.save(_item(template), Account.pk.does_not_exist())
                _put_list(write, template, after, version)

            return _stored(build)

        self._until_done(attempt)

    def change(self, before: OwnTemplate, after: OwnTemplate) -> bool:
        """Change a template from how it was read, also whose it is; False where it was changed meanwhile, or is gone. Raises TooMany,
        ProjectGone."""
        is_stored = False

        def attempt() -> bool:
            nonlocal is_stored
            try:
                is_stored = _stored(self._changing(before, after))
            except ConditionFailed:
                return True
            return is_stored

        self._until_done(attempt)
        return is_stored

    def remove(self, template: OwnTemplate) -> bool:
        """Remove a template for good; whether it was there."""

        def attempt() -> bool:
            sizes, version = self._list(template.owner_id, template.project_id)

            def build(write: Transaction) -> None:
                write.delete(Account(_key(template)))
                _put_list(write, template, _without(sizes, template), version, is_ending=True)

            return template.id not in sizes or holds(lambda: database.transact(build))

        was_there = template.id in self._list(template.owner_id, template.project_id)[0]
        self._until_done(attempt)
        return was_there

    def remove_of_project(self, project_id: str) -> None:
        """Remove all templates of a project that is gone; twice is as once."""
        sizes, version = self._list("", project_id)
        for template_id in sizes:
            holds(partial(database.delete, Account(keys.project_template(template_id)), Account.pk.exists()))
        if version:
            part = {keys.PROJECT_ID: {"S": project_id}, keys.PART: {"S": keys.PROJECT_TEMPLATE_LIST}}
            database.delete_all(ProjectPart, [part])

    def _changing(self, before: OwnTemplate, after: OwnTemplate) -> Callable[[Transaction], None]:
        """What writes a changed template: in its place, or as another's."""
        sizes, version = self._list(after.owner_id, after.project_id)
        left, left_version = self._list(before.owner_id, before.project_id)
        grown = {**sizes, after.id: size_of(after)}
        self._require_room(sizes, grown)
        kind = ProjectTemplateItem if before.project_id else TemplateItem
        is_same: Any = kind.updated_at == before.updated_at

        def build(write: Transaction) -> None:
            if _key(before) == _key(after):
                write.save(_item(after), is_same, label=_TEMPLATE)
            else:
                write.delete(kind(_key(before)), is_same, label=_TEMPLATE)
                write.save(_item(after), Account.pk.does_not_exist())
            if _holder(before) != _holder(after):
                _put_list(write, before, _without(left, before), left_version)
            _put_list(write, after, grown, version)

        return build

    def _require_room(self, before: Mapping[str, int], after: Mapping[str, int]) -> None:
        """Raises TooMany where a list has grown over a limit: what there is can always be made less."""
        grows = len(after) > len(before), sum(after.values()) > sum(before.values())
        if (grows[0] and len(after) > self._most) or (grows[1] and sum(after.values()) > self._most_bytes):
            raise TooMany

    def _list(self, user_id: str, project_id: str | None) -> tuple[dict[str, int], int]:
        item: TemplateListItem | ProjectTemplateListItem | None
        if project_id:
            item = database.get(ProjectTemplateListItem, project_id, keys.PROJECT_TEMPLATE_LIST)
        else:
            item = database.get(TemplateListItem, keys.template_list(user_id))
        return (item.sizes, int(item.version)) if item else ({}, 0)

    def _until_done(self, attempt: Callable[[], bool]) -> None:
        """Raises Conflict where others are always in the way of an attempt."""
        if not any(attempt() for _ in _RETRY.attempts(self._clock)):
            raise Conflict("These templates are being changed elsewhere right now; try again")


def size_of(template: OwnTemplate) -> int:
    """How many bytes a template has as it is stored."""
    return len(msgspec.json.encode(_document(template)))


def _document(template: OwnTemplate) -> dict[str, Any]:
    return {name: msgspec.to_builtins(it) for name, it in asdict(template).items() if name not in _OWN}


def _holder(template: OwnTemplate) -> tuple[bool, str]:
    return (True, template.project_id) if template.project_id else (False, template.owner_id)


def _keys_of(template_id: str) -> tuple[str, str]:
    return keys.template(template_id), keys.project_template(template_id)


def _key(template: OwnTemplate) -> str:
    return _keys_of(template.id)[bool(template.project_id)]


def _without(sizes: Mapping[str, int], template: OwnTemplate) -> dict[str, int]:
    return {it: sizes[it] for it in sizes if it != template.id}


def _stored(build: Callable[[Transaction], None]) -> bool:
    """Writes; False where a list was changed meanwhile. Raises ProjectGone, ConditionFailed where the template itself was."""
    try:
        database.transact(build)
    except ConditionFailed as error:
        if _PROJECT in error.failed:
            raise ProjectGone from error
        if _TEMPLATE in error.failed:
            raise
        return False
    return True


def _item(template: OwnTemplate) -> TemplateItem | ProjectTemplateItem:
    item: TemplateItem | ProjectTemplateItem = TemplateItem(_key(template), user_id=template.owner_id)
    if template.project_id:
        item = ProjectTemplateItem(_key(template), project_id=template.project_id, made_by=template.owner_id)
    item.created_at, item.updated_at = template.created_at, template.updated_at
    item.feed = _FEED if template.is_public and not template.archived_at else None
    item.document = _document(template)
    return item


def _template_from(raw: Raw) -> OwnTemplate:
    item: TemplateItem | ProjectTemplateItem
    if raw[keys.PK]["S"].startswith(keys.PROJECT_TEMPLATES):
        item = ProjectTemplateItem.from_raw_data(dict(raw))
        whose = {"owner_id": item.made_by, "project_id": item.project_id}
    else:
        item = TemplateItem.from_raw_data(dict(raw))
        whose = {"owner_id": item.user_id}
    beside = {"id": item.pk.partition("#")[2], "created_at": item.created_at, "updated_at": item.updated_at}
    return msgspec.convert({**item.document, **beside, **whose}, OwnTemplate)


def _get(named: Iterable[str]) -> list[OwnTemplate]:
    """The templates with these keys, as far as there are any, in this order."""
    found, wanted = list[OwnTemplate](), list(named)
    for first in range(0, len(wanted), _KEYS_A_READ):
        together = wanted[first : first + _KEYS_A_READ]
        raw = database.get_many([(Account, pk, None) for pk in together])
        found += [_template_from(raw[pk]) for pk in together if pk in raw]
    return found


def _put_list(
    write: Transaction, of: OwnTemplate, sizes: Mapping[str, int], version: int, *, is_ending: bool = False
) -> None:
    """Writes the list that has this template. Of a project, that has to be there, but where the template comes to its end."""
    if of.project_id is None:
        own = TemplateListItem(keys.template_list(of.owner_id), sizes=dict(sizes), version=version + 1)
        write.save(own, _is_version(TemplateListItem.version, version))
        return
    if not is_ending:
        there: Any = ProjectItem.title.exists() & (ProjectItem.status != "deleted")
        write.check(ProjectItem(of.project_id, keys.PROJECT), there, label=_PROJECT)
    part = keys.PROJECT_TEMPLATE_LIST
    item = ProjectTemplateListItem(of.project_id, part, sizes=dict(sizes), version=version + 1)
    write.save(item, _is_version(ProjectTemplateListItem.version, version))


def _is_version(number: Any, version: int) -> Any:
    return (number == version) if version else number.does_not_exist()
