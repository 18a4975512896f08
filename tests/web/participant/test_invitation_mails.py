"""The mails of personal invitations: to whom, how often, and what ends them."""

from contextlib import nullcontext
from typing import Any

import pytest

from chalicelib import container
from chalicelib.errors import Unavailable
from chalicelib.mail import MailRefused
from chalicelib.model.jobs import SendInvitation
from chalicelib.services.access.invitation_links import LinkedInvitation, invitation_url
from chalicelib.services.delivery.sending import hash_address
from chalicelib.workers.jobs import run_job
from tests.api.hosts import Host, error_of
from tests.clock import FakeClock
from tests.web.browser import Browser
from tests.web.host.visitor import deliver, recipients
from tests.web.invited import DAY, START, act_on, ask_again, counted_calls, invite, link_in, press_stop, states, stop_in


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("which", ["these", "all"])
def test_whoever_wants_no_more_mails_gets_none_whatever_becomes_of_their_invitation(
    which: str, when: str, host: Host, mail: None, ben: Browser, cem: Browser
) -> None:
    session, url = host.new_session(), ""
    (ada,) = invite(host, session, "ada@example.com")
    (text,) = deliver()
    stop = stop_in(text)
    ben.submit(ben.open(link_in(text)).form(START))
    (person,) = host.get(f"/sessions/{session['id']}/responses")["data"]
    url = f"/sessions/{session['id']}"
    if when == "after":
        press_stop(cem, stop, which)
    assert host.call("DELETE", f"{url}/participants/{person['participant_id']}").status_code == 204
    assert host.call("DELETE", f"{url}/participant-invitations/{ada['id']}").status_code == 404
    if when == "before":
        press_stop(cem, stop, which)
    (again,) = invite(host, session, "Ada@example.com")
    assert (again["status"], again["url"] is None) == ("suppressed", False)
    other = host.new_session(topic="Tea")
    (elsewhere,) = invite(host, other, "ada@example.com")
    assert elsewhere["status"] == ("sent" if which == "these" else "suppressed")
    container.invitations().want(session["id"], ada["id"], "invitation", container.clock().now())
    ask_again(session)
    deliver()
    assert (recipients(), states(host, session)) == (["ada@example.com"], {"Ada@example.com": "stopped"})


def test_two_hundred_people_are_invited_and_reminded_in_few_calls(host: Host, mail: None, clock: FakeClock) -> None:
    session = host.new_session()
    emails = [f"p{number:03}@example.com" for number in range(200)]
    with counted_calls() as calls:
        assert {it["status"] for it in invite(host, session, *emails)} == {"sent"}
    assert calls["SendMessageBatch"] == 20
    assert calls["TransactWriteItems"] <= 4
    assert sum(calls.values()) <= 40
    now = clock.now()
    for invitation in container.invitations().all(session["id"]):
        container.invitations().take(session["id"], invitation, now)
    clock.advance(2 * DAY)
    with counted_calls() as calls:
        assert act_on(host, session, "remind").json_body == {"reminded": 200}
    assert calls["SendMessageBatch"] == 20
    assert sum(calls.values()) <= 40
    assert act_on(host, session, "remind").json_body == {"reminded": 0}


def test_a_reminder_goes_once_to_those_missing_and_never_two_mails_a_day_to_an_address(
    host: Host, mail: None, ben: Browser, clock: FakeClock
) -> None:
    session, other = host.new_session(), host.new_session(topic="Tea")
    url = f"/sessions/{session['id']}/participant-invitations"
    ada, _ = invite(host, session, "ada@example.com", "ben@example.com")
    ben.submit(ben.open(link_in(deliver()[1])).form(START))
    invite(host, other, "ADA@example.com")
    assert host.call("POST", f"{url}/{ada['id'][:-1]}x/resend", {}).status_code == 404
    assert host.call("POST", f"{url}/remind", {}).json_body == {"reminded": 1}
    assert host.call("POST", f"{url}/remind", {}).json_body == {"reminded": 0}
    answer = host.call("POST", f"{url}/{ada['id']}/resend", {})
    assert (error_of(answer)[:2], answer.headers["Retry-After"]) == ((429, "rate_limited"), str(DAY))
    deliver()
    assert recipients() == ["ada@example.com", "ben@example.com"]
    assert states(host, other) == {"ADA@example.com": "waiting"}
    clock.advance(DAY)
    ask_again(session, other)
    assert len(deliver()) == 3
    assert "the only reminder" in deliver()[2]
    assert recipients()[2] == "ada@example.com"
    clock.advance(DAY)
    ask_again(session, other)
    deliver()
    assert recipients()[3:] == ["ADA@example.com"]
    assert host.call("POST", f"{url}/remind", {}).json_body == {"reminded": 0}


@pytest.mark.parametrize("meanwhile", ["ended", "stopped", "suppressed", "removed", "joined"])
def test_what_happened_between_asking_and_sending_keeps_a_mail_from_being_sent(
    meanwhile: str, host: Host, mail: None, ben: Browser
) -> None:
    session = host.new_session()
    (made,) = invite(host, session, "ada@example.com")
    match meanwhile:
        case "ended":
            host.call("PATCH", f"/sessions/{session['id']}", {"status": "completed"})
        case "stopped":
            deps = container.sending_deps()
            address_hash = hash_address("ada@example.com", deps.secret)
            deps.suppressions.stop(session["id"], address_hash, container.clock().now())
        case "suppressed":
            deps = container.sending_deps()
            deps.suppressions.add(hash_address("ada@example.com", deps.secret), "bounce", container.clock().now())
        case "removed":
            host.call("DELETE", f"/sessions/{session['id']}/participant-invitations/{made['id']}")
        case _:
            link = invitation_url("", session["id"], LinkedInvitation(made["id"], False), container.deployment_secret())
            ben.submit(ben.open(link).form(START))
    assert deliver() == []


def test_a_mail_that_fails_is_sent_later_and_one_that_is_sent_is_not_sent_again(
    host: Host, mail: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = host.new_session()
    (made,) = invite(host, session, "ada@example.com")
    job = SendInvitation(session["id"], made["id"])

    def fail(*_: Any, **__: Any) -> None:
        raise Unavailable("The mail service does not answer")

    with monkeypatch.context() as patched:
        patched.setattr("chalicelib.services.invitations.mail_job.send", fail)
        with pytest.raises(Unavailable):
            run_job(job, container.clock().deadline(10))
    assert states(host, session) == {"ada@example.com": "waiting"}
    for _ in range(2):
        deliver()
        container.jobs().ask(job, container.clock().now())
    assert recipients() == ["ada@example.com"]


@pytest.mark.parametrize(("code", "state"), [("MessageRejected", "waiting"), ("BadRequestException", "bounced")])
def test_what_ses_refuses_for_the_senders_sake_waits_for_the_operator_who_is_told(
    code: str, state: str, host: Host, mail: None, monkeypatch: pytest.MonkeyPatch, clock: FakeClock
) -> None:
    session = host.new_session()
    (made,) = invite(host, session, "ada@example.com")
    job = SendInvitation(session["id"], made["id"])

    def refuse(*_: Any, **__: Any) -> None:
        raise MailRefused(code)

    told = pytest.raises(MailRefused) if state == "waiting" else nullcontext()
    with monkeypatch.context() as patched, told:
        patched.setattr("chalicelib.services.invitations.mail_job.send", refuse)
        run_job(job, container.clock().deadline(10))
    assert states(host, session) == {"ada@example.com": state}
    clock.advance(DAY)
    ask_again(session)
    deliver()
    assert states(host, session) == {"ada@example.com": "sent" if state == "waiting" else "bounced"}


def test_the_link_that_stops_such_mails_stops_this_one(host: Host, mail: None, cem: Browser) -> None:
    session = host.new_session()
    invite(host, session, "ada@example.com")
    press_stop(cem, stop_in(deliver()[0]))
    assert states(host, session) == {"ada@example.com": "stopped"}
    assert act_on(host, session, "remind").json_body == {"reminded": 0}


@pytest.mark.parametrize("address", ["ADA@example.com", "other@example.com"])
def test_whoever_stops_the_mails_of_an_invitation_gets_no_reminders_there_that_they_asked_for_before(
    address: str, host: Host, mail: None, ben: Browser, cem: Browser
) -> None:
    session = host.new_session(reminders={"enabled": True})
    invite(host, session, "ada@example.com")
    (text,) = deliver()
    page = ben.submit(ben.open(link_in(text)).form(START))
    assert ben.submit(page.form("Save"), wanted="1", address=address).has_form("No more reminders")
    press_stop(cem, stop_in(text))
    page = ben.chat(session)
    assert page.has_form("No more reminders") == (address == "other@example.com")
    if page.has_form("Save"):  # asked for again, they come again
        assert ben.submit(page.form("Save"), wanted="1", address=address).has_form("No more reminders")
