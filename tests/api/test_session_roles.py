"""Who may edit, delete and list: the rows of the role matrix for these endpoints."""

from typing import Any

from tests.api.hosts import Host, error_of, new_host

FORBIDDEN = (403, "forbidden", "You don't have access to this session")
EDIT = {"topic": "Edited"}

#                  stranger  public  viewer  editor  admin  owner
MATRIX: dict[tuple[str, str], tuple[int, int, int, int, int, int]] = {
    ("PATCH", ""): (403, 403, 403, 200, 200, 200),
    ("DELETE", ""): (403, 403, 403, 403, 204, 204),
}
COLUMNS = ("stranger", "public", "viewer", "editor", "admin", "owner")


def meet(host: Host, column: str) -> tuple[Host, str]:
    """Somebody who is this to a new session, and the session."""
    session = str(host.new_session(is_public=column == "public")["id"])
    if column == "owner":
        return host, session
    if column in ("stranger", "public"):
        return new_host(f"{session}@example.com"), session
    role: Any = column
    return host.invite(session, role), session


def test_every_role_may_do_exactly_what_its_column_says(host: Host) -> None:
    for column, name in enumerate(COLUMNS):
        for (method, path), row in MATRIX.items():
            caller, session = meet(host, name)
            answer = caller.call(method, f"/sessions/{session}{path}", EDIT if method == "PATCH" else None)
            assert answer.status_code == row[column], (name, method, answer.body)
            if answer.status_code == 403:
                assert error_of(answer) == FORBIDDEN
                kept = host.get(f"/sessions/{session}")
                assert kept["topic"] == "Lunch"


def test_lists_are_for_every_key_and_the_public_one_for_everybody(host: Host) -> None:
    host.new_session(is_public=True)
    bo = new_host("bo@example.com")
    assert bo.get("/sessions")["data"] == []
    assert error_of(bo.call("GET", "/sessions", Authorization="")) == (
        401,
        "unauthorized",
        "Invalid or missing API key",
    )
    for header in ("", f"Bearer {bo.key}", "Bearer nonsense"):
        answer = bo.call("GET", "/sessions/public", Authorization=header)
        assert (answer.status_code, len(answer.json_body["data"])) == (200, 1)
