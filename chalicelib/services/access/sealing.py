"""What has to be used later and may be read by nobody who reads a table: where somebody wants to be reminded, or wants to go once they
are signed in.

It is stored combined with bytes that follow from the deployment's secret, the thread, or what else it is of, and a number used once.
"""

import base64
import os

from chalicelib.services.access.signing import make_digest

_ONCE = 12  # bytes
_BLOCK = 32


def seal(secret: bytes, thread_id: str, text: str) -> str:
    """Returns a text as it may be stored: nobody reads it without the secret, nor in another thread's place."""
    once, plain = os.urandom(_ONCE), text.encode()
    return base64.urlsafe_b64encode(once + _combine(secret, thread_id, once, plain)).decode()


def unseal(secret: bytes, thread_id: str, sealed: str) -> str:
    """Returns the text that was sealed for this thread."""
    raw = base64.urlsafe_b64decode(sealed)
    return _combine(secret, thread_id, raw[:_ONCE], raw[_ONCE:]).decode()


def _combine(secret: bytes, thread_id: str, once: bytes, text: bytes) -> bytes:
    blocks = range(-(-len(text) // _BLOCK))
    pad = b"".join(make_digest(secret, "reminder", f"{thread_id} {block} ".encode() + once) for block in blocks)
    return bytes(one ^ other for one, other in zip(text, pad, strict=False))
