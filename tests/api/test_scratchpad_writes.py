"""What a scratchpad's writes cost, whatever the session's size."""

from typing import Any

import msgspec
import pytest

from chalicelib import container
from chalicelib.model import Digest, Point, RegisteredTheme, ThemeRegistry
from chalicelib.services.synthesis import reduced_digests
from chalicelib.store import database, keys
from chalicelib.store.conversation_items import DigestItem
from chalicelib.store.reduced_digests import BUCKETS
from chalicelib.store.themes import Themes
from chalicelib.store.thread_head import head_item
from tests.api.hosts import Host
from tests.api.scratchpads import people, post, somebody, told
from tests.capacity import metered
from tests.clock import FakeClock

OF_INDEXES = 4  # what the due entries of the lease cost, which `metered` does not count
OF_A_DIGEST = 2 * 2  # itself and its thread's head
OF_A_THEME = 2 * 2  # itself and what counts changes of all themes
OF_A_LEAF = 5  # its kilobytes


def digested(session: str, number: int, clock: FakeClock) -> None:
    """So many people whose digests are stored, about a hundred matters, each with a description; all leaves will be full."""
    themes = [RegisteredTheme(f"t{n}", f"Matter {n}", f"What matter {n} is about." * 6) for n in range(1, 101)]
    assert Themes().put(session, ThemeRegistry(0, tuple(themes), 100), ThemeRegistry())
    items: list[Any] = []
    for person in range(number):
        thread = somebody(session, person, clock)
        points = [
            Point(f"Matter {n}", f"Matter {n}", container.new_id(), "", "for", f"t{n}")
            for n in (person % 100 + 1, 7, 8, 9)
        ]
        digest = Digest(thread.id, 1, tuple(points), 1, "m", clock.now())
        values = {"to_sequence": 1, "points": msgspec.to_builtins(points), "messages": 1, "model": "m"}
        head = somebody(session, person, clock, digested_to=1, counts=digest.counts)
        items += [head_item(head), DigestItem(session, keys.digest(head.id), **values, created_at=clock.now())]
    for first in range(0, len(items), 25):
        requests = [{"PutRequest": {"Item": item.serialize()}} for item in items[first : first + 25]]
        database.call("BatchWriteItem", {"RequestItems": {"conversations": requests}})


def crowd(host: Host, clock: FakeClock, number: int) -> tuple[str, int]:
    """A session with the notes of so many people; and what the first of these cost to write."""
    session = str(host.new_session(prompt="Ask.", cross_pollination=True)["id"])
    digested(session, number, clock)
    with metered() as first:
        assert post(host, session) == told("completed", min(number, 100), number, -(-number // 8), -(-number // 8))
    return session, first.writes


def one_more(host: Host, clock: FakeClock, session: str, number: int, said: str) -> int:
    """What it costs to write when somebody new says this."""
    people(session, 1, clock, said, start=number)
    with metered() as more:
        assert post(host, session, "update")["batches_processed"] == 1
    return more.writes


@pytest.mark.parametrize("number", [10, 300])
def test_writes_do_not_grow_with_the_session(host: Host, clock: FakeClock, number: int) -> None:
    session, first = crowd(host, clock, number)
    assert first <= 20 - OF_INDEXES
    assert one_more(host, clock, session, number, "Matter 7 is on my mind.") <= 20 + OF_A_DIGEST - OF_INDEXES


def test_nor_do_they_in_a_session_too_large_to_read_all_digests_of(host: Host, clock: FakeClock) -> None:
    costs = []
    for number in (reduced_digests.FROM_THREADS + 50, 1_000):
        session, first = crowd(host, clock, number)
        assert first <= 20 + BUCKETS * 12
        costs.append(one_more(host, clock, session, number, "Matter 7 is on my mind."))
    assert costs == [20, 20]
    assert costs[0] <= 20 + OF_A_DIGEST + OF_A_LEAF - OF_INDEXES


@pytest.mark.parametrize(("number", "without"), [(12, 12), (300, 16), (450, 20)])
def test_a_new_theme_costs_its_own_item_however_many_there_are(
    host: Host, clock: FakeClock, number: int, without: int
) -> None:
    session, _ = crowd(host, clock, number)
    said = ("Matter 7 is on my mind.", "Zeppelins should come back to our skies.")
    costs = [one_more(host, clock, session, number + n, words) for n, words in enumerate(said)]
    assert costs == [without, without + OF_A_THEME]
