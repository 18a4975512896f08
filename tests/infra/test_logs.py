"""`make logs` shows everything that was logged, however much that is."""

from typing import Any

import boto3
import pytest

from infra import logs

MOST = 10


class LocalLogs:
    """Logs as the local cloud serves them: the oldest events from a time on, at most so many, and no token for the rest."""

    def __init__(self, *times: int) -> None:
        self._events: list[dict[str, Any]] = [
            {"timestamp": at, "eventId": str(number), "message": f"event {number}\n"} for number, at in enumerate(times)
        ]

    def describe_log_groups(self, **_: str) -> dict[str, Any]:
        """One function's."""
        return {"logGroups": [{"logGroupName": f"{logs.PREFIX}api"}]}

    def filter_log_events(self, **asked: Any) -> dict[str, Any]:
        """A page."""
        start = asked.get("startTime", 0)
        return {"events": [event for event in self._events if event["timestamp"] >= start][:MOST]}


@pytest.mark.parametrize(
    "times",
    [[], [5], range(MOST), range(MOST + 1), [n // 4 for n in range(95)]],
    ids=["none", "one", "a page", "one more", "many at a time"],
)
def test_no_event_is_left_out_or_shown_twice(monkeypatch: pytest.MonkeyPatch, times: list[int]) -> None:
    monkeypatch.setattr(boto3.Session, "client", lambda *_: LocalLogs(*times))
    assert logs.lines() == [f"api  event {number}" for number in range(len(times))]
