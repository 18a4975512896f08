"""What reading a list costs in items that are sent and decoded: as many as are shown, however long the list is."""

from collections import Counter

from tests.api.hosts import Host
from tests.api.lists import nobody
from tests.bench.lists import add_public_sessions, give_sessions
from tests.capacity import metered
from tests.clock import FakeClock

MANY = 150


def items_read(host: Host | None, path: str) -> Counter[str]:
    """The items that the answer was made of, by operation."""
    with metered() as consumed:
        answer = host.call("GET", path) if host else nobody().http.get(f"/api/v1{path}")
    assert answer.status_code == 200, answer.body
    return consumed.items


# Query, where in the whole list the answer begins and ends, and how many items it was made of.
UNFILTERED = [
    ("", 0, 20, 21),
    ("?limit=100", 0, 100, 101),
    ("?limit=5&offset=90", 90, 95, 6),
    ("?limit=100&offset=140", 140, 150, 10),
    ("?offset=150", 150, 150, 0),
    ("?offset=100000000000", 150, 150, 0),
    ("?q=%20", 0, 20, 21),
]


def test_a_list_decodes_what_it_shows_and_counts_the_rest(host: Host, clock: FakeClock) -> None:
    give_sessions(host.user_id, MANY, clock.now())
    pages = [host.get(f"/sessions?status=active&limit=100&offset={offset}") for offset in (0, 100)]
    whole = [item for page in pages for item in page["data"]]
    for query, first, last, decoded in UNFILTERED:
        answer = host.get(f"/sessions{query}")
        assert answer["data"] == whole[first:last], query
        assert answer["pagination"]["total"] == MANY
        assert items_read(host, f"/sessions{query}")["Query"] == decoded, query
    assert items_read(host, "/sessions?q=canteen")["Query"] == MANY


def test_the_public_list_decodes_what_it_shows_and_passes_over_what_has_ended(clock: FakeClock, host: Host) -> None:
    add_public_sessions(MANY, clock.now(), ended=30)
    whole = nobody().http.get("/api/v1/sessions/public?q=office&limit=100").json_body
    assert whole["pagination"]["total"] == MANY - 30
    for query, first, last in (("limit=10", 0, 10), ("limit=10&offset=50", 50, 60), ("limit=50&offset=95", 95, 120)):
        answer = nobody().http.get(f"/api/v1/sessions/public?{query}").json_body
        assert answer["pagination"]["total"] == MANY - 30
        assert answer["data"][: 100 - first] == whole["data"][first:last]
        assert len(answer["data"]) == last - first
    assert items_read(None, "/sessions/public?limit=10")["Query"] == 11


def test_sessions_of_one_moment_come_once_each_over_pages_that_part_them(host: Host, clock: FakeClock) -> None:
    older = [host.new_session(topic="Old")["id"]]
    clock.advance(1)
    twins = sorted(host.new_session(topic="Twin")["id"] for _ in range(5))
    clock.advance(1)
    whole = [host.new_session(topic="New")["id"], *twins, *older]
    for limit in (1, 2, 3, 6):
        pages = [host.get(f"/sessions?limit={limit}&offset={offset}") for offset in range(0, 7, limit)]
        assert [item["id"] for page in pages for item in page["data"]] == whole
        assert {page["pagination"]["total"] for page in pages} == {7}
