"""While SES takes no more mails, reminders wait: nothing is given up, nothing is asked for twice, each is sent once."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

import app
from chalicelib import container, mail
from chalicelib.model.jobs import DELIVERIES, MAILS, SendReminder, encode_job
from infra.functions import VISIBILITY
from tests import events
from tests.api.hosts import new_host
from tests.clock import FakeClock
from tests.events import Context
from tests.workers.consultation import failed
from tests.workers.test_reminder_costs import DAY, clock, counted_messages, wait_for_reminders

__all__ = ["clock"]


class Ses:
    """Takes mails, or says that there are too many."""

    def __init__(self) -> None:
        self.refuses, self.sent = "", list[str]()

    def send_email(self, **given: Any) -> None:
        """Take one."""
        if self.refuses:
            answer: Any = {"Error": {"Code": self.refuses}, "ResponseMetadata": {"HTTPStatusCode": 429}}
            raise ClientError(answer, "SendEmail")
        self.sent += given["Destination"]["ToAddresses"]


@pytest.fixture
def ses(monkeypatch: pytest.MonkeyPatch) -> Ses:
    """In the place of SES."""
    found = Ses()
    monkeypatch.setattr(mail, "_client", lambda: found)
    return found


@pytest.fixture
def postponed(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds for which messages are hidden."""
    found: list[float] = []
    monkeypatch.setattr(container.jobs(), "postpone", lambda _url, _receipt, seconds: found.append(seconds))
    return found


def swept() -> list[SendReminder]:
    """What the sweep asks for."""
    with counted_messages() as asked:
        app.sweep(events.clock_event(), Context())
    bodies = [body for batch in asked for body in batch]
    return [SendReminder(body["session_id"], body["thread_id"]) for body in bodies if body["job"] == "send_reminder"]


def deliver(job: SendReminder, received: int = 1) -> list[str]:
    return failed(app.deliver(events.batch(events.raw_message(encode_job(job), received=received)), Context()))


@pytest.mark.parametrize("code", ["TooManyRequestsException", "LimitExceededException"])
def test_what_is_too_much_for_ses_is_sent_later_and_once(
    code: str, clock: FakeClock, ses: Ses, postponed: list[float]
) -> None:
    wait_for_reminders(new_host(), 2, clock)
    clock.advance(DAY)
    ses.refuses = code
    first, second = swept()
    for received in range(1, DELIVERIES.receives):
        assert deliver(first, received) == ["message-1"]
        assert swept() == []  # its message waits in the queue; another one would only be one more
    assert min(postponed) >= 30
    assert max(postponed) > 600
    assert deliver(first, DELIVERIES.receives) == []  # SQS would give it up now; the sweep asks for it again
    assert deliver(second) == ["message-1"]
    dead = json.dumps(container.jobs()._client.receive_message(QueueUrl=dead_letters()).get("Messages", []))
    assert dead == "[]"
    ses.refuses = ""
    assert deliver(second, 2) == []
    clock.advance(3600)
    assert swept() == [first]
    assert (deliver(first), deliver(first), deliver(second)) == ([], [], [])
    assert sorted(ses.sent) == ["0@example.org", "1@example.org"]


def dead_letters() -> str:
    """The address of the queue of what was given up."""
    from chalicelib.settings import settings

    return settings().dead_letters_urls[DELIVERIES.name]


def test_a_mail_that_somebody_waits_for_outlives_a_crowd_at_ses() -> None:
    """Thirty seconds and more between tries: a link to sign in is too old long before its message is given up."""
    waits = [max(30.0, min(600.0, 5 * 2.0**received)) for received in range(MAILS.receives - 1)]
    assert sum(waits) > 3600
    assert VISIBILITY[MAILS.name] < 600
