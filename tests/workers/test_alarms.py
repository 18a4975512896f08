"""What fails again and again, and is in no queue any more, is told to the operator; what may pass by itself is not."""

import logging
import re
from fnmatch import fnmatch

import pytest

from chalicelib import container
from chalicelib.clock import Deadline
from chalicelib.llm import tags
from chalicelib.llm.interface import Reply, Request, ToolCall, Usage
from chalicelib.services.synthesis.state import mark_undigested, summary_status
from infra.alarms import WORK_LEFT
from tests.faults import Died
from tests.workers.consultation import SAYINGS, Consultation


def alarming(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The events, since it was asked last, that the alarm counts."""
    level, *patterns = re.findall(r'"([^"]+)"', WORK_LEFT)
    said = [getattr(record, "event", "") for record in caplog.records if record.levelno == logging.getLevelName(level)]
    caplog.clear()
    return [event for event in said if any(fnmatch(event, pattern) for pattern in patterns)]


@pytest.mark.parametrize(("task", "event"), [("summary", "summary_failed"), ("digest", "digest_failed")])
def test_the_fifth_failure_in_a_row_and_not_the_ones_before(
    consultation: Consultation, caplog: pytest.LogCaptureFixture, task: str, event: str
) -> None:
    consultation.speak(*SAYINGS[:1])
    consultation.model.failing.add(task)
    consultation.model.wasted = Usage(1_000, 0, 10)  # who was paid is to blame
    for received in range(1, 5):
        consultation.summarise(received)
    assert alarming(caplog) == []
    consultation.summarise(5)
    assert alarming(caplog) == [event]


def test_a_thread_that_breaks_the_digest_itself_keeps_nobody_else_back(
    consultation: Consultation, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete = consultation.model.complete

    def broken(request: Request, deadline: Deadline) -> Reply:
        """Half of a character, which nothing can store."""
        if "library" not in str(request.messages):
            return complete(request, deadline)
        (said,) = tags.read("said", request.messages[0].blocks[0].text)
        point = {"message_id": said.attributes["id"], "text": "\ud83d", "topic": "halves"}
        return Reply("", "model", (ToolCall("record_digest", {"points": [point]}),))

    consultation.speak(*SAYINGS)
    monkeypatch.setattr(consultation.model, "complete", broken)
    assert consultation.summarise() == []
    summary = consultation.view().summary
    assert summary
    assert (summary.participants, summary_status(consultation.view(), consultation.clock.now())) == (2, "stale")
    for _ in range(4):
        assert alarming(caplog) == []
        consultation.clock.advance(60)
        assert consultation.summarise() == []
    assert alarming(caplog) == ["digest_failed"]


def test_a_job_whose_process_died_twice_is_in_the_slow_lane(
    consultation: Consultation, caplog: pytest.LogCaptureFixture
) -> None:
    def die(_: object) -> None:
        raise Died

    consultation.speak(*SAYINGS[:1])
    consultation.model.before = die
    for _ in range(2):
        with pytest.raises(Died):
            consultation.summarise()
        consultation.clock.advance(720)
    assert alarming(caplog) == []
    for _ in range(3):  # its message comes again, and people say more: nobody tries
        consultation.model.before = nothing
        consultation.speak(*SAYINGS[1:])
        consultation.model.before = die
        assert consultation.summarise() == []
        assert set(alarming(caplog)) == {"summary_died"}
    consultation.clock.advance(3_600)
    assert container.sessions().view(consultation.session.id, ("synthesis",)).synthesis.begun == 2
    with pytest.raises(Died):
        consultation.summarise()
    consultation.clock.advance(3_600)
    assert consultation.summarise() == []
    consultation.clock.advance(3_600 + 400)
    consultation.model.before = nothing
    assert consultation.summarise() == []
    assert summary_status(consultation.view(), consultation.clock.now()) == "current"
    assert consultation.view().synthesis.begun == 0


def test_what_fails_while_people_talk_is_no_death(consultation: Consultation, caplog: pytest.LogCaptureFixture) -> None:
    consultation.speak(*SAYINGS[:1])
    consultation.model.failing.add("summary")
    for _ in range(3):
        consultation.model.before = lambda request: mark(consultation, request)
        assert consultation.summarise() == ["message-1"]
        consultation.clock.advance(60)
    consultation.model.before = nothing
    assert "summary_died" not in alarming(caplog)
    consultation.model.failing.clear()
    assert consultation.summarise() == []
    assert summary_status(consultation.view(), consultation.clock.now()) == "current"


def nothing(_: Request) -> None:
    """What happens before an answer."""


def mark(consultation: Consultation, request: Request) -> None:
    """The stream tells of words while a summary is written."""
    if request.task == "summary":
        container.summaries().move(consultation.session.id, mark_undigested(consultation.clock.now()))


def test_a_prompt_that_is_given_up(consultation: Consultation, caplog: pytest.LogCaptureFixture) -> None:
    consultation.model.failing.add("prompt")
    consultation.write_prompt()
    assert alarming(caplog) == []
    consultation.clock.advance(25 * 3_600)
    consultation.write_prompt()
    assert alarming(caplog) == ["prompt_failed"]


def test_the_short_version_of_a_context_that_is_given_up(
    consultation: Consultation, caplog: pytest.LogCaptureFixture
) -> None:
    consultation.edit(context="Ninety people. " * 2_000, prompt="Ask.")
    consultation.model.failing.add("prompt")
    consultation.write_prompt()
    assert alarming(caplog) == []
    consultation.clock.advance(25 * 3_600)
    consultation.write_prompt()
    assert alarming(caplog) == ["context_failed"]
