"""Ways to say that it is enough, and answers that hold the same words."""

import time

import pytest

from chalicelib.llm.offline.asides import refuses
from chalicelib.llm.offline.enough import besides_stopping, wants_to_stop
from tests.llm.offline_talk import Conversation, phrasings, tailored
from tests.services.builders import view

ROADS = tailored(
    view(topic="Roads in our town", goal="Find out what to repair first", critical="Which crossing is bad?")
)

STOPS = phrasings("stops")
GOES_ON = phrasings("goes_on")


@pytest.mark.parametrize("words", STOPS)
def test_it_is_enough(words: str) -> None:
    assert wants_to_stop(words)
    assert wants_to_stop(words.upper())
    assert wants_to_stop(words.replace("'", "’"))


@pytest.mark.parametrize("words", GOES_ON)
def test_the_same_words_in_an_answer_end_nothing(words: str) -> None:
    assert not wants_to_stop(words)


def test_what_was_said_before_taking_leave_is_in_the_recap_and_the_leave_is_not() -> None:
    talk = Conversation(ROADS)
    replies = talk.run(["The lamps by the river have been out for weeks. I have to go now, my bus is here."])
    assert replies[-1].is_final
    assert "lamps by the river" in replies[-1].content
    assert "bus" not in replies[-1].content
    assert besides_stopping("路燈壞了。我要說的就這些。") == "路燈壞了。"


@pytest.mark.parametrize("words", ["no", "No.", "nope", "不", "沒有", "没有"])
def test_somebody_who_says_no_and_no_again_is_let_go(words: str) -> None:
    replies = Conversation(ROADS).run([words] * 6)
    assert [reply.is_final for reply in replies] == [False, False, False, True]


def test_no_to_this_and_that_is_an_answer() -> None:
    replies = Conversation(ROADS).run(["no", "no", "The lamps by the river are out.", "no", "no"])
    assert not any(reply.is_final for reply in replies)


@pytest.mark.parametrize(
    "words", ["no no", "Nope, no thanks", "nothing", "I don't want to", "i won't answer", "不想說", "没有啊"]
)
def test_bare_refusals(words: str) -> None:
    assert refuses(words)


@pytest.mark.parametrize("words", ["No lamps", "nothing works", "don't know", "不好", "沒有路燈", "No, the bridge"])
def test_a_no_with_something_to_it_is_no_bare_refusal(words: str) -> None:
    assert not refuses(words)


@pytest.mark.parametrize(
    "words", ["so sorry ", "no ", "a, ", "i think ", "stop this ", "i have to go home and ", "我覺得", "不想再", "就先"]
)
def test_a_message_of_any_length_is_read_at_once(words: str) -> None:
    began = time.perf_counter()
    for times in (10, 30, 4000):
        wants_to_stop(words * times + "x")
    assert time.perf_counter() - began < 3
