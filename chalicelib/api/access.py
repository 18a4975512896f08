"""Who may call what: the one table of role × endpoint. An endpoint without a row here does not start.

`key` is anybody with an API key; a role is the least one that is needed in the session that the path names; `chat` and
`questions` add what a public session allows. 404 comes before 403: an unknown session is nobody's.
"""

import re
from typing import Literal

from chalicelib.model import SessionView
from chalicelib.services.access.roles import require_chat, require_questions, require_role

Who = Literal["anyone", "key", "viewer", "editor", "admin", "owner", "chat", "questions"]

ACCESS: dict[str, Who] = {
    "GET /openapi.json": "anyone",
    "GET /me": "key",
    "POST /sessions": "key",
    "GET /sessions": "key",
    "GET /sessions/public": "anyone",
    "GET /sessions/{}": "viewer",
    "PATCH /sessions/{}": "editor",
    "DELETE /sessions/{}": "owner",
    "GET /sessions/{}/questions": "questions",
    "GET /sessions/{}/responses": "viewer",
    "POST /sessions/{}/responses": "editor",
    "PATCH /sessions/{}/participants/{}": "editor",
    "DELETE /sessions/{}/participants/{}": "owner",
    "GET /sessions/{}/summary": "viewer",
    "POST /sessions/{}/summary": "editor",
    "GET /sessions/{}/session-md": "viewer",
    "GET /sessions/{}/scratchpad": "viewer",
    "POST /sessions/{}/scratchpad": "editor",
    "POST /sessions/{}/regenerate-facilitation-prompt": "editor",
    "POST /sessions/{}/chat/questions": "chat",
    "POST /sessions/{}/chat": "chat",
    "GET /templates": "key",
    "GET /templates/{}": "key",
    "GET /integrations/telegram/groups": "key",
    "POST /integrations/telegram/groups": "key",
    "DELETE /integrations/telegram/groups/{}": "key",
    "POST /integrations/telegram/link": "key",
}


def who_may(method: str, path: str) -> Who:
    """The row of an endpoint. Raises LookupError where there is none: nothing is open by default."""
    return ACCESS[f"{method} {re.sub(r'{[^}]*}', '{}', path)}"]


def require(view: SessionView, who: Who) -> SessionView:
    """The view itself, or Forbidden where its user may not do what this row is for."""
    if who == "anyone" or who == "key":
        raise LookupError("This endpoint names no role, and so opens no session")
    if who == "chat":
        return require_chat(view)
    if who == "questions":
        return require_questions(view)
    return require_role(view, who)
