"""The widgets that the offline facilitator presents: a scale on the latest point, then choices among the participant's own points."""

from typing import Any

from chalicelib.llm.interface import ToolCall
from chalicelib.llm.offline.recap import points
from chalicelib.llm.offline.reflect import Reflection
from chalicelib.llm.offline.scene import Scene

LONGEST = 120  # characters of an option
MOST = 6


def widget(scene: Scene, latest: Reflection | None) -> ToolCall | None:
    """The next widget that this conversation has the matter for; each kind once."""
    if not scene.may_show:
        return None
    used = {exchange.widget for exchange in scene.exchanges}
    words = scene.voice.showing
    options = _options(scene)
    if "RatingScale" not in used and latest and len(latest.phrase) <= LONGEST:
        label = words.rating.format(phrase=latest.phrase)
        if not scene.has_asked(label):
            scale = {"min": 1, "max": 5, "minLabel": words.low, "maxLabel": words.high}
            return _call({"type": "RatingScale", "label": label, **scale})
    if "RankingList" not in used and len(options) >= 3 and not scene.has_asked(words.ranking):
        return _call({"type": "RankingList", "label": words.ranking, "items": options})
    if "MultiSelect" not in used and len(options) >= 3 and not scene.has_asked(words.multi):
        return _call({"type": "MultiSelect", "label": words.multi, "options": options})
    if "SingleSelect" not in used and len(options) >= 2 and not scene.has_asked(words.single):
        return _call({"type": "SingleSelect", "label": words.single, "options": [*options, words.none_of_them]})
    return None


def _options(scene: Scene) -> list[str]:
    """The participant's points, short enough to choose among."""
    found = [point.phrase for point in points(scene) if len(point.phrase) <= LONGEST]
    return list(dict.fromkeys(found))[:MOST]


def _call(given: dict[str, Any]) -> ToolCall:
    return ToolCall("present_widget", {"widget": given})
