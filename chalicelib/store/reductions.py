"""The leaves of a large session's tree of digests (table `sessions`): `reduce#0#<bucket>`, each of bounded size.

A transaction pays twice for every kilobyte, so a leaf is written outside of one, and only over one that is there: it is
begun, empty, under the conditions that a transaction can check, and goes when the session or words in it go.
"""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import msgspec
from pynamodb.transactions import TransactWrite

from chalicelib.store import database, keys
from chalicelib.store.database import holds
from chalicelib.store.records import Leaf
from chalicelib.store.session_items import ReductionItem, SynthesisItem
from chalicelib.store.summaries import still
from chalicelib.store.tables import SessionPart

BUCKETS = 64


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

    def put(self, session_id: str, leaf: Leaf, before: Leaf | None, epoch: int) -> Leaf | None:
        """Store a leaf in the place of the one of before; gives it as stored.

        None where that is not there any more: somebody else wrote, or somebody's words were taken out since this epoch.
        """
        known = before.version if before else self._begin(session_id, leaf, epoch)
        if known is None:
            return None
        stored = replace(leaf, version=str(uuid4()))
        version = ReductionItem.version
        ours = (version == known) | (version == stored.version)
        return stored if holds(lambda: database.put(_item(session_id, stored), ours)) else None

    def _begin(self, session_id: str, leaf: Leaf, epoch: int) -> str | None:
        """Put an empty one where there is none; gives its version."""
        begun = replace(leaf, fingerprint="", points=(), version=str(uuid4()))

        def build(write: TransactWrite) -> None:
            write.condition_check(SynthesisItem, session_id, keys.SYNTHESIS, condition=still(epoch))
            write.save(_item(session_id, begun), condition=ReductionItem.version.does_not_exist())

        return begun.version if holds(lambda: database.transact(build)) else None


def withdraw(write: TransactWrite, session_id: str, thread_id: str) -> None:
    """Take away the leaf with this thread's words; the summary job makes it anew without them."""
    write.delete(ReductionItem(session_id, keys.reduction(0, bucket_of(thread_id))))


def _item(session_id: str, leaf: Leaf) -> ReductionItem:
    document = msgspec.to_builtins(replace(leaf, version=""))
    return ReductionItem(session_id, keys.reduction(0, leaf.bucket), version=leaf.version, leaf=document)


def _leaf_from(raw: dict[str, Any]) -> Leaf:
    item = ReductionItem.from_raw_data(raw)
    return replace(msgspec.convert(item.leaf, Leaf), version=item.version)
