"""Hosts and their API keys."""

import re
import secrets
from datetime import datetime

from chalicelib.errors import Conflict, Invalid, NotFound, Unauthorized
from chalicelib.model import Access, KeyRecord, User
from chalicelib.model.users import DEFAULT_RATE
from chalicelib.services.access.principal import Allowance, Principal
from chalicelib.store.accounts import Accounts
from chalicelib.text.email_addresses import is_mail_address

_KEY = re.compile(r"hm_live_[0-9a-f]{32}")
_PREFIX = re.compile(r"hm_live_[0-9a-f]{4}")
_ADDRESS_LENGTH = 254  # RFC 5321, erratum 1690
_NOT_IN_ADDRESSES = re.compile(r'[\x00-\x1f\x7f<>()\[\]\\,;:"]')  # what a header of a mail may read as something else
_ID = re.compile(r"[0-9a-f]{64}")
_LOCAL_ADDRESS = re.compile(r"[^@\s]+@localhost")


def create_user(email: str, name: str | None, *, accounts: Accounts, now: datetime, new_id: str) -> User:
    """Create an account. Raises Invalid for something that is no e-mail address, Conflict where it is taken."""
    address = email.strip()
    if not is_possible_address(address):
        raise Invalid("email must be an e-mail address")
    user = User(new_id, address, (name or "").strip() or None, "FREE", now)
    accounts.create_user(user)
    return user


def is_possible_address(address: str) -> bool:
    """Whether an account may have this address: an e-mail address, or one of this machine alone."""
    is_address = is_mail_address(address) or _LOCAL_ADDRESS.fullmatch(address) is not None
    return is_address and len(address) <= _ADDRESS_LENGTH and not _NOT_IN_ADDRESSES.search(address)


def mint_key(
    user_id: str,
    name: str | None,
    *,
    accounts: Accounts,
    now: datetime,
    rate: int = DEFAULT_RATE,
    access: Access = "write",
    expires_at: datetime | None = None,
) -> tuple[str, KeyRecord]:
    """Make an API key: `hm_live_` and 32 hex digits. It is given this once; only its hash is stored.

    Raises Invalid for a rate that lets nothing through and an end that is past, Conflict for a disabled user.
    """
    if expires_at is not None and expires_at <= now:
        raise Invalid("expires_at must be in the future")
    if rate < 1:
        raise Invalid("rate must be at least 1 request a minute")
    if accounts.user(user_id).disabled_at:
        raise Conflict("This user is disabled, and a key of theirs would open nothing")
    key = f"hm_live_{secrets.token_hex(16)}"
    return key, accounts.add_key(
        key, user_id=user_id, name=name, rate=rate, now=now, access=access, expires_at=expires_at
    )


def revoke_key(key: str, *, accounts: Accounts, now: datetime) -> None:
    """Make a key useless from now on, and end the links that were fetched with it. Raises NotFound."""
    accounts.revoke_key(accounts.key(key), now)


def list_keys(user_id: str, *, accounts: Accounts, now: datetime) -> list[KeyRecord]:
    """The keys of a user that are in use, the newest first."""
    return [key for key in accounts.keys_of(user_id) if is_in_use(key, now)]


def is_in_use(key: KeyRecord, now: datetime) -> bool:
    """Whether a key opens anything, or would if its user were not disabled."""
    return key.revoked_at is None and (key.expires_at is None or key.expires_at > now)


def revoke_own_key(user_id: str, key_id: str, *, accounts: Accounts, now: datetime) -> None:
    """Revoke a key of the user's, by its id. Raises NotFound for what is none of their keys in use."""
    found = accounts.key_of(key_id) if _ID.fullmatch(key_id) else None
    if found is None or found.user_id != user_id or not is_in_use(found, now):
        raise NotFound("API key not found")
    accounts.revoke_key(found, now)


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
