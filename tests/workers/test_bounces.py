"""What SES tells of mails, as the event bus brings it: addresses and times are made up, the rest is as AWS documents it."""

import json
from typing import Any

import pytest

import app
from chalicelib import container
from chalicelib.errors import Unavailable
from chalicelib.model.jobs import BOUNCES
from chalicelib.services.delivery.sending import may_write
from tests import events
from tests.events import Context
from tests.workers.consultation import Consultation, failed

ANN = "ann@example.org"
MAIL = {
    "timestamp": "2026-11-30T00:00:00.000Z",
    "source": "Harmonica <surveys@example.org>",
    "messageId": "0100000000000000-00000000-0000-0000-0000-000000000000-000000",
    "destination": [ANN],
    "headersTruncated": False,
    "headers": [{"name": "List-Unsubscribe-Post", "value": "List-Unsubscribe=One-Click"}],
    "tags": {"ses:configuration-set": ["harmonica-prod-mails"], "ses:source-ip": ["192.0.2.1"]},
}


def event(kind: str, detail: dict[str, Any]) -> dict[str, Any]:
    return {
        "version": "0",
        "id": "00000000-0000-0000-0000-000000000001",
        "detail-type": kind,
        "source": "aws.ses",
        "account": "123456789012",
        "time": "2026-11-30T00:00:01Z",
        "region": "us-east-1",
        "resources": ["arn:aws:ses:us-east-1:123456789012:configuration-set/harmonica-prod-mails"],
        "detail": {**detail, "mail": MAIL},
    }


def bounce(kind: str, address: str = ANN) -> dict[str, Any]:
    told = {
        "feedbackId": "0100000000000000-000000",
        "bounceType": kind,
        "bounceSubType": "General",
        "bouncedRecipients": [
            {
                "emailAddress": address,
                "action": "failed",
                "status": "5.1.1",
                "diagnosticCode": "smtp; 550 5.1.1 unknown",
            }
        ],
        "timestamp": "2026-11-30T00:00:01.000Z",
        "reportingMTA": "dsn; a1-1.smtp-out.amazonses.com",
    }
    return event("Email Bounced", {"eventType": "Bounce", "bounce": told})


def complaint() -> dict[str, Any]:
    told = {
        "feedbackId": "0100000000000000-000000",
        "complaintSubType": None,
        "complainedRecipients": [{"emailAddress": ANN}],
        "timestamp": "2026-11-30T00:00:01.000Z",
        "complaintFeedbackType": "abuse",
    }
    return event("Email Complaint Received", {"eventType": "Complaint", "complaint": told})


def arrive(body: str) -> list[str]:
    """Give a message to the worker; gives those that failed."""
    return failed(app.note_bounce(events.batch(events.raw_message(body)), Context()))


def may_be_written_to() -> bool:
    return may_write(ANN, deps=container.sending_deps(), asked_for=True)


@pytest.mark.parametrize(
    "told",
    [bounce("Permanent"), bounce("Permanent", "Ann <ANN@example.org>"), complaint()],
    ids=["bounce", "with a name", "complaint"],
)
def test_an_address_gets_no_more_mails_where_one_came_back_for_good_or_was_called_spam(
    consultation: Consultation, told: dict[str, Any]
) -> None:
    for _ in range(2):
        assert arrive(json.dumps(told)) == []
    assert not may_be_written_to()


@pytest.mark.parametrize("kind", ["Transient", "Undetermined"])
def test_a_mail_that_only_did_not_arrive_yet_changes_nothing(consultation: Consultation, kind: str) -> None:
    assert arrive(json.dumps(bounce(kind))) == []
    assert may_be_written_to()


@pytest.mark.parametrize(
    "body",
    [
        "no JSON",
        json.dumps({"detail": {}}),
        json.dumps({"detail": {"eventType": "Bounce"}}),
        json.dumps({"detail": {"eventType": "Open", "open": {}}}),
        json.dumps({"detail": {"eventType": "Bounce", "bounce": {"bounceType": "Permanent"}}}),
        json.dumps({"Type": "Notification"}),
    ],
)
def test_what_cannot_be_read_goes_to_the_dead_letters_which_have_an_alarm(
    consultation: Consultation, body: str
) -> None:
    assert arrive(body) == []
    assert may_be_written_to()
    (buried,) = consultation.buried("bounces")
    assert set(json.loads(buried)) == {"unreadable"}


@pytest.mark.parametrize(
    "told", [bounce("Permanent", "Ann <ANN@example.org>"), complaint()], ids=["bounce", "complaint"]
)
def test_a_dead_letter_tells_no_address_and_nothing_of_the_mail_and_still_does_its_work_when_it_is_sent_back(
    consultation: Consultation, told: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(container.sending_deps().suppressions.__class__, "add", fail)
        for received in range(1, BOUNCES.receives):
            message = events.raw_message(json.dumps(told), received=received)
            if not failed(app.note_bounce(events.batch(message), Context())):
                break
    (buried,) = consultation.buried("bounces")
    assert received == BOUNCES.tries
    assert received < BOUNCES.receives
    assert not any(said in buried.casefold() for said in ("ann", "example.org", "harmonica", "headers", "smtp"))
    assert may_be_written_to()
    assert arrive(buried) == []
    assert not may_be_written_to()


def fail(*_: Any) -> None:
    raise Unavailable("The service is busy; try again in a moment")
