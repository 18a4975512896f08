"""What is made with the deployment's secret: ids and fingerprints that nobody can guess, and values that nobody can forge.

Each use has a purpose of its own, so that a value made for one is worth nothing in another. People hold these values, and
tables are keyed by them: purposes and encodings stay as they are.
"""

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from itsdangerous import Signer

DigestPurpose = Literal[
    "thread",
    "participant",
    "results",
    "link",
    "request",
    "content",
    "visitor",
    "page",
    "turn",
    "address",
    "session",
    "source",
    "person",
    "mail_to",
    "mail_address",
    "transcript",
    "transcript_to",
    "stop",
    "mail_from",
    "sign_in_link",
    "sign_in_code",
    "suggestion",
    "ask_of_user",
    "ask_in",
    "ask_from",
    "ask_of_others",
    "ask_once",
    "host_form",
    "form_login",
    "form_writer",
    "kept_form",
    "known_browser",
    "code",
    "draft",
    "invitation",
    "invited_person",
    "member_invitation",
    "member_invitation_to",
    "invites_of_user",
    "group_request",
    "telegram_chat",
    "telegram_person",
    "telegram_link",
    "telegram_participant",
    "oidc_begun",
    "oidc_state",
    "oidc_nonce",
    "oidc_verifier",
    "reminder",
    "receipt",
    "receipt_code",
]
SignaturePurpose = Literal[
    "cookie",
    "privacy",
    "form",
    "questions",
    "page",
    "resume",
    "storage",
    "browser",
    "landing",
    "waiting",
    "invitation",
    "receipt",
]


def make_digest(secret: bytes, purpose: DigestPurpose, what: bytes) -> bytes:
    """Returns 32 bytes that follow from this, and that nobody without the secret can compute."""
    return hmac.digest(secret, f"{purpose}:".encode() + what, "sha256")


def make_token(secret: bytes, purpose: DigestPurpose, what: bytes, *, size: int = 32) -> str:
    """Returns the first bytes of the digest in characters that an address may hold."""
    return base64.urlsafe_b64encode(make_digest(secret, purpose, what)[:size]).decode().rstrip("=")


def is_same(given: str, expected: str) -> bool:
    """Compares in a time that tells nothing of where the two differ."""
    return hmac.compare_digest(given.encode(), expected.encode())


def sign(secret: bytes, purpose: SignaturePurpose, session_id: str, value: str) -> str:
    """Returns a participant's value with its signature, which holds for this purpose in this session only."""
    return _signer(secret, purpose, session_id).sign(value).decode()


def make_signature(secret: bytes, purpose: SignaturePurpose, session_id: str, value: str) -> str:
    """Returns the signature alone."""
    return _signer(secret, purpose, session_id).get_signature(value).decode()


def unsign(secret: bytes, purpose: SignaturePurpose, session_id: str, signed: str) -> str | None:
    """Returns the value that was signed; None for what was not signed for this purpose in this session."""
    from itsdangerous import BadSignature

    try:
        return _signer(secret, purpose, session_id).unsign(signed).decode()
    except BadSignature:
        return None


def _signer(secret: bytes, purpose: SignaturePurpose, session_id: str) -> "Signer":
    from itsdangerous import Signer  # which only pages need

    salt = f"participant {purpose} of session {session_id}"
    return Signer(secret, salt, key_derivation="hmac", digest_method=hashlib.sha256)
