"""The scripted facilitation prompt: the questions of the session's template, else the standard ones."""

from typing import Any, Final

from chalicelib.llm.interface import SCRIPTED, Reply, Request, ToolCall
from chalicelib.llm.scripted.catalogue import Catalogue, choose_catalogue, read_catalogue
from chalicelib.llm.scripted.conversation import read_first
from chalicelib.llm.scripted.questions import Question, list_questions, list_standard_questions
from chalicelib.text.language import DEFAULT
from chalicelib.text.normalise import one_line

LEAST, MOST = 4, 6  # questions
_TOPIC: Final = 300  # characters of it that a part of the prompt holds


def write_prompt(request: Request) -> Reply:
    """A call of `write_prompt`."""
    prompt = "\n".join(block.text for message in request.messages for block in message.blocks)
    topic = one_line(read_first("topic", prompt), _TOPIC)
    words = choose_catalogue(read_first("language", prompt), f"{topic}\n{read_first('goal', prompt)}")
    questions = _questions(read_first("template", prompt), read_first("critical", prompt), words)
    given: dict[str, Any] = {
        "opening": words.plan_opening.format(topic=topic),
        "questions": [{"question": question.text, "probe": words.plan_probe} for question in questions],
        "closing": words.plan_closing,
        "summary": words.plan_summary.format(topic=topic),
    }
    return Reply("", SCRIPTED, (ToolCall("write_prompt", given),))


def _questions(template: str, critical: str, words: Catalogue) -> list[Question]:
    """Those of the template, which are English, where the setup is; what is critical comes second in either case."""
    standard = list_standard_questions(critical, words)
    if not template or words is not read_catalogue(DEFAULT):
        return standard
    asked = [question for question in list_questions(template, "", words) if not question.is_critical]
    asked[1:1] = [question for question in standard if question.is_critical]
    del asked[MOST - 1 : -1]  # the last one, which asks what should happen, stays
    return asked if len(asked) >= LEAST else standard
