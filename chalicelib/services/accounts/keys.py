"""Hosts and their API keys."""

import re
import secrets
from datetime import datetime

from chalicelib.errors import Invalid, Unauthorized
from chalicelib.model import User
from chalicelib.services.access.limits import DEFAULT_RATE
from chalicelib.services.access.principal import Allowance, Principal
from chalicelib.store.accounts import Accounts
from chalicelib.text.email_addresses import is_mail_address

_KEY = re.compile(r"hm_live_[0-9a-f]{32}")
_LOCAL_ADDRESS = re.compile(r"[^@\s]+@localhost")


def create_user(email: str, name: str | None, *, accounts: Accounts, now: datetime, new_id: str) -> User:
    """Create an account. Raises Invalid for something that is no e-mail address, Conflict where it is taken."""
    address = email.strip()
    if not (is_mail_address(address) or _LOCAL_ADDRESS.fullmatch(address)):
        raise Invalid("email must be an e-mail address")
    user = User(new_id, address, (name or "").strip() or None, "FREE", now)
    accounts.create_user(user)
    return user


def mint_key(user_id: str, name: str | None, *, rate: int = DEFAULT_RATE, accounts: Accounts, now: datetime) -> str:
    """Make an API key: `hm_live_` and 32 hex digits. It is shown this once; only its hash is stored."""
    if rate < 1:
        raise Invalid("rate must be at least 1 request a minute")
    key = f"hm_live_{secrets.token_hex(16)}"
    accounts.add_key(key, user_id=user_id, name=name, rate=rate, now=now)
    return key


def authenticate(header: str | None, *, accounts: Accounts, now: datetime) -> Principal:
    """Gives who asks by the API key of an Authorization header, and counts the request; the limit is the door's to check.

    Raises Unauthorized for anything but a key in use.
    """
    scheme, _, key = (header or "").partition(" ")
    if scheme.lower() != "bearer" or not _KEY.fullmatch(key.strip()):
        raise Unauthorized
    used = accounts.use_key(key.strip(), now)
    if used is None:
        raise Unauthorized
    return Principal(used, used.user_id, Allowance(used.limit, used.used))


def seconds_to_next_minute(now: datetime) -> int:
    """When the allowance of this minute is replaced by the next one's: 1 to 60 seconds."""
    return 60 - int(now.timestamp()) % 60
