"""One person stays one, whatever becomes of answers and cookies on the way; and a browser has few cookies of ours."""

import random
from typing import Any

import pytest

from tests.api.hosts import Host
from tests.clock import FakeClock
from tests.faults import Interviewer
from tests.web.browser import Browser, Page
from tests.web.participant.test_switching import resume_link

START, TAKE = "Start the conversation", "Continue it here"
MOST = 4_096  # bytes of all cookies that servers take


def people(host: Host, session: dict[str, Any]) -> list[dict[str, Any]]:
    return list(host.get(f"/sessions/{session['id']}/responses")["data"])


def sent_bytes(browser: Browser) -> int:
    return len("; ".join(f"{name}={value}" for name, value in browser.cookies.items()).encode())


@pytest.fixture
def session(host: Host) -> dict[str, Any]:
    """A session without a form."""
    return host.new_session(questions=[])


class LossyBrowser(Browser):
    """Half of the answers never arrive: whoever waits for one opens the link again."""

    def request(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Any:
        kept = dict(self.cookies)
        answer = super().request(method, path, body, headers)
        if chance.random() < 0.5:
            self.cookies = kept
            raise TimeoutError
        return answer

    def persist(self, session: dict[str, Any]) -> Page:
        """Come in, however often it takes."""
        while True:
            try:
                page = self.chat(session)
                return self.submit(page.form(START)) if page.has_form(START) else page
            except TimeoutError:
                continue


chance = random.Random(7)


def test_as_many_participants_as_people_though_half_of_the_answers_are_lost(
    host: Host, session: dict[str, Any], model: Interviewer
) -> None:
    for _ in range(25):
        assert LossyBrowser().persist(session).has_form("Send")
    found = people(host, session)
    assert len(found) == host.get(f"/sessions/{session['id']}")["participant_count"] == 25
    assert all(person["messages"] for person in found)
    assert model.count("turn") == 25


def test_a_browser_that_refuses_cookies_is_one_person_and_is_told_so(
    host: Host, session: dict[str, Any], model: Interviewer
) -> None:
    browser = Browser(keeps_cookies=False)
    form = browser.chat(session).form(START)
    for _ in range(2):
        page = browser.submit(form)
        assert page.status == 200
        assert "keeps no cookie of this site" in page.text
        assert not page.has_form(START)
    assert len(people(host, session)) == 1
    assert model.count("turn") == 1
    # The link leads on as soon as cookies are allowed, here or elsewhere.
    link = resume_link(page)
    assert browser.submit(browser.open(link).form(TAKE)).text == page.text
    browser.keeps_cookies = True
    assert browser.submit(browser.open(link).form(TAKE)).log == [("Facilitator", "Reply 1")]
    assert browser.chat(session).log == [("Facilitator", "Reply 1")]
    assert len(people(host, session)) == 1


def test_cookies_that_are_cleared_between_form_and_answer_make_nobody_new(
    host: Host, ben: Browser, session: dict[str, Any], model: Interviewer
) -> None:
    form = ben.chat(session).form(START)
    ben.cookies.clear()
    assert ben.submit(form).log == [("Facilitator", "Reply 1")]
    ben.cookies.clear()
    assert ben.submit(form).log == [("Facilitator", "Reply 1")]
    assert ben.chat(session).log == [("Facilitator", "Reply 1")]
    assert len(people(host, session)) == 1
    assert model.count("turn") == 1


def test_words_sent_after_the_cookies_were_cleared_come_back_with_a_word_on_cookies(
    host: Host, ben: Browser, session: dict[str, Any]
) -> None:
    form = ben.join(session).form("Send")
    ben.cookies.clear()
    page = ben.submit(form, content="Soup")
    assert (page.status, "The cookie by which" in page.text, "Soup" in page.html) == (403, True, True)
    assert len(people(host, session)) == 1


def test_the_address_of_a_landing_leads_nobody_in_after_an_hour(
    session: dict[str, Any], cem: Browser, clock: FakeClock
) -> None:
    browser = Browser(keeps_cookies=False)
    landing = browser.post(browser.chat(session).form(START)).headers["Location"].partition("#")[0]
    assert "keeps no cookie" in cem.open(f"/{landing}").text
    value, _, signature = landing.rpartition(".")
    forged = f"{value}.{signature[::-1]}"
    assert Browser().open(f"/{forged}").has_form(START)
    clock.advance(3601)
    assert cem.open(f"/{landing}").has_form(START)


def test_a_browser_with_cookies_has_nobodys_id_in_its_address(ben: Browser, session: dict[str, Any]) -> None:
    answer = ben.post(ben.chat(session).form(START))
    assert answer.headers["Location"] == f"chat?s={session['id']}"


def test_two_pages_that_are_opened_at_once_are_one_person_each_time_they_are_sent(
    host: Host, ben: Browser, session: dict[str, Any]
) -> None:
    first = ben.chat(session).form(START)
    ben.cookies.clear()  # neither knew of the other
    ben.chat(session)
    for _ in range(2):
        assert ben.submit(first).has_form("Send")
    assert ben.chat(session).has_form("Send")
    assert len(people(host, session)) == 1


def test_however_many_sessions_in_one_browser_take_one_cookie_and_all_go_on(host: Host, ben: Browser) -> None:
    sessions = [host.new_session(questions=[]) for _ in range(10)]
    for session in sessions:
        ben.join(session)
        assert list(ben.cookies) == ["hm"]
        assert sent_bytes(ben) < 100
    for session in sessions:
        assert len(ben.chat(session).log) == 1


def test_many_private_links_results_and_new_starts_stay_within_what_servers_take(
    host: Host, ben: Browser, cem: Browser, clock: FakeClock
) -> None:
    links: list[str] = []
    most = 0
    for number in range(24):
        clock.advance(2)
        session = host.new_session(questions=[], results_visibility="participants")
        links.append(resume_link(cem.join(session)))
        if number % 3 == 0:
            ben.get(host.get(f"/sessions/{session['id']}")["results_url"].removeprefix("http://127.0.0.1:8000"))
        if number % 3 == 1:
            ben.join(session)
            ben.leave(session)
        ben.submit(ben.open(links[-1]).form(TAKE))
        most = max(most, sent_bytes(ben))
    assert 1_000 < most <= MOST
    assert len(ben.open(links[-1]).log or ben.follow(ben.get(links[-1])).log) == 1
    oldest = ben.submit(ben.open(links[0]).form(TAKE))
    assert len(oldest.log) == 1


def test_who_starts_anew_in_many_sessions_meets_nobody_from_before(host: Host, ben: Browser, clock: FakeClock) -> None:
    sessions = [host.new_session(questions=[]) for _ in range(20)]
    for session in sessions:
        clock.advance(4)
        ben.join(session)
        assert ben.leave(session).has_form(START)
    for session in sessions:
        assert ben.chat(session).has_form(START)
    assert sent_bytes(ben) <= MOST


def test_a_cookie_from_before_still_names_its_participant(host: Host, ben: Browser, session: dict[str, Any]) -> None:
    form = ben.chat(session).form(START)
    ben.cookies.clear()
    ben.post(form)
    (name,) = ben.cookies
    assert name == f"hm_{session['id'].replace('-', '')}"
    assert ben.chat(session).has_form("Send")
