"""What people said, for those who may read it: filters, order, pages, limits and costs."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from chalicelib.operations import answer_size
from chalicelib.services.participants import responses
from chalicelib.store import participants
from tests.api.hosts import Host, error_of, new_host
from tests.api.shapes import PARTICIPANT, assert_shape
from tests.clock import FakeClock
from tests.example_tables import each_row
from tests.faults import tap

PEOPLE = {"ana": "Ana María", "bo": "Bo", "cy": "ΣΊΣΥΦΟΣ", "di": "100%_*", "eve": "Zoë"}


@pytest.fixture
def session(host: Host, clock: FakeClock) -> str:
    """Five people who spoke, a minute after each other and one more message each, and two who only joined, before them."""
    session = str(host.new_session()["id"])
    for name in ("yan", "zed"):
        assert host.join(session, name, participant_name="").status_code == 200
        clock.advance(60)
    for number, (name, called) in enumerate(PEOPLE.items()):
        for words in range(number + 1):
            assert host.say(session, f"{name} {words}", name, participant_name=called).status_code == 200
        clock.advance(60)
    return session


def ask(host: Host, session: str, query: str = "") -> Any:
    answer = host.get(f"/sessions/{session}/responses{query}")
    for person in answer["data"]:
        assert_shape(person, PARTICIPANT)
    return answer


def names(answer: Any) -> list[str]:
    return [person["external_id"] for person in answer["data"]]


def test_everybody_comes_by_first_message_and_who_said_nothing_last(host: Host, session: str) -> None:
    answer = ask(host, session)
    assert list(answer) == ["data"]
    assert names(answer) == ["ana", "bo", "cy", "di", "eve", "yan", "zed"]
    assert [person["message_count"] for person in answer["data"]] == [1, 2, 3, 4, 5, 0, 0]
    assert [len(person["messages"]) for person in answer["data"]] == [2, 4, 6, 8, 10, 1, 1]
    silent = answer["data"][-1]
    assert (silent["first_message_at"], silent["last_message_at"], silent["active"]) == (None, None, True)


def test_newest_first_keeps_who_said_nothing_last(host: Host, session: str) -> None:
    assert names(ask(host, session, "?sort=newest")) == ["eve", "di", "cy", "bo", "ana", "zed", "yan"]
    assert names(ask(host, session, "?sort=oldest")) == names(ask(host, session))


def test_a_list_has_all_keys_and_no_messages(host: Host, session: str) -> None:
    whole, listed = ask(host, session), ask(host, session, "?mode=list")
    assert listed == {"data": [{**person, "messages": []} for person in whole["data"]]}


def test_pages_are_the_whole_cut_into_pieces(host: Host, session: str) -> None:
    for query in ("", "&mode=list", "&sort=newest", "&min_messages=2"):
        whole = ask(host, session, f"?{query.removeprefix('&')}")["data"]
        for limit in (1, 2, 3, 7, 100):
            assert_pages(host, session, query, limit, whole)


def assert_pages(host: Host, session: str, query: str, limit: int, whole: list[Any]) -> None:
    found: list[Any] = []
    cursor: str | None = ""
    pages = 0
    while cursor is not None:
        page = ask(host, session, f"?limit={limit}{query}{cursor and f'&cursor={cursor}'}")
        assert set(page) == {"data", "next_cursor"}
        assert 0 < len(page["data"]) <= limit
        found += page["data"]
        pages += 1
        cursor = page["next_cursor"]
    assert found == whole
    assert pages == -(-len(whole) // limit)


def test_a_page_of_nobody_has_no_next_one(host: Host) -> None:
    session = host.new_session()["id"]
    assert ask(host, session, "?limit=5") == {"data": [], "next_cursor": None}
    assert ask(host, session, "?mode=list") == {"data": []}


FILTERS: list[tuple[str, list[str]]] = [
    ("name=ana", ["ana"]),
    ("name=MAR%C3%8DA", ["ana"]),
    ("name=mari%CC%81a", ["ana"]),  # the accent as a letter of its own
    ("name=%CF%83%CE%AF%CF%83%CF%85%CF%86%CE%BF%CF%82", ["cy"]),
    ("name=%25", ["di"]),
    ("name=_", ["di"]),
    ("name=*", ["di"]),
    ("name=%25_", ["di"]),
    ("name=o", ["bo", "eve"]),
    ("name=zo%C3%AB", ["eve"]),
    ("name=nobody", []),
    ("name=", ["ana", "bo", "cy", "di", "eve", "yan", "zed"]),
    ("min_messages=4", ["di", "eve"]),
    ("min_messages=0", ["ana", "bo", "cy", "di", "eve", "yan", "zed"]),
    ("min_messages=1000000", []),
    ("name=o&min_messages=3", ["eve"]),
    ("unknown=1", ["ana", "bo", "cy", "di", "eve", "yan", "zed"]),
]


def test_filters(host: Host, session: str) -> None:
    for query, found in FILTERS:
        for page in ("", "&mode=list", "&limit=100"):
            assert names(ask(host, session, f"?{query}{page}")) == found, query


def test_since_is_about_the_first_message_and_leaves_its_own_moment_out(host: Host, session: str) -> None:
    times = {person["external_id"]: person["first_message_at"] for person in ask(host, session)["data"]}
    assert names(ask(host, session, f"?since={times['cy']}")) == ["di", "eve"]
    before = (datetime.fromisoformat(times["cy"]) - timedelta(microseconds=1)).isoformat()
    assert names(ask(host, session, f"?since={quote(before)}")) == ["cy", "di", "eve"]
    assert names(ask(host, session, f"?since={before}")) == ["cy", "di", "eve"]  # the plus came as a space
    assert names(ask(host, session, "?since=2026-03-01T14%3A00%3A00%2B02%3A00")) == ["ana", "bo", "cy", "di", "eve"]
    assert names(ask(host, session, "?since=9999-12-31T23:59:59Z")) == []
    assert names(ask(host, session, "?since=2026-03-01")) == ["ana", "bo", "cy", "di", "eve"]
    assert names(ask(host, session, "?since=2026-03-02")) == []
    assert names(ask(host, session, f"?since={times['cy'].rstrip('Z')}")) == ["di", "eve"]


def test_the_excluded_come_on_demand(host: Host, session: str) -> None:
    participant = ask(host, session)["data"][1]["participant_id"]
    host.call("PATCH", f"/sessions/{session}/participants/{participant}", {"included": False})
    without = ["ana", "cy", "di", "eve", "yan", "zed"]
    for query in ("?", "?mode=list", "?limit=50"):
        assert names(ask(host, session, query)) == without
        everybody = ask(host, session, f"{query}&include=all")["data"]
        assert [(person["external_id"], person["included"]) for person in everybody[:3]] == [
            ("ana", True),
            ("bo", False),
            ("cy", True),
        ]


@each_row(
    "query, name",
    [
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=abc", "limit"),
        ("limit=1.5", "limit"),
        ("limit=1.0", "limit"),
        ("limit=1e3", "limit"),
        ("limit=", "limit"),
        ("limit=٣", "limit"),
        ("limit=99999999999999999999999", "limit"),
        ("cursor=abc", "cursor"),
        ("limit=5&cursor=", "cursor"),
        ("limit=5&cursor=garbage", "cursor"),
        ("limit=5&cursor=%F0%9F%8C%B1", "cursor"),
        ("limit=5&cursor=bnVsbA", "cursor"),
        ("limit=5&cursor=W10", "cursor"),
        ("limit=5&cursor=W2ZhbHNlLDAsNywwLCIiXQ", "cursor"),
        ("limit=5&cursor=" + "A" * 5000, "cursor"),
        ("mode=full", "mode"),
        ("mode=", "mode"),
        ("since=yesterday", "since"),
        ("since=2026-02-30", "since"),
        ("since=20260301", "since"),
        ("since=5", "since"),
        ("since=", "since"),
        ("min_messages=-1", "min_messages"),
        ("min_messages=x", "min_messages"),
        ("min_messages=1e1", "min_messages"),
        ("min_messages=true", "min_messages"),
        ("sort=random", "sort"),
        ("sort=", "sort"),
        ("include=none", "include"),
        ("include=", "include"),
        ("name=" + "x" * 201, "name"),
    ],
)
def test_bad_parameters_are_named(host: Host, query: str, name: str) -> None:
    session = host.new_session()["id"]
    status, code, message = error_of(host.call("GET", f"/sessions/{session}/responses?{query}"))
    assert (status, code) == (400, "validation_error"), message
    assert message.startswith(f"{name} "), message


def test_a_cursor_of_another_sort_is_refused(host: Host, session: str) -> None:
    cursor = ask(host, session, "?limit=2")["next_cursor"]
    answer = host.call("GET", f"/sessions/{session}/responses?limit=2&sort=newest&cursor={cursor}")
    assert error_of(answer)[2].startswith("cursor ")


def test_people_who_come_and_speak_between_pages_neither_hide_nor_double_anybody(
    host: Host, session: str, clock: FakeClock
) -> None:
    for sort in ("oldest", "newest"):
        there = set(names(ask(host, session)))
        found: list[str] = []
        cursor: str | None = ""
        number = 0
        while cursor is not None:
            page = ask(host, session, f"?limit=1&sort={sort}{cursor and f'&cursor={cursor}'}")
            found += names(page)
            cursor = page["next_cursor"]
            if number < 3:
                number += 1
                clock.advance(1)
                assert host.say(session, "Hello", f"{sort}-{number}").status_code == 200
                assert host.say(session, "At last", "zed" if sort == "oldest" else "yan").status_code == 200
        assert len(found) == len(set(found))
        assert set(found) == there | {f"{sort}-{number}" for number in (1, 2, 3)}


def test_nothing_is_shown_to_strangers_whatever_they_ask(host: Host, session: str) -> None:
    stranger = new_host("stranger@example.com")
    cursor = ask(host, session, "?limit=2")["next_cursor"]
    for query in ("", "?mode=list", f"?limit=2&cursor={cursor}", "?include=all"):
        assert error_of(stranger.call("GET", f"/sessions/{session}/responses{query}"))[0] == 403
    own = stranger.new_session()["id"]
    assert ask(stranger, own, f"?limit=2&cursor={cursor}") == {"data": [], "next_cursor": None}


def test_a_stranger_who_calls_themselves_like_a_participant_is_told_apart(host: Host, clock: FakeClock) -> None:
    session = host.new_session(is_public=True)["id"]
    stranger = new_host("s@example.com")
    for who in (host, stranger):
        assert who.say(session, "Soup", "ada", participant_name="Ada").status_code == 200
        clock.advance(1)
    host.call("POST", f"/sessions/{session}/responses", {"content": "Bread"})
    answer = host.call("GET", f"/sessions/{session}/responses")
    first, second, own = answer.json_body["data"]
    assert {it["external_id"] for it in (first, second)} == {"ada"}
    assert {it["participant_name"] for it in (first, second)} == {"Ada"}
    assert [it["another_account"] for it in (first, second, own)] == [False, True, False]
    assert stranger.user_id not in answer.body.decode()


def test_an_answer_that_is_too_large_is_refused_and_says_how_to_ask(
    host: Host, session: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(responses, "ANSWER_BYTES", 60)
    for query in ("", "?limit=7", "?include=all"):
        status, code, message = error_of(host.call("GET", f"/sessions/{session}/responses{query}"))
        assert (status, code) == (413, "payload_too_large")
        assert "limit" in message
        assert "cursor" in message
    assert names(ask(host, session, "?limit=1")) == ["ana"]
    assert len(ask(host, session, "?mode=list")["data"]) == 7


def test_a_list_of_long_answers_is_refused_before_all_of_them_are_read(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = host.new_session(questions=[{"text": "Why?"}])["id"]
    (question,) = host.get(f"/sessions/{session}/questions")["data"]
    for number in range(6):
        answers = [{"question_id": question["id"], "answer": "x" * 100}]
        assert host.join(session, f"p{number}", answers=answers).status_code == 200
    wire = tap(monkeypatch)
    monkeypatch.setattr(participants, "_KEYS_A_READ", 1)
    monkeypatch.setattr(responses, "ANSWER_BYTES", 500)
    status, code, message = error_of(host.call("GET", f"/sessions/{session}/responses?mode=list"))
    assert (status, code) == (413, "payload_too_large")
    assert "limit and cursor" in message
    assert "mode=list" not in message
    assert len(wire.calls) < 3 + 6  # the key, the session, the heads, and not every form
    assert len(ask(host, session, "?mode=list&limit=2")["data"]) == 2


@pytest.mark.parametrize("query", ["", "?mode=list", "?limit=7"])
def test_an_answer_that_no_response_can_carry_says_how_to_ask_too(
    host: Host, session: str, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    monkeypatch.setattr(answer_size, "ANSWER_BYTES", 1_000)
    status, code, message = error_of(host.call("GET", f"/sessions/{session}/responses{query}"))
    assert (status, code) == (413, "payload_too_large")
    assert "limit and cursor" in message


def test_the_words_of_the_excluded_do_not_count_for_the_size(
    host: Host, session: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for person in ask(host, session)["data"][2:]:
        host.call("PATCH", f"/sessions/{session}/participants/{person['participant_id']}", {"included": False})
    whole = ask(host, session)
    size = sum(len(entry["content"].encode()) for person in whole["data"] for entry in person["messages"])
    monkeypatch.setattr(responses, "ANSWER_BYTES", size)
    assert ask(host, session) == whole
    monkeypatch.setattr(responses, "ANSWER_BYTES", size - 1)
    assert error_of(host.call("GET", f"/sessions/{session}/responses"))[0] == 413


def test_what_it_costs(host: Host, session: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(host, session)
    wire = tap(monkeypatch)
    whole = {"": 3, "?name=o": 3, "?min_messages=2&sort=newest&include=all": 3}
    listed = {"?mode=list": 4, "?limit=2&mode=list": 4}
    paged = {"?limit=1": 4, "?limit=2": 4, "?limit=100": 4}
    for query, calls in (whole | listed | paged).items():
        wire.calls.clear()
        ask(host, session, query)
        assert len(wire.calls) <= calls, (query, wire.calls)
