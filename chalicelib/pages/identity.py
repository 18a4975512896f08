"""Who a browser is: a random id, signed, in a cookie of the session and in the form that leads to it.

The id is made with the form, so that a form sent twice is one person, and moves into the cookie when the conversation
begins. Opening the page stores nothing. A value that we did not sign for this purpose and this session counts as
none.
"""

import hashlib
from typing import Any
from urllib.parse import urlsplit

from chalice.app import Request

from chalicelib import wiring
from chalicelib.requests import public_url

_COOKIE_DAYS = 180


def known(request: Request, session_id: str) -> str | None:
    """The id in this browser's cookie."""
    wanted = _cookie_name(session_id)
    for pair in request.headers.get("cookie", "").split(";"):
        name, _, value = pair.strip().partition("=")
        if name == wanted and (person := _unsign(value, "cookie", session_id)):
            return person
    return None


def form_token(person: str, session_id: str) -> str:
    """The id as the form carries it."""
    return _sign(person, "form", session_id)


def named_by(token: str, session_id: str) -> str | None:
    """The id that a form carried."""
    return _unsign(token, "form", session_id)


def cookie(request: Request, person: str, session_id: str) -> str:
    """The header that makes this browser this person for half a year."""
    at = urlsplit(public_url(request))
    value = f"{_cookie_name(session_id)}={_sign(person, 'cookie', session_id)}"
    secure = "; Secure" if at.scheme == "https" else ""
    return f"{value}; Path={at.path}/chat; Max-Age={_COOKIE_DAYS * 24 * 3600}; HttpOnly; SameSite=Lax{secure}"


def _cookie_name(session_id: str) -> str:
    return f"hm_{session_id.replace('-', '')}"


def _sign(value: str, purpose: str, session_id: str) -> str:
    signed: bytes = _signer(purpose, session_id).sign(value)
    return signed.decode()


def _unsign(signed: str, purpose: str, session_id: str) -> str | None:
    from itsdangerous import BadSignature

    try:
        value: bytes = _signer(purpose, session_id).unsign(signed)
    except BadSignature:
        return None
    return value.decode()


def _signer(purpose: str, session_id: str) -> Any:
    from itsdangerous import Signer

    salt = f"participant {purpose} of session {session_id}"
    return Signer(wiring.deployment_secret(), salt, key_derivation="hmac", digest_method=hashlib.sha256)
