"""Hosts and their API keys."""

import re
import secrets
from datetime import datetime

from chalicelib.errors import Conflict, Invalid, NotFound, Unauthorized
from chalicelib.model import KeyRecord, User
from chalicelib.services.access.limits import DEFAULT_RATE
from chalicelib.services.access.principal import Allowance, Principal
from chalicelib.store.accounts import Accounts
from chalicelib.text.email_addresses import is_mail_address

_KEY = re.compile(r"hm_live_[0-9a-f]{32}")
_PREFIX = re.compile(r"hm_live_[0-9a-f]{4}")
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
    """Make an API key: `hm_live_` and 32 hex digits. It is shown this once; only its hash is stored.

    Raises Invalid for a rate that lets nothing through, Conflict for a disabled user.
    """
    if rate < 1:
        raise Invalid("rate must be at least 1 request a minute")
    if accounts.user(user_id).disabled_at:
        raise Conflict("This user is disabled, and a key of theirs would open nothing")
    key = f"hm_live_{secrets.token_hex(16)}"
    accounts.add_key(key, user_id=user_id, name=name, rate=rate, now=now)
    return key


def revoke_key(key: str, *, accounts: Accounts, now: datetime) -> None:
    """Make a key useless from now on, and end the links that were fetched with it. Raises NotFound."""
    accounts.revoke_key(accounts.key(key), now)


def revoke_keys(prefix: str | None, user_id: str | None, *, accounts: Accounts, now: datetime) -> tuple[KeyRecord, ...]:
    """Revoke the keys with this prefix, of this user, or both; gives those that were in use until now.

    Raises Invalid for what is no prefix of a key, NotFound where no key is in use, Conflict where a prefix alone fits keys of
    several users.
    """
    if prefix is not None and not _PREFIX.fullmatch(prefix):
        raise Invalid("prefix must be hm_live_ and the four characters after it, as keys are listed")
    found = accounts.keys_of(user_id) if user_id else accounts.keys_beginning(prefix or "")
    wanted = tuple(key for key in found if key.revoked_at is None and prefix in (None, key.prefix))
    if not wanted:
        raise NotFound("No key in use fits")
    if len({key.user_id for key in wanted}) > 1:
        raise Conflict(f"Keys of several users begin with {prefix}: say whose, too")
    for key in wanted:
        accounts.revoke_key(key, now)
    return wanted


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
