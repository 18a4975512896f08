"""Who asks, and at which address: what our own CloudFront says counts, and what anybody else says does not."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from chalicelib import container, settings
from chalicelib.web.kit.request import public_url, source_address
from tests.events import request

SECRET = "a-secret-that-two-know"
VISITS = "/api/v1/sessions/public"
BY_GATEWAY = "203.0.113.7"


@pytest.fixture
def behind_cloudfront(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGE_SECRET_ARN", "arn:aws:secretsmanager:us-east-1:123456789012:secret:edge-abcdef")
    monkeypatch.setattr(container, "edge_secret", lambda: SECRET)
    monkeypatch.delenv("PUBLIC_URL")
    settings.settings.cache_clear()


def _left(address: str = BY_GATEWAY, **headers: str) -> int:
    """How many more requests without a key whoever sends this one may send in this minute."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return int(request("GET", VISITS, resource=VISITS, headers=named, address=address).headers["RateLimit-Remaining"])


def test_people_behind_our_cloudfront_are_counted_each_by_themselves(behind_cloudfront: None) -> None:
    first, other = (
        {"x_edge_secret": SECRET, "x_viewer_address": address} for address in ("198.51.100.1", "2001:db8::1")
    )
    assert [_left(**first), _left(**first), _left(**other)] == [99, 98, 99]
    assert _left("203.0.113.8", **first) == 97  # by whichever of CloudFront's servers they came


@pytest.mark.parametrize("proof", [{}, {"x_edge_secret": ""}, {"x_edge_secret": "guessed"}, {"x_edge_secret": "ä"}])
def test_whoever_comes_past_cloudfront_is_counted_by_the_address_that_the_gateway_saw(
    behind_cloudfront: None, proof: dict[str, str]
) -> None:
    left = [_left(**proof, x_viewer_address=f"198.51.100.{number}") for number in range(3)]
    assert left == [99, 98, 97]


def test_without_cloudfront_no_header_says_who_asks(aws: None) -> None:
    sent = {"x_edge_secret": "", "x_forwarded_for": "198.51.100.1", "cloudfront_viewer_address": "198.51.100.1:80"}
    assert [_left(**sent, x_viewer_address=f"198.51.100.{number}") for number in range(2)] == [99, 98]
    assert _left(x_edge_secret=SECRET, x_viewer_address="198.51.100.9") == 97


@pytest.mark.parametrize("told", ["", "unknown", "198.51.100.1, 198.51.100.2", "198.51.100.1:443"])
def test_what_is_no_address_is_not_taken_for_one(behind_cloudfront: None, told: str) -> None:
    assert source_address(_request({"x-edge-secret": SECRET, "x-viewer-address": told})) == BY_GATEWAY


def test_links_lead_to_where_cloudfront_was_asked_and_never_to_where_a_client_says(
    behind_cloudfront: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {"x-viewer-host": "talk.example.org", "host": "evil.example"}
    assert public_url(_request({**told, "x-edge-secret": SECRET})) == "https://talk.example.org"
    assert public_url(_request({**told, "x-edge-secret": "guessed"})) == "https://api.example/live"
    assert (
        request("GET", "/static/none.css", resource="/static/{name}", headers={"x-edge-secret": SECRET}).status == 404
    )
    monkeypatch.setenv("PUBLIC_URL", "https://own.example.org")
    settings.settings.cache_clear()
    assert public_url(_request({**told, "x-edge-secret": SECRET})) == "https://own.example.org"


def _request(headers: dict[str, str]) -> Any:
    context = {
        "identity": {"sourceIp": BY_GATEWAY},
        "domainName": "api.example",
        "stage": "live",
        "path": "/live/chat",
    }
    return cast(Any, SimpleNamespace(headers=headers, context=context))
