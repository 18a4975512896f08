"""The themes of a session (table `sessions`): one item a theme, and in `synthesis` which version of them all this is.

A new theme costs its own item, however many there are. Every change moves the version on, so of two who changed the
same themes the second is told; a session that was deleted has no version any more.
"""

from collections.abc import Iterator

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.errors import NotFound
from chalicelib.model import RegisteredTheme, Synthesis, ThemeRegistry
from chalicelib.store import database, keys
from chalicelib.store.database import holds
from chalicelib.store.session_items import SynthesisItem, ThemeItem
from chalicelib.store.tables import SessionPart
from chalicelib.store.transact import Transaction

AT_ONCE = 90  # changes: a transaction takes a hundred items


class Changes(Struct, frozen=True):
    """What leads from one registry to the next: themes that are new or changed, and themes that are gone."""

    version: int
    last: int
    kept: tuple[RegisteredTheme, ...]
    gone: tuple[RegisteredTheme, ...] = ()

    @property
    def unmoved(self) -> Condition:
        """The session is there, and nobody changed its themes since."""
        version = SynthesisItem.themes_version
        same: Condition = version == self.version
        if self.version == 0:
            same = same | version.does_not_exist()
        there: Condition = SynthesisItem.session_id.exists() & same
        return there

    @property
    def moves(self) -> list[Action]:
        """What they change in `synthesis`."""
        return [SynthesisItem.themes_version.set(self.version + 1), SynthesisItem.themes_last.set(self.last)]

    def write(self, write: Transaction, session_id: str) -> None:
        """Add the items of the themes to a transaction."""
        for theme in self.gone:
            write.delete(ThemeItem(session_id, keys.theme(theme.number)))
        for theme in self.kept:
            write.save(ThemeItem(session_id, keys.theme(theme.number), theme=msgspec.to_builtins(theme)))


def changes(made: ThemeRegistry, before: ThemeRegistry) -> Changes:
    """What leads from the registry of before to this one."""
    known, kept = set(before.themes), {theme.id for theme in made.themes}
    return Changes(
        before.version,
        made.last,
        tuple(theme for theme in made.themes if theme not in known),
        tuple(theme for theme in before.themes if theme.id not in kept),
    )


class Themes:
    """Repository of theme registries."""

    def get(self, session_id: str, synthesis: Synthesis | None = None) -> ThemeRegistry:
        """The registry of a session; an empty one where nothing is registered yet. Raises NotFound without a session.

        The version, in `synthesis`, is read before the themes: who saw too few of them cannot change any.
        """
        if synthesis is None:
            item = database.get(SynthesisItem, session_id, keys.SYNTHESIS)
            if item is None:
                raise NotFound("Session not found")
            synthesis = Synthesis(themes_version=int(item.themes_version or 0), themes_last=int(item.themes_last or 0))
        if not synthesis.themes_version:
            return ThemeRegistry()
        found = database.query(SessionPart, session_id, keys.THEMES, keys.AFTER_THEMES)
        themes = (msgspec.convert(ThemeItem.from_raw_data(raw).theme, RegisteredTheme) for raw in found)
        return ThemeRegistry(synthesis.themes_version, tuple(themes), synthesis.themes_last)

    def put(self, session_id: str, made: ThemeRegistry, before: ThemeRegistry) -> ThemeRegistry | None:
        """Store what is new in a registry that was made from the one of before; gives it as stored.

        None where somebody else changed the themes since, or the session is gone: then some of it may be stored.
        """
        version = before.version
        for part in _parts(changes(made, before)):
            if not _stored(session_id, part):
                return None
            version = part.version + 1
        return replace(made, version=version)


def _stored(session_id: str, part: Changes) -> bool:
    def build(write: Transaction) -> None:
        part.write(write, session_id)
        synthesis = SynthesisItem(session_id, keys.SYNTHESIS)
        write.update(synthesis, actions=part.moves, condition=part.unmoved)

    return holds(lambda: database.transact(build))


def _parts(whole: Changes) -> Iterator[Changes]:
    """Changes in parts small enough for a transaction each."""
    changed = [*((theme, True) for theme in whole.kept), *((theme, False) for theme in whole.gone)]
    for number, first in enumerate(range(0, len(changed), AT_ONCE)):
        part = changed[first : first + AT_ONCE]
        kept = tuple(theme for theme, stays in part if stays)
        gone = tuple(theme for theme, stays in part if not stays)
        yield Changes(whole.version + number, whole.last, kept, gone)
