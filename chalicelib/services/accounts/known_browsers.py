"""Browsers that an address has signed in with before: what strangers use up of its allowances is not taken from these."""

import re
import secrets

from chalicelib.services.access.signing import is_same, make_token

_KNOWN = re.compile(r"(?P<browser>[\w-]{22})\.(?P<mark>[\w-]{43})", re.ASCII)


def make_known_browser(email: str, secret: bytes) -> str:
    """What a browser keeps from then on. It signs nobody in."""
    browser = secrets.token_urlsafe(16)
    return f"{browser}.{_mark(browser, email, secret)}"


def read_known_browser(kept: str, email: str, secret: bytes) -> str:
    """The browser that this address has signed in with, by a name of its own; empty for any other."""
    found = _KNOWN.fullmatch(kept)
    return found["browser"] if found and is_same(found["mark"], _mark(found["browser"], email, secret)) else ""


def _mark(browser: str, email: str, secret: bytes) -> str:
    return make_token(secret, "known_browser", f"{browser} {email.strip().casefold()}".encode())
