"""Signing in with an OpenID provider: who is let in, and what proves nothing."""

import json
import re
import socket
from collections.abc import Iterator
from functools import partial
from typing import Any

import boto3
import pytest
from chalice.test import HTTPResponse
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from chalicelib import container, identity_provider
from chalicelib.identity_provider import BELIEVED, KEYS_REST, LEAST, Attempt, ProviderFailed
from chalicelib.services.accounts.keys import create_user
from chalicelib.services.accounts.provider_sign_in import VALID
from chalicelib.settings import settings
from tests.api.hosts import Host
from tests.clock import FakeClock
from tests.fake_oidc import CLIENT, SECRET, Provider, new_key
from tests.web.browser import Browser, Page
from tests.web.host.visitor import everything, is_in, send, sign_in

NAME = "Our company"


@pytest.fixture
def provider(host: Host, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """The provider that this deployment names."""
    running = Provider(now=clock.now().timestamp()).start()
    secret: Any = boto3.client("secretsmanager")
    arn = secret.create_secret(Name="oidc", SecretString=json.dumps({"client_secret": SECRET}))["ARN"]
    named = {"OIDC_ISSUER": running.issuer, "OIDC_CLIENT_ID": CLIENT, "OIDC_SECRET_ARN": arn, "OIDC_NAME": NAME}
    for name, value in named.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    yield running
    running.stop()


def begin(browser: Browser, page: str = "/sign-in") -> str:
    """Press the button; the address at the provider."""
    (link,) = [it for it in browser.open(page).links if "/sign-in/oidc/start" in it]
    sent = browser.get(link)
    assert sent.status_code == 303, sent.body
    return str(sent.headers["Location"])


def go_through(browser: Browser, provider: Provider, page: str = "/sign-in") -> HTTPResponse:
    """Sign in there and come back."""
    return browser.get(provider.answer(begin(browser, page)))


def reasons(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Why signing in failed, as the log has it."""
    failed = [vars(it) for it in caplog.records if getattr(it, "event", None) == "provider_sign_in_failed"]
    return [str(it["reason"]) for it in failed]


def refused(browser: Browser, provider: Provider) -> Page:
    """The page that somebody is shown who was not let in."""
    page = browser.read(go_through(browser, provider))
    assert not is_in(browser)
    return page


def test_the_button_leads_there_and_back_to_where_one_was(host: Host, ben: Browser, provider: Provider) -> None:
    away = ben.get("/keys").headers["Location"]
    assert f"Continue with {NAME}" in ben.open(away).text
    answer = go_through(ben, provider, away)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/keys")
    assert "ana@example.com" in ben.open("/account").text
    assert container.logins().of_user(host.user_id)
    assert provider.asked == ["/.well-known/openid-configuration", "/token", "/jwks"]
    go_through(Browser(), provider)
    assert provider.asked[3:] == ["/token"]


def test_without_a_sender_of_mails_it_is_the_way_in(
    host: Host, ben: Browser, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MAIL_FROM")
    monkeypatch.delenv("OIDC_NAME")
    settings.cache_clear()
    page = ben.open("/sign-in")
    assert "Continue with 127.0.0.1" in page.text
    assert "sends no mail" not in page.text
    assert go_through(ben, provider).status_code == 303


def test_a_client_without_a_secret_proves_itself_by_its_key_alone(
    host: Host, ben: Browser, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OIDC_SECRET_ARN")
    settings.cache_clear()
    provider.is_public = True
    assert go_through(ben, provider).status_code == 303


def test_where_there_is_no_provider_there_is_no_such_page(host: Host, ben: Browser) -> None:
    assert "/sign-in/oidc" not in ben.open("/sign-in").html
    assert [ben.get(it).status_code for it in ("/sign-in/oidc", "/sign-in/oidc/start")] == [404, 404]


def test_another_address_later_is_the_same_account(host: Host, ben: Browser, cem: Browser, provider: Provider) -> None:
    go_through(ben, provider)
    provider.claims = {"email": "ana.married@example.com", "email_verified": False}
    assert go_through(cem, provider).status_code == 303
    assert "ana@example.com" in cem.open("/account").text


def test_an_address_that_is_not_verified_joins_no_account(host: Host, ben: Browser, provider: Provider) -> None:
    for verified in (False, None, 0, "false"):
        provider.claims = {"email_verified": verified}
        assert "has not confirmed your e-mail address" in refused(ben, provider).text


def test_an_address_that_only_folds_into_another_joins_no_account(host: Host, ben: Browser, provider: Provider) -> None:
    now, accounts = container.clock().now(), container.accounts()
    create_user("kim@strasse.de", None, accounts=accounts, now=now, new_id=container.new_id())
    provider.claims = {"email": "kim@straße.de"}
    assert "you cannot sign in here" in refused(ben, provider).text


def test_an_address_that_is_told_apart_from_the_token_counts_too(host: Host, ben: Browser, provider: Provider) -> None:
    provider.claims = {"email": None, "email_verified": None}
    provider.userinfo = {"email": "ANA@example.com", "email_verified": "true"}
    assert go_through(ben, provider).status_code == 303
    provider.userinfo["sub"] = "another"
    refused(Browser(), provider)


def test_an_address_of_the_token_may_be_vouched_for_apart_from_it_and_no_other(
    host: Host, ben: Browser, provider: Provider
) -> None:
    provider.claims = {"email_verified": None}
    provider.userinfo = {"email": "somebody@else.example", "email_verified": True}
    assert "has not confirmed your e-mail address" in refused(ben, provider).text
    provider.userinfo["email"] = "ana@example.com"
    assert go_through(ben, provider).status_code == 303


@pytest.mark.parametrize(("rule", "is_let_in"), [("invited", False), ("open", True), ("domains:b.org", True)])
def test_who_may_open_an_account_is_as_for_mail(
    host: Host, ben: Browser, provider: Provider, monkeypatch: pytest.MonkeyPatch, rule: str, is_let_in: bool
) -> None:
    monkeypatch.setenv("SIGN_UP", rule)
    settings.cache_clear()
    provider.claims = {"sub": "new", "email": "new@b.org"}
    if is_let_in:
        assert go_through(ben, provider).status_code == 303
        assert "new@b.org" in ben.open("/account").text
    else:
        assert "you cannot sign in here" in refused(ben, provider).text
        assert "new@b.org" not in everything()


def test_a_disabled_user_is_refused_also_by_what_the_provider_knows(
    host: Host, ben: Browser, provider: Provider
) -> None:
    go_through(ben, provider)
    container.accounts().disable_user(host.user_id, container.clock().now())
    assert "you cannot sign in here" in refused(Browser(), provider).text
    assert not is_in(ben)


def test_a_token_that_was_not_made_for_this_sign_in_proves_nothing(
    host: Host, ben: Browser, provider: Provider
) -> None:
    wrong: list[dict[str, Any]] = [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another-client"},
        {"aud": [CLIENT, "another"]},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"azp": "another"},
        {"iss": "https://evil.example"},
        {"exp": 1},
        {"exp": None},
        {"iat": 2**33},
        {"sub": None},
    ]
    for claims in wrong:
        provider.claims = claims
        assert refused(ben, provider).status == 400, claims


def test_a_token_may_be_signed_with_rsa_as_most_providers_do(host: Host, ben: Browser, provider: Provider) -> None:
    provider.keys.append(RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig"}))
    assert go_through(ben, provider).status_code == 303


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_a_token_that_anybody_can_make_proves_nothing(host: Host, ben: Browser, provider: Provider) -> None:
    shared = OctKey.import_key("x" * 32)
    for header, key in (
        ({"alg": "none", "kid": "one"}, shared),
        ({"alg": "HS256", "kid": "one"}, shared),
        ({"alg": "ES256", "kid": "one"}, new_key("one")),
        ({"alg": "ES256", "jwk": (own := new_key("one")).as_dict(private=False)}, own),
    ):
        provider.forge = partial(jwt.encode, header, key=key, algorithms=["none", "HS256", "ES256"])
        assert refused(ben, provider).status == 400
    provider.forge = lambda _: "x.y"
    assert refused(ben, provider).status == 400


def test_a_token_for_several_that_was_given_to_us_counts(host: Host, ben: Browser, provider: Provider) -> None:
    provider.claims = {"aud": ["another", CLIENT], "azp": CLIENT}
    assert go_through(ben, provider).status_code == 303


def test_a_new_key_is_found_and_a_key_that_was_never_published_is_not(
    host: Host, ben: Browser, provider: Provider, clock: FakeClock
) -> None:
    go_through(ben, provider)
    provider.keys.append(new_key("two"))
    clock.advance(KEYS_REST.total_seconds())
    assert go_through(ben, provider).status_code == 303
    provider.keys = [new_key("two")]  # of the same name
    refused(Browser(), provider)
    assert provider.asked.count("/jwks") == 2  # such tokens do not have keys fetched again and again
    clock.advance(KEYS_REST.total_seconds())
    assert go_through(ben, provider).status_code == 303


def test_a_key_that_the_provider_has_taken_back_counts_for_an_hour_at_most(
    host: Host, ben: Browser, provider: Provider, clock: FakeClock
) -> None:
    go_through(ben, provider)
    published = {"keys": [new_key("two").as_dict(private=False)]}
    provider.broken = {"/jwks": (200, json.dumps(published).encode())}
    assert go_through(Browser(), provider).status_code == 303
    clock.advance(BELIEVED.total_seconds())
    refused(Browser(), provider)


def test_the_answer_counts_in_the_browser_that_began_and_there_once(
    host: Host, ben: Browser, cem: Browser, provider: Provider
) -> None:
    answer = provider.answer(begin(ben))
    begin(cem)
    assert cem.get(answer).status_code == 400
    assert Browser().get(answer).status_code == 400
    assert not is_in(cem)
    thief = Browser(cookies=dict(ben.cookies))
    assert ben.get(answer).status_code == 303
    assert ben.get(answer).status_code == 400
    again = thief.get(answer)
    assert (again.status_code, is_in(thief)) == (400, False)
    assert provider.asked.count("/token") == 1


def test_a_browser_signs_in_in_several_tabs_at_a_time_and_in_the_last_four(
    host: Host, ben: Browser, provider: Provider
) -> None:
    page = f"/sign-in?next=/{'x' * 490}"
    first, *tabs = [provider.answer(begin(ben, page)) for _ in range(5)]
    assert len(ben.cookies["harmonica-begun"]) < 4000
    assert ben.get(first).status_code == 400
    for tab in tabs:
        assert (ben.get(tab).status_code, ben.get(tab).status_code) == (303, 400)
    assert "harmonica-begun" not in ben.cookies


def test_a_browser_keeps_nothing_of_a_sign_in_that_is_over(
    host: Host, ben: Browser, cem: Browser, provider: Provider, clock: FakeClock
) -> None:
    go_through(ben, provider)
    assert sorted(ben.cookies) == ["harmonica", "harmonica-known"]
    answer = provider.answer(begin(cem))
    clock.advance(VALID.total_seconds())
    assert cem.get(answer).status_code == 400


def test_a_code_of_another_sign_in_is_worth_nothing(host: Host, ben: Browser, cem: Browser, provider: Provider) -> None:
    stolen = provider.answer(begin(cem)).partition("code=")[2].partition("&")[0]
    asked = provider.read(begin(ben))
    assert ben.get(provider.back(asked, code=stolen, iss=provider.issuer)).status_code == 400
    assert not is_in(ben)


@pytest.mark.parametrize("iss", ["https://evil.example", None])
def test_an_answer_in_the_name_of_another_issuer_is_refused(
    host: Host, ben: Browser, provider: Provider, iss: str | None
) -> None:
    answer = provider.answer(begin(ben)).partition("&iss=")[0] + (f"&iss={iss}" if iss else "")
    assert ben.get(answer).status_code == 400
    assert "/token" not in provider.asked


def test_no_other_website_begins_a_sign_in(host: Host, ben: Browser, provider: Provider) -> None:
    ben.headers = {"Sec-Fetch-Site": "cross-site"}
    assert ben.get("/sign-in/oidc/start").headers["Location"] == "/sign-in"
    assert ben.cookies == {}


def test_who_says_no_there_is_told_kindly_and_can_begin_again(host: Host, ben: Browser, provider: Provider) -> None:
    page = ben.read(ben.get(provider.refuse(begin(ben, "/sign-in?next=/keys"), "access_denied")))
    assert (page.status, f"Signing in at {NAME} was stopped" in page.text) == (403, True)
    assert any("next=%2Fkeys" in it for it in page.links if "start" in it)


def test_a_provider_that_fails_is_told_kindly_and_noted_without_what_it_said(
    host: Host, ben: Browser, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    about = "/.well-known/openid-configuration"
    fails = (
        (about, (500, b"")),
        (about, (200, b"[]")),
        (about, (302, b"")),
        (about, (200, b'{"issuer": "http://127.0.0.1:1"}')),
        ("/token", (401, b'{"error": "invalid_client"}')),
        ("/token", (200, b"\xff")),
        ("/jwks", (200, b'{"keys": []}')),
    )
    for path, answer in fails:
        container.identity_provider.cache_clear()
        provider.broken = {path: answer}
        page = ben.open("/sign-in/oidc/start") if path == about else ben.read(go_through(ben, provider))
        assert (page.status, "try again in a moment" in page.text) == (503, True), path
    assert len(reasons(caplog)) == len(fails)
    logged = str([vars(it) for it in caplog.records])
    assert not any(it in logged for it in (SECRET, "ana@example.com", "code=", "state="))


def test_a_provider_that_names_an_address_without_https_is_not_used(
    host: Host, ben: Browser, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"):
        provider.document = {name: "http://login.example.org/here"}
        assert ben.get("/sign-in/oidc/start").status_code == 503, name
    assert reasons(caplog) == ["discovery: an address without https"] * 4


def test_a_provider_that_never_answers_costs_the_time_that_is_set_for_it(
    host: Host, ben: Browser, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OIDC_CLIENT_ID", CLIENT)
    monkeypatch.setattr(identity_provider, "MOST_SECONDS", LEAST)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # connections wait there, and nobody takes them
        monkeypatch.setenv("OIDC_ISSUER", f"http://127.0.0.1:{silent.getsockname()[1]}")
        settings.cache_clear()
        assert ben.get("/sign-in/oidc/start").status_code == 503
    (reason,) = reasons(caplog)
    assert re.fullmatch("openid-configuration: (Read)?TimeoutError", reason)


def test_with_too_little_time_left_the_provider_is_not_asked(host: Host, provider: Provider, clock: FakeClock) -> None:
    attempt = Attempt("state", "nonce", "verifier", provider.redirect_uri)
    known = container.identity_provider()
    assert known
    with pytest.raises(ProviderFailed) as failed:
        known.identify("code", None, attempt, deadline=clock.deadline(LEAST / 2))
    assert (failed.value.reason, provider.asked) == ("no time is left", [])


def test_what_the_provider_says_of_itself_is_asked_for_again_now_and_then(
    host: Host, ben: Browser, provider: Provider, clock: FakeClock
) -> None:
    begin(ben)
    clock.advance(BELIEVED.total_seconds())
    begin(ben)
    assert provider.asked == ["/.well-known/openid-configuration"] * 2


def test_signing_in_anew_asks_for_a_new_proof(host: Host, ben: Browser, provider: Provider, clock: FakeClock) -> None:
    go_through(ben, provider)
    assert provider.read(begin(Browser()))["max_age"] == str(90 * 24 * 3600)
    asked = begin(ben, "/sign-in?next=/keys")
    assert provider.read(asked)["max_age"] == "600"
    provider.claims = {"auth_time": int(clock.now().timestamp()) - 3600}
    assert "did not ask you again" in ben.read(ben.get(provider.answer(asked))).text
    (login,) = container.logins().of_user(host.user_id)
    container.logins().end(host.user_id, login.id)
    assert go_through(ben, provider).status_code == 303  # the cookie of an ended sign-in asks for no proof
    provider.claims = {"auth_time": int(clock.now().timestamp())}
    assert go_through(ben, provider).status_code == 303


def test_a_proof_of_long_ago_signs_in_and_makes_no_key(
    host: Host, ben: Browser, provider: Provider, clock: FakeClock
) -> None:
    provider.claims = {"auth_time": int(clock.now().timestamp()) - 3600}
    go_through(ben, provider)
    form = ben.open("/keys").form("Make the key")
    assert send(ben, "/keys", form).status_code == 403
    provider.claims = {"auth_time": int(clock.now().timestamp())}
    go_through(ben, provider)
    assert send(ben, "/keys", ben.open("/keys").form("Make the key")).status_code == 200


@pytest.mark.parametrize("auth_time", [None, "now", 2**33])
def test_where_the_provider_tells_no_time_a_mail_proves_who_makes_a_key(
    host: Host, ben: Browser, provider: Provider, auth_time: Any
) -> None:
    provider.claims = {"auth_time": auth_time}
    go_through(ben, provider)
    page = ben.open("/keys")
    assert not page.has_form("Make the key")
    answer = ben.read(send(ben, "/keys", page.form("Sign out"), once=container.new_id()))
    assert answer.status == 403
    for shown in (page, answer):
        assert f"{NAME} does not tell when you signed in there. Sign in by mail for this" in shown.text
        assert "/sign-in?next=/keys" in shown.links
    assert "sign-in-link" not in page.text
    sign_in(ben, "ana@example.com")
    page = ben.open("/keys")
    assert NAME not in page.text
    assert send(ben, "/keys", page.form("Make the key")).status_code == 200


def test_where_there_is_no_mail_either_the_page_says_what_the_operator_can_do(
    host: Host, ben: Browser, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MAIL_FROM")
    settings.cache_clear()
    go_through(ben, provider)
    page = ben.open("/keys")
    assert "Whoever runs it can make you a link to sign in: python -m infra.admin sign-in-link" in page.text
    assert "/sign-in?next=/keys" not in page.links


def test_a_new_secret_signs_in_and_ends_the_one_that_the_browser_had(
    host: Host, ben: Browser, provider: Provider
) -> None:
    kept = dict(sign_in(ben, "ana@example.com").cookies)
    go_through(ben, provider)
    assert not is_in(Browser(cookies=kept))
    assert is_in(ben)


def test_nothing_that_signs_in_is_stored(host: Host, ben: Browser, provider: Provider) -> None:
    answer = provider.answer(begin(ben))
    begun = ben.cookies["harmonica-begun"]
    ben.get(answer)
    stored = everything()
    assert not any(it in stored for it in (begun, begun[:43], answer, ben.cookies["harmonica"], "248289"))
