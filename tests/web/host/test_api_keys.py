"""API keys: made in a browser, shown once, and what each may do."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from chalicelib.services.accounts.logins import FRESH
from tests.api.hosts import Host, error_of
from tests.clock import FakeClock
from tests.web.browser import Browser
from tests.web.host.visitor import send, sign_in

ANA = "ana@example.com"


def make(browser: Browser, **fields: str) -> str:
    """Make a key on the page; gives the key."""
    answer = send(browser, "/keys", browser.open("/keys").form("Make the key"), **fields)
    assert answer.status_code == 200, answer.body
    return str(answer.body.decode()).partition('value="hm_live_')[2].partition('"')[0]


def by(host: Host, key: str) -> Host:
    """The same host with another key."""
    return Host(host.client, host.user_id, f"hm_live_{key}")


def call(browser: Browser, method: str, path: str, body: bytes = b"", **headers: str) -> Any:
    """A request of a script on our own page."""
    return browser.request(method, f"/api/v1{path}", body, {"Content-Type": "application/json", **headers})


def test_a_key_is_shown_once_and_works(ana: Browser, host: Host) -> None:
    key = make(ana, name="laptop")
    assert by(host, key).get("/me")["api_key"]["name"] == "laptop"
    page = ana.open("/keys")
    assert "laptop" in page.text
    assert key not in page.html
    assert f"hm_live_{key[:4]}" in page.text


def test_a_revoked_key_ends_at_once(ana: Browser, host: Host) -> None:
    key = by(host, make(ana, name="old"))
    (row,) = [row for row in call(ana, "GET", "/api-keys").json_body["data"] if row["name"] == "old"]
    form = ana.open("/keys").form("Revoke this key")
    for _ in range(2):
        assert send(ana, "/keys", form, revoke=row["id"]).status_code == 303
    assert key.call("GET", "/me").status_code == 401
    assert call(ana, "DELETE", f"/api-keys/{row['id']}").status_code == 404


def test_a_key_that_reads_changes_nothing(ana: Browser, host: Host) -> None:
    reader, session = by(host, make(ana, access="read")), host.new_session()
    assert reader.get(f"/sessions/{session['id']}")["topic"] == session["topic"]
    for method, path, body in (
        ("POST", "/sessions", {"topic": "T", "goal": "G"}),
        ("PATCH", f"/sessions/{session['id']}", {"topic": "T"}),
        ("DELETE", f"/sessions/{session['id']}", None),
        ("POST", f"/sessions/{session['id']}/summary", {}),
        ("POST", f"/sessions/{session['id']}/scratchpad", {}),
        ("POST", f"/sessions/{session['id']}/regenerate-facilitation-prompt", {}),
        ("POST", f"/sessions/{session['id']}/chat/questions", {}),
        ("POST", f"/sessions/{session['id']}/chat", {"content": "Hello"}),
        ("POST", f"/sessions/{session['id']}/responses", {"content": "Hello"}),
        ("POST", "/integrations/telegram/groups", {"group_id": "1"}),
        ("POST", "/integrations/telegram/link", {}),
    ):
        assert error_of(reader.call(method, path, body)) == (403, "forbidden", "This API key may only read")


def test_a_key_ends_when_it_was_meant_to(ana: Browser, host: Host, clock: FakeClock) -> None:
    key = by(host, make(ana, days="30"))
    clock.advance(30 * 24 * 3600 - 60)
    assert key.call("GET", "/me").status_code == 200
    clock.advance(60)
    assert key.call("GET", "/me").status_code == 401


def test_making_a_key_takes_a_sign_in_of_just_now(ana: Browser, host: Host, clock: FakeClock) -> None:
    clock.advance(FRESH.total_seconds() + 1)
    refused = send(ana, "/keys", ana.open("/keys").form("Make the key"), name="kept words")
    assert refused.status_code == 403
    assert 'value="kept words"' in refused.body.decode()
    assert "sign in again" in refused.body.decode().lower()
    assert 'href="/sign-in?next=/keys"' in refused.body.decode()
    assert call(ana, "POST", "/api-keys", b"{}").status_code == 403


def test_a_name_that_is_too_long_is_refused_in_words_and_kept(ana: Browser) -> None:
    refused = send(ana, "/keys", ana.open("/keys").form("Make the key"), name="n" * 256)
    assert (refused.status_code, "n" * 256 in refused.body.decode()) == (400, True)
    assert 'aria-describedby="name-error"' in refused.body.decode()


def test_rest_makes_lists_and_revokes_keys_for_a_signed_in_browser_only(
    ana: Browser, host: Host, clock: FakeClock
) -> None:
    clock.advance(1)
    made = call(ana, "POST", "/api-keys", b'{"name": "script", "access": "read", "expires_at": "2026-04-01T00:00:00Z"}')
    assert made.status_code == 201, made.body
    assert (made.json_body["access"], made.json_body["expires_at"]) == ("read", "2026-04-01T00:00:00.000000Z")
    assert by(host, made.json_body["key"].removeprefix("hm_live_")).call("GET", "/me").status_code == 200
    listed = call(ana, "GET", "/api-keys").json_body["data"]
    assert [row["name"] for row in listed] == ["script", "tests"]
    assert "key" not in listed[0]
    for method, path in (("GET", "/api-keys"), ("POST", "/api-keys"), ("DELETE", f"/api-keys/{listed[0]['id']}")):
        assert host.call(method, path, {} if method == "POST" else None).status_code == 401
    assert call(ana, "DELETE", f"/api-keys/{listed[0]['id']}").status_code == 204
    assert call(ana, "POST", "/api-keys", b'{"expires_at": "2026-01-01T00:00:00Z"}').status_code == 400


def test_a_made_key_is_told_to_no_repeated_request(ana: Browser) -> None:
    first, again = (call(ana, "POST", "/api-keys", b"{}", **{"Idempotency-Key": "k"}) for _ in range(2))
    assert first.json_body["key"]
    assert again.json_body == first.json_body | {"key": None}
    assert len(call(ana, "GET", "/api-keys").json_body["data"]) == 2


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", None])
def test_the_cookie_counts_for_rest_only_from_our_own_pages(ana: Browser, site: str | None) -> None:
    assert call(ana, "GET", "/sessions").status_code == 200
    ana.headers = {"Sec-Fetch-Site": site} if site else {}
    assert call(ana, "GET", "/sessions").status_code == 401


def test_the_cookie_does_what_its_user_may(ana: Browser, host: Host) -> None:
    session = host.new_session()
    seen = call(ana, "GET", f"/sessions/{session['id']}").json_body
    assert seen["results_url"].endswith(f"/results?s={session['id']}")
    assert ana.get(f"/results?s={session['id']}").headers["Location"] == f"sessions/{session['id']}/summary"
    assert Browser().open(f"/results?s={session['id']}").status == 403
    assert call(ana, "GET", "/me").json_body["api_key"] is None
    changed = call(ana, "PATCH", f"/sessions/{session['id']}", b'{"topic": "Supper"}')
    assert changed.json_body["topic"] == "Supper"


def test_another_tenants_key_is_not_found(ana: Browser, host: Host, cem: Browser) -> None:
    host.invite(host.new_session()["id"], "viewer", "bo@example.com")
    sign_in(cem, "bo@example.com")
    (row, *_) = call(ana, "GET", "/api-keys").json_body["data"]
    assert call(cem, "DELETE", f"/api-keys/{row['id']}").status_code == 404
    assert host.call("GET", "/me").status_code == 200


def test_a_form_of_another_sign_in_is_refused(ana: Browser, host: Host, cem: Browser) -> None:
    host.invite(host.new_session()["id"], "viewer", "bo@example.com")
    theirs = sign_in(cem, "bo@example.com").open("/keys").form("Make the key")
    assert send(ana, "/keys", theirs).status_code == 409


def test_what_was_made_in_a_browser_is_told_again_to_no_key(ana: Browser, host: Host) -> None:
    call(ana, "POST", "/api-keys", b"{}", **{"Idempotency-Key": "k"})
    told = host.call("POST", "/api-keys", {}, **{"Idempotency-Key": "k"})
    assert told.status_code == 401


def test_a_key_is_revoked_also_while_no_list_has_it_yet(
    ana: Browser, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = call(ana, "POST", "/api-keys", b"{}").json_body
    monkeypatch.setattr("chalicelib.store.accounts.items_of_user", lambda *_: [])
    assert call(ana, "DELETE", f"/api-keys/{made['id']}").status_code == 204
    assert by(host, made["key"].removeprefix("hm_live_")).call("GET", "/me").status_code == 401


def test_a_results_link_ends_with_the_key_that_it_was_fetched_with(ana: Browser, host: Host, clock: FakeClock) -> None:
    session = host.new_session()
    body = f'{{"expires_at": "{(clock.now() + timedelta(hours=1)).isoformat()}"}}'.encode()
    key = by(host, call(ana, "POST", "/api-keys", body).json_body["key"].removeprefix("hm_live_"))
    link = urlsplit(key.get(f"/sessions/{session['id']}")["results_url"])
    visitor = Browser()
    assert visitor.follow(visitor.get(f"{link.path}?{link.query}")).status == 200
    clock.advance(3600)
    assert visitor.open(f"/results?s={session['id']}").status == 403


def test_a_link_that_is_over_hides_no_results_from_who_is_signed_in(ana: Browser, host: Host) -> None:
    session, key = host.new_session(), by(host, make(ana, name="old"))
    link = urlsplit(key.get(f"/sessions/{session['id']}")["results_url"])
    ana.follow(ana.get(f"{link.path}?{link.query}"))
    (row,) = [row for row in call(ana, "GET", "/api-keys").json_body["data"] if row["name"] == "old"]
    call(ana, "DELETE", f"/api-keys/{row['id']}")
    assert ana.get(f"/results?s={session['id']}").headers["Location"] == f"sessions/{session['id']}/summary"


def test_a_page_that_is_loaded_again_makes_no_other_key(ana: Browser) -> None:
    form = ana.open("/keys").form("Make the key")
    first, again = (send(ana, "/keys", form, name="laptop") for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 409)
    assert "was made already" in again.body.decode()
    assert ana.open("/keys").text.count("laptop") == 1
    make(ana, name="another")


def test_a_key_that_was_refused_may_be_made_after_a_new_sign_in(ana: Browser, clock: FakeClock) -> None:
    form = ana.open("/keys").form("Make the key")
    clock.advance(FRESH.total_seconds() + 1)
    assert send(ana, "/keys", form).status_code == 403
    sign_in(ana, ANA)
    fresh = ana.open("/keys").form("Make the key").fields["token"]
    assert send(ana, "/keys", form, token=fresh).status_code == 200
