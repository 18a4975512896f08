"""Cookies, written and read by the standard library. Those that say who somebody is are signed in `identity.py`.

The library's module is imported when a page first needs it: no worker does.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from chalice.app import Request

from chalicelib.web.kit.request import public_url

if TYPE_CHECKING:
    from http.cookies import Morsel

KNOWN_SECONDS = 365 * 24 * 3600  # for which a browser is known as one that somebody has signed in with
HostCookie = Literal["", "begun", "known"]  # signed in; has begun to sign in elsewhere; whose browser this has been


def set_cookie(request: Request, name: str, value: str, seconds: int) -> str:
    """Returns the header that sets a cookie of ours, out of reach of scripts and of other sites."""
    return _cookie(request, name, value, seconds).OutputString()


def cookie_values(request: Request, name: str) -> Iterator[str]:
    """Yields what the cookies of this name hold: a browser may send several, set for several paths."""
    return (value for found, value in list_cookies(request) if found == name)


def list_cookies(request: Request) -> Iterator[tuple[str, str]]:
    """Yields every cookie that came, its name and what it holds, in the order in which the browser sent them."""
    from http.cookies import CookieError, SimpleCookie

    # Each is read alone. The library keeps one of a name, and none at all beside one that it cannot read, whose ever that is.
    for pair in request.headers.get("cookie", "").split(";"):
        with suppress(CookieError):
            yield from ((found, cookie.value) for found, cookie in SimpleCookie(pair).items())


def host_cookie_name(request: Request, of: HostCookie = "") -> str:
    """Returns the name of a host's cookie; without more, of the one that signs them in. Its beginning has browsers refuse it
    from anybody but this very server over https, which a laptop has not."""
    name = "__Host-harmonica" if _is_secure(request) else "harmonica"
    return f"{name}-{of}" if of else name


def set_host_cookie(request: Request, value: str, seconds: int, of: HostCookie = "") -> str:
    """Returns the header that sets it."""
    cookie = _cookie(request, host_cookie_name(request, of), value, seconds)
    cookie["path"] = "/"
    return cookie.OutputString()


def _cookie(request: Request, name: str, value: str, seconds: int) -> "Morsel[str]":
    from http.cookies import Morsel

    cookie = Morsel[str]()
    cookie.set(name, value, value)
    cookie["path"], cookie["max-age"] = f"{urlsplit(public_url(request)).path}/", seconds
    cookie["httponly"], cookie["samesite"], cookie["secure"] = True, "Lax", _is_secure(request)
    return cookie


def _is_secure(request: Request) -> bool:
    return urlsplit(public_url(request)).scheme == "https"
