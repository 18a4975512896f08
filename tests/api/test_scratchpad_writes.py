"""What a scratchpad's writes cost, whatever the session's size."""

from typing import Any

import msgspec
import pytest

from chalicelib import wiring
from chalicelib.store import database, keys
from chalicelib.store.conversation_items import DigestItem
from chalicelib.store.records import Point, RegisteredTheme, ThemeRegistry
from chalicelib.store.rows import head_item
from chalicelib.store.themes import Themes
from tests.api.hosts import Host
from tests.api.pads import people, post, somebody, told
from tests.capacity import metered
from tests.clock import FakeClock

OF_INDEXES = 4  # what the due entries of the lease cost, which `metered` does not count
OF_A_DIGEST = 2 * 2  # itself and its thread's head


def digested(session: str, number: int, clock: FakeClock) -> None:
    """So many people whose digests are stored, about a hundred matters, each with a description."""
    themes = [RegisteredTheme(f"t{n}", f"Matter {n}", f"What matter {n} is about." * 6) for n in range(1, 101)]
    assert Themes().put(session, ThemeRegistry(0, tuple(themes), 100), ThemeRegistry())
    items: list[Any] = []
    for person in range(number):
        points = [
            Point(f"Matter {n}", f"Matter {n}", wiring.new_id(), "", "for", f"t{n}") for n in (person % 100 + 1, 7)
        ]
        digest = {"to_sequence": 1, "points": msgspec.to_builtins(points), "messages": 1, "model": "m"}
        head = somebody(session, person, clock, digested_to=1)
        items += [head_item(head), DigestItem(session, keys.digest(head.id), **digest, created_at=clock.now())]
    for first in range(0, len(items), 25):
        requests = [{"PutRequest": {"Item": item.serialize()}} for item in items[first : first + 25]]
        database.call("BatchWriteItem", {"RequestItems": {"conversations": requests}})


@pytest.mark.parametrize("number", [10, 300])
def test_writes_do_not_grow_with_the_session(host: Host, clock: FakeClock, number: int) -> None:
    session = str(host.new_session(prompt="Ask.", cross_pollination=True)["id"])
    digested(session, number, clock)
    with metered() as first:
        assert post(host, session) == told("completed", min(number, 100), number, -(-number // 8), -(-number // 8))
    assert first.writes <= 20 - OF_INDEXES
    people(session, 1, clock, "Matter 7 is on my mind.", start=number)
    with metered() as one_more:
        assert post(host, session, "update")["batches_processed"] == 1
    assert one_more.writes <= 20 + OF_A_DIGEST - OF_INDEXES
