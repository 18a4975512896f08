"""The leaves of a large session's tree of digests (table `sessions`): `reduce#0#<bucket>`."""

from typing import Any

import msgspec
from pynamodb.transactions import TransactWrite

from chalicelib.store import database, keys
from chalicelib.store.database import holds
from chalicelib.store.records import Leaf
from chalicelib.store.session_items import ReductionItem, SynthesisItem
from chalicelib.store.summaries import still
from chalicelib.store.tables import SessionPart

BUCKETS = 32


def bucket_of(thread_id: str) -> int:
    """The bucket of a thread, for ever."""
    return keys.shard_of(thread_id, BUCKETS)


class Reductions:
    """Repository of leaves."""

    def all(self, session_id: str) -> dict[int, Leaf]:
        """The stored leaves of a session by their buckets."""
        first, last = keys.reduction(0, 0), keys.reduction(0, BUCKETS - 1)
        leaves = (_leaf_from(raw) for raw in database.query(SessionPart, session_id, first, last))
        return {leaf.bucket: leaf for leaf in leaves}

    def put(self, session_id: str, leaf: Leaf, epoch: int) -> bool:
        """Store a leaf; False where somebody's words were taken out since this epoch: they may be in it."""
        item = ReductionItem(session_id, keys.reduction(0, leaf.bucket), leaf=msgspec.to_builtins(leaf))

        def build(write: TransactWrite) -> None:
            write.condition_check(SynthesisItem, session_id, keys.SYNTHESIS, condition=still(epoch))
            write.save(item)

        return holds(lambda: database.transact(build))


def withdraw(write: TransactWrite, session_id: str, thread_id: str) -> None:
    """Take away the leaf with this thread's words; the summary job makes it anew without them."""
    write.delete(ReductionItem(session_id, keys.reduction(0, bucket_of(thread_id))))


def _leaf_from(raw: dict[str, Any]) -> Leaf:
    return msgspec.convert(ReductionItem.from_raw_data(raw).leaf, Leaf)
