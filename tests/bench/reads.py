"""`make bench`: the CPU time of reading lists and responses, for docs/scaling.md. Nothing waits for a network, and no time
is asserted anywhere: what a test can hold is in `tests/api/test_read_costs.py`."""

import io
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from moto import mock_aws

from app import app
from chalicelib import container
from chalicelib.observability import logger
from tests import conftest, stack_in_memory
from tests.api.hosts import Host, new_host
from tests.bench.crowded_sessions import crowded_session
from tests.bench.lists import add_public_sessions, give_sessions
from tests.bench.wire import Wire
from tests.clock import FakeClock, own_time
from tests.events import Context, api_event
from tests.quick_moto import restore_moto

TIMES = 60


@dataclass(frozen=True)
class Case:
    """One kind of request."""

    name: str
    resource: str
    path: str
    key: str = ""
    query: Mapping[str, str] = field(default_factory=dict)


def cases(clock: FakeClock) -> Iterator[Case]:
    """Stores what is read, and gives the requests that read it."""
    small, large = new_host("small@example.com"), new_host("large@example.com")
    give_sessions(small.user_id, 100, clock.now())
    give_sessions(large.user_id, 2_000, clock.now())
    for owner, named in ((small, "100"), (large, "2,000")):
        yield _list(f"a list of {named}, the first 20", owner, {})
        yield _list(f"a list of {named}, the first 100", owner, {"limit": "100"})
    yield _list("a list of 2,000, the last 100", large, {"limit": "100", "offset": "1900"})
    yield _list("a list of 2,000, searched", large, {"q": "canteen"})
    add_public_sessions(2_000, clock.now())
    yield Case("the public list of 2,000, the first 20", "/api/v1/sessions/public", "/api/v1/sessions/public")
    session = crowded_session(50, clock, said_by_each=6).id
    container.sessions().add_member(session, small.user_id, "viewer")
    responses = "/api/v1/sessions/{session_id}/responses"
    path = responses.format(session_id=session)
    yield Case("responses of 50 people with 12 messages", responses, path, small.key)
    yield Case("responses of 50 people, the first 10", responses, path, small.key, {"limit": "10"})
    yield Case("responses of 50 people, without messages", responses, path, small.key, {"mode": "list"})
    one = "/api/v1/sessions/{session_id}"
    yield Case("one session", one, one.format(session_id=session), small.key)


def measure(case: Case) -> float:
    """Milliseconds of CPU time that such a request takes: the least of many, since what else runs on a machine adds to it."""
    return min(send(case) for _ in range(TIMES))


def send(case: Case) -> float:
    """Send the request to the handler; gives the milliseconds of CPU time that it took."""
    headers = {"authorization": f"Bearer {case.key}"} if case.key else {}
    event = api_event("GET", case.path, resource=case.resource, headers=headers, query=case.query)
    began = time.process_time()
    answer = app(event, Context())
    took = time.process_time() - began
    if answer["statusCode"] != 200:
        raise RuntimeError(answer["body"])
    return took * 1_000


def _list(name: str, owner: Host, query: Mapping[str, str]) -> Case:
    return Case(name, "/api/v1/sessions", "/api/v1/sessions", owner.key, query)


def begin() -> FakeClock:
    """Makes the application's tables on the in-memory AWS; its time stands still, so that a request is the same every time."""
    os.environ.update(stack_in_memory.create_queues())
    secrets: Any = boto3.client("secretsmanager")
    os.environ["DEPLOYMENT_SECRET_ARN"] = secrets.create_secret(Name="deployment", SecretString="s" * 64)["ARN"]
    stack_in_memory.create_tables()
    conftest.forget_wiring()
    return own_time(pytest.MonkeyPatch())


def main() -> None:
    """Measure, and print a table. What is logged meanwhile is written, too, but not here."""
    handler: Any = logger.registered_handler
    handler.setStream(io.StringIO())
    with mock_aws():
        found = list(cases(begin()))
        restore_moto()
        wire = Wire()
        for case in found:
            send(case)
    print("| request | ms of CPU | requests to DynamoDB |\n| --- | ---: | ---: |")
    for case in found:
        wire.asked = 0
        send(case)
        asked = wire.asked
        print(f"| {case.name} | {measure(case):.1f} | {asked} |", flush=True)


if __name__ == "__main__":
    main()
