"""A key's allowance: exact, announced on every response, renewed by the minute."""

import pytest

from tests.api.hosts import Host, error_of, new_host
from tests.clock import FakeClock


@pytest.fixture
def slow(clock: FakeClock) -> Host:
    """Somebody with five requests a minute."""
    return new_host(rate=5)


def test_the_sixth_request_of_five_is_refused_until_the_next_minute(slow: Host, clock: FakeClock) -> None:
    statuses = [slow.call("GET", "/me").status_code for _ in range(5)]
    refused = slow.call("GET", "/me")  # at 12:00:05
    assert statuses == [200] * 5
    assert error_of(refused) == (429, "rate_limited", "Rate limit exceeded. Try again in 55 seconds.")
    assert refused.headers["Retry-After"] == "55"
    clock.advance(55)
    assert slow.call("GET", "/me").status_code == 200


def test_every_response_says_what_is_left(slow: Host, clock: FakeClock) -> None:
    left = []
    for path in ("/me", "/sessions/nonsense", "/me", "/me", "/me", "/me"):
        headers = slow.call("GET", path).headers
        assert (headers["RateLimit-Limit"], headers["RateLimit-Reset"]) == ("5", "55")
        left.append(headers["RateLimit-Remaining"])
    assert left == ["4", "3", "2", "1", "0", "0"]


def test_over_the_limit_comes_before_a_bad_body_and_an_unknown_id(slow: Host) -> None:
    for _ in range(5):
        slow.call("GET", "/me")
    answers = [slow.call("POST", "/sessions", b"{broken"), slow.call("GET", "/sessions/nonsense")]
    assert [answer.status_code for answer in answers] == [429, 429]


def test_the_allowance_is_the_keys_own(slow: Host) -> None:
    for _ in range(6):
        slow.call("GET", "/me")
    assert new_host("bo@example.com", rate=5).call("GET", "/me").status_code == 200


def test_an_allowance_is_renewed_every_minute(slow: Host, clock: FakeClock) -> None:
    for _ in range(9):
        assert [slow.call("GET", "/me").status_code for _ in range(2)] == [200, 200]
        assert slow.call("GET", "/me").headers["RateLimit-Remaining"] == "2"
        clock.advance(60)
