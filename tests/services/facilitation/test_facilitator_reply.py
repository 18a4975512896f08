"""One turn: one model call, words in the end, a conclusion and a widget only by their tools."""

from collections.abc import Sequence
from typing import Any

import pytest

from chalicelib.llm import tags
from chalicelib.llm.interface import ModelDeclined, ModelUnavailable, Reply, ToolCall, Usage
from chalicelib.model import Answer, CondensedHistory, Message
from chalicelib.services.facilitation.facilitator_reply import SECOND_CALL, FacilitatorReply, facilitate
from tests.example_tables import each_row
from tests.llm.queued import USAGE, QueuedModel, calls, says, steering_of, unavailable
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


@pytest.mark.parametrize("text", ["", "All right.", "You want books.", "You would like more books, I hear. Why so?"])
def test_the_recap_is_all_that_a_conclusion_says(text: str) -> None:
    given, model = turn(calls("conclude", {"recap": "You want books. Thank you."}, text))
    assert (given.content, given.is_final, len(model.requests)) == ("You want books. Thank you.", True, 1)


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
    assert again.messages[-1] == first.messages[-1]
    assert steering_of(again) == [*steering_of(first), WORDLESS]


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
        ("All right. What else?", "All right."),
        ("You say 3.5 is too long. Why?  Since when? ", "You say 3.5 is too long."),
        ('Noted!\n\n**And "why"?**', "Noted!"),
        ("謝謝您。還有嗎？為什麼呢？", "謝謝您。"),
        ("Why books? You said so.", "Why books? You said so."),
    ],
)
def test_the_text_of_a_conclusion_without_a_recap_asks_nothing_at_its_end(text: str, content: str) -> None:
    given, model = turn(calls("conclude", {"recap": ""}, text))
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


def test_a_widget_brings_its_own_sentence_and_text_beside_it_is_left_out() -> None:
    given, model = turn(
        calls("present_widget", {"text": "You read a lot.", "widget": WHERE}, "Let me ask."), widgets=True
    )
    assert given.content == "You read a lot.\n\nWhere?\n\n- At home\n- Outside"
    assert (given.widget_spec, len(model.requests)) == (single_select(), 1)
    asking = {"text": "You read a lot. Where is that?", "widget": WHERE}
    assert turn(calls("present_widget", asking), widgets=True)[0].content == given.content  # the widget asks
    saved = turn(calls("present_widget", {"text": "You read a lot.", "widget": TOO_FEW}, "Let me ask."), widgets=True)
    assert (saved[0].content, saved[0].widget_spec) == ("You read a lot.\n\nWhere?\n\n- At home", None)


def test_a_widget_without_its_sentence_takes_the_text_beside_it() -> None:
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
    assert (first.system, first.tools, first.messages[:-2]) == (again.system, again.tools, again.messages[:-2])
    assert steering_of(again) == [*steering_of(first), NOTE]
    assert not any(block.cached for sent in again.messages[-2:] for block in sent.blocks)


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


# What is not for a participant

MACHINERY = "Your last reply spoke of the pacing, the turns, the tags or the tools"
THINKING = "Your last reply had thoughts, mark-up or a call written out in the place of words"


@pytest.mark.parametrize(
    "text",
    [
        'The pacing says widget="may", so here it comes. Which books?',
        "We are at turn 7 of about 12. Which books?",
        "I will call `conclude` now.",
        "Okay, the participant wants novels. Which ones?",
        "我会调用present_widget工具。",
        "根据系统提示,现在该结束了。",
        "好的，参与者说他更喜欢小说。哪一本？",
        "As <handling> has it, the host reads this. Which books?",
    ],
)
def test_a_reply_that_speaks_of_the_machinery_is_asked_for_again_and_never_sent(text: str) -> None:
    given, model = turn(text, "Which books?")
    assert given.content == "Which books?"
    assert steering_of(model.requests[1])[-1].startswith(MACHINERY)
    given, _ = turn(text, text)
    assert given.content.startswith("I keep to myself")


def test_who_speaks_of_such_things_themselves_is_answered() -> None:
    assert len(turn("The user has to sign in twice there. What would you change?")[1].requests) == 1
    said = talk("Hello, what matters?", "In our game it was turn 7 of 12, and the system message never came.")
    given, model = turn("At turn 7 of 12, what did the system message have to say?", history=said)
    assert (given.content.startswith("At turn 7"), len(model.requests)) == (True, 1)


def test_thoughts_in_the_place_of_words_are_told_as_such() -> None:
    given, model = turn("<thinking>I should ask about books.", "Which books?")
    assert (given.content, steering_of(model.requests[1])[-1][: len(THINKING)]) == ("Which books?", THINKING)
    given, model = turn(calls("conclude", {"recap": "<thinking>They are done."}), "Which books?")
    assert steering_of(model.requests[1])[-1].startswith(THINKING)


# What no model will answer


def test_what_is_declined_is_answered_by_code_and_costs_what_it_cost() -> None:
    failure = ModelDeclined("declined", "general_harms")
    failure.usage = USAGE
    given, model = turn(failure)
    assert (given.is_declined, given.is_final, given.usage, len(model.requests)) == (True, False, USAGE, 1)
    assert given.content.startswith("I can't answer what you wrote last")
    assert given.content.endswith(
        "If you like, we go on with “The new library”: just write what else matters to you about it."
    )
    assert turn(failure, concluded=True)[0].is_final
    assert (
        turn(failure, history=[])[0].content
        == "Hello! This conversation is about “The new library”. What matters to you about it?"
    )
    assert turn(ASKED, failure, history=REPEATING)[0].content == ASKED  # a second try


def test_what_was_declined_is_shown_to_no_model_again() -> None:
    refused = [*talk("Hello?", "Soup", "Why?", "Something dark"), message(5, "assistant", "I can't.", is_declined=True)]
    _, model = turn("And lunch?", history=[*refused, message(6, "user", "Lunch")])
    assert tags.read("said", model.prompt) == [tags.Tagged(it, {}) for it in ("Soup", "[withheld]", "Lunch")]
    assert [sent.role for sent in model.requests[0].messages] == [
        "user",
        *["assistant", "user"] * 2,
        "assistant",
        "system",
        "user",
    ]


def test_where_two_in_a_row_were_declined_the_cause_lies_further_back() -> None:
    refused = [
        *talk("Hello?", "Dark"),
        message(3, "assistant", "I can't.", is_declined=True),
        message(4, "user", "Soup"),
    ]
    refused += [message(5, "assistant", "I can't.", is_declined=True), message(6, "user", "Lunch")]
    model = QueuedModel("And lunch?")
    answers = [Answer("q1", "Role?", "Dark")]
    earlier = CondensedHistory(0, "Participant: Dark", {})
    facilitate(view(), thread(), answers, refused, condensed=earlier, model=model, deadline=deadline())
    assert "Dark" not in model.prompt
    assert "Soup" not in model.prompt
    assert [piece.text for piece in tags.read("said", model.prompt)] == ["[withheld]", "[withheld]", "Lunch"]


# Words that cannot be stored


def test_halves_of_characters_are_left_out() -> None:
    assert turn("Why\ud83d?")[0].content == "Why?"
    assert turn(calls("conclude", {"recap": "Thanks \udc00"}))[0].content == "Thanks"
    with pytest.raises(ModelUnavailable):
        turn("\ud83d", "\ud83d")
