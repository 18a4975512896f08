"""Each way in which SES sends no mails has a sentence of its own."""

from typing import Any

import pytest

from infra.checks.mail import check_mail
from tests.infra.checks.stubs import Session, stage, told

OPEN = {"ProductionAccessEnabled": True, "SendingEnabled": True, "SendQuota": {"Max24HourSend": 50_000.0}}
VERIFIED = {"VerifiedForSendingStatus": True, "DkimAttributes": {"Status": "SUCCESS"}}
SENDER = "no-reply@example.org"


def _found(session: Session, **more: Any) -> list[tuple[str, str]]:
    found = told(list(check_mail(stage(session, MailFrom=SENDER, **more))))
    assert session.all_asked()
    return found


def test_without_a_sender_nothing_is_asked() -> None:
    ((level, text),) = told(list(check_mail(stage(Session(), MailFrom=""))))
    assert level == "warning"
    assert "MAIL_FROM is not set" in text


@pytest.mark.parametrize(
    ("account", "level", "said"),
    [
        (OPEN, "well", "50,000 mails a day"),
        ({**OPEN, "ProductionAccessEnabled": False}, "fault", "in its sandbox"),
        ({**OPEN, "SendingEnabled": False}, "fault", "has paused this account's mails in eu-central-1"),
        ({**OPEN, "EnforcementStatus": "PROBATION"}, "warning", "under review (PROBATION)"),
    ],
)
def test_the_account_is_looked_at(account: dict[str, Any], level: str, said: str) -> None:
    session = Session()
    session.answers("sesv2", "get_account", account)
    session.answers("sesv2", "get_email_identity", VERIFIED)
    found = _found(session, deployed=False)
    assert any(it == level and said in text for it, text in found)


def _of_sender(*answers: dict[str, Any] | None) -> tuple[str, str]:
    """What is said of the sender, whose address and domain are known so; None: SES does not know it."""
    session = Session()
    session.answers("sesv2", "get_account", OPEN)
    for identity, answer in zip((SENDER, "example.org"), answers, strict=False):
        if answer is None:
            session.refuses("sesv2", "get_email_identity", "NotFoundException", 404)
        else:
            session.answers("sesv2", "get_email_identity", answer, {"EmailIdentity": identity})
    return _found(session, deployed=False)[-1]


def test_the_sender_or_its_domain_has_to_be_verified() -> None:
    waiting = {"VerifiedForSendingStatus": False}
    assert _of_sender(VERIFIED) == ("well", f"MAIL_FROM: {SENDER} is verified")
    assert _of_sender(None, VERIFIED) == ("well", "MAIL_FROM: example.org is verified")
    assert _of_sender(waiting, VERIFIED) == ("well", "MAIL_FROM: example.org is verified")
    assert "SES knows neither no-reply@example.org nor example.org" in _of_sender(None, None)[1]
    assert "follow the link in the mail" in _of_sender(waiting, None)[1]
    assert "set the DNS records" in _of_sender(None, waiting)[1]
    unsigned = {"VerifiedForSendingStatus": True, "DkimAttributes": {"Status": "PENDING"}}
    assert "not signed (DKIM)" in _of_sender(None, unsigned)[1]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (None, "harmonica-prod-mails is missing"),
        ({"SendingOptions": {"SendingEnabled": False}}, "harmonica-prod-mails is paused"),
        ({"SendingOptions": {"SendingEnabled": True}}, ""),
    ],
)
def test_the_configuration_set_is_looked_at(answer: dict[str, Any] | None, said: str) -> None:
    session = Session()
    session.answers("sesv2", "get_account", OPEN)
    session.answers("sesv2", "get_email_identity", VERIFIED)
    if answer is None:
        session.refuses("sesv2", "get_configuration_set", "NotFoundException", 404)
    else:
        session.answers("sesv2", "get_configuration_set", answer, {"ConfigurationSetName": "harmonica-prod-mails"})
    faults = [text for level, text in _found(session) if level == "fault"]
    assert len(faults) == bool(said)
    assert all(said in text for text in faults)
