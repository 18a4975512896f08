"""Somebody in distress: from the message that tells of it on, nothing is asked, until they take up the matter again themselves."""

import re

from chalicelib.llm.offline.harm import is_distressed
from chalicelib.llm.offline.likeness import marks
from chalicelib.llm.offline.scene import Exchange, Scene

PATIENT = 2  # replies without a question, after which the talk goes on by what the person writes
_RESUMING = re.compile(
    r"\b(?:go on|going on|continue|carry on|move on|get back|back to|rather talk|talk about the|next question|keep going|"
    r"i'm (?:ok|okay|fine)|i am (?:ok|okay|fine))\b|"
    r"繼續|继续|接著談|接着谈|接著聊|接着聊|回到|談談|谈谈|下一題|下一题|我沒事|我没事",
    re.IGNORECASE,
)


def resumes(text: str) -> bool:
    """Whether somebody says that they want to go on."""
    return bool(_RESUMING.search(text.replace("’", "'")))


def troubled(scene: Scene) -> list[bool]:
    """For each exchange, whether what the participant wrote in it is distress, or comes after it and before they go on."""
    matter = marks("\n".join((scene.topic, scene.goal, scene.critical)))
    found: list[bool] = []
    quiet = PATIENT + 1  # replies since the last distress
    for exchange in scene.exchanges:
        quiet = 0 if any(map(is_distressed, exchange.said)) else _next(quiet, exchange, matter)
        found.append(quiet <= PATIENT)
    return found


def _next(quiet: int, exchange: Exchange, matter: frozenset[str]) -> int:
    on_the_matter = bool(matter & marks(exchange.answer))
    return PATIENT + 1 if on_the_matter or resumes(exchange.answer) else quiet + 1
