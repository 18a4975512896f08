"""A host at the API's door: an account, a key, and requests through Chalice's own test client."""

import json
from dataclasses import dataclass
from typing import Any

from chalice.test import Client, HTTPResponse

from app import app
from chalicelib import wiring
from chalicelib.services.accounts import create_user, mint_key


@dataclass(frozen=True)
class Host:
    """Somebody with a key."""

    client: Client
    user_id: str
    key: str

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> HTTPResponse:
        """A request as curl would send it; a body that is no bytes goes as JSON."""
        raw = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json", **headers}
        return self.client.http.request(method, f"/api/v1{path}", headers=sent, body=raw)

    def new_session(self, **fields: Any) -> dict[str, Any]:
        """A session with these fields over a small default."""
        answer = self.call("POST", "/sessions", {"topic": "Lunch", "goal": "Find out what people eat", **fields})
        assert answer.status_code == 201, answer.body
        return dict(answer.json_body)


def new_host(email: str = "ana@example.com", rate: int = 100) -> Host:
    """A new account with a key of this many requests a minute."""
    now = wiring.clock().now()
    user = create_user(email, "Ana", accounts=wiring.accounts(), now=now, new_id=wiring.new_id())
    key = mint_key(user.id, "tests", rate=rate, accounts=wiring.accounts(), now=now)
    return Host(Client(app), user.id, key)
