"""What every answer carries: where it may be read, how long it holds, which request it was."""

from collections.abc import Mapping

import pytest
from chalice.test import HTTPResponse

from tests.api.hosts import Host, error_of, new_host
from tests.clock import FakeClock
from tests.events import REQUEST_ID, request

ORIGIN = {"Origin": "https://example.org"}
PATHS = {
    "/me": "DELETE, GET, PATCH",
    "/sessions": "GET, POST",
    "/sessions/public": "GET",
    "/sessions/{session_id}": "DELETE, GET, PATCH",
    "/sessions/{session_id}/chat": "POST",
    "/openapi.json": "GET",
}


def allowance(answer: HTTPResponse) -> tuple[int, str, str, str]:
    """Status and allowance."""
    return answer.status_code, *allowance_in(answer.headers)


def allowance_in(headers: Mapping[str, str]) -> tuple[str, str, str]:
    """Limit, what is left, seconds until it is renewed."""
    return headers["RateLimit-Limit"], headers["RateLimit-Remaining"], headers["RateLimit-Reset"]


def test_any_origin_may_ask_what_it_may_send(aws: None, subtests: pytest.Subtests) -> None:
    for path, methods in PATHS.items():
        with subtests.test(path):
            answer = request("OPTIONS", f"/api/v1{path}", resource=f"/api/v1{path}", headers=ORIGIN)
            assert (answer.status, answer.body) == (204, None)
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
            assert answer.headers["Access-Control-Allow-Methods"] == methods
            allowed = answer.headers["Access-Control-Allow-Headers"]
            assert allowed == "Authorization, Content-Type, Idempotency-Key, If-None-Match"
            assert int(answer.headers["Access-Control-Max-Age"]) >= 600
            assert "Access-Control-Allow-Credentials" not in answer.headers


def test_a_preflight_of_an_unknown_path_lets_the_page_read_that_there_is_nothing(aws: None) -> None:
    assert request("OPTIONS", "/api/v1/nope", headers=ORIGIN).status == 204
    assert request("OPTIONS", "/nope", headers=ORIGIN).status == 404


def test_every_answer_can_be_read_from_any_origin_with_what_it_says_in_headers(host: Host) -> None:
    session = host.new_session()["id"]
    for path in ("/me", f"/sessions/{session}", "/sessions/nope", "/sessions/public"):
        headers = host.call("GET", path, **ORIGIN).headers
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert headers["Vary"] == "Authorization, Origin"
        exposed = headers["Access-Control-Expose-Headers"].split(", ")
        assert {"X-Request-Id", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "Retry-After", "ETag"} <= {
            *exposed
        }


def test_what_is_read_may_be_kept_and_is_asked_about(host: Host) -> None:
    session = host.new_session()["id"]
    path = f"/sessions/{session}/summary"
    first = host.call("GET", path)
    tag = first.headers["ETag"]
    assert tag.startswith('W/"')
    assert first.headers["Cache-Control"] == "private, no-cache"
    for asked in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
        again = host.call("GET", path, **{"If-None-Match": asked})
        assert (again.status_code, again.body, again.headers["ETag"]) == (304, b"", tag)
        assert again.headers["Cache-Control"] == "private, no-cache"
        assert "RateLimit-Remaining" in again.headers
    assert host.call("GET", path, **{"If-None-Match": '"other"'}).status_code == 200


def test_a_changed_answer_has_another_tag(host: Host) -> None:
    session = host.new_session()["id"]
    tag = host.call("GET", f"/sessions/{session}").headers["ETag"]
    host.join(session)
    changed = host.call("GET", f"/sessions/{session}", **{"If-None-Match": tag})
    assert (changed.status_code, changed.json_body["participant_count"]) == (200, 1)


def test_a_tag_opens_nothing(host: Host) -> None:
    session = host.new_session()["id"]
    tag = host.call("GET", f"/sessions/{session}").headers["ETag"]
    stranger = new_host("bo@example.com")
    assert stranger.call("GET", f"/sessions/{session}", **{"If-None-Match": tag}).status_code == 403
    assert stranger.call("GET", f"/sessions/{session}", **{"If-None-Match": "*"}).status_code == 403


def test_what_changes_something_or_fails_is_not_stored_anywhere(host: Host) -> None:
    assert host.call("POST", "/sessions", {"topic": "a", "goal": "b"}).headers["Cache-Control"] == "no-store"
    assert host.call("GET", "/sessions/nope").headers["Cache-Control"] == "no-store"


def test_a_request_without_a_key_is_counted_by_its_address(host: Host, clock: FakeClock) -> None:
    def visit(**headers: str) -> tuple[int, str, str]:
        answer = request("GET", path, resource=path, headers=headers)
        return answer.status, answer.headers["RateLimit-Limit"], answer.headers["RateLimit-Remaining"]

    path = "/api/v1/sessions/public"
    assert [visit() for _ in range(100)] == [(200, "100", str(99 - n)) for n in range(100)]
    assert visit()[0] == 429
    for header in ("X-Forwarded-For", "X-Real-IP", "Forwarded", "CF-Connecting-IP"):
        assert visit(**{header: "198.51.100.1"})[0] == 429
    assert visit(Authorization=f"Bearer {host.key}")[0] == 429
    refused = request("GET", path, resource=path)
    assert refused.body["error"] == {
        "code": "rate_limited",
        "message": "Rate limit exceeded. Try again in 55 seconds.",
    }
    assert refused.headers["Retry-After"] == refused.headers["RateLimit-Reset"] == "55"
    clock.advance(55)
    assert visit() == (200, "100", "99")


def test_addresses_are_counted_apart_and_a_whole_network_of_ipv6_together(host: Host, clock: FakeClock) -> None:
    def left(address: str) -> int:
        path = "/api/v1/sessions/public"
        return int(request("GET", path, resource=path, address=address).headers["RateLimit-Remaining"])

    assert [left("203.0.113.7"), left("203.0.113.8"), left("203.0.113.7")] == [99, 99, 98]
    assert [left("2001:db8::1"), left("2001:db8::ffff:2"), left("2001:db8:0:1::1")] == [99, 98, 99]
    assert left("::ffff:203.0.113.8") == 98


def test_nobody_is_counted_for_reading_the_documentation(host: Host) -> None:
    for path in ("/api/v1/openapi.json", "/api/v1/docs", "/docs", "/docs.js", "/llms.txt"):
        for _ in range(2):
            assert allowance(host.client.http.get(path)) == (200, "300", "300", "55")


def test_without_a_valid_key_the_allowance_of_a_new_one_is_announced_untouched(host: Host, clock: FakeClock) -> None:
    for sent in ("", "Basic YTpi", "Bearer hm_live_", "Bearer hm_live_" + "0" * 32):
        assert allowance(host.call("GET", "/me", Authorization=sent)) == (401, "300", "300", "55")
    clock.advance(54)
    assert allowance(host.call("POST", "/sessions", b"{", Authorization="")) == (401, "300", "300", "1")


def test_what_asks_for_no_key_announces_an_allowance_too(host: Host) -> None:
    known, unknown = "/api/v1/me", "/api/v1/nope"
    answers = [
        request("GET", unknown),
        request("POST", "/nope"),
        request("PUT", known),
        request("OPTIONS", known, resource=known),
        request("OPTIONS", unknown),
    ]
    assert [answer.status for answer in answers] == [404, 404, 405, 204, 204]
    for answer in answers:
        assert allowance_in(answer.headers) == ("300", "300", "55")


def test_a_failure_of_ours_announces_what_was_used(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError

    slow = new_host("bo@example.com", rate=5)
    monkeypatch.setattr("chalicelib.operations.account.moment", broken)
    assert allowance(slow.call("GET", "/me")) == (500, "5", "4", "55")


def test_the_id_of_a_request_is_on_answers_and_failures(host: Host) -> None:
    path = "/api/v1/sessions/public"
    assert request("GET", path, resource=path).headers["X-Request-Id"] == REQUEST_ID
    assert request("OPTIONS", path, resource=path).headers["X-Request-Id"] == REQUEST_ID


def test_a_body_that_is_not_needed_may_be_missing_but_not_be_broken(host: Host) -> None:
    session = host.new_session()["id"]
    path = f"/sessions/{session}/summary"
    assert error_of(host.call("POST", path, b"{"))[0] == 400
