"""The public list of sessions."""

from datetime import timedelta

from chalicelib import container
from tests.api.hosts import Host, error_of
from tests.api.jobs import update_cards
from tests.api.lists import nobody, public
from tests.api.shapes import LIST_ITEM, URL, assert_shape
from tests.clock import FakeClock


def test_the_public_list_needs_no_key_and_shows_active_public_sessions(host: Host, clock: FakeClock) -> None:
    host.new_session(topic="Private")
    host.new_session(topic="Short", is_public=True, closes_at=(clock.now() + timedelta(minutes=1)).isoformat())
    clock.advance(1)
    created = host.new_session(topic="Open", is_public=True)
    answer = public()
    assert [item["topic"] for item in answer["data"]] == ["Open", "Short"]
    assert answer["pagination"] == {"total": 2, "limit": 20, "offset": 0}
    assert_shape(answer["data"], [{**LIST_ITEM, "join_url": URL}])
    assert answer["data"][0] == created
    clock.advance(60)
    assert [item["topic"] for item in public()["data"]] == ["Open"]


def test_the_public_list_is_searched_and_paged_as_ones_own(host: Host) -> None:
    for topic in ("Lunch", "LUNCH break", "Dinner"):
        host.new_session(topic=topic, goal="Eat", is_public=True)
    found = public("?q=lunch&limit=1&offset=1")
    assert (len(found["data"]), found["pagination"]) == (1, {"total": 2, "limit": 1, "offset": 1})
    answer = nobody().http.get("/api/v1/sessions/public?limit=abc")
    assert error_of(answer) == (400, "validation_error", "limit must be a whole number")


def test_what_has_ended_leaves_the_feed_and_may_come_back(host: Host, clock: FakeClock) -> None:
    session = host.new_session(is_public=True, closes_at="2026-03-01T12:10:00Z")["id"]
    clock.advance(3600)
    assert update_cards(session)
    assert container.cards().public() == []
    host.call("PATCH", f"/sessions/{session}", {"closes_at": None})
    assert update_cards(session)
    assert [item["id"] for item in public()["data"]] == [session]


def test_what_only_invited_people_join_is_on_no_public_list(host: Host) -> None:
    host.new_session(is_public=True, access="invited")
    session = host.new_session(is_public=True)["id"]
    assert [item["id"] for item in public()["data"]] == [session]
    host.call("PATCH", f"/sessions/{session}", {"access": "invited"})
    assert public()["data"] == []
    assert update_cards(session)
    assert public()["pagination"]["total"] == 0
    host.call("PATCH", f"/sessions/{session}", {"access": "link"})
    assert [item["id"] for item in public()["data"]] == [session]


def test_public_is_a_path_of_its_own_and_no_id(host: Host) -> None:
    assert host.call("GET", "/sessions/public").status_code == 200
    assert error_of(host.call("GET", "/sessions/publics")) == (404, "not_found", "Session not found")
