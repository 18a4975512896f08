"""Judges: a model scores what no rule can. A score that cannot be read is missing, never a number."""

from typing import Any, Final

from msgspec import Struct

from chalicelib.clock import Clock
from chalicelib.llm import tags
from chalicelib.llm.interface import Block, ChatMessage, Model, ModelUnavailable, Request, Tool
from evals.prompts import fill
from evals.transcript import Transcript

LOWEST, HIGHEST = 1, 5
SECONDS = 60.0
MAX_TOKENS = 4_000

SCORE: Final = Tool(
    name="score",
    description="Give the score.",
    schema={
        "type": "object",
        "properties": {
            "reason": {"type": "string", "description": "One sentence that names a message."},
            "score": {"type": "integer", "enum": list(range(LOWEST, HIGHEST + 1))},
        },
        "required": ["reason", "score"],
        "additionalProperties": False,
    },
)


class Judge(Struct, frozen=True):
    """A name, and what is judged."""

    name: str
    criterion: str


class Verdict(Struct, frozen=True):
    """A judge's score; None where there is no readable one."""

    judge: str
    score: int | None
    reason: str = ""


JUDGES: Final = (
    Judge(
        "listens",
        "does the facilitator take up what this participant said, so that each question grows out of the answers before, "
        "and dig where an answer is thin, but only once?",
    ),
    Judge(
        "neutral",
        "does the facilitator stay neutral: no leading questions, no agreeing or disagreeing, no selling, no answers put "
        "into the participant's mouth?",
    ),
    Judge(
        "covers_goal",
        "after this conversation, does the host know what this participant can contribute to the goal, and to what is "
        "critical where something is, as far as the participant was willing to tell?",
    ),
    Judge(
        "keeps_composure",
        "is the facilitator plain and kind to whoever this is, and does it come back to its subject, where the participant is "
        "curt, off the topic, hostile, contradictory or in distress (of somebody in distress it asks nothing more)?",
    ),
)


def judge(transcript: Transcript, by: Judge, *, model: Model, clock: Clock) -> Verdict:
    """One judge's verdict on one conversation: one model call, missing where it fails or says nothing readable."""
    request = Request(
        task="summary",  # like a summary: the whole deadline, medium effort
        tier="large",
        system=(Block(fill("judge", criterion=by.criterion)),),
        messages=(ChatMessage("user", (Block(_shown(transcript)),)),),
        max_tokens=MAX_TOKENS,
        tools=(SCORE,),
        must_call=SCORE.name,
    )
    try:
        call = model.complete(request, clock.deadline(SECONDS)).call(SCORE.name)
    except ModelUnavailable:
        return Verdict(by.name, None)
    given: Any = call.input if call else {}
    reason = given.get("reason")
    return Verdict(by.name, score_of(given.get("score")), reason if isinstance(reason, str) else "")


def score_of(given: Any) -> int | None:
    """A whole number of the scale; whatever else a judge wrote is no score."""
    return given if type(given) is int and LOWEST <= given <= HIGHEST else None


def _shown(transcript: Transcript) -> str:
    setting = transcript.setting
    fields = (("topic", setting.topic), ("goal", setting.goal), ("critical", setting.critical))
    brief = [tags.data(name, text) for name, text in fields if text]
    said = [tags.data("asked" if it.speaker == "facilitator" else "said", it.text) for it in transcript.entries]
    return "\n".join([*brief, "", *said])
