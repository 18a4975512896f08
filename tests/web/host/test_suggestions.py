"""Suggestions beside the fields of a brief: asked for by a button, put into a field by another, and never by themselves."""

from typing import Any

import pytest

from chalicelib.llm.interface import Reply, ToolCall
from tests.api.hosts import Host
from tests.faults import Interviewer
from tests.web.browser import Browser, Form, Page
from tests.web.host.visitor import send, sign_in

SUGGESTED = ("Why people bring their own lunch", "What a good lunch takes")


@pytest.fixture
def ana(host: Host, ben: Browser, model: Interviewer, monkeypatch: pytest.MonkeyPatch) -> Browser:
    """The host, signed in, on a server whose model suggests two texts."""

    def complete(request: Any, deadline: Any) -> Reply:
        if request.task != "suggestion":
            return Interviewer.complete(model, request, deadline)
        model.requests.append(request)
        return Reply("", "test-model", (ToolCall("suggest", {"suggestions": list(SUGGESTED)}),))

    monkeypatch.setattr(model, "complete", complete)
    return sign_in(ben, "ana@example.com")


def form_of(page: Page) -> Form:
    """The form of the brief."""
    return page.noted_form()


def press(browser: Browser, path: str, form: Form, **fields: str) -> Page:
    """Press one of the form's buttons."""
    answer = send(browser, path, form, **fields)
    assert answer.status_code == 200, answer.body
    return browser.read(answer)


def test_without_a_script_the_page_comes_again_with_texts_that_can_be_used(ana: Browser, host: Host) -> None:
    form = form_of(ana.open("/new"))
    page = press(ana, "/new", form, suggest="goal", goal="Lunch")
    assert all(text in page.text for text in SUGGESTED)
    assert form_of(page).fields["goal"] == "Lunch"  # until somebody uses one
    used = press(ana, "/new", form_of(page), use_goal=SUGGESTED[0])
    assert form_of(used).fields["goal"] == SUGGESTED[0]
    assert "What was there before Lunch Use this" in used.text
    assert host.get("/sessions?status=draft")["data"] == []  # nothing of all this is stored


def test_a_script_gets_the_texts_alone_made_of_what_is_typed_and_of_what_is_stored(
    ana: Browser, host: Host, model: Interviewer
) -> None:
    session = host.new_session(draft=True, topic=None, critical="Allergies")["id"]
    form = form_of(ana.open(f"/sessions/{session}/brief?step=topic"))
    ana.headers["HX-Request"] = "true"
    fields = {"suggest": "topic", "goal": "What people eat", "topic": ""}
    body = send(ana, f"/sessions/{session}/brief/suggestions", form, **fields).body.decode()
    assert body.count('data-puts="topic"') == 2
    assert "<html" not in body
    (block,) = model.requests[-1].messages[-1].blocks
    assert "<goal>What people eat</goal>\n<critical>Allergies</critical>" in block.text
    assert host.get(f"/sessions/{session}")["goal"] == "Find out what people eat"


def test_what_is_in_its_way_is_said_beside_the_field(ana: Browser, model: Interviewer) -> None:
    form = form_of(ana.open("/new"))
    assert "Write a few words first" in press(ana, "/new", form, suggest="goal", goal="").text
    assert "At most 5,000 characters" in press(ana, "/new", form, suggest="goal", goal="x" * 5_001).text
    for _ in range(20):
        page = press(ana, "/new", form, suggest="goal", goal="Lunch")
    assert SUGGESTED[0] in page.text
    page = press(ana, "/new", form, suggest="goal", goal="Lunch")
    assert "That was often within a minute" in page.text
    assert form_of(page).fields["goal"] == "Lunch"
    assert model.count("suggestion") == 20


def test_enter_in_a_field_goes_on_and_asks_for_nothing(ana: Browser) -> None:
    html = ana.open("/new").html
    buttons = html[html.index('<form id="brief"') :].split("<button")
    assert 'name="do" value="next" tabindex="-1" aria-hidden="true"' in buttons[1]


def test_a_server_without_a_model_says_so_once_and_offers_no_button(
    host: Host, ben: Browser, model: Interviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, "understands", False)
    page = sign_in(ben, "ana@example.com").open("/new")
    assert page.text.count("Suggestions need a language model") == 1
    assert "suggestions" not in page.html
    assert "Suggestions need" not in ben.open(f"/sessions/{host.new_session(draft=True)['id']}/brief").text


def test_strangers_and_viewers_get_none(ana: Browser, host: Host, cem: Browser, model: Interviewer) -> None:
    session = host.new_session(draft=True)["id"]
    form = form_of(ana.open(f"/sessions/{session}/brief"))
    host.invite(session, "viewer", "vera@example.com")
    sign_in(cem, "vera@example.com")
    own = form_of(cem.open("/new")).fields["token"]
    path = f"/sessions/{session}/brief/suggestions"
    assert send(cem, path, form, suggest="goal").status_code == 403
    assert send(cem, path, form, suggest="goal", token=own).status_code == 403
    assert model.count("suggestion") == 0
