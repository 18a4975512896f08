"""What listing, editing and deleting sessions may cost, counted as in `test_budgets.py`.

Of a list of one's own sessions, one read says in which projects one has a role, and each of these costs a Query more.
"""

import math

import pytest

from chalicelib import container
from tests.api.hosts import Host, new_host
from tests.api.test_budgets import Meter, host, meter, model
from tests.bench.lists import give_sessions
from tests.capacity import sizes
from tests.snapshots import empty_tables

__all__ = ["host", "meter", "model"]  # the fixtures

MEGABYTE = 1_048_576


def test_a_list_costs_a_call_for_what_it_shows_and_one_for_each_megabyte_of_cards(host: Host, meter: Meter) -> None:
    empty_tables()
    cards = give_sessions(host.user_id, 300, container.clock().now(), "Find out what people eat. " * 190)
    megabytes = sum(sizes(cards)) / MEGABYTE
    assert megabytes > 1
    for query in ("", "?limit=100&offset=200", "?offset=5000"):
        meter.sent.clear()
        answer = host.call("GET", f"/sessions{query}")
        assert answer.json_body["pagination"]["total"] == 300
        assert meter.of(answer, 200) <= 3 + math.ceil(megabytes)
    found = host.call("GET", "/sessions?q=part%20123&status=active")
    assert [item["topic"] for item in found.json_body["data"]] == ["Our office, part 123"]
    assert meter.of(found, 200) <= 2 + math.ceil(megabytes)


def test_a_short_list_costs_three_calls_with_drafts_or_without(host: Host, meter: Meter) -> None:
    assert meter.of(host.call("POST", "/sessions", {"draft": True, "goal": "Find out what people eat"}), 201) <= 3
    assert meter.of(host.call("GET", "/sessions"), 200) <= 3
    assert meter.of(host.call("GET", "/sessions?status=draft"), 200) <= 3
    assert meter.of(host.call("GET", "/sessions?limit=abc"), 400) <= 1
    assert meter.of(host.call("GET", "/sessions/public"), 200) <= 2


def test_a_search_in_contexts_costs_a_call_for_each_hundred_and_three_at_most(
    host: Host, meter: Meter, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty_tables()
    for number in range(5):
        host.new_session(topic=f"Session {number}", context="Quito")
    host.new_session(topic="Without a context")
    monkeypatch.setattr("chalicelib.store.cards._IN_ONE_READ", 2)
    meter.sent.clear()
    assert meter.of(host.call("GET", "/sessions?q=session"), 200) <= 3
    found = host.call("GET", "/sessions?q=quito")
    assert len(found.json_body["data"]) == 5
    assert meter.of(found, 200) <= 3 + 3
    monkeypatch.setattr("chalicelib.services.sessions.listing.CONTEXTS_READ", 4)
    bounded = host.call("GET", "/sessions?q=quito")
    assert len(bounded.json_body["data"]) == 4
    assert meter.of(bounded, 200) <= 3 + 2


def test_a_clone_costs_three_calls_however_much_it_copies(host: Host, meter: Meter) -> None:
    session = host.new_session(prompt="p", context="c", summary_prompt="s", private_context="x", questions=[])["id"]
    meter.sent.clear()
    assert meter.of(host.call("POST", f"/sessions/{session}/clone"), 201) <= 3


def test_an_edit_costs_three_calls_however_much_it_changes(host: Host, meter: Meter) -> None:
    session = host.new_session(prompt="p", context="c", summary_prompt="s")["id"]
    editor = host.invite(session, "editor")
    everything = {
        "topic": "New",
        "prompt": "q",
        "context": None,
        "summary_prompt": "t",
        "is_public": True,
        "questions": [{"text": "q"}] * 50,
    }
    meter.sent.clear()
    for who, changes in ((host, {"topic": "x"}), (editor, everything), (host, {"prompt": None, "is_public": False})):
        assert meter.of(who.call("PATCH", f"/sessions/{session}", changes), 200) <= 3
    assert meter.of(host.call("PATCH", f"/sessions/{session}", {"project_id": None}), 200) <= 2
    assert meter.of(host.call("PATCH", f"/sessions/{session}", {}), 400) <= 1


def test_deleting_costs_four_calls_however_much_there_is(host: Host, meter: Meter) -> None:
    session = host.new_session(is_public=True, questions=[{"text": "q"}])["id"]
    for number in range(5):
        host.say(session, "Soup", f"p{number}")
    meter.sent.clear()
    assert meter.of(host.call("DELETE", f"/sessions/{session}"), 204) <= 4
    assert meter.of(host.call("DELETE", f"/sessions/{session}"), 404) <= 2


def test_a_stranger_who_joins_for_the_first_or_the_second_time_costs_no_more(host: Host, meter: Meter) -> None:
    session = host.new_session(is_public=True)["id"]
    stranger = new_host("bo@example.com")
    container.cards()
    meter.sent.clear()
    for name in ("p1", "p2"):
        assert meter.of(stranger.join(session, name), 200) <= 5
