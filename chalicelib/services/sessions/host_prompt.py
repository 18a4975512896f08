"""The facilitation prompt that a host sets: written by hand, or a proposal of ours with its recap and with what it was written from.

What it was written from is kept beside it, so that a client can tell whether the brief has changed since.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from chalicelib.errors import Invalid
from chalicelib.model import Prompt, SessionView

CONTEXT_CHARACTERS = 20_000  # of the context: what a prompt is written from, and kept with it
PROMPT_BYTES = 360_000  # of a prompt with its recap and origin: they share one item
_RECAP = ("prompt_summary", "prompt_generated_from")


def first_prompt(
    text: str | None, summary: str | None, generated_from: Mapping[str, str | None] | None
) -> Prompt | None:
    """Returns the prompt that a session begins with; None without one. Raises Invalid."""
    given = {"prompt_summary": summary or None, "prompt_generated_from": generated_from}
    if not text:
        _require_no_recap(given)
        return None
    return _checked(_with_recap(Prompt(1, text, "host"), given))


def edited_prompt(view: SessionView, values: Mapping[str, Any]) -> Prompt | None:
    """Returns the prompt of a session after these changes: another one is the next version, and so is one with another recap.

    Where the changes name none of it, or the same, it stays as it is. Raises Invalid.
    """
    before, text = view.prompt, values.get("prompt")
    if text and (before is None or (before.origin, before.text) != ("host", text)):
        return _checked(_with_recap(Prompt(view.prompt_version + 1, text, "host"), values))
    if before is None or ("prompt" in values and not text):
        _require_no_recap(values)
        return None
    after = _with_recap(before, values)
    return before if after == before else _checked(replace(after, version=view.prompt_version + 1))


def shown_origin(view: SessionView) -> dict[str, str | None] | None:
    """Returns what the prompt was written from. A context that still begins as it did then is shown in full: an edit behind that
    is none of what the prompt knows."""
    kept = view.prompt.generated_from if view.prompt else None
    if kept is None or _beginning(view.context) != kept.get("context"):
        return kept
    return {**kept, "context": view.context}


def _with_recap(prompt: Prompt, given: Mapping[str, Any]) -> Prompt:
    if "prompt_summary" in given:
        prompt = replace(prompt, summary=given["prompt_summary"])
    if "prompt_generated_from" in given:
        origin = given["prompt_generated_from"]
        kept = {**origin, "context": _beginning(origin.get("context"))} if origin else None
        prompt = replace(prompt, generated_from=kept)
    return prompt


def _beginning(context: str | None) -> str | None:
    return context[:CONTEXT_CHARACTERS] if context else None


def _checked(prompt: Prompt) -> Prompt:
    recap = msgspec.json.encode([prompt.summary, prompt.generated_from])
    if len(recap) + len(prompt.text.encode()) > PROMPT_BYTES:
        raise Invalid(f"prompt, {' and '.join(_RECAP)} must be at most {PROMPT_BYTES:,} bytes together")
    return prompt


def _require_no_recap(given: Mapping[str, Any]) -> None:
    for name in _RECAP:
        if given.get(name):
            raise Invalid(f"{name} tells of a prompt, and this session has none yet: send it together with prompt")
