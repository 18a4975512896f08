"""Questions of people without a role: answered from what at least two carry, with nothing that leads to one person."""

from typing import Any
from urllib.parse import urlencode

import pytest

from chalicelib.llm.interface import Reply, ToolCall
from tests.api.hosts import Host
from tests.api.jobs import summarise
from tests.asked_model import points_with, statement
from tests.faults import Interviewer
from tests.web.browser import Browser, Form, Page
from tests.web.participant.test_results import crowd

OPEN = {"results_visibility": "public", "results_sections": {"ask": True}, "shared_network": True}
SAID = (
    "We need more buses in the evening because people work late.",
    "More buses in the evening would help the town.",
    "My parrot Quagga needs a quiet bench to sit on.",
    "We need longer breaks for lunch.",
    "We need warm soup in winter.",
)
QUESTION = "What do people want?"


@pytest.fixture
def session(host: Host, model: Interviewer, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Five people, two of whom speak of one thing; the model repeats whatever it is shown, and what one of them alone said."""

    def complete(request: Any, deadline: Any) -> Reply:
        if request.task != "ask_of_others":
            return Interviewer.complete(model, request, deadline)
        model.requests.append(request)
        shown = request.messages[0].blocks[0].text
        buses, parrot = points_with(shown, "evening"), points_with(shown, "parrot")
        statements = [
            statement("They want later buses. My parrot Quagga needs a quiet bench.", *buses),
            statement("Buses would help.", *buses[:1]),
            statement("A parrot needs a bench.", *parrot),
        ]
        answer = {"statements": statements, "look_up": [*buses, *parrot], "themes": []}
        return Reply("", "test-model", (ToolCall("answer_question", answer),))

    monkeypatch.setattr(model, "complete", complete)
    session = host.new_session(critical="Who works late", prompt="Ask.", **OPEN)
    for browser, words in zip(crowd(session, 5), SAID, strict=True):
        browser.say(session, words)
    assert summarise(session["id"])
    model.requests.clear()
    return session


def page_of(browser: Browser, session: dict[str, Any]) -> Page:
    return browser.open(f"/results?s={session['id']}&tab=ask")


def ask(browser: Browser, session: dict[str, Any], form: Form | None = None, **fields: str) -> Page:
    """Type a question and send it."""
    form = form or page_of(browser, session).form("Ask")
    sent = urlencode({**form.fields, "question": QUESTION, **fields}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return browser.read(browser.request("POST", f"/{form.action}", sent, headers))


def test_an_answer_tells_what_several_carry_and_leads_to_nobody(
    host: Host, session: dict[str, Any], model: Interviewer
) -> None:
    page = ask(Browser(), session)
    assert page.status == 200
    assert f"{QUESTION} They want later buses. The language model cites 2 people for this" in page.text
    for hidden in ("Quagga", "bench", "Buses would help", "Save as insight", "#message-", "Who works late"):
        assert hidden not in page.html
    people = host.get(f"/sessions/{session['id']}/responses")["data"]
    assert not any(it["participant_id"] in page.html for it in people)
    (request,) = model.requests  # nobody's conversation is read
    assert "Quagga" not in request.messages[0].blocks[0].text
    assert "There is nothing else to be read" in request.system[0].text


def test_it_is_for_whom_the_host_opens_it_and_paid_once(
    host: Host, session: dict[str, Any], model: Interviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = page_of(Browser(), session).form("Ask")
    assert [ask(Browser(), session, form).status for _ in range(2)] == [200, 409]
    monkeypatch.setattr("chalicelib.services.access.rate_limits.QUESTIONS_FROM", 1)
    assert "at most 1 a day" in ask(Browser(), session).text
    assert model.count("ask_of_others") == 1
    host.call("PATCH", f"/sessions/{session['id']}", {"results_sections": {"ask": False}})
    monkeypatch.setattr("chalicelib.services.access.rate_limits.QUESTIONS_FROM", 100)
    fresh = Form({**form.fields, "once": "another"}, action=form.action)
    assert "They want later buses." not in ask(Browser(), session, fresh).text
    few = host.new_session(**OPEN)
    crowd(few, 4)[0].say(few, SAID[0])
    assert summarise(few["id"])
    assert not [it for it in page_of(Browser(), few).forms if it.button == "Ask"]
    fresh = Form({**form.fields, "once": "third"}, action=form.action.replace(session["id"], few["id"]))
    ask(Browser(), few, fresh)
    assert model.count("ask_of_others") == 1
