"""Which host is signed in in a browser: a secret in a cookie of this server alone."""

from itertools import islice

from chalice.app import Request

from chalicelib import container
from chalicelib.errors import RateLimited, Unauthorized
from chalicelib.services.access.principal import Principal
from chalicelib.services.access.rate_limits import seconds_to_next_minute
from chalicelib.services.accounts.logins import LONGEST, authenticate_login, is_possible_secret
from chalicelib.web.kit.cookies import cookie_values, host_cookie_name, set_host_cookie

_MOST_COOKIES = 3  # that are looked up: browsers send one, or few where other servers of the same machine set it, too


def find_login(request: Request) -> Principal | None:
    """Returns who is signed in in this browser, and counts the request; None for nobody. The allowance is the door's to check."""
    now, logins = container.clock().now(), container.logins()
    given = filter(is_possible_secret, cookie_values(request, host_cookie_name(request)))
    for secret in islice(given, _MOST_COOKIES):
        try:
            return authenticate_login(secret, logins=logins, now=now)
        except Unauthorized:
            continue
    return None


def require_rate(principal: Principal) -> None:
    """Raises RateLimited where this browser session has made too many requests within the minute."""
    allowance = principal.allowance
    if allowance and allowance.used > allowance.limit:
        raise RateLimited("Too many requests within a minute", seconds_to_next_minute(container.clock().now()))


def has_login_cookie(request: Request) -> bool:
    """Says whether a cookie came that may sign somebody in: whether it does costs a look into the database."""
    return any(map(is_possible_secret, cookie_values(request, host_cookie_name(request))))


def login_cookie(request: Request, secret: str) -> str:
    """Returns the header that signs this browser in."""
    return set_host_cookie(request, secret, int(LONGEST.total_seconds()))


def no_login_cookie(request: Request) -> str:
    """Returns the header that signs this browser out."""
    return set_host_cookie(request, "", 0)
