"""The offline facilitator's turn: it opens, listens, follows up once, asks what is open, and concludes in time.

The conversation itself is the only memory: a question counts as asked, and a sentence as used, when a message of the
facilitator contains it.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from chalicelib.llm.interface import Reply, Request, ToolCall
from chalicelib.llm.offline.asides import aside_of, greets, is_annoyed, knows_nothing, refuses, skips
from chalicelib.llm.offline.asks import Ask, ask_of, asks_of, open_asks, shortened
from chalicelib.llm.offline.distress import resumes, troubled
from chalicelib.llm.offline.enough import wants_to_stop
from chalicelib.llm.offline.harm import is_distressed, was_hurt
from chalicelib.llm.offline.likeness import alike
from chalicelib.llm.offline.others import others_theme
from chalicelib.llm.offline.probes import probe_question
from chalicelib.llm.offline.recap import recap
from chalicelib.llm.offline.reflect import Reflection, reflections, weightiest
from chalicelib.llm.offline.scene import Scene, scene_of
from chalicelib.llm.offline.showing import widget
from chalicelib.llm.offline.text import length_in_words, sentences

THIN = 6  # words; a shorter answer is followed up once
WARM = 3  # messages of the participant before the first widget
PATIENCE = 2  # follow-ups without an answer worth the name, after which thin answers are accepted
REFUSALS = 3  # bare refusals in a row, after which nothing more is asked
HALF = 0.5  # of what one follow-up says in another makes them alike
_PLACE = re.compile(r"\{\w+\}")


def turn(request: Request) -> Reply:
    """The next message, with a widget where one may come, or a call of `conclude`."""
    scene = scene_of(request)
    if is_distressed(scene.answer):
        return _say(_care(scene))
    asks = asks_of(scene)
    if not any(exchange.said for exchange in scene.exchanges):
        return _say(_opening(scene, asks))
    if scene.concluded:
        return _say(_aside(scene) or _heard(scene, None) or _by_turns(scene.voice.closing.after, scene))
    if _is_over(scene):
        return _conclude(scene, asks)
    if troubled(scene)[-1]:
        return _say(_aside(scene) or _unused(scene.voice.unhurried, scene) or _by_turns(scene.voice.unhurried, scene))
    return _answered(scene, asks)


def _answered(scene: Scene, asks: list[Ask]) -> Reply:
    """The reply to an ordinary message: taking it up, and a follow-up, a widget or the next question."""
    left = open_asks(asks, scene)
    current, followed = _current(scene, asks)
    spare = scene.left - len(left) > 0 and current is not None and not followed
    if was_hurt(scene.answer):
        return _next(scene, asks, left, _unused(scene.voice.hearing.gentle, scene))
    if lead := _aside(scene, len(left)):
        if not left and (not spare or aside_of(scene.answer) == "length"):
            return replace(_conclude(scene, asks), text="" if aside_of(scene.answer) == "length" else lead)
        back = _back(scene, current) if spare else ""
        return _say(_joined(scene, lead, back)) if back else _next(scene, asks, left, lead)
    if greets(scene.answer) and spare:
        return _say(_joined(scene, _heard(scene, None), _unused(scene.voice.returns, scene)))
    said = [] if _is_empty(scene) else scene.exchanges[-1].said
    latest = weightiest(reflection for text in said for reflection in reflections(text))
    if scene.exchanges[-1].chosen and scene.left > len(left) and (why := _unused(scene.voice.probing.chosen, scene)):
        return _say(why)
    if spare and current and not current.ends and (probe := _probe(scene, current, asks, latest)):
        return _say(_joined(scene, _lead(scene), probe))
    lead = _heard(scene, latest)
    if scene.left > len(left) and _is_at_ease(scene) and (theirs := others_theme(scene)):
        return _say(_joined(scene, lead, theirs))
    if scene.left > len(left) and scene.turn >= WARM and _is_at_ease(scene) and (shown := widget(scene, latest)):
        scaled = shown.input["widget"]["type"] == "RatingScale"  # its label takes up what was said
        return Reply(scene.voice.showing.lead if scaled else lead, "offline", (shown,))
    return _next(scene, asks, left, lead)


def _next(scene: Scene, asks: Sequence[Ask], left: Sequence[Ask], lead: str) -> Reply:
    """The next question behind what leads to it; without one, the conclusion."""
    if not left:
        return _conclude(scene, asks)
    late = "" if scene.asked else scene.voice.late.format(topic=scene.topic)
    return _say(_joined(scene, lead, late, left[0].question))


def _opening(scene: Scene, asks: list[Ask]) -> str:
    """A welcome and the first question."""
    welcome = scene.voice.opening.format(topic=scene.topic, goal=shortened(scene.goal))
    return _joined(scene, welcome, asks[0].question)


def _conclude(scene: Scene, asks: Sequence[Ask]) -> Reply:
    return Reply("", "offline", (ToolCall("conclude", {"recap": recap(scene, asks)}),))


def _say(text: str) -> Reply:
    return Reply(text, "offline")


def _joined(scene: Scene, *parts: str) -> str:
    return scene.voice.gap.join(part for part in parts if part)


def _is_over(scene: Scene) -> bool:
    latest = [text for exchange in scene.exchanges for text in exchange.said][-REFUSALS:]
    refused = len(latest) == REFUSALS and all(map(refuses, latest))
    stopped = not scene.exchanges[-1].chosen and any(map(wants_to_stop, scene.exchanges[-1].said))
    return scene.left <= 0 or refused or stopped


def _current(scene: Scene, asks: list[Ask]) -> tuple[Ask | None, bool]:
    """The question that is being answered, and whether it was followed up already."""
    followed = False
    for exchange in reversed(scene.exchanges):
        if not exchange.asked:
            return None, False
        if ask := ask_of(exchange, asks):
            return ask, followed
        followed = True
    return None, followed


def _probe(scene: Scene, current: Ask, asks: list[Ask], latest: Reflection | None) -> str:
    """The follow-up of a thin answer; empty for one that is full, or that somebody would rather not give."""
    if (
        not _is_thin(scene)
        or _is_back(scene)
        or skips(scene.answer)
        or is_annoyed(scene.answer)
        or greets(scene.answer)
    ):
        return ""
    probing = scene.voice.probing
    if _fruitless(scene, asks) >= PATIENCE:
        return ""
    noted = probe_question(current.probe, scene.script, asks.index(current))
    if noted and not scene.has_asked(noted):
        return noted
    if knows_nothing(scene.answer):
        return ""
    about = _unused(probing.about, scene).format(phrase=latest.phrase) if latest else ""
    return about or _plain_probe(scene)


def _plain_probe(scene: Scene) -> str:
    """A way to follow up anything, that none of the follow-ups before resembles."""
    asked = [sentence for text in scene.asked for sentence in sentences(text) if sentence.endswith(("?", "？"))]
    fresh = [probe for probe in scene.voice.probing.plain if not any(alike(probe, known, HALF) for known in asked)]
    return _unused(fresh, scene)


def _fruitless(scene: Scene, asks: list[Ask]) -> int:
    """How many follow-ups got an answer as thin as the one they followed."""
    return sum(
        bool(exchange.asked and exchange.said)
        and not ask_of(exchange, asks)
        and not exchange.chosen
        and _thin(exchange.answer)
        for exchange in scene.exchanges
    )


def _thin(text: str) -> bool:
    return length_in_words(text) < THIN or knows_nothing(text)


def _is_at_ease(scene: Scene) -> bool:
    """Whether a widget would come neither upon a thin answer nor to somebody who was in distress."""
    return not _is_thin(scene) and not any(troubled(scene))


def _is_thin(scene: Scene) -> bool:
    return _thin(scene.answer)


def _is_empty(scene: Scene) -> bool:
    silent = knows_nothing(scene.answer) or skips(scene.answer) or greets(scene.answer)
    return silent or scene.exchanges[-1].chosen or (_is_back(scene) and resumes(scene.answer))


def _is_back(scene: Scene) -> bool:
    """Whether this message is the first one after distress that goes on with the matter."""
    return any(troubled(scene)[-2:-1])


def _lead(scene: Scene) -> str:
    """A word before a follow-up, where the answer was none."""
    return _unused(scene.voice.hearing.accepted, scene) if knows_nothing(scene.answer) else ""


def _heard(scene: Scene, latest: Reflection | None) -> str:
    """Taking up what was said, each time in other words."""
    hearing = scene.voice.hearing
    if is_annoyed(scene.answer):
        return _unused(hearing.annoyed, scene)
    if greets(scene.answer):
        return _unused(hearing.greeted, scene)
    if skips(scene.answer):
        return _unused(hearing.skipped, scene)
    if latest is None:
        return "" if scene.concluded else _unused(hearing.accepted, scene)
    if latest.clause and (sentence := _unused(hearing.clauses, scene)):
        return sentence.format(clause=latest.clause)
    return _unused(hearing.phrases, scene).format(phrase=latest.phrase)


def _aside(scene: Scene, left: int = 0) -> str:
    """The answer to something beside the matter; empty where there is nothing of the kind."""
    kind = aside_of(scene.answer)
    if kind is None or scene.exchanges[-1].chosen:
        return ""
    sentence = _unused(scene.voice.asides[kind], scene) or _unused(scene.voice.hearing.accepted, scene)
    return sentence.format(topic=scene.topic, left=max(left, 1))


def _back(scene: Scene, current: Ask | None) -> str:
    """A way back to the question that was not answered."""
    if aside_of(scene.answer) == "clarify" and current:
        noted = probe_question(current.probe, scene.script, 1)
        return noted if noted and not scene.has_asked(noted) else _plain_probe(scene)
    return "" if aside_of(scene.answer) == "question" else _unused(scene.voice.returns, scene)


def _care(scene: Scene) -> str:
    """Care without a question, with what the operator has to say to people in distress."""
    care = _unused(scene.voice.care, scene) or _by_turns(scene.voice.care, scene)
    return _joined(scene, care, scene.help)


def _unused(choices: Sequence[str], scene: Scene) -> str:
    """The first of these that has not been said yet, whatever filled its places; empty where all have."""
    return next((sentence for sentence in choices if not _was_used(sentence, scene)), "")


def _was_used(sentence: str, scene: Scene) -> bool:
    pattern = re.compile(".{1,300}?".join(re.escape(part) for part in _PLACE.split(sentence)))
    return any(pattern.search(text) for text in scene.asked)


def _by_turns(choices: Sequence[str], scene: Scene) -> str:
    """One of them by turns, never one that the last message already had."""
    last = scene.asked[-1] if scene.asked else ""
    turned = [choices[(scene.turn + step) % len(choices)] for step in range(len(choices))]
    return next((sentence for sentence in turned if sentence not in last), turned[0])
