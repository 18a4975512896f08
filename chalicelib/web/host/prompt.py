"""The page of a session's facilitation prompt: its versions, and what makes a new one. Viewers read it, editors change it."""

from collections.abc import Sequence
from typing import Any

import msgspec
from chalice.app import Response
from msgspec import Struct
from msgspec.structs import replace

from chalicelib import container
from chalicelib.errors import Forbidden, HarmonicaError, Invalid, NotFound, Unavailable
from chalicelib.model import Prompt, SessionView
from chalicelib.operations.field_limits import limit_of
from chalicelib.operations.prompt_proposal import (
    PromptProposal,
    ProposePrompt,
    RevisedPrompt,
    RevisePrompt,
    propose_prompt,
    revise_prompt,
)
from chalicelib.operations.session_changes import EditSession
from chalicelib.operations.session_fields import NewGeneratedFrom
from chalicelib.operations.sessions import edit_session
from chalicelib.services.access.roles import may_edit
from chalicelib.services.results.facilitator_review import append_rules
from chalicelib.services.sessions.creation import prompt_status
from chalicelib.services.sessions.prompt_versions import basic_version, current_version, list_versions
from chalicelib.services.usage.budget import BudgetSpent
from chalicelib.store.sessions import FOR_PROMPT_VERSIONS
from chalicelib.text.differences import list_differences
from chalicelib.web.host.drift import find_drift
from chalicelib.web.host.page import ZONE
from chalicelib.web.host.project_memory import group_received
from chalicelib.web.host.request import HostRequest, root
from chalicelib.web.host.saving import FieldChanges, explain_failure, save_changes
from chalicelib.web.host.session_page import open_session, render_session_page
from chalicelib.web.kit.http import Form, see_other
from chalicelib.web.kit.page import HEADERS, locale_for
from chalicelib.web.kit.request import number_in_link, require_uuid
from chalicelib.web.kit.texts import Texts, format_time_with_zone

SHOWN = 20  # versions on a page
LOOKS_FOR = 180  # seconds, a page that waits for a prompt to be written
_NOTHING_NEW = 204  # to which htmx changes nothing
_ORIGINS = ("host", "tailored", "revised", "review", "template")


class ShownVersion(Struct, frozen=True):
    """A version as the page tells of it. `people` is empty where nobody counted them."""

    number: int
    name: str
    summary: str
    text: str
    is_current: bool
    told: str
    people: str = ""


class Proposed(Struct, frozen=True):
    """A prompt on its way: it is in the form of the page alone until somebody uses it. `base` is the version it was compared with."""

    text: str
    summary: str
    origin: str
    generated_from: str
    base: int


def show_prompt(
    host: HostRequest,
    session_id: str,
    form: Form | None = None,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    """Returns the page of the current version and of those before; after a mistake with what was entered.

    The address may name another page: one of earlier versions, a version to read and compare, or the text to edit.
    """
    view, query = open_session(host, session_id, FOR_PROMPT_VERSIONS), host.request.query_params or {}
    if not errors and "version" in query:
        return _show_version(host, view, query)
    if not errors and "edit" in query:
        return _show_editor(host, view, _proposed_from(current_version(view)), {})
    since = number_in_link(query.get("since", ""))
    if since is not None and _is_awaited(view, since):
        return Response("", HEADERS, _NOTHING_NEW)
    texts, now = locale_for(host.request, view.session).texts, current_version(view)
    offset = number_in_link(query.get("offset", "")) or 0
    listed = list_versions(view, SHOWN, offset, sessions=container.sessions(), conversations=container.conversations())
    names = _names_of(host, now, *(it.prompt for it in listed.versions))
    values: dict[str, Any] = {
        **_state(view, is_look=since is not None),
        "now": _shown(host, view, now, texts, names),
        "versions": [
            _shown(host, view, it.prompt, texts, names, people=texts("prompt_people", count=it.threads))
            for it in listed.versions
        ],
        "newer": _page_url(offset - SHOWN) if offset else "",
        "older": _page_url(offset + SHOWN) if offset + SHOWN < listed.total else "",
        "harmonica_md": view.harmonica_md or "",
        "begun_with": group_received(view.received) if view.received else [],
        "is_owner": view.session.owner_id == host.user_id,
        "drift": find_drift(view, texts),
        "instructions": (form or {}).get("instructions", ""),
        "errors": {"page": "", "instructions": "", **(errors or {})},
        "has_errors": bool(errors),
        "news": texts("prompt_used", version=_name(now.version, texts)) if "used" in query else "",
    }
    return render_session_page(host, view, "prompt", "prompt.html", status, has_frame=True, **values)


def _is_awaited(view: SessionView, since: int) -> bool:
    """Says whether a page that has waited since then, in seconds of Unix time, is to go on doing so."""
    return prompt_status(view) == "writing" and container.clock().now().timestamp() < since + LOOKS_FOR


def _state(view: SessionView, *, is_look: bool) -> dict[str, Any]:
    """Returns where the prompt stands; for a page that waited and looks again, whether that was for it, and not to wait any more."""
    is_writing, has_model = prompt_status(view) == "writing", container.model_of(view.session).understands
    is_left_for_opening = view.session.is_draft and (view.prompt is None or view.prompt.is_ours)
    return {
        "is_writing": is_writing,
        "was_written": is_look and not is_writing,
        "waits_since": int(container.clock().now().timestamp()) if is_writing and not is_look else 0,
        "has_failed": view.prompt_due and view.prompt_failed,
        "has_model": has_model,
        "may_propose": bool(view.session.topic and view.session.goal),  # which a draft may lack
        "is_left_for_opening": is_left_for_opening,
        "is_unwritten": is_left_for_opening and view.prompt is None and has_model and not is_writing,
    }


def receive_prompt(host: HostRequest, session_id: str) -> Response:
    """Uses a version, keeps a text as the next one, or shows a proposal, which is stored nowhere."""
    found, form = require_uuid(session_id), host.form()
    match form.get("do"):
        case "use":
            return _use(host, found, number_in_link(form.get("version", "")) or 0)
        case "revise" | "anew" | "renew" as asked:
            return _propose(host, found, form, asked)
        case "edit":
            view = open_session(host, found, FOR_PROMPT_VERSIONS, "editor")
            return _show_editor(host, view, _read_proposed(form), {})
        case "keep" | "save" as asked:
            return _keep(host, found, _read_proposed(form), is_edited=asked == "save")
        case _:
            raise Invalid("do must be use, revise, anew, renew, edit, keep or save")


def propose_rules(host: HostRequest, view: SessionView, rules: Sequence[str]) -> Response:
    """Returns the page of the current version with rules of a review at its end, which is stored nowhere yet."""
    before = _proposed_from(current_version(view))
    return _show_proposal(host, view, replace(before, text=append_rules(before.text, rules), origin="review"))


def _use(host: HostRequest, session_id: str, number: int) -> Response:
    host.perform(edit_session, EditSession(session_id=session_id, prompt_version=number))
    return see_other(f"{root(host.request)}/sessions/{session_id}/prompt?used=1")


def _propose(host: HostRequest, session_id: str, form: Form, asked: str) -> Response:
    """Returns the page of a proposal; where there is none, the page that it was asked for on, with what was entered.

    One that is to take the place of a version which has drifted from the brief is stored at once, if that is still in force.
    """
    view = open_session(host, session_id, FOR_PROMPT_VERSIONS, "editor")
    base = current_version(view).version
    if asked == "renew" and number_in_link(form.get("base", "")) != base:
        return see_other(f"{root(host.request)}/sessions/{session_id}/prompt")
    texts = locale_for(host.request, view.session).texts
    words = form.get("instructions", "")
    told = _misfit(words, limit_of("instructions", RevisePrompt), texts) if asked == "revise" else ""
    if told:
        return show_prompt(host, session_id, form, {"instructions": told}, 400)
    try:
        made: PromptProposal | RevisedPrompt = (
            host.perform(revise_prompt, RevisePrompt(session_id=session_id, instructions=words))
            if asked == "revise"
            else host.perform(propose_prompt, ProposePrompt(session_id=session_id))
        )
    except Unavailable as error:
        told = texts("prompt_spent" if isinstance(error, BudgetSpent) else "prompt_unavailable")
        return show_prompt(host, session_id, form, {"page": told}, error.status)
    origin = "revised" if asked == "revise" else "tailored"
    written_from = msgspec.json.encode(made.prompt_generated_from).decode() if made.prompt_generated_from else ""
    proposed = Proposed(made.facilitation_prompt, made.prompt_summary, origin, written_from, base)
    if asked == "renew":
        return _keep(host, session_id, proposed, is_edited=False)
    return _show_proposal(host, view, proposed)


def _keep(host: HostRequest, session_id: str, given: Proposed, *, is_edited: bool) -> Response:
    """Stores a text as the next version. Where there is another version meanwhile, it is compared with that one first."""
    texts = locale_for(host.request).texts
    errors = _list_misfits(given, texts)

    def plan(view: SessionView) -> FieldChanges:
        return FieldChanges({} if errors else _list_changes(view, given, is_edited=is_edited))

    try:
        view, made = save_changes(host, session_id, FOR_PROMPT_VERSIONS, plan)
    except HarmonicaError as error:
        errors = {"text": explain_failure(error, texts)}
        view = open_session(host, session_id, FOR_PROMPT_VERSIONS, "editor")
        return _show_editor(host, view, given, errors, error.status)
    if errors:
        return _show_editor(host, view, given, errors)
    if not made.changes:
        return _show_proposal(host, view, replace(given, base=current_version(view).version), has_moved=True)
    return see_other(f"{root(host.request)}/sessions/{session_id}/prompt?used=1")


def _list_misfits(given: Proposed, texts: Texts) -> dict[str, str]:
    """Returns what is wrong with a text on its way, by its field."""
    found = {"text": _misfit(given.text, limit_of("prompt"), texts)}
    if given.summary:
        found["summary"] = _misfit(given.summary, limit_of("prompt_summary"), texts)
    return {name: told for name, told in found.items() if told}


def _list_changes(view: SessionView, given: Proposed, *, is_edited: bool) -> dict[str, Any]:
    """Returns what makes this text the next version; nothing where it was not compared with the current one yet."""
    current = current_version(view)
    if given.base != current.version and given.text != current.text:
        return {}
    changes: dict[str, Any] = {"prompt_summary": given.summary or None}
    changes["prompt_generated_from"] = _decode_origin(given.generated_from)
    if view.prompt is None or given.text != current.text:
        changes |= {"prompt": given.text, "prompt_origin": "host" if is_edited else given.origin}
    return changes


def _show_proposal(host: HostRequest, view: SessionView, given: Proposed, *, has_moved: bool = False) -> Response:
    """Returns the page of a text that is stored nowhere yet, with what it would change."""
    texts, before = locale_for(host.request, view.session).texts, current_version(view)
    values: dict[str, Any] = {
        "proposed": given,
        "differences": list_differences(before.text, given.text),
        "against": _name(before.version, texts),
        "has_moved": has_moved,
    }
    return render_session_page(host, view, "prompt", "prompt_proposal.html", **values)


def _show_editor(
    host: HostRequest, view: SessionView, given: Proposed, errors: dict[str, str], status: int = 400
) -> Response:
    """Returns the form with the text, after a mistake with what is wrong beside it."""
    if not may_edit(view):
        raise Forbidden
    values: dict[str, Any] = {
        "proposed": given,
        "is_unsaved": given != _proposed_from(current_version(view)),
        "errors": {"text": "", "summary": "", **errors},
        "has_errors": bool(errors),
    }
    return render_session_page(host, view, "prompt", "prompt_editor.html", status if errors else 200, **values)


def _show_version(host: HostRequest, view: SessionView, query: dict[str, str]) -> Response:
    """Returns the page of one version, compared with another one: with the current one unless the address names another."""
    texts, now = locale_for(host.request, view.session).texts, current_version(view).version
    chosen = _find(view, number_in_link(query["version"]))
    named = number_in_link(query.get("with", ""))
    others = [it for it in range(view.prompt_version, -1, -1) if it != chosen.version]
    usual = now if now != chosen.version else max((it for it in others if it < now), default=None)
    other = _find(view, usual if named is None else named) if others else None
    values: dict[str, Any] = {
        "version": _shown(host, view, chosen, texts, _names_of(host, chosen)),
        "others": [(it, _name(it, texts)) for it in others],
        "other": other.version if other else None,
        "against": _name(other.version, texts) if other else "",
        "differences": list_differences(other.text, chosen.text) if other else (),
    }
    return render_session_page(host, view, "prompt", "prompt_version.html", **values)


def _find(view: SessionView, number: int | None) -> Prompt:
    """Returns a version. Raises NotFound."""
    if number == 0:
        return basic_version(view)
    found = container.sessions().prompt(view.session.id, number) if number else None
    if found is None:
        raise NotFound("There is no such version of this prompt")
    return found


def _names_of(host: HostRequest, *prompts: Prompt) -> dict[str, str | None]:
    """Returns the names of those who made these versions; the host's own is not looked up."""
    return container.accounts().names_of({by for it in prompts if (by := it.created_by) and by != host.user_id})


def _shown(
    host: HostRequest,
    view: SessionView,
    prompt: Prompt,
    texts: Texts,
    names: dict[str, str | None],
    *,
    people: str = "",
) -> ShownVersion:
    return ShownVersion(
        prompt.version,
        _name(prompt.version, texts),
        prompt.summary or "",
        prompt.text,
        prompt.version == current_version(view).version,
        _tell(host, view, prompt, names.get(prompt.created_by or ""), texts),
        people,
    )


def _tell(host: HostRequest, view: SessionView, prompt: Prompt, name: str | None, texts: Texts) -> str:
    """Returns how a version came about, by whom and when, in the words of the page."""
    is_scripted = prompt.origin == "basic" and prompt.version > 0
    told = [texts("origin_script" if is_scripted else f"origin_{prompt.origin}")]
    if prompt.created_by:
        whose = texts("prompt_by", name=name) if name else texts("prompt_by_member")
        told.append(texts("prompt_by_you") if prompt.created_by == host.user_id else whose)
    if prompt.created_at and prompt.version:
        told.append(format_time_with_zone(prompt.created_at, view.session.time_zone or ZONE, texts))
    return " · ".join(told)


def _name(number: int, texts: Texts) -> str:
    return texts("prompt_version", number=number) if number else texts("prompt_version_basic")


def _proposed_from(prompt: Prompt) -> Proposed:
    """Returns the current version as the form begins with it."""
    written_from = msgspec.json.encode(prompt.generated_from).decode() if prompt.generated_from else ""
    return Proposed(prompt.text, prompt.summary or "", "host", written_from, prompt.version)


def _read_proposed(form: Form) -> Proposed:
    """Returns what a form has of a text on its way."""
    origin = form.get("origin", "")
    return Proposed(
        form.get("text", ""),
        form.get("summary", ""),
        origin if origin in _ORIGINS else "host",
        form.get("generated_from", ""),
        number_in_link(form.get("base", "")) or 0,
    )


def _decode_origin(given: str) -> NewGeneratedFrom | None:
    """Returns what a prompt was written from, as the form carries it. Raises Invalid."""
    try:
        return msgspec.json.decode(given, type=NewGeneratedFrom) if given else None
    except msgspec.MsgspecError as error:
        raise Invalid(f"generated_from is not what the page had in it: {error}") from error


def _misfit(text: str, limit: int, texts: Texts) -> str:
    """Returns what is wrong with a text that is needed and has a limit; empty where nothing is."""
    if not text:
        return texts("field_needed")
    return texts("field_long", count=len(text), limit=limit) if len(text) > limit else ""


def _page_url(offset: int) -> str:
    return f"?offset={max(0, offset)}"
