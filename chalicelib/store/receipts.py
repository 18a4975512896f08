"""The codes by which participants come to what is stored of them (table `accounts`), each by its hash.

A thread has the hash on its head, so that both come and go together.
"""

from msgspec import Struct

from chalicelib.model import Thread
from chalicelib.store import database, keys, thread_head
from chalicelib.store.database import holds
from chalicelib.store.transact import Transaction
from chalicelib.store.user_items import ReceiptItem


class ReceiptHolder(Struct, frozen=True):
    """The thread that a code leads to."""

    session_id: str
    thread_id: str


class Receipts:
    """Repository of codes."""

    def find(self, code_hash: str) -> ReceiptHolder | None:
        """The thread of a code; None for one that leads nowhere, or no longer."""
        item = database.get(ReceiptItem, keys.receipt(code_hash))
        return ReceiptHolder(item.session_id, item.thread_id) if item else None

    def give(self, thread: Thread, code_hash: str) -> bool:
        """Store the code of a thread, in place of another one that it may have; False where that changed meanwhile, or it is gone."""

        def build(write: Transaction) -> None:
            withdraw(write, thread)
            _save(write, thread, code_hash)
            write.update(*thread_head.give_receipt(thread, code_hash))

        return holds(lambda: database.transact(build))


def add(write: Transaction, thread: Thread) -> None:
    """Store the code of a thread that begins, where it has one."""
    if thread.receipt:
        _save(write, thread, thread.receipt)


def withdraw(write: Transaction, thread: Thread) -> None:
    """Have the code of a thread lead nowhere."""
    if thread.receipt:
        write.delete(ReceiptItem(keys.receipt(thread.receipt)))


def _save(write: Transaction, thread: Thread, code_hash: str) -> None:
    item = ReceiptItem(keys.receipt(code_hash), session_id=thread.session_id, thread_id=thread.id)
    write.save(item, ReceiptItem.pk.does_not_exist())
