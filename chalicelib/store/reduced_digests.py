"""The reduced digests of a large session (table `sessions`): `reduce#0#<bucket>`, each of bounded size."""

from msgspec.structs import replace

from chalicelib.model import ReducedDigest
from chalicelib.store import database, documents, keys
from chalicelib.store.tables import SessionPart
from chalicelib.store.transact import Transaction

BUCKETS = 64


def bucket_of(thread_id: str) -> int:
    """The bucket of a thread, for ever."""
    return keys.shard_of(thread_id, BUCKETS)


class ReducedDigests:
    """Repository of reduced digests."""

    def all(self, session_id: str) -> dict[int, ReducedDigest]:
        """Those of a session by their buckets."""
        first, last = keys.reduced_digest(0, 0), keys.reduced_digest(0, BUCKETS - 1)
        found = (
            documents.document_from(raw, ReducedDigest) for raw in database.query(SessionPart, session_id, first, last)
        )
        return {reduced.bucket: reduced for reduced in found}

    def put(
        self, session_id: str, reduced: ReducedDigest, before: ReducedDigest | None, epoch: int
    ) -> ReducedDigest | None:
        """Store one in the place of the one of before; gives it as stored.

        None where that is not there any more: somebody else wrote, or somebody was taken out, or in again, since this epoch.
        """
        empty = replace(reduced, fingerprint="", points=())
        return documents.put(
            session_id, keys.reduced_digest(0, reduced.bucket), reduced, before, empty=empty, epoch=epoch
        )


def withdraw(write: Transaction, session_id: str, thread_id: str) -> None:
    """Take away the one with this thread's words; the summary job makes it anew without them."""
    documents.withdraw(write, session_id, keys.reduced_digest(0, bucket_of(thread_id)))
