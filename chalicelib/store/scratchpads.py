"""The scratchpad of a session (table `sessions`): one item of bounded size, written as a whole.

A transaction pays twice for every kilobyte, so the notes are written outside of one, and only over an item that is
there: it is begun, empty, under the conditions that a transaction can check, and goes when the session or somebody's
words go.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

import msgspec
from pynamodb.transactions import TransactWrite

from chalicelib.store import database, keys
from chalicelib.store.database import holds
from chalicelib.store.records import Scratchpad
from chalicelib.store.session_items import ScratchpadItem, SynthesisItem
from chalicelib.store.summaries import still


def scratchpad_from(raw: Mapping[str, Any]) -> Scratchpad:
    """The scratchpad that an item holds."""
    item = ScratchpadItem.from_raw_data(dict(raw))
    return replace(msgspec.convert(item.document, Scratchpad), version=item.version)


class Scratchpads:
    """Repository of scratchpads."""

    def put(self, session_id: str, scratchpad: Scratchpad, before: Scratchpad | None, epoch: int) -> Scratchpad | None:
        """Store a scratchpad in the place of the one it was made from; gives it as stored.

        None where that is not there any more: somebody else wrote, or somebody's words were taken out since this epoch.
        """
        known = before.version if before else self._begin(session_id, scratchpad, epoch)
        if known is None:
            return None
        stored = replace(scratchpad, version=str(uuid4()))
        version = ScratchpadItem.version
        ours = (version == known) | (version == stored.version)
        return stored if holds(lambda: database.put(_item(session_id, stored), ours)) else None

    def _begin(self, session_id: str, scratchpad: Scratchpad, epoch: int) -> str | None:
        """Put an empty one where there is none; gives its version."""
        empty = replace(
            scratchpad, notes=(), consensus=(), tensions=(), covered=(), themes=0, participants=0, messages=0
        )
        begun = replace(empty, version=str(uuid4()))

        def build(write: TransactWrite) -> None:
            write.condition_check(SynthesisItem, session_id, keys.SYNTHESIS, condition=still(epoch))
            write.save(_item(session_id, begun), condition=ScratchpadItem.version.does_not_exist())

        return begun.version if holds(lambda: database.transact(build)) else None


def withdraw(write: TransactWrite, session_id: str) -> None:
    """Take the scratchpad offline, with what may be in somebody's words in it; it is made anew without them."""
    write.delete(ScratchpadItem(session_id, keys.SCRATCHPAD))


def _item(session_id: str, scratchpad: Scratchpad) -> ScratchpadItem:
    document = msgspec.to_builtins(replace(scratchpad, version=""))
    return ScratchpadItem(session_id, keys.SCRATCHPAD, version=scratchpad.version, document=document)
