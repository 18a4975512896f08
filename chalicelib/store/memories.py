"""What sessions come to, what others begin with of that, and which these are (table `sessions`).

A session that begins with something of another one's stands in that one's partition, as a receiver: whatever is withdrawn there is
withdrawn here, too. Both are written in one transaction with the new session, which fails where something was withdrawn since it was read.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from chalicelib.model.memory import Conclusions, Memory
from chalicelib.store import database, keys
from chalicelib.store.database import holds
from chalicelib.store.session_items import DocumentItem, SynthesisItem
from chalicelib.store.summaries import still
from chalicelib.store.tables import SessionPart
from chalicelib.store.transact import Transaction

WITHDRAWN = Conclusions(withdrawn=True, untold=True)


class Memories:
    """Repository of what sessions pass on."""

    def put(self, session_id: str, made: Conclusions, epoch: int) -> bool:
        """Store what a session comes to; False where somebody was taken out, or in again, since this epoch, or it was deleted."""

        def build(write: Transaction) -> None:
            write.check(SynthesisItem(session_id, keys.SYNTHESIS), still(epoch))
            write.save(_item(session_id, made))

        return holds(lambda: database.transact(build))

    def of(self, session_id: str) -> Conclusions | None:
        """What a session comes to; None where nothing is stored."""
        return self.of_each([session_id]).get(session_id)

    def of_each(self, session_ids: Sequence[str]) -> dict[str, Conclusions]:
        """What each of these sessions (at most 100) comes to, as far as it is stored, in one read."""
        if not session_ids:
            return {}
        found = database.get_each(SessionPart, session_ids, keys.CONCLUSIONS, consistent=True)
        return {session_id: conclusions_from(raw) for session_id, raw in found.items()}

    def note_told(self, session_id: str) -> None:
        """Note that no receiver has anything any more that was withdrawn."""
        told = msgspec.structs.replace(WITHDRAWN, untold=False)
        holds(lambda: database.put(_item(session_id, told), DocumentItem.version == _version(WITHDRAWN)))

    def received(self, session_id: str) -> Memory | None:
        """What a session began with; None for one that began with nothing."""
        item = database.get(DocumentItem, session_id, keys.RECEIVED)
        return msgspec.convert(item.document, Memory) if item else None

    def receivers(self, session_id: str) -> list[str]:
        """The sessions that may have begun with something of this one's."""
        found = database.query(SessionPart, session_id, keys.RECEIVERS, keys.AFTER_RECEIVERS, keys_only=True)
        return [raw[keys.PART]["S"].removeprefix(keys.RECEIVERS) for raw in found]

    def change(self, receiver_id: str, before: Memory, after: Memory) -> bool:
        """Change what a session began with; False where it is not what was read any more."""
        unmoved = DocumentItem.version == before.version
        return holds(lambda: database.put(_received(receiver_id, after), unmoved))

    def forget_receiver(self, session_id: str, receiver_id: str) -> None:
        """Forget that a session has something of this one's."""
        item = SessionPart(session_id, keys.receiver(receiver_id))
        holds(lambda: database.delete(item, SessionPart.part.exists()))


def put_with(session_id: str, made: Conclusions) -> Callable[[Transaction], None]:
    """Adds what a session comes to to the transaction that stores its summary."""
    return lambda write: write.save(_item(session_id, made))


def conclusions_from(raw: Mapping[str, Any]) -> Conclusions:
    """What an item says that a session comes to."""
    return msgspec.convert(DocumentItem.from_raw_data(dict(raw)).document, Conclusions)


def memory_from(raw: Mapping[str, Any]) -> Memory:
    """What an item says that a session began with."""
    return msgspec.convert(DocumentItem.from_raw_data(dict(raw)).document, Memory)


def withdraw(write: Transaction, session_id: str) -> None:
    """Take offline what a session comes to, until it is made anew; what began with it is still to be told."""
    write.save(_item(session_id, WITHDRAWN))


def begin_with(write: Transaction, session_id: str, memory: Memory, label: str) -> None:
    """Let a session begin with this, in a transaction that fails with this label where something of it was withdrawn meanwhile."""
    write.save(_received(session_id, memory))
    for source in memory.session_ids:
        made = next(it.made_at for it in memory.points if it.session_id == source)
        write.check(DocumentItem(source, keys.CONCLUSIONS), DocumentItem.version == made.isoformat(), label=label)
        write.save(SessionPart(source, keys.receiver(session_id)))


def _item(session_id: str, made: Conclusions) -> DocumentItem:
    return DocumentItem(session_id, keys.CONCLUSIONS, version=_version(made), document=msgspec.to_builtins(made))


def _version(of: Conclusions) -> str:
    """When they were made, in the place of which they are withdrawn."""
    return of.made_at.isoformat() if of.made_at else "untold" if of.untold else "withdrawn"


def _received(session_id: str, memory: Memory) -> DocumentItem:
    return DocumentItem(session_id, keys.RECEIVED, version=memory.version, document=msgspec.to_builtins(memory))
