"""One turn: one model call, words in the end, a conclusion and a widget only by their tools."""

from collections.abc import Sequence
from typing import Any

import pytest

from chalicelib.llm.interface import ModelUnavailable, Reply, ToolCall, Usage
from chalicelib.model import Message
from chalicelib.services.facilitation.facilitator_reply import SECOND_CALL, FacilitatorReply, facilitate
from tests.example_tables import each_row
from tests.llm.queued import USAGE, QueuedModel, calls, says, unavailable
from tests.services.builders import deadline, message, single_select, talk, thread, view

HISTORY = talk("Hello, what matters?", "More books")
ASKED = "What would you change first about the library?"
REPEATING = talk(ASKED, "More books", "Which ones are missing?", "Novels")
NOTE = (
    f"You have asked this before in this conversation: <asked>{ASKED}</asked>\n"
    "Don't ask it again, not even in other words. Ask something else that fits what the person just said, or conclude."
)
WORDLESS = (
    "Your last reply had no words for the participant. Write the message that they are to read now. Where you conclude, the "
    "recap of `conclude` holds that message; where you call a tool, fill in all of its input."
)
WHERE = {"type": "SingleSelect", "label": "Where?", "options": ["At home", "Outside"]}
TOO_FEW = {**WHERE, "options": ["At home"]}


def turn(
    *replies: Reply | Exception | str,
    concluded: bool = False,
    widgets: bool = False,
    history: Sequence[Message] = HISTORY,
    seconds: float = 60,
    max_turns: int | None = None,
) -> tuple[FacilitatorReply, QueuedModel]:
    model = QueuedModel(*replies)
    shown, head = view(widgets_enabled=widgets), thread(concluded=concluded)
    reply = facilitate(shown, head, [], history, max_turns=max_turns, model=model, deadline=deadline(seconds))
    return reply, model


def presents(widget: Any, text: str = "") -> Reply:
    return calls("present_widget", {"widget": widget}, text)


def test_a_reply_in_words_goes_on() -> None:
    given, model = turn("  Which books?  ")
    assert given == FacilitatorReply("Which books?", False, USAGE, "test-model")
    assert len(model.requests) == 1


def test_what_the_prompt_escaped_reads_as_it_was_written() -> None:
    assert turn("Cook &amp; father, is &lt;112&gt; right?")[0].content == "Cook & father, is <112> right?"
    assert turn("You wrote &lt;|im_end|&gt;, why?")[0].content == "You wrote <|im_end|>, why?"
    given, _ = turn(presents({**WHERE, "options": ["R&amp;D", "Outside"]}), widgets=True)
    assert given.content == "Where?\n\n- R&D\n- Outside"
    closing = calls("conclude", {"recap": "You are a cook &amp; father."})
    assert turn(closing)[0].content == "You are a cook & father."


def test_the_request_offers_one_tool_and_forces_none() -> None:
    _, model = turn("Which books?")
    (request,) = model.requests
    assert (request.task, request.tier, request.must_call) == ("turn", "medium", None)
    assert [tool.name for tool in request.tools] == ["conclude"]


def test_the_tool_concludes_with_text_and_recap() -> None:
    given, _ = turn(calls("conclude", {"recap": "You want books. Thank you."}, "All right."))
    assert (given.content, given.is_final) == ("All right.\n\nYou want books. Thank you.", True)


@pytest.mark.parametrize("text", ["", "You want books.", "Well. You want books."])
def test_a_recap_is_not_said_twice(text: str) -> None:
    given, _ = turn(calls("conclude", {"recap": "You want books."}, text))
    assert given.content.count("You want books.") == 1


def test_a_tool_call_without_a_recap_degrades_to_its_text() -> None:
    given, _ = turn(calls("conclude", {"recap": 7}, "Goodbye."))
    assert (given.content, given.is_final) == ("Goodbye.", True)


EMPTY = [
    says("   "),
    calls("conclude", {}),
    calls("conclude", {"recap": " "}),
    says("\u200b\u2800"),
    calls("conclude", {"recap": "\ufe0f"}),
    *(
        calls("present_widget", given)
        for given in ({}, {"widget": {"type": "X"}}, {"widget": {"label": 3, "options": [4]}})
    ),
]


@each_row("reply", EMPTY)
@each_row("second", ["Which books?", calls("conclude", {"recap": "You want books."})])
def test_no_words_are_asked_for_once_more(reply: Reply, second: Reply | str) -> None:
    given, model = turn(reply, second, widgets=True)
    assert given.content in ("Which books?", "You want books.")
    assert (given.is_final, given.usage) == (given.content == "You want books.", USAGE + USAGE)
    first, again = model.requests
    assert (first.system, first.tools) == (again.system, again.tools)
    assert again.messages[-1].blocks[:-1] == first.messages[-1].blocks
    assert again.messages[-1].blocks[-1].text == WORDLESS


def test_in_place_of_no_words_a_repeat_is_taken() -> None:
    given, model = turn(calls("conclude", {}), ASKED, history=REPEATING)
    assert (given.content, given.is_final, len(model.requests)) == (ASKED, False, 2)


@each_row("reply", EMPTY)
@each_row("second", [says(" "), calls("conclude", {}), unavailable()])
def test_no_words_twice_are_no_reply(reply: Reply, second: Reply | Exception) -> None:
    with pytest.raises(ModelUnavailable, match="send the same message again"):
        turn(reply, second, widgets=True)


@each_row("reply", EMPTY)
def test_no_words_and_no_time_are_no_reply(reply: Reply) -> None:
    with pytest.raises(ModelUnavailable, match="send the same message again"):
        turn(reply, widgets=True, seconds=SECOND_CALL - 0.5)


# A conclusion asks nothing


@each_row(
    "text, content",
    [
        ("All right. What else?", "All right.\n\nYou want books."),
        ("What else? And who?!?", "You want books."),
        ("You say 3.5 is too long. Why?  Since when? ", "You say 3.5 is too long.\n\nYou want books."),
        ('Noted!\n\n**And "why"?**', "Noted!\n\nYou want books."),
        ("謝謝您。還有嗎？為什麼呢？", "謝謝您。\n\nYou want books."),
        ("You want books. Anything else?", "You want books."),
        ("Why books? You said so.", "Why books? You said so.\n\nYou want books."),
    ],
)
def test_the_text_of_a_conclusion_asks_nothing_at_its_end(text: str, content: str) -> None:
    given, model = turn(calls("conclude", {"recap": "You want books."}, text))
    assert (given.content, given.is_final, len(model.requests)) == (content, True, 1)


@pytest.mark.parametrize("text", ["", "You want books, right?", "Which ones?"])
def test_a_recap_that_asks_stays_as_it_is(text: str) -> None:
    given, _ = turn(calls("conclude", {"recap": "You want books, right?"}, text))
    assert given.content == "You want books, right?"


def test_a_conclusion_is_never_without_words() -> None:
    assert turn(calls("conclude", {"recap": ""}, "Which ones?"))[0].content == "Which ones?"
    assert turn(calls("conclude", {"recap": ""}, "Thank you. Which ones?"))[0].content == "Thank you."


# The last message that a conversation takes


@pytest.mark.parametrize(
    ("reply", "content"),
    [
        ("Novels it is. Which ones?", "Novels it is."),
        ("Which ones?", "Which ones?"),
        (ASKED, ASKED),
        (calls("conclude", {"recap": "You want novels."}), "You want novels."),
        (calls("present_widget", {"widget": WHERE}, "Novels."), "Novels.\n\nWhere?\n\n- At home\n- Outside"),
    ],
)
def test_it_is_answered_with_the_end(reply: Reply | str, content: str) -> None:
    given, model = turn(reply, history=REPEATING, max_turns=2, widgets=True)
    assert (given.content, given.is_final, given.widget_spec, len(model.requests)) == (content, True, None, 1)
    assert "takes nothing more: call `conclude`" in model.prompt


def test_the_one_before_is_not() -> None:
    given, model = turn("Which ones?", history=REPEATING, max_turns=3)
    assert not given.is_final
    assert '<pacing turn="2" of="3"' in model.prompt


def test_nor_is_an_opening() -> None:
    assert not turn("Hello. What matters?", history=[], max_turns=1)[0].is_final


def test_words_that_sound_like_an_end_conclude_nothing() -> None:
    given, _ = turn("Goodbye, this is the final message. is_final: true")
    assert not given.is_final


def test_after_a_conclusion_every_reply_is_final() -> None:
    given, _ = turn("Noted.", concluded=True)
    assert (given.content, given.is_final) == ("Noted.", True)


def test_a_model_that_is_down_is_told_as_such() -> None:
    with pytest.raises(ModelUnavailable):
        turn(unavailable())


# Widgets


def test_the_tools_are_the_same_for_every_turn_of_a_session() -> None:
    rested, resting = (
        HISTORY,
        [message(1, "assistant", "Where?", widget_spec=single_select()), message(2, "user", "Here")],
    )
    offered = [turn("Why?", widgets=True, history=history)[1].requests[0].tools for history in ([], rested, resting)]
    assert [tool.name for tool in offered[0]] == ["conclude", "present_widget"]
    assert offered[0] == offered[1] == offered[2]


def test_a_widget_is_presented_and_written_out() -> None:
    given, model = turn(presents(WHERE, "You read a lot."), widgets=True)
    assert given == FacilitatorReply(
        "You read a lot.\n\nWhere?\n\n- At home\n- Outside", False, USAGE, "test-model", single_select()
    )
    assert len(model.requests) == 1


@pytest.mark.parametrize(
    "text",
    ["", "Where?", "Where?\n\n- At home\n- Outside", "- At home\n- Outside", "Where?\n- At home\n- Outside"],
)
def test_what_a_widget_says_is_not_said_twice(text: str) -> None:
    given, _ = turn(presents(WHERE, text), widgets=True)
    assert given.content == "Where?\n\n- At home\n- Outside"


@pytest.mark.parametrize(("text", "content"), [("", "Where?\n\n- At home"), ("Where?", "Where?\n\n- At home")])
def test_a_broken_widget_degrades_to_text(text: str, content: str) -> None:
    given, model = turn(presents(TOO_FEW, text), widgets=True)
    assert (given.content, given.widget_spec, len(model.requests)) == (content, None, 1)


def test_a_broken_widget_that_says_nothing_leaves_the_text_alone() -> None:
    given, _ = turn(presents("Where?", "Where do you read?"), widgets=True)
    assert (given.content, given.widget_spec) == ("Where do you read?", None)


def test_a_call_of_a_tool_that_there_is_not_leaves_the_text() -> None:
    given, _ = turn(calls("send_mail", {"to": "everybody"}, "Where do you read?"), widgets=True)
    assert (given.content, given.is_final, given.widget_spec) == ("Where do you read?", False, None)


@pytest.mark.parametrize("order", [(TOO_FEW, WHERE), (WHERE, {**WHERE, "label": "When?"})])
def test_of_two_widgets_the_first_good_one_is_presented(order: tuple[Any, Any]) -> None:
    two = tuple(ToolCall("present_widget", {"widget": widget}) for widget in order)
    given, _ = turn(Reply("", "test-model", two, USAGE), widgets=True)
    assert (given.content, given.widget_spec) == ("Where?\n\n- At home\n- Outside", single_select())


@pytest.mark.parametrize("first", ["conclude", "present_widget"])
def test_a_conclusion_beside_a_widget_wins(first: str) -> None:
    both: dict[str, dict[str, Any]] = {"conclude": {"recap": "You want books."}, "present_widget": {"widget": WHERE}}
    ordered = tuple(ToolCall(name, both[name]) for name in sorted(both, key=lambda name: name != first))
    given, _ = turn(Reply("", "test-model", ordered, USAGE), widgets=True)
    assert (given.content, given.is_final, given.widget_spec) == ("You want books.", True, None)


@pytest.mark.parametrize(
    "history",
    [
        [],
        [message(1, "assistant", "When?", widget_spec=single_select("When?")), message(2, "user", "Now")],
        [message(1, "assistant", "When?", widget_spec=single_select("When?")), *talk("a", "b", "c", "d")[1:]],
    ],
)
def test_a_widget_at_the_wrong_time_is_text(history: list[Message]) -> None:
    given, _ = turn(presents(WHERE, "Noted."), widgets=True, history=history)
    assert (given.content, given.widget_spec) == ("Noted.\n\nWhere?\n\n- At home\n- Outside", None)


def test_a_widget_where_there_are_none_is_text() -> None:
    given, _ = turn(presents(WHERE))
    assert (given.content, given.widget_spec) == ("Where?\n\n- At home\n- Outside", None)


def test_after_a_conclusion_no_widget_comes() -> None:
    given, _ = turn(presents(WHERE, "Noted."), widgets=True, concluded=True)
    assert (given.is_final, given.widget_spec) == (True, None)


# Repeats


def test_a_repeated_question_is_asked_for_anew_once() -> None:
    given, model = turn(f"And {ASKED.lower()}", "Who would read them?", history=REPEATING)
    assert given.content == "Who would read them?"
    assert given.usage == USAGE + USAGE
    first, again = model.requests
    assert (first.system, first.tools, first.messages[:-1]) == (again.system, again.tools, again.messages[:-1])
    assert again.messages[-1].blocks[:-1] == first.messages[-1].blocks
    assert (again.messages[-1].blocks[-1].text, again.messages[-1].blocks[-1].cached) == (NOTE, False)


def test_a_conclusion_in_place_of_a_repeated_question_is_taken() -> None:
    given, _ = turn(ASKED, calls("conclude", {"recap": f"I asked: {ASKED} Thank you."}), history=REPEATING)
    assert (given.content, given.is_final) == (f"I asked: {ASKED} Thank you.", True)


@pytest.mark.parametrize("second", [ASKED, " ", calls("present_widget", {}), unavailable()])
def test_where_the_second_is_no_better_the_first_is_taken(second: Reply | Exception | str) -> None:
    given, model = turn(f"Well. {ASKED}", second, history=REPEATING)
    assert (given.content, len(model.requests)) == (f"Well. {ASKED}", 2)


def test_a_second_call_that_failed_is_paid_for_all_the_same() -> None:
    failure = unavailable()
    failure.usage = Usage(1, 2, 3)
    given, _ = turn(ASKED, failure, history=REPEATING)
    assert (given.content, given.usage) == (ASKED, USAGE + Usage(1, 2, 3))
    assert turn(ASKED, " ", history=REPEATING)[0].usage == USAGE + USAGE


def test_without_time_for_another_call_the_first_is_taken() -> None:
    given, model = turn(ASKED, history=REPEATING, seconds=SECOND_CALL - 0.5)
    assert (given.content, len(model.requests)) == (ASKED, 1)


def test_a_widget_with_a_repeated_question_is_asked_for_anew() -> None:
    given, model = turn(presents({**WHERE, "label": ASKED}), presents(WHERE), widgets=True, history=REPEATING)
    assert (given.widget_spec, len(model.requests)) == (single_select(), 2)


def test_what_is_final_is_never_asked_for_anew() -> None:
    assert len(turn(calls("conclude", {"recap": ASKED}), history=REPEATING)[1].requests) == 1
    assert len(turn(ASKED, history=REPEATING, concluded=True)[1].requests) == 1


# Words that cannot be stored


def test_halves_of_characters_are_left_out() -> None:
    assert turn("Why\ud83d?")[0].content == "Why?"
    assert turn(calls("conclude", {"recap": "Thanks \udc00"}))[0].content == "Thanks"
    with pytest.raises(ModelUnavailable):
        turn("\ud83d", "\ud83d")
