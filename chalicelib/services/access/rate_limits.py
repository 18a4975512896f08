"""How often things may be asked for. A key without a rate of its own has so many requests a minute; those who call without a key,
so many from one address, and one person so many turns. So it is with how many conversations begin, how many sign-in mails are
asked for, and how many of their codes are tried.

Neither an address nor a person is kept: what is counted is a fingerprint, for a minute, of mails for an hour, of codes for a day.
"""

import ipaddress
from datetime import datetime, timedelta
from typing import Literal

from chalicelib.errors import RateLimited
from chalicelib.services.access.signing import make_digest
from chalicelib.store.guards import Guards

VISITS = 100  # requests to the API a minute
PAGES = 3_000  # requests to pages a minute: everybody behind one Wi-Fi has the same address
TURNS = 20  # of one person a minute, on pages
SUGGESTIONS = 20  # that one user asks for a minute
QUESTIONS_OF_USER = 100  # about results, a day (UTC)
QUESTIONS_IN = 300  # of all members of one session
QUESTIONS_FROM = 20  # of others, from one network address
QUESTIONS_OF_OTHERS = 100  # of all others, in one session
INVITES_OF_USER = 200  # to be members of sessions and projects, that one user makes or sends again, a day (UTC)
GROUP_REQUESTS = 5  # of a Telegram group for a session that are answered in an hour, whoever sends them
RECEIPT_CODES = 60  # codes of receipts that are tried from one network address in an hour
_Counted = Literal[
    "visitor",
    "page",
    "turn",
    "address",
    "session",
    "mail_to",
    "mail_from",
    "transcript_to",
    "code",
    "suggestion",
    "ask_of_user",
    "ask_in",
    "ask_from",
    "ask_of_others",
    "invites_of_user",
    "member_invitation_to",
    "receipt_code",
    "group_request",
]
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
_NETWORK = 64  # bits of an IPv6 address: the rest is one household's to choose


class TooManyQuestions(RateLimited):
    """No more questions about results are answered on this day (UTC): there were `limit`."""

    def __init__(self, limit: int, whose: str, now: datetime) -> None:
        self.limit = limit
        wait = int(DAY.total_seconds()) - int(now.timestamp()) % int(DAY.total_seconds())
        super().__init__(f"At most {limit} questions a day {whose}. Try again after midnight (UTC).", wait)


def count_visit(address: str, *, guards: Guards, secret: bytes, now: datetime) -> int:
    """Count a request to the API from this address; how many it has made in this minute, this one included."""
    return _count("visitor", find_network(address), guards, secret, now)


def count_page(address: str, *, guards: Guards, secret: bytes, now: datetime) -> int:
    """The same for a request to a page."""
    return _count("page", find_network(address), guards, secret, now)


def count_turn(person: str, *, guards: Guards, secret: bytes, now: datetime) -> int:
    """Count a turn of this person; how many there were in this minute, this one included."""
    return _count("turn", person, guards, secret, now)


def count_join_from(address: str, *, guards: Guards, secret: bytes, now: datetime) -> int:
    """Count a conversation that begins from this address; how many there were in this minute, this one included."""
    return _count("address", find_network(address), guards, secret, now)


def count_join_in(session_id: str, *, guards: Guards, secret: bytes, now: datetime) -> int:
    """The same for a conversation that begins in this session."""
    return _count("session", session_id, guards, secret, now)


def require_suggestion_pace(user_id: str, *, guards: Guards, secret: bytes, now: datetime) -> None:
    """Count a request of this user for suggestions. Raises RateLimited where there are too many in this minute."""
    if _count("suggestion", user_id, guards, secret, now) > SUGGESTIONS:
        wait = seconds_to_next_minute(now)
        raise RateLimited(f"At most {SUGGESTIONS} suggestions a minute. Try again in {wait} seconds.", wait)


def require_question_of_member(user_id: str, session_id: str, *, guards: Guards, secret: bytes, now: datetime) -> None:
    """Count a question of this user about the results of a session. Raises RateLimited where there are too many on this day (UTC),
    of the user in all sessions, or of all members in this one."""
    if _count("ask_of_user", user_id, guards, secret, now, DAY) > QUESTIONS_OF_USER:
        raise TooManyQuestions(QUESTIONS_OF_USER, "of one user", now)
    if _count("ask_in", session_id, guards, secret, now, DAY) > QUESTIONS_IN:
        raise TooManyQuestions(QUESTIONS_IN, "about one session", now)


def require_question_of_other(address: str, session_id: str, *, guards: Guards, secret: bytes, now: datetime) -> None:
    """The same for somebody at this network address who has no role in the session. They use nothing of what members may ask."""
    if _count("ask_from", find_network(address), guards, secret, now, DAY) > QUESTIONS_FROM:
        raise TooManyQuestions(QUESTIONS_FROM, "from one network", now)
    if _count("ask_of_others", session_id, guards, secret, now, DAY) > QUESTIONS_OF_OTHERS:
        raise TooManyQuestions(QUESTIONS_OF_OTHERS, "of others about one session", now)


def require_invite_pace(user_id: str, number: int, *, guards: Guards, secret: bytes, now: datetime) -> None:
    """Count so many invitations that this user makes or sends again. Raises RateLimited where there are too many on this day (UTC)."""
    digest = make_digest(secret, "invites_of_user", user_id.encode()).hex()
    if guards.count_visit(digest, now, DAY, number) > INVITES_OF_USER:
        wait = int(DAY.total_seconds()) - int(now.timestamp()) % int(DAY.total_seconds())
        raise RateLimited(f"At most {INVITES_OF_USER} invitations a day. Try again after midnight (UTC).", wait)


def count_member_invitation_to(address_hash: str, *, guards: Guards, secret: bytes, now: datetime) -> int:
    """Count a mail to this address that invites it to be a member; how many there were on this day (UTC), this one included."""
    return _count("member_invitation_to", address_hash, guards, secret, now, DAY)


def uncount_member_invitation_to(address_hash: str, *, guards: Guards, secret: bytes, now: datetime) -> None:
    """Take such a mail, counted on the same day, out of the count: it did not go."""
    guards.count_visit(make_digest(secret, "member_invitation_to", address_hash.encode()).hex(), now, DAY, -1)


def require_receipt_pace(address: str, *, guards: Guards, secret: bytes, now: datetime) -> None:
    """Count a receipt's code that is tried from this network address. Raises RateLimited where there are too many in this hour."""
    if _count("receipt_code", find_network(address), guards, secret, now, HOUR) > RECEIPT_CODES:
        wait = int(HOUR.total_seconds()) - int(now.timestamp()) % int(HOUR.total_seconds())
        raise RateLimited(f"At most {RECEIPT_CODES} codes an hour from one network.", wait)


def count_group_request(group_id: str, *, guards: Guards, secret: bytes, now: datetime) -> int:
    """Count a request of this Telegram group for a session; how many there were in this hour, this one included."""
    return _count("group_request", group_id, guards, secret, now, HOUR)


def count_mail_to(email: str, browser: str, *, guards: Guards, secret: bytes, now: datetime) -> int:
    """Count a sign-in mail to this address; how many there were in this hour, this one included. A `browser` that the address is
    known to use is counted apart from all others."""
    return _count("mail_to", _asker(email, browser), guards, secret, now, HOUR)


def count_code(email: str, browser: str, *, guards: Guards, secret: bytes, now: datetime) -> int:
    """The same for a code that is tried for this address, on this day (UTC)."""
    return _count("code", _asker(email, browser), guards, secret, now, DAY)


def count_mail_asked_from(address: str, *, guards: Guards, secret: bytes, now: datetime) -> int:
    """The same for a sign-in mail that is asked for from this network address."""
    return _count("mail_from", find_network(address), guards, secret, now, HOUR)


def count_transcript_to(email: str, *, guards: Guards, secret: bytes, now: datetime) -> int:
    """The same for a conversation that is to be mailed to this address."""
    return _count("transcript_to", email.casefold(), guards, secret, now, HOUR)


def seconds_to_next_minute(now: datetime) -> int:
    """When the allowance of this minute is replaced by the next one's: 1 to 60 seconds."""
    return 60 - int(now.timestamp()) % 60


def _asker(email: str, browser: str) -> str:
    return f"{email.casefold()} {browser}".strip()


def _count(
    what: _Counted, who: str, guards: Guards, secret: bytes, now: datetime, window: timedelta = timedelta(minutes=1)
) -> int:
    return guards.count_visit(make_digest(secret, what, who.encode()).hex(), now, window)


def find_network(address: str) -> str:
    """What an address stands for: itself, or of IPv6 the network of a household."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((int(parsed), _NETWORK), strict=False))
    return str(parsed)
