"""What a session's texts were before: who changed each of them, when, and how that came about.

The revisions of the facilitation prompt are its versions. Of every text, the newest fifty are told.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec import Struct

from chalicelib.model import EditSource, Prompt, PromptOrigin, Revision, SessionView
from chalicelib.services.sessions.prompt_versions import current_version
from chalicelib.store import edit_history
from chalicelib.store.edit_history import KEPT, TEXTS
from chalicelib.store.sessions import Sessions

PROMPT = "prompt"
FIELDS = (*TEXTS, PROMPT)
_SOURCES: dict[PromptOrigin, EditSource] = {
    "host": "manual_edit",
    "tailored": "brief_drift_cascade",
    "basic": "brief_drift_cascade",
    "revised": "manual_edit",
    "restored": "manual_edit",
    "review": "stall_review_apply",
    "template": "template_switch",
}
_ANY_TIME = datetime.min.replace(tzinfo=UTC)


class FieldCount(Struct, frozen=True):
    """How many revisions of a text there are, and when the newest came about, where that is known."""

    count: int
    last_edited: datetime | None


class History(Struct, frozen=True):
    """A part of the history, the newest revision first, how long all of it is, and what there is of each text."""

    revisions: list[Revision]
    total: int
    counts: dict[str, FieldCount]


def list_history(view: SessionView, field: str | None, limit: int, offset: int = 0, *, sessions: Sessions) -> History:
    """Returns revisions of one text, or of all of them, the newest first."""
    prompts = _prompt_revisions(view, offset + limit if field in (None, PROMPT) else 1, sessions)
    kept = _numbers_of_prompts(view)
    counts = {name: FieldCount(len(marks), marks[-1].at) for name, marks in view.edits.items()}
    if prompts:
        counts[PROMPT] = FieldCount(len(kept), prompts[0].created_at)
    found = [(it.created_at or _ANY_TIME, PROMPT, it.number) for it in prompts if field in (None, PROMPT)]
    found += [(it.at, name, it.number) for name, marks in view.edits.items() if field in (None, name) for it in marks]
    page = [(name, number) for _, name, number in sorted(found, reverse=True)[offset : offset + limit]]
    total = sum(it.count for name, it in counts.items() if field in (None, name))
    return History(find_revisions(view, page, sessions=sessions, prompts=prompts), total, counts)


def find_revisions(
    view: SessionView, named: Sequence[tuple[str, int]], *, sessions: Sessions, prompts: Sequence[Revision] = ()
) -> list[Revision]:
    """Returns the revisions of these names and numbers (at most 100), in this order, without those there are not.

    Those of `prompts` have been read already.
    """
    found = {(it.field, it.number): it for it in prompts}
    missing = [it for it in named if it not in found]
    numbers = [number for name, number in missing if name == PROMPT]
    found |= {(PROMPT, it.version): _of_prompt(view, it) for it in sessions.prompts(view.session.id, numbers)}
    others = [it for it in missing if it[0] != PROMPT]
    found |= {(it.field, it.number): it for it in edit_history.read(view.session.id, others)}
    return [found[it] for it in named if it in found]


def list_kept(view: SessionView, field: str) -> list[int]:
    """Returns the numbers of the revisions of a text that there are, the newest first."""
    if field == PROMPT:
        return _numbers_of_prompts(view)
    return [it.number for it in reversed(view.edits.get(field, ()))]


def current_text(view: SessionView, field: str) -> str:
    """Returns what a text is now; empty where there is none."""
    if field == PROMPT:
        return current_version(view).text
    return (view.context if field == "context" else getattr(view.session, field)) or ""


def _numbers_of_prompts(view: SessionView) -> list[int]:
    return list(range(view.prompt_version, max(0, view.prompt_version - KEPT), -1))


def _prompt_revisions(view: SessionView, most: int, sessions: Sessions) -> list[Revision]:
    numbers = _numbers_of_prompts(view)[:most]
    return [_of_prompt(view, it) for it in sessions.prompts(view.session.id, numbers)]


def _of_prompt(view: SessionView, prompt: Prompt) -> Revision:
    is_first = prompt.version == 1 and prompt.created_at == view.session.created_at
    source: EditSource = "create_session" if is_first else _SOURCES[prompt.origin]
    number, at, by = prompt.version, prompt.created_at, prompt.created_by
    return Revision(PROMPT, number, prompt.text, source, at, by, prompt.origin)
