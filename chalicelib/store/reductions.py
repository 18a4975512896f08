"""The leaves of a large session's tree of digests (table `sessions`): `reduce#0#<bucket>`, each of bounded size."""

from msgspec.structs import replace

from chalicelib.model import Leaf
from chalicelib.store import database, documents, keys
from chalicelib.store.tables import SessionPart
from chalicelib.store.transact import Transaction

BUCKETS = 64


def bucket_of(thread_id: str) -> int:
    """The bucket of a thread, for ever."""
    return keys.shard_of(thread_id, BUCKETS)


class Reductions:
    """Repository of leaves."""

    def all(self, session_id: str) -> dict[int, Leaf]:
        """The stored leaves of a session by their buckets."""
        first, last = keys.reduction(0, 0), keys.reduction(0, BUCKETS - 1)
        leaves = (documents.document_from(raw, Leaf) for raw in database.query(SessionPart, session_id, first, last))
        return {leaf.bucket: leaf for leaf in leaves}

    def put(self, session_id: str, leaf: Leaf, before: Leaf | None, epoch: int) -> Leaf | None:
        """Store a leaf in the place of the one of before; gives it as stored.

        None where that is not there any more: somebody else wrote, or somebody was taken out, or in again, since this epoch.
        """
        empty = replace(leaf, fingerprint="", points=())
        return documents.put(session_id, keys.reduction(0, leaf.bucket), leaf, before, empty=empty, epoch=epoch)


def withdraw(write: Transaction, session_id: str, thread_id: str) -> None:
    """Take away the leaf with this thread's words; the summary job makes it anew without them."""
    documents.withdraw(write, session_id, keys.reduction(0, bucket_of(thread_id)))
