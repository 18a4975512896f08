"""A facilitation prompt changed as its host says in words: a model names the passages to change, and code changes those alone."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from chalicelib.clock import Deadline
from chalicelib.llm import tags
from chalicelib.llm.interface import Block, Model, Request, Tool
from chalicelib.model import SessionView
from chalicelib.services.facilitation.tailored_prompt import (
    LIMITS,
    Unusable,
    ask_twice,
    request_call,
    strict_schema,
    with_organisation,
)
from chalicelib.services.prompts import fill
from chalicelib.services.prompts.setup import render_setup

MOST_CHANGES = 20
MOST_CHARACTERS = 100_000  # of a prompt

CHANGE_PROMPT = Tool(
    name="change_prompt",
    description="Hand in the changes to the facilitation prompt.",
    schema=strict_schema(
        {
            "changes": {
                "type": "array",
                "description": f"1 to {MOST_CHANGES}.",
                "items": strict_schema(
                    {
                        "passage": {
                            "type": "string",
                            "description": "A passage of the prompt, copied exactly; it occurs only once.",
                        },
                        "text": {"type": "string", "description": "What takes its place; empty: nothing."},
                    }
                ),
            },
            "summary": {
                "type": "string",
                "description": "For the host: what the changed prompt sets out to learn, and how. "
                f"At most {LIMITS['summary']:,} characters.",
            },
        }
    ),
)


class Revised(Struct, frozen=True):
    """A changed prompt, and what it is about."""

    text: str
    summary: str


def revise_prompt(text: str, instructions: str, view: SessionView, *, model: Model, deadline: Deadline) -> Revised:
    """This prompt, changed as the instructions say: one model call, a second one where the first named nothing that can be changed.

    Raises ModelUnavailable where the model gives no usable changes in time.
    """

    def use(given: Mapping[str, Any]) -> Revised:
        return Revised(_apply_changes(text, given.get("changes")), _summary(given.get("summary")))

    return ask_twice(
        lambda problem: _request(text, instructions, view, problem),
        use,
        view.session.id,
        model=model,
        deadline=deadline,
    )


def _request(text: str, instructions: str, view: SessionView, problem: str) -> Request:
    shown = [
        Block(render_setup(view)),
        Block(tags.data("facilitation_prompt", text)),
        Block(tags.data("instructions", instructions)),
    ]
    return request_call(CHANGE_PROMPT, *with_organisation(view, fill("revision"), shown), problem)


def _apply_changes(before: str, changes: Any) -> str:
    """The prompt after these changes. Raises Unusable for what is no list of changes, or changes nothing."""
    if not isinstance(changes, list) or not 1 <= len(changes) <= MOST_CHANGES:
        raise Unusable(f"changes must be a list of 1 to {MOST_CHANGES}")
    text = before
    for number, change in enumerate(changes, 1):
        passage, replacement = _texts_of(change, number)
        if (found := text.count(passage)) != 1:
            raise Unusable(f"the passage of change {number} occurs {found} times in the prompt, and has to occur once")
        text = text.replace(passage, replacement)
    text = text.strip()
    if not text or text == before.strip():
        raise Unusable("the changes leave nothing" if not text else "the changes leave the prompt as it is")
    if len(text) > MOST_CHARACTERS:
        raise Unusable(f"the prompt would have more than {MOST_CHARACTERS:,} characters")
    return text


def _texts_of(change: Any, number: int) -> tuple[str, str]:
    given = change if isinstance(change, Mapping) else {}
    passage, replacement = given.get("passage"), given.get("text")
    if not isinstance(passage, str) or not passage or not isinstance(replacement, str):
        raise Unusable(f"change {number} must have a passage and a text")
    return passage, replacement


def _summary(given: Any) -> str:
    summary = " ".join(given.split()) if isinstance(given, str) else ""
    if not 0 < len(summary) <= LIMITS["summary"]:
        raise Unusable(f"summary must be a text of at most {LIMITS['summary']:,} characters")
    return summary
