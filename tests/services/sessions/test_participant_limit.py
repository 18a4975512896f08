"""When a session is full; that a limit holds while many join is tested with conversations."""

import pytest

from chalicelib.services.sessions.participant_limit import is_full


@pytest.mark.parametrize(
    ("participants", "limit", "full"),
    [(0, None, False), (10_000, None, False), (0, 1, False), (1, 2, False), (2, 2, True), (3, 2, True)],
)
def test_a_session_is_full_when_as_many_are_in_as_its_limit_allows(
    participants: int, limit: int | None, full: bool
) -> None:
    assert is_full(participants, limit) is full
