"""A form that comes twice is done once: it carries a random text, as a request over REST may carry an Idempotency-Key."""

from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from chalicelib import container
from chalicelib.errors import HarmonicaError
from chalicelib.model import Outcome
from chalicelib.operations.operation import Run, operation_of
from chalicelib.operations.subject import IDS
from chalicelib.services.access import idempotency
from chalicelib.web.host.request import HostRequest


def perform_once(host: HostRequest, run: Run, given: Struct, once: str) -> dict[str, Any]:
    """Does what an operation does for this host, and returns what it keeps of what came of it; the same where a form with this
    text was sent before. Raises Conflict while that one is being done.
    """
    operation, call, guards = operation_of(run), host.call(), container.guards()
    ids = {name: str(getattr(given, name)) for name in IDS if hasattr(given, name)}
    secret = container.deployment_secret()
    asked = idempotency.repeatable(host.user_id, f"the form of {operation.name}", ids, once, b"", secret=secret)
    claimed = idempotency.claim(asked, container.new_id(), guards=guards, now=call.now)
    if isinstance(claimed, Outcome):
        if claimed.status >= 400:
            raise idempotency.refused_before(claimed)
        return claimed.ids
    outcome = Outcome(500)
    try:
        done = operation.perform(replace(call, new_id=idempotency.ids_of(claimed)), given)
        outcome = Outcome(200, done.kept)
    except HarmonicaError as error:
        outcome = idempotency.refusal(error)
        raise
    finally:
        idempotency.settle(claimed, outcome, guards=guards)
    return done.kept
