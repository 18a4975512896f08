"""`make logs`: what the functions of the running instance logged, oldest first."""

import os
from collections.abc import Iterator
from typing import Any

from chalicelib.settings import LOCAL_STAGE
from infra.aws import open_session
from infra.local import instance

PREFIX = f"/aws/lambda/harmonica-{LOCAL_STAGE}-"


def lines(client: Any = None, function: str = "") -> list[str]:
    """One line an event: time order over all functions, each with its function's name. Through this client, where one is given; of
    the functions whose names begin so."""
    logs = client or open_session(os.environ).client("logs")
    found: list[tuple[int, str]] = []
    for group in logs.describe_log_groups(logGroupNamePrefix=PREFIX + function)["logGroups"]:
        name = group["logGroupName"]
        named = name.removeprefix(PREFIX)
        found += [(event["timestamp"], f"{named}  {event['message'].rstrip()}") for event in _events(logs, name)]
    return [line for _, line in sorted(found, key=lambda it: it[0])]


def _events(logs: Any, group: str) -> Iterator[dict[str, Any]]:
    """All events of a group, oldest first.

    The local cloud gives the oldest 10,000 from a time on, and no token for the rest: each page starts where the one
    before ended, with the events of that very millisecond once more.
    """
    start, seen = 0, set[tuple[Any, ...]]()
    while True:
        page = logs.filter_log_events(logGroupName=group, startTime=start)["events"]
        fresh = [event for event in page if _identity(event) not in seen]
        if not fresh:
            return
        yield from fresh
        start = fresh[-1]["timestamp"]
        seen = {_identity(event) for event in page if event["timestamp"] == start}


def _identity(event: dict[str, Any]) -> tuple[Any, ...]:
    """What tells an event from others; one from before a restart of the local cloud has no id."""
    return tuple(event.get(name) for name in ("eventId", "logStreamName", "timestamp", "message"))


if __name__ == "__main__":
    instance.activate()
    print("\n".join(lines()))
