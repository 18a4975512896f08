"""The page on which members ask: answers with quotes that lead to conversations, kept by nobody but whoever saves one."""

import re
from typing import Any

import pytest

from chalicelib import container
from chalicelib.llm.interface import ModelUnavailable, Reply, ToolCall
from chalicelib.llm.scripted.model import ScriptedModel
from tests.api.hosts import Host
from tests.api.jobs import summarise
from tests.api.participants import SAID, include
from tests.asked_model import points_with, statement
from tests.faults import Interviewer
from tests.web.browser import Browser, Form, Page
from tests.web.host.visitor import follow, send, sign_in

QUESTION = "What do people say about buses?"


@pytest.fixture
def session(host: Host, model: Interviewer, monkeypatch: pytest.MonkeyPatch) -> str:
    """A session in which three people spoke, on a server whose model finds what has the word `evening`, unless it fails."""

    def complete(request: Any, deadline: Any) -> Reply:
        if request.task != "ask":
            return Interviewer.complete(model, request, deadline)
        model.requests.append(request)
        if "fail" in request.messages[0].blocks[1].text:
            raise ModelUnavailable("The language model is unavailable; try again later")
        found = points_with(request.messages[0].blocks[0].text, "evening")
        answer = {"statements": [statement("They want later buses.", *found)], "look_up": [], "themes": []}
        return Reply("", "test-model", (ToolCall("answer_question", answer),))

    monkeypatch.setattr(model, "complete", complete)
    found = str(host.new_session(critical="- Who works late\n- What families need", prompt="Ask.")["id"])
    for name, words in SAID.items():
        assert host.say(found, words, name).status_code == 200
    assert summarise(found)
    model.requests.clear()
    return found


@pytest.fixture
def ana(session: str) -> Browser:
    return sign_in(Browser(), "ana@example.com")


def path_of(session: str) -> str:
    return f"/sessions/{session}/ask"


def ask(ana: Browser, session: str, page: Page | None = None, question: str = QUESTION) -> Page:
    """Type a question and send it."""
    form = (page or ana.open(path_of(session))).form("Ask")
    return ana.read(send(ana, path_of(session), form, do="ask", question=question))


def test_an_answer_has_its_people_and_quotes_that_lead_to_what_was_said(ana: Browser, host: Host, session: str) -> None:
    page = ask(ana, session)
    assert page.status == 200
    assert f"{QUESTION} They want later buses. The language model cites 2 people for this" in page.text
    people = host.get(f"/sessions/{session}/responses")["data"]
    for person in (it for it in people if it["external_id"] in ("p1", "p2")):
        message = next(it["id"] for it in person["messages"] if it["role"] == "user")
        assert f"/sessions/{session}/people/{person['participant_id']}#message-{message}" in page.links


def test_questions_to_begin_with_and_what_is_critical_are_a_button_away(
    ana: Browser, session: str, model: Interviewer
) -> None:
    page = ana.open(path_of(session))
    buttons = [value for form in page.forms for name, value in form.buttons if name == "offered"]
    offered = [re.sub("[\u2068\u2069]", "", it) for it in buttons]  # around words that have a direction of their own
    assert offered == [
        "What do people say about this: Who works late",
        "Does anybody say something about this: What families need",
        "What do people want most, and why?",
        "What do people say about this: Who works late",
        "What do people say about this: What families need",
    ]
    assert model.count("ask") == 0
    form = next(it for it in page.forms if ("offered", buttons[1]) in it.buttons)
    answered = ana.read(send(ana, path_of(session), form, offered=buttons[1]))
    assert f"{offered[1]} They want later buses." in answered.text
    assert "To begin with" not in answered.text


def test_the_conversation_goes_on_in_the_page_alone(ana: Browser, session: str, model: Interviewer) -> None:
    page = ask(ana, session)
    for number in range(7):
        page = ask(ana, session, page, f"And then, number {number}?")
    assert QUESTION not in page.text  # the last six stay
    assert "number 1?" in page.text
    shown = model.requests[-1].messages[0].blocks[1].text
    assert "<asked_before>And then, number 0?</asked_before>\n<answered_before>They want later buses." in shown
    assert shown.count("<asked_before>") == 6
    assert "number 6?" not in ana.open(path_of(session)).text


def test_a_page_that_is_loaded_again_asks_nothing(ana: Browser, session: str, model: Interviewer) -> None:
    form = ana.open(path_of(session)).form("Ask")
    sent = [send(ana, path_of(session), form, do="ask", question=QUESTION) for _ in range(2)]
    assert [it.status_code for it in sent] == [200, 409]
    assert model.count("ask") == 1
    page = ana.read(sent[1])
    assert "was answered already" in page.text
    assert page.form("Ask").fields["question"] == QUESTION
    assert ask(ana, session, page).status == 200


def test_what_goes_wrong_is_said_beside_the_question(
    ana: Browser, session: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for question, status, told in (
        ("", 400, "Please write something here."),
        ("x" * 2_001, 400, "At most 2,000 characters"),
        ("Please fail", 503, "No answer came from the language model."),
    ):
        page = ask(ana, session, question=question)
        assert page.status == status
        assert told in page.text
        assert page.form("Ask").fields["question"] == question
    monkeypatch.setattr("chalicelib.services.access.rate_limits.QUESTIONS_OF_USER", 0)
    page = ask(ana, session)
    assert (page.status, "at most 0 a day" in page.text) == (429, True)
    ana.headers["HX-Request"] = "true"
    assert ask(ana, session).status == 200  # what htmx swaps in


def test_an_answer_is_saved_as_an_insight_once(ana: Browser, host: Host, session: str) -> None:
    form = next(it for it in ask(ana, session).forms if ("do", "keep") in it.buttons)
    for _ in range(2):
        page = follow(ana, send(ana, path_of(session), form, do="keep"))
        assert "It is noted." in page.text
    (kept,) = host.get(f"/sessions/{session}/insights")["data"]
    assert (kept["source"], kept["title"], kept["content"]) == ("ask", QUESTION, "They want later buses.")
    assert len(kept["quotes"]) == 2
    include(host, session, kept["quotes"][0]["participant_id"], False)
    form = replace_once(form)
    assert send(ana, path_of(session), form, do="keep").status_code == 400
    assert len(host.get(f"/sessions/{session}/insights")["data"]) == 1


def test_an_answer_is_not_kept_once_somebody_was_taken_out_who_is_not_quoted(
    ana: Browser, host: Host, session: str
) -> None:
    page = ask(ana, session)
    form = next(it for it in page.forms if ("do", "keep") in it.buttons)
    people = host.get(f"/sessions/{session}/responses")["data"]
    other = next(it["participant_id"] for it in people if it["external_id"] == "p3")
    assert other not in page.html
    include(host, session, other, False)
    page = ana.read(send(ana, path_of(session), form, do="keep"))
    assert (page.status, "This answer cannot be kept" in page.text) == (400, True)
    assert page.form("Ask").fields["question"] == QUESTION
    assert host.get(f"/sessions/{session}/insights")["data"] == []


def replace_once(form: Form) -> Form:
    """The form of another answer, with the same quotes."""
    turn = form.fields["turn"]
    before = turn.rindex('"once":"') + len('"once":"')
    return Form({**form.fields, "turn": f'{turn[:before]}another"}}'})


def test_a_viewer_asks_and_keeps_nothing(ana: Browser, host: Host, session: str) -> None:
    host.invite(session, "viewer", "vi@example.com")
    page = ask(sign_in(Browser(), "vi@example.com"), session)
    assert "They want later buses." in page.text
    assert not [it for it in page.forms if ("do", "keep") in it.buttons]


def test_without_a_model_the_page_says_what_needs_one(
    ana: Browser, session: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(container, "model", ScriptedModel)
    page = ana.open(path_of(session))
    assert "this server runs without one" in page.text
    assert not [it for it in page.forms if it.button == "Ask"]
