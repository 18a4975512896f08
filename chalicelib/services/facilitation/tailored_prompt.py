"""The tailored facilitation prompt, written from the session's setup."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.clock import Deadline
from chalicelib.llm import tags
from chalicelib.llm.interface import (
    SCRIPTED,
    Block,
    ChatMessage,
    Model,
    ModelDeclined,
    ModelUnavailable,
    Request,
    Tier,
    Tool,
)
from chalicelib.model import SessionView
from chalicelib.observability import logger
from chalicelib.services.facilitation.pace import turn_budget
from chalicelib.services.facilitation.repeated_instructions import repeats
from chalicelib.services.prompts import fill
from chalicelib.services.prompts.setup import render_organisation, render_setup
from chalicelib.services.sessions.host_prompt import CONTEXT_CHARACTERS
from chalicelib.services.templates import template_of
from chalicelib.services.usage.budget import BudgetSpent
from chalicelib.text.language import OWN, detect_language

MAX_TOKENS = 6_000
CONTEXT_BYTES = 4 * CONTEXT_CHARACTERS  # which they have at most
LEAST, MOST = 4, 6  # questions; fewer where there is no time for them
TURNS_A_QUESTION = 2
LIMITS = {
    **{"opening": 1_500, "learn": 500, "question": 500, "probe": 500, "leave": 500, "closing": 1_500, "summary": 1_000}
}
LEAST_SECONDS = 5.0  # no prompt is written in less

Made = TypeVar("Made")


def _text(name: str, description: str) -> dict[str, Any]:
    """A text, with its limit in words: a schema with limits cannot be a strict tool's."""
    return {"type": "string", "description": f"{description} At most {LIMITS[name]:,} characters."}


def strict_schema(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of an object that has all of these properties and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


WRITE_PROMPT = Tool(
    name="write_prompt",
    description="Hand in the facilitation prompt of the session.",
    schema=strict_schema(
        {
            "opening": _text("opening", "How to welcome the person, and what to say the conversation is about."),
            "learn": _text("learn", "What to find out about the person; empty for nothing."),
            "questions": {
                "type": "array",
                "description": "As many as there is time for, in order.",
                "items": strict_schema(
                    {
                        "question": _text("question", "One open question: a wording to begin with."),
                        "probe": _text("probe", "What to dig for while the answer stays thin."),
                    }
                ),
            },
            "leave": _text("leave", "What not to ask and not to follow up; empty for nothing."),
            "closing": _text("closing", "What the recap has to contain, and to leave out."),
            "summary": _text("summary", "For the host: what the prompt sets out to learn, and how."),
        }
    ),
)


class Tailored(Struct, frozen=True):
    """A facilitation prompt that was written for a session: its text, what it is about, and what it was written from."""

    text: str
    summary: str
    generated_from: dict[str, str | None]


class Unusable(Exception):
    """A call of the tool that makes no prompt; the message says why."""


def write_prompt(view: SessionView, *, tier: Tier = "medium", model: Model, deadline: Deadline) -> Tailored:
    """A facilitation prompt for this session, from setup and template: one model call, a second one where the first made none.

    Where the money does not reach for the large tier, or that declines, the medium one writes it. Raises ModelUnavailable where the
    model gives no usable prompt in time.
    """
    view = replace(view, context=view.context[:CONTEXT_CHARACTERS] if view.context else None)

    def render(given: Mapping[str, Any]) -> Tailored:
        text, summary = _render(given, most_questions(view))
        _check_privacy(text, view)
        return Tailored(text, summary, _list_source(view))

    def ask(tier: Tier) -> Tailored:
        return ask_twice(
            lambda problem: _request(view, problem, tier), render, view.session.id, model=model, deadline=deadline
        )

    try:
        return ask(tier)
    except (BudgetSpent, ModelDeclined):
        if tier != "large":
            raise
        return ask("medium")


def most_questions(view: SessionView) -> int:
    """How many questions there is time for: each takes its answer, and one that digs."""
    return min(MOST, turn_budget(view.session.duration_minutes) // TURNS_A_QUESTION)


def ask_twice(
    request: Callable[[str], Request],
    use: Callable[[Mapping[str, Any]], Made],
    session_id: str,
    *,
    model: Model,
    deadline: Deadline,
) -> Made:
    """What is made of the tool call that this request asks for; one of which nothing can be made is asked for once more, with
    what was wrong with it.

    `use` raises Unusable. Raises ModelUnavailable where the model gives nothing usable in time.
    """
    problem = ""
    while True:
        asked = request(problem)
        reply = model.complete(asked, deadline)
        call = reply.call(asked.must_call or "")
        given = call.input if call else {}
        try:
            return use(given if reply.model == SCRIPTED else tags.unescape(given))
        except Unusable as error:
            logger.warning("model wrote no usable prompt", extra={"session_id": session_id, "problem": str(error)})
            if problem or deadline.remaining() < LEAST_SECONDS:
                raise ModelUnavailable("The language model wrote no usable prompt; try again later") from error
            problem = str(error)


def request_call(tool: Tool, system: str, shown: Sequence[Block], problem: str, tier: Tier = "medium") -> Request:
    """Returns the request for one call of this tool, under this system prompt; for a second try, with what was wrong with the
    first."""
    told = (Block(f"Your last call of `{tool.name}` could not be used: {problem}. Call it again."),) if problem else ()
    return Request(
        task="prompt",
        tier=tier,
        system=(Block(system),),
        messages=(ChatMessage("user", (*shown, *told)),),
        max_tokens=MAX_TOKENS,
        tools=(tool,),
        must_call=tool.name,
    )


def _check_privacy(text: str, view: SessionView) -> None:
    """Raises Unusable for a prompt in which the private context can be read."""
    of = view.session
    if of.private_context and repeats(
        [text], [of.private_context], [of.topic, of.goal, of.critical or "", view.context or ""]
    ):
        raise Unusable("it repeats words of the private context, which may stand in no prompt")


def _request(view: SessionView, problem: str, tier: Tier) -> Request:
    """The setup and the time, what its host keeps from participants, the template it started from, and what was wrong with a first
    try."""
    minutes = view.session.duration_minutes
    turns = turn_budget(minutes)
    time = tags.data("time", f"{minutes} minutes, about {turns} turns", minutes=minutes, turns=turns)
    shown = [Block(f"{render_setup(view, CONTEXT_BYTES)}\n{time}")]
    if private := view.session.private_context:
        shown.append(Block(tags.data("private_context", private[:CONTEXT_CHARACTERS])))
    if template := template_of(view):
        method = (template.facilitation_prompt or template.description)[:CONTEXT_CHARACTERS]
        shown.append(Block(tags.data("template", method, title=template.title)))
    system = fill("tailoring", language=_name_language(view), most=str(most_questions(view)))
    return request_call(WRITE_PROMPT, *with_organisation(view, system, shown), problem, tier)


def with_organisation(view: SessionView, system: str, shown: Sequence[Block]) -> tuple[str, Sequence[Block]]:
    """The system prompt and what is shown, with what the host says of their organisation in front and what that is for; without it,
    both as they are."""
    organisation = render_organisation(view)
    if not organisation:
        return system, shown
    return f"{system}\n\n{fill('tailoring_organisation')}", (Block(organisation), *shown)


def _name_language(view: SessionView) -> str:
    """The language to write in, by name or by code, as the host named it or as the brief is written."""
    of = view.session
    found = of.language or detect_language("\n".join((of.topic, of.goal, of.critical or "")))
    return f"the language “{OWN.get(found, found)}”" if found else "the language of topic and goal"


def _list_source(view: SessionView) -> dict[str, str | None]:
    session = view.session
    return {"topic": session.topic, "goal": session.goal, "critical": session.critical, "context": view.context}


def _render(given: Mapping[str, Any], most: int) -> tuple[str, str]:
    """The prompt as markdown, and its summary. Raises Unusable."""
    asked, least = given.get("questions"), min(LEAST, max(2, most - 1))
    if not isinstance(asked, list) or not least <= len(asked) <= most:
        raise Unusable(f"questions must be a list of {least} to {most}")
    questions = "\n".join(_render_question(number, item) for number, item in enumerate(asked, 1))
    parts = (
        ("Opening", _line(given, "opening")),
        ("About the person", _line(given, "learn", may_be_empty=True)),
        ("Questions", questions),
        ("Leave out", _line(given, "leave", may_be_empty=True)),
        ("Closing", _line(given, "closing")),
    )
    return "\n\n".join(f"# {heading}\n{text}" for heading, text in parts if text), _line(given, "summary")


def _render_question(number: int, item: Any) -> str:
    if not isinstance(item, Mapping):
        raise Unusable(f"question {number} must have a question and a probe")
    return f"{number}. {_line(item, 'question', f' {number}')}\n   Probe: {_line(item, 'probe', f' {number}')}"


def _line(given: Mapping[str, Any], name: str, which: str = "", *, may_be_empty: bool = False) -> str:
    """A text on one line: the form of the prompt is ours, whatever the text holds."""
    text = given.get(name)
    text = " ".join(text.split()) if isinstance(text, str) else ""
    if not text and not may_be_empty:
        raise Unusable(f"{name}{which} must be a text that is not blank")
    if len(text) > LIMITS[name]:
        raise Unusable(f"{name}{which} must be at most {LIMITS[name]:,} characters")
    return text
