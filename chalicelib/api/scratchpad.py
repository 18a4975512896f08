"""The scratchpad: themes, consensus and tensions over all conversations, and bringing it up to date."""

from dataclasses import asdict
from typing import Any

from chalice.app import Blueprint

from chalicelib import container
from chalicelib.api import present, scratchpad_shapes
from chalicelib.api.bodies import ScratchpadBody
from chalicelib.api.http import Call, Made, endpoint
from chalicelib.errors import NotFound
from chalicelib.model import Note, Scratchpad
from chalicelib.store.sessions import FOR_SCRATCHPAD

routes = Blueprint(__name__)


@endpoint(routes, "GET", "/sessions/{session_id}/scratchpad", answers=scratchpad_shapes.Scratchpad)
def get_scratchpad(call: Call, session_id: str) -> dict[str, Any]:
    """The notes over all conversations; there are none before somebody spoke in a session with cross-pollination."""
    pad = call.open(session_id, FOR_SCRATCHPAD).scratchpad
    if pad is None or not pad.messages:
        raise NotFound("This session has no scratchpad yet")
    return _shown(session_id, pad)


def _progress_again(call: Call, kept: dict[str, Any], session_id: str) -> dict[str, Any]:
    call.open(session_id)
    return kept


@endpoint(
    routes,
    "POST",
    "/sessions/{session_id}/scratchpad",
    body=ScratchpadBody,
    answers=scratchpad_shapes.ScratchpadProgress,
    again=_progress_again,
    errors=(503,),
)
def post_scratchpad(call: Call, session_id: str) -> Made:
    """Bring the scratchpad up to date, in batches within the time of a request; call again while it is `partial`.

    `seed` takes all that was said and goes on where an earlier call stopped, `update` what is new, `status` does no work.
    """
    from chalicelib.services.synthesis.scratchpad_on_demand import update_scratchpad

    call.open(session_id)
    progress = asdict(update_scratchpad(session_id, call.body.mode, deps=container.synthesis_deps()))
    return Made(progress, progress)


def _shown(session_id: str, pad: Scratchpad) -> dict[str, Any]:
    notes = {note.id: note for note in pad.notes}
    return {
        "session_id": session_id,
        "themes": [
            {"id": note.id, **_named(note), "description": note.description, "evidence": list(note.evidence)}
            for note in pad.notes
        ],
        "consensus": [{"theme_id": name, **_named(notes[name])} for name in pad.consensus],
        "tensions": [{"theme_id": name, **_named(notes[name])} for name in pad.tensions],
        "covered_questions": [{"question": it.question, "participants": it.participants} for it in pad.covered],
        "themes_total": pad.themes,
        "participants": pad.participants,
        "updated_at": present.moment(pad.updated_at),
    }


def _named(note: Note) -> dict[str, Any]:
    return {"label": note.label, "participants": note.participants, "stances": dict(note.stances)}
