"""Signed links to a session's results: they open what their holder may see, as long as that holder may see it, for a month."""

import json
from datetime import datetime
from typing import Literal

from msgspec import Struct

from chalicelib.model import Session
from chalicelib.services.access.signing import is_same
from chalicelib.services.access.signing import make_token as token_of

DAYS = 30
_DAY = 24 * 3600

Kind = Literal["user", "thread"]


class LinkHolder(Struct, frozen=True):
    """Whom a link was made for: a user, by their role; or who had the conversation of a thread."""

    kind: Kind
    id: str


def results_url(public_url: str, session_id: str, holder: LinkHolder, *, secret: bytes, now: datetime) -> str:
    """The page of the results, for this holder.

    It lasts for whole days, DAYS and the rest of today, and so is the same all day: clients' copies of a session stay current.
    """
    return f"{public_url}/results?s={session_id}&k={_token(session_id, holder, _day(now) + DAYS, secret)}"


def participants_url(public_url: str, session: Session, thread_id: str, *, secret: bytes, now: datetime) -> str | None:
    """The same for somebody whose conversation came to its end, where the host lets participants see the results."""
    if session.results_visibility == "host":
        return None
    if session.results_visibility == "public":
        return f"{public_url}/results?s={session.id}"
    return results_url(public_url, session.id, LinkHolder("thread", thread_id), secret=secret, now=now)


def holder_of(token: str, session_id: str, *, secret: bytes, now: datetime) -> LinkHolder | None:
    """Whom a link was made for; None for one that is over, and for one that we did not make for this session."""
    kind, _, rest = token.partition(".")
    found, _, rest = rest.partition(".")
    last_day, _, _ = rest.partition(".")
    if not (last_day.isascii() and last_day.isdigit() and len(last_day) < 9):
        return None
    holder = LinkHolder("user" if kind == "user" else "thread", found)
    expected = _token(session_id, holder, int(last_day), secret)
    return holder if is_same(token, expected) and _day(now) <= int(last_day) else None


def _token(session_id: str, holder: LinkHolder, last_day: int, secret: bytes) -> str:
    named = json.dumps([session_id, holder.kind, holder.id, last_day]).encode()
    return f"{holder.kind}.{holder.id}.{last_day}.{token_of(secret, 'results', named)}"


def _day(now: datetime) -> int:
    return int(now.timestamp()) // _DAY
