"""Whoever ticks the box on the page of their conversation is reminded of it, and nobody else."""

import json
import re
from datetime import timedelta
from typing import Any

import boto3
import pytest

import app
from chalicelib import container
from chalicelib.errors import Unavailable
from chalicelib.mail import MailRefused
from chalicelib.model.reminders import Reminder
from chalicelib.services.delivery import reminder_job
from chalicelib.services.delivery.sending import hash_address
from chalicelib.settings import settings
from tests import events
from tests.api.hosts import Host
from tests.api.jobs import asked, done
from tests.clock import FakeClock
from tests.events import Context
from tests.stored_items import left_by
from tests.web.browser import Browser, Page
from tests.web.host.visitor import SENDER, deliver, recipients, verify_sender
from tests.web.participant.test_join import EMAIL

HOUR = 3600
DAY = 24 * HOUR
BEN = "ben@example.com"


@pytest.fixture(autouse=True)
def mail(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sender that the mail service knows."""
    monkeypatch.setenv("MAIL_FROM", SENDER)
    settings.cache_clear()
    verify_sender()


@pytest.fixture
def session(host: Host) -> dict[str, Any]:
    """A session that sends reminders."""
    reminders = {"enabled": True, "text": "We <b>miss</b> you."}
    return host.new_session(prompt="Ask.", reminders=reminders)


def ask(browser: Browser, session: dict[str, Any], address: str = BEN, **fields: str) -> Page:
    """Tick the box."""
    form = browser.chat(session).form("Save")
    return browser.submit(form, wanted="1", address=address, **fields)


def sweep() -> list[Any]:
    """Let the clock look; gives the jobs that come of it."""
    app.sweep(events.clock_event(), Context())
    return [body for body in asked("deliveries") if "thread_id" in body]


def send(jobs: list[Any]) -> list[str]:
    """Do these jobs; gives the mails that were sent so far."""
    for body in jobs:
        assert done(app.deliver(events.batch(events.raw_message(json.dumps(body))), Context()))
    return deliver()


def pass_time(clock: FakeClock, seconds: float) -> list[str]:
    """Let time pass, in which the clock looks each day and at the end; gives the mails that were sent so far."""
    while seconds > 0:
        clock.advance(min(seconds, DAY))
        seconds -= DAY
        send(sweep())
    return deliver()


def test_who_ticks_the_box_gets_two_mails_with_the_hosts_words_that_lead_back(
    clock: FakeClock, session: dict[str, Any], ben: Browser, cem: Browser
) -> None:
    ben.join(session)
    assert (
        "If this conversation is not complete, you will be reminded by e-mail: ben@example.com"
        in ask(ben, session).text
    )
    assert pass_time(clock, 23 * HOUR) == []
    (first,) = pass_time(clock, HOUR)
    assert recipients() == [BEN]
    assert "We &lt;b&gt;miss&lt;/b&gt; you." in first or "We <b>miss</b> you." in first
    assert "Reminder of your conversation" in first
    assert "Open until" not in first
    link = "/" + re.findall(r"http://127.0.0.1:8000/(chat\?\S+)", first)[0].replace("&amp;", "&")
    page = cem.open(link.rstrip('">'))
    assert cem.submit(page.form("Continue it here")).has_form("Send")
    assert len(pass_time(clock, 9 * DAY)) == 2


def test_nobody_else_is_ever_written_to(clock: FakeClock, session: dict[str, Any], ben: Browser) -> None:
    page = ben.join(session)
    assert "wanted" not in page.form("Save").fields
    assert pass_time(clock, 5 * DAY) == []
    refused = ben.submit(page.form("Save"), address=BEN)
    assert (refused.status, refused.text.count("Please tick the box")) == (400, 1)
    assert "Please tick the box" in ask(ben, session, "nobody").text
    assert pass_time(clock, 5 * DAY) == []


def test_an_address_from_the_form_is_a_suggestion(session: dict[str, Any], ben: Browser) -> None:
    page = ben.join(session, **{EMAIL: BEN})
    assert page.form("Save").fields["address"] == BEN
    assert "wanted" not in page.form("Save").fields


def test_no_box_without_a_sender_without_reminders_or_at_the_end(
    host: Host, session: dict[str, Any], ben: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = host.new_session(prompt="Ask.")
    assert not ben.join(silent).has_form("Save")
    assert ben.join(session).has_form("Save")
    assert not ben.submit(ben.chat(session).form("I’m done")).has_form("Save")
    monkeypatch.delenv("MAIL_FROM")
    settings.cache_clear()
    assert not Browser().join(session).has_form("Save")


@pytest.mark.parametrize("what", ["concludes", "stops", "is removed", "closes", "is left out", "is off"])
def test_what_happens_between_being_queued_and_being_sent_counts(
    what: str, clock: FakeClock, host: Host, session: dict[str, Any], ben: Browser
) -> None:
    ben.join(session)
    ask(ben, session)
    send(sweep())
    clock.advance(DAY)
    jobs = sweep()
    assert len(jobs) == 1
    (thread,) = container.conversations().heads(session["id"])
    if what == "concludes":
        ben.submit(ben.chat(session).form("I’m done"))
    elif what == "stops":
        page = ben.submit(ben.chat(session).form("No more reminders"))
        assert "You get no more reminders of this conversation." in page.text
        assert "wanted" not in page.form("Save").fields
    elif what == "is removed":
        assert host.call("DELETE", f"/sessions/{session['id']}/participants/{thread.id}").status_code == 204
        assert not any("reminder" in name for name in left_by("person", thread.id))
    elif what == "is left out":
        host.call("PATCH", f"/sessions/{session['id']}/participants/{thread.id}", {"included": False})
    elif what == "is off":
        host.call("PATCH", f"/sessions/{session['id']}", {"reminders": {"enabled": False}})
    else:
        host.call("PATCH", f"/sessions/{session['id']}", {"status": "completed"})
    app.deliver(events.batch(*(events.raw_message(json.dumps(body)) for body in jobs)), Context())
    assert deliver() == []
    kept = container.reminders().find(session["id"], thread.id)
    assert (kept is not None) == (what == "is off")


def test_two_sweeps_and_a_job_that_comes_twice_send_one_mail(
    clock: FakeClock, session: dict[str, Any], ben: Browser
) -> None:
    ben.join(session)
    ask(ben, session)
    send(sweep())
    clock.advance(DAY)
    jobs = sweep()
    assert sweep() == []
    assert len(send([*jobs, *jobs, *jobs])) == 1


def test_a_claim_that_somebody_else_takes_sends_nothing(
    clock: FakeClock, session: dict[str, Any], ben: Browser
) -> None:
    ben.join(session)
    ask(ben, session)
    (thread,) = container.conversations().heads(session["id"])
    clock.advance(DAY)
    view = container.reminders().view(session["id"], thread.id)
    assert view
    now = clock.now()
    assert container.reminders().claim(view, now, now, came_back=False)
    assert not container.reminders().claim(view, now, now, came_back=False)


def test_who_stops_while_a_reminder_is_noted_as_sent_gets_no_other_one(
    clock: FakeClock, session: dict[str, Any], ben: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    ben.join(session)
    ask(ben, session)
    (thread,), reminders = container.conversations().heads(session["id"]), container.reminders()
    clock.advance(DAY)
    now, forget = clock.now(), reminders.forget

    def claim_first(reminder: Reminder) -> bool:
        monkeypatch.setattr(reminders, "forget", forget)
        view = reminders.view(session["id"], thread.id)
        assert view
        assert reminders.claim(view, now, now, came_back=False)
        return forget(reminder)

    monkeypatch.setattr(reminders, "forget", claim_first)
    reminder_job.stop_reminders(session["id"], thread.id, reminders=reminders)
    found = reminders.find(session["id"], thread.id)
    assert found
    assert (found.sent, found.to) == (1, None)


def test_an_address_that_a_header_would_read_as_something_else_is_none(session: dict[str, Any], ben: Browser) -> None:
    ben.join(session)
    for address in ("ben,cem@example.com", "<ben@example.com", f"{'b' * 250}@example.com"):
        assert "Please tick the box and give an e-mail address" in ask(ben, session, address).text


def test_a_new_message_moves_it(clock: FakeClock, session: dict[str, Any], ben: Browser) -> None:
    ben.join(session)
    ask(ben, session)
    assert pass_time(clock, 20 * HOUR) == []
    ben.say(session, "Soup")
    assert pass_time(clock, 23 * HOUR) == []
    assert len(pass_time(clock, 2 * HOUR)) == 1


def test_the_zone_of_the_browser_counts(clock: FakeClock, session: dict[str, Any], ben: Browser, cem: Browser) -> None:
    ben.join(session)
    ask(ben, session, zone="Pacific/Kiritimati")  # it is two in the night there
    assert pass_time(clock, 30 * HOUR) == []
    assert len(pass_time(clock, HOUR)) == 1
    cem.join(session)
    ask(cem, session, "cem@example.com", zone="Nowhere/Land")
    assert len(pass_time(clock, 26 * HOUR)) == 2


def test_an_address_gets_one_mail_a_day(clock: FakeClock, host: Host, ben: Browser) -> None:
    sessions = [host.new_session(prompt="Ask.", reminders={"enabled": True, "after_hours": [24]}) for _ in range(2)]
    for session in sessions:
        ben.join(session)
        ask(ben, session)
    assert len(pass_time(clock, 25 * HOUR)) == 1
    assert len(pass_time(clock, 2 * DAY)) == 2


def test_the_link_that_ends_them_ends_them(
    clock: FakeClock, session: dict[str, Any], ben: Browser, cem: Browser
) -> None:
    ben.join(session)
    ask(ben, session)
    (mail,) = pass_time(clock, 25 * HOUR)
    (link,) = re.findall(r"http://127.0.0.1:8000(/stop\?t=reminder~\S+)", mail)[:1]
    assert cem.open(link).status == 200  # which scanners of mails do
    (thread,) = container.conversations().heads(session["id"])
    kept = container.reminders().find(session["id"], thread.id)
    assert kept
    assert kept.to
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert Browser(headers={}).request("POST", link, b"List-Unsubscribe=One-Click", headers).status_code == 200
    assert len(pass_time(clock, 5 * DAY)) == 1
    kept = container.reminders().find(session["id"], thread.id)
    assert kept
    assert (kept.to, kept.sent) == (None, 1)


@pytest.mark.parametrize("why", ["BadRequestException", "bounce"])
def test_an_address_that_takes_no_mails_is_given_up_and_the_host_is_told(
    why: str, clock: FakeClock, host: Host, session: dict[str, Any], ben: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    ben.join(session)
    ask(ben, session)
    send(sweep())
    tried: list[Any] = []

    def refuse(*given: Any, **_: Any) -> None:
        tried.append(given)
        raise MailRefused(why)

    monkeypatch.setattr(reminder_job, "send", refuse)
    if why == "bounce":
        deps = container.sending_deps()
        deps.suppressions.add(hash_address(BEN, deps.secret), "bounce", clock.now())
    pass_time(clock, 5 * DAY)
    assert len(tried) == (0 if why == "bounce" else 1)
    dead_letters = settings().dead_letters_urls["deliveries"]
    assert "Messages" not in boto3.client("sqs").receive_message(QueueUrl=dead_letters)
    told = host.get(f"/sessions/{session['id']}/activity")["reminders"]
    assert told == {"sent": 0, "opened": 0, "came_back": 0, "undeliverable": 1}
    assert left_by("person", container.conversations().heads(session["id"])[0].id)
    ask(ben, session)  # another address may take them
    assert host.get(f"/sessions/{session['id']}/activity")["reminders"]["undeliverable"] == 0


def test_what_is_stored_tells_nobody_where(session: dict[str, Any], ben: Browser) -> None:
    ben.join(session)
    ask(ben, session)
    (thread,) = container.conversations().heads(session["id"])
    kept = container.reminders().find(session["id"], thread.id)
    assert kept
    assert BEN not in str(kept)


def test_a_mail_service_that_is_down_costs_no_reminder(
    clock: FakeClock, session: dict[str, Any], ben: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    ben.join(session)
    ask(ben, session)
    send(sweep())
    clock.advance(DAY)
    jobs = sweep()
    with monkeypatch.context() as broken:

        def fail(*_: object, **__: object) -> None:
            raise Unavailable("The mail service does not answer")

        broken.setattr(reminder_job, "send", fail)
        failed = app.deliver(events.batch(*(events.raw_message(json.dumps(body)) for body in jobs)), Context())
        assert len(failed["batchItemFailures"]) == 1
    assert len(send(jobs)) == 1


def test_a_reminder_says_until_when_and_the_closed_page_when_it_ended(
    clock: FakeClock, host: Host, session: dict[str, Any], ben: Browser
) -> None:
    ends = clock.now() + timedelta(seconds=5 * DAY)
    host.call("PATCH", f"/sessions/{session['id']}", {"closes_at": ends.isoformat()})
    ben.join(session)
    told = ben.chat(session).text
    assert "twice at most, 24, 72 hours after your last message at the earliest" in told
    ask(ben, session)
    (mail,) = pass_time(clock, DAY)
    assert "Open until" in mail
    clock.advance(5 * DAY)
    assert "It ended on" in ben.chat(session).text
    assert "It ended on" in Browser().open(f"/chat?s={session['id']}").text
