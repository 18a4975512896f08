"""A POST that comes twice with one Idempotency-Key is done once.

A request claims its key before any work and records how it ended afterwards. What it makes gets ids that follow from
the key and its first claim: should it die in between, the next try finds what the first one made, and completes it; a
day later the same key is another request, and makes something else. Only final outcomes are kept, as status and ids; a
failure of ours gives the claim back.
"""

import hashlib
import itertools
import json
import re
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from msgspec import Struct, convert
from msgspec.structs import replace

from chalicelib.errors import Conflict, ErrorCode, HarmonicaError, Invalid, Unprocessable
from chalicelib.model import Outcome
from chalicelib.services.access.signing import make_digest
from chalicelib.store import keys
from chalicelib.store.guards import Guards, RequestClaim

KEPT = timedelta(hours=24)
RUNNING = timedelta(seconds=30)  # longer than any request lives
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_RUNNING = "A request with this Idempotency-Key is still running; send it again in a moment"
_NOT_FINAL = (409, 429)
_SOON = 2.0  # seconds in which most requests end
_OPENS, _CLOSES = re.compile(r"[“\"]|(?<!\w)'"), re.compile(r"[”\"]|'(?!\w)")


class RefusedBefore(HarmonicaError):
    """What an earlier try of this request was refused with, told once more."""

    def __init__(self, status: int, code: ErrorCode, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


class Repeatable(Struct, frozen=True):
    """A request that may come again: which one it is, and a fingerprint of what it carries."""

    fingerprint: str
    content: str


def id_of(claimed: RequestClaim) -> str:
    """An id for what this request does, whatever try of it does it."""
    return _id(claimed, 0)


def ids_of(claimed: RequestClaim) -> Callable[[], str]:
    """A source of ids that gives the same ones, in the same order, to every try of this request."""
    numbers = itertools.count(1)
    return lambda: _id(claimed, next(numbers))


def repeatable(
    user_id: str, endpoint: str, ids: Mapping[str, str], key: str, body: bytes, *, secret: bytes
) -> Repeatable:
    """The request behind an Idempotency-Key: scoped to caller and endpoint. Raises Invalid for what cannot be a key."""
    if not _KEY.fullmatch(key):
        raise Invalid("Idempotency-Key must be 1 to 255 visible ASCII characters")
    named = json.dumps([user_id, endpoint, sorted(ids.items()), key]).encode()
    return Repeatable(make_digest(secret, "request", named).hex(), make_digest(secret, "content", body).hex())


def claim(request: Repeatable, holder: str, *, guards: Guards, now: datetime) -> RequestClaim | Outcome:
    """The right to do this request, for this try of it, or how it ended before.

    Raises Unprocessable where the key came with another body before, Conflict while an earlier try is running.
    """
    wanted = RequestClaim(
        keys.request(request.fingerprint), request.content, holder, holder, now, now + RUNNING, now + KEPT
    )
    if guards.claim(wanted):
        return wanted
    past = guards.past(wanted.id, now)
    if past is None:
        raise Conflict(_RUNNING, _SOON)
    if past.content != request.content:
        raise Unprocessable("This Idempotency-Key was used for a request with another body in the last 24 hours")
    if past.outcome is not None:
        return past.outcome
    again = replace(wanted, seed=past.seed)
    if past.running_until <= now.timestamp() and guards.take_over(again):
        return again
    raise Conflict(_RUNNING, _SOON)


def settle(claimed: RequestClaim, outcome: Outcome, *, guards: Guards) -> None:
    """Keep a final outcome; give the claim back after any other, so that the next try does the work."""
    if outcome.status in _NOT_FINAL or outcome.status >= 500:
        guards.release(claimed)
    else:
        guards.finish(claimed, outcome)


def refusal(error: HarmonicaError) -> Outcome:
    """A failure as an outcome; without the words that its message quotes, which somebody may delete later."""
    return Outcome(error.status, code=error.code, message=_without_quotation(error.message))


def refused_before(outcome: Outcome) -> RefusedBefore:
    """The failure that this outcome was."""
    return RefusedBefore(outcome.status, convert(outcome.code, ErrorCode), outcome.message or "")


def _without_quotation(message: str) -> str:
    """The message without what it quotes, up to the last mark that closes a quotation: it may have such marks within."""
    start = _OPENS.search(message)
    ends = [found.end() for found in _CLOSES.finditer(message, start.end())] if start else []
    return f"{message[: start.start()]}…{message[ends[-1] :]}" if start and ends else message


def _id(claimed: RequestClaim, number: int) -> str:
    hashed = hashlib.sha256(f"{claimed.id}:{claimed.seed}:{number}".encode()).digest()
    return str(uuid.UUID(bytes=hashed[:16], version=4))
