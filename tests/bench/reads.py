"""`make bench`: the CPU time of reading lists and responses, for docs/scaling.md. Nothing waits for a network, and no time
is asserted anywhere: what a test can hold is in `tests/api/test_read_costs.py`."""

import os
import statistics
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from app import app
from chalicelib import container
from chalicelib.observability import logger
from chalicelib.store import keys
from chalicelib.store.session_items import FeedItem, MemberItem
from tests import conftest
from tests.api.hosts import Host, new_host
from tests.bench.crowds import crowded_session, store
from tests.bench.wire import Wire
from tests.clock import FakeClock, own_time
from tests.events import Context, api_event
from tests.quick_moto import restore_moto

TIMES = 60
WARM_UP = 5


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
    own_sessions(small, 100, clock)
    own_sessions(large, 2_000, clock)
    for owner, named in ((small, "100"), (large, "2,000")):
        yield _list(f"a list of {named}, the first 20", owner, {})
        yield _list(f"a list of {named}, the first 100", owner, {"limit": "100"})
    yield _list("a list of 2,000, the last 100", large, {"limit": "100", "offset": "1900"})
    yield _list("a list of 2,000, searched", large, {"q": "canteen"})
    public_sessions(2_000, clock)
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


def own_sessions(owner: Host, count: int, clock: FakeClock) -> None:
    """Give somebody so many sessions, as far as lists know."""
    member = {"member_id": owner.user_id, "role": "owner"}
    store(
        [
            MemberItem(_id(number), keys.member(owner.user_id), **member, **_card(number, clock))
            for number in range(count)
        ]
    )


def public_sessions(count: int, clock: FakeClock) -> None:
    """So many public sessions, as far as the public list knows."""
    store([FeedItem(_id(number), keys.FEED_PART, feed="public", **_card(number, clock)) for number in range(count)])


def measure(case: Case) -> float:
    """Milliseconds of CPU time that such a request takes: the median of many, in a process that is warm."""
    return statistics.median([send(case) for _ in range(WARM_UP + TIMES)][WARM_UP:])


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


def _card(number: int, clock: FakeClock) -> dict[str, Any]:
    at = clock.now() - timedelta(minutes=number)
    return {
        "topic": f"Our office, part {number}" + (" and the canteen" if number % 100 == 7 else ""),
        "goal": "Decide what to change about the office next year, with everybody who works in it",
        "status": "active",
        "participant_count": number % 50,
        "created_at": at,
        "updated_at": at,
    }


def _id(number: int) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, str(number)))


def _begin() -> FakeClock:
    """Makes the application's tables on the in-memory AWS; its time stands still, so that a request is the same every time."""
    os.environ.update(conftest._create_queues())
    secrets: Any = boto3.client("secretsmanager")
    os.environ["DEPLOYMENT_SECRET_ARN"] = secrets.create_secret(Name="deployment", SecretString="s" * 64)["ARN"]
    conftest._create_tables()
    conftest.forget_wiring()
    return own_time(pytest.MonkeyPatch())


def main() -> None:
    """Measure, and print a table; what is logged meanwhile is written, but to nowhere."""
    handler: Any = logger.registered_handler
    handler.setStream(Path(os.devnull).open("w"))
    with mock_aws():
        found = list(cases(_begin()))
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
