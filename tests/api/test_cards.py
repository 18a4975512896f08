"""What others see of a session in their lists: it follows what changes, and tells nobody more than they may know."""

from datetime import timedelta

from chalicelib import container
from tests.api.hosts import Host, new_host
from tests.api.jobs import update_cards
from tests.api.lists import listed
from tests.api.shapes import LIST_ITEM
from tests.clock import FakeClock


def test_cards_of_others_follow_an_edit_and_the_counts(host: Host, clock: FakeClock) -> None:
    session = host.new_session(topic="Before", is_public=True)["id"]
    bo, cy = host.invite(session, "viewer"), new_host("cy@example.com")
    cy.join(session)
    clock.advance(5)
    host.call("PATCH", f"/sessions/{session}", {"topic": "After", "closes_at": "2026-03-01T13:00:00Z"})
    assert (listed(host), listed(bo), listed(cy)) == (["After"], ["Before"], ["Before"])
    assert update_cards(session)
    seen = host.get(f"/sessions/{session}")
    for who in (host, bo, cy):
        (item,) = who.get("/sessions")["data"]
        assert item == {key: seen[key] for key in LIST_ITEM}
    assert item["participant_count"] == 1
    clock.advance(3600)
    assert cy.get("/sessions")["data"][0]["status"] == "completed"


def test_who_took_part_never_learns_what_a_session_became_once_it_was_private(host: Host, clock: FakeClock) -> None:
    session = host.new_session(topic="Open", is_public=True)["id"]
    stranger, viewer = new_host("s@example.com"), host.invite(session, "viewer")
    stranger.say(session, "Soup")
    assert update_cards(session)
    seen = stranger.get("/sessions")["data"]
    for change in ({"is_public": False}, {"topic": "CONFIDENTIAL", "goal": "CONFIDENTIAL", "context": "CONFIDENTIAL"}):
        clock.advance(5)
        assert host.call("PATCH", f"/sessions/{session}", change).status_code == 200
        host.say(session, "Bread", f"p{clock.now()}")
        assert update_cards(session)
    assert listed(viewer) == ["CONFIDENTIAL"]
    assert stranger.get("/sessions")["data"] == seen
    assert listed(stranger, "?q=confidential") == []
    assert stranger.call("GET", f"/sessions/{session}").status_code == 403
    # That it has ended, they may know.
    clock.advance(5)
    host.call("PATCH", f"/sessions/{session}", {"closes_at": (clock.now() + timedelta(minutes=1)).isoformat()})
    assert update_cards(session)
    clock.advance(60)
    assert stranger.get("/sessions")["data"] == [{**seen[0], "status": "completed"}]
    # Public once more, it is shown as it is.
    host.call("PATCH", f"/sessions/{session}", {"is_public": True, "closes_at": None})
    assert update_cards(session)
    assert (listed(stranger), stranger.get("/sessions")["data"][0]["participant_count"]) == (["CONFIDENTIAL"], 3)


def test_the_job_may_come_twice_or_late_and_an_older_card_never_replaces_a_newer(host: Host, clock: FakeClock) -> None:
    session = host.new_session(topic="First")["id"]
    bo = host.invite(session, "viewer")
    old = container.sessions().view(session, ())
    clock.advance(5)
    host.call("PATCH", f"/sessions/{session}", {"topic": "Second"})
    assert update_cards(session)
    assert update_cards(session)
    container.cards().follow(old.session, 0, clock.now())
    assert (listed(host), listed(bo)) == (["Second"], ["Second"])


def test_no_card_is_made_for_a_session_that_is_gone(host: Host) -> None:
    session = host.new_session()["id"]
    old = container.sessions().view(session, ())
    host.call("DELETE", f"/sessions/{session}")
    assert update_cards(session)
    container.cards().follow(old.session, 0, container.clock().now())
    assert listed(host) == []
