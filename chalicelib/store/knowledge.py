"""The knowledge of sessions (table `sessions`): one item each, which goes with the summary that it was made beside."""

from collections.abc import Sequence

import msgspec

from chalicelib.model.knowledge import Knowledge
from chalicelib.store import database, keys
from chalicelib.store.database import holds
from chalicelib.store.session_items import DocumentItem, SynthesisItem
from chalicelib.store.summaries import still
from chalicelib.store.transact import Transaction


class KnowledgeItems:
    """Repository of knowledge."""

    def of_each(self, session_ids: Sequence[str]) -> dict[str, Knowledge]:
        """The knowledge of each of these sessions (at most 100), as far as there is any, in one read."""
        if not session_ids:
            return {}
        found = database.get_each(DocumentItem, session_ids, keys.KNOWLEDGE, consistent=True)
        read = {name: DocumentItem.from_raw_data(dict(raw)).document for name, raw in found.items()}
        return {session_id: msgspec.convert(document, Knowledge) for session_id, document in read.items()}

    def put(self, session_id: str, made: Knowledge, epoch: int) -> bool:
        """Store the knowledge of a session; False where somebody was taken out, or in again, since this epoch, or it was deleted."""
        version, document = made.generated_at.isoformat(), msgspec.to_builtins(made)
        item = DocumentItem(session_id, keys.KNOWLEDGE, version=version, document=document)

        def build(write: Transaction) -> None:
            write.check(SynthesisItem(session_id, keys.SYNTHESIS), still(epoch))
            write.save(item)

        return holds(lambda: database.transact(build))


def withdraw(write: Transaction, session_id: str) -> None:
    """Take the knowledge of a session offline: it is generated anew, without what made it go."""
    write.delete(DocumentItem(session_id, keys.KNOWLEDGE))
