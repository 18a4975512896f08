"""What is made of everybody's words and rewritten as a whole (table `sessions`): the scratchpad, the reduced digests of a large session.

A transaction pays twice for every kilobyte, so a document is written outside of one, and only over one that is there: it
is begun, empty, under the conditions that a transaction can check, and goes when the session or words in it go.
"""

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import uuid4

import msgspec
from msgspec.structs import replace

from chalicelib.model import ReducedDigest, Scratchpad
from chalicelib.store import database, keys
from chalicelib.store.database import holds
from chalicelib.store.session_items import DocumentItem, SynthesisItem
from chalicelib.store.summaries import still
from chalicelib.store.transact import Transaction

Document = TypeVar("Document", ReducedDigest, Scratchpad)


def document_from(raw: Mapping[str, Any], kind: type[Document]) -> Document:
    """The document that an item holds."""
    item = DocumentItem.from_raw_data(dict(raw))
    return replace(msgspec.convert(item.document, kind), version=item.version)


def put(
    session_id: str, part: str, made: Document, before: Document | None, *, empty: Document, epoch: int
) -> Document | None:
    """Store a document in the place of the one it was made from; gives it as stored. One that is not there is begun `empty`.

    None where what it was made from is not there any more: somebody else wrote, or somebody was taken out, or in
    again, since this epoch.
    """
    known = before.version if before else _begin(session_id, part, empty, epoch)
    if known is None:
        return None
    stored = replace(made, version=str(uuid4()))
    version = DocumentItem.version
    ours = (version == known) | (version == stored.version)
    return stored if holds(lambda: database.put(_item(session_id, part, stored), ours)) else None


def withdraw(write: Transaction, session_id: str, part: str) -> None:
    """Take a document offline, with what may be in somebody's words in it; it is made anew without them."""
    write.delete(DocumentItem(session_id, part))


def _begin(session_id: str, part: str, empty: Document, epoch: int) -> str | None:
    begun = replace(empty, version=str(uuid4()))

    def build(write: Transaction) -> None:
        write.check(SynthesisItem(session_id, keys.SYNTHESIS), still(epoch))
        write.save(_item(session_id, part, begun), condition=DocumentItem.version.does_not_exist())

    return begun.version if holds(lambda: database.transact(build)) else None


def _item(session_id: str, part: str, document: ReducedDigest | Scratchpad) -> DocumentItem:
    content = msgspec.to_builtins(replace(document, version=""))
    return DocumentItem(session_id, part, version=document.version, document=content)
