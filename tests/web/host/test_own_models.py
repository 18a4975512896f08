"""Models of one's own: keys that a host brings, checked and kept, and sessions that are answered by nobody else's."""

import json
import logging
import socket
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import boto3
import pytest

from chalicelib import container, sealed_secrets
from chalicelib.llm.model_servers import AddressRefused, ModelServers
from chalicelib.services.accounts.logins import FRESH
from chalicelib.settings import settings
from chalicelib.store.spending import OF_SESSION, Ledger
from tests import fake_anthropic, fake_openai
from tests.api.hosts import Host, error_of
from tests.api.jobs import summarise, write_prompt
from tests.clock import FakeClock
from tests.fake_anthropic import FakeAnthropic, Fault
from tests.fake_openai import FakeOpenAI
from tests.faults import Interviewer
from tests.web.browser import Browser
from tests.web.host.visitor import everything, send, submit

REAL: dict[str, Any] = {name: getattr(container, name) for name in ("model", "stage_model")}
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
    with fake_anthropic.serving(Nosy(own=False, key=CANARY)) as fake:
        fake.models = ("m-small", "m-large")
        fake.rule = answer
        yield fake


@pytest.fixture(autouse=True)
def own_models(host: Host, server: FakeOpenAI, monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator has switched models of one's own on, and listed the server."""
    monkeypatch.setenv("OWN_MODELS_KEY", boto3.client("kms").create_key()["KeyMetadata"]["Arn"])
    monkeypatch.setenv("MODEL_HOSTS", server.url.removeprefix("http://"))
    sealed_secrets._client.cache_clear()
    settings.cache_clear()
    for name in ("model", "stage_model"):
        REAL[name].cache_clear()
        monkeypatch.setattr(container, name, REAL[name])


@pytest.fixture
def stage(model: Interviewer, monkeypatch: pytest.MonkeyPatch) -> Interviewer:
    """The stage has a model, which no session is to reach that has its owner's."""
    monkeypatch.setenv("LLM_PROVIDER", "anthropic")
    settings.cache_clear()
    monkeypatch.setattr(container, "stage_model", lambda: model)
    return model


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
    seen = [
        *(it.body.decode() for it in (*told, changed, checked, elsewhere)),
        json.dumps(key),
        everything(),
        caplog.text,
    ]
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


def test_of_what_a_server_lists_and_says_only_that_is_kept_which_can_be_shown(ana: Browser, server: FakeOpenAI) -> None:
    server.models = ("m" * 201, "", "a\nb", "m-small", "m-small", *(f"{n:03}-{'z' * 150}" for n in range(190)))
    for _ in range(9):
        kept = add(ana, server, model="m-small")["models"]
        assert kept[0] == "m-small"
        assert 100 < len(kept) < 140
        assert sum(map(len, kept)) <= 20_000
    assert len(ana.open("/account/models").html) < 400_000
    server.queue(*[Fault(400, words=f"Bearer {CANARY} " + "y" * 3_000_000)] * 2)
    long = {"provider": "openai_compatible", "base_url": server.url, "key": CANARY, "model": "x"}
    assert error_of(call(ana, "POST", "/models/keys", long))[2] == f"model 'x' cannot be used: Bearer … {'y' * 291}"


@pytest.mark.parametrize("failure", [429, 500])
def test_what_could_not_be_found_out_is_stored_and_said(ana: Browser, server: FakeOpenAI, failure: int) -> None:
    server.queue(failure)
    assert add(ana, server)["status"] == "unverified"


def test_it_takes_a_browser_that_signed_in_just_now(
    ana: Browser, host: Host, server: FakeOpenAI, clock: FakeClock
) -> None:
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


def turn_bodies(server: FakeAnthropic) -> list[Json]:
    """What the server was asked besides checks."""
    checks = '"report"'
    return [body for body in server.bodies if checks not in json.dumps(body.get("tools", []))]


def test_a_session_is_answered_by_its_owners_model_and_says_so(
    ana: Browser, ben: Browser, cem: Browser, host: Host, server: FakeOpenAI
) -> None:
    assert host.new_session()["id"]
    early = host.call("POST", "/sessions", {"topic": "T", "goal": "G", "models": "account"})
    assert error_of(early)[0] == 400
    assert choose(ana, add(ana, server)).status_code == 200
    session = host.new_session(prompt="Ask.")
    seen = host.get(f"/sessions/{session['id']}")
    assert seen["models"] == "account"
    assert seen["cost"]["estimated"] is None  # nobody here knows what m-small costs
    page = cem.chat(session)
    assert "127.0.0.1 processes what you write" in page.text
    assert "A script asks" not in page.text
    assert "And what else?" in cem.join(session).text
    assert "And what else?" in cem.say(session, "Fewer meetings, and a quiet room.").text
    assert {body["model"] for body in turn_bodies(server)} == {"m-small"}
    assert all(it["authorization"] == f"Bearer {CANARY}" for it in server.headers)
    assert "without a model" not in ana.open(f"/sessions/{session['id']}/prompt").text


def test_a_conversation_goes_on_with_the_model_that_it_began_with(
    ana: Browser, host: Host, server: FakeOpenAI, stage: Interviewer
) -> None:
    assert choose(ana, add(ana, server)).status_code == 200
    session = host.new_session(prompt="Ask.", models="account")["id"]
    host.join(session, "p1")
    editor = host.invite(session, "editor")
    theirs = editor.call("POST", f"/sessions/{session}/clone", {}).json_body
    assert "models" in theirs["reset"]
    assert editor.get(f"/sessions/{theirs['id']}")["models"] == "stage"
    mine = host.call("POST", f"/sessions/{session}/clone", {}).json_body
    assert "models" not in mine["reset"]
    assert host.get(f"/sessions/{mine['id']}")["models"] == "account"
    assert editor.call("PATCH", f"/sessions/{session}", {"models": "stage"}).status_code == 403
    assert host.call("PATCH", f"/sessions/{session}", {"models": "stage"}).json_body["models"] == "stage"
    before = len(turn_bodies(server))
    assert host.say(session, "More buses.", "p1").json_body["message"]["content"] == "And what else?"
    assert (len(turn_bodies(server)) - before, stage.count("turn")) == (1, 0)
    host.join(session, "p2")
    assert (len(turn_bodies(server)) - before, stage.count("turn")) == (1, 1)


def test_whoever_takes_part_already_is_told_when_others_come_to_process_what_they_write(
    ana: Browser, cem: Browser, ben: Browser, host: Host, server: FakeOpenAI, stage: Interviewer, clock: FakeClock
) -> None:
    key = add(ana, server)
    assert choose(ana, key).status_code == 200
    session, changed = host.new_session(prompt="Ask."), "Who processes what you write has changed"
    cem.join(session)
    clock.advance(60)
    assert choose(ana, key).status_code == 200  # the same once more
    assert changed not in cem.chat(session).text
    assert choose(ana, key, fallback="stage").status_code == 200
    told = cem.chat(session).text
    assert changed in told
    assert "Where that does not answer, another one takes over" in told.partition(changed)[2]
    clock.advance(60)
    assert changed not in ben.join(session).text
    assert host.call("PATCH", f"/sessions/{session['id']}", {"models": "stage"}).status_code == 200
    for somebody in (cem, ben):  # whose replies come from where they came from
        first, _, then = somebody.chat(session).text.partition(changed)[2].partition("By now another one makes")
        assert "127.0.0.1 processes what you write" in first
        assert "a server that the operator" in then or "Anthropic processes" in then
    assert host.call("PATCH", f"/sessions/{session['id']}", {"models": "account"}).status_code == 200
    assert changed not in ben.chat(session).text


def test_a_refused_key_silences_its_sessions_until_its_host_mends_it_and_nobody_else_answers(
    ana: Browser, host: Host, server: FakeOpenAI, stage: Interviewer
) -> None:
    key = add(ana, server)
    assert choose(ana, key).status_code == 200
    session = host.new_session()["id"]
    host.join(session)
    server.key = "sk-another"
    refused = host.say(session, "More buses.", message_id="m1")
    assert error_of(refused)[0] == 503
    assert "Retry-After" in refused.headers
    (shown,) = call(ana, "GET", "/models/keys").json_body["data"]
    assert shown["status"] == "refused"
    asked = len(server.bodies)
    for _ in range(3):
        assert host.say(session, "More buses.", message_id="m1").status_code == 503
        assert write_prompt(session)
        assert summarise(session)
    assert len(server.bodies) == asked
    assert stage.requests == []
    assert [it["kind"] for it in host.get("/notifications")["data"]] == [
        "model_key_refused"
    ]  # once, and the host alone
    server.key = CANARY
    assert call(ana, "POST", f"/models/keys/{key['id']}/check", {}).json_body["status"] == "verified"
    assert host.say(session, "More buses.", message_id="m1").json_body["message"]["content"] == "And what else?"
    assert stage.requests == []


def test_the_stages_model_takes_over_only_where_the_host_has_said_so(
    ana: Browser, cem: Browser, host: Host, server: FakeOpenAI, stage: Interviewer
) -> None:
    assert choose(ana, add(ana, server), fallback="stage").json_body["fallback"] == "stage"
    session = host.new_session(prompt="Ask.")
    assert "Where that does not answer" in cem.chat(session).text
    server.key = "sk-another"
    assert host.join(session["id"]).status_code == 200
    assert stage.count("turn") == 1


def test_a_key_costs_no_more_on_a_day_than_its_host_allows(
    ana: Browser, host: Host, server: FakeOpenAI, clock: FakeClock
) -> None:
    key = add(ana, server, daily_limit=1)
    assert choose(ana, key).status_code == 200
    session = host.new_session(prompt="Ask.")["id"]
    host.join(session)
    Ledger().reserve(f"{clock.now().date()}#key#{key['id']}", 999_999, 10**9, clock.now())
    before = len(server.bodies)
    assert host.say(session, "More buses.").status_code == 503
    assert len(server.bodies) == before


def test_what_a_hosts_own_model_costs_is_told_and_counts_on_no_budget_of_the_stage(
    ana: Browser, host: Host, server: FakeOpenAI, clock: FakeClock
) -> None:
    assert choose(ana, add(ana, server)).status_code == 200
    session = host.new_session(prompt="Ask.")["id"]
    host.join(session)
    assert host.say(session, "More buses.").status_code == 200
    told = host.get(f"/sessions/{session}")
    assert told["cost"]["spent"] > 0
    assert told["usage"]["output_tokens"] > 0
    day = str(clock.now().date())
    assert [Ledger().spent(name) for name in (day, f"{day}#{host.user_id}", f"{OF_SESSION}{session}")] == [0, 0, 0]


def test_a_chosen_key_stays_and_every_tier_has_a_model_or_none(ana: Browser, server: FakeOpenAI) -> None:
    key = add(ana, server)
    assert error_of(choose(ana, key, large=None))[0] == 400
    unknown = {"key_id": container.new_id(), "model": "m-small"}
    assert error_of(choose(ana, key, large=unknown))[0] == 400
    server.queue(*[Fault(404)] * 2)
    assert error_of(choose(ana, key))[2].endswith("cannot be used: as scripted")
    assert choose(ana, key).status_code == 200
    assert error_of(call(ana, "DELETE", f"/models/keys/{key['id']}"))[0] == 409
    assert call(ana, "PUT", "/models/tiers", {}).json_body["small"] is None
    assert call(ana, "DELETE", f"/models/keys/{key['id']}").status_code == 204


def test_the_messages_api_is_asked_as_well(ana: Browser, host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    import_module("anthropic")  # which takes longer on a busy machine than a check waits
    with fake_anthropic.running() as claude:
        claude.models = ("claude-haiku-5-5", "claude-opus-5-5")
        claude.rule = lambda body: (
            fake_anthropic.tool("report", {"works": True})
            if [it["name"] for it in body.get("tools", [])] == ["report"]
            else fake_anthropic.text("Tell me more.")
        )
        monkeypatch.setenv("MODEL_HOSTS", claude.url.removeprefix("http://"))
        settings.cache_clear()
        key = add(ana, claude, provider="anthropic", base_url=f"{claude.url}/v1/messages")
        assert (key["status"], key["models"]) == ("verified", ["claude-haiku-5-5", "claude-opus-5-5"])
        assert claude.bodies[-1]["model"] == "claude-haiku-5-5"
        named = {"key_id": key["id"], "model": "claude-haiku-5-5"}
        assert (
            choose(ana, key, small=named, medium=named, large={**named, "model": "claude-opus-5-5"}).status_code == 200
        )
        session = host.new_session(prompt="Ask.")["id"]
        assert host.join(session).json_body["message"]["content"] == "Tell me more."


PRIVATE = (
    "127.0.0.1", "10.0.0.5", "169.254.169.254", "192.168.1.1", "100.64.0.1", "0.0.0.0", "224.0.0.1", "::1", "fe80::1%eth0",
    "fd00::1", "fec0::1", "::ffff:10.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a9fe:a9fe", "2002:7f00:1::", "2001:db8::1", "3fff::1",
    "192.0.0.8",
)  # fmt: skip


def test_no_private_address_is_asked_whatever_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {f"h{at}.example.com": [address] for at, address in enumerate(PRIVATE)}
    known["mixed.example.com"] = ["93.184.216.34", "10.0.0.5"]
    known["open.example.com"] = ["93.184.216.34"]

    def resolve(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        return [(0, 0, 0, "", (address, port)) for address in known[host]]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    servers = ModelServers.named("h0.example.com:8080, h1.example.com")
    assert servers.resolve("https://open.example.com/v1") == "93.184.216.34"
    for host in known.keys() - {"open.example.com", "h1.example.com"}:
        with pytest.raises(AddressRefused):
            servers.resolve(f"https://{host}/v1")
    assert servers.resolve("http://h0.example.com:8080/v1") == "127.0.0.1"
    assert servers.resolve("http://h1.example.com:99/v1") == "10.0.0.5"
    for url in (
        "http://open.example.com",
        "ftp://open.example.com",
        "https://a@open.example.com",
        "https://",
        "https://x?y=1",
        "ftp://h1.example.com",
        "https://open.example.com:0",
        "https://open.example.com/a b",
    ):
        with pytest.raises(AddressRefused):
            servers.check(url)


@pytest.mark.parametrize("provider", ["openai_compatible", "anthropic"])
def test_the_address_that_was_checked_is_the_one_that_is_asked(
    ana: Browser, monkeypatch: pytest.MonkeyPatch, provider: str
) -> None:
    real, asked, connected = socket.getaddrinfo, [], []

    def resolve(host: str, port: int, *given: Any, **named: Any) -> Any:
        if host != "rebind.example.com":
            return real(host, port, *given, **named)
        asked.append(host)
        public = len(asked) % 2  # every second answer leads inside
        return real("93.184.216.34" if public else "127.0.0.1", port, *given, **named)

    def connect(_: socket.socket, address: Any) -> None:
        connected.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket.socket, "connect", connect)
    new = {"provider": provider, "base_url": "https://rebind.example.com", "key": CANARY}
    for _ in range(3):
        call(ana, "POST", "/models/keys", new)
    assert set(connected) <= {"93.184.216.34"}


def test_a_redirect_leads_nowhere(ana: Browser, server: FakeOpenAI, monkeypatch: pytest.MonkeyPatch) -> None:
    import_module("anthropic")  # which takes longer on a busy machine than a check waits
    with fake_openai.running() as inside:
        inside.models = ("secret",)
        handler = fake_anthropic._Handler

        def redirect(self: Any) -> None:
            self.send_response(307)
            self.send_header("location", f"{inside.url}{self.path}")
            self.send_header("content-length", "0")
            self.end_headers()

        monkeypatch.setattr(handler, "do_GET", redirect)
        monkeypatch.setattr(handler, "do_POST", redirect)
        for provider in ("openai_compatible", "anthropic"):
            new = {"provider": provider, "base_url": server.url, "key": CANARY}
            refused = error_of(call(ana, "POST", "/models/keys", new))
            assert refused[::2] == (
                400, "base_url cannot be used: its server sends on to another address, and nobody is sent on with a key"
            )  # fmt: skip
        assert inside.bodies == []
    assert call(ana, "GET", "/models/keys").json_body["data"] == []


PAGE = "/account/models"


def test_a_host_brings_a_key_chooses_models_and_sees_how_they_stand(
    ana: Browser, host: Host, server: FakeOpenAI
) -> None:
    assert PAGE in ana.open("/account").links
    page = ana.open(PAGE)
    assert "You have none yet." in page.text
    new = {"provider": "openai_compatible", "name": "Ours", "base_url": server.url, "key": CANARY, "daily_limit": "5"}
    wrong = send(ana, PAGE, page.form("Check and add"), add="1", **new | {"key": "sk-somebody-elses-key"})
    assert wrong.status_code == 400
    assert "who asks is not known" in ana.read(wrong).text
    assert "sk-somebody-elses-key" not in wrong.body.decode()
    page = submit(ana, PAGE, page.form("Check and add"), add="1", **new)
    assert "The key was added." in page.text
    assert "ends in d1e8" in page.text
    assert "works · checked" in page.text
    assert CANARY not in page.html
    (key,) = call(ana, "GET", "/models/keys").json_body["data"]
    assert (key["name"], key["daily_limit"]) == ("Ours", 5)
    chosen = {f"{size}_key": key["id"] for size in ("small", "medium", "large")}
    form = next(it for it in page.forms if ("choose", "1") in it.buttons)
    missing = send(ana, PAGE, form, choose="1", **chosen, small_model="m-small", medium_model="m-small")
    assert "choose a key and a model for each of the three" in ana.read(missing).text
    models = {"small_model": "m-small", "medium_model": "m-small", "large_model": "m-large"}
    assert "New sessions use these models." in submit(ana, PAGE, form, choose="1", **chosen, **models).text
    session = host.new_session(prompt="Ask.")["id"]
    settings_of = ana.open(f"/sessions/{session}/settings")
    assert settings_of.noted_form().fields["models"] == "account"
    server.key = "sk-another"
    assert host.join(session).status_code == 503
    assert "Nobody answers in this session" in ana.open(f"/sessions/{session}").text
    assert "A server refuses one of your keys" in ana.open("/").text
    assert "refused by the server" in ana.open(PAGE).text
    saved = submit(ana, f"/sessions/{session}/settings", settings_of.noted_form(), models="stage")
    assert "Nobody answers" not in saved.text
    assert host.get(f"/sessions/{session}")["models"] == "stage"


def test_without_a_fresh_sign_in_the_page_says_how_to_go_on(ana: Browser, clock: FakeClock, server: FakeOpenAI) -> None:
    page = ana.open(PAGE)
    clock.advance(FRESH.total_seconds() + 1)
    refused = send(ana, PAGE, page.form("Check and add"), add="1", provider="ollama", base_url=server.url)
    assert refused.status_code == 403
    assert "Please sign in again." in ana.read(refused).text


def test_a_key_that_comes_after_the_sign_in_has_ended_is_in_no_page(ana: Browser, server: FakeOpenAI) -> None:
    form = ana.open(PAGE).form("Check and add")
    ana.cookies.clear()
    sent = send(ana, PAGE, form, add="1", provider="openai_compatible", base_url=server.url, key=CANARY)
    assert (sent.status_code, sent.body) == (303, b"")
    assert server.bodies == []


def test_where_the_operator_has_not_switched_them_on_there_is_no_page(
    ana: Browser, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OWN_MODELS_KEY")
    settings.cache_clear()
    assert PAGE not in ana.open("/account").links
    assert ana.get(PAGE).status_code == 404
    assert call(ana, "GET", "/models/keys").status_code == 404
    session = host.new_session()["id"]
    assert "models" not in ana.open(f"/sessions/{session}/settings").noted_form().fields
    assert host.call("PATCH", f"/sessions/{session}", {"models": "account"}).status_code == 400
