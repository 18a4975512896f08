"""What the offline facilitator has to ask in a conversation, in order, and what of it is still open."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.llm.language import Script, script_of
from chalicelib.llm.offline.guide import Listed, one_question, read_guide
from chalicelib.llm.offline.likeness import alike, share
from chalicelib.llm.offline.scene import Exchange, Scene
from chalicelib.llm.offline.text import sentences
from chalicelib.llm.offline.voices import VOICES

FEWEST = 4  # questions; a prompt with fewer is filled up from the fixed row
LONGEST = 260  # characters of the host's words inside a question
COVERED = 0.4  # the share of what is critical that a question has to name, to be about it
TOUCHED = 0.2  # the same for a tailored prompt, which may name it in other words
_ENDING = re.compile(
    r"\b(?:else|anything|something) .*(?:\?|we|you|add|missed)|\bmissed\b|\bto add\b|其他|還有什麼|还有什么|"
    r"補充|补充",
    re.IGNORECASE,
)
_WISH = re.compile(
    r"(?:please )?(?:find out|ask about|ask|learn about|learn|understand|get|hear about|hear|know about|know|"
    r"we need to know|we want to know)(?: about)? ",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Ask:
    """A question with what to probe for. `forms` are the ways it may have been asked in; `weight` says how critical it is."""

    question: str
    probe: str = ""
    forms: tuple[str, ...] = ()
    weight: float = 0.0
    ends: bool = False  # it asks for anything left over, so its answer is not probed


def asks_of(scene: Scene) -> list[Ask]:
    """Everything to ask: the questions of the facilitation prompt, where they are in the participant's language, else the fixed row."""
    guide = read_guide(scene.prompt)
    listed = [item for item in guide.questions if (script_of(item.question) == "en") == (scene.script == "en")]
    same = listed and script_of("\n".join(item.question for item in listed), scene.script) == scene.script
    if not same:
        return _row(scene)
    asks = [_from_prompt(item, scene) for item in listed]
    if scene.critical and max(ask.weight for ask in asks) < (TOUCHED if guide.tailored else COVERED):
        asks[1:1] = _critical(scene)
    return _filled(asks, _row(scene), ends=any(ask.ends for ask in asks))


def open_asks(asks: Sequence[Ask], scene: Scene) -> list[Ask]:
    """What has not been asked. Where the time is too short for all of it, the most critical first, then the earliest."""
    opened = bool(scene.asked) and any(
        mark in scene.asked[0] for mark in "?？"
    )  # in other words or another language maybe
    left = [ask for place, ask in enumerate(asks) if not (opened and place == 0) and not _was_asked(ask, scene)]
    if len(left) <= scene.left:
        return left
    ranked = sorted(left, key=lambda ask: (ask.ends, -ask.weight, left.index(ask)))[: max(scene.left, 0)]
    critical = [ask for ask in ranked if ask.weight >= COVERED]
    return critical + [ask for ask in left if ask in ranked and ask not in critical]


def ask_of(exchange: Exchange, asks: Sequence[Ask]) -> Ask | None:
    """The question that a message of the facilitator asked; None for anything else it said."""
    text = " ".join(exchange.asked.lower().split())
    found = [ask for ask in asks if any(" ".join(form.lower().split()) in text for form in ask.forms)]
    return max(found, key=lambda ask: len(ask.question), default=None)


def critical_questions(critical: str, script: Script) -> list[str]:
    """What is critical as questions to the participant: those that the host wrote as such, or one that is put around the host's words."""
    voice = VOICES[script]
    plain = _WISH.sub("", " ".join(critical.split()))
    if script_of(plain, script) != script:
        return [voice.critical_quoted.format(critical=_bare(plain))]
    asked = [sentence.lstrip("-*•0123456789.) ") for sentence in sentences(critical) if sentence.endswith(("?", "？"))]
    if asked:
        return [voice.critical.format(critical=one_question(asked[0])), *map(one_question, asked[1:3])]
    return [voice.critical_ask.format(critical=_bare(plain))]


def shortened(text: str) -> str:
    """The host's words in one or two sentences without a question mark, to stand inside a message."""
    kept, told = "", sentences(" ".join(text.split()))
    for sentence in [sentence for sentence in told if not sentence.endswith(("?", "？"))] or told[:1]:
        if kept and len(kept) + len(sentence) > LONGEST // 2:
            break
        kept = f"{kept} {sentence}".strip()
    kept = _bare(kept)
    return f"{kept}{'.' if script_of(kept) == 'en' else '。'}" if kept else ""


def _bare(text: str) -> str:
    """Without question marks, and without the stop at its end; cut at a word where it is long."""
    text = re.sub(
        r"[?？]\s*(?=\S)", lambda found: "，" if found[0][0] == "？" else "; ", text.rstrip(" .!?。！？…;；,，")
    )
    return text if len(text) <= LONGEST else text[:LONGEST].rsplit(" ", 1)[0] + "…"


def _row(scene: Scene) -> list[Ask]:
    asks, topic = [], scene.topic.rstrip("?？")  # a question inside a question would be taken for two
    for place, (question, probe) in enumerate(scene.voice.row):
        forms = tuple(voice.row[place][0].format(topic=topic) for voice in VOICES.values())
        asks.append(Ask(question.format(topic=topic), probe, forms, ends=place == len(scene.voice.row) - 1))
    return asks[:1] + _critical(scene) + asks[1:]


def _critical(scene: Scene) -> list[Ask]:
    if not scene.critical:
        return []
    listed = {script: critical_questions(scene.critical, script) for script in VOICES}
    return [
        Ask(question, "", tuple(asked[place] for asked in listed.values() if place < len(asked)), weight=1.0)
        for place, question in enumerate(listed[scene.script])
    ]


def _from_prompt(item: Listed, scene: Scene) -> Ask:
    weight = share(scene.critical, f"{item.question} {item.probe}") if scene.critical else 0.0
    return Ask(item.question, item.probe, (item.question,), weight, bool(_ENDING.search(item.question)))


def _filled(asks: list[Ask], row: list[Ask], *, ends: bool) -> list[Ask]:
    """Filled up from the fixed row where there are few, and ended with a question for anything left over."""
    middle = [
        ask for ask in row[1:-1] if ask.weight == 0 and not any(alike(ask.question, known.question) for known in asks)
    ]
    filled = asks + middle[: max(0, FEWEST - len(asks))]
    return filled if ends else [*filled, row[-1]]


def _was_asked(ask: Ask, scene: Scene) -> bool:
    return any(scene.has_asked(form) for form in ask.forms)
