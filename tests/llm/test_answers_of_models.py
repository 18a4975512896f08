"""What becomes of an answer: what is a part of it, what is asked for again, and what was declined."""

import logging
from typing import Any

import pytest

from chalicelib.clock import Clock
from chalicelib.llm.interface import ModelDeclined, ModelUnavailable, Reply, Request, ToolCall, Usage
from tests.fake_anthropic import FakeAnthropic, Fault, declined, noted, text, tool
from tests.llm.asking import DIGEST, TURN, adapter, ask, models


def test_an_answer_that_pauses_is_sent_back_and_goes_on(server: FakeAnthropic) -> None:
    paused = text("I see. ", stop_reason="pause_turn")
    server.queue(paused, text("Why?"))
    assert ask(server) == Reply("I see. Why?", "claude-sonnet-5-5", (), Usage(26, 10, 14, 196))
    first, on = server.bodies
    begun = {"role": "assistant", "content": paused["content"]}  # its thinking, too, as it came
    assert on == {**first, "messages": [*first["messages"], begun]}


def test_one_that_only_pauses_is_none(server: FakeAnthropic) -> None:
    server.queue(*[text("I see.", stop_reason="pause_turn")] * 9)
    with pytest.raises(ModelUnavailable):
        ask(server)
    assert len(server.bodies) == 6


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("<thinking>They like soup.</thinking>\n\nWhy soup?", "Why soup?"),
        ("They like soup.</think>\nWhy soup?", "Why soup?"),
        ("<think></think><reasoning>x</reasoning>Why soup?", "Why soup?"),
        ("What does the tag `<thinking>` do?", "What does the tag `<thinking>` do?"),
        ("And what does `</thinking>` do?", "And what does `</thinking>` do?"),
        ("You wrote <b>soup</b> & bread, x < 3?", "You wrote <b>soup</b> & bread, x < 3?"),
    ],
)
def test_reasoning_in_front_of_the_words_is_taken_off(server: FakeAnthropic, said: str, read: str) -> None:
    server.queue(text(said))
    assert ask(server).text == read
    assert len(server.bodies) == 1


@pytest.mark.parametrize(
    "leaking",
    [
        "<thinking>They like soup. Why soup?",
        "Why?\n<tool_call>{}</tool_call>",
        '<invoke name="conclude">',
        "Hm.<|end|>",
    ],
)
def test_reasoning_and_calls_in_words_are_asked_for_again_with_a_line_about_it(
    server: FakeAnthropic, leaking: str
) -> None:
    server.queue(text(leaking), text("Why?"))
    assert ask(server).text == "Why?"
    assert "showed your reasoning" in server.bodies[1]["messages"][-1]["content"][0]["text"]
    server.queue(text(leaking), text(leaking), text("never"))
    with pytest.raises(ModelUnavailable):
        ask(server)


def test_thinking_and_notes_are_never_a_part_of_the_words(server: FakeAnthropic) -> None:
    server.queue(noted("They like soup.", text("Why?")), noted("I end it.", tool("conclude", {"recap": "x"})))
    assert ask(server).text == "Why?"
    assert ask(server).text == ""


def test_a_call_that_did_not_come_is_asked_for_by_name(server: FakeAnthropic) -> None:
    server.queue(text("Here are the points."), tool("conclude", {"recap": "x"}))
    assert ask(server, DIGEST).tool_calls == (ToolCall("conclude", {"recap": "x"}),)
    first, again = server.bodies
    note = "Your last answer did not call the tool `conclude`. Call `conclude` now, with everything that it requires."
    assert again["messages"] == [
        *first["messages"],
        {"role": "system", "content": [{"type": "text", "text": note}]},
    ]


@pytest.mark.parametrize("called", ["Conclude", "CONCLUDE"])
def test_a_tool_in_another_letter_case_is_the_one_that_is_meant(server: FakeAnthropic, called: str) -> None:
    server.queue(tool(called, {"recap": "x"}))
    assert ask(server, DIGEST).tool_calls == (ToolCall("conclude", {"recap": "x"}),)
    assert len(server.bodies) == 1


REFUSED = declined()


def told_declined(caplog: pytest.LogCaptureFixture) -> list[tuple[int, str, str]]:
    found = [record for record in caplog.records if record.__dict__.get("event") == "model_declined"]
    return [(record.levelno, record.__dict__["model"], record.__dict__["category"]) for record in found]


def test_a_turn_that_is_declined_goes_once_to_the_small_tier(
    server: FakeAnthropic, caplog: pytest.LogCaptureFixture
) -> None:
    server.queue(REFUSED, text("Why?"))
    assert ask(server) == Reply("Why?", "claude-haiku-5-5", (), Usage(26, 10, 14, 103))
    assert models(server) == ["claude-sonnet-5-5", "claude-haiku-5-5"]
    assert [body["output_config"]["effort"] for body in server.bodies] == ["low", "medium"]
    assert told_declined(caplog) == [(logging.ERROR, "claude-sonnet-5-5", "general_harms")]


@pytest.mark.parametrize(
    ("request_", "asked", "cost"),
    [(TURN, ["claude-sonnet-5-5", "claude-haiku-5-5"], Usage(26, 10, 14, 103)), (DIGEST, ["claude-haiku-5-5"], None)],
)
def test_what_all_decline_is_declined_and_no_model_is_asked_twice(
    server: FakeAnthropic, request_: Request, asked: list[str], cost: Usage | None
) -> None:
    server.queue(REFUSED, REFUSED, text("never"))
    with pytest.raises(ModelDeclined) as failure:
        ask(server, request_)
    assert failure.value.category == "general_harms"
    assert failure.value.usage == (cost or Usage(13, 5, 7, 5))
    assert models(server) == asked


def test_no_way_through_the_models_costs_a_turn_more_than_its_most(server: FakeAnthropic) -> None:
    long = {"input_tokens": 100, "output_tokens": 1_000}
    server.queue({**text(" "), "usage": {**long, "output_tokens": 500}}, {**declined(), "usage": long})
    server.queue({**text(" "), "usage": long})
    model = adapter(server, small="claude-opus-5-5")
    with pytest.raises(ModelDeclined) as failure:
        model.complete(TURN, Clock().deadline(24))
    assert models(server) == ["claude-sonnet-5-5", "claude-sonnet-5-5", "claude-opus-5-5"]
    assert 35_000 < failure.value.usage.cost < model.most_of(TURN)


@pytest.mark.parametrize("after", [500, Fault(429), text(" ")])
def test_a_turn_that_was_declined_is_declined_whatever_the_small_tier_does(server: FakeAnthropic, after: Any) -> None:
    server.queue(REFUSED, after, after)
    with pytest.raises(ModelDeclined) as failure:
        ask(server)
    assert failure.value.category == "general_harms"


@pytest.mark.parametrize("failure", [529, Fault(429)])
def test_what_only_the_small_tier_declined_may_be_asked_again(server: FakeAnthropic, failure: Any) -> None:
    server.queue(failure, REFUSED)
    with pytest.raises(ModelUnavailable) as caught:
        ask(server)
    assert type(caught.value) is ModelUnavailable
    assert caught.value.usage == Usage(13, 5, 7, 5)
    server.queue(text("Why?"))
    assert ask(server).model == "claude-sonnet-5-5"


def test_a_model_that_stands_for_all_tiers_declines_for_good_though_it_was_overloaded_first(
    server: FakeAnthropic,
) -> None:
    server.queue(529, REFUSED)
    with pytest.raises(ModelDeclined):
        adapter(server, medium="claude-haiku-5-5").complete(TURN, Clock().deadline(24))


def test_a_turn_has_nobody_else_to_go_to_where_one_model_serves_all_tiers(server: FakeAnthropic) -> None:
    server.queue(declined(None), text("never"))
    with pytest.raises(ModelDeclined) as failure:
        adapter(server, medium="claude-haiku-5-5").complete(TURN, Clock().deadline(24))
    assert failure.value.category == ""
    assert len(server.bodies) == 1
