"""GET /me, and who gets in."""

import pytest

from chalicelib import container
from chalicelib.services.accounts.keys import revoke_key
from tests.api.hosts import Host, error_of, new_host
from tests.api.shapes import USER_INFO, assert_shape
from tests.clock import FakeClock

NO_KEY = (401, "unauthorized", "Invalid or missing API key")

HEADERS_OF_NOBODY = (
    "",
    "Bearer",
    "Bearer ",
    "Bearer hm_live_",
    "Bearer hm_live_" + "0" * 31,
    "Bearer hm_live_" + "0" * 33,
    "Bearer hm_live_" + "A" * 32,
    "Bearer hm_test_" + "0" * 32,
    "Basic hm_live_" + "0" * 32,
    "hm_live_" + "0" * 32,
    "Bearer hm_live_" + "٣" * 32,
    "Bearer hm_live_" + "0" * 32,  # well formed, and nobody's
)


def test_me_is_the_user_and_the_key_in_use(host: Host, clock: FakeClock) -> None:
    me = host.get("/me")
    assert_shape(me, USER_INFO)
    assert (me["id"], me["email"], me["name"]) == (host.user_id, "ana@example.com", "Ana")
    assert me["api_key"]["key_prefix"] == host.key[:12]
    assert me["api_key"]["last_used_at"] == clock.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def test_what_is_another_answer_every_time_has_no_tag(host: Host) -> None:
    for _ in range(2):
        answer = host.call("GET", "/me", **{"If-None-Match": "*"})
        assert (answer.status_code, "ETag" in answer.headers) == (200, False)
        assert answer.headers["Cache-Control"] == "no-store"


def test_without_a_valid_key_nothing_is_served(host: Host, subtests: pytest.Subtests) -> None:
    for header in HEADERS_OF_NOBODY:
        with subtests.test(header):
            assert error_of(host.call("GET", "/me", Authorization=header)) == NO_KEY


def test_a_request_without_the_header_is_refused(host: Host) -> None:
    answer = host.client.http.get("/api/v1/me")
    assert error_of(answer) == NO_KEY


def test_the_scheme_is_read_in_any_case(host: Host) -> None:
    assert host.call("GET", "/me", Authorization=f"bearer {host.key}").status_code == 200


def test_a_revoked_key_is_refused_from_then_on(host: Host) -> None:
    assert host.call("GET", "/me").status_code == 200
    revoke_key(host.key, accounts=container.accounts(), now=container.clock().now())
    assert error_of(host.call("GET", "/me")) == NO_KEY


def test_revoking_one_key_leaves_the_keys_of_others(host: Host) -> None:
    other = new_host("bo@example.com")
    revoke_key(other.key, accounts=container.accounts(), now=container.clock().now())
    assert host.call("GET", "/me").status_code == 200
