"""What the offline facilitator reads in a facilitation prompt: questions, and what to probe for."""

import re

import pytest

from chalicelib.llm.language import Script
from chalicelib.llm.offline.guide import Listed, one_question, read_guide
from chalicelib.llm.offline.probes import probe_question
from chalicelib.services.templates import templates
from tests.llm.offline_talk import Conversation, hosted
from tests.services.builders import view

TAILORED = """# Opening
Shall we begin?

# Questions
1. What do you see?
   Probe: an example
2. Tell me about the bridge.
   Probe: what happened there

# Closing
Is that all?"""
OWN = """You talk with residents about the new park. Are they happy?

- Be friendly. Don't ask "how old are you?"
1. **Warm-up**: Which park do you use most? And what do you do there?
2) Ask: "When did you last feel unsafe in a park?" If they say never, ask for what others tell.
* On a scale from 1 to 5: how safe do you feel?
- Some say that parks are for dogs. What is your view?
- Note what they say about money.
"""


def test_a_tailored_prompt_is_read_back_question_by_question() -> None:
    guide = read_guide(TAILORED)
    assert guide.tailored
    assert guide.questions == (
        Listed("What do you see?", "an example"),
        Listed("Tell me about the bridge.", "what happened there"),
    )


def test_of_a_hosts_own_text_the_listed_lines_that_ask_are_taken_without_what_is_said_to_the_facilitator() -> None:
    guide = read_guide(OWN)
    assert not guide.tailored
    assert guide.questions == (
        Listed("Which park do you use most, and what do you do there?"),
        Listed("When did you last feel unsafe in a park?", "If they say never, ask for what others tell."),
        Listed("On a scale from 1 to 5: how safe do you feel?"),
        Listed("Some say that parks are for dogs. What is your view?"),
    )


def test_chinese_numbering_is_known() -> None:
    guide = read_guide("一、您覺得公園如何？為什麼？\n2、您多久去一次？追問原因。\n不要問：「您幾歲？」")
    assert guide.questions == (Listed("您覺得公園如何，為什麼？"), Listed("您多久去一次？", "追問原因。"))


@pytest.mark.parametrize("text", ["", "Ask what matters to them. Why is that so?", "- Be kind\n- Listen"])
def test_a_text_without_listed_questions_has_none(text: str) -> None:
    assert read_guide(text).questions == ()


@pytest.mark.parametrize(
    ("text", "one"),
    [
        ("What do you like? And why?", "What do you like, and why?"),
        ("Who? Anna?", "Who, Anna?"),
        ("為什麼？怎麼做？", "為什麼，怎麼做？"),
        ("Tell me.", "Tell me."),
    ],
)
def test_a_line_with_two_questions_becomes_one(text: str, one: str) -> None:
    assert one_question(text) == one


@pytest.mark.parametrize(
    ("note", "script", "question"),
    [
        ("What happened then?", "en", "What happened then?"),
        ('If the answer is vague, ask: "When was that?"', "en", "When was that?"),
        ("a concrete example", "en", "Could you give me a concrete example?"),
        ("Probe for reasons and trade-offs.", "en", "Could you say a little more about reasons and trade-offs?"),
        ("what they tried, and why it failed", "en", "Can you tell me what you tried, and why it failed?"),
        ("Their own part in it; what others did.", "en", "Could you say a little more about your own part in it?"),
        ("Ask them to describe the last time.", "en", "Could you describe the last time?"),
        ("Encourage honesty", "en", ""),
        ("Whether the participant says so out of habit", "en", ""),
        ("x" * 200, "en", ""),
        ("", "en", ""),
        ("追問原因", "en", ""),
        ("追問當時的情況。", "hant", "關於當時的情況，可以多說一點嗎？"),
        ("请对方举个例子", "hans", "可以请您举个例子吗？"),
        ("a reason", "hans", ""),
    ],
)
def test_a_note_on_what_to_probe_for_becomes_a_question(note: str, script: Script, question: str) -> None:
    assert probe_question(note, script, 0) == question


def test_every_probe_of_the_built_in_templates_that_is_read_out_is_a_sentence_to_the_participant() -> None:
    for template in templates():
        for item in read_guide(template.facilitation_prompt).questions:
            asked = probe_question(item.probe, "en", 0)
            assert asked == "" or (asked.count("?") == 1 and " they " not in asked and len(asked) < 200)


def test_a_prompt_with_few_questions_is_filled_up_and_what_is_critical_is_put_second() -> None:
    talk = Conversation(hosted("1. How do you get to work?", critical="Night buses", topic="Buses"))
    talk.run(
        ["By bike, since the bus takes an hour and is never on time."]
        + [
            f"{word} is what I would change about the buses"
            for word in ("Price", "Speed", "Comfort", "Colour", "Noise", "Crowding", "Routes")
        ]
    )
    assert talk.asked[0].endswith("How do you get to work?")
    assert "Night buses. What can you say about that?" in talk.asked[1]
    assert len(talk.asked) > 4


def test_questions_in_another_language_than_the_participants_give_way_to_the_fixed_row() -> None:
    talk = Conversation(
        hosted("1. How do you get to work?\n2. What would help?", topic="Buses", critical="Night buses")
    )
    talk.run(["我每天搭公車上班，可是班次太少，常常等半個小時。"])
    assert talk.asked[1] == (
        "也就是說，您每天搭公車上班，可是班次太少，常常等半個小時。"
        "有一點主辦方特別想了解，原文是「Night buses」。對此您有什麼看法？"
    )


def test_a_few_foreign_words_do_not_change_the_language() -> None:
    talk = Conversation(view(topic="Buses"))
    talk.run(["我每天搭公車上班，可是班次太少，常常等半個小時。", "Uber ok"])
    assert re.search("[\u4e00-\u9fff]", talk.asked[2])


@pytest.mark.parametrize(
    ("language", "greeting"),
    [
        ("zh-TW", "您好，歡迎參與"),
        ("zh-CN", "您好，欢迎参与"),
        ("en-GB", "Hello, and welcome"),
        ("es", "Hello, and welcome"),
    ],
)
@pytest.mark.parametrize("topic", ["Taxis", "計程車"])
def test_it_opens_in_the_language_that_the_session_names(topic: str, language: str, greeting: str) -> None:
    assert Conversation(view(topic=topic, language=language)).turn().content.startswith(greeting)
