"""Signing in: by link, by code, and what does not let anybody in."""

import pytest

from chalicelib.settings import settings
from tests.api.hosts import Host
from tests.clock import FakeClock
from tests.web.browser import Browser, Form
from tests.web.host.visitor import (
    ask,
    code_in,
    dead_letters,
    deliver,
    everything,
    follow,
    is_in,
    link_in,
    note_calls,
    send,
    use_link,
)

ANA = "ana@example.com"


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


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_no_other_website_can_sign_somebody_in(host: Host, ben: Browser, site: str) -> None:
    ask(ben, ANA)
    form = ben.open(link_in(deliver()[0])).form("Sign in")
    ben.headers = {"Sec-Fetch-Site": site}
    assert send(ben, "/sign-in/confirm", form).status_code == 403
    ben.headers = {}
    assert send(ben, "/sign-in/confirm", form).status_code == 403


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


def test_who_deletes_the_demo_hosts_account_gets_in_again_as_a_new_one(
    host: Host, ben: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEMO_SIGN_IN", "demo@harmonica.localhost some-secret")
    settings.cache_clear()
    for _ in range(2):
        form = ben.open("/sign-in").form("Go in as the demo host")
        assert send(ben, "/sign-in/demo", form).status_code == 303
        deletion = ben.open("/account?delete=1").form("Delete it all for good")
        assert send(ben, "/account", deletion, do="delete", address="demo@harmonica.localhost").status_code == 303
        assert not is_in(ben)


def test_a_link_or_code_of_any_length_that_nobody_gave_out_is_refused_in_words(
    host: Host, ben: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = "a" * 3_000  # DynamoDB takes no key of this length
    used = note_calls(monkeypatch)
    sent = (Form({"t": f"{long}.x"}), "/sign-in/confirm"), (Form({"a": long, "code": "123456"}), "/sign-in/code")
    assert [send(ben, path, form).status_code for form, path in sent] == [400, 400]
    assert ben.get(f"/sign-in/confirm?t={long}.x").status_code == 400
    assert long not in str(used)


def test_switching_the_language_keeps_what_the_code_is_for_and_where_to_go(host: Host, ben: Browser) -> None:
    page, mail = ask(ben, ANA), deliver()[0]
    (german,) = [link for link in page.links if "lang=de" in link]
    form = ben.open(f"/sign-in/code{german}").form("Anmelden")
    assert send(ben, "/sign-in/code", form, code=code_in(mail)).status_code == 303
    (german,) = [link for link in Browser().open("/sign-in?next=/keys").links if "lang=de" in link]
    assert Browser().open(f"/sign-in{german}").forms[0].fields["next"] == "/keys"


def test_what_is_wrong_is_said_beside_the_field(host: Host, ben: Browser) -> None:
    refused = send(ben, "/sign-in", ben.open("/sign-in").form("Send me a link"), email="nowhere").body.decode()
    assert 'aria-invalid="true" aria-describedby="email-error" autofocus' in refused
    wrong = send(ben, "/sign-in/code", ask(ben, ANA).form("Sign in"), code="1").body.decode()
    assert 'aria-invalid="true" aria-describedby="code-error" autofocus' in wrong


def test_a_mail_that_can_never_be_sent_is_kept_for_the_operator_and_not_tried_again(
    host: Host, ben: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL_FROM", "nobody@unverified.example")
    settings.cache_clear()
    ask(ben, ANA)
    assert deliver() == []
    (kept,) = dead_letters("mails")
    assert ANA not in kept
