"""Lists of sessions: whose, which ones, in what order, and which part."""

from datetime import timedelta

import pytest

from chalicelib import container
from chalicelib.operations import answer_size
from tests.api.hosts import Host, error_of, new_host
from tests.api.jobs import update_cards
from tests.api.lists import listed, public
from tests.api.shapes import LIST_ITEM, assert_shape
from tests.clock import FakeClock
from tests.example_tables import each_row


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
        assert update_cards(session)
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
    assert update_cards(session)
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
