"""The facilitation prompt that the offline model writes."""

import pytest

from chalicelib.llm import tags
from chalicelib.llm.interface import Block, ChatMessage, Reply, Request
from chalicelib.llm.offline import OfflineModel
from chalicelib.services.facilitation.tailoring import write_prompt
from chalicelib.store.records import SessionView
from tests.llm.offline_talk import listed, tailored
from tests.services.builders import deadline, view

ROADS = view(topic="Roads in our town", goal="Find out what to repair first", critical="Which crossing is dangerous?")
LANES = view(topic="市區的自行車道", goal="了解大家認為應該先改善哪裡", critical="哪個路口最危險？")
LIBRARY = view(topic="社区图书馆", goal="决定新图书馆应该提供什么服务")


@pytest.mark.parametrize("shown", [ROADS, LANES, LIBRARY, view(topic="El parque", goal="Saber qué quieren")])
def test_it_has_six_questions_and_names_topic_and_goal(shown: SessionView) -> None:
    session = tailored(shown)
    assert session.prompt
    assert len(listed(session)) == 6
    assert shown.session.topic in session.prompt.text
    assert shown.session.goal in session.prompt.text


def test_what_is_critical_is_asked_second_as_the_host_put_it() -> None:
    assert listed(tailored(ROADS))[1] == "Which crossing is dangerous?"
    assert listed(tailored(LANES))[1] == "哪個路口最危險？"
    assert listed(tailored(view(critical="Find out why people stay away.")))[1] == (
        "There is one thing the host especially wants to hear about: why people stay away. What can you say about that?"
    )


def test_it_is_written_in_the_language_of_the_brief() -> None:
    assert listed(tailored(LIBRARY))[0] == "说到“社区图书馆”，您首先想到的是什么？"
    assert listed(tailored(LANES))[0] == "說到「市區的自行車道」，您首先想到的是什麼？"
    assert listed(tailored(view(language="zh-TW")))[0].startswith("說到「The new library」")
    assert listed(tailored(view(topic="El parque", goal="Saber qué quieren")))[0].startswith("What comes to your mind")


def test_it_tells_the_host_what_it_is_about() -> None:
    written = write_prompt(ROADS, model=OfflineModel(), deadline=deadline())
    assert written.summary.startswith("Asks about first impressions of “Roads in our town”")
    assert "Which crossing is dangerous?" in written.summary


@pytest.mark.parametrize("words", ["word " * 1000, "字" * 5000, "Why? " * 900, "a" * 5000])
def test_briefs_of_any_length_fit_the_form(words: str) -> None:
    shown = view(topic=words[:300].strip(), goal=words.strip(), critical=words.strip())
    assert 4 <= len(listed(tailored(shown))) <= 6


def _planned(*blocks: str) -> Reply:
    message = ChatMessage("user", tuple(Block(block) for block in blocks))
    return OfflineModel().complete(Request("prompt", "medium", (), (message,), 6000), deadline())


def test_a_template_in_the_language_of_the_brief_gives_the_questions() -> None:
    template = "# Opening\nHi\n\n# Questions\n" + "\n".join(
        f"{number}. What about part {number}?\n   Probe: details" for number in range(1, 6)
    )
    shown = (tags.data("topic", "Sprint"), tags.data("goal", "Learn"), tags.data("critical", "Why was it late?"))
    call = _planned(*shown, tags.data("template", f"{template}\n\n# Closing\nThanks")).call("write_prompt")
    assert call
    assert [item["question"] for item in call.input["questions"]] == [
        "What about part 1?",
        "Why was it late?",
        "What about part 2?",
        "What about part 3?",
        "What about part 4?",
        "What about part 5?",
    ]
