"""Telegram groups of a host, codes for /setup, and where a session is announced."""

import re
from typing import Any
from urllib.parse import quote

import pytest

from chalicelib import container, settings
from chalicelib.model import TelegramGroup
from chalicelib.store.telegram_items import GroupItem
from tests.api.hosts import Host, error_of, new_host
from tests.api.shapes import NULL, SESSION, TIME, assert_shape
from tests.clock import FakeClock
from tests.example_tables import each_row
from tests.faults import tap

GROUP = {
    "group_id": str,
    "group_name": (str, NULL),
    "topic_id": (int, NULL),
    "created_at": TIME,
    "status": re.compile("unconfirmed|confirmed|removed"),
}
LINK = {"code": re.compile("[2-9A-HJ-NP-Z]{12}"), "url": str, "start_url": str, "command": str, "expires_at": TIME}
GROUPS = "/integrations/telegram/groups"
ODD = ("-1001234567890", "@lunch", "a/b", "a b", "a%20b", "50%", "Küche 🍲", "x" * 200)


def register(host: Host, group_id: str, **fields: Any) -> Any:
    answer = host.call("POST", GROUPS, {"group_id": group_id, **fields})
    assert answer.status_code == 201, answer.body
    assert_shape(answer.json_body, GROUP)
    return answer.json_body


def groups(host: Host) -> Any:
    answer = host.get(GROUPS)
    assert list(answer) == ["data"]
    for group in answer["data"]:
        assert_shape(group, GROUP)
    return answer["data"]


def confirm(host: Host, group_id: str, status: Any = "confirmed") -> None:
    """As the bot will: say that it is in the group, or not any more."""
    GroupItem(f"user#{host.user_id}", f"group#{group_id}").update(actions=[GroupItem.status.set(status)])


@pytest.fixture
def bot(monkeypatch: pytest.MonkeyPatch, host: Host) -> str:
    """A server with a bot."""
    monkeypatch.setenv("TELEGRAM_BOT", "harmonica_bot")
    settings.settings.cache_clear()
    return "harmonica_bot"


def test_a_group_is_registered_and_listed(host: Host) -> None:
    assert groups(host) == []
    group = register(host, " -100123 ", group_name=" Lunch ", topic_id=7)
    assert group == {
        "group_id": "-100123",
        "group_name": "Lunch",
        "topic_id": 7,
        "created_at": "2026-03-01T12:00:05.123456Z",
        "status": "unconfirmed",
    }
    assert groups(host) == [group]


def test_groups_come_in_the_order_of_registration_and_an_update_changes_no_place(host: Host, clock: FakeClock) -> None:
    first = register(host, "b", group_name="Lunch", topic_id=7)
    clock.advance(1)
    register(host, "a")
    clock.advance(1)
    again = register(host, "b", group_name="Dinner")
    assert again == {**first, "group_name": "Dinner", "topic_id": None}
    assert [(group["group_id"], group["group_name"]) for group in groups(host)] == [("b", "Dinner"), ("a", None)]


def test_an_update_keeps_what_the_bot_found_out_but_a_removed_group_is_to_be_confirmed_anew(host: Host) -> None:
    register(host, "g")
    confirm(host, "g")
    assert register(host, "g", group_name="Lunch")["status"] == "confirmed"
    confirm(host, "g", "removed")
    assert [group["status"] for group in groups(host)] == ["removed"]
    assert register(host, "g")["status"] == "unconfirmed"


@pytest.mark.parametrize("group_id", ODD)
def test_any_id_can_be_registered_used_and_removed(host: Host, group_id: str) -> None:
    assert register(host, group_id)["group_id"] == group_id
    session = host.new_session(distribution=[{"channel": "telegram", "group_id": group_id}])["id"]
    assert host.get(f"/sessions/{session}")["distribution"][0]["group_id"] == group_id
    answer = host.call("DELETE", f"{GROUPS}/{quote(group_id, safe='')}")
    assert (answer.status_code, answer.body) == (204, b"")
    assert groups(host) == []
    assert error_of(host.call("DELETE", f"{GROUPS}/{quote(group_id, safe='')}")) == (
        404,
        "not_found",
        "Group not found",
    )


@each_row(
    "body, message",
    [
        ({}, "group_id is required"),
        ({"group_id": None}, "group_id is required"),
        ({"group_id": "  "}, "group_id is required"),
        ({"group_id": -100123}, "group_id must be a string"),
        ({"group_id": "x" * 201}, "group_id must be at most 200 characters"),
        ({"group_id": "g", "group_name": 5}, "group_name must be a string"),
        ({"group_id": "g", "group_name": "x" * 201}, "group_name must be at most 200 characters"),
        ({"group_id": "g", "topic_id": "7"}, "topic_id must be a whole number"),
        ({"group_id": "g", "topic_id": 7.5}, "topic_id must be a whole number"),
        ({"group_id": "g", "topic_id": True}, "topic_id must be a whole number"),
        ({"group_id": "g", "topic_id": 10**17}, "topic_id must be at most 9,007,199,254,740,992"),
    ],
)
def test_what_a_group_may_be(host: Host, body: Any, message: str) -> None:
    assert error_of(host.call("POST", GROUPS, body)) == (400, "validation_error", message)
    assert groups(host) == []


def test_one_host_sees_and_touches_no_group_of_another(host: Host) -> None:
    register(host, "g", group_name="Ana's")
    bo = new_host("bo@example.com")
    assert groups(bo) == []
    assert error_of(bo.call("DELETE", f"{GROUPS}/g"))[0] == 404
    answer = bo.call("POST", "/sessions", {"topic": "a", "goal": "b", "distribution": [{"group_id": "g"}]})
    assert error_of(answer)[0] == 400
    register(bo, "g", group_name="Bo's")
    assert [group["group_name"] for group in groups(host)] == ["Ana's"]
    assert bo.call("DELETE", f"{GROUPS}/g").status_code == 204
    assert len(groups(host)) == 1


def test_groups_need_a_key(host: Host) -> None:
    for method, path in (
        ("GET", GROUPS),
        ("POST", GROUPS),
        ("DELETE", f"{GROUPS}/g"),
        ("POST", "/integrations/telegram/link"),
    ):
        assert error_of(host.call(method, path, Authorization=""))[0] == 401


def test_the_same_key_registers_once(host: Host, clock: FakeClock) -> None:
    sent = {"Idempotency-Key": "k1"}
    first = host.call("POST", GROUPS, {"group_id": "g"}, **sent)
    clock.advance(60)
    again = host.call("POST", GROUPS, {"group_id": "g"}, **sent)
    assert (again.status_code, again.json_body) == (first.status_code, first.json_body) == (201, groups(host)[0])
    host.call("DELETE", f"{GROUPS}/g")
    assert host.call("POST", GROUPS, {"group_id": "g"}, **sent).status_code == 404


def test_a_link_hands_a_single_use_code_to_the_bot(host: Host, bot: str, clock: FakeClock) -> None:
    answer = host.call("POST", "/integrations/telegram/link")
    assert answer.status_code == 201
    link = answer.json_body
    assert_shape(link, LINK)
    assert link["url"] == f"https://t.me/{bot}?startgroup={link['code']}"
    assert link["start_url"] == f"https://t.me/{bot}?start={link['code']}"
    assert link["command"] == f"/setup@{bot} {link['code']}"
    assert link["expires_at"] == "2026-03-01T12:15:05.000000Z"
    assert host.call("POST", "/integrations/telegram/link").json_body["code"] != link["code"]


def test_the_same_key_gives_the_same_link(host: Host, bot: str, clock: FakeClock) -> None:
    sent = {"Idempotency-Key": "k1"}
    first = host.call("POST", "/integrations/telegram/link", **sent)
    clock.advance(60)
    again = host.call("POST", "/integrations/telegram/link", **sent)
    assert (again.status_code, again.json_body) == (201, first.json_body)


def test_without_a_bot_there_is_no_link(host: Host) -> None:
    answer = host.call("POST", "/integrations/telegram/link")
    assert error_of(answer) == (422, "unprocessable", "Telegram is not set up on this server")


def test_a_session_says_where_it_is_announced(host: Host) -> None:
    register(host, "there")
    register(host, "not yet")
    confirm(host, "there")
    wanted = [{"channel": "telegram", "group_id": "there"}, {"group_id": "not yet"}]
    session = host.get(f"/sessions/{host.new_session(distribution=wanted)['id']}")
    assert_shape(session, SESSION)
    assert session["distribution"] == [
        {"channel": "telegram", "group_id": "there", "status": "pending", "error": None},
        {"channel": "telegram", "group_id": "not yet", "status": "unconfirmed", "error": None},
    ]


@pytest.mark.parametrize(
    ("distribution", "message"),
    [
        ([{"group_id": "g"}, {"group_id": "other"}], "distribution[1].group_id 'other' is not a group of yours"),
        ([{"group_id": "gone"}], "distribution[0].group_id 'gone' is not a group of yours"),
        ([{"group_id": "g"}, {"group_id": " g "}], "distribution[1].group_id 'g' is there twice"),
        ([{}], "distribution[0].group_id is required"),
        ([{"group_id": 5}], "distribution[0].group_id must be a string"),
        ([{"group_id": "g", "channel": "pigeon"}], "distribution[0].channel must be one of: telegram"),
        ({"group_id": "g"}, "distribution must be a list"),
        ([{"group_id": "g"}] * 21, "distribution must be at most 20 items long"),
    ],
)
def test_a_session_is_announced_only_where_its_host_may(host: Host, distribution: Any, message: str) -> None:
    register(host, "g")
    register(host, "gone")
    confirm(host, "gone", "removed")
    answer = host.call("POST", "/sessions", {"topic": "a", "goal": "b", "distribution": distribution})
    assert error_of(answer) == (400, "validation_error", message)
    assert host.get("/sessions")["data"] == []


def test_sessions_are_found_by_their_groups(host: Host) -> None:
    register(host, "g")
    register(host, "h")
    both = host.new_session(distribution=[{"group_id": "g"}, {"group_id": "h"}])["id"]
    one = host.new_session(distribution=[{"group_id": "h"}])["id"]
    host.new_session()

    def found(query: str) -> set[str]:
        return {session["id"] for session in host.get(f"/sessions?{query}")["data"]}

    assert found("distribution_group_id=g") == {both}
    assert found("distribution_group_id=h") == {both, one}
    assert found("distribution_channel=telegram") == {both, one}
    assert found("distribution_group_id=nobody") == set()


def test_an_edit_changes_where_a_session_is_announced(host: Host) -> None:
    for group in ("g", "h"):
        register(host, group)
    session = host.new_session(distribution=[{"group_id": "g"}])["id"]
    confirm(host, "g")
    confirm(host, "h")
    body = {"distribution": [{"group_id": "h"}, {"group_id": "g"}]}
    answer = host.call("PATCH", f"/sessions/{session}", body)
    assert answer.status_code == 200, answer.body
    told = [(entry["group_id"], entry["status"]) for entry in answer.json_body["distribution"]]
    assert told == [("h", "pending"), ("g", "unconfirmed")]
    editor = host.invite(session, "editor")
    assert editor.call("PATCH", f"/sessions/{session}", body).status_code == 200
    refused = editor.call("PATCH", f"/sessions/{session}", {"distribution": [{"group_id": "g"}, {"group_id": "new"}]})
    assert error_of(refused)[2] == "distribution[1].group_id 'new' is not a group of yours"
    assert host.call("PATCH", f"/sessions/{session}", {"distribution": None}).json_body["distribution"] == []


def test_what_it_costs(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    group = register(host, "g")
    wire = tap(monkeypatch)
    assert groups(host) == [group]
    assert len(wire.calls) <= 2
    wire.calls.clear()
    host.new_session(distribution=[{"group_id": "g"}])
    assert len(wire.calls) <= 4
    wire.calls.clear()
    register(host, "g")
    assert len(wire.calls) <= 2


def test_many_groups_are_one_list(host: Host, clock: FakeClock) -> None:
    for number in range(150):
        group = TelegramGroup(f"g{number:03d}", None, None, clock.now())
        container.telegram_groups().register(host.user_id, group)
        clock.advance(1)
    assert [group["group_id"] for group in groups(host)] == [f"g{number:03d}" for number in range(150)]
