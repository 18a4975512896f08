"""A form that comes twice is done once: it carries a random text, as a request over REST may carry an Idempotency-Key."""

from hashlib import sha256
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from chalicelib import container
from chalicelib.errors import HarmonicaError
from chalicelib.model import Outcome
from chalicelib.operations.operation import Done, Run, operation_of
from chalicelib.operations.subject import IDS
from chalicelib.services.access import idempotency
from chalicelib.web.host.request import HostRequest


def perform_once(host: HostRequest, run: Run, given: Struct, once: str) -> dict[str, Any]:
    """Does what an operation does for this host, and returns what it keeps of what came of it; the same where a form with this
    text was sent before. Raises Conflict while that one is being done.
    """
    done = _perform(host, run, given, once)
    return done.kept if isinstance(done, Done) else done.ids


def answer_once(host: HostRequest, run: Run, given: Struct, once: str) -> Any:
    """Does the same, and returns the output; for a form that was sent before, as the operation makes it once more. Who goes back to a
    form, and sends it with something else in it, wants that done, too.
    """
    asked = sha256(msgspec.json.encode(given)).hexdigest()
    done = _perform(host, run, given, f"{once}.{asked}")
    if isinstance(done, Done):
        return done.output
    return operation_of(run).repeat(host.call(), done.ids, _ids_of(given))


def _perform(host: HostRequest, run: Run, given: Struct, once: str) -> Done | Outcome:
    """Returns what came of it, or of an earlier form with this text. Raises what that one was refused with."""
    operation, call, guards = operation_of(run), host.call(), container.guards()
    secret = container.deployment_secret()
    endpoint = f"the form of {operation.name}"
    asked = idempotency.repeatable(host.user_id, endpoint, _ids_of(given), once, b"", secret=secret)
    claimed = idempotency.claim(asked, container.new_id(), guards=guards, now=call.now)
    if isinstance(claimed, Outcome):
        if claimed.status >= 400:
            raise idempotency.refused_before(claimed)
        return claimed
    outcome = Outcome(500)
    try:
        done = operation.perform(replace(call, new_id=idempotency.ids_of(claimed)), given)
        outcome = Outcome(200, done.kept)
    except HarmonicaError as error:
        outcome = idempotency.refusal(error)
        raise
    finally:
        idempotency.settle(claimed, outcome, guards=guards)
    return done


def _ids_of(given: Struct) -> dict[str, str]:
    return {name: str(getattr(given, name)) for name in IDS if hasattr(given, name)}
