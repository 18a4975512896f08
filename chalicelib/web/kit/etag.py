"""Answers to GET that a client may keep, and asks about: a weak ETag, and 304 where it still holds.

It is compared only after the access check and the read, so nobody learns from a 304 what they may not see.
"""

import hashlib
from collections.abc import Mapping

from chalice.app import Request, Response

KEEP_AND_ASK = "private, no-cache"
_NONE: Mapping[str, str] = {}


def respond(request: Request, rendered: str, content_type: str, headers: Mapping[str, str] = _NONE) -> Response:
    """The answer, or 304 where the client has it already."""
    tag = f'W/"{hashlib.sha256(rendered.encode()).hexdigest()[:32]}"'
    told = {"ETag": tag, "Cache-Control": KEEP_AND_ASK}
    if _holds(request.headers.get("if-none-match", ""), tag):
        return Response("", told, 304)
    return Response(rendered, {**headers, **told, "Content-Type": content_type}, 200)


def _holds(asked: str, tag: str) -> bool:
    """Whether If-None-Match names this tag; weakly compared, so a gateway may have made it a strong one."""
    named = {one.strip().removeprefix("W/") for one in asked.split(",")}
    return "*" in named or tag.removeprefix("W/") in named
