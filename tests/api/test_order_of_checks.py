"""The order in which a request is judged: its body and parameters, then the ids of its path, then the state of things."""

from typing import Any

import pytest

from tests.api.hosts import Host, error_of, new_host

UNKNOWN = "00000000-0000-4000-8000-000000000000"
NOBODY = "ffffffff-ffff-4fff-bfff-ffffffffffff"
NO_SESSION = (404, "not_found", "Session not found")
NO_PARTICIPANT = (404, "not_found", "Participant not found")
FORBIDDEN = (403, "forbidden", "You don't have access to this session")

BROKEN: tuple[tuple[str, str, Any, str], ...] = (
    ("PATCH", "/sessions/{}", {}, "No valid fields provided"),
    ("PATCH", "/sessions/{}", {"topic": ""}, "topic is required"),
    ("PATCH", "/sessions/{}", {"project_id": "mine"}, "project_id 'mine' does not exist"),
    ("PATCH", "/sessions/{}", {"time_zone": "Mars"}, "time_zone must be"),
    ("PATCH", "/sessions/{}", {"template_id": "nope"}, "template_id 'nope' does not exist"),
    ("PATCH", "/sessions/{}/participants/{}", {"included": "no"}, "included must be"),
    ("POST", "/sessions/{}/responses", {}, "content is required"),
    ("POST", "/sessions/{}/chat", {"content": ""}, "content is required"),
    ("GET", "/sessions/{}/responses?limit=5&cursor=garbage", None, "cursor must be"),
    ("GET", "/sessions/{}/responses?cursor=garbage", None, "cursor needs a limit"),
    ("GET", "/sessions/{}/responses?since=yesterday", None, "since must be"),
)


@pytest.mark.parametrize(("method", "path", "body", "told"), BROKEN)
def test_what_is_wrong_with_the_request_itself_is_told_before_its_ids(
    host: Host, method: str, path: str, body: Any, told: str
) -> None:
    strangers = new_host("bo@example.com").new_session()["id"]
    for session in ("abc", UNKNOWN, strangers):
        status, code, message = error_of(host.call(method, path.replace("{}", session), body))
        assert (status, code) == (400, "validation_error")
        assert message.startswith(told)


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_a_session_is_judged_before_its_participant(host: Host, method: str) -> None:
    session, stranger = host.new_session()["id"], new_host("bo@example.com")
    body = {"included": False} if method == "PATCH" else None
    for participant in ("abc", "0" * 3_000, NOBODY):
        path = f"participants/{participant}"
        assert error_of(stranger.call(method, f"/sessions/{session}/{path}", body)) == FORBIDDEN
        assert error_of(host.call(method, f"/sessions/{session}/{path}", body)) == NO_PARTICIPANT
        for nowhere in ("abc", "0" * 3_000, UNKNOWN):
            assert error_of(stranger.call(method, f"/sessions/{nowhere}/{path}", body)) == NO_SESSION
