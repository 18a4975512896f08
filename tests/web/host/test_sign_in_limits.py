"""How many mails and guesses there may be, and that nobody is kept out by what others ask for."""

import pytest

from tests.api.hosts import Host
from tests.clock import FakeClock
from tests.web.browser import Browser
from tests.web.host.visitor import (
    ask,
    code_in,
    deliver,
    guess,
    is_in,
    link_in,
    send,
    sign_in,
    use_link,
)

ANA = "ana@example.com"


def test_so_many_mails_an_hour_and_no_more(host: Host, ben: Browser, clock: FakeClock) -> None:
    for _ in range(5):
        ask(ben, ANA)
    refused = send(ben, "/sign-in", ben.open("/sign-in").form("Send me a link"), email="Ana@example.com")
    assert (refused.status_code, "minutes" in refused.body.decode()) == (429, True)
    assert int(refused.headers["Retry-After"]) <= 3600
    clock.advance(3600)
    ask(ben, ANA)


def test_what_a_stranger_guesses_in_a_day_stops_codes_and_neither_links_nor_a_browser_of_before(
    host: Host, ben: Browser, cem: Browser, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    mine = sign_in(Browser(), ANA)
    for _ in range(2):
        guess(cem, ask(cem, ANA), 5)
    page, mail = ask(ben, ANA), deliver()[-1]
    said = send(ben, "/sign-in/code", page.form("Sign in"), code=code_in(mail))
    assert (said.status_code, "The link in the mail still works" in said.body.decode()) == (400, True)
    (told,) = [it for it in caplog.records if getattr(it, "event", None) == "codes_used_up"]
    assert ANA not in str(vars(told))
    assert use_link(ben, link_in(mail)).status_code == 303
    code = ask(mine, ANA).form("Sign in")
    assert send(mine, "/sign-in/code", code, code=code_in(deliver()[-1])).status_code == 303
    clock.advance(24 * 3600)
    page = ask(cem, ANA)
    assert send(cem, "/sign-in/code", page.form("Sign in"), code=code_in(deliver()[-1])).status_code == 303


def test_mails_that_strangers_ask_for_keep_no_browser_of_before_out(host: Host, ben: Browser, cem: Browser) -> None:
    sign_in(ben, ANA)
    for _ in range(4):
        ask(cem, ANA)
    refused = send(cem, "/sign-in", cem.open("/sign-in").form("Send me a link"), email=ANA)
    assert refused.status_code == 429
    ask(ben, ANA)
    assert use_link(ben, link_in(deliver()[-1])).status_code == 303
    other = send(ben, "/sign-in", ben.open("/sign-in").form("Send me a link"), email="bo@example.com")
    assert other.status_code == 303  # as a stranger


def test_a_browser_of_before_has_an_allowance_of_its_own_and_no_more(host: Host, ben: Browser) -> None:
    sign_in(ben, ANA)
    for _ in range(5):
        ask(ben, ANA)
    assert send(ben, "/sign-in", ben.open("/sign-in").form("Send me a link"), email=ANA).status_code == 429
    assert not is_in(Browser(cookies={"harmonica-known": ben.cookies["harmonica-known"]}))


def test_what_a_network_asks_for_in_vain_is_not_counted_for_the_address(
    host: Host, ben: Browser, cem: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.services.accounts.sign_in.MAILS_A_NETWORK", 0)
    form = ben.open("/sign-in").form("Send me a link")
    for _ in range(6):
        assert send(ben, "/sign-in", form, email=ANA).status_code == 429
    monkeypatch.setattr("chalicelib.services.accounts.sign_in.MAILS_A_NETWORK", 20)
    ask(cem, ANA)


def test_a_busy_browser_signs_in_again_all_the_same(host: Host, ben: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in(ben, ANA)
    ask(ben, ANA)
    form = ben.open(link_in(deliver()[-1])).form("Sign in")
    monkeypatch.setattr("chalicelib.services.accounts.logins.DEFAULT_RATE", 0)
    assert send(ben, "/sign-in/confirm", form).status_code == 303
