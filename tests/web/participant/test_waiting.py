"""More people begin within a minute than are let in: a page that goes on by itself, and keeps what was entered."""

from typing import Any

import pytest

from chalicelib import container, settings
from tests.api.hosts import Host
from tests.clock import FakeClock
from tests.faults import Interviewer
from tests.web.browser import Browser, Page

START = "Start the conversation"


@pytest.fixture
def session(host: Host, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A session; two people a minute come in from one address, three in all."""
    monkeypatch.setenv("JOINS_PER_ADDRESS", "2")
    monkeypatch.setenv("JOINS_PER_SESSION", "3")
    settings.settings.cache_clear()
    container.conversation_deps.cache_clear()
    return host.new_session(questions=[{"text": "What do you eat?"}])


def question_of(page: Page) -> str:
    return next(name for name in page.form(START).fields if name.startswith("a-"))


def come(session: dict[str, Any], number: int = 2) -> None:
    for _ in range(number):
        assert Browser().join(session).has_form("Send")


def wait(session: dict[str, Any], browser: Browser) -> Page:
    """Fill in the form, one too many."""
    page = browser.chat(session)
    return browser.submit(page.form(START), **{question_of(page): "Soup & “bread”"})


def answers(host: Host, session: dict[str, Any]) -> list[str]:
    people = host.get(f"/sessions/{session['id']}/responses")["data"]
    return [it["answer"] for person in people for it in person["answers"]]


def refresh_of(page: Page) -> tuple[int, str]:
    """When a browser loads the page anew, and which."""
    seconds, _, url = page.headers["Refresh"].partition("; url=")
    return int(seconds), url


def test_who_comes_over_the_pace_waits_on_a_page_that_lets_them_in_by_itself(
    host: Host, ben: Browser, session: dict[str, Any], clock: FakeClock, model: Interviewer
) -> None:
    come(session)
    page = wait(session, ben)
    assert page.status == 429
    assert "You will be let in shortly" in page.text
    assert "What you entered is kept" in page.text
    assert (model.count("turn"), len(answers(host, session))) == (2, 0)
    seconds, url = refresh_of(page)
    assert 55 <= seconds < 70  # the next minute, and not all at once
    assert f"in about {seconds} seconds" in page.text
    clock.advance(seconds)
    inside = ben.follow(ben.get(f"/{url}"))
    assert inside.log == [("Facilitator", "Reply 3")]
    assert answers(host, session) == ["Soup & “bread”"]
    assert "hw" not in ben.cookies
    assert ben.chat(session).log == inside.log


def test_who_comes_back_too_early_goes_on_waiting(
    host: Host, ben: Browser, session: dict[str, Any], clock: FakeClock
) -> None:
    come(session)
    wait(session, ben)
    again = ben.chat(session)
    assert again.status == 429
    clock.advance(60)
    come(session)
    assert ben.chat(session).status == 429
    clock.advance(60)
    assert ben.follow(ben.get(f"/chat?s={session['id']}")).has_form("Send")
    assert len(host.get(f"/sessions/{session['id']}/responses")["data"]) == 5


def test_who_comes_back_late_is_let_in_with_what_they_entered(
    host: Host, ben: Browser, session: dict[str, Any], clock: FakeClock
) -> None:
    come(session)
    page = ben.chat(session)
    answer = ben.post(page.form(START), **{question_of(page): "Soup"})
    assert "Max-Age=86400" in str(answer.headers["Set-Cookie"])
    clock.advance(3 * 3600)
    ben.follow(ben.get(f"/chat?s={session['id']}"))
    assert answers(host, session) == ["Soup"]


def test_the_button_of_the_page_sends_what_was_entered(
    host: Host, ben: Browser, session: dict[str, Any], clock: FakeClock
) -> None:
    come(session)
    page = wait(session, ben)
    clock.advance(60)
    assert ben.submit(page.form(START)).has_form("Send")
    assert answers(host, session) == ["Soup & “bread”"]
    assert ben.submit(page.form(START)).has_form("Send")
    assert len(answers(host, session)) == 1


@pytest.mark.parametrize("words", ["Soup", "".join(map(chr, range(0x4E00, 0x4E00 + 4_000)))])
def test_without_cookies_or_with_more_than_one_holds_the_page_keeps_it_and_has_a_button(
    words: str, host: Host, session: dict[str, Any], clock: FakeClock
) -> None:
    come(session)
    browser = Browser(keeps_cookies=len(words) > 4)
    page = browser.chat(session)
    waiting = browser.submit(page.form(START), **{question_of(page): words})
    assert (waiting.status, "Refresh" in waiting.headers) == (429, False)
    assert "please press the button" in waiting.text
    clock.advance(60)
    browser.submit(waiting.form(START))
    assert answers(host, session) == [words]


def test_whose_form_is_not_surely_ours_waits_as_nobody_but_themselves(
    host: Host, ben: Browser, cem: Browser, session: dict[str, Any], clock: FakeClock
) -> None:
    come(session)
    handed = cem.chat(session).form(START)
    ben.chat(session)
    del ben.headers["Sec-Fetch-Site"]
    ben.submit(handed)
    clock.advance(60)
    inside = ben.follow(ben.get(f"/chat?s={session['id']}"))
    assert inside.log == [("Facilitator", "Reply 3")]
    assert not cem.chat(session).log


def test_another_address_is_let_in_until_the_session_has_its_number(
    host: Host, ben: Browser, session: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    come(session)
    assert wait(session, ben).status == 429
    monkeypatch.setattr("chalicelib.web.participant.chat_request.source_address", lambda _: "203.0.113.9")
    come(session, 1)
    assert wait(session, Browser()).status == 429


def test_a_session_that_ends_while_somebody_waits_says_so(
    host: Host, ben: Browser, session: dict[str, Any], clock: FakeClock
) -> None:
    come(session)
    wait(session, ben)
    assert host.call("PATCH", f"/sessions/{session['id']}", {"status": "completed"}).status_code == 200
    clock.advance(60)
    page = ben.chat(session)
    assert "This session is closed" in page.text
    assert answers(host, session) == []
    assert "hw" not in ben.cookies


def test_a_hundred_people_behind_one_address_all_get_in_within_two_minutes(host: Host, clock: FakeClock) -> None:
    session = host.new_session(questions=[])
    people = [Browser() for _ in range(100)]
    pages = [browser.join(session) for browser in people]
    assert [page.has_form("Send") for page in pages] == [True] * 60 + [False] * 40
    clock.advance(75)
    for browser in people[60:]:
        assert browser.follow(browser.get(f"/chat?s={session['id']}")).has_form("Send")
    assert host.get(f"/sessions/{session['id']}")["participant_count"] == 100
