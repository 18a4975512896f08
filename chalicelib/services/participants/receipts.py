"""The receipt of a participant: a code and a private link, by which they come to what is stored of them, and to nothing else.

A code is 128 bits that follow from the deployment's secret and the thread, as it stands until its participant ends all access; so
it can be shown to them again, though only its hash is stored. Nobody can guess one, nor tell from it whose it is. It is written in
the alphabet of Douglas Crockford's Base 32 (https://www.crockford.com/base32.html), which has no letters that look like digits.
A link has the thread and the beginning of that hash, signed: it leads nowhere once the code leads nowhere.
"""

import base64
import hashlib
import json
import re
import unicodedata
from datetime import UTC
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.errors import NotFound
from chalicelib.model import SessionView, Thread, ThreadView
from chalicelib.services.access.signing import make_digest, sign, unsign
from chalicelib.services.participants.scopes import rules_of
from chalicelib.store import thread_head

if TYPE_CHECKING:
    from chalicelib.store.participants import Participants
    from chalicelib.store.receipts import Receipts

_BYTES = 16
_GROUP = 4
_LENGTH = 26  # characters of a code, without what is between the groups
_STANDARD, _CROCKFORD = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_WRITTEN = str.maketrans(_STANDARD, _CROCKFORD)
_READ = str.maketrans(_CROCKFORD + "OIL", _STANDARD + "ABB")  # O is read as 0, I and L as 1
_BETWEEN = re.compile(r"[\W_]+")
_CODE = re.compile(rf"[{_CROCKFORD}OIL]{{{_LENGTH}}}")
_MARK = 16  # characters of the hash that a link has


class ReceiptDeps(Struct, frozen=True):
    """The collaborators of receipts."""

    receipts: "Receipts"
    participants: "Participants"
    secret: bytes


class LinkedThread(Struct, frozen=True):
    """What a link names: a thread, and the beginning of the hash of its code."""

    session_id: str
    thread_id: str
    mark: str


class OpenedReceipt(Struct, frozen=True):
    """What a receipt leads to: the session, the thread with its form, and the `token` of the private link."""

    view: SessionView
    found: ThreadView
    token: str

    @property
    def thread(self) -> Thread:
        """The head of the conversation."""
        return self.found.thread


def with_receipt(thread: Thread, secret: bytes) -> Thread:
    """Returns a thread that is about to begin, with the hash of its code where its participant gets one."""
    is_given = rules_of(thread.scope).has_receipt
    return replace(thread, receipt=hash_code(_make_code(thread, secret))) if is_given else thread


def known_code(thread: Thread, secret: bytes) -> str:
    """Returns the code of a thread, in groups; empty where none that leads to it is stored."""
    code = _make_code(thread, secret)
    return code if thread.receipt == hash_code(code) else ""


def give_code(thread: Thread, *, deps: ReceiptDeps) -> str:
    """Returns the same; a thread from before there were codes gets its own first. Empty for a thread that has none, or is gone, and
    where a code that another deployment gave out leads to it: that stays in force, since its participant may have nothing else."""
    if not rules_of(thread.scope).has_receipt:
        return ""
    if thread.receipt:
        return known_code(thread, deps.secret)
    code = _make_code(thread, deps.secret)
    if deps.receipts.give(thread, hash_code(code)):
        return code
    fresh = thread_head.read(thread.session_id, thread.id)
    return known_code(fresh, deps.secret) if fresh else ""


def hash_code(code: str) -> str:
    """Returns what a code is stored by, however it was typed; empty for what is none."""
    typed = _BETWEEN.sub("", unicodedata.normalize("NFKC", code)).upper()
    if not _CODE.fullmatch(typed):
        return ""
    held = base64.b32decode(typed.translate(_READ) + "=" * (-_LENGTH % 8))
    return hashlib.sha256(held).hexdigest()


def link_token(thread: Thread, secret: bytes) -> str:
    """Returns what the private link of a thread carries."""
    mark = hash_code(_make_code(thread, secret))[:_MARK]
    return sign(secret, "receipt", thread.session_id, f"{thread.id}.{mark}")


def make_url(public_url: str, thread: Thread, secret: bytes) -> str:
    """Returns the private link."""
    return f"{public_url}/receipt?s={thread.session_id}&r={link_token(thread, secret)}"


def read_link(token: str, session_id: str, secret: bytes) -> LinkedThread | None:
    """Returns what a link names; None for one that we did not sign for this session."""
    thread_id, _, mark = (unsign(secret, "receipt", session_id, token) or "").partition(".")
    return LinkedThread(session_id, thread_id, mark) if mark else None


def open_link(linked: LinkedThread, *, deps: ReceiptDeps) -> OpenedReceipt:
    """Returns what a link leads to. Raises NotFound where that was removed, or its participant has ended all access."""
    view, found = deps.participants.find(linked.session_id, linked.thread_id)
    if found is None:
        raise NotFound("This conversation was deleted")
    token = link_token(found.thread, deps.secret)
    named = read_link(token, linked.session_id, deps.secret)
    if named != linked:
        raise NotFound("This link leads to no conversation any more")
    return OpenedReceipt(view, found, token)


def open_code(code: str, *, deps: ReceiptDeps) -> OpenedReceipt | None:
    """Returns what a code leads to; None for a wrong one, and for that of a conversation that was deleted."""
    held = hash_code(code)
    holder = deps.receipts.find(held) if held else None
    if holder is None:
        return None
    try:
        view, found = deps.participants.find(holder.session_id, holder.thread_id)
    except NotFound:
        return None
    if found is None or found.thread.receipt != held:
        return None
    return OpenedReceipt(view, found, link_token(found.thread, deps.secret))


def _make_code(thread: Thread, secret: bytes) -> str:
    """A participant who is removed and comes again has another thread, which began at another time."""
    began = thread.created_at.astimezone(UTC).isoformat(timespec="microseconds")
    named = json.dumps([thread.session_id, thread.id, began, thread.generation]).encode()
    held = make_digest(secret, "receipt", named)[:_BYTES]
    code = base64.b32encode(held).decode().rstrip("=").translate(_WRITTEN)
    return "-".join(code[at : at + _GROUP] for at in range(0, _LENGTH, _GROUP))
