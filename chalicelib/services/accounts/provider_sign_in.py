"""Signing in with an OpenID provider: an attempt is bound to the browser that began it, an identity to one account.

Nothing is stored when somebody begins. The browser keeps a random text, signed; state, nonce and the proof key all follow
from it and the deployment's secret, so that an answer to one attempt is worth nothing to another, nor in another browser.
A browser may have several at a time, in as many tabs.
"""

import base64
import binascii
import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from chalicelib.clock import CLOCKS_DIFFER
from chalicelib.errors import Forbidden
from chalicelib.identity_provider import Attempt
from chalicelib.model import Identity
from chalicelib.services.access.signing import is_same, make_digest, make_token
from chalicelib.services.accounts.keys import is_possible_address
from chalicelib.services.accounts.logins import FRESH
from chalicelib.services.accounts.mailboxes import is_same_mailbox
from chalicelib.services.accounts.sign_in import SignInDeps, may_open_account, open_account

VALID = timedelta(minutes=15)
MOST_BEGUN = 4  # sign-ins at a time of one browser: with the longest addresses of pages they still fit into a cookie
_NAME_LENGTH = 255
_BETWEEN = "~"
_PARTS = re.compile(
    r"(?P<random>[\w-]{43})\.(?P<began>\d{1,12})\.(?P<fresh>[01])\.(?P<page>[\w-]*)\.(?P<mark>[\w-]{43})", re.ASCII
)


class Begun(Struct, frozen=True):
    """A sign-in that a browser began. `is_fresh`: it is to prove once more who they are."""

    random: str
    began: int
    is_fresh: bool
    next_page: str


class AddressUnverified(Forbidden):
    """The provider vouches for no address, so that it could be anybody's."""


class NotAdmitted(Forbidden):
    """There is no account for this identity, and none may be opened, or it is disabled."""


class ProofRefused(Forbidden):
    """The provider let somebody through by a proof of long ago, though it was asked for a new one."""


def begin_attempt(next_page: str, is_fresh: bool, *, now: datetime) -> Begun:
    """Begin a sign-in."""
    return Begun(secrets.token_urlsafe(32), int(now.timestamp()), is_fresh, next_page)


def write_begun(attempts: Sequence[Begun], secret: bytes) -> str:
    """What the browser keeps of its sign-ins, the last ones of too many; empty for none."""
    return _BETWEEN.join(_write(begun, secret) for begun in attempts[-MOST_BEGUN:])


def read_begun(kept: str, secret: bytes, now: datetime) -> list[Begun]:
    """The sign-ins that a browser began, the last one last, without what is none of ours, or is over."""
    found = (_read(it, secret, now) for it in kept.split(_BETWEEN, MOST_BEGUN)[:MOST_BEGUN])
    return [begun for begun in found if begun]


def _write(begun: Begun, secret: bytes) -> str:
    page = base64.urlsafe_b64encode(begun.next_page.encode()).decode().rstrip("=")
    kept = f"{begun.random}.{begun.began}.{int(begun.is_fresh)}.{page}"
    return f"{kept}.{make_token(secret, 'oidc_begun', kept.encode())}"


def _read(kept: str, secret: bytes, now: datetime) -> Begun | None:
    found = _PARTS.fullmatch(kept)
    if found is None or not is_same(found["mark"], make_token(secret, "oidc_begun", kept.rpartition(".")[0].encode())):
        return None
    if now.timestamp() - int(found["began"]) >= VALID.total_seconds():
        return None
    try:
        page = base64.urlsafe_b64decode(found["page"] + "=" * (-len(found["page"]) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    return Begun(found["random"], int(found["began"]), found["fresh"] == "1", page)


def attempt_of(begun: Begun, redirect_uri: str, secret: bytes) -> Attempt:
    """What goes to the provider and comes back."""
    random = begun.random.encode()
    return Attempt(
        state=make_token(secret, "oidc_state", random),
        nonce=make_token(secret, "oidc_nonce", random),
        verifier=make_token(secret, "oidc_verifier", random),
        redirect_uri=redirect_uri,
    )


def is_first_answer(begun: Begun, *, deps: SignInDeps, now: datetime) -> bool:
    """Whether this sign-in has not been answered before; an answer sent again is worth nothing."""
    fingerprint = make_digest(deps.secret, "oidc_state", begun.random.encode()).hex()
    return deps.guards.use_once(fingerprint, now + VALID + CLOCKS_DIFFER)


def admit(identity: Identity, begun: Begun, *, deps: SignInDeps, now: datetime, new_id: str) -> str:
    """The user whom an identity signs in; an account is opened where that is allowed.

    Whose identity it is, is remembered: from then on the provider may give another address. Raises AddressUnverified,
    NotAdmitted, ProofRefused.
    """
    proved = identity.signed_in_at
    if begun.is_fresh and proved and now - proved > FRESH + VALID:
        raise ProofRefused("The provider asked for no new proof")
    user_id = deps.accounts.user_id_of_identity(identity)
    if user_id is None:
        user_id = _by_address(identity, deps, now, new_id)
        deps.accounts.add_identity(identity, user_id, now)
    if deps.accounts.user(user_id).disabled_at:
        raise NotAdmitted("This account is disabled")
    return user_id


def _by_address(identity: Identity, deps: SignInDeps, now: datetime, new_id: str) -> str:
    if not identity.is_verified or not is_possible_address(identity.email):
        raise AddressUnverified("The provider vouches for no address")
    user = deps.accounts.find_user(identity.email)
    if user is None:
        if not may_open_account(identity.email, deps):
            raise NotAdmitted("Nobody may open an account with this address")
        name = (identity.name or "").strip()[:_NAME_LENGTH]
        user = open_account(identity.email, name or None, deps=deps, now=now, new_id=new_id)
    if not is_same_mailbox(user.email, identity.email):
        raise NotAdmitted("The account is another address's")
    return user.id
