"""A host at the API's door: an account, a key, and requests through Chalice's own test client."""

import json
from dataclasses import dataclass
from typing import Any

from chalice.test import Client, HTTPResponse

from app import app
from chalicelib import container
from chalicelib.model import Role
from chalicelib.services.accounts.keys import create_user, mint_key
from tests import leaks, permissions


@dataclass(frozen=True)
class Host:
    """Somebody with a key."""

    client: Client
    user_id: str
    key: str

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> HTTPResponse:
        """A request as curl would send it; a body that is no bytes goes as JSON."""
        raw = (
            b"" if body is None else body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        )
        leaks.SAID.note_request(path, body)
        sent = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json", **headers}
        with permissions.by_others():
            return self.client.http.request(method, f"/api/v1{path}", headers=sent, body=raw)

    def get(self, path: str) -> Any:
        """What there is at this path; it has to be there."""
        answer = self.call("GET", path)
        assert answer.status_code == 200, answer.body
        return answer.json_body

    def new_session(self, **fields: Any) -> dict[str, Any]:
        """A session with these fields over a small default."""
        answer = self.call("POST", "/sessions", {"topic": "Lunch", "goal": "Find out what people eat", **fields})
        assert answer.status_code == 201, answer.body
        return dict(answer.json_body)

    def join(self, session_id: str, participant: str = "p1", **fields: Any) -> HTTPResponse:
        """Join as a participant, without answers unless there are some in `fields`."""
        body = {"participant_id": participant, "participant_name": "Bo", "answers": [], **fields}
        return self.call("POST", f"/sessions/{session_id}/chat/questions", body)

    def say(self, session_id: str, content: str, participant: str = "p1", **fields: Any) -> HTTPResponse:
        """Say something as a participant."""
        body = {"participant_id": participant, "participant_name": "Bo", "content": content, **fields}
        return self.call("POST", f"/sessions/{session_id}/chat", body)

    def invite(self, session_id: str, role: Role, email: str | None = None) -> "Host":
        """Somebody new with this role in a session."""
        guest = new_host(email or f"{role}-{container.new_id()}@example.com")
        container.sessions().add_member(session_id, guest.user_id, role)
        return guest


def new_host(email: str = "ana@example.com", rate: int = 100_000) -> Host:
    """A new account with a key of this many requests a minute."""
    now = container.clock().now()
    user = create_user(email, "Ana", accounts=container.accounts(), now=now, new_id=container.new_id())
    key, _ = mint_key(user.id, "tests", rate=rate, accounts=container.accounts(), now=now)
    return Host(Client(app), user.id, key)


def error_of(answer: HTTPResponse) -> tuple[int, str, str]:
    """Status, code and message of an answer that is the error envelope and nothing else."""
    assert list(answer.json_body) == ["error"], answer.body
    envelope = answer.json_body["error"]
    assert sorted(envelope) == ["code", "message"]
    assert answer.headers["Content-Type"] == "application/json"
    return answer.status_code, envelope["code"], envelope["message"]
