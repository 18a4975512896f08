"""What of the brief is another now than what the prompt was written from: told on the pages of a session, and mended there."""

from msgspec import Struct

from chalicelib import container
from chalicelib.model import SessionView
from chalicelib.services.sessions.creation import prompt_status
from chalicelib.services.sessions.host_prompt import CONTEXT_CHARACTERS, list_drifted
from chalicelib.services.sessions.prompt_versions import current_version
from chalicelib.services.templates import find_template, template_of
from chalicelib.store import keys
from chalicelib.text.differences import Piece, list_differences
from chalicelib.web.kit.texts import Texts

PARTS = (keys.CONTEXT, keys.PROMPT_CURRENT, keys.TEMPLATE)  # of a view


class Drift(Struct, frozen=True):
    """The fields that changed, each with how, and the version that was written from what they were before.

    `is_mended_by_opening` tells of a prompt that is written anew when the session is opened.
    """

    fields: list[tuple[str, list[Piece]]]
    base: int
    may_mend: bool
    is_mended_by_opening: bool


def find_drift(view: SessionView, texts: Texts) -> Drift | None:
    """Returns what changed; None where nothing has, or the prompt is being written."""
    names = [] if prompt_status(view) == "writing" else list_drifted(view)
    if not names:
        return None
    return Drift(
        [(texts(f"drift_{name}"), _compare(view, name)) for name in names],
        current_version(view).version,
        container.model_of(view.session).understands and bool(view.session.topic and view.session.goal),
        view.session.is_draft and current_version(view).is_ours,
    )


def _compare(view: SessionView, name: str) -> list[Piece]:
    """Returns how a field of the brief differs from what the current version was written from."""
    prompt, session = current_version(view), view.session
    if name == "template_id":
        before, now = find_template(prompt.template_id), template_of(view)
        old, new = before.title if before else "", now.title if now else ""
    else:
        values = {"topic": session.topic, "goal": session.goal, "critical": session.critical, "context": view.context}
        old, new = (prompt.generated_from or {}).get(name) or "", (values[name] or "")[:CONTEXT_CHARACTERS]
    return list_differences(old, new)
