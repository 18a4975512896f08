"""What Anthropic's API may answer to a turn, as a participant at the API's door sees it."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.hosts import error_of
from tests.fake_anthropic import CutOff, Drip, Fault, Malformed, Slow, text, tool
from tests.llm.wire import Door, door, impatient

DOWN = (503, "internal_error", "The facilitator is unavailable; send the same message again")
SINGLE = {"type": "SingleSelect", "label": "Which one?", "options": ["Soup", "Bread"]}
HALF = text("I hear that it is the n", stop_reason="max_tokens")
REFUSAL = text("I can't help with that", stop_reason="refusal")
Json = dict[str, Any]


@pytest.fixture
def there(aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    with door(monkeypatch) as found:
        yield found


@pytest.fixture
def session(there: Door) -> str:
    """A session with widgets, which p1 has joined."""
    found = str(there.host.new_session(widgets_enabled=True, prompt="Ask.")["id"])
    there.server.queue(text("Hello, what do you eat?"))
    assert there.host.join(found).status_code == 200
    there.bodies.clear()
    return found


def said(there: Door, session: str) -> list[str]:
    """What stands in the thread after the opening."""
    return [message["content"] for message in there.stored(session)[1:]]


def usage(there: Door, session: str) -> Json:
    return dict(there.host.get(f"/sessions/{session}")["usage"])


def test_words(there: Door, session: str) -> None:
    message = there.turn(text("What is it about soup?"), session, "Soup")
    assert message == {"role": "assistant", "content": "What is it about soup?", "is_final": False}
    assert said(there, session) == ["Soup", "What is it about soup?"]
    assert len(there.bodies) == 1
    assert usage(there, session) == {"turns": 2, "input_tokens": 26, "cached_tokens": 10, "output_tokens": 14}


@pytest.mark.parametrize(
    ("words", "content"), [("", "You like soup. Thanks."), ("Right.", "Right.\n\nYou like soup. Thanks.")]
)
def test_conclude(there: Door, session: str, words: str, content: str) -> None:
    message = there.turn(tool("conclude", {"recap": "You like soup. Thanks."}, words), session, "That is all")
    assert message == {"role": "assistant", "content": content, "is_final": True}
    assert (len(there.bodies), said(there, session)[-1]) == (1, content)
    assert there.turn(text("Noted."), session, "One more thing")["is_final"] is True


def test_present_widget(there: Door, session: str) -> None:
    message = there.turn(tool("present_widget", {"widget": SINGLE}, "You eat at noon."), session, "Noon")
    assert message["content"] == "You eat at noon.\n\nWhich one?\n\n- Soup\n- Bread"
    assert message["widget_spec"]["root"]["type"] == "SingleSelect"
    assert there.stored(session)[-1]["widget_spec"] == message["widget_spec"]
    assert len(there.bodies) == 1


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
def test_a_broken_widget_is_text(there: Door, session: str, name: str, given: Any, content: str) -> None:
    message = there.turn(tool(name, given, "You eat at noon."), session, "Noon")
    assert message == {"role": "assistant", "content": content, "is_final": False}
    assert len(there.bodies) == 1


@pytest.mark.parametrize("given", ["Thanks.", None, {"recap": 3}, {"summary": "You like soup."}])
def test_a_broken_conclude_ends_with_the_text_beside_it(there: Door, session: str, given: Any) -> None:
    message = there.turn(tool("conclude", given, "Thank you for your time."), session, "That is all")
    assert message == {"role": "assistant", "content": "Thank you for your time.", "is_final": True}


@pytest.mark.parametrize("name", ["present_widget", "conclude", "write_prompt"])
def test_a_broken_call_without_words_is_asked_again_once(there: Door, session: str, name: str) -> None:
    there.server.queue(tool(name, "x"))
    assert there.turn(text("Why soup?"), session, "Soup")["content"] == "Why soup?"
    there.server.queue(tool(name, "x"), tool(name, {}))
    assert error_of(there.host.say(session, "Noon")) == DOWN
    assert said(there, session) == ["Soup", "Why soup?", "Noon"]
    assert len(there.bodies) == 4


@pytest.mark.parametrize("fault", [Fault(429, {"retry-after": "9"}), Fault(529), Fault(500), CutOff()])
def test_a_fault_that_comes_fast_is_no_matter_to_the_participant(there: Door, session: str, fault: object) -> None:
    there.server.queue(fault)
    assert there.turn(text("Why soup?"), session, "Soup")["content"] == "Why soup?"
    assert said(there, session) == ["Soup", "Why soup?"]
    assert [body["model"] for body in there.bodies] == ["claude-sonnet-5-5", "claude-haiku-5-5"]
    assert {**there.bodies[0], "model": ""} == {**there.bodies[1], "model": ""}


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
def test_a_fault_that_stays_loses_no_word(there: Door, session: str, faults: tuple[object, ...], wait: str) -> None:
    there.server.queue(*faults)
    refused = there.host.say(session, "Soup", message_id="m1")
    assert (error_of(refused), refused.headers["Retry-After"]) == (DOWN, wait)
    assert said(there, session) == ["Soup"]
    assert there.turn(text("Why soup?"), session, "Soup", message_id="m1")["content"] == "Why soup?"
    assert said(there, session) == ["Soup", "Why soup?"]
    assert len(there.bodies) == len(faults) + 1


@pytest.mark.parametrize("silence", [Slow(), Drip(), Drip(headers=True)])
def test_silence_ends_in_time_and_loses_no_word(
    there: Door, session: str, silence: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient(monkeypatch)
    there.server.queue(silence)
    assert error_of(there.host.say(session, "Soup")) == DOWN
    assert (said(there, session), len(there.bodies)) == (["Soup"], 1)
    assert there.turn(text("Why soup?"), session, "Soup")["content"] == "Why soup?"
    assert said(there, session) == ["Soup", "Why soup?"]


UNUSABLE = [
    HALF,
    tool("present_widget", {"widget": {"type": "SingleSelect"}}, "You eat at", stop_reason="max_tokens"),
    tool("conclude", {"recap": "You like so"}, stop_reason="max_tokens"),
    REFUSAL,
    text("", stop_reason="refusal"),
    text("Wait", stop_reason="pause_turn"),
    text("You eat at", stop_reason="model_context_window_exceeded"),
    text(""),
    text(" \n"),
    Malformed(),
]


@pytest.mark.parametrize("unusable", UNUSABLE)
def test_half_a_reply_or_a_refusal_is_asked_again_once(there: Door, session: str, unusable: Any) -> None:
    there.server.queue(unusable)
    assert there.turn(text("Why soup?"), session, "Soup")["content"] == "Why soup?"
    assert said(there, session) == ["Soup", "Why soup?"]
    first, again = there.bodies
    assert (first["max_tokens"], again["max_tokens"]) == (4_000, 8_000)
    assert {**first, "max_tokens": 0} == {**again, "max_tokens": 0}


@pytest.mark.parametrize("unusable", UNUSABLE)
def test_half_a_reply_is_never_stored_and_the_message_can_be_sent_again(
    there: Door, session: str, unusable: Any
) -> None:
    there.server.queue(unusable, unusable)
    assert error_of(there.host.say(session, "Soup")) == DOWN
    assert (said(there, session), len(there.bodies)) == (["Soup"], 2)
    assert there.host.get(f"/sessions/{session}")["completed_count"] == 0
    assert there.turn(text("Why soup?"), session, "Soup")["content"] == "Why soup?"
    assert said(there, session) == ["Soup", "Why soup?"]


def test_a_reply_that_was_asked_for_twice_costs_both(there: Door, session: str) -> None:
    there.server.queue(HALF)
    there.turn(text("Why soup?"), session, "Soup")
    assert usage(there, session) == {"turns": 2, "input_tokens": 39, "cached_tokens": 15, "output_tokens": 21}


def test_an_opening_that_fails_is_completed_by_joining_again(there: Door) -> None:
    session = there.host.new_session(prompt="Ask.")["id"]
    there.server.queue(REFUSAL, REFUSAL)
    assert error_of(there.host.join(session)) == DOWN
    assert there.stored(session) == []
    there.server.queue(text("Hello, what do you eat?"))
    assert there.host.join(session).json_body["message"]["content"] == "Hello, what do you eat?"
    assert there.host.get(f"/sessions/{session}")["participant_count"] == 1
