"""Signing in by mail: a link and a code of six digits, either of them once, for a quarter of an hour.

Whoever asks learns nothing of who has an account: the answer is the same for every address, and takes as long, since whether
and what to write is decided by the worker that sends the mail. Only hashes are stored. Opening the link changes nothing: mail
scanners do that, too; its page has a button. A code is worth nothing but in the page that asked for it, and five wrong ones
end it. Of a million codes ten may be tried for an address on a day: somebody who tries every day has guessed right within a
year with a chance of 0.4 %. The link of the mail works all the same, and what strangers ask for and try takes nothing from
the browsers that an address has signed in with before.
"""

import re
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.errors import Conflict, Invalid, NotFound, RateLimited
from chalicelib.mail import Mail
from chalicelib.model import SignIn, User
from chalicelib.observability import logger
from chalicelib.services.access.rate_limits import HOUR, count_code, count_mail_asked_from, count_mail_to
from chalicelib.services.access.sealing import seal, unseal
from chalicelib.services.access.signing import make_digest
from chalicelib.services.accounts.keys import create_user, is_possible_address
from chalicelib.services.accounts.known_browsers import read_known_browser
from chalicelib.services.accounts.mailboxes import is_same_mailbox
from chalicelib.services.delivery.mails import write_mail
from chalicelib.store.accounts import Accounts
from chalicelib.store.guards import Guards
from chalicelib.store.sign_ins import SignIns
from chalicelib.text.language import DEFAULT

VALID = timedelta(minutes=15)
OPERATOR_VALID = timedelta(hours=1)  # of a link that an operator makes and passes on by hand
MOST_WRONG_CODES = 5
MOST_CODES_A_DAY = 10  # for one address
MAILS_AN_ADDRESS = 5  # an hour, to one address
MAILS_A_NETWORK = 20  # an hour, asked for from one network
_ID = re.compile(r"[A-Za-z0-9_-]{22}")
_GONE = "This link or code is used or expired"


class LinkOrCodeGone(Invalid):
    """What somebody would sign in with is used, expired, or was never given out."""

    def __init__(self) -> None:
        super().__init__(_GONE)


class CodesUsedUp(LinkOrCodeGone):
    """So many codes were tried for an address on this day that none is taken."""


class SignInDeps(Struct, frozen=True):
    """What signing in needs. `sign_up` says who may open an account: invited, open or domains:…; `is_invited`, whether an invitation
    to be a member holds for an address, which lets it open one in any case."""

    accounts: Accounts
    sign_ins: SignIns
    guards: Guards
    secret: bytes
    sign_up: str
    is_invited: Callable[[str], bool]


def begin(
    email: str, *, network: str, known: str, language: str, next_page: str, deps: SignInDeps, now: datetime
) -> SignIn:
    """Note that this address asks to be let in; a worker writes to it. Raises Invalid, or RateLimited.

    `network` is where the request came from, `known` what its browser keeps, `next_page` the page to show afterwards.
    """
    address = email.strip()
    if not is_possible_address(address):
        raise Invalid("email must be an e-mail address")
    if _asks_too_much(address, network, read_known_browser(known, address, deps.secret), deps, now):
        wait = HOUR.total_seconds() - now.timestamp() % HOUR.total_seconds()
        raise RateLimited(f"Too many sign-in mails were asked for; try again in {round(wait / 60) + 1} minutes", wait)
    sign_in_id = secrets.token_urlsafe(16)
    asked = SignIn(sign_in_id, address, seal(deps.secret, sign_in_id, next_page), language, now + VALID)
    deps.sign_ins.add(asked)
    return asked


def _asks_too_much(address: str, network: str, browser: str, deps: SignInDeps, now: datetime) -> bool:
    """Count a mail that is asked for; whether there are too many. A known browser asks for one address, and has its own count."""
    if (
        not browser
        and count_mail_asked_from(network, guards=deps.guards, secret=deps.secret, now=now) > MAILS_A_NETWORK
    ):
        return True  # what a network asks for in vain uses nothing of the address's own allowance
    return count_mail_to(address, browser, guards=deps.guards, secret=deps.secret, now=now) > MAILS_AN_ADDRESS


def write_sign_in_mail(sign_in_id: str, *, public_url: str, deps: SignInDeps, now: datetime) -> Mail | None:
    """The mail for whoever asked to be let in, with a new link and a new code; None where nobody is to be written to.

    Written once more, it replaces what the first mail said.
    """
    asked = deps.sign_ins.find(sign_in_id, now)
    admitted = _address_admitted(asked.email, deps) if asked else None
    if asked is None or admitted is None:
        return None
    address, chosen = admitted
    token, code = secrets.token_urlsafe(32), f"{secrets.randbelow(10**6):06}"
    deps.sign_ins.arm(asked, email=address, link=_link_hash(token, deps), code=_code_hash(asked.id, code, deps))
    link = confirm_url(public_url, asked.id, token)
    minutes = VALID // timedelta(minutes=1)
    return write_mail(
        "sign_in", address, chosen or asked.language, link=link, values={"code": code, "minutes": minutes}
    )


def make_link(email: str, *, public_url: str, deps: SignInDeps, now: datetime) -> str:
    """A link that signs this user in, for an operator to pass on; also somebody who is invited to be a member, and has no account yet.
    Raises NotFound where the address has none, and no invitation."""
    user = deps.accounts.find_user(email)
    address = user.email if user else email.strip() if deps.is_invited(email.strip()) else ""
    if not address:
        raise NotFound(f"{email} has no account")
    token = secrets.token_urlsafe(32)
    asked = SignIn(secrets.token_urlsafe(16), address, "", DEFAULT, now + OPERATOR_VALID)
    deps.sign_ins.add(asked)
    deps.sign_ins.arm(asked, email=address, link=_link_hash(token, deps), code="")
    return confirm_url(public_url, asked.id, token)


def confirm_url(public_url: str, sign_in_id: str, token: str) -> str:
    """The address of the page with the button."""
    return f"{public_url}/sign-in/confirm?t={sign_in_id}.{token}"


def find_by_link(value: str, *, deps: SignInDeps, now: datetime) -> SignIn:
    """What a link would sign in, without using it. Raises LinkOrCodeGone."""
    sign_in_id, token = _parts(value)
    asked = deps.sign_ins.find(sign_in_id, now) if _ID.fullmatch(sign_in_id) else None
    if asked is None or not asked.link or not secrets.compare_digest(asked.link, _link_hash(token, deps)):
        raise LinkOrCodeGone
    return asked


def confirm_link(value: str, *, deps: SignInDeps, now: datetime, new_id: str) -> tuple[str, SignIn]:
    """Use a link: the user it signs in, and what was asked for. Raises LinkOrCodeGone."""
    asked = find_by_link(value, deps=deps, now=now)
    return _use(asked, deps, now, new_id), _unsealed(asked, deps)


def confirm_code(
    sign_in_id: str, code: str, *, known: str, deps: SignInDeps, now: datetime, new_id: str
) -> tuple[str, SignIn]:
    """Use a code in the page that asked for it; `known` is what its browser keeps.

    Raises LinkOrCodeGone, also for a wrong code: each try is counted first; CodesUsedUp where there were too many on this day.
    """
    asked = deps.sign_ins.count_try(sign_in_id, MOST_WRONG_CODES, now) if _ID.fullmatch(sign_in_id) else None
    if asked is None:
        raise LinkOrCodeGone
    browser = read_known_browser(known, asked.email, deps.secret)
    if count_code(asked.email, browser, guards=deps.guards, secret=deps.secret, now=now) > MOST_CODES_A_DAY:
        logger.warning("codes of an address used up", extra={"event": "codes_used_up", "known": bool(browser)})
        raise CodesUsedUp
    digits = "".join(str(int(it)) for it in code if it.isdecimal())
    if not asked.code or not secrets.compare_digest(asked.code, _code_hash(asked.id, digits, deps)):
        raise LinkOrCodeGone
    return _use(asked, deps, now, new_id), _unsealed(asked, deps)


def _unsealed(asked: SignIn, deps: SignInDeps) -> SignIn:
    """A sign-in with the page that follows it. That is stored sealed: an invitation's has what its link carries, of which otherwise
    nothing but a hash is stored."""
    return replace(asked, next_page=unseal(deps.secret, asked.id, asked.next_page))


def _use(asked: SignIn, deps: SignInDeps, now: datetime, new_id: str) -> str:
    """The user who is signed in; the account is opened where there is none.

    Raises LinkOrCodeGone where another was faster, or the account is not that of the address which the mail went to.
    """
    if not deps.sign_ins.take(asked, now):
        raise LinkOrCodeGone
    user = deps.accounts.find_user(asked.email)
    if user is None and may_open_account(asked.email, deps):
        user = open_account(asked.email, None, deps=deps, now=now, new_id=new_id)
    if user is None or user.disabled_at or not is_same_mailbox(user.email, asked.email):
        raise LinkOrCodeGone
    return user.id


def open_account(email: str, name: str | None, *, deps: SignInDeps, now: datetime, new_id: str) -> User:
    """The user of a new account, or the one that another sign-in has opened meanwhile: maybe of another spelling's mailbox."""
    try:
        return create_user(email, name, accounts=deps.accounts, now=now, new_id=new_id)
    except Conflict:
        return deps.accounts.user(deps.accounts.user_id_of(email))


def _address_admitted(email: str, deps: SignInDeps) -> tuple[str, str | None] | None:
    """The address to write to, and the language of its account, where that was chosen; None where nobody is let in by this one.

    Of an account it is the account's own: another spelling of it, such as ß for ss, may be somebody else's mailbox.
    """
    user = deps.accounts.find_user(email)
    if user is None:
        return (email, None) if may_open_account(email, deps) else None
    return None if user.disabled_at else (user.email, user.locale)


def may_open_account(email: str, deps: SignInDeps) -> bool:
    """Whether this address may open an account: the operator lets it, or somebody has invited it to be a member."""
    return may_sign_up(email, deps.sign_up) or deps.is_invited(email)


def may_sign_up(email: str, rule: str) -> bool:
    """Whether the operator lets this address open an account."""
    if rule == "open":
        return True
    (kind, _, domains), domain = rule.partition(":"), email.rpartition("@")[2]
    # Letters beyond ASCII may fold into others, and name a domain of somebody else.
    return kind == "domains" and domain.isascii() and domain.casefold() in _domains(domains)


def _domains(listed: str) -> list[str]:
    return [domain.strip().casefold() for domain in listed.split(",") if domain.strip()]


def _parts(value: str) -> tuple[str, str]:
    sign_in_id, _, token = value.partition(".")
    return sign_in_id, token


def _link_hash(token: str, deps: SignInDeps) -> str:
    return make_digest(deps.secret, "sign_in_link", token.encode()).hex()


def _code_hash(sign_in_id: str, code: str, deps: SignInDeps) -> str:
    return make_digest(deps.secret, "sign_in_code", f"{sign_in_id}:{code}".encode()).hex()
