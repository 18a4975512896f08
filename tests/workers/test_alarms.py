"""What fails again and again, and is in no queue any more, is told to the operator; what may pass by itself is not."""

import logging
import re
from fnmatch import fnmatch

import pytest

from chalicelib.clock import Deadline
from chalicelib.llm import tags
from chalicelib.llm.interface import Reply, Request, ToolCall, Usage
from chalicelib.services.synthesis.state import summary_status
from infra.alarms import WORK_LEFT
from tests.faults import Died
from tests.workers.desk import SAYINGS, Desk


def alarming(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The events, since it was asked last, that the alarm counts."""
    level, *patterns = re.findall(r'"([^"]+)"', WORK_LEFT)
    said = [getattr(record, "event", "") for record in caplog.records if record.levelno == logging.getLevelName(level)]
    caplog.clear()
    return [event for event in said if any(fnmatch(event, pattern) for pattern in patterns)]


@pytest.mark.parametrize(("task", "event"), [("summary", "summary_failed"), ("digest", "digest_failed")])
def test_the_fifth_failure_in_a_row_and_not_the_ones_before(
    desk: Desk, caplog: pytest.LogCaptureFixture, task: str, event: str
) -> None:
    desk.speak(*SAYINGS[:1])
    desk.model.failing.add(task)
    desk.model.wasted = Usage(1_000, 0, 10)  # who was paid is to blame
    for received in range(1, 5):
        desk.summarise(received)
    assert alarming(caplog) == []
    desk.summarise(5)
    assert alarming(caplog) == [event]


def test_a_thread_that_breaks_the_digest_itself_keeps_nobody_else_back(
    desk: Desk, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete = desk.model.complete

    def broken(request: Request, deadline: Deadline) -> Reply:
        """Half of a character, which nothing can store."""
        if "library" not in str(request.messages):
            return complete(request, deadline)
        (said,) = tags.read("said", request.messages[0].blocks[0].text)
        point = {"message_id": said.attributes["id"], "text": "\ud83d", "topic": "halves"}
        return Reply("", "model", (ToolCall("record_digest", {"points": [point]}),))

    desk.speak(*SAYINGS)
    monkeypatch.setattr(desk.model, "complete", broken)
    assert desk.summarise() == []
    summary = desk.view().summary
    assert summary
    assert (summary.participants, summary_status(desk.view(), desk.clock.now())) == (2, "stale")
    for _ in range(4):
        assert alarming(caplog) == []
        desk.clock.advance(60)
        assert desk.summarise() == []
    assert alarming(caplog) == ["digest_failed"]


def test_a_job_whose_process_died_five_times(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    def die(_: object) -> None:
        raise Died

    desk.speak(*SAYINGS[:1])
    desk.model.before = die
    for _ in range(5):
        with pytest.raises(Died):
            desk.summarise()
    assert alarming(caplog) == []
    with pytest.raises(Died):
        desk.summarise()
    assert alarming(caplog) == ["summary_died"]


def test_a_prompt_that_is_given_up(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.model.failing.add("prompt")
    desk.write_prompt()
    assert alarming(caplog) == []
    desk.clock.advance(25 * 3_600)
    desk.write_prompt()
    assert alarming(caplog) == ["prompt_failed"]
