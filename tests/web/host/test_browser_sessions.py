"""Browser sessions: what their cookies are worth, how they are listed, and how they end."""

import pytest

from chalicelib import container
from chalicelib.services.accounts.logins import LONGEST, UNUSED
from tests.api.hosts import Host
from tests.clock import FakeClock
from tests.web.browser import Browser
from tests.web.host.visitor import (
    is_in,
    note_calls,
    send,
    sign_in,
)

ANA = "ana@example.com"


def test_signing_in_makes_a_new_secret_and_ends_the_one_that_the_browser_had(host: Host, ben: Browser) -> None:
    first = dict(sign_in(ben, ANA).cookies)
    assert sign_in(ben, ANA).cookies != first
    cem = Browser(cookies=first)
    assert not is_in(cem)


def test_a_planted_cookie_stays_worthless(host: Host, ben: Browser) -> None:
    ben.cookies["harmonica"] = "planted"
    sign_in(ben, ANA)
    assert ben.cookies["harmonica"] != "planted"
    assert not is_in(Browser(cookies={"harmonica": "planted"}))


def test_a_browser_session_ends_unused_and_in_any_case(host: Host, ben: Browser, clock: FakeClock) -> None:
    sign_in(ben, ANA)
    for _ in range(3):
        clock.advance(UNUSED.total_seconds() - 60)
        assert is_in(ben)
    clock.advance(LONGEST.total_seconds() - 3 * (UNUSED.total_seconds() - 60))
    assert not is_in(ben)
    sign_in(ben, ANA)
    clock.advance(UNUSED.total_seconds())
    assert not is_in(ben)


def test_other_browsers_are_listed_and_signed_out(host: Host, ben: Browser, cem: Browser) -> None:
    ben.headers["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"
    cem.headers["User-Agent"] = "<b>A phone</b>"
    sign_in(ben, ANA)
    sign_in(cem, ANA)
    page = ben.open("/account")
    assert "Firefox on Linux this browser" in page.text
    assert "A browser that says no name" in page.text
    assert "this browser" in page.text
    form = page.form("Sign out everywhere else")
    assert send(ben, "/account", form, end="others").status_code == 303
    assert is_in(ben)
    assert not is_in(cem)


def test_nobody_signs_somebody_else_out(host: Host, ben: Browser, cem: Browser) -> None:
    sign_in(ben, ANA)
    host.invite(host.new_session()["id"], "viewer", "bo@example.com")
    sign_in(cem, "bo@example.com")
    sign_in(Browser(), ANA)
    (mine, *_) = container.logins().of_user(host.user_id)
    sent = send(cem, "/account", cem.open("/account").forms[0], end=mine.id)
    assert sent.status_code == 404
    assert len(container.logins().of_user(host.user_id)) == 2


def test_signing_out_ends_the_session_and_not_only_the_cookie(host: Host, ben: Browser) -> None:
    kept = dict(sign_in(ben, ANA).cookies)
    assert send(ben, "/sign-out", ben.open("/account").form("Sign out")).status_code == 303
    assert not is_in(ben)
    assert not is_in(Browser(cookies=kept))


def test_a_browser_session_of_any_length_that_is_none_is_ended_for_nobody(host: Host, ben: Browser) -> None:
    form = sign_in(ben, ANA).open("/account").forms[0]
    assert send(ben, "/account", form, end="f" * 3_000).status_code == 404


@pytest.mark.parametrize("planted", ["x", "x" * 43])
def test_so_many_planted_cookies_cost_no_more_than_a_few_looks(
    host: Host, ben: Browser, monkeypatch: pytest.MonkeyPatch, planted: str
) -> None:
    ben.headers["Cookie"] = "; ".join(["harmonica=" + planted] * 200)
    used = note_calls(monkeypatch)
    ben.get("/")
    ben.get("/api/v1/me")
    assert len(used) < 10


def test_of_very_many_browsers_the_one_that_was_used_last_is_not_signed_out(
    host: Host, ben: Browser, cem: Browser, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.services.accounts.logins.MOST", 2)
    third = Browser()
    for browser in (ben, cem):
        sign_in(browser, ANA)
        clock.advance(60)
    assert is_in(ben)
    clock.advance(60)
    sign_in(third, ANA)
    assert [is_in(it) for it in (ben, cem, third)] == [True, False, True]
