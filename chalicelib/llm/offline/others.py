"""Bringing in what others speak about: one theme, as a question, where the pacing offers any."""

from collections.abc import Mapping

from chalicelib.llm.language import Script
from chalicelib.llm.offline.scene import Scene

_ASKED: Mapping[Script, str] = {
    "en": "Some others in this session speak about “{theme}”. How do you see that?",
    "hant": "這次討論中，有些人談到「{theme}」。您怎麼看？",
    "hans": "这次讨论中，有些人谈到“{theme}”。您怎么看？",
}


def others_theme(scene: Scene) -> str:
    """The question about the first theme that has a name; empty where there is none."""
    theme = next((name for name in scene.themes if name), "")
    return _ASKED[scene.script].format(theme=theme) if theme else ""
