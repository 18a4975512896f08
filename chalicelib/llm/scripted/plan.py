"""The scripted facilitation prompt: the questions of the session's template, else the standard ones."""

from typing import Any, Final

from chalicelib.llm import tags
from chalicelib.llm.interface import SCRIPTED, Reply, Request, ToolCall
from chalicelib.llm.scripted.catalogue import Catalogue, choose_catalogue, read_catalogue
from chalicelib.llm.scripted.conversation import read_first
from chalicelib.llm.scripted.questions import Question, list_questions, list_standard_questions
from chalicelib.text.language import DEFAULT
from chalicelib.text.normalise import one_line

LEAST, MOST = 4, 6  # questions
FEW: Final = 2
_TOPIC: Final = 300  # characters of it that a part of the prompt holds


def write_prompt(request: Request) -> Reply:
    """A call of `write_prompt`."""
    prompt = "\n".join(block.text for message in request.messages for block in message.blocks)
    topic = one_line(read_first("topic", prompt), _TOPIC)
    words = choose_catalogue(read_first("language", prompt), f"{topic}\n{read_first('goal', prompt)}")
    questions = _questions(read_first("template", prompt), read_first("critical", prompt), words)
    most = _most(prompt)
    if (
        len(questions) > most
    ):  # what is critical stays, and where there is room the last one, which asks what should happen
        questions = questions[:most] if most <= FEW else [*questions[: most - 1], questions[-1]]
    given: dict[str, Any] = {
        "opening": words.plan_opening.format(topic=topic),
        "learn": "",
        "questions": [{"question": question.text, "probe": words.plan_probe} for question in questions],
        "leave": "",
        "closing": words.plan_closing,
        "summary": words.plan_summary.format(topic=topic),
    }
    return Reply("", SCRIPTED, (ToolCall("write_prompt", given),))


def _most(prompt: str) -> int:
    """How many questions there is time for: a turn for each, and one to ask for more."""
    turns = next((int(piece.attributes["turns"]) for piece in tags.read("time", prompt)), 2 * MOST)
    return min(MOST, turns // 2)


def _questions(template: str, critical: str, words: Catalogue) -> list[Question]:
    """Those of the template, which are English, where the setup is; what is critical comes second in either case."""
    standard = list_standard_questions(critical, words)
    if not template or words is not read_catalogue(DEFAULT):
        return standard
    asked = [question for question in list_questions(template, "", words) if not question.is_critical]
    asked[1:1] = [question for question in standard if question.is_critical]
    del asked[MOST - 1 : -1]  # the last one, which asks what should happen, stays
    return asked if len(asked) >= LEAST else standard
