"""Who a browser is: an id of its own, signed, in one cookie, from the form of its first session on.

Whom it is in a session follows from that id, so that no cookie is needed for another session, and a form whose answer was
lost is opened as the same person. A session has a cookie of its own only where a browser is somebody else there: whose
private link it opened, or whoever came after "forget". Those are few, and the oldest give way to new ones. Opening the page
stores nothing. Every signed value is for one purpose in one session; what we did not sign for just that counts as none.
"""

import base64
import json
import uuid
import zlib
from collections.abc import Iterator, Mapping
from typing import Literal

from chalice.app import Request
from msgspec import Struct
from msgspec.structs import replace

from chalicelib import container
from chalicelib.services.access.invitation_links import read_invitation
from chalicelib.services.access.private_links import read_claims, write_claims
from chalicelib.services.access.results_links import DAYS, Kind, LinkHolder, holder_of
from chalicelib.services.access.signing import make_digest, make_signature, sign, unsign
from chalicelib.services.participants.invited import person_invited
from chalicelib.web.kit.cookies import cookie_values, list_cookies, set_cookie
from chalicelib.web.kit.language import COOKIE

_DAY = 24 * 3600
COOKIE_SECONDS = 180 * _DAY
_LANDING_SECONDS = 3600
WAITING_SECONDS = _DAY  # who puts a telephone away meanwhile comes back late
BROWSER_COOKIE = "hm"
PERSON_COOKIE = "hm"  # with the session behind it
START_COOKIE = "hn"  # says that somebody new began there
HOLDER_COOKIES: dict[Kind, str] = {"user": "hr", "thread": "ht"}
WAITING_COOKIE = "hw"
# Together with the browser's own and its language less than the 4 KB that servers take of all cookies.
_SESSIONS_BYTES = 1_400  # of the cookies of sessions; the oldest go
_MOST_STARTS = 12
_WAITING_BYTES = 1_700
_BETWEEN = len("=; ")
_INVITED = "invited-"  # before the id of the invitation that somebody came by; who they are follows from it
_EVERY_SESSION = ""  # what is signed for a browser holds in each


class Identity(Struct, frozen=True):
    """Whom a cookie or a private link names, and how often such had been ended before it was made.

    It holds while the participant's thread is of this generation. `scope` is `telegram` for whoever began in Telegram: only the
    bot makes the first link of theirs, and what a browser signs for itself is of its own scope. `invitation_id` is that of whoever came
    by a personal link; `form_id` that of their form, where the link is one that a host passed on: only this form, sent again, leads
    into what was begun with it.
    """

    person: str
    generation: int = 0
    scope: Literal["web", "telegram"] = "web"
    invitation_id: str = ""
    form_id: str = ""


def find_browser(request: Request) -> str | None:
    """Returns the id of this browser, where it has one."""
    found = (unsign(_secret(), "browser", _EVERY_SESSION, value) for value in cookie_values(request, BROWSER_COOKIE))
    return next((browser for browser in found if browser), None)


def keeps_cookies(request: Request) -> bool:
    """Says whether this browser has sent back any cookie of ours."""
    return any(name.partition("_")[0] in (BROWSER_COOKIE, START_COOKIE) for name, _ in list_cookies(request))


def find_person(request: Request, session_id: str) -> Identity | None:
    """Returns the participant that this browser is in a session; None for a browser without an id."""
    named = (
        unsign(_secret(), "cookie", session_id, value) for value in _cookie_values(request, PERSON_COOKIE, session_id)
    )
    if signed := next((found for found in named if found), None):
        return _identity_of(signed, session_id)
    browser = find_browser(request)
    return make_identity(request, browser, session_id) if browser else None


def make_identity(request: Request, browser: str, session_id: str) -> Identity:
    """Returns whom the browser of this id is in a session, where nothing says otherwise."""
    start = next(_cookie_values(request, START_COOKIE, session_id), "")
    named = make_digest(_secret(), "person", json.dumps([browser, session_id, start]).encode())
    return Identity(str(uuid.UUID(bytes=named[:16], version=4)))


def browser_cookie(request: Request, browser: str) -> str:
    """Returns the header that gives this browser its id for half a year."""
    value = sign(_secret(), "browser", _EVERY_SESSION, browser)
    return set_cookie(request, BROWSER_COOKIE, value, COOKIE_SECONDS)


def identity_cookies(request: Request, browser: str, identity: Identity, session_id: str) -> list[str]:
    """Returns the headers that make this browser this participant for half a year."""
    if identity == make_identity(request, browser, session_id):
        return [browser_cookie(request, browser)]
    value = sign(_secret(), "cookie", session_id, _signed_of(identity))
    return _session_cookies(request, _cookie_name(PERSON_COOKIE, session_id), value, COOKIE_SECONDS)


def cookies_of_nobody(request: Request, session_id: str) -> list[str]:
    """Returns the headers that make this browser nobody again in a session: neither a participant, nor anybody who may see
    results. In so many sessions at most: from the next on, it is another browser in all of them."""
    prefixes = (PERSON_COOKIE, *HOLDER_COOKIES.values())
    gone = [set_cookie(request, _cookie_name(prefix, session_id), "", 0) for prefix in prefixes]
    own = _cookie_name(START_COOKIE, session_id)
    starts = [name for name, _ in list_cookies(request) if name.startswith(f"{START_COOKIE}_") and name != own]
    if len(starts) < _MOST_STARTS:
        return [*gone, set_cookie(request, own, container.new_id()[:8], COOKIE_SECONDS)]
    ended = [set_cookie(request, name, "", 0) for name in (*starts, own)]
    return [*gone, *ended, browser_cookie(request, container.new_id())]


def landing_token(identity: Identity, session_id: str) -> str:
    """Returns the mark of a redirect that a browser without cookies follows: for an hour it says who was sent on."""
    until = int(container.clock().now().timestamp()) + _LANDING_SECONDS
    return sign(_secret(), "landing", session_id, f"{_signed_of(identity)}~{until}")


def person_landing(token: str, session_id: str) -> Identity | None:
    """Returns who was sent on; None where it is too long ago, or nobody was."""
    signed, _, until = (unsign(_secret(), "landing", session_id, token) or "").partition("~")
    return _identity_of(signed, session_id) if until and int(until) > container.clock().now().timestamp() else None


def waiting_cookie(request: Request, form: Mapping[str, str], session_id: str) -> str | None:
    """Returns the header that keeps a form for a day, until it is let in; None for one that no cookie holds."""
    packed = base64.urlsafe_b64encode(zlib.compress(json.dumps(dict(form)).encode(), 9)).decode().rstrip("=")
    value = sign(_secret(), "waiting", session_id, packed)
    return set_cookie(request, WAITING_COOKIE, value, WAITING_SECONDS) if len(value) <= _WAITING_BYTES else None


def find_waiting_form(request: Request, session_id: str) -> dict[str, str] | None:
    """Returns the form that waits in this browser to be let into this session."""
    for value in cookie_values(request, WAITING_COOKIE):
        if packed := unsign(_secret(), "waiting", session_id, value):
            unpacked = zlib.decompress(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
            return dict(json.loads(unpacked))
    return None


def expired_waiting_cookie(request: Request) -> str:
    """Returns the header that takes it away."""
    return set_cookie(request, WAITING_COOKIE, "", 0)


def form_token(identity: Identity, session_id: str) -> str:
    """Returns who fills in the pre-session form, as it carries them: whoever joins has ended nothing yet."""
    signed = _signed_of(replace(identity, generation=0))
    return sign(_secret(), "form", session_id, f"{signed}~{identity.form_id}" if identity.form_id else signed)


def person_in_form(token: str, session_id: str) -> Identity | None:
    """Returns who filled in a pre-session form; None where we did not sign it."""
    signed, _, form_id = (unsign(_secret(), "form", session_id, token) or "").partition("~")
    return replace(_identity_of(signed, session_id), form_id=form_id) if signed else None


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
    return _identity_of(signed, session_id) if signed else None


def invited_person(token: str, session_id: str) -> tuple[Identity, bool] | None:
    """Returns who is named in the link of an invitation, and whether its host was to pass it on; None where we did not sign it."""
    named = read_invitation(token, session_id, _secret())
    return (_invited(named.invitation_id, 0, session_id), named.by_hand) if named else None


def storage_mark(person: str, session_id: str) -> str:
    """Returns the name under which a page keeps unsent words in its browser, where no other participant finds them."""
    return make_signature(_secret(), "storage", session_id, person)[:16]


def holder_in_link(token: str, session_id: str) -> LinkHolder | None:
    """Returns whom a link to the results was made for."""
    return holder_of(token, session_id, secret=_secret(), now=container.clock().now())


def find_holder(request: Request, kind: Kind, session_id: str) -> LinkHolder | None:
    """Returns whom a link of this kind was made for, where this browser has opened one."""
    holders = (holder_in_link(token, session_id) for token in _cookie_values(request, HOLDER_COOKIES[kind], session_id))
    return next((found for found in holders if found and found.kind == kind), None)


def holder_cookies(request: Request, token: str, kind: Kind, session_id: str) -> list[str]:
    """Returns the headers that keep such a link, as long as it lasts, out of the address."""
    return _session_cookies(request, _cookie_name(HOLDER_COOKIES[kind], session_id), token, DAYS[kind] * _DAY)


def _session_cookies(request: Request, name: str, value: str, seconds: int) -> list[str]:
    """Returns the header that sets a cookie of a session, and those that take the oldest of others away where there are too
    many. Browsers send the oldest first."""
    prefixes = tuple(f"{prefix}_" for prefix in (PERSON_COOKIE, *HOLDER_COOKIES.values()))
    others = [(known, len(known) + len(held)) for known, held in list_cookies(request) if known.startswith(prefixes)]
    others = [(known, size) for known, size in others if known not in (name, COOKIE)]
    left = _SESSIONS_BYTES - len(name) - len(value) - sum(size + _BETWEEN for _, size in others)
    gone = []
    for known, size in others:
        if left >= 0:
            break
        gone.append(set_cookie(request, known, "", 0))
        left += size + _BETWEEN
    return [set_cookie(request, name, value, seconds), *gone]


def _signed_of(identity: Identity) -> str:
    named = _INVITED + identity.invitation_id if identity.invitation_id else identity.person
    return write_claims(named, identity.generation, identity.scope)


def _identity_of(signed: str, session_id: str) -> Identity:
    person, generation, is_telegram = read_claims(signed)
    if person.startswith(_INVITED):
        return _invited(person.removeprefix(_INVITED), generation, session_id)
    return Identity(person, generation, "telegram" if is_telegram else "web")


def _invited(invitation_id: str, generation: int, session_id: str) -> Identity:
    person = person_invited(_secret(), session_id, invitation_id)
    return Identity(person, generation, invitation_id=invitation_id)


def _cookie_values(request: Request, prefix: str, session_id: str) -> Iterator[str]:
    return cookie_values(request, _cookie_name(prefix, session_id))


def _cookie_name(prefix: str, session_id: str) -> str:
    return f"{prefix}_{session_id.replace('-', '')}"


def _secret() -> bytes:
    return container.deployment_secret()
