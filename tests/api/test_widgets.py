"""Widgets through the API: presented once, answered by a value that they allow, both stored and shown."""

from typing import Any

import pytest

from tests.api.answered import Json, Presenter, host, model
from tests.api.hosts import Host, error_of

__all__ = ["host", "model"]  # the fixtures

SINGLE = {"type": "SingleSelect", "label": "Which one?", "options": ["Soup", "Bread"]}
MULTI = {"type": "MultiSelect", "label": "Which ones?", "options": ["Soup", "Bread", "Salad"]}
SCALE = {"type": "RatingScale", "label": "How good?", "min": 0, "max": 5, "minLabel": "bad", "maxLabel": "good"}
RANKING = {"type": "RankingList", "label": "In which order?", "items": ["Soup", "Bread"]}


@pytest.fixture
def session(host: Host) -> str:
    """A session with widgets, which p1 has joined."""
    found = str(host.new_session(widgets_enabled=True, prompt="Ask.")["id"])
    host.join(found)
    return found


def presented(host: Host, model: Presenter, session: str, widget: Json, **fields: Any) -> Json:
    """The message that presents this widget."""
    model.widget = widget
    answer = host.say(session, "Hello", **fields)
    assert answer.status_code == 200, answer.body
    return dict(answer.json_body["message"])


def messages(host: Host, session: str) -> list[Json]:
    return list(host.get(f"/sessions/{session}/responses")["data"][0]["messages"])


def test_a_widget_and_its_answer_are_stored_and_shown(host: Host, model: Presenter, session: str) -> None:
    message = presented(host, model, session, SINGLE)
    root = {"type": "SingleSelect", "props": {"label": "Which one?", "options": ["Soup", "Bread"]}, "children": []}
    assert message["widget_spec"] == {"root": root}
    assert message["content"] == "Tell me.\n\nWhich one?\n\n- Soup\n- Bread"
    answer = host.say(session, "I choose soup", widget_value="Soup").json_body["message"]
    assert set(answer) == {"role", "content", "is_final"}
    opening, _, with_widget, answered, last = messages(host, session)
    plain = {"id", "role", "content", "created_at"}
    assert (set(opening), set(last)) == (plain, plain)
    assert with_widget["widget_spec"] == {"root": root}
    assert set(with_widget) == {*plain, "widget_spec"}
    assert (answered["content"], answered["widget_value"]) == ("I choose soup", "Soup")
    assert set(answered) == {*plain, "widget_value"}


@pytest.mark.parametrize(
    ("widget", "right", "wrong"),
    [
        (SINGLE, "Bread", ["Salad", "", ["Soup"], 1]),
        (MULTI, ["Salad", "Soup"], [[], ["Soup", "Soup"], ["Meat"], "Soup", 1]),
        (SCALE, 0, [-1, 6, "3", ["3"]]),
        (RANKING, ["Bread", "Soup"], [["Soup"], ["Soup", "Soup"], ["Soup", "Bread", "Bread"], "Soup"]),
    ],
    ids=lambda value: value.get("type") if isinstance(value, dict) else None,
)
def test_a_value_that_the_widget_does_not_allow_is_refused_and_nothing_is_stored(
    host: Host, model: Presenter, session: str, widget: Json, right: Any, wrong: list[Any]
) -> None:
    presented(host, model, session, widget)
    before, asked = messages(host, session), model.count("turn")
    for value in wrong:
        status, code, message = error_of(host.say(session, "Here", widget_value=value))
        assert (status, code, message.split()[0]) == (400, "validation_error", "widget_value"), value
    assert (messages(host, session), model.count("turn")) == (before, asked)
    assert host.say(session, "Here", widget_value=right).status_code == 200
    assert messages(host, session)[-2]["widget_value"] == right


@pytest.mark.parametrize("value", [1.5, True, {"a": 1}, [1], [["Soup"]], [None]])
def test_a_value_of_another_type_is_refused(host: Host, model: Presenter, session: str, value: Any) -> None:
    presented(host, model, session, MULTI)
    status, code, message = error_of(host.say(session, "Here", widget_value=value))
    assert (status, code) == (400, "validation_error")
    assert message in (
        "widget_value must be a whole number, a string or a list",
        "widget_value[0] must be a string",
    )
    assert len(messages(host, session)) == 3


def test_without_an_open_widget_a_value_is_refused(host: Host, model: Presenter, session: str) -> None:
    told = (
        "widget_value must be left out: there is no open widget in this conversation. "
        "An answer that is sent again needs the message_id of its first try"
    )
    refused = (400, "validation_error", told)
    assert error_of(host.say(session, "Soup", widget_value="Soup")) == refused
    assert error_of(host.say(session, "Soup", "somebody new", widget_value="Soup")) == refused
    assert host.get(f"/sessions/{session}")["participant_count"] == 1
    presented(host, model, session, SINGLE)
    host.say(session, "I would rather say it in words")
    assert error_of(host.say(session, "Soup", widget_value="Soup")) == refused


def test_an_answer_in_words_needs_no_value_and_null_is_none(host: Host, model: Presenter, session: str) -> None:
    presented(host, model, session, SINGLE)
    assert host.say(session, "Neither", widget_value=None).status_code == 200
    assert "widget_value" not in messages(host, session)[-2]


def test_content_is_required_beside_a_value(host: Host, model: Presenter, session: str) -> None:
    presented(host, model, session, SINGLE)
    body = {"participant_id": "p1", "participant_name": "", "widget_value": "Soup"}
    answer = host.call("POST", f"/sessions/{session}/chat", body)
    assert error_of(answer) == (400, "validation_error", "content is required")


def test_a_turn_that_comes_again_shows_its_widget_again(host: Host, model: Presenter, session: str) -> None:
    key = {"Idempotency-Key": "k1"}
    body = {"participant_id": "p1", "participant_name": "Bo", "content": "Hello"}
    model.widget = SINGLE
    first = host.call("POST", f"/sessions/{session}/chat", body, **key).json_body
    assert first["message"]["widget_spec"]["root"]["type"] == "SingleSelect"
    assert host.call("POST", f"/sessions/{session}/chat", body, **key).json_body == first
    chosen = host.say(session, "Soup", message_id="m1", widget_value="Soup").json_body
    for _ in range(4):
        host.say(session, "More")
    shown = presented(host, model, session, MULTI, message_id="m2")
    assert presented(host, model, session, SCALE, message_id="m2") == shown
    model.widget = None
    assert host.say(session, "Soup", message_id="m1", widget_value="Soup").json_body == chosen
    assert host.say(session, "Soup", message_id="m1", widget_value="Nonsense").json_body == chosen


def test_a_choice_that_was_not_answered_can_be_sent_again_or_changed(
    host: Host, model: Presenter, session: str
) -> None:
    presented(host, model, session, SINGLE)
    model.failing.add("turn")
    assert host.say(session, "My choice", widget_value="Soup").status_code == 503
    assert host.say(session, "My choice", widget_value="Soup").status_code == 503
    assert host.say(session, "My choice", widget_value="Bread").status_code == 503
    model.failing.clear()
    assert host.say(session, "My choice", widget_value="Bread").status_code == 200
    said = [message.get("widget_value") for message in messages(host, session) if message["role"] == "user"]
    assert said == [None, "Soup", "Bread"]


def test_the_model_sees_what_was_on_the_screen_and_what_was_chosen(host: Host, model: Presenter, session: str) -> None:
    presented(host, model, session, SINGLE)
    host.say(session, "I choose soup", widget_value="Soup")
    prompt = "\n".join(block.text for message in model.requests[-1].messages for block in message.blocks)
    assert "Which one?" in prompt
    assert prompt.index("Soup | Bread") < prompt.index("<said>I choose soup</said>")


def test_a_widget_in_a_session_without_widgets_is_text(host: Host, model: Presenter) -> None:
    session = host.new_session(prompt="Ask.")["id"]
    host.join(session)
    message = presented(host, model, session, SINGLE)
    assert "widget_spec" not in message
    assert "Soup" in message["content"]
    assert host.say(session, "Soup", widget_value="Soup").status_code == 400
