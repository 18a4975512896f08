"""Changes of a session at the API's door."""

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.store import edits
from tests.api.hosts import Host, error_of
from tests.api.shapes import SESSION, assert_shape


def patch(host: Host, session: str, **changes: Any) -> dict[str, Any]:
    """Change a session; that has to succeed, and gives what GET gives from then on."""
    answer = host.call("PATCH", f"/sessions/{session}", changes)
    assert answer.status_code == 200, answer.body
    assert_shape(answer.json_body, SESSION)
    assert host.get(f"/sessions/{session}") == answer.json_body
    return dict(answer.json_body)


def refused(host: Host, session: str, **changes: Any) -> str:
    """The message of a change that is refused; nothing has changed then."""
    before = host.get(f"/sessions/{session}")
    status, code, message = error_of(host.call("PATCH", f"/sessions/{session}", changes))
    assert (status, code) == (400, "validation_error")
    assert host.get(f"/sessions/{session}") == before
    return message


def overtake(monkeypatch: pytest.MonkeyPatch, other: Callable[[], object]) -> None:
    """Have this done between the read and the write of the next change; once."""
    store, pending = edits.edit_session, [other]

    def store_overtaken(*given: Any) -> bool:
        if pending:
            pending.pop()()
        return store(*given)

    monkeypatch.setattr("chalicelib.services.sessions.editing.store_edit", store_overtaken)
