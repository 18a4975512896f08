"""Who a browser is: a random id, signed, in a cookie of the session and in the form that leads to it.

The id is made with the form, so that a form sent twice is one person, and moves into the cookie when the conversation
begins. Opening the page stores nothing. Every signed value is for one purpose in one session; what we did not sign for
just that counts as none.
"""

from collections.abc import Iterator

from chalice.app import Request
from msgspec import Struct

from chalicelib import container
from chalicelib.services.access.results_links import DAYS, Kind, LinkHolder, holder_of
from chalicelib.services.access.signing import make_signature, sign, unsign
from chalicelib.web.kit.cookies import cookie_values, set_cookie

_DAY = 24 * 3600
_COOKIE_SECONDS = 180 * _DAY
_PERSON_COOKIE = "hm"
_HOLDER_COOKIES: dict[Kind, str] = {"user": "hr", "thread": "ht"}


class Identity(Struct, frozen=True):
    """Whom a cookie or a private link names, and how often such had been ended before it was made.

    It holds while the participant's thread is of this generation.
    """

    person: str
    generation: int = 0


def find_person(request: Request, session_id: str) -> Identity | None:
    """Returns the participant that this browser's cookie names."""
    people = (
        unsign(_secret(), "cookie", session_id, value) for value in _cookie_values(request, _PERSON_COOKIE, session_id)
    )
    return next((_identity_of(signed) for signed in people if signed), None)


def person_cookie(request: Request, identity: Identity, session_id: str) -> str:
    """Returns the header that makes this browser this participant for half a year."""
    value = sign(_secret(), "cookie", session_id, _signed_of(identity))
    return set_cookie(request, _cookie_name(_PERSON_COOKIE, session_id), value, _COOKIE_SECONDS)


def expired_cookies(request: Request, session_id: str) -> list[str]:
    """Returns the headers that make this browser nobody again: neither a participant, nor anybody who may see results."""
    prefixes = (_PERSON_COOKIE, *_HOLDER_COOKIES.values())
    return [set_cookie(request, _cookie_name(prefix, session_id), "", 0) for prefix in prefixes]


def form_token(person: str, session_id: str) -> str:
    """Returns the id as the pre-session form carries it."""
    return sign(_secret(), "form", session_id, person)


def person_in_form(token: str, session_id: str) -> str | None:
    """Returns the id that a pre-session form carried; None where we did not sign it."""
    return unsign(_secret(), "form", session_id, token)


def page_token(person: str, session_id: str) -> str:
    """Returns what every form of a conversation carries: that our page made it, and for whom."""
    return make_signature(_secret(), "page", session_id, person)


def is_page_of(token: str, person: str, session_id: str) -> bool:
    """Says whether a form was made for this participant."""
    return unsign(_secret(), "page", session_id, f"{person}.{token}") == person


def resume_token(identity: Identity, session_id: str) -> str:
    """Returns the id as the private link carries it to another device."""
    return sign(_secret(), "resume", session_id, _signed_of(identity))


def person_in_link(token: str, session_id: str) -> Identity | None:
    """Returns who is named in a private link; None where we did not sign it."""
    signed = unsign(_secret(), "resume", session_id, token)
    return _identity_of(signed) if signed else None


def storage_mark(person: str, session_id: str) -> str:
    """Returns the name under which a page keeps unsent words in its browser, where no other participant finds them."""
    return make_signature(_secret(), "storage", session_id, person)[:16]


def holder_in_link(token: str, session_id: str) -> LinkHolder | None:
    """Returns whom a link to the results was made for."""
    return holder_of(token, session_id, secret=_secret(), now=container.clock().now())


def find_holder(request: Request, kind: Kind, session_id: str) -> LinkHolder | None:
    """Returns whom a link of this kind was made for, where this browser has opened one."""
    holders = (
        holder_in_link(token, session_id) for token in _cookie_values(request, _HOLDER_COOKIES[kind], session_id)
    )
    return next((found for found in holders if found and found.kind == kind), None)


def holder_cookie(request: Request, token: str, kind: Kind, session_id: str) -> str:
    """Returns the header that keeps such a link, as long as it lasts, out of the address."""
    return set_cookie(request, _cookie_name(_HOLDER_COOKIES[kind], session_id), token, DAYS[kind] * _DAY)


def _signed_of(identity: Identity) -> str:
    """The first generation is the id alone, as it was before there were any."""
    return f"{identity.person}.{identity.generation}" if identity.generation else identity.person


def _identity_of(signed: str) -> Identity:
    person, _, generation = signed.partition(".")
    return Identity(person, int(generation or 0))


def _cookie_values(request: Request, prefix: str, session_id: str) -> Iterator[str]:
    return cookie_values(request, _cookie_name(prefix, session_id))


def _cookie_name(prefix: str, session_id: str) -> str:
    return f"{prefix}_{session_id.replace('-', '')}"


def _secret() -> bytes:
    return container.deployment_secret()
