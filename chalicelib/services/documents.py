"""The jobs that write one document of a session each: its facilitation prompt, its brief."""

from chalicelib.clock import Deadline
from chalicelib.llm.interface import Model
from chalicelib.services.facilitation.tailoring import write_prompt
from chalicelib.services.synthesis.brief import render_brief
from chalicelib.store.records import Brief, Prompt
from chalicelib.store.sessions import FOR_BRIEF, FOR_PROMPT, Sessions


def tailor_session_prompt(session_id: str, *, sessions: Sessions, model: Model, deadline: Deadline) -> None:
    """Write the facilitation prompt of a session that waits for one; new threads use it.

    Raises NotFound without a session, ModelUnavailable to be called again.
    """
    view = sessions.view(session_id, FOR_PROMPT)
    if not view.prompt_due:
        return
    text = write_prompt(view, model=model, deadline=deadline)
    sessions.add_prompt(session_id, Prompt(view.prompt_version + 1, text, "tailored"), view.prompt_due_at)


def write_session_brief(session_id: str, *, sessions: Sessions, public_url: str) -> None:
    """Make SESSION.md from the summary that is stored now. Raises NotFound without a session."""
    view = sessions.view(session_id, FOR_BRIEF)
    if view.summary is None:
        return
    markdown = render_brief(view, f"{public_url}/chat?s={session_id}")
    sessions.put_brief(session_id, Brief(markdown, view.summary.generated_at))
