"""Lists of sessions: which ones, in what order, which part, and what a search finds."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from chalice.test import Client

import app
from chalicelib import container
from chalicelib.operations import answer_size
from tests import events
from tests.api.hosts import Host, error_of, new_host
from tests.api.shapes import LIST_ITEM, URL, assert_shape
from tests.clock import FakeClock
from tests.events import Context
from tests.example_tables import each_row


def listed(host: Host, query: str = "") -> list[str]:
    """The topics of the caller's list."""
    return [item["topic"] for item in host.get(f"/sessions{query}")["data"]]


def public(query: str = "") -> Any:
    """The public list, asked for without a key."""
    answer = nobody().http.get(f"/api/v1/sessions/public{query}")
    assert answer.status_code == 200, answer.body
    return answer.json_body


def nobody() -> Client:
    """A client that has no key."""
    return Client(app.app)


def follow(session: str) -> None:
    """Run the job that lets cards follow."""
    assert app.update_cards(events.batch(events.message(session)), Context()) == {"batchItemFailures": []}


def test_a_list_has_the_contracts_envelope_and_items(host: Host) -> None:
    created = host.new_session()
    answer = host.get("/sessions")
    assert answer["pagination"] == {"total": 1, "limit": 20, "offset": 0}
    assert sorted(answer) == ["data", "pagination"]
    (item,) = answer["data"]
    assert_shape(item, LIST_ITEM)
    assert item == {key: value for key, value in created.items() if key != "join_url"}


def test_nobody_has_sessions_at_first(host: Host) -> None:
    assert host.get("/sessions") == {"data": [], "pagination": {"total": 0, "limit": 20, "offset": 0}}


def test_what_changed_last_comes_first_and_equal_times_by_id(host: Host, clock: FakeClock) -> None:
    twins = sorted(host.new_session(topic="Twin")["id"] for _ in range(5))
    clock.advance(1)
    newer = host.new_session(topic="Newer")["id"]
    assert [item["id"] for item in host.get("/sessions")["data"]] == [newer, *twins]
    clock.advance(1)
    host.call("PATCH", f"/sessions/{twins[3]}", {"topic": "Edited"})
    rest = [twin for twin in twins if twin != twins[3]]
    assert [item["id"] for item in host.get("/sessions")["data"]] == [twins[3], newer, *rest]


def test_pages_are_parts_of_one_list(host: Host, clock: FakeClock) -> None:
    for number in range(7):
        host.new_session(topic=f"Topic {number}")
        clock.advance(1)
    whole = listed(host)
    pages = [host.get(f"/sessions?limit=3&offset={offset}") for offset in (0, 3, 6, 9)]
    assert (
        [item["topic"] for page in pages for item in page["data"]] == whole == [f"Topic {n}" for n in range(6, -1, -1)]
    )
    assert [len(page["data"]) for page in pages] == [3, 3, 1, 0]
    assert {page["pagination"]["total"] for page in pages} == {7}
    assert pages[2]["pagination"] == {"total": 7, "limit": 3, "offset": 6}


def test_a_list_is_sorted_as_asked_for_and_equal_ones_by_their_last_change(host: Host, clock: FakeClock) -> None:
    made = {}
    for topic in ("lunch", "Dinner", "Éclairs", "Plan 10", "Plan 2"):
        made[topic] = host.new_session(topic=topic)["id"]
        clock.advance(1)
    host.join(made["lunch"])
    host.join(made["Dinner"])
    host.join(made["Dinner"], "p2")
    host.call("PATCH", f"/sessions/{made['Plan 2']}", {"status": "completed"})
    for session in made.values():
        follow(session)
    by_name = ["Dinner", "Éclairs", "lunch", "Plan 2", "Plan 10"]
    newest = ["Plan 2", "Plan 10", "Éclairs", "Dinner", "lunch"]
    assert listed(host, "?sort=topic") == by_name
    assert listed(host, "?sort=topic&order=desc&limit=2&offset=1") == by_name[::-1][1:3]
    assert listed(host, "?sort=updated_at") == listed(host, "?order=desc") == listed(host, "?sort=created_at") == newest
    assert listed(host, "?order=asc") == newest[::-1]
    assert listed(host, "?sort=participant_count") == ["Dinner", "lunch", "Plan 2", "Plan 10", "Éclairs"]
    assert listed(host, "?sort=status") == ["Plan 10", "Éclairs", "Dinner", "lunch", "Plan 2"]
    assert listed(host, "?sort=topic&q=plan&status=active") == ["Plan 10"]
    assert [listed(host, f"?joined={it}&limit=2") for it in ("true", "false")] == [["Dinner", "lunch"], newest[:2]]


def test_a_list_tells_the_callers_role_in_each_session_where_it_is_asked_for(host: Host) -> None:
    session = host.new_session(is_public=True)["id"]
    viewer, stranger = host.invite(session, "viewer"), new_host("cy@example.com")
    stranger.join(session)
    roles = [who.get("/sessions?include=role")["data"][0]["role"] for who in (host, viewer, stranger)]
    assert roles == ["owner", "viewer", None]


@each_row(
    "query, message",
    [
        ("limit=abc", "limit must be a whole number"),
        ("limit=", "limit must be a whole number"),
        ("limit=0", "limit must be at least 1"),
        ("limit=101", "limit must be at most 100"),
        ("limit=-5", "limit must be at least 1"),
        ("limit=1.5", "limit must be a whole number"),
        ("limit=1.0", "limit must be a whole number"),
        ("limit=1e1", "limit must be a whole number"),
        ("limit=1_0", "limit must be a whole number"),
        ("limit=%205", "limit must be a whole number"),
        ("offset=1.0", "offset must be a whole number"),
        ("limit=%D9%A3", "limit must be a whole number"),
        ("offset=-1", "offset must be at least 0"),
        ("offset=x", "offset must be a whole number"),
        ("status=open", "status must be one of: active, completed, draft"),
        ("status=", "status must be one of: active, completed, draft"),
        ("sort=goal", "sort must be one of: created_at, participant_count, status, topic, updated_at"),
        ("order=up", "order must be one of: asc, desc"),
        ("include=goal", "include must be one of: role"),
        ("distribution_channel=pigeon", "distribution_channel must be one of: telegram"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_by_name(host: Host, query: str, message: str) -> None:
    assert error_of(host.call("GET", f"/sessions?{query}")) == (400, "validation_error", message)


def test_a_list_that_no_response_can_carry_says_how_to_ask(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        host.new_session(goal="x" * 5_000, is_public=True)
    monkeypatch.setattr(answer_size, "ANSWER_BYTES", 14_000)
    for path in ("/sessions", "/sessions/public"):
        status, code, message = error_of(host.call("GET", path))
        assert (status, code) == (413, "payload_too_large")
        assert message.endswith("ask for fewer at a time with limit")
        assert len(host.get(f"{path}?limit=2")["data"]) == 2


def test_a_parameter_that_nobody_knows_is_ignored_and_the_limits_are_inclusive(host: Host) -> None:
    host.new_session()
    for query in ("?colour=red", "?limit=1", "?limit=100", "?offset=0", "?q="):
        assert listed(host, query) == ["Lunch"]
    assert listed(host, "?offset=1000000000000") == []


SEARCHES = [
    ("canteen", True),
    ("CANTEEN", True),
    ("menu", True),  # in the goal
    ("  menu ", True),
    ("supper", True),
    ("%", True),
    ("100%", True),
    ("c%n", False),
    ("100_", False),
    ("_", False),
    ("*", False),
    (".", False),
    ("strasse", True),
    ("STRASSE", True),
    ("straße", True),
    ("ΟΔΌΣ", True),
    ("οδός", True),
    ("cafe\u0301", True),  # as two code points
    ("caf\u00e9", True),  # as one
    ("CAFÉ", True),
    ("食堂", True),
    ("مطعم", True),
    ("🍲", True),
    ("МЕНЮ", True),
]


@pytest.mark.parametrize(("searched", "found"), SEARCHES)
def test_a_search_finds_letters_in_any_case_and_script_and_takes_every_character_as_itself(
    host: Host, searched: str, found: bool
) -> None:
    topic = "Canteen Café 食堂 🍲 at Hauptstraße, 100%-vegan"
    host.new_session(topic=topic, goal="Plan the menu: Меню, οδός, مطعم", context="supper")
    assert listed(host, f"?q={quote(searched)}") == ([topic] if found else [])


def test_words_are_found_in_any_order_in_topic_goal_and_context_together(host: Host) -> None:
    host.new_session(topic="Canteen menu", goal="Choose supper", context="Alice’s Küche in Q​UITO 食堂菜单")
    host.new_session(topic="Menu", goal="Nothing else")
    for found in ("supper canteen", "quito menu", "KÜCHE choose alice's", "菜单 食堂", "menu\u00a0CHOOSE"):
        assert listed(host, f"?q={quote(found)}") == ["Canteen menu"], found
    for missed in ("supper nothing", "quitomenu", "quito bogota"):
        assert listed(host, f"?q={quote(missed)}") == [], missed


def test_a_context_is_searched_as_it_is_now(host: Host) -> None:
    session = host.new_session(topic="Canteen")["id"]
    for context, found in (("Quito", True), ("Lima", False), ("quito again", True), (None, False)):
        assert host.call("PATCH", f"/sessions/{session}", {"context": context}).status_code == 200
        assert bool(listed(host, "?q=quito")) is found


def test_only_members_search_in_a_context(host: Host) -> None:
    session = host.new_session(topic="Canteen", context="Quito", is_public=True)["id"]
    viewer, stranger = host.invite(session, "viewer"), new_host("bo@example.com")
    assert stranger.say(session, "Soup").status_code == 200
    host.call("PATCH", f"/sessions/{session}", {"goal": "Another goal"})
    follow(session)
    assert listed(viewer, "?q=quito") == listed(host, "?q=quito") == listed(stranger, "?q=canteen") == ["Canteen"]
    assert listed(stranger, "?q=quito") == []
    assert public("?q=quito")["data"] == []


def test_the_status_is_the_one_that_counts(host: Host, clock: FakeClock) -> None:
    host.new_session(topic="Short", closes_at=(clock.now() + timedelta(minutes=1)).isoformat())
    host.new_session(topic="Endless")
    assert (listed(host, "?status=completed"), set(listed(host, "?status=active"))) == ([], {"Short", "Endless"})
    clock.advance(60)
    assert (listed(host, "?status=completed"), listed(host, "?status=active")) == (["Short"], ["Endless"])
    (item,) = host.get("/sessions?status=completed")["data"]
    assert item["status"] == "completed"


def test_filters_count_together(host: Host) -> None:
    for topic in ("Lunch", "Dinner", "Lunch and dinner"):
        host.new_session(topic=topic, goal="Eat")
    page = host.get("/sessions?q=lunch&status=active&limit=1&offset=1")
    assert page["pagination"] == {"total": 2, "limit": 1, "offset": 1}
    assert len(page["data"]) == 1
    assert listed(host, "?q=lunch&status=completed") == []


# Whose sessions


def test_a_list_has_what_one_owns_was_given_access_to_or_takes_part_in(host: Host) -> None:
    mine = host.new_session(topic="Mine")["id"]
    shared = host.new_session(topic="Shared")["id"]
    open_to_all = host.new_session(topic="Open", is_public=True)["id"]
    bo = host.invite(shared, "viewer")
    assert listed(bo) == ["Shared"]
    bo.join(open_to_all, "p1")
    assert sorted(listed(bo)) == ["Open", "Shared"]
    assert sorted(listed(host)) == ["Mine", "Open", "Shared"]
    assert bo.call("GET", f"/sessions/{mine}").status_code == 403


def test_whoever_takes_part_as_several_participants_sees_the_session_once(host: Host) -> None:
    session = host.new_session(topic="Open", is_public=True)["id"]
    bo = new_host("bo@example.com")
    assert bo.join(session, "p1").status_code == 200
    assert bo.say(session, "Soup", "p2").status_code == 200
    assert bo.join(session, "p3").status_code == 200
    assert listed(bo) == ["Open"]
    follow(session)
    assert bo.get("/sessions")["data"][0]["participant_count"] == 3
    # Nor does a role make it two.
    container.sessions().add_member(session, bo.user_id, "editor")
    assert bo.get("/sessions")["pagination"]["total"] == 1


def test_taking_part_gives_no_role(host: Host) -> None:
    session = host.new_session(is_public=True)["id"]
    bo = new_host("bo@example.com")
    bo.join(session)
    assert bo.call("GET", f"/sessions/{session}").status_code == 403
    assert bo.call("PATCH", f"/sessions/{session}", {"topic": "Mine"}).status_code == 403
    assert bo.call("DELETE", f"/sessions/{session}").status_code == 403


def test_a_member_who_joins_late_sees_the_count_of_that_moment(host: Host) -> None:
    session = host.new_session()["id"]
    host.join(session, "p1")
    host.join(session, "p2")
    bo = host.invite(session, "viewer")
    assert bo.get("/sessions")["data"][0]["participant_count"] == 2


def test_nothing_of_one_tenant_reaches_another(host: Host) -> None:
    secret = host.new_session(topic="Secret", goal="Plan", is_public=False)["id"]
    host.say(secret, "A secret word")
    bo = new_host("bo@example.com")
    bo.new_session(topic="Bo's own")
    for query in ("", "?q=secret", "?q=", "?status=active", "?limit=100", "?offset=0", f"?q={secret}"):
        assert "ecret" not in repr(bo.call("GET", f"/sessions{query}").body)
    assert public() == {"data": [], "pagination": {"total": 0, "limit": 20, "offset": 0}}


# The cards of others


def test_cards_of_others_follow_an_edit_and_the_counts(host: Host, clock: FakeClock) -> None:
    session = host.new_session(topic="Before", is_public=True)["id"]
    bo, cy = host.invite(session, "viewer"), new_host("cy@example.com")
    cy.join(session)
    clock.advance(5)
    host.call("PATCH", f"/sessions/{session}", {"topic": "After", "closes_at": "2026-03-01T13:00:00Z"})
    assert (listed(host), listed(bo), listed(cy)) == (["After"], ["Before"], ["Before"])
    follow(session)
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
    follow(session)
    seen = stranger.get("/sessions")["data"]
    for change in ({"is_public": False}, {"topic": "CONFIDENTIAL", "goal": "CONFIDENTIAL", "context": "CONFIDENTIAL"}):
        clock.advance(5)
        assert host.call("PATCH", f"/sessions/{session}", change).status_code == 200
        host.say(session, "Bread", f"p{clock.now()}")
        follow(session)
    assert listed(viewer) == ["CONFIDENTIAL"]
    assert stranger.get("/sessions")["data"] == seen
    assert listed(stranger, "?q=confidential") == []
    assert stranger.call("GET", f"/sessions/{session}").status_code == 403
    # That it has ended, they may know.
    clock.advance(5)
    host.call("PATCH", f"/sessions/{session}", {"closes_at": (clock.now() + timedelta(minutes=1)).isoformat()})
    follow(session)
    clock.advance(60)
    assert stranger.get("/sessions")["data"] == [{**seen[0], "status": "completed"}]
    # Public once more, it is shown as it is.
    host.call("PATCH", f"/sessions/{session}", {"is_public": True, "closes_at": None})
    follow(session)
    assert (listed(stranger), stranger.get("/sessions")["data"][0]["participant_count"]) == (["CONFIDENTIAL"], 3)


def test_the_job_may_come_twice_or_late_and_an_older_card_never_replaces_a_newer(host: Host, clock: FakeClock) -> None:
    session = host.new_session(topic="First")["id"]
    bo = host.invite(session, "viewer")
    old = container.sessions().view(session, ())
    clock.advance(5)
    host.call("PATCH", f"/sessions/{session}", {"topic": "Second"})
    follow(session)
    follow(session)
    container.cards().follow(old.session, 0, clock.now())
    assert (listed(host), listed(bo)) == (["Second"], ["Second"])


def test_no_card_is_made_for_a_session_that_is_gone(host: Host) -> None:
    session = host.new_session()["id"]
    old = container.sessions().view(session, ())
    host.call("DELETE", f"/sessions/{session}")
    follow(session)
    container.cards().follow(old.session, 0, container.clock().now())
    assert listed(host) == []


# The public list


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
    follow(session)
    assert container.cards().public() == []
    host.call("PATCH", f"/sessions/{session}", {"closes_at": None})
    follow(session)
    assert [item["id"] for item in public()["data"]] == [session]


def test_public_is_a_path_of_its_own_and_no_id(host: Host) -> None:
    assert host.call("GET", "/sessions/public").status_code == 200
    assert error_of(host.call("GET", "/sessions/publics")) == (404, "not_found", "Session not found")
