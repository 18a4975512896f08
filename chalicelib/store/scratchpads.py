"""The scratchpad of a session (table `sessions`): one item of bounded size."""

from msgspec.structs import replace

from chalicelib.model import Scratchpad
from chalicelib.store import documents, keys
from chalicelib.store.transact import Transaction


class Scratchpads:
    """Repository of scratchpads."""

    def put(self, session_id: str, scratchpad: Scratchpad, before: Scratchpad | None, epoch: int) -> Scratchpad | None:
        """Store a scratchpad in the place of the one it was made from; gives it as stored.

        None where that is not there any more: somebody else wrote, or somebody was taken out, or in again, since this epoch.
        """
        empty = replace(
            scratchpad, notes=(), consensus=(), tensions=(), covered=(), themes=0, participants=0, messages=0
        )
        return documents.put(session_id, keys.SCRATCHPAD, scratchpad, before, empty=empty, epoch=epoch)


def withdraw(write: Transaction, session_id: str) -> None:
    """Take the scratchpad offline."""
    documents.withdraw(write, session_id, keys.SCRATCHPAD)
