"""Keys of items in `guards`."""

import hashlib

TRANSCRIPT_REQUESTS = "transcript#"
VISITS, REQUESTS, DELETED, SIGN_INS = "visits#", "request#", "deleted#", "sign_in#"
LINKS, OPENED_LINKS = "link#", "opened_link#"
SPENDING, SESSION_SPENDING, SHARES, DAY_KEYS = "spending#", "spending#session#", "share#", "day_key#"
USED, MAIL_DAYS = "used#", "mail_day#"
MEMBER_INVITATIONS, INVITED, INVITING = "member_invitations#", "invited#", "inviting#"


def mail_day(address_hash: str) -> str:
    """`mail_day#<hash of an address>`."""
    return f"{MAIL_DAYS}{address_hash}"


def member_invitations(subject_id: str) -> str:
    """`member_invitations#<id of a session or a project>`."""
    return f"{MEMBER_INVITATIONS}{subject_id}"


def invited(address_hash: str) -> str:
    """`invited#<hash of an address>`."""
    return f"{INVITED}{address_hash}"


def inviting(user_id: str) -> str:
    """`inviting#<user_id>`."""
    return f"{INVITING}{user_id}"


def used(fingerprint: str) -> str:
    """`used#<fingerprint>`."""
    return f"{USED}{fingerprint}"


def sign_in(sign_in_id: str) -> str:
    """`sign_in#<id>`."""
    return f"{SIGN_INS}{sign_in_id}"


def transcript_request(request_id: str) -> str:
    """`transcript#<id>`."""
    return f"{TRANSCRIPT_REQUESTS}{request_id}"


def visits(visitor: str, window: int) -> str:
    """`visits#<who, hidden>#<number of the minute, or of another window>`."""
    return f"{VISITS}{visitor}#{window}"


def day_key(day: str) -> str:
    """`day_key#<YYYY-MM-DD>`."""
    return f"{DAY_KEYS}{day}"


def share(owner_id: str) -> str:
    """`share#<owner_id>`."""
    return f"{SHARES}{owner_id}"


def spending(account: str) -> str:
    """`spending#<account>`."""
    return f"{SPENDING}{account}"


def session_spending(session_id: str) -> str:
    """`spending#session#<session_id>`."""
    return f"{SESSION_SPENDING}{session_id}"


def request(fingerprint: str) -> str:
    """`request#<fingerprint of caller, endpoint and Idempotency-Key>`."""
    return f"{REQUESTS}{fingerprint}"


def deleted(session_id: str) -> str:
    """`deleted#<session_id>`."""
    return f"{DELETED}{session_id}"


def link(code: str) -> str:
    """`link#<sha256 of the code>`: the code itself is never stored."""
    return f"{LINKS}{hashlib.sha256(code.encode()).hexdigest()}"


def opened_link(person: str) -> str:
    """`opened_link#<person>`: somebody's id in the scope of Telegram, never Telegram's own."""
    return f"{OPENED_LINKS}{person}"
