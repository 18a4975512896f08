"""Signed links to a session's results: they open what their holder may see, as long as that holder may see it.

A member's lasts a day, and ends before that with the key it was fetched with; a participant's lasts a month, and ends before
that when the participant ends all that was given out to them.
"""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.model import ApiKey, Login, Session, SessionView
from chalicelib.services.access.principal import Principal
from chalicelib.services.access.signing import is_same
from chalicelib.services.access.signing import make_token as token_of
from chalicelib.store.sessions import Sessions

Kind = Literal["user", "thread"]

DAYS: Mapping[Kind, int] = {"user": 1, "thread": 30}
_DAY = 24 * 3600
_TOKEN = re.compile(
    r"(?P<kind>user|thread)\.(?P<id>[\w-]{1,40})\.(?P<last_day>\d{1,8})"
    r"(?:\.(?P<key>[0-9a-f]{64}))?(?:\.(?P<generation>\d{1,8}))?\.[\w-]{43}",
    re.ASCII,
)


class LinkHolder(Struct, frozen=True):
    """Whom a link was made for: a user, by their role; or who had the conversation of a thread.

    `generation` is that of the thread, or of what the user fetched the link with: the key of this id, else the account.
    """

    kind: Kind
    id: str
    generation: int = 0
    key: str = ""


def holder_by(principal: Principal) -> LinkHolder:
    """Gives the holder of a link that this principal fetches for its user."""
    user_id, means = principal.require_user(), principal.means
    return (
        LinkHolder("user", user_id, means.generation, means.id)
        if isinstance(means, ApiKey)
        else LinkHolder("user", user_id)
    )


def members_url(public_url: str, session_id: str, principal: Principal, *, secret: bytes, now: datetime) -> str:
    """The page of the results, for the member who asks. A signed-in browser needs no more than the address."""
    if isinstance(principal.means, Login):
        return f"{public_url}/results?s={session_id}"
    return results_url(public_url, session_id, holder_by(principal), secret=secret, now=now)


def results_url(public_url: str, session_id: str, holder: LinkHolder, *, secret: bytes, now: datetime) -> str:
    """The page of the results, for this holder.

    It lasts for whole days, DAYS and the rest of today, and so is the same all day: clients' copies of a session stay current.
    """
    return f"{public_url}/results?s={session_id}&k={_token(session_id, holder, _day(now) + DAYS[holder.kind], secret)}"


def participants_url(
    public_url: str, session: Session, holder: LinkHolder, *, secret: bytes, now: datetime
) -> str | None:
    """The same for somebody whose conversation came to its end, where the host lets participants see the results."""
    if session.results_shown_to == "host":
        return None
    if session.results_shown_to == "public":
        return f"{public_url}/results?s={session.id}"
    return results_url(public_url, session.id, holder, secret=secret, now=now)


def holder_of(token: str, session_id: str, *, secret: bytes, now: datetime) -> LinkHolder | None:
    """Whom a link was made for; None for one that is over, and for one that we did not make for this session.

    Whether its generation is still that of the thread, the key or the account is for whoever reads these to say.
    """
    found = _TOKEN.fullmatch(token)
    if found is None:
        return None
    last_day, key = int(found["last_day"]), found["key"] or ""
    holder = LinkHolder(
        "user" if found["kind"] == "user" else "thread", found["id"], int(found["generation"] or 0), key
    )
    expected = _token(session_id, holder, last_day, secret)
    return holder if is_same(token, expected) and _day(now) <= last_day else None


def view_for(
    session_id: str, parts: Iterable[str], holder: LinkHolder, *, sessions: Sessions, now: datetime
) -> SessionView:
    """The session with these parts, and with the role of a link's holder while what it was fetched with is in force."""
    view, generation = sessions.view_with_generation(session_id, parts, holder.id, holder.key, now)
    return view if generation == holder.generation else replace(view, role=None)


def _token(session_id: str, holder: LinkHolder, last_day: int, secret: bytes) -> str:
    """The signed claims. What has no key and no generation is written as it was before there were any."""
    more = [holder.key] if holder.key else []
    if more or holder.generation:
        more.append(str(holder.generation))
    named = json.dumps([session_id, holder.kind, holder.id, last_day, *more]).encode()
    return ".".join((holder.kind, holder.id, str(last_day), *more, token_of(secret, "results", named)))


def _day(now: datetime) -> int:
    return int(now.timestamp()) // _DAY
