"""One port for two: what is an AWS call, and what the application gets to see."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from infra.local.gateway import Gateway, is_aws_call, know_declared_methods_only
from infra.rest_api import gateway_envelope
from tests.example_tables import each_row


def _scope(path: str = "/api/v1/me", query: str = "", **headers: str) -> dict[str, Any]:
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": query.encode(),
        "headers": [(b"host", b"127.0.0.1:8000"), *named],
        "client": ("127.0.0.1", 50000),
    }


def _through(scope: dict[str, Any]) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    """What the cloud got, and what was sent without it."""
    seen: list[dict[str, Any]] = []
    sent: list[dict[str, Any]] = []

    async def cloud(scope: dict[str, Any], receive: Any, send: Any) -> None:
        seen.append(scope)

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()  # the client says nothing more, and stays
        return {}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(Gateway(cloud, 2)(scope, receive, send))
    return (seen[0] if seen else None), sent


def test_a_look_at_what_the_cloud_tells_of_itself_counts_as_nothing() -> None:
    async def cloud(*_: Any) -> Any:
        pass

    gateway = Gateway(cloud, 2)
    counted = []
    for scope in (
        _scope("/_ministack/ses/messages"),
        _scope("/_ministack/reset") | {"method": "POST"},
        _scope("/_aws/x"),
    ):
        asyncio.run(gateway(scope, cloud, cloud))
        counted.append(gateway.requests)
    assert counted == [0, 1, 2]
    assert gateway.deployments == 0
    for service in ("cloudformation", "dynamodb"):
        signed = f"AWS4-HMAC-SHA256 Credential=test/20261130/us-east-1/{service}/aws4_request"
        asyncio.run(gateway(_scope("/", authorization=signed), cloud, cloud))
    assert gateway.deployments == 1


@each_row(
    "scope",
    [
        _scope("/", authorization="AWS4-HMAC-SHA256 Credential=test/…"),
        _scope("/", x_amz_target="DynamoDB_20120810.GetItem"),
        _scope("/bucket/key", "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=00"),
        _scope("/bucket/key", "X-Amz-Credential=test"),
        _scope("/_ministack/health"),
        _scope("/_aws/execute-api/abc/live/me"),
        _scope("/restapis/abc/live/_user_request_/me"),
        _scope("/2015-03-31/functions"),
    ],
)
def test_aws_calls_pass_untouched(scope: dict[str, Any]) -> None:
    assert is_aws_call(scope)
    assert _through(scope)[0] == scope


def test_the_application_gets_the_path_as_it_was_sent() -> None:
    scope = _scope("/api/v1/a/b/é%") | {"raw_path": b"/api/v1/a%2Fb/%C3%A9%25"}
    seen, _ = _through(scope)
    assert seen is not None
    assert seen["path"] == "/api/v1/a%2Fb/%C3%A9%25"
    call = _scope("/b/c/d", authorization="AWS4-HMAC-SHA256 Credential=test/…") | {"raw_path": b"/b/c%2Fd"}
    assert _through(call)[0] == call


@each_row("path", ["/", "/api/v1/me", "/chat", "/results", "/static/a.css", "/nothing", "/restapisx"])
def test_everything_else_is_the_applications(path: str) -> None:
    scope = _scope(path, "s=X-Amz-Signature", authorization="Bearer hm_live_0")
    assert not is_aws_call(scope)
    seen, _ = _through(scope)
    assert seen
    assert (b"host", b"harmonica.localhost") in seen["headers"]
    assert [name for name, _ in seen["headers"]].count(b"host") == 1


@pytest.mark.parametrize("method", ["TRACE", "PROPFIND"])
def test_what_is_taken_for_a_signature_is_refused_as_on_aws(method: str) -> None:
    seen, sent = _through(_scope("/api/v1/me", authorization="Bearer hm_live_0") | {"method": method})
    assert seen is None
    assert (sent[0]["status"], sent[1]["body"]) == (403, gateway_envelope("DEFAULT_4XX").encode())
    assert {b"x-request-id", b"ratelimit-limit", b"access-control-allow-origin"} <= {it for it, _ in sent[0]["headers"]}
    assert _through(_scope("/api/v1/me") | {"method": method})[0]


def test_the_local_cloud_hands_on_no_method_that_a_path_lacks() -> None:
    from ministack.services import apigateway_v1

    assert callable(apigateway_v1._match_greedy_fallback)
    local = SimpleNamespace(_match_greedy_fallback=lambda *_: ("resource", {}))
    know_declared_methods_only(local)
    assert local._match_greedy_fallback("api", ["api", "v1", "me"], "PUT") == (None, None)


def test_the_callers_address_can_not_be_made_up() -> None:
    seen, _ = _through(_scope(x_forwarded_for="6.6.6.6", x_forwarded_proto="https", x_forwarded_host="evil.example"))
    assert seen
    forwarded = [(name, value) for name, value in seen["headers"] if name.startswith(b"x-forwarded-")]
    assert forwarded == [(b"x-forwarded-for", b"127.0.0.1")]


@pytest.mark.parametrize("mark", [{"origin": "https://evil.example"}, {"sec_fetch_site": "cross-site"}])
def test_no_web_page_reaches_the_aws_api(mark: dict[str, str]) -> None:
    seen, sent = _through(_scope("/_ministack/reset", **mark))
    assert seen is None
    assert sent[0]["status"] == 403


@pytest.mark.parametrize(
    ("path", "query", "site", "opens"),
    [
        ("/harmonica-local-data-exportsbucket-1/s/k", "X-Amz-Signature=1&X-Amz-Date=2", "same-origin", True),
        ("/harmonica-local-data-exportsbucket-1/s/k", "X-Amz-Signature=1&X-Amz-Date=2", "cross-site", False),
        ("/harmonica-local-data-exportsbucket-1/s/k", "X-Amz-Signature=1&Action=DeleteQueue", "same-origin", False),
        ("/harmonica-local-000000000000-us-east-1/code/x.zip", "X-Amz-Signature=1", "same-origin", False),
        ("/_ministack/reset", "X-Amz-Signature=1", "same-origin", False),
    ],
)
def test_a_page_of_ours_leads_to_an_export_and_to_nothing_else(path: str, query: str, site: str, opens: bool) -> None:
    seen, _ = _through(_scope(path, query, sec_fetch_site=site))
    assert (seen is not None) is opens


def test_a_web_page_reaches_the_application() -> None:
    seen, _ = _through(_scope("/chat", origin="https://example.com", sec_fetch_site="cross-site"))
    assert seen


def test_websockets_and_start_up_pass() -> None:
    assert _through({"type": "lifespan"})[0] == {"type": "lifespan"}


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"fine"),
        (503, b"the application's own"),
        (502, gateway_envelope("DEFAULT_5XX").encode()),
        (504, gateway_envelope("DEFAULT_5XX").encode()),
    ],
)
def test_a_function_that_fails_or_takes_too_long_is_answered_in_the_envelope(status: int, body: bytes) -> None:
    given = body if status in (200, 503) else b'{"message": "Internal server error"}'
    sent: list[dict[str, Any]] = []

    async def cloud(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": given})

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()
        return {}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(Gateway(cloud, 2)(_scope(), receive, send))
    assert [message.get("status", message.get("body")) for message in sent] == [status, body]
