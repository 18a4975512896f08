"""The facilitation prompt that a host sets: written by hand, or a proposal of ours with its recap and with what it was written from.

What it was written from is kept beside it, so that a client can tell whether the brief has changed since.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from chalicelib.errors import Invalid
from chalicelib.model import Prompt, Session, SessionView
from chalicelib.store.sessions import Sessions

CONTEXT_CHARACTERS = 20_000  # of the context: what a prompt is written from, and kept with it
PROMPT_BYTES = 360_000  # of a prompt with its recap and origin: they share one item
_RECAP = ("prompt_summary", "prompt_generated_from")
_OF_VERSION = (*_RECAP, "prompt", "prompt_origin")
_CONTENT = ("text", "summary", "generated_from", "template_id")


def first_prompt(
    text: str | None, summary: str | None, generated_from: Mapping[str, str | None] | None, session: Session
) -> Prompt | None:
    """Returns the prompt that a new session begins with, as its owner's; None without one. Raises Invalid."""
    given = {"prompt_summary": summary or None, "prompt_generated_from": generated_from}
    if not text:
        _require_no_recap(given)
        return None
    prompt = Prompt(1, text, "host", created_at=session.created_at, created_by=session.owner_id)
    return _checked(_with_recap(prompt, given, session))


def edited_prompt(view: SessionView, values: Mapping[str, Any], session: Session, user_id: str) -> Prompt | None:
    """Returns the prompt of a session after these changes by a user, which leave it as `session`: another one is the next
    version, and so is one with another recap, and an earlier one that is restored.

    Where the changes name none of it, or the same, it stays as it is. A recap alone changes nothing while there is no prompt that it
    could tell of: the one that we are going to write brings its own. Raises Invalid.
    """
    before, text, named = view.prompt, values.get("prompt"), values.get("prompt_origin")
    number, now = view.prompt_version + 1, session.updated_at
    if restored := values.get("restored"):
        after = replace(restored, version=number, origin="restored", created_at=now, created_by=user_id)
        return before if before and _content(before) == _content(after) else after
    if text and (before is None or before.is_ours or before.text != text or named not in (None, before.origin)):
        prompt = Prompt(number, text, named or "host", created_at=now, created_by=user_id)
        return _checked(_with_recap(prompt, values, session))
    if "prompt" in values and not text:
        _require_no_recap(values)
        return None
    if before is None:
        return None
    after = _with_recap(before, values, session)
    return before if after == before else _checked(replace(after, version=number, created_at=now))


def check_prompt_changes(values: Mapping[str, Any]) -> None:
    """Raises Invalid where changes name an earlier version together with what a new one has, or an origin of no text."""
    others = [name for name in _OF_VERSION if name in values]
    if "prompt_version" in values and others:
        raise Invalid(f"prompt_version cannot be set together with {' and '.join(others)}: that version has its own")
    if "prompt_origin" in values and not values.get("prompt"):
        raise Invalid("prompt_origin tells of a prompt: send it together with prompt")


def find_version(view: SessionView, number: int, *, sessions: Sessions, field: str) -> Prompt:
    """Returns a version of a session's prompt. Raises Invalid, naming the field that named it, where there is no such version."""
    found = sessions.prompt(view.session.id, number) if 0 < number <= view.prompt_version else None
    if found is None:
        there = (
            f"1 to {view.prompt_version}" if view.prompt_version > 1 else "1 alone" if view.prompt_version else "none"
        )
        raise Invalid(f"{field} {number} does not exist; versions there are: {there}")
    return found


def list_drifted(view: SessionView) -> list[str]:
    """Returns the fields that are others now than those which the prompt was written from; none where it was not written from any.

    A version from before templates were kept with them tells nothing of its template.
    """
    prompt, session = view.prompt, view.session
    if prompt is None or prompt.generated_from is None:
        return []
    now = {
        "topic": session.topic,
        "goal": session.goal,
        "critical": session.critical,
        "context": _beginning(view.context),
    }
    found = [name for name, value in now.items() if (value or None) != prompt.generated_from.get(name)]
    return [*found, "template_id"] if prompt.created_at and prompt.template_id != session.template_id else found


def shown_origin(view: SessionView) -> dict[str, str | None] | None:
    """Returns what the prompt was written from. A context that still begins as it did then is shown in full: an edit behind that
    is none of what the prompt knows."""
    kept = view.prompt.generated_from if view.prompt else None
    if kept is None or _beginning(view.context) != kept.get("context"):
        return kept
    return {**kept, "context": view.context}


def _content(prompt: Prompt) -> tuple[Any, ...]:
    """Returns what makes two versions the same one, whoever made them."""
    return tuple(getattr(prompt, name) for name in _CONTENT)


def _with_recap(prompt: Prompt, given: Mapping[str, Any], session: Session) -> Prompt:
    if "prompt_summary" in given:
        prompt = replace(prompt, summary=given["prompt_summary"])
    if "prompt_generated_from" in given:
        origin = given["prompt_generated_from"]
        kept = {**origin, "context": _beginning(origin.get("context"))} if origin else None
        if kept != prompt.generated_from:
            prompt = replace(prompt, generated_from=kept, template_id=session.template_id if kept else None)
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
