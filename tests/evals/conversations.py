"""Conversations for tests of the evaluation."""

from typing import Any

from evals.checks import CHECKS
from evals.transcript import Entry, Setting, Transcript

BY_NAME = {check.name: check for check in CHECKS}


def asks(text: str, **fields: Any) -> Entry:
    return Entry("facilitator", text, **fields)


def says(text: str, **fields: Any) -> Entry:
    return Entry("participant", text, **fields)


def widget(kind: str = "SingleSelect", **props: Any) -> dict[str, Any]:
    given = props or {"label": "Which?", "options": ["a", "b"]}
    return {"root": {"type": kind, "props": given, "children": []}}


def talk(*entries: Entry, **fields: Any) -> Transcript:
    values = {
        "topic": "The library",
        "goal": "Find out what it should offer.",
        "session": "s",
        "persona": "cooperative",
    }
    return Transcript(Setting(**{**values, **fields}), entries)


def findings(name: str, *entries: Entry, **fields: Any) -> list[str]:
    """The problems that a check finds."""
    return [found.problem for found in BY_NAME[name].find(talk(*entries, **fields))]
