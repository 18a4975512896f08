"""Ways to speak of harm, and words that only sound like it."""

import time

import pytest

from chalicelib.llm.offline.harm import is_distressed, was_hurt
from tests.llm.offline_talk import Conversation, phrasings, tailored
from tests.services.builders import view

ROADS = tailored(view(topic="Roads in our town", goal="Find out what to repair first"))
LANES = tailored(view(topic="市區的自行車道", goal="了解大家認為應該先改善哪裡"))

HARM = phrasings("harm")
PLAIN = phrasings("plain")
HURT = """
I was beaten up at the bus stop last year
We were attacked on the towpath one night
Someone mugged me behind the station
A man followed me through the underpass
My brother was killed at that crossing
My friend took his own life there
I was knocked down by a van
去年我在公車站被人打過
我晚上在巷子里被人抢了
我媽媽在那個路口過世
""".strip().splitlines()


@pytest.mark.parametrize("words", HARM)
def test_who_speaks_of_harm_is_met_with_care(words: str) -> None:
    assert is_distressed(words)
    assert is_distressed(f"The lamps are out. {words}")


@pytest.mark.parametrize("words", PLAIN)
def test_accidents_and_figures_of_speech_are_no_distress(words: str) -> None:
    assert not is_distressed(words)


@pytest.mark.parametrize("words", HURT)
def test_violence_or_a_death_in_the_past_is_no_distress_but_met_gently(words: str) -> None:
    assert was_hurt(words)
    assert not is_distressed(words)


@pytest.mark.parametrize(
    "words", ["I was beaten to it", "We were beaten by the other team", "I was followed by a survey", "The dog died"]
)
def test_other_things_call_for_no_sympathy(words: str) -> None:
    assert not was_hurt(words)


def test_somebody_who_was_hurt_is_not_asked_for_more_of_it_and_the_talk_goes_on() -> None:
    talk = Conversation(ROADS)
    reply = talk.run(["I was beaten up at the bus stop last year"])[-1]
    assert reply.content.startswith("I am sorry that this happened")
    assert reply.content.count("?") == 1
    assert "beaten" not in reply.content
    assert "很遺憾發生了這樣的事" in Conversation(LANES).run(["去年我在公車站被人打過，後來都走別條路。"])[-1].content


@pytest.mark.parametrize(
    "words", ["i want to ", "he said that ", "i hurt myself ", "a, ", "nobody would ", "我想", "沒有我", "my boss "]
)
def test_a_message_of_any_length_is_read_at_once(words: str) -> None:
    began = time.perf_counter()
    is_distressed(words * 1500)
    was_hurt(words * 1500)
    assert time.perf_counter() - began < 3
