"""Models of one's own: keys that a host brings, checked and kept, and sessions that are answered by nobody else's."""

import json
import logging
import socket
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from chalicelib import container, sealed_secrets
from chalicelib.llm.model_servers import AddressRefused, ModelServers
from chalicelib.services.accounts.logins import FRESH
from chalicelib.settings import settings
from tests import fake_anthropic, fake_openai
from tests.api.hosts import Host, error_of
from tests.clock import FakeClock
from tests.fake_anthropic import FakeAnthropic, Fault
from tests.fake_openai import FakeOpenAI
from tests.web.browser import Browser
from tests.web.host.visitor import everything, sign_in

CANARY = "sk-canary-7f3a9c1e5b8d2046-d1e8"
Json = dict[str, Any]


class Nosy(FakeOpenAI):
    """A server that repeats the key that it refuses."""

    def refusal(self, path: str, headers: dict[str, str], request: Json, body: bytes, /) -> tuple[int, str]:
        status, why = super().refusal(path, headers, request, body)
        return (status, f"Incorrect API key: {headers.get('authorization')}, sorry") if status == 401 else (status, why)


@pytest.fixture
def server() -> Iterator[FakeOpenAI]:
    """A server of models that speaks OpenAI's dialect, which anybody may ask for its list."""
    with fake_openai.serving(Nosy(own=False, key=CANARY)) as fake:
        fake.models = ("m-small", "m-large")
        fake.rule = answer
        yield fake


@pytest.fixture(autouse=True)
def own_models(host: Host, server: FakeOpenAI, monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator has switched models of one's own on, and listed the server."""
    monkeypatch.setenv("OWN_MODELS_KEY", boto3.client("kms").create_key()["KeyMetadata"]["Arn"])
    monkeypatch.setenv("MODEL_HOSTS", server.url.removeprefix("http://"))
    sealed_secrets._client.cache_clear()
    for kept in (settings, container.model, container.conversation_deps):
        kept.cache_clear()


def answer(request: Json) -> Json:
    """What a model says: it calls the tool that it is given, or asks on."""
    tools = [it["function"]["name"] for it in request.get("tools", [])]
    return fake_openai.call("report", {"works": True}) if tools == ["report"] else fake_openai.words("And what else?")


def call(browser: Browser, method: str, path: str, body: Any = None, **headers: str) -> Any:
    """A request of a page of ours."""
    sent = {"Content-Type": "application/json", **headers}
    return browser.request(method, f"/api/v1{path}", b"" if body is None else json.dumps(body).encode(), sent)


def add(browser: Browser, server: FakeAnthropic, **fields: Any) -> Json:
    """Add a key; the answer."""
    new = {"provider": "openai_compatible", "name": "Ours", "base_url": server.url, "key": CANARY, **fields}
    added = call(browser, "POST", "/models/keys", new)
    assert added.status_code == 201, added.body
    return dict(added.json_body)


def choose(browser: Browser, key: Json, **fields: Any) -> Any:
    """Choose the models of the server."""
    named = {"key_id": key["id"], "model": "m-small"}
    chosen = {"small": named, "medium": named, "large": {**named, "model": "m-large"}, **fields}
    return call(browser, "PUT", "/models/tiers", chosen)


def test_a_key_is_checked_stored_and_never_told_again(
    ana: Browser, server: FakeOpenAI, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    key = add(ana, server, base_url=f"{server.url}/v1/chat/completions", daily_limit=3)
    assert (key["status"], key["last4"], key["models"]) == ("verified", "d1e8", ["m-small", "m-large"])
    assert key["base_url"] == f"{server.url}/v1"
    assert [it["model"] for it in call(ana, "GET", "/models").json_body["data"]] == ["m-small", "m-large"]
    told = [call(ana, "GET", path) for path in ("/models/keys", "/models/tiers", "/models")]
    changed = call(ana, "PATCH", f"/models/keys/{key['id']}", {"name": "Mine"})
    assert (changed.json_body["name"], changed.json_body["status"]) == ("Mine", "verified")
    checked = call(ana, "POST", f"/models/keys/{key['id']}/check", {})
    assert checked.json_body["status"] == "verified"
    elsewhere = call(ana, "PATCH", f"/models/keys/{key['id']}", {"base_url": "https://example.com"})
    assert error_of(elsewhere)[2].startswith("key is required with another base_url")
    seen = [*(it.body.decode() for it in (*told, changed, checked, elsewhere)), json.dumps(key), everything(), caplog.text]
    assert not [text for text in seen if CANARY in text or CANARY[3:15] in text]
    assert call(ana, "DELETE", f"/models/keys/{key['id']}").status_code == 204
    assert call(ana, "GET", "/models/keys").json_body["data"] == []


def test_what_a_server_refuses_is_not_stored_and_its_words_are_told_without_the_key(
    ana: Browser, server: FakeOpenAI
) -> None:
    new = {"provider": "openai_compatible", "base_url": server.url, "key": "sk-another-key-of-somebody"}
    server.key = ""
    server.models = ()
    open_list = call(ana, "POST", "/models/keys", new)  # keyless: takes any
    assert open_list.status_code == 201
    server.key = CANARY
    refused = call(ana, "POST", "/models/keys", {**new, "model": "m-small"})
    assert error_of(refused) == (
        400, "validation_error", "The server refuses this key: Incorrect API key: Bearer …, sorry"
    )  # fmt: skip
    server.queue(Fault(404))
    unknown = call(ana, "POST", "/models/keys", {**new, "key": CANARY, "model": "nope"})
    assert error_of(unknown)[2] == "model 'nope' cannot be used: as scripted"
    server.queue(fake_openai.words("I have no tools."))
    toolless = call(ana, "POST", "/models/keys", {**new, "key": CANARY, "model": "old"})
    assert error_of(toolless)[2] == "model 'old' cannot be used: I have no tools."
    assert len(call(ana, "GET", "/models/keys").json_body["data"]) == 1


@pytest.mark.parametrize("failure", [429, 500])
def test_what_could_not_be_found_out_is_stored_and_said(ana: Browser, server: FakeOpenAI, failure: int) -> None:
    server.queue(failure)
    assert add(ana, server)["status"] == "unverified"


def test_it_takes_a_browser_that_signed_in_just_now(ana: Browser, host: Host, server: FakeOpenAI, clock: FakeClock) -> None:
    key = add(ana, server)
    for method, path in (("GET", "/models"), ("GET", "/models/keys"), ("GET", "/models/tiers")):
        assert host.call(method, path).status_code == 401
    assert host.call("POST", "/models/keys", {"provider": "ollama"}).status_code == 401
    clock.advance(FRESH.total_seconds() + 1)
    for method, path, body in (
        ("POST", "/models/keys", {"provider": "ollama"}),
        ("PATCH", f"/models/keys/{key['id']}", {"name": "x"}),
        ("DELETE", f"/models/keys/{key['id']}", None),
        ("POST", f"/models/keys/{key['id']}/check", {}),
        ("PUT", "/models/tiers", {}),
    ):
        assert call(ana, method, path, body).status_code == 403, (method, path)
