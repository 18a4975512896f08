"""Fairness among owners: while others wait, one owner has one summary job at a time, however many sessions of theirs are busy.

Only so many jobs run at once. Without this, those that run next would be whichever were asked for first, and an owner with a
dozen busy sessions would have all of them. A job whose turn it is not is given back to the queue for a while.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from chalicelib.errors import NotYet, Unavailable
from chalicelib.model import Session
from chalicelib.observability import log_failure
from chalicelib.services.synthesis.digest_runner import SynthesisDeps
from chalicelib.store import owner_shares

AGAIN_SECONDS = 10.0  # a job takes some ten to a hundred seconds


@contextmanager
def hold_owner_share(session: Session, seconds: float, deps: SynthesisDeps) -> Iterator[None]:
    """Hold the share of the session's owner while a job of at most so many seconds runs.

    Raises NotYet where another session of the owner has it and somebody waits. What can't be found out keeps nobody waiting.
    """
    has_share = False
    try:
        now = deps.clock.now()
        has_share = owner_shares.take(session.owner_id, session.id, now, now + timedelta(seconds=seconds))
        is_next = has_share or deps.jobs.summaries_waiting() == 0
    except Unavailable as error:
        log_failure("an owner's share could not be looked up", error, session_id=session.id)
        is_next = True
    if not is_next:
        raise NotYet("Another session of this owner has its summary written", AGAIN_SECONDS)
    try:
        yield
    finally:
        if has_share:
            _give_back(session)


def _give_back(session: Session) -> None:
    """Give the share back; where that fails, it runs out by itself."""
    try:
        owner_shares.give_back(session.owner_id, session.id)
    except Unavailable as error:
        log_failure("an owner's share was not given back", error, session_id=session.id)
