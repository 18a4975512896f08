"""What the pages' scripts ask for: the same forms as without them, answered with what is new on the page."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from chalicelib import container
from chalicelib.services.usage.budget import DOLLAR, Budget
from chalicelib.store.spending import OF_SESSION, Ledger
from tests.api.hosts import Host
from tests.clock import FakeClock
from tests.faults import Fault, Interviewer, Wire, conflict, unreachable
from tests.web.browser import Browser

FIELDS = {"Content-Type": "application/x-www-form-urlencoded"}
OURS = {"X-Harmonica": "page"}
BUSY = Fault("busy", conflict, times=8)


class Script:
    """A page of a conversation with its script."""

    def __init__(self, browser: Browser, session: dict[str, Any]) -> None:
        self.browser, self.session = browser, session
        self.fields = browser.chat(session).form("Send").fields

    def send(self, after: int = 0, headers: dict[str, str] = OURS, **fields: str) -> tuple[int, dict[str, Any]]:
        body = urlencode({**self.fields, **fields}).encode()
        path = f"/chat/live?s={self.session['id']}&after={after}"
        return self._read(self.browser.request("POST", path, body, {**FIELDS, **headers}))

    def news(self, after: int = 0, headers: dict[str, str] = OURS) -> tuple[int, dict[str, Any]]:
        path = f"/chat/live?s={self.session['id']}&after={after}"
        token = {"X-Harmonica-Token": self.fields["token"]}
        return self._read(self.browser.request("GET", path, b"", {**token, **headers}))

    def _read(self, answer: Any) -> tuple[int, dict[str, Any]]:
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.headers["Cache-Control"] == "no-store"
        return answer.status_code, json.loads(answer.body)


@pytest.fixture
def session(host: Host) -> dict[str, Any]:
    """A session that closes in an hour."""
    return host.new_session(closes_at="2026-03-01T13:00:00Z")


@pytest.fixture
def script(ben: Browser, session: dict[str, Any]) -> Script:
    """Ben's page, open."""
    ben.join(session)
    return Script(ben, session)


def said(host: Host, session: dict[str, Any]) -> list[str]:
    people = host.get(f"/sessions/{session['id']}/responses")["data"]
    return [m["content"] for person in people for m in person["messages"] if m["role"] == "user"]


def test_a_message_comes_back_as_stored_with_its_reply(script: Script) -> None:
    status, news = script.send(after=1, again="m-1", content="Soup <3")
    assert (status, news["kept"], news["notice"], news["after"]) == (200, True, None, 3)
    assert news["entries"].count("<article") == 2
    assert 'data-message="m-1"' in news["entries"]
    assert "Soup &lt;3" in news["entries"]
    assert "<p>Reply 2</p>" in news["entries"]
    assert (news["concluded"], news["answering"]) == (False, False)
    assert script.news(after=3)[1]["entries"] == ""


def test_the_same_message_again_is_the_same_message(host: Host, script: Script, model: Interviewer) -> None:
    first, second = (script.send(again="m-1", content="Soup") for _ in range(2))
    assert first == second
    assert said(host, script.session) == ["Soup"]
    assert model.count("turn") == 2


def test_what_is_not_stored_is_said_to_be_not(host: Host, script: Script, wire: Wire) -> None:
    with wire.broken(BUSY, at=5):
        status, news = script.send(again="m-1", content="Soup")
    assert (status, news["kept"]) == (503, False)
    assert said(host, script.session) == []
    with wire.broken(Fault("unreachable", unreachable, times=99), at=1):
        status, news = script.send(again="m-1", content="Soup")
    assert (status, news["kept"]) == (503, False)
    assert script.send(again="m-1", content="Soup")[1]["kept"]
    assert said(host, script.session) == ["Soup"]


def test_a_stored_message_without_a_reply_is_kept_and_the_page_offers_another_try(
    script: Script, model: Interviewer
) -> None:
    model.failing.add("turn")
    status, news = script.send(after=1, again="m-1", content="Soup")
    assert (status, news["kept"]) == (200, True)
    assert "could not be reached" in news["foot"]
    assert news["entries"].count("<article") == 1
    model.failing.clear()
    assert "Reply 3" in script.send(after=2, again="m-1", content="Soup")[1]["entries"]


def test_another_tab_learns_what_was_said(ben: Browser, script: Script) -> None:
    there = Script(ben, script.session)
    script.send(again="m-1", content="Soup")
    assert there.news(after=1)[1]["entries"].count("<article") == 2


def test_the_page_shows_how_far_the_conversation_has_come(
    host: Host, ben: Browser, script: Script, session: dict[str, Any]
) -> None:
    assert '<progress id="progress" class="progress" max="100" value="0"' in ben.chat(session).html
    came = [script.send(after=2 * n + 1, again=f"m-{n}", content=f"Word {n}")[1]["progress"] for n in range(14)]
    assert came == sorted(came)
    assert (came[0], came[5], came[-1]) == (8, 50, 95)  # ten minutes are about twelve messages
    assert script.send(after=29, do="done")[1]["progress"] == 100


def test_a_conclusion_brings_its_card(script: Script, model: Interviewer) -> None:
    model.concludes = True
    _, news = script.send(after=1, again="m-1", content="That is all")
    assert news["concluded"]
    assert "recap" in news["entries"]
    assert "This conversation is complete" in news["foot"]


def test_a_closed_session_and_a_removed_conversation_ask_for_the_whole_page(
    host: Host, script: Script, clock: FakeClock
) -> None:
    (person,) = host.get(f"/sessions/{script.session['id']}/responses")["data"]
    host.call("DELETE", f"/sessions/{script.session['id']}/participants/{person['participant_id']}")
    assert script.news()[1]["reload"]
    clock.advance(7200)
    status, news = script.send(again="m-1", content="Late")
    assert (status, news["reload"], news["kept"], news["retry"]) == (400, True, False, False)
    assert news["notice"].startswith("This session is closed and takes no more messages.")
    assert script.news()[1] == news


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_only_our_own_pages_are_answered(site: str, host: Host, script: Script) -> None:
    for headers in ({}, {**OURS, "Sec-Fetch-Site": site}):
        status, news = script.send(headers=headers, again="m-1", content="Soup")
        assert (status, news["kept"]) == (403, False)
    assert script.news(headers={})[0] == 403
    assert said(host, script.session) == []


def test_a_form_of_another_person_does_not_speak_for_this_one(
    host: Host, ben: Browser, cem: Browser, script: Script
) -> None:
    cem.join(script.session)
    script.browser = cem
    status, news = script.send(again="m-1", content="Soup")
    assert (status, news["kept"]) == (403, False)
    assert said(host, script.session) == []


def test_a_script_is_told_when_its_browser_has_forgotten(host: Host, ben: Browser, script: Script) -> None:
    status, news = script.send(token="x", do="leave")
    assert (status, "left" in news) == (403, False)
    assert ben.cookies
    status, news = script.send(do="leave")
    assert (status, news["left"], news["reload"]) == (200, True, True)
    assert ben.names == {}
    assert ben.chat(script.session).log == []


def test_an_open_page_of_one_person_shows_nothing_of_the_next(ben: Browser, script: Script) -> None:
    ben.leave(script.session)
    for of_whom in ("unknown_browser", "other_person"):
        for status, news in (script.news(), script.send(again="m-1", content="Soup")):
            assert (status, news["reload"], news["kept"], news["retry"]) == (403, True, False, False)
            assert set(news) == {"reload", "kept", "retry", "notice"}
            assert ("is gone" in news["notice"]) is (of_whom == "unknown_browser")
        if of_whom == "unknown_browser":
            ben.join(script.session)


@pytest.mark.parametrize("after", ["", "x", "-1", "²", "9" * 30])
def test_a_strange_position_counts_as_none(after: str, ben: Browser, script: Script) -> None:
    path = f"/chat/live?{urlencode({'s': script.session['id'], 'after': after})}"
    answer = ben.request("GET", path, b"", {**OURS, "X-Harmonica-Token": script.fields["token"]})
    assert answer.status_code == 200
    assert "Reply 1" in json.loads(answer.body)["entries"]


def test_an_unknown_session_is_told_in_the_visitors_language(ben: Browser) -> None:
    answer = ben.request("GET", "/chat/live?s=x", b"", {**OURS, "Accept-Language": "de"})
    assert answer.status_code == 404
    assert "Der Link" in json.loads(answer.body)["notice"]


def test_every_answer_says_whether_another_try_helps(script: Script, wire: Wire, model: Interviewer) -> None:
    """A choice nobody waits for is gone for good; what the database did not take may be taken later."""
    status, gone = script.send(again="m-0", do="choose", widget="7", w="1")
    assert (status, gone["kept"], gone["retry"]) == (409, False, False)
    assert gone["notice"] == "That question was answered in the meantime."
    with wire.broken(BUSY, at=5):
        assert script.send(again="m-1", content="Soup")[1]["retry"] is True
    with wire.broken(Fault("unreachable", unreachable, times=99), at=1):
        assert script.send(again="m-1", content="Soup")[1]["retry"] is True
    assert script.send(again="m-2", content="")[1]["retry"] is False
    model.failing.add("turn")
    kept = script.send(again="m-1", content="Soup")[1]
    assert (kept["kept"], kept["retry"]) == (True, False)


def test_the_foot_has_a_key_that_changes_with_what_it_shows(ben: Browser, script: Script, model: Interviewer) -> None:
    key = script.news()[1]["key"]
    assert f'data-key="{key}"' in ben.chat(script.session).html
    assert script.news()[1]["key"] == key == script.send(again="m-1", content="Soup")[1]["key"]
    model.failing.add("turn")
    unanswered = script.send(again="m-2", content="Bread")[1]["key"]
    concluded = script.send(do="done")[1]["key"]
    rated = script.send(do="rate", rating="4")[1]["key"]
    assert len({key, unanswered, concluded, rated}) == 4


def test_a_day_whose_money_is_spent_is_told_kindly_and_as_what_it_is(
    ben: Browser, script: Script, model: Interviewer, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = "The facilitator has reached its limit for today; what you wrote is kept."
    budget = Budget(DOLLAR, 0, DOLLAR, Ledger())
    monkeypatch.setattr(container, "budget", lambda: budget)
    model.failing.add("turn")
    failed = script.send(again="m-1", content="Soup")[1]
    assert (failed["kept"], told in failed["foot"]) == (True, False)
    budget.ledger.reserve(clock.now().date().isoformat(), DOLLAR, 10**12, clock.now())
    spent = script.news()[1]
    assert told in spent["foot"]
    assert "could not be reached" not in spent["foot"]
    assert spent["key"] != failed["key"]
    page = ben.chat(script.session)
    assert told in page.text
    assert page.has_form("Try again")
    budget.ledger.settle(clock.now().date().isoformat(), -DOLLAR, clock.now())
    budget.ledger.reserve(OF_SESSION + script.session["id"], DOLLAR, 10**12, clock.now())
    assert "The facilitator has reached its limit for this session; what you wrote is kept." in script.news()[1]["foot"]
