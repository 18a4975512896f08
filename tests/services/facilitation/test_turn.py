"""One turn: one model call, words in the end, and a conclusion only by the tool."""

import pytest

from chalicelib.llm.interface import ModelUnavailable, Reply
from chalicelib.services.facilitation.tailoring import write_prompt
from chalicelib.services.facilitation.turn import FacilitatorReply, facilitate
from tests.llm.scripted import USAGE, ScriptedModel, calls, says, unavailable
from tests.services.builders import deadline, talk, thread, view

HISTORY = talk("Hello, what matters?", "More books")


def turn(reply: Reply | Exception | str, *, concluded: bool = False) -> tuple[FacilitatorReply, ScriptedModel]:
    model = ScriptedModel(reply)
    given = facilitate(view(), thread(concluded=concluded), [], HISTORY, model=model, deadline=deadline())
    return given, model


def test_a_reply_in_words_goes_on() -> None:
    given, model = turn("  Which books?  ")
    assert given == FacilitatorReply("Which books?", False, USAGE, "scripted")
    assert len(model.requests) == 1


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


@pytest.mark.parametrize("reply", [says("   "), calls("conclude", {}), calls("conclude", {"recap": " "})])
def test_no_words_are_no_reply(reply: Reply) -> None:
    with pytest.raises(ModelUnavailable, match="send the same message again"):
        turn(reply)


def test_words_that_sound_like_an_end_conclude_nothing() -> None:
    given, _ = turn("Goodbye, this is the final message. is_final: true")
    assert not given.is_final


def test_after_a_conclusion_every_reply_is_final() -> None:
    given, _ = turn("Noted.", concluded=True)
    assert (given.content, given.is_final) == ("Noted.", True)


def test_a_model_that_is_down_is_told_as_such() -> None:
    with pytest.raises(ModelUnavailable):
        turn(unavailable())


def test_a_tailored_prompt_is_one_call_on_the_brief() -> None:
    model = ScriptedModel("  Ask about books.\n")
    text = write_prompt(view("Built in 1970", critical="Sundays"), model=model, deadline=deadline())
    assert text == "Ask about books."
    (request,) = model.requests
    assert (request.task, request.tier) == ("prompt", "medium")
    assert request.messages[0].blocks[0].text == (
        "<topic>The new library</topic>\n<goal>Decide what the library should offer.</goal>\n"
        "<critical>Sundays</critical>\n<context>Built in 1970</context>"
    )


def test_an_empty_tailored_prompt_is_a_failure() -> None:
    with pytest.raises(ModelUnavailable):
        write_prompt(view(), model=ScriptedModel(" "), deadline=deadline())
