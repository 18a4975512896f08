"""The offline facilitator: asks, listens, follows up, never repeats itself, and ends."""

import re
from itertools import pairwise

import pytest

from chalicelib.llm.offline import OfflineModel
from chalicelib.services.facilitation.tailoring import write_prompt
from chalicelib.services.facilitation.turn import FacilitatorReply, facilitate
from chalicelib.store.records import Message, SessionView
from tests.services.builders import deadline, message, thread, view

ROADS = view(topic="Roads in our town", goal="Find out what to repair first", critical="Which crossing is dangerous?")
TAXIS = view(topic="UberX 在台灣", goal="了解大家的看法", critical="乘客安全如何保障？")
LONG = "The crossing at the school needs a light, because the cars come far too fast in the morning."


class Conversation:
    """A participant's side against the offline facilitator, with the head of the thread kept as the product keeps it."""

    def __init__(self, shown: SessionView) -> None:
        self._view = shown
        self._concluded = False
        self.history: list[Message] = []

    def turn(self, *said: str) -> FacilitatorReply:
        for words in said:
            self.history.append(message(len(self.history) + 1, "user", words))
        count = sum(entry.role == "user" for entry in self.history)
        head = thread(concluded=self._concluded, message_count=count)
        reply = facilitate(self._view, head, [], self.history, model=OfflineModel(), deadline=deadline())
        self.history.append(message(len(self.history) + 1, "assistant", reply.content))
        self._concluded = self._concluded or reply.is_final
        return reply


def questions(text: str) -> list[str]:
    return [part.strip() for part in re.findall(r"[^.!?。！？]*[?？]", text)]


def test_the_opening_greets_and_asks_about_the_goal() -> None:
    reply = Conversation(ROADS).turn()
    assert reply.content == (
        "Hello, and welcome. This conversation is about “Roads in our town”. What it should achieve: "
        "Find out what to repair first. What comes to your mind first?"
    )
    assert (reply.is_final, reply.model) == (False, "offline")


def test_then_it_reflects_a_phrase_and_asks_what_is_critical() -> None:
    talk = Conversation(ROADS)
    talk.turn()
    assert talk.turn(LONG).content == (
        "“The crossing at the school needs a light”: I have noted that. "
        "There is one thing the host especially wants to hear about: Which crossing is dangerous?"
    )


def test_a_thin_answer_is_followed_up_once() -> None:
    talk = Conversation(ROADS)
    talk.turn()
    first, second = talk.turn("More lights").content, talk.turn("Yes please").content
    assert "Could you tell me a little more about that" in first
    assert "Which crossing is dangerous?" in second


def test_it_concludes_after_six_messages_with_a_recap_of_what_was_said() -> None:
    talk = Conversation(ROADS)
    talk.turn()
    replies = [talk.turn(f"{LONG} Number {number} is what I mean here.") for number in range(6)]
    assert [reply.is_final for reply in replies] == [False] * 5 + [True]
    assert "The crossing at the school needs a light" in replies[-1].content
    assert not questions(replies[-1].content)


@pytest.mark.parametrize(
    "words",
    [
        "That's all.",
        "No, that’s it, thanks!",
        "enough",
        "I'm done",
        "Nothing else to add.",
        "Stop",
        "ok bye",
        "不用了",
        "沒有了，謝謝",
        "就这样吧",
    ],
)
def test_it_accepts_enough(words: str) -> None:
    talk = Conversation(ROADS)
    talk.turn()
    assert talk.turn(words).is_final


@pytest.mark.parametrize(
    "words", ["Not enough parking", "They should stop the trucks on Main Street", "A lot has been done, nothing works"]
)
def test_it_does_not_take_an_opinion_for_an_end(words: str) -> None:
    talk = Conversation(ROADS)
    talk.turn()
    assert not talk.turn(words).is_final


@pytest.mark.parametrize("shown", [ROADS, TAXIS, view()])
@pytest.mark.parametrize("words", [LONG, "ok", "計程車的服務品質應該要改善，司機也要尊重乘客。", "Why?"])
def test_a_hundred_turns_without_the_same_question_or_message_twice_in_a_row(shown: SessionView, words: str) -> None:
    talk = Conversation(shown)
    replies = [talk.turn()] + [talk.turn(f"{words} {number}") for number in range(100)]
    assert sum(reply.is_final for reply in replies) == 95
    for before, after in pairwise(replies):
        assert before.content != after.content
        assert not set(questions(before.content)) & set(questions(after.content))


def test_even_a_thread_that_never_concludes_does_not_repeat_a_question() -> None:
    history: list[Message] = [message(1, "assistant", "Hello?")]
    last = ""
    for number in range(92):
        history.append(message(len(history) + 1, "user", f"{LONG} {number}"))
        reply = facilitate(ROADS, thread(), [], history[-2:], model=OfflineModel(), deadline=deadline())
        history.append(message(len(history) + 1, "assistant", reply.content))
        assert reply.content != last
        last = reply.content


def test_after_the_conclusion_it_only_gives_thanks() -> None:
    talk = Conversation(ROADS)
    talk.turn()
    talk.turn("That's all.")
    reply = talk.turn("One more thing: the bridge.")
    assert reply.is_final
    assert not questions(reply.content)


def test_a_burst_of_messages_gets_one_answer() -> None:
    talk = Conversation(ROADS)
    talk.turn()
    assert len(questions(talk.turn(LONG, "And the bridge is closed.").content)) <= 2


def test_it_speaks_chinese_with_those_who_do_in_their_script() -> None:
    talk = Conversation(TAXIS)
    assert talk.turn().content.startswith("您好，歡迎參與。這次談的是「UberX 在台灣」，希望達成的是：了解大家的看法。")
    assert "乘客安全如何保障？" in talk.turn("我覺得計程車的服務品質應該要改善，司機也要尊重乘客。").content
    assert "谢谢" in Conversation(view()).turn("我觉得图书馆应该开放，就这样", "就这样").content
    assert "especially wants to hear" in Conversation(TAXIS).turn("I would rather speak English about taxis").content


@pytest.mark.parametrize(
    ("language", "greeting"),
    [("zh-TW", "您好，歡迎參與"), ("zh-CN", "您好，欢迎参与"), ("en-GB", "Hello, and welcome")],
)
@pytest.mark.parametrize("topic", ["Taxis", "計程車"])
def test_it_opens_in_the_language_that_the_session_names(topic: str, language: str, greeting: str) -> None:
    assert Conversation(view(topic=topic, language=language)).turn().content.startswith(greeting)


def test_a_question_of_the_participant_is_passed_on() -> None:
    talk = Conversation(ROADS)
    talk.turn()
    assert talk.turn("Who is going to read what I write here?").content.startswith("That question goes to the host")


def test_distress_is_met_with_care_and_no_question() -> None:
    talk = Conversation(ROADS)
    talk.turn()
    reply = talk.turn("Honestly I want to die")
    assert "emergency or crisis services" in reply.content
    assert not questions(reply.content)


def test_it_writes_a_plain_facilitation_prompt() -> None:
    text = write_prompt(ROADS, model=OfflineModel(), deadline=deadline())
    assert "Roads in our town" in text
    assert "Which crossing is dangerous?" in text
    assert "UberX 在台灣" in write_prompt(TAXIS, model=OfflineModel(), deadline=deadline())
