"""Signing in: by link, by code, and what does not let anybody in."""

import re
from typing import Any

import pytest

from chalicelib import container
from chalicelib.errors import NotFound
from chalicelib.services.accounts.keys import create_user
from chalicelib.services.accounts.logins import LONGEST, UNUSED
from chalicelib.settings import settings
from chalicelib.store import database
from chalicelib.store.accounts import Accounts
from tests.api.hosts import Host
from tests.clock import FakeClock
from tests.web.browser import Browser, Form, Page
from tests.web.host.visitor import (
    ask,
    buried,
    code_in,
    deliver,
    everything,
    follow,
    link_in,
    recipients,
    send,
    sign_in,
    use_link,
)

ANA = "ana@example.com"


def is_in(browser: Browser) -> bool:
    """Whether the account opens."""
    return bool(browser.get("/account").status_code == 200)


def test_a_link_lets_in_once_and_opening_it_changes_nothing(host: Host, ben: Browser, cem: Browser) -> None:
    ask(ben, ANA)
    link = link_in(deliver()[0])
    for scanner in (cem, cem):
        assert scanner.get(link).status_code == 200
        assert scanner.request("HEAD", link).status_code == 200
        assert not is_in(scanner)
    page = ben.open(link)
    assert ANA in page.text
    follow(ben, use_link(ben, link))
    assert is_in(ben)
    assert cem.get(link).status_code == 400
    assert send(cem, "/sign-in/confirm", page.form("Sign in")).status_code == 400
    assert not is_in(cem)


def test_a_code_lets_in_where_it_was_asked_for(host: Host, ben: Browser) -> None:
    page = ask(ben, ANA, "/sign-in?next=/keys")
    answer = send(ben, "/sign-in/code", page.form("Sign in"), code=code_in(deliver()[0]))
    assert answer.headers["Location"] == "/keys"
    assert is_in(ben)


def test_a_code_may_have_blanks_and_the_digits_of_another_script(host: Host, ben: Browser) -> None:
    page, code = ask(ben, ANA), code_in(deliver()[0])
    written = " ".join(chr(ord("٠") + int(digit)) for digit in code)
    assert send(ben, "/sign-in/code", page.form("Sign in"), code=written).status_code == 303


def test_a_code_of_one_page_is_worth_nothing_in_another(host: Host, ben: Browser, cem: Browser) -> None:
    ask(ben, ANA)
    code, other = code_in(deliver()[0]), ask(cem, "mallory@example.com")
    assert send(cem, "/sign-in/code", other.form("Sign in"), code=code).status_code == 400
    assert not is_in(cem)


def test_five_wrong_codes_end_it_the_link_included_only_for_codes(host: Host, ben: Browser) -> None:
    page, mail = ask(ben, ANA), deliver()[0]
    wrong = f"{(int(code_in(mail)) + 1) % 10**6:06}"
    for _ in range(5):
        assert send(ben, "/sign-in/code", page.form("Sign in"), code=wrong).status_code == 400
    assert send(ben, "/sign-in/code", page.form("Sign in"), code=code_in(mail)).status_code == 400
    assert not is_in(ben)


def test_link_and_code_end_after_a_quarter_of_an_hour(host: Host, ben: Browser, clock: FakeClock) -> None:
    page, mail = ask(ben, ANA), deliver()[0]
    clock.advance(15 * 60)
    assert ben.get(link_in(mail)).status_code == 400
    assert send(ben, "/sign-in/code", page.form("Sign in"), code=code_in(mail)).status_code == 400


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


def test_so_many_mails_an_hour_and_no_more(host: Host, ben: Browser, clock: FakeClock) -> None:
    for _ in range(5):
        ask(ben, ANA)
    refused = send(ben, "/sign-in", ben.open("/sign-in").form("Send me a link"), email="Ana@example.com")
    assert (refused.status_code, "minutes" in refused.body.decode()) == (429, True)
    assert int(refused.headers["Retry-After"]) <= 3600
    clock.advance(3600)
    ask(ben, ANA)


def guess(browser: Browser, page: Page, times: int) -> str:
    """Try wrong codes; what the page says to the last."""
    for _ in range(times):
        answer = send(browser, "/sign-in/code", page.form("Sign in"), code="1")
        assert answer.status_code == 400
    return str(answer.body.decode())


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


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_no_other_website_can_sign_somebody_in(host: Host, ben: Browser, site: str) -> None:
    ask(ben, ANA)
    form = ben.open(link_in(deliver()[0])).form("Sign in")
    ben.headers = {"Sec-Fetch-Site": site}
    assert send(ben, "/sign-in/confirm", form).status_code == 403
    ben.headers = {}
    assert send(ben, "/sign-in/confirm", form).status_code == 403


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


def test_neither_link_nor_code_nor_cookie_is_stored(host: Host, ben: Browser) -> None:
    ask(ben, ANA)
    mail = deliver()[0]
    token = link_in(mail).partition(".")[2]
    stored = everything()
    assert token not in stored
    assert f'"{code_in(mail)}"' not in stored
    use_link(ben, link_in(mail))
    assert ben.cookies["harmonica"] not in everything()


@pytest.mark.parametrize("elsewhere", ["//evil.example/", "https://evil.example", "/\\evil.example", "javascript:x"])
def test_signing_in_leads_to_no_other_site(host: Host, ben: Browser, elsewhere: str) -> None:
    page = ask(ben, ANA, f"/sign-in?next={elsewhere}")
    answer = send(ben, "/sign-in/code", page.form("Sign in"), code=code_in(deliver()[0]))
    assert answer.headers["Location"] == "/"


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


def test_a_page_sends_to_sign_in_and_back(host: Host, ben: Browser) -> None:
    away = ben.get("/keys")
    assert (away.status_code, away.headers["Location"]) == (303, "/sign-in?next=%2Fkeys")
    page = ask(ben, ANA, away.headers["Location"])
    assert send(ben, "/sign-in/code", page.form("Sign in"), code=code_in(deliver()[0])).headers["Location"] == "/keys"


def test_without_a_sender_the_page_says_so_and_names_whom_to_ask(
    host: Host, ben: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MAIL_FROM")
    monkeypatch.setenv("SUPPORT_CONTACT", "operator@example.org")
    settings.cache_clear()
    page = ben.open("/sign-in")
    assert "sends no mail" in page.text
    assert "operator@example.org" in page.text
    assert not page.has_form("Send me a link")


def test_on_ones_own_machine_a_button_signs_in_as_the_demo_host(
    host: Host, ben: Browser, cem: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEMO_SIGN_IN", f"{ANA} some-secret")
    settings.cache_clear()
    assert ben.open("/").has_form("Go in as the demo host")
    form = ben.open("/sign-in").form("Go in as the demo host")
    assert send(ben, "/sign-in/demo", form).status_code == 303
    assert is_in(ben)
    assert send(cem, "/sign-in/demo", form, demo="guess").status_code == 404
    monkeypatch.delenv("DEMO_SIGN_IN")
    settings.cache_clear()
    assert not cem.open("/sign-in").has_form("Go in as the demo host")
    assert not cem.open("/").has_form("Go in as the demo host")
    assert send(cem, "/sign-in/demo", form).status_code == 404
    assert not is_in(cem)


def test_another_spelling_of_an_address_brings_the_mail_to_the_account_alone(host: Host, ben: Browser) -> None:
    now = container.clock().now()
    create_user("kim@strasse.de", None, accounts=container.accounts(), now=now, new_id=container.new_id())
    ask(ben, "kim@straße.de")
    assert deliver()
    assert recipients() == ["kim@strasse.de"]


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


def test_a_link_or_code_of_any_length_that_nobody_gave_out_is_refused_in_words(
    host: Host, ben: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = "a" * 3_000  # DynamoDB takes no key of this length
    used = note_calls(monkeypatch)
    sent = (Form({"t": f"{long}.x"}), "/sign-in/confirm"), (Form({"a": long, "code": "123456"}), "/sign-in/code")
    assert [send(ben, path, form).status_code for form, path in sent] == [400, 400]
    assert ben.get(f"/sign-in/confirm?t={long}.x").status_code == 400
    assert long not in str(used)


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


def test_switching_the_language_keeps_what_the_code_is_for_and_where_to_go(host: Host, ben: Browser) -> None:
    page, mail = ask(ben, ANA), deliver()[0]
    (german,) = [link for link in page.links if "lang=de" in link]
    form = ben.open(f"/sign-in/code{german}").form("Anmelden")
    assert send(ben, "/sign-in/code", form, code=code_in(mail)).status_code == 303
    (german,) = [link for link in Browser().open("/sign-in?next=/keys").links if "lang=de" in link]
    assert Browser().open(f"/sign-in{german}").forms[0].fields["next"] == "/keys"


def note_calls(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What the database is asked from now on."""
    asked: list[object] = []
    real = database.call

    def call(operation: str, arguments: Any) -> Any:
        asked.append(arguments)
        return real(operation, arguments)

    monkeypatch.setattr(database, "call", call)
    return asked


def test_what_is_wrong_is_said_beside_the_field(host: Host, ben: Browser) -> None:
    refused = send(ben, "/sign-in", ben.open("/sign-in").form("Send me a link"), email="nowhere").body.decode()
    assert 'aria-invalid="true" aria-describedby="email-error" autofocus' in refused
    wrong = send(ben, "/sign-in/code", ask(ben, ANA).form("Sign in"), code="1").body.decode()
    assert 'aria-invalid="true" aria-describedby="code-error" autofocus' in wrong


def test_what_a_network_asks_for_in_vain_is_not_counted_for_the_address(
    host: Host, ben: Browser, cem: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.services.accounts.sign_in.MAILS_A_NETWORK", 0)
    form = ben.open("/sign-in").form("Send me a link")
    for _ in range(6):
        assert send(ben, "/sign-in", form, email=ANA).status_code == 429
    monkeypatch.setattr("chalicelib.services.accounts.sign_in.MAILS_A_NETWORK", 20)
    ask(cem, ANA)


def test_two_links_of_a_new_address_at_the_same_time_open_one_account(
    host: Host, ben: Browser, cem: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGN_UP", "open")
    settings.cache_clear()
    ask(ben, "new@b.org")
    page = ben.open(link_in(deliver()[-1])).form("Sign in")
    sign_in(cem, "new@b.org")
    find, known = Accounts.user_id_of, iter([False, False])

    def find_late(accounts: Accounts, email: str) -> str:
        if next(known, True):
            return find(accounts, email)
        raise NotFound("not yet")

    monkeypatch.setattr(Accounts, "user_id_of", find_late)
    assert send(ben, "/sign-in/confirm", page).status_code == 303
    assert is_in(ben)
    assert is_in(cem)


def test_a_busy_browser_signs_in_again_all_the_same(host: Host, ben: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in(ben, ANA)
    ask(ben, ANA)
    form = ben.open(link_in(deliver()[-1])).form("Sign in")
    monkeypatch.setattr("chalicelib.services.accounts.logins.DEFAULT_RATE", 0)
    assert send(ben, "/sign-in/confirm", form).status_code == 303


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


def test_a_mail_that_can_never_be_sent_is_kept_for_the_operator_and_not_tried_again(
    host: Host, ben: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL_FROM", "nobody@unverified.example")
    settings.cache_clear()
    ask(ben, ANA)
    assert deliver() == []
    (kept,) = buried("mails")
    assert ANA not in kept
