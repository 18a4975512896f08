"""The offline facilitation prompt: six questions made of the brief's own words, or those of a template."""

from typing import Any

from chalicelib.llm.interface import Reply, Request, ToolCall
from chalicelib.llm.language import script_for, script_of
from chalicelib.llm.offline.asks import critical_questions, shortened
from chalicelib.llm.offline.guide import Listed, read_guide
from chalicelib.llm.offline.likeness import alike
from chalicelib.llm.offline.shown import first, user_text
from chalicelib.llm.offline.voices import VOICES

MOST = 6
MOST_QUOTED = 240  # characters of what is critical


def plan(request: Request) -> Reply:
    """A call of `write_prompt`: opening, four to six questions with their probes, closing, summary."""
    prompt = user_text(request)
    topic, goal, critical = (" ".join(first(name, prompt).split()) for name in ("topic", "goal", "critical"))
    script = script_for(first("language", prompt), f"{topic} {goal}")
    words = VOICES[script].planning
    questions = _template_questions(first("template", prompt), script) or [
        Listed(question.format(topic=topic.rstrip("?？")), probe) for question, probe in words.questions
    ]
    if critical:
        asked = critical_questions(first("critical", prompt), script)
        if critical.endswith(("?", "？")):
            asked = [question.removeprefix(VOICES[script].critical.format(critical="")) for question in asked]
        added = [Listed(question, words.critical_probe) for question in asked]
        rest = [item for item in questions[1:] if not any(alike(item.question, question) for question in asked)]
        keep = MOST - 1 - len(added)
        questions = [questions[0], *added, *_spread(rest, keep)]
    given: dict[str, Any] = {
        "opening": words.opening.format(topic=topic, goal=shortened(goal)),
        "questions": [{"question": item.question, "probe": item.probe} for item in questions[:MOST]],
        "closing": words.closing_critical.format(critical=_ended(critical[:MOST_QUOTED]))
        if critical
        else words.closing,
        "summary": words.summary.format(topic=topic),
    }
    if critical:
        given["summary"] += VOICES[script].gap + words.summary_critical.format(critical=_ended(critical[:MOST_QUOTED]))
    return Reply("", "offline", (ToolCall("write_prompt", given),))


def _template_questions(template: str, script: str) -> list[Listed]:
    """The template's questions, where it has some in the language of the brief."""
    listed = [item for item in read_guide(template).questions if script_of(item.question) == script]
    return listed[:MOST] if len(listed) >= 4 else []


def _spread(items: list[Listed], keep: int) -> list[Listed]:
    """So many of them: the first, which asks for experience, and the last ones, which ask for what should happen."""
    return items if len(items) <= keep else [*items[:1], *items[len(items) - keep + 1 :]]


def _ended(text: str) -> str:
    if text[-1:] in ".!?。！？":
        return text
    return text + ("." if script_of(text) == "en" else "。")
