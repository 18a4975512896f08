"""A stand-in for a model that understands: the same digest and the same summary for the same words, by a simple rule.

A message of three words or more is a point. Its theme is the first known one whose label it has, else its first word of
five letters. A summary has a theme for every registered one, in the words of its first point.
"""

import re
from collections.abc import Mapping
from typing import Any

from chalicelib.clock import Deadline
from chalicelib.llm import tags
from chalicelib.llm.interface import ModelUnavailable, Reply, Request, ToolCall
from chalicelib.text.tokens import count_words

LEAST_WORDS = 3
_NAMING = re.compile(r"[^\W\d_]{5,}")


class RuleBasedModel:
    """A Model that writes digests and summaries; a conversation is not its work."""

    name = "writer"
    understands = True

    def complete(self, request: Request, deadline: Deadline) -> Reply:
        """What the request shows, as it is, where there is time left."""
        if not deadline.remaining():
            raise ModelUnavailable("There was no time left to answer")
        system = "\n".join(block.text for block in request.system)
        shown = "\n".join(block.text for message in request.messages for block in message.blocks)
        if request.task == "digest":
            points = digest(system, shown)
            gist = points[0]["text"] if points else ""
            return Reply("", self.name, (ToolCall("record_digest", {"points": points, "gist": gist}),))
        return Reply("", self.name, (ToolCall("write_summary", summary(shown)),))


def digest(system: str, shown: str) -> list[dict[str, str]]:
    """The points of what a participant said."""
    known = {it.attributes["label"]: it.attributes["id"] for it in tags.read("theme", system)}
    before = {it.text for it in tags.read("known", shown)}
    points = []
    for said in tags.read("said", shown):
        text = " ".join(said.text.split())
        if count_words(text) >= LEAST_WORDS and text not in before:
            label = _label(text, known)
            given = {"message_id": said.attributes["id"], "quote": said.text, "text": text, "topic": label}
            points.append({**given, "theme": known.get(label, ""), "stance": "for"})
            known.setdefault(label, "")
    return points


def summary(shown: str) -> dict[str, Any]:
    """The summary of these points."""
    points = tags.read("point", shown)
    themes = []
    for theme in tags.read("theme", shown):
        own = [point for point in points if point.attributes.get("theme") == theme.attributes["id"]]
        themes.append(
            {
                "themes": [theme.attributes["id"]],
                "label": theme.attributes["label"],
                "statement": own[0].text if own else "It is spoken of.",
                "description": f"What has to do with {theme.attributes['label']}.",
                "evidence": [point.attributes["id"] for point in own],
            }
        )
    lists: dict[str, Any] = {}
    for name in ("proposals", "same", "agreements", "tensions", "minority_views", "open_questions"):
        lists[name] = []
    first = points[0].text if points else "Nothing yet."
    return {"overview": first, "themes": themes, "critical_answer": first, **lists}


def _label(text: str, known: Mapping[str, str]) -> str:
    lower = text.lower()
    found = _NAMING.findall(lower)
    return next((label for label in known if label.lower() in lower), found[0] if found else lower[:12])
