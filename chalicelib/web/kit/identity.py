"""Who a browser is: a random id, signed, in a cookie of the session and in the form that leads to it.

The id is made with the form, so that a form sent twice is one person, and moves into the cookie when the conversation
begins. Opening the page stores nothing. Every signed value is for one purpose in one session; what we did not sign for
just that counts as none.
"""

from collections.abc import Iterator

from chalice.app import Request

from chalicelib import container
from chalicelib.services.access.results_links import DAYS, Holder, Kind, holder_of
from chalicelib.services.access.signing import sign, signature, unsign
from chalicelib.web.kit.cookies import cookie_values, set_cookie

_COOKIE_SECONDS = 180 * 24 * 3600
_HOLDER_SECONDS = DAYS * 24 * 3600
_PERSON_COOKIE = "hm"
_HOLDER_COOKIES: dict[Kind, str] = {"user": "hr", "thread": "ht"}


def known(request: Request, session_id: str) -> str | None:
    """The participant that this browser's cookie names."""
    people = (unsign(_secret(), "cookie", session_id, value) for value in _kept(request, _PERSON_COOKIE, session_id))
    return next(filter(None, people), None)


def cookie(request: Request, person: str, session_id: str) -> str:
    """The header that makes this browser this participant for half a year."""
    value = sign(_secret(), "cookie", session_id, person)
    return set_cookie(request, _cookie_name(_PERSON_COOKIE, session_id), value, _COOKIE_SECONDS)


def forgotten(request: Request, session_id: str) -> list[str]:
    """The headers that make this browser nobody again: neither a participant, nor anybody who may see results."""
    kept = (_PERSON_COOKIE, *_HOLDER_COOKIES.values())
    return [set_cookie(request, _cookie_name(prefix, session_id), "", 0) for prefix in kept]


def form_token(person: str, session_id: str) -> str:
    """The id as the pre-session form carries it."""
    return sign(_secret(), "form", session_id, person)


def named_by(token: str, session_id: str) -> str | None:
    """The id that a pre-session form carried."""
    return unsign(_secret(), "form", session_id, token)


def page_token(person: str, session_id: str) -> str:
    """What every form of a conversation carries: that our page made it, and for whom."""
    return signature(_secret(), "page", session_id, person)


def is_of_page(token: str, person: str, session_id: str) -> bool:
    """Whether a form was made for this participant."""
    return unsign(_secret(), "page", session_id, f"{person}.{token}") == person


def resume_token(person: str, session_id: str) -> str:
    """The id as the private link carries it to another device."""
    return sign(_secret(), "resume", session_id, person)


def resumed_by(token: str, session_id: str) -> str | None:
    """The id in a private link."""
    return unsign(_secret(), "resume", session_id, token)


def storage_mark(person: str, session_id: str) -> str:
    """What a page keeps unsent words under in its browser: another participant there never finds them, and it tells nobody who it is."""
    return signature(_secret(), "storage", session_id, person)[:16]


def holder_by(token: str, session_id: str) -> Holder | None:
    """Whom a link to the results was made for."""
    return holder_of(token, session_id, secret=_secret(), now=container.clock().now())


def holder(request: Request, kind: Kind, session_id: str) -> str | None:
    """Whom the link of this kind was made for that this browser has opened: the id."""
    holders = (holder_by(token, session_id) for token in _kept(request, _HOLDER_COOKIES[kind], session_id))
    return next((found.id for found in holders if found and found.kind == kind), None)


def holder_cookie(request: Request, token: str, kind: Kind, session_id: str) -> str:
    """The header that keeps such a link, as long as it lasts, out of the address."""
    return set_cookie(request, _cookie_name(_HOLDER_COOKIES[kind], session_id), token, _HOLDER_SECONDS)


def _kept(request: Request, prefix: str, session_id: str) -> Iterator[str]:
    return cookie_values(request, _cookie_name(prefix, session_id))


def _cookie_name(prefix: str, session_id: str) -> str:
    return f"{prefix}_{session_id.replace('-', '')}"


def _secret() -> bytes:
    return container.deployment_secret()
