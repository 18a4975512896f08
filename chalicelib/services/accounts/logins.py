"""A host's browser sessions: begun by signing in, ended by hand or by time, each known by a secret that only a cookie has."""

import re
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from chalicelib.errors import Forbidden, NotFound, Unauthorized
from chalicelib.model import Login, LoginRecord, User
from chalicelib.model.users import DEFAULT_RATE
from chalicelib.services.access.principal import Allowance, Principal
from chalicelib.store.logins import Logins

UNUSED = timedelta(days=30)  # after which a browser session ends that nobody uses
LONGEST = timedelta(days=90)  # after which any ends
FRESH = timedelta(minutes=10)  # after signing in, within which one may do what gives access away
MOST = 50  # browser sessions of one user at a time
_AGENT_LENGTH = 120
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
_ID = re.compile(r"[0-9a-f]{64}")


class ProofTooOld(Forbidden):
    """What is asked for needs a sign-in of just now."""

    def __init__(self) -> None:
        super().__init__(f"Sign in again: this needs a sign-in of the last {FRESH // timedelta(minutes=1)} minutes")


def start_login(user: User, agent: str, *, logins: Logins, now: datetime, proved_at: datetime | None) -> str:
    """Begin a browser session; gives its secret, which is stored nowhere. `proved_at` is None where nobody told when it was.

    What has ended of the same user's is removed; where there are very many, also those that nobody used for longest.
    """
    stored = logins.of_user(user.id)
    kept = _last_used_first(it for it in stored if is_in_force(it, now))[: MOST - 1]
    for old in stored:
        if old not in kept:
            logins.end(user.id, old.id)
    secret = secrets.token_urlsafe(32)
    logins.add(secret, user, agent[:_AGENT_LENGTH], now, proved_at)
    return secret


def authenticate_login(secret: str, *, logins: Logins, now: datetime) -> Principal:
    """Gives who asks by the secret of a browser session, and counts the request. Raises Unauthorized for any other."""
    is_possible = is_possible_secret(secret)
    used = logins.use(secret, now, used_after=now - UNUSED, made_after=now - LONGEST) if is_possible else None
    if used is None:
        raise Unauthorized("Sign in first")
    return Principal(used, used.user_id, Allowance(DEFAULT_RATE, used.used))


def is_possible_secret(text: str) -> bool:
    """Whether a text has the form of a secret of a browser session."""
    return _SECRET.fullmatch(text) is not None


def require_fresh(login: Login, now: datetime) -> None:
    """Raises ProofTooOld where its user did not prove just now who they are, as far as is known."""
    if login.proved_at is None or now - login.proved_at > FRESH:
        raise ProofTooOld


def find_account(user_id: str, *, logins: Logins, now: datetime) -> tuple[User, list[LoginRecord]]:
    """A user, and their browser sessions that are in force, the last used first."""
    user, stored = logins.with_user(user_id)
    return user, _last_used_first(it for it in stored if is_in_force(it, now))


def end_login(user_id: str, login_id: str, *, logins: Logins) -> None:
    """End one of the user's browser sessions. Raises NotFound for what is none of theirs."""
    if not _ID.fullmatch(login_id) or not logins.end(user_id, login_id):
        raise NotFound("There is no such sign-in")


def is_in_force(login: LoginRecord, now: datetime) -> bool:
    """Whether a browser session has not ended by time."""
    return login.last_used_at > now - UNUSED and login.created_at > now - LONGEST


def _last_used_first(logins: Iterable[LoginRecord]) -> list[LoginRecord]:
    return sorted(logins, key=lambda it: it.last_used_at, reverse=True)
