"""The example: a finished session of made-up people, which a deployment may have so that there is something to look at.

Its id is the same everywhere, so whoever wants to know whether it is here reads one session. `infra/example/` makes it.
"""

from datetime import datetime

from chalicelib.errors import NotFound
from chalicelib.store.sessions import NOTHING_ELSE, Sessions

EXAMPLE_ID = "d6742da9-b686-5547-964c-fdc71c4b1d91"


def is_example_public(sessions: Sessions, now: datetime) -> bool:
    """Whether the example is here, finished, and its results are for everybody."""
    try:
        session = sessions.view(EXAMPLE_ID, NOTHING_ELSE).session
    except NotFound:
        return False
    return session.is_example and session.results_shown_to == "public" and session.status_at(now) == "completed"
