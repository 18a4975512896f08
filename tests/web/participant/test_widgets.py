"""Widgets on the page: form controls that work without a script, and what their answers become."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from chalicelib.llm.interface import Reply, Request, ToolCall
from tests.api.hosts import Host
from tests.faults import Interviewer
from tests.web.browser import Browser

OPTIONS = ["At home", "In the canteen", "<b>Outside</b>"]
WIDGETS: dict[str, dict[str, Any]] = {
    "SingleSelect": {"options": OPTIONS},
    "MultiSelect": {"options": OPTIONS},
    "RatingScale": {"min": 0, "max": 3, "minLabel": "not at all", "maxLabel": "a lot"},
    "RankingList": {"items": OPTIONS},
}


@pytest.fixture
def session(host: Host) -> dict[str, Any]:
    """A session in which widgets may come."""
    return host.new_session(widgets_enabled=True, questions=[], prompt="Ask.")


def present(kind: str, model: Interviewer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the next turn present a widget of this kind, and the ones after it none."""
    complete = model.complete

    def presenting(request: Request, deadline: Any) -> Reply:
        reply = complete(request, deadline)
        if request.task != "turn" or model.count("turn") != 5:
            return reply
        call = ToolCall("present_widget", {"widget": {"type": kind, "label": "Where do you eat?", **WIDGETS[kind]}})
        return Reply("Let us see.", "test-model", (call,), reply.usage)

    monkeypatch.setattr(model, "complete", presenting)


def asked(kind: str, ben: Browser, session: dict[str, Any], model: Interviewer, monkeypatch: Any) -> Any:
    """The page on which this widget is open."""
    present(kind, model, monkeypatch)
    ben.join(session)
    for words in ("One", "Two", "Three"):
        ben.say(session, words)
    return ben.say(session, "Four")


@pytest.mark.parametrize(
    ("kind", "chosen", "content", "value"),
    [
        ("SingleSelect", {"w": "1"}, "In the canteen", "In the canteen"),
        ("MultiSelect", {"w0": "1", "w2": "1"}, "- At home\n- <b>Outside</b>", ["At home", "<b>Outside</b>"]),
        ("MultiSelect", {"w1": "1"}, "In the canteen", ["In the canteen"]),
        ("RatingScale", {"w": "0"}, "0", 0),
        (
            "RankingList",
            {"w0": "3", "w1": "1", "w2": "2"},
            "1. In the canteen\n2. <b>Outside</b>\n3. At home",
            ["In the canteen", "<b>Outside</b>", "At home"],
        ),
    ],
)
def test_a_choice_is_stored_as_value_and_as_words(
    kind: str,
    chosen: dict[str, str],
    content: str,
    value: Any,
    host: Host,
    ben: Browser,
    session: dict[str, Any],
    model: Interviewer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = asked(kind, ben, session, model, monkeypatch)
    assert page.log[-1][1].replace("\n", "") == "Let us see.Where do you eat?"  # the options are the control's
    assert "<b>Outside" not in page.html
    page = ben.submit(page.form("Send answer"), **chosen)
    assert page.log[-2] == ("You", content)
    assert not page.has_form("Send answer")
    (person,) = host.get(f"/sessions/{session['id']}/responses")["data"]
    answer = person["messages"][-2]
    assert (answer["content"], answer["widget_value"]) == (content, value)


@pytest.mark.parametrize(
    ("kind", "chosen", "complaint"),
    [
        ("SingleSelect", {}, "Please choose an answer first"),
        ("SingleSelect", {"w": "3"}, "Please choose an answer first"),
        ("SingleSelect", {"w": "²"}, "Please choose an answer first"),
        ("MultiSelect", {}, "Please choose an answer first"),
        ("RatingScale", {"w": "4"}, "Please choose an answer first"),
        ("RankingList", {"w0": "1", "w1": "1", "w2": "2"}, "every item a place of its own, from 1 to 3"),
    ],
)
def test_a_form_that_answers_nothing_says_what_is_missing(
    kind: str,
    chosen: dict[str, str],
    complaint: str,
    ben: Browser,
    session: dict[str, Any],
    model: Interviewer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = ben.submit(asked(kind, ben, session, model, monkeypatch).form("Send answer"), **chosen)
    assert page.status == 400
    assert complaint in page.text
    assert page.has_form("Send answer")


def test_a_page_that_is_open_shows_the_choices_in_the_transcript_once_they_are_answered(
    ben: Browser, session: dict[str, Any], model: Interviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = asked("RatingScale", ben, session, model, monkeypatch).form("Send answer")
    sequence = form.fields["widget"]
    token = {"X-Harmonica": "page", "X-Harmonica-Token": form.fields["token"]}

    def news(method: str, body: bytes = b"") -> str:
        path = f"/chat/live?s={session['id']}&after={sequence}"
        sent = {**token, "Content-Type": "application/x-www-form-urlencoded"}
        return str(json.loads(ben.request(method, path, body, sent).body)["entries"])

    assert news("GET") == ""
    answered = news("POST", urlencode({**form.fields, "w": "2", "again": "m-1"}).encode())
    assert f'data-sequence="{sequence}"' in answered
    assert "0 (not at all)" in answered
    assert "0 (not at all)" in ben.chat(session).text


def test_ones_own_words_answer_a_widget_too_and_close_it(
    ben: Browser, session: dict[str, Any], model: Interviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_page = asked("SingleSelect", ben, session, model, monkeypatch)
    page = ben.say(session, "It depends")
    assert not page.has_form("Send answer")
    assert "- At home" not in page.text
    assert "At home" in page.text  # what was offered can still be read
    late = ben.submit(open_page.form("Send answer"), w="1")
    assert late.status == 409
    assert "answered in the meantime" in late.text


def test_sending_a_choice_twice_is_one_answer(
    host: Host, ben: Browser, session: dict[str, Any], model: Interviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = asked("RatingScale", ben, session, model, monkeypatch).form("Send answer")
    for _ in range(2):
        ben.submit(form, w="2", again="11111111-1111-4111-8111-111111111111")
    (person,) = host.get(f"/sessions/{session['id']}/responses")["data"]
    assert [m["widget_value"] for m in person["messages"] if "widget_value" in m] == [2]


def test_a_ranking_starts_in_the_order_it_was_given(
    ben: Browser, session: dict[str, Any], model: Interviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = asked("RankingList", ben, session, model, monkeypatch).form("Send answer")
    assert [form.fields[f"w{place}"] for place in range(3)] == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("kind", "first", "second", "told"),
    [
        ("RatingScale", "2", "0", "I have changed my answer: 0"),
        ("SingleSelect", "1", "2", "I have changed my answer: <b>Outside</b>"),
    ],
)
def test_what_one_tap_chose_can_be_changed_until_something_else_is_said(
    kind: str,
    first: str,
    second: str,
    told: str,
    host: Host,
    ben: Browser,
    session: dict[str, Any],
    model: Interviewer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = ben.submit(asked(kind, ben, session, model, monkeypatch).form("Send answer"), w=first)
    form = page.form("Change my answer")
    assert form.fields["w"] == first
    changed = ben.submit(form, w=second)
    assert changed.log[-2] == ("You", told)
    assert changed.log[:-2] == page.log
    assert ben.submit(changed.form("Change my answer"), w=second).log == changed.log, "it is the answer already"
    assert ben.submit(form, w=second).log == changed.log
    ben.say(session, "Something else")
    late = ben.submit(changed.form("Change my answer"), w=first)
    assert (late.status, late.has_form("Change my answer")) == (409, False)
    (person,) = host.get(f"/sessions/{session['id']}/responses")["data"]
    chosen = [m["content"] for m in person["messages"] if "widget_value" in m]
    assert chosen == [page.log[-2][1], told]


def test_a_page_that_is_open_can_go_on_changing_as_one_that_is_loaded(
    ben: Browser, session: dict[str, Any], model: Interviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = asked("RatingScale", ben, session, model, monkeypatch).form("Send answer")
    token = {"X-Harmonica": "page", "X-Harmonica-Token": form.fields["token"]}
    after = int(form.fields["widget"])

    def send(**fields: str) -> dict[str, Any]:
        path = f"/chat/live?s={session['id']}&after={after}"
        sent = {**token, "Content-Type": "application/x-www-form-urlencoded"}
        news: dict[str, Any] = json.loads(
            ben.request("POST", path, urlencode(form.fields | fields).encode(), sent).body
        )
        return news

    keys = []
    for number, (do, value) in enumerate((("choose", "2"), ("change", "1"), ("change", "3"))):
        news = send(do=do, w=value, again=f"m-{number}")
        after = news["after"]
        assert f'value="{value}" data-words="{value}" required checked' in news["foot"]
        assert f'data-key="{news["key"]}"' in ben.chat(session).html
        keys.append(news["key"])
    assert len(set(keys)) == 3
