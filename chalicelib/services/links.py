"""Signed links to a session's results: they open what their holder may see, as long as that user may see it."""

import base64
import hashlib
import hmac
import json


def results_url(public_url: str, session_id: str, user_id: str, secret: bytes) -> str:
    """The page of the results, for this user."""
    return f"{public_url}/results?s={session_id}&k={results_token(session_id, user_id, secret)}"


def results_token(session_id: str, user_id: str, secret: bytes) -> str:
    """What names a user in such a link: no expiry, since the role is looked up whenever it is used."""
    named = json.dumps([session_id, user_id]).encode()
    digest = hmac.new(secret, b"results:" + named, hashlib.sha256).digest()
    return f"{user_id}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


def holder_of(token: str, session_id: str, secret: bytes) -> str | None:
    """The user that a link was made for; None for one that we did not make for this session."""
    user_id = token.rpartition(".")[0]
    expected = results_token(session_id, user_id, secret)
    return user_id if user_id and hmac.compare_digest(token.encode(), expected.encode()) else None
