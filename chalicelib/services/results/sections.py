"""The sections of a session's results: which of them somebody may read."""

from datetime import datetime
from typing import Literal, get_args

from chalicelib.errors import NotFound, Unavailable
from chalicelib.model import Session, SessionView, Thread
from chalicelib.services.synthesis.visibility import Visitor, has_taken_part, may_see, results_for
from chalicelib.store.sessions import FOR_COUNT, FOR_RESULTS, Sessions

Section = Literal["summary", "recap", "responses", "insights", "similarity", "ask"]

SECTIONS: tuple[Section, ...] = get_args(Section)


def may_see_section(view: SessionView, visitor: Visitor, section: Section) -> bool:
    """Whether this visitor is shown what a section says: members always; others where it is open to them, and a summary tells
    that enough people have taken part.

    Without a summary nobody has counted whose words there are: it is withdrawn where somebody is taken out of the results.
    """
    if visitor in ("editor", "viewer"):
        return True
    is_enough = view.summary is not None and results_for(view, visitor).open
    return is_enough and is_open_to(view, visitor, section)


def is_open_to(view: SessionView, visitor: Visitor, section: Section) -> bool:
    """Whether the host lets this visitor read a section, once enough people have taken part."""
    if visitor in ("editor", "viewer"):
        return True
    return may_see(view, visitor) and bool(getattr(view.session.results_sections, section))


def has_results_for(session: Session, thread: Thread, *, sessions: Sessions, now: datetime) -> bool:
    """Whether the results have anything for somebody who had this conversation, in one read of the session's summary; False where
    that cannot be read.
    """
    visitor: Visitor = "participant" if has_taken_part(session, thread, now) else "stranger"
    try:
        view = sessions.view(session.id, (*FOR_RESULTS, *FOR_COUNT))
    except (NotFound, Unavailable):
        return False
    return any(may_see_section(view, visitor, section) for section in SECTIONS)
