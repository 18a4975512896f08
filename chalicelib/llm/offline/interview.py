"""The offline facilitator's turn: opening, what is critical, a fixed row of questions, a recap.

The conversation itself is the only memory: a question counts as asked when a message of the facilitator contains it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.llm import tags
from chalicelib.llm.interface import Reply, Request, ToolCall
from chalicelib.llm.language import Script, script_for, script_of
from chalicelib.llm.offline.cues import is_distressed, wants_to_stop
from chalicelib.llm.offline.phrases import PHRASES, Phrases
from chalicelib.llm.offline.shown import first, system_text, user_text
from chalicelib.llm.offline.text import length_in_words, phrase

TURNS = 6  # the participant's messages after which it concludes
THIN = 6  # words; a shorter answer is followed up once
RECAPPED = 3
_ASKING = ("which", "what", "who", "how", "where", "when", "why", "whose")


@dataclass(frozen=True, slots=True)
class _Scene:
    """What the prompt tells of the conversation."""

    topic: str
    goal: str
    critical: str
    said: Sequence[str]  # by the participant, oldest first
    latest: Sequence[str]  # of those, what came after the facilitator's last message
    asked: Sequence[str]  # by the facilitator, oldest first
    concluded: bool
    turn: int
    budget: int
    script: Script

    @property
    def phrases(self) -> Phrases:
        return PHRASES[self.script]


def turn(request: Request) -> Reply:
    """The next message, or a call of `conclude`."""
    scene = _scene(request)
    last = " ".join(scene.latest)
    if is_distressed(last):
        return _say(scene.phrases.care)
    if not scene.said:
        return _say(_opening(scene))
    if scene.concluded:
        return _say(_other_than(scene.phrases.after, scene))
    if scene.turn >= min(TURNS, scene.budget) or any(wants_to_stop(text) for text in scene.latest):
        return Reply("", "offline", (ToolCall("conclude", {"recap": _recap(scene)}),))
    gap = " " if scene.script == "en" else ""
    return _say(gap.join(part for part in (_echo(scene, last), _next_question(scene, last)) if part))


def _say(text: str) -> Reply:
    return Reply(text, "offline")


def _scene(request: Request) -> _Scene:
    system, user = system_text(request), user_text(request)
    pacing = next(iter(tags.read("pacing", user)), tags.Tagged("", {}))
    latest = request.messages[-1] if request.messages and request.messages[-1].role == "user" else None
    said = [piece.text for piece in tags.read("said", user)]
    topic = first("topic", system)
    default = script_for(first("language", system), topic)
    return _Scene(
        topic=topic,
        goal=_sentence(first("goal", system)),
        critical=_sentence(first("critical", system)),
        said=said,
        latest=[piece.text for block in (latest.blocks if latest else ()) for piece in tags.read("said", block.text)],
        asked=[block.text for message in request.messages if message.role == "assistant" for block in message.blocks],
        concluded=pacing.attributes.get("concluded") == "yes",
        turn=max(len(said), int(pacing.attributes.get("turn", "0"))),
        budget=int(pacing.attributes.get("of", str(TURNS))),
        script=script_of(said[-1], default) if said else default,
    )


def _sentence(text: str) -> str:
    """The host's words as a sentence that another may follow."""
    line = " ".join(text.split())
    if not line or line[-1] in ".!?。！？…":
        return line
    if script_of(line) != "en":
        return f"{line}。"
    return f"{line}?" if line.split()[0].lower() in _ASKING else f"{line}."


def _opening(scene: _Scene) -> str:
    return scene.phrases.opening.format(topic=scene.topic, goal=scene.goal)


def _echo(scene: _Scene, last: str) -> str:
    """The participant's own words, said back; a question of theirs is passed on."""
    if last.rstrip().endswith(("?", "？")):
        return scene.phrases.asked
    said = phrase(last)
    if length_in_words(said) < 2:
        return ""
    return scene.phrases.heard[scene.turn % len(scene.phrases.heard)].format(phrase=said)


def _next_question(scene: _Scene, last: str) -> str:
    """A probe where the answer is thin, unless the last question was one; then what is critical; then the next of the row."""
    probes = scene.phrases.thin
    probed = any(probe in text for text in scene.asked[-1:] for probe in probes)
    if length_in_words(last) < THIN and not probed and (probe := _unasked(probes, scene)):
        return probe
    row = [question.format(topic=scene.topic) for question in scene.phrases.questions]
    if not scene.asked:
        row.insert(0, scene.phrases.opening_again.format(topic=scene.topic))
    if scene.critical:
        asks = scene.critical.endswith(("?", "？"))
        critical = scene.phrases.critical if asks else scene.phrases.critical + scene.phrases.critical_ask
        row.insert(0, critical.format(critical=scene.critical))
    return _unasked(row, scene) or _other_than(row, scene)


def _unasked(questions: Sequence[str], scene: _Scene) -> str:
    return next((question for question in questions if not any(question in text for text in scene.asked)), "")


def _other_than(sentences: Sequence[str], scene: _Scene) -> str:
    """One of them by turns, never one that the last message already had."""
    last = scene.asked[-1] if scene.asked else ""
    turned = [sentences[(scene.turn + step) % len(sentences)] for step in range(len(sentences))]
    return next((sentence for sentence in turned if sentence not in last), turned[0])


def _recap(scene: _Scene) -> str:
    """The participant's weightiest words, in the order they came."""
    told = [text for text in scene.said if length_in_words(text) >= THIN and not wants_to_stop(text)]
    longest = sorted(told, key=length_in_words, reverse=True)[:RECAPPED]
    points = [scene.phrases.quote.format(phrase=phrase(text)) for text in told if text in longest]
    if not points:
        return scene.phrases.recap_short
    return scene.phrases.recap.format(points=scene.phrases.join.join(dict.fromkeys(points)))
