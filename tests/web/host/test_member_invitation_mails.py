"""What becomes of the mails to who is invited to be a member, where one is lost, or the mail service takes none."""

import json
from datetime import timedelta
from typing import Any

import pytest

import app
from chalicelib.errors import Throttled, Unavailable
from chalicelib.mail import MailRefused
from chalicelib.model.member_invitations import VALID
from chalicelib.services.member_invitations import inviting, mail_job, room
from chalicelib.store import keys
from tests import events
from tests.api.hosts import Host
from tests.api.jobs import asked, delete_data
from tests.api.projects import new_project
from tests.clock import FakeClock
from tests.events import Context
from tests.stored_items import stored
from tests.web.host.visitor import deliver, recipients

pytestmark = pytest.mark.usefixtures("mail")
DEE = "dee@example.com"
MISSED = timedelta(minutes=6).total_seconds()


@pytest.fixture(params=["session", "project"])
def subject(request: pytest.FixtureRequest, host: Host) -> str:
    """The path of what somebody is invited to."""
    if request.param == "project":
        return f"/projects/{new_project(host)}"
    return f"/sessions/{host.new_session(prompt='Ask.')['id']}"


def invite(host: Host, subject: str, *emails: str) -> None:
    assert host.call("POST", f"{subject}/invitations", {"emails": list(emails)}).status_code == 201


def sweep() -> None:
    app.sweep(events.clock_event(), Context())


def marks() -> int:
    """How many sessions and projects are marked as having such mails to be sent."""
    return sum(raw.get(keys.PART, {}).get("S") == keys.MEMBER_MAILS and keys.DUE_KIND in raw for _, raw in stored())


def run_failing(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Let the worker try what is asked for, of which the mail service takes none. What comes back of it is lost."""

    def refuse(*_: object, **__: object) -> None:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(mail_job, "send", refuse)
        for body in asked("mails"):
            app.send_mail(events.batch(events.raw_message(json.dumps(body))), Context())


def test_a_mail_whose_message_is_lost_is_asked_for_again_and_one_that_was_sent_is_not(
    host: Host, subject: str, clock: FakeClock
) -> None:
    invite(host, subject, DEE, "eva@example.com")
    assert marks() == 1
    asked("mails")
    clock.advance(MISSED)
    sweep()
    deliver()
    assert (sorted(recipients()), marks()) == ([DEE, "eva@example.com"], 0)
    clock.advance(2 * 3600)
    sweep()
    assert asked("mails") == []
    invite(host, subject, "fay@example.com")
    asked("mails")
    clock.advance(VALID.total_seconds())
    sweep()
    assert (asked("mails"), marks()) == ([], 0)  # nobody waits for it any more


@pytest.mark.parametrize(
    ("error", "hours"),
    [(Unavailable("down"), 2), (Throttled("slower", 1), 2), (MailRefused("NotFoundException"), 25)],
    ids=["unavailable", "throttled", "refused"],
)
def test_what_the_mail_service_did_not_take_is_tried_again_and_counts_towards_no_limit(
    error: Exception, hours: int, host: Host, subject: str, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_job, "MAILS_AN_ADDRESS", 1)
    invite(host, subject, DEE, "eva@example.com")
    for _ in range(2):
        run_failing(monkeypatch, error)
        assert ([it["mail"] for it in host.get(f"{subject}/invitations")["data"]], marks()) == (["waiting"] * 2, 1)
        clock.advance(MISSED)
        sweep()
        assert asked("mails") == []
        clock.advance(hours * 3600)
        sweep()
    deliver()
    sent = [it["mail"] for it in host.get(f"{subject}/invitations")["data"]]
    assert (sorted(recipients()), sent, marks()) == ([DEE, "eva@example.com"], ["sent"] * 2, 0)


def test_what_waits_goes_with_the_session_or_the_project(host: Host, subject: str) -> None:
    invite(host, subject, DEE)
    assert host.call("DELETE", subject).status_code in (200, 204)
    assert all(map(delete_data, asked("deletions")))
    assert marks() == 0


def test_who_sends_an_invitation_again_while_all_is_deleted_leaves_nothing(
    host: Host, subject: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    invite(host, subject, DEE)
    (made,) = host.get(f"{subject}/invitations")["data"]

    def delete_before(*given: Any, **named: Any) -> Any:
        monkeypatch.setattr(inviting, "find_room", room.find_room)
        assert host.call("DELETE", subject).status_code in (200, 204)
        return room.find_room(*given, **named)

    monkeypatch.setattr(inviting, "find_room", delete_before)
    assert host.call("POST", f"{subject}/invitations/{made['id']}/resend", {}).status_code == 404
    assert all(map(delete_data, asked("deletions")))
    assert marks() == 0
