"""Who has an account, and who may open one: nobody else learns of it."""

import re

import pytest

from chalicelib import container
from chalicelib.errors import NotFound
from chalicelib.services.accounts.keys import create_user
from chalicelib.settings import settings
from chalicelib.store.accounts import Accounts
from tests.api.hosts import Host
from tests.web.browser import Browser
from tests.web.host.visitor import (
    ask,
    deliver,
    guess,
    is_in,
    link_in,
    note_calls,
    recipients,
    send,
    sign_in,
    use_link,
)

ANA = "ana@example.com"


def test_nobody_learns_who_has_an_account(host: Host, ben: Browser, cem: Browser) -> None:
    known, unknown = ask(ben, ANA), ask(cem, "nobody@example.com")
    assert known.text == unknown.text
    assert known.status == unknown.status
    assert len(deliver()) == 1


@pytest.mark.parametrize(
    ("rule", "address", "is_let_in"),
    [
        ("invited", "new@a.org", False),
        ("open", "new@b.org", True),
        ("domains:a.org,c.org", "new@A.org", True),
        ("domains:a.org", "new@evil-a.org", False),
        ("domains:a.org", "new@sub.a.org", False),
    ],
)
def test_the_operator_says_who_may_open_an_account(
    host: Host, ben: Browser, monkeypatch: pytest.MonkeyPatch, rule: str, address: str, is_let_in: bool
) -> None:
    monkeypatch.setenv("SIGN_UP", rule)
    settings.cache_clear()
    ask(ben, address)
    mails = deliver()
    assert bool(mails) is is_let_in
    if mails:
        use_link(ben, link_in(mails[0]))
        assert address in ben.open("/account").text


def test_an_address_is_one_account_whatever_its_case(host: Host, ben: Browser) -> None:
    sign_in(ben, "ANA@Example.com")
    assert container.accounts().user_id_of(ANA) == host.user_id
    assert ANA in ben.open("/account").text


def test_a_disabled_user_gets_no_mail_and_is_signed_out(host: Host, ben: Browser, cem: Browser) -> None:
    sign_in(ben, ANA)
    ask(cem, ANA)
    before = deliver()
    container.accounts().disable_user(host.user_id, container.clock().now())
    assert not is_in(ben)
    assert use_link(cem, link_in(before[-1])).status_code == 400
    ask(cem, ANA)
    assert deliver() == before


def test_as_much_is_done_for_an_address_without_an_account(
    host: Host, ben: Browser, cem: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    used, counts = note_calls(monkeypatch), []
    for browser, address in ((ben, ANA), (cem, "nobody@example.com")):
        used.clear()
        page = ask(browser, address)
        asked = len(used)
        deliver()
        used.clear()
        said = guess(browser, page, 6).replace(page.form("Sign in").fields["a"], "")
        counts.append((asked, len(used), re.sub(r'nonce="[^"]+"', "", said)))
    assert counts[0] == counts[1]


def test_another_spelling_of_an_address_brings_the_mail_to_the_account_alone(host: Host, ben: Browser) -> None:
    now = container.clock().now()
    create_user("kim@strasse.de", None, accounts=container.accounts(), now=now, new_id=container.new_id())
    ask(ben, "kim@straße.de")
    assert deliver()
    assert recipients() == ["kim@strasse.de"]
    use_link(ben, link_in(deliver()[-1]))
    assert "kim@strasse.de" in ben.open("/account").text


def test_a_mail_to_one_spelling_of_an_address_lets_nobody_into_an_account_that_another_opens_meanwhile(
    host: Host, ben: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGN_UP", "open")
    settings.cache_clear()
    ask(ben, "kim@straße.de")
    (mail,) = deliver()
    now = container.clock().now()
    create_user("kim@strasse.de", None, accounts=container.accounts(), now=now, new_id=container.new_id())
    assert use_link(ben, link_in(mail)).status_code == 400
    assert not is_in(ben)


def test_a_domain_that_only_folds_into_an_admitted_one_opens_no_account(
    host: Host, ben: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGN_UP", "domains:strasse.de")
    settings.cache_clear()
    ask(ben, "new@straße.de")
    assert deliver() == []


@pytest.mark.parametrize(
    "address", ["x<ana@example.com>", "a,ana@example.com", '"x"@example.com', "a;b@example.com", "a\x01@example.com"]
)
def test_what_a_mail_would_read_as_another_address_is_no_address(host: Host, ben: Browser, address: str) -> None:
    refused = send(ben, "/sign-in", ben.open("/sign-in").form("Send me a link"), email=address)
    assert (refused.status_code, "ana@example.com." in refused.body.decode()) == (400, True)
    assert deliver() == []


def test_two_links_of_a_new_address_at_the_same_time_open_one_account(
    host: Host, ben: Browser, cem: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGN_UP", "open")
    settings.cache_clear()
    ask(ben, "new@b.org")
    page = ben.open(link_in(deliver()[-1])).form("Sign in")
    sign_in(cem, "new@b.org")
    find, known = Accounts.user_id_of, iter([False])

    def find_late(accounts: Accounts, email: str) -> str:
        if next(known, True):
            return find(accounts, email)
        raise NotFound("not yet")

    monkeypatch.setattr(Accounts, "user_id_of", find_late)
    assert send(ben, "/sign-in/confirm", page).status_code == 303
    assert is_in(ben)
    assert is_in(cem)
