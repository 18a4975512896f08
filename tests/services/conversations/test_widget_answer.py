"""A widget's answer can be given anew until something else is said: stored behind the first one, once, and never over another turn."""

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib import container
from chalicelib.errors import Conflict, Unavailable, WidgetValueRefused
from chalicelib.llm.interface import Reply, Request, ToolCall
from chalicelib.services.conversations import request_context, turn
from chalicelib.services.conversations.messages import NewMessage, Turn
from chalicelib.services.conversations.widget_answer import find_answered_widget
from tests.clock import own_time
from tests.conversation import Conversation
from tests.faults import Interviewer, own_model

SCALE = {"type": "RatingScale", "label": "How full?", "min": 0, "max": 10, "minLabel": "Empty", "maxLabel": "Full"}


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Interviewer:
    """A model that presents a scale in its fifth turn, and no widget before or after."""
    model = own_model(monkeypatch)
    complete = model.complete

    def presenting(request: Request, deadline: Any) -> Reply:
        reply = complete(request, deadline)
        if request.task != "turn" or model.count("turn") != 5:
            return reply
        return Reply("Let us see.", "test-model", (ToolCall("present_widget", {"widget": SCALE}),), reply.usage)

    monkeypatch.setattr(model, "complete", presenting)
    return model


@pytest.fixture
def talk(aws: None, model: Interviewer, monkeypatch: pytest.MonkeyPatch) -> Conversation:
    """A conversation in which the scale is open."""
    talk = Conversation(own_time(monkeypatch), model, widgets_enabled=True)
    talk.join()
    for words in ("One", "Two", "Three", "Four"):
        talk.say(words)
    return talk


def change(talk: Conversation, value: object, message_id: str, *, of: int | None = None, waits: bool = True) -> Turn:
    """Another answer to the scale."""
    said = NewMessage(f"Changed: {value}", message_id, value, of or _asked(talk))
    deps = container.conversation_deps()
    found = request_context.find(talk.session.id, talk.who, deps)
    return turn.take_turn(found, talk.who, said, deps=deps, deadline=talk.clock.deadline(24), waits=waits)


def values(talk: Conversation) -> list[Any]:
    return [it.widget_value for it in talk.thread().messages if it.widget_value is not None]


def answer_that_counts(talk: Conversation) -> Any:
    found = find_answered_widget(talk.thread().messages)
    return found.value if found else None


def _asked(talk: Conversation) -> int:
    return next(it.sequence for it in talk.thread().messages if it.widget_spec is not None)


def test_an_answer_is_changed_by_a_message_of_its_own_until_something_else_is_said(talk: Conversation) -> None:
    assert find_answered_widget(talk.thread().messages) is None
    with pytest.raises(WidgetValueRefused):
        change(talk, 3, "m-0")  # there is none yet
    talk.say("7", "m-1", 7)
    assert answer_that_counts(talk) == 7
    for number, value in ((2, 4), (3, 5)):
        change(talk, value, f"m-{number}")
    assert (values(talk), answer_that_counts(talk)) == ([7, 4, 5], 5)
    assert [words for role, words in talk.said() if role == "user"][-3:] == ["7", "Changed: 4", "Changed: 5"]
    for refused in (11, 4.5, "4"):
        with pytest.raises(WidgetValueRefused):
            change(talk, refused, "m-4")
    with pytest.raises(WidgetValueRefused):
        change(talk, 4, "m-4", of=_asked(talk) - 2)
    talk.say("Something else")
    assert answer_that_counts(talk) is None
    with pytest.raises(WidgetValueRefused):
        change(talk, 4, "m-5")
    assert values(talk) == [7, 4, 5]


def test_a_change_sent_again_is_the_same_turn_for_ever(talk: Conversation, model: Interviewer) -> None:
    talk.say("7", "m-1", 7)
    first = change(talk, 4, "m-2")
    before = model.count("turn")
    assert change(talk, 4, "m-2").content == first.content
    talk.say("Something else")
    assert change(talk, 4, "m-2").content == first.content
    assert (values(talk), model.count("turn")) == ([7, 4], before + 1)


def _said_something_else(talk: Conversation) -> None:
    talk.say("Something else")


def _changed(talk: Conversation) -> None:
    change(talk, 9, "m-9")


@pytest.mark.parametrize(("meanwhile", "stored"), [(_said_something_else, [7]), (_changed, [7, 9, 4])])
def test_of_two_at_once_the_later_one_is_judged_by_what_the_earlier_one_left(
    meanwhile: Callable[[Conversation], None], stored: list[int], talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk.say("7", "m-1", 7)
    say = type(container.conversations()).say
    came: list[bool] = []

    def beaten(*args: Any) -> Any:
        if not came:
            came.append(True)
            meanwhile(talk)
        return say(*args)

    monkeypatch.setattr(type(container.conversations()), "say", beaten)
    if stored == [7]:
        with pytest.raises(WidgetValueRefused):
            change(talk, 4, "m-2")
    else:
        change(talk, 4, "m-2")
    assert values(talk) == stored


def test_a_change_before_the_reply_waits_for_it_and_then_counts(talk: Conversation, model: Interviewer) -> None:
    held: list[str] = []

    def tap_again() -> None:
        with pytest.raises(Conflict):
            change(talk, 4, "m-2", waits=False)
        held.append("busy")

    talk.during_next_call(tap_again)
    talk.say("7", "m-1", 7)
    assert held == ["busy"]
    change(talk, 4, "m-2")
    assert (values(talk), answer_that_counts(talk)) == ([7, 4], 4)


def test_an_answer_without_a_reply_can_be_changed_and_one_reply_serves_both(
    talk: Conversation, model: Interviewer
) -> None:
    model.failing.add("turn")
    with pytest.raises(Unavailable):
        talk.say("7", "m-1", 7)
    model.failing.clear()
    change(talk, 4, "m-2")
    assert [role for role, _ in talk.said()][-3:] == ["user", "user", "assistant"]
    assert answer_that_counts(talk) == 4
