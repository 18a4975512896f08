"""What hosts are told of: each event once, nothing of what they may not read, and how much that costs."""

from datetime import timedelta
from typing import Any

import pytest

import app
from chalicelib import container
from chalicelib.model.notifications import MOST_NOTIFICATIONS, Event
from chalicelib.services.notifications.notify import forget, notify
from tests import events
from tests.api.hosts import Host, error_of, new_host
from tests.api.jobs import delete_data, done
from tests.clock import FakeClock
from tests.events import Context


def titles(host: Host, **query: Any) -> list[str]:
    return [it["title"] for it in host.get("/notifications", **query)["data"]]


def tell(host: Host, happened: str, at: Any = None, **event: Any) -> bool:
    found = Event(event.pop("kind", "group_linked"), happened, at or container.clock().now(), **event)
    return notify(host.user_id, found, deps=container.notification_deps())


def test_first(host: Host, clock: FakeClock) -> None:
    session = host.new_session(topic="Lunch")["id"]
    assert tell(host, "1", kind="session_ended", session_id=session)
    print(host.get("/notifications"))
    assert 0
