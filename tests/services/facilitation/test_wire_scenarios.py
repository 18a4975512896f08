"""What Anthropic's API may answer to a turn, as a participant at the API's door sees it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.api.hosts import error_of
from tests.fake_anthropic import CutOff, Drip, Fault, Malformed, Slow, text, tool
from tests.llm.wire import LiveApi, impatient, live_api, texts

Json = dict[str, Any]
DOWN = (503, "internal_error", "The facilitator is unavailable; send the same message again")
SINGLE = {"type": "SingleSelect", "label": "Which one?", "options": ["Soup", "Bread"]}
OF_SMALL: Json = {"model": "", "output_config": {}}
HALF = text("I hear that it is the n", stop_reason="max_tokens")
REFUSAL = text("I can't help with that", stop_reason="refusal")


@pytest.fixture
def live(aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveApi]:
    with live_api(monkeypatch) as found:
        yield found


@pytest.fixture
def session(live: LiveApi) -> str:
    """A session with widgets, which p1 has joined."""
    found = str(live.host.new_session(widgets_enabled=True, prompt="Ask.")["id"])
    live.server.queue(text("Hello, what do you eat?"))
    assert live.host.join(found).status_code == 200
    live.bodies.clear()
    return found


def said(live: LiveApi, session: str) -> list[str]:
    """What stands in the thread after the opening."""
    return [message["content"] for message in live.stored(session)[1:]]


def usage(live: LiveApi, session: str) -> Json:
    return dict(live.host.get(f"/sessions/{session}")["usage"])


def test_words(live: LiveApi, session: str) -> None:
    message = live.turn(text("What is it about soup?"), session, "Soup")
    assert message == {"role": "assistant", "content": "What is it about soup?", "is_final": False}
    assert said(live, session) == ["Soup", "What is it about soup?"]
    assert len(live.bodies) == 1
    assert usage(live, session) == {"turns": 2, "input_tokens": 26, "cached_tokens": 10, "output_tokens": 14}


@pytest.mark.parametrize("words", ["", "Right."])
def test_conclude(live: LiveApi, session: str, words: str) -> None:
    content = "You like soup. Thanks."
    message = live.turn(tool("conclude", {"recap": content}, words), session, "That is all")
    assert message == {"role": "assistant", "content": content, "is_final": True}
    assert (len(live.bodies), said(live, session)[-1]) == (1, content)
    assert live.turn(text("Noted."), session, "One more thing")["is_final"] is True


def test_present_widget(live: LiveApi, session: str) -> None:
    given = {"text": "You eat at noon.", "widget": SINGLE}
    message = live.turn(tool("present_widget", given, "Let me offer a choice."), session, "Noon")
    assert message["content"] == "You eat at noon.\n\nWhich one?\n\n- Soup\n- Bread"
    assert message["widget_spec"]["root"]["type"] == "SingleSelect"
    assert live.stored(session)[-1]["widget_spec"] == message["widget_spec"]
    assert len(live.bodies) == 1


@pytest.mark.parametrize(
    ("name", "given", "content"),
    [
        ("present_widget", "SingleSelect", "You eat at noon."),
        ("present_widget", ["SingleSelect"], "You eat at noon."),
        ("present_widget", {"widget": "SingleSelect"}, "You eat at noon."),
        ("present_widget", SINGLE, "You eat at noon."),
        (
            "present_widget",
            {"widget": {**SINGLE, "options": ["Soup"]}},
            "You eat at noon.\n\nWhich one?\n\n- Soup",
        ),
        (
            "present_widget",
            {"widget": {**SINGLE, "type": "Slider"}},
            "You eat at noon.\n\nWhich one?\n\n- Soup\n- Bread",
        ),
        ("write_prompt", {"opening": "Hello"}, "You eat at noon."),
    ],
)
def test_a_broken_widget_is_text(live: LiveApi, session: str, name: str, given: Any, content: str) -> None:
    message = live.turn(tool(name, given, "You eat at noon."), session, "Noon")
    assert message == {"role": "assistant", "content": content, "is_final": False}
    assert len(live.bodies) == 1


@pytest.mark.parametrize("given", ["Thanks.", None, {"recap": 3}, {"summary": "You like soup."}])
def test_a_broken_conclude_ends_with_the_text_beside_it(live: LiveApi, session: str, given: Any) -> None:
    message = live.turn(tool("conclude", given, "Thank you for your time."), session, "That is all")
    assert message == {"role": "assistant", "content": "Thank you for your time.", "is_final": True}


@pytest.mark.parametrize("name", ["present_widget", "conclude", "write_prompt"])
def test_a_broken_call_without_words_is_asked_again_once(live: LiveApi, session: str, name: str) -> None:
    live.server.queue(tool(name, "x"))
    assert live.turn(text("Why soup?"), session, "Soup")["content"] == "Why soup?"
    live.server.queue(tool(name, "x"), tool(name, {}))
    assert error_of(live.host.say(session, "Noon")) == DOWN
    assert said(live, session) == ["Soup", "Why soup?", "Noon"]
    assert len(live.bodies) == 4


@pytest.mark.parametrize("fault", [Fault(429, {"retry-after": "9"}), Fault(529), Fault(500), CutOff()])
def test_a_fault_that_comes_fast_is_no_matter_to_the_participant(live: LiveApi, session: str, fault: object) -> None:
    live.server.queue(fault)
    assert live.turn(text("Why soup?"), session, "Soup")["content"] == "Why soup?"
    assert said(live, session) == ["Soup", "Why soup?"]
    assert [body["model"] for body in live.bodies] == ["claude-sonnet-5-5", "claude-haiku-5-5"]
    assert {**live.bodies[0], **OF_SMALL} == {**live.bodies[1], **OF_SMALL}
    assert live.bodies[1]["output_config"] == {"effort": "medium"}  # with less, the small model lets its reasoning out


@pytest.mark.parametrize(
    ("faults", "wait"),
    [
        ((Fault(429, {"retry-after": "9"}), Fault(429, {"retry-after": "7"})), "7"),
        ((529, Fault(429, {"retry-after": "soon"})), "2"),
        ((529, 529), "2"),
        ((500, 500), "2"),
        ((CutOff(), CutOff()), "2"),
        ((400, 400), "2"),
        ((401,), "2"),
    ],
)
def test_a_fault_that_stays_loses_no_word(live: LiveApi, session: str, faults: tuple[object, ...], wait: str) -> None:
    live.server.queue(*faults)
    refused = live.host.say(session, "Soup", message_id="m1")
    assert (error_of(refused), refused.headers["Retry-After"]) == (DOWN, wait)
    assert said(live, session) == ["Soup"]
    assert live.turn(text("Why soup?"), session, "Soup", message_id="m1")["content"] == "Why soup?"
    assert said(live, session) == ["Soup", "Why soup?"]
    assert len(live.bodies) == len(faults) + 1


@pytest.mark.parametrize("silence", [Slow(), Drip(), Drip(headers=True)])
def test_silence_ends_in_time_and_loses_no_word(
    live: LiveApi, session: str, silence: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient(monkeypatch)
    live.server.queue(silence)
    assert error_of(live.host.say(session, "Soup")) == DOWN
    assert (said(live, session), len(live.bodies)) == (["Soup"], 1)
    assert live.turn(text("Why soup?"), session, "Soup")["content"] == "Why soup?"
    assert said(live, session) == ["Soup", "Why soup?"]


DECLINED = [REFUSAL, text("", stop_reason="refusal")]
UNUSABLE = [
    HALF,
    tool("present_widget", {"widget": {"type": "SingleSelect"}}, "You eat at", stop_reason="max_tokens"),
    tool("conclude", {"recap": "You like so"}, stop_reason="max_tokens"),
    text("You eat at", stop_reason="model_context_window_exceeded"),
    text(""),
    text(" \n"),
    Malformed(),
]


@pytest.mark.parametrize("unusable", UNUSABLE)
def test_half_a_reply_is_asked_again_once_with_a_word_about_it(live: LiveApi, session: str, unusable: Any) -> None:
    live.server.queue(unusable)
    assert live.turn(text("Why soup?"), session, "Soup")["content"] == "Why soup?"
    assert said(live, session) == ["Soup", "Why soup?"]
    first, again = live.bodies
    assert (first["max_tokens"], again["max_tokens"]) == (4_000, 8_000)
    assert again["messages"][:-1] == first["messages"][:-1]
    assert again["messages"][-1]["role"] == "system"
    assert again["messages"][-1]["content"][:-1] == first["messages"][-1]["content"]
    assert {**first, "max_tokens": 0, "messages": []} == {**again, "max_tokens": 0, "messages": []}


@pytest.mark.parametrize("declined", DECLINED)
def test_what_is_declined_goes_once_to_the_small_tier(live: LiveApi, session: str, declined: Any) -> None:
    live.server.queue(declined)
    assert live.turn(text("Why soup?"), session, "Soup")["content"] == "Why soup?"
    assert [body["model"] for body in live.bodies] == ["claude-sonnet-5-5", "claude-haiku-5-5"]
    assert {**live.bodies[0], **OF_SMALL} == {**live.bodies[1], **OF_SMALL}


@pytest.mark.parametrize("unusable", UNUSABLE)
def test_half_a_reply_is_never_stored_and_the_message_can_be_sent_again(
    live: LiveApi, session: str, unusable: Any
) -> None:
    live.server.queue(unusable, unusable)
    assert error_of(live.host.say(session, "Soup")) == DOWN
    assert (said(live, session), len(live.bodies)) == (["Soup"], 2)
    assert live.host.get(f"/sessions/{session}")["completed_count"] == 0
    assert live.turn(text("Why soup?"), session, "Soup")["content"] == "Why soup?"
    assert said(live, session) == ["Soup", "Why soup?"]


def test_a_reply_that_was_asked_for_twice_costs_both(live: LiveApi, session: str) -> None:
    live.server.queue(HALF)
    live.turn(text("Why soup?"), session, "Soup")
    assert usage(live, session) == {"turns": 2, "input_tokens": 39, "cached_tokens": 15, "output_tokens": 21}


def test_an_opening_that_fails_is_completed_by_joining_again(live: LiveApi) -> None:
    session = live.host.new_session(prompt="Ask.")["id"]
    live.server.queue(HALF, HALF)
    assert error_of(live.host.join(session)) == DOWN
    assert live.stored(session) == []
    live.server.queue(text("Hello, what do you eat?"))
    assert live.host.join(session).json_body["message"]["content"] == "Hello, what do you eat?"
    assert live.host.get(f"/sessions/{session}")["participant_count"] == 1


# Declined by every model


def has(body: Json, word: str) -> bool:
    return any(word in words for words in texts(body))


def declines(word: str) -> Callable[[Json], Any]:
    """A model that declines whatever has this word in it, as vendors' models do: whoever asks, and however often."""
    return lambda body: text("", stop_reason="refusal") if has(body, word) else text("And what else matters?")


def test_a_person_whose_message_is_declined_goes_on_talking(live: LiveApi, session: str) -> None:
    live.server.rule = declines("belladonna")
    told = live.host.say(session, "I put belladonna into the soup")
    assert told.status_code == 200
    message = told.json_body["message"]
    assert message["content"].startswith("I can't answer what you wrote last, and that is no fault of yours.")
    assert "the emergency or crisis services where you live" in message["content"]
    assert message["is_final"] is False
    assert [body["model"] for body in live.bodies] == ["claude-sonnet-5-5", "claude-haiku-5-5"]
    for words in ("Let us talk about lunch", "Lunch is at noon"):
        live.bodies.clear()
        assert live.host.say(session, words).json_body["message"]["content"].endswith("And what else matters?")
        assert len(live.bodies) == 1
        assert has(live.bodies[0], "<said>[withheld]</said>")
    assert said(live, session)[0] == "I put belladonna into the soup"  # the host reads every word
    assert usage(live, session)["turns"] == 4


def test_a_form_that_models_decline_silences_nobody(live: LiveApi) -> None:
    session = live.host.new_session(prompt="Ask.", questions=[{"text": "What do you grow?"}])["id"]
    (question,) = live.host.get(f"/sessions/{session}/questions")["data"]
    live.server.rule = declines("belladonna")
    joined = live.host.join(session, answers=[{"question_id": question["id"], "answer": "belladonna"}])
    assert (
        joined.json_body["message"]["content"]
        == "Hello! This conversation is about “Lunch”. What matters to you about it?"
    )
    assert live.host.say(session, "The soup").json_body["message"]["content"] == "And what else matters?"
    assert has(live.bodies[-1], "What do you grow?")
    assert not has(live.bodies[-1], "belladonna")
