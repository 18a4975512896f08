"""`Idempotency-Key` at the door: a POST that comes again gets the first answer, rendered again."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from chalice.app import Request
from msgspec.structs import replace

from chalicelib import container
from chalicelib.api.routes import ACCEPTED, Route
from chalicelib.errors import HarmonicaError, Unavailable
from chalicelib.model import Outcome
from chalicelib.observability import log_failure
from chalicelib.operations.operation import Call, Done
from chalicelib.services.access import idempotency
from chalicelib.store.guards import RequestClaim

_HEADER = "idempotency-key"


def once(route: Route, call: Call, ids: Mapping[str, str], request: Request, work: Callable[[Call], Done]) -> Done:
    """Do what the request asks for, unless it came with an Idempotency-Key that has been used: then answer as before.

    `work` is all of it, the check of the body included: whatever it refuses is kept like anything else.
    """
    key = request.headers.get(_HEADER)
    if key is None:
        return work(call)
    secret, body = container.deployment_secret(), _comparable(bytes(request.raw_body or b""))
    asked = idempotency.repeatable(call.user_id, route.name, ids, str(key), body, secret=secret)
    claimed = idempotency.claim(asked, container.new_id(), guards=container.guards(), now=call.now)
    if isinstance(claimed, Outcome):
        return _again(route, call, ids, claimed)
    try:
        done = work(replace(call, new_id=idempotency.ids_of(claimed), repeat_id=idempotency.id_of(claimed)))
    except HarmonicaError as error:
        _settle(claimed, idempotency.refusal(error))
        raise
    except Exception:
        _settle(claimed, Outcome(500))
        raise
    _settle(claimed, Outcome(ACCEPTED if done.goes_on else route.status, done.kept))
    return done


def _again(route: Route, call: Call, ids: Mapping[str, str], before: Outcome) -> Done:
    if before.status >= 400:
        raise idempotency.refused_before(before)
    output = route.operation.repeat(call, before.ids, ids)
    return Done(output, goes_on=before.status == ACCEPTED)


def _settle(claimed: RequestClaim, outcome: Outcome) -> None:
    """Record the outcome. What was done is done: where that cannot be recorded, the answer is given all the same, and
    another try completes it by the ids that it makes."""
    try:
        idempotency.settle(claimed, outcome, guards=container.guards())
    except Unavailable as error:
        log_failure("an outcome was not recorded", error)


def _comparable(raw: bytes) -> bytes:
    """A body without what makes no difference: the order of keys, the space between them, {} or nothing at all."""
    try:
        decoded: Any = msgspec.json.decode(raw) if raw.strip() else {}
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return raw
    return msgspec.json.encode(decoded, order="deterministic")
