"""Who may do what: the matrix of roles and endpoints, and whose words a thread holds."""

from typing import Any

import pytest

from chalicelib import container
from tests.api.hosts import Host, error_of, new_host
from tests.clock import FakeClock

FORBIDDEN = (403, "forbidden", "You don't have access to this session")
CHAT = {"participant_id": "p1", "participant_name": "", "content": "Soup"}
JOIN = {"participant_id": "p2", "participant_name": "", "answers": []}

#                                   stranger  public  viewer  editor  admin  owner
MATRIX: dict[tuple[str, str], tuple[int, int, int, int, int, int]] = {
    ("GET", ""): (403, 403, 200, 200, 200, 200),
    ("GET", "/questions"): (403, 200, 200, 200, 200, 200),
    ("GET", "/responses"): (403, 403, 200, 200, 200, 200),
    ("GET", "/summary"): (403, 403, 200, 200, 200, 200),
    ("GET", "/recap"): (403, 403, 200, 200, 200, 200),
    ("GET", "/similarity"): (403, 403, 200, 200, 200, 200),
    ("GET", "/export"): (403, 403, 200, 200, 200, 200),
    ("GET", "/export?format=csv"): (403, 403, 403, 200, 200, 200),
    ("GET", "/exports/x"): (403, 403, 404, 404, 404, 404),
    ("GET", "/session-md"): (403, 403, 404, 404, 404, 404),
    ("POST", "/chat"): (403, 200, 403, 200, 200, 200),
    ("POST", "/chat/questions"): (403, 200, 403, 200, 200, 200),
}
BODIES: dict[str, dict[str, Any]] = {"/chat": CHAT, "/chat/questions": JOIN}


def statuses(caller: Host, session: str) -> dict[tuple[str, str], int]:
    found = {}
    for method, path in MATRIX:
        body = BODIES.get(path)
        named = {**body, "participant_id": caller.user_id + path} if body else None
        answer = caller.call(method, f"/sessions/{session}{path}", named)
        if answer.status_code == 403:
            assert error_of(answer) == FORBIDDEN
        found[method, path] = answer.status_code
    return found


def column(number: int) -> dict[tuple[str, str], int]:
    return {endpoint: row[number] for endpoint, row in MATRIX.items()}


def test_a_stranger_may_touch_nothing(host: Host) -> None:
    session = host.new_session()["id"]
    assert statuses(new_host("bo@example.com"), session) == column(0)
    assert host.get(f"/sessions/{session}/responses") == {"data": []}


def test_in_a_public_session_every_key_may_see_the_form_and_chat_and_nothing_else(host: Host) -> None:
    session = host.new_session(is_public=True)["id"]
    assert statuses(new_host("bo@example.com"), session) == column(1)


def test_a_viewer_reads_everything_and_says_nothing(host: Host) -> None:
    session = host.new_session()["id"]
    assert statuses(host.invite(session, "viewer"), session) == column(2)


def test_an_editor_may_chat(host: Host) -> None:
    session = host.new_session()["id"]
    assert statuses(host.invite(session, "editor"), session) == column(3)


def test_an_admin_may_what_an_editor_may(host: Host) -> None:
    session = host.new_session()["id"]
    assert statuses(host.invite(session, "admin"), session) == column(4)


def test_the_owner_may_all_of_it(host: Host) -> None:
    session = host.new_session()["id"]
    assert statuses(host, session) == column(5)


def test_a_viewer_of_a_public_session_chats_as_any_stranger_does(host: Host) -> None:
    session = host.new_session(is_public=True)["id"]
    viewer = host.invite(session, "viewer")
    assert viewer.say(session, "Hello").status_code == 200
    assert host.say(session, "Hello").json_body["thread_id"] != viewer.say(session, "More").json_body["thread_id"]


def test_a_role_in_one_session_is_none_in_another(host: Host) -> None:
    mine, other = host.new_session()["id"], host.new_session()["id"]
    guest = host.invite(mine, "admin")
    assert statuses(guest, other) == column(0)


def test_a_later_role_replaces_an_earlier_one(host: Host) -> None:
    session = host.new_session()["id"]
    guest = host.invite(session, "editor")
    container.sessions().add_member(session, guest.user_id, "viewer")
    assert statuses(guest, session) == column(2)


def test_a_bad_body_is_told_before_a_missing_right(host: Host) -> None:
    session = host.new_session()["id"]
    answer = new_host("bo@example.com").call("POST", f"/sessions/{session}/chat", {})
    assert error_of(answer) == (400, "validation_error", "content is required")


def test_a_missing_right_is_told_before_a_closed_session(host: Host, clock: FakeClock) -> None:
    session = host.new_session(closes_at="2026-03-01T12:10:00Z")["id"]
    clock.advance(3600)
    assert error_of(new_host("bo@example.com").say(session, "Hello")) == FORBIDDEN


@pytest.fixture
def public(host: Host) -> str:
    """A public session in which the editor's participant p1 has said something."""
    session = str(host.new_session(is_public=True)["id"])
    assert host.join(session, "p1").status_code == 200
    assert host.say(session, "My secret recipe", "p1", message_id="m1").status_code == 200
    return session


def test_a_stranger_with_the_same_participant_id_gets_a_thread_of_his_own(host: Host, public: str) -> None:
    bo, cy = new_host("bo@example.com"), new_host("cy@example.com")
    threads = [person.say(public, "Hello", "p1").json_body["thread_id"] for person in (host, bo, cy)]
    assert len(set(threads)) == 3
    said = {
        thread["participant_id"]: [entry["content"] for entry in thread["messages"] if entry["role"] == "user"]
        for thread in host.get(f"/sessions/{public}/responses")["data"]
    }
    assert said == {threads[0]: ["My secret recipe", "Hello"], threads[1]: ["Hello"], threads[2]: ["Hello"]}


def test_a_stranger_who_joins_as_somebody_else_joins_as_himself(public: str) -> None:
    assert new_host("bo@example.com").join(public, "p1").status_code == 200


def test_the_model_is_shown_nothing_of_another_thread(host: Host, public: str, model: Any) -> None:
    new_host("bo@example.com").say(public, "What did they say?", "p1", message_id="m2")
    shown = repr(model.requests[-1])
    assert "What did they say?" in shown
    assert "secret recipe" not in shown


def test_another_ones_message_id_gives_no_access_to_its_reply(host: Host, public: str, model: Any) -> None:
    before = model.count("turn")
    reply = new_host("bo@example.com").say(public, "Anything", "p1", message_id="m1").json_body
    assert model.count("turn") == before + 1
    assert reply["message"]["content"] == f"Reply {before + 1}"


def test_a_scope_smuggled_into_a_participant_id_is_only_a_name(host: Host, public: str) -> None:
    bo = new_host("bo@example.com")
    foreign = host.say(public, "Hello", "p1").json_body["thread_id"]
    own = {bo.say(public, "Hello", name).json_body["thread_id"] for name in ("api:p1", "api", f"api:{host.user_id}:p1")}
    assert foreign not in own
    assert len(own) == 3


def test_editors_of_one_session_speak_for_the_same_participants(host: Host, public: str) -> None:
    editor = host.invite(public, "editor")
    assert (
        editor.say(public, "More", "p1").json_body["thread_id"] == host.say(public, "Hi", "p1").json_body["thread_id"]
    )


def test_a_participant_of_one_session_is_another_one_elsewhere(host: Host, public: str) -> None:
    other = host.new_session()["id"]
    assert host.say(other, "Hi").json_body["thread_id"] != host.say(public, "Hi").json_body["thread_id"]
