"""Lists of sessions at the API's door."""

from typing import Any

from chalice.test import Client

import app
from tests.api.hosts import Host


def listed(host: Host, query: str = "") -> list[str]:
    """The topics of the caller's list."""
    return [item["topic"] for item in host.get(f"/sessions{query}")["data"]]


def public(query: str = "") -> Any:
    """The public list, asked for without a key."""
    answer = nobody().http.get(f"/api/v1/sessions/public{query}")
    assert answer.status_code == 200, answer.body
    return answer.json_body


def nobody() -> Client:
    """A client that has no key."""
    return Client(app.app)
