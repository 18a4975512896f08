"""The address of the page about privacy, of a session or in general.

A session that only invited people join tells nothing of itself to whoever has its id: the address that they get where they are
shown it says so, by a value that is signed for the session.
"""

from urllib.parse import urlencode

from chalicelib.model import Session
from chalicelib.services.access.signing import is_same, make_signature

SHOWN = "v"  # the parameter


def privacy_address(session: Session, secret: bytes) -> str:
    """Returns the address, from where the application is mounted, for somebody who is shown the session anyway."""
    shown = {SHOWN: _shown(session.id, secret)} if session.access == "invited" else {}
    return f"privacy?{urlencode({'s': session.id, **shown})}"


def was_shown(given: str, session_id: str, secret: bytes) -> bool:
    """Says whether this is of an address that somebody got where they were shown the session."""
    return is_same(given, _shown(session_id, secret))


def _shown(session_id: str, secret: bytes) -> str:
    return make_signature(secret, "privacy", session_id, SHOWN)
