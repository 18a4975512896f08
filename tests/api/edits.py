"""Changes of a session at the API's door."""

from typing import Any

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
