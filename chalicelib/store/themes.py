"""The registry of a session's themes (table `sessions`): one item, written one version after the other."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec
from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from chalicelib.errors import NotFound
from chalicelib.store import database, keys
from chalicelib.store.records import RegisteredTheme, ThemeRegistry
from chalicelib.store.session_items import SynthesisItem, ThemesItem
from chalicelib.store.transact import ConditionFailed


def registry_from(raw: Mapping[str, Any]) -> ThemeRegistry:
    """The registry that an item holds."""
    item = ThemesItem.from_raw_data(dict(raw))
    themes = msgspec.convert(item.themes, tuple[RegisteredTheme, ...])
    return ThemeRegistry(int(item.version), themes, int(item.last))


def themes_item(session_id: str, registry: ThemeRegistry) -> ThemesItem:
    """The item of a registry, of its next version."""
    themes = msgspec.to_builtins(registry.themes)
    return ThemesItem(session_id, keys.THEMES, version=registry.version + 1, last=registry.last, themes=themes)


def unmoved(registry: ThemeRegistry) -> Condition:
    """Nobody stored a registry since this one was read."""
    if registry.version == 0:
        none: Condition = ThemesItem.version.does_not_exist()
        return none
    same: Condition = ThemesItem.version == registry.version
    return same


class Themes:
    """Repository of theme registries."""

    def get(self, session_id: str) -> ThemeRegistry:
        """The registry of a session; an empty one where nothing is registered yet."""
        item = database.get(ThemesItem, session_id, keys.THEMES)
        return registry_from(item.serialize()) if item else ThemeRegistry()

    def put(self, session_id: str, registry: ThemeRegistry) -> ThemeRegistry | None:
        """Store a registry that was made from the version it names; gives it as stored, or None where that has moved on.

        Raises NotFound where the session was deleted meanwhile.
        """

        def build(write: TransactWrite) -> None:
            write.condition_check(SynthesisItem, session_id, keys.SYNTHESIS, SynthesisItem.session_id.exists())
            write.save(themes_item(session_id, registry), condition=unmoved(registry))

        try:
            database.transact(build)
        except ConditionFailed as error:
            if 0 in error.failed:
                raise NotFound("Session not found") from error
            return None
        return replace(registry, version=registry.version + 1)
