"""Templates that hosts make (table `accounts`): one item a template, and one an account with which there are, which also bounds how
many and how large: an index lags, and a list that is shown in one answer has to fit into it."""

from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any

import msgspec
from msgspec.structs import asdict

from chalicelib.clock import Clock
from chalicelib.errors import Conflict
from chalicelib.model.templates import OwnTemplate
from chalicelib.retry import Retry
from chalicelib.store import database, keys
from chalicelib.store.database import holds
from chalicelib.store.tables import Account
from chalicelib.store.transact import ConditionFailed, Transaction
from chalicelib.store.user_items import TemplateItem, TemplateListItem

_RETRY = Retry(tries=8)
_KEYS_A_READ = 100
_OWN = ("id", "owner_id", "created_at", "updated_at")  # what is beside the document
_FEED = "templates"
_TEMPLATE = "template"


class TooMany(Exception):
    """The account has as many templates as it may have, or as much in them."""


class Templates:
    """Repository of hosts' templates. An account may have `most` of them, and so many bytes in all of them together."""

    def __init__(self, clock: Clock, most: int, most_bytes: int) -> None:
        self._clock = clock
        self._most, self._most_bytes = most, most_bytes

    def get(self, template_id: str) -> OwnTemplate | None:
        """A template; None where there is none."""
        item = database.get(TemplateItem, keys.template(template_id))
        return _template_from(item) if item else None

    def of_user(self, user_id: str) -> list[OwnTemplate]:
        """The templates of an account, in the order in which they were made."""
        return _get(list(self._list(user_id)[0]))

    def public(self, most: int) -> list[OwnTemplate]:
        """The templates that everybody may find, those that changed last first; it may be a moment old."""
        found = database.query_index(Account, keys.PUBLIC_FEED, keys.FEED, _FEED)
        ids = [raw[keys.PK]["S"].removeprefix(keys.TEMPLATES) for raw in islice(found, most)]
        return [it for it in _get(ids) if it.is_public and not it.archived_at]

    def add(self, template: OwnTemplate) -> None:
        """Add a template; one that is there is left as it is. Raises TooMany."""

        def attempt() -> bool:
            sizes, version = self._list(template.owner_id)
            if template.id in sizes:
                return True
            self._require_room(sizes, {**sizes, template.id: size_of(template)})

            def build(write: Transaction) -> None:
                write.save(_item(template), TemplateItem.pk.does_not_exist())
                _put_list(write, template.owner_id, {**sizes, template.id: size_of(template)}, version)

            return holds(lambda: database.transact(build))

        self._until_done(attempt)

    def change(self, before: OwnTemplate, after: OwnTemplate) -> bool:
        """Change a template from how it was read; False where it was changed meanwhile, or is gone. Raises TooMany."""
        is_stored = False

        def attempt() -> bool:
            nonlocal is_stored
            sizes, version = self._list(after.owner_id)
            self._require_room(sizes, {**sizes, after.id: size_of(after)})

            def build(write: Transaction) -> None:
                write.save(_item(after), TemplateItem.updated_at == before.updated_at, label=_TEMPLATE)
                _put_list(write, after.owner_id, {**sizes, after.id: size_of(after)}, version)

            try:
                database.transact(build)
            except ConditionFailed as error:
                return _TEMPLATE in error.failed
            is_stored = True
            return True

        self._until_done(attempt)
        return is_stored

    def remove(self, template: OwnTemplate) -> bool:
        """Remove a template for good; whether it was there."""

        def attempt() -> bool:
            sizes, version = self._list(template.owner_id)

            def build(write: Transaction) -> None:
                write.delete(TemplateItem(keys.template(template.id)))
                _put_list(write, template.owner_id, {it: sizes[it] for it in sizes if it != template.id}, version)

            return template.id not in sizes or holds(lambda: database.transact(build))

        was_there = template.id in self._list(template.owner_id)[0]
        self._until_done(attempt)
        return was_there

    def _require_room(self, before: Mapping[str, int], after: Mapping[str, int]) -> None:
        """Raises TooMany where a list has grown over a limit: what there is can always be made less."""
        grows = len(after) > len(before), sum(after.values()) > sum(before.values())
        if (grows[0] and len(after) > self._most) or (grows[1] and sum(after.values()) > self._most_bytes):
            raise TooMany

    def _list(self, user_id: str) -> tuple[dict[str, int], int]:
        item = database.get(TemplateListItem, keys.template_list(user_id))
        return (item.sizes, int(item.version)) if item else ({}, 0)

    def _until_done(self, attempt: Callable[[], bool]) -> None:
        """Raises Conflict where others are always in the way of an attempt."""
        if not any(attempt() for _ in _RETRY.attempts(self._clock)):
            raise Conflict("Your templates are being changed elsewhere right now; try again")


def size_of(template: OwnTemplate) -> int:
    """How many bytes a template has as it is stored."""
    return len(msgspec.json.encode(_document(template)))


def _document(template: OwnTemplate) -> dict[str, Any]:
    return {name: msgspec.to_builtins(it) for name, it in asdict(template).items() if name not in _OWN}


def _item(template: OwnTemplate) -> TemplateItem:
    return TemplateItem(
        keys.template(template.id),
        user_id=template.owner_id,
        created_at=template.created_at,
        updated_at=template.updated_at,
        feed=_FEED if template.is_public and not template.archived_at else None,
        document=_document(template),
    )


def _template_from(item: TemplateItem) -> OwnTemplate:
    beside = {
        "id": item.pk.removeprefix(keys.TEMPLATES),
        "owner_id": item.user_id,
        "created_at": item.created_at,
        "updated_at": item.updated_at,
    }
    return msgspec.convert({**item.document, **beside}, OwnTemplate)


def _get(template_ids: Sequence[str]) -> list[OwnTemplate]:
    """These templates, as far as there are any, in this order."""
    found: list[OwnTemplate] = []
    for first in range(0, len(template_ids), _KEYS_A_READ):
        wanted = [keys.template(it) for it in template_ids[first : first + _KEYS_A_READ]]
        raw = database.get_many([(Account, pk, None) for pk in wanted])
        found += [_template_from(TemplateItem.from_raw_data(raw[pk])) for pk in wanted if pk in raw]
    return found


def _put_list(write: Transaction, user_id: str, sizes: Mapping[str, int], version: int) -> None:
    item = TemplateListItem(keys.template_list(user_id), sizes=dict(sizes), version=version + 1)
    number = TemplateListItem.version
    write.save(item, (number == version) if version else number.does_not_exist())
