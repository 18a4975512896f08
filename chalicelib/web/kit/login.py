"""Which host is signed in in a browser: a secret in a cookie of this server alone."""

from chalice.app import Request

from chalicelib import container
from chalicelib.errors import Unauthorized
from chalicelib.services.access.principal import Principal
from chalicelib.services.accounts.logins import LONGEST, authenticate_login
from chalicelib.web.kit.cookies import cookie_values, host_cookie_name, set_host_cookie


def find_login(request: Request) -> Principal | None:
    """Returns who is signed in in this browser, and counts the request; None for nobody. The allowance is the door's to check."""
    now, logins = container.clock().now(), container.logins()
    for secret in cookie_values(request, host_cookie_name(request)):
        try:
            return authenticate_login(secret, logins=logins, now=now)
        except Unauthorized:
            continue
    return None


def login_cookie(request: Request, secret: str) -> str:
    """Returns the header that signs this browser in."""
    return set_host_cookie(request, secret, int(LONGEST.total_seconds()))


def no_login_cookie(request: Request) -> str:
    """Returns the header that signs this browser out."""
    return set_host_cookie(request, "", 0)
