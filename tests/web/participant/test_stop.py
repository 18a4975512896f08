"""Ending mails: by the link at their end, and by the button that mail programs show."""

import pytest

from chalicelib import container
from chalicelib.errors import NotFound
from chalicelib.services.delivery.sending import hash_address, may_write
from chalicelib.services.delivery.stop_links import StopKind, StopLink, make_stop_url
from chalicelib.text.language import OWN
from tests.web.browser import Browser, Form, Page
from tests.web.host.visitor import send

ANN = "ann@example.org"
ONE_CLICK = b"List-Unsubscribe=One-Click"
MULTIPART = b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def stopped(aws: None, monkeypatch: pytest.MonkeyPatch) -> list[StopLink]:
    """What was stopped, in its order."""
    done: list[StopLink] = []
    monkeypatch.setattr(container, "stop_actions", lambda: {"reminder": done.append, "invitation": done.append})
    return done


def link(kind: StopKind = "reminder") -> str:
    secret = container.deployment_secret()
    return make_stop_url("", StopLink(kind, "session", "thread", hash_address(ANN, secret)), secret)


def stop(browser: Browser, form: Form, **fields: str) -> Page:
    answer = send(browser, f"/{form.action}", form, **fields)
    assert answer.status_code == 303
    return browser.open(f"/{answer.headers['Location']}")


def may_remind() -> bool:
    return may_write(ANN, deps=container.sending_deps())


def test_opening_the_link_stops_nothing_and_its_button_does(ben: Browser, stopped: list[StopLink]) -> None:
    form = ben.open(link()).form("Stop")
    assert not stopped
    page = stop(ben, form, which="these")
    assert "We will not remind you of this conversation again" in page.html
    assert [it.subject for it in stopped] == ["thread"]
    assert may_remind()


def test_all_mails_of_harmonica_can_be_stopped_and_the_page_says_so_from_then_on(
    ben: Browser, stopped: list[StopLink]
) -> None:
    page = stop(ben, ben.open(link("invitation")).form("Stop"), which="all")
    assert "will not write to this address any more" in page.html
    assert stopped
    assert not may_remind()
    assert may_write(ANN, deps=container.sending_deps(), asked_for=True)
    assert not ben.open(link()).has_form("Stop")


@pytest.mark.parametrize(
    ("body", "encoding"), [(ONE_CLICK, FORM), (MULTIPART, "multipart/form-data; boundary=b")], ids=["form", "multipart"]
)
def test_one_click_in_a_mail_program_stops_at_once(
    ben: Browser, stopped: list[StopLink], body: bytes, encoding: str
) -> None:
    for _ in range(2):
        answer = ben.request("POST", link(), body, {"Content-Type": encoding, "Sec-Fetch-Site": "cross-site"})
        assert (answer.status_code, answer.body) == (200, b"")
    assert len(stopped) == 2  # done again, it changes nothing


def test_a_link_that_is_not_ours_stops_nothing(ben: Browser, stopped: list[StopLink]) -> None:
    wrong = link().replace("thread", "threat")
    assert ben.get(wrong).status_code == 404
    assert ben.request("POST", wrong, ONE_CLICK, {"Content-Type": FORM}).status_code == 404
    assert not stopped


def test_what_is_gone_counts_as_stopped(ben: Browser, aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_: StopLink) -> None:
        raise NotFound("Conversation not found")

    monkeypatch.setattr(container, "stop_actions", lambda: {"reminder": gone})
    assert "No more such mails" in stop(ben, ben.open(link()).form("Stop"), which="these").html


def test_the_page_speaks_every_language_and_keeps_its_link(ben: Browser, stopped: list[StopLink]) -> None:
    for tag in OWN:
        page = ben.open(f"{link()}&lang={tag}")
        assert f'<html lang="{tag}"' in page.html
        assert page.html.count("stop?t=reminder~session~thread~") == 1
