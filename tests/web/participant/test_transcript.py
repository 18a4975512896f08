"""One's own conversation by mail, asked for at its end."""

import json
import re
from typing import Any

import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends

import app
from chalicelib import container, settings
from chalicelib.errors import NotFound, Unavailable
from chalicelib.mail import Mail
from chalicelib.services.delivery import transcripts
from chalicelib.services.delivery.sending import SendingDeps, hash_address, send
from chalicelib.store import keys
from tests import events
from tests.api.hosts import Host
from tests.api.jobs import asked, done
from tests.clock import FakeClock
from tests.events import Context
from tests.stored_items import stored
from tests.web.browser import Browser, Page
from tests.web.host.visitor import SENDER, verify_sender

ANN = "Ann@example.org"
SEND = "Send me my conversation"


@pytest.fixture(autouse=True)
def mail_service(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_FROM", SENDER)
    settings.settings.cache_clear()
    verify_sender()


def finished(host: Host, ben: Browser, **fields: Any) -> tuple[dict[str, Any], Page]:
    session = host.new_session(**fields)
    ben.join(session)
    ben.say(session, "Soup & <b>bread</b>")
    return session, ben.submit(ben.chat(session).form("I’m done"))


def work_off() -> list[Any]:
    """Have the worker do what it was asked; all mails that were sent."""
    for body in asked("mails"):
        assert done(app.send_mail(events.batch(events.raw_message(json.dumps(body))), Context()))
    backend: Any = ses_backends[DEFAULT_ACCOUNT_ID]["us-east-1"]
    return list(backend.sent_messages)


def test_who_asks_for_it_gets_the_conversation_with_its_links_and_no_address_stays(host: Host, ben: Browser) -> None:
    _, page = finished(host, ben, results_visibility="participants")
    page = ben.submit(page.form(SEND), email=ANN)
    assert "Your conversation is on its way" in page.text
    assert "ann@" not in json.dumps(stored(), default=str).lower()
    (mail,) = work_off()
    assert mail.destinations["ToAddresses"] == [ANN]
    assert mail.subject.startswith("Your conversation: ")
    html = str(mail.body)
    assert "Soup &amp; &lt;b&gt;bread&lt;/b&gt;" in html
    assert "Reply 1" in html
    (private,) = re.findall(r'href="http://127.0.0.1:8000(/chat[^"]+)"', html)
    (results,) = re.findall(r'href="http://127.0.0.1:8000(/results[^"]+)"', html)
    stranger = Browser(ben.client)
    assert "Continue a conversation" in stranger.open(private.replace("&amp;", "&")).text
    assert stranger.get(results.replace("&amp;", "&")).status_code in (200, 303)
    assert keys.TRANSCRIPT_REQUESTS not in json.dumps(stored(), default=str)
    assert "List-Unsubscribe" not in html


def test_a_conversation_goes_once_to_an_address_and_to_three_at_most(host: Host, ben: Browser) -> None:
    _, page = finished(host, ben)
    form = page.form(SEND)
    ben.submit(form, email=ANN)
    ben.submit(form, email=ANN.lower())  # pressed twice
    assert len(work_off()) == 1
    assert "sent to this address before" in ben.read(ben.post(form, email=ANN)).text
    for name in ("bea", "cem"):
        assert ben.post(form, email=f"{name}@example.org").status_code == 303
    answer = ben.post(form, email="dan@example.org")
    assert (answer.status_code, len(work_off())) == (400, 3)
    assert "three addresses" in answer.body.decode()


def test_two_jobs_at_once_send_one_mail(host: Host, ben: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    _, page = finished(host, ben)
    ben.submit(page.form(SEND), email=ANN)
    (body,) = asked("mails")

    def send_while_another_begins(mail: Mail, *, deps: SendingDeps) -> None:
        monkeypatch.setattr(transcripts, "send", send)
        with pytest.raises(NotFound):
            transcripts.send_transcript(
                body["request_id"], deps=container.transcript_deps(), now=container.clock().now()
            )
        send(mail, deps=deps)

    monkeypatch.setattr(transcripts, "send", send_while_another_begins)
    transcripts.send_transcript(body["request_id"], deps=container.transcript_deps(), now=container.clock().now())
    assert len(work_off()) == 1


def test_a_mail_service_that_is_down_takes_it_later(host: Host, ben: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    _, page = finished(host, ben)
    ben.submit(page.form(SEND), email=ANN)
    ((body,), deps, now) = asked("mails"), container.transcript_deps(), container.clock().now()

    def fail(*_: Any, **__: Any) -> None:
        raise Unavailable("down")

    with monkeypatch.context() as patch:
        patch.setattr(transcripts, "send", fail)
        with pytest.raises(Unavailable):
            transcripts.send_transcript(body["request_id"], deps=deps, now=now)
    transcripts.send_transcript(body["request_id"], deps=deps, now=now)
    assert len(work_off()) == 1


def test_what_is_no_address_is_said_at_its_field_and_stays_there(host: Host, ben: Browser) -> None:
    _, page = finished(host, ben)
    answer = ben.post(page.form(SEND), email="ann at example")
    assert answer.status_code == 400
    assert 'value="ann at example"' in answer.body.decode()
    assert not asked("mails")


def test_nothing_is_sent_of_what_was_removed_meanwhile_nor_after_an_hour(
    host: Host, ben: Browser, clock: FakeClock
) -> None:
    session, page = finished(host, ben)
    ben.submit(page.form(SEND), email=ANN)
    clock.advance(7200)
    assert not work_off()
    ben.submit(page.form(SEND), email="bea@example.org")
    assert host.call("DELETE", f"/sessions/{session['id']}").status_code == 204
    assert not work_off()


def test_an_address_where_mails_bounce_gets_none(host: Host, ben: Browser) -> None:
    _, page = finished(host, ben)
    deps = container.sending_deps()
    deps.suppressions.add(hash_address(ANN, deps.secret), "bounce", container.clock().now())
    ben.submit(page.form(SEND), email=ANN)
    assert not work_off()


def test_in_an_anonymous_session_the_link_leads_back_too(host: Host, ben: Browser) -> None:
    _, page = finished(host, ben, anonymous=True)
    ben.submit(page.form(SEND), email=ANN)
    (mail,) = work_off()
    (private,) = re.findall(r'href="http://127.0.0.1:8000(/chat[^"]+)"', str(mail.body))
    assert "Continue a conversation" in Browser(ben.client).open(private.replace("&amp;", "&")).text


def test_without_a_sender_nothing_of_mails_is_offered(
    host: Host, ben: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, page = finished(host, ben)
    form = page.form(SEND)
    monkeypatch.delenv("MAIL_FROM")
    settings.settings.cache_clear()
    assert not ben.chat(session).has_form(SEND)
    assert ben.post(form, email=ANN).status_code == 404


def test_who_comes_back_after_the_session_has_ended_gets_what_they_said_all_the_same(host: Host, ben: Browser) -> None:
    session = host.new_session()
    ben.join(session)
    ben.say(session, "Soup")
    assert not ben.chat(session).has_form(SEND)
    host.call("PATCH", f"/sessions/{session['id']}", {"status": "completed"})
    page = ben.submit(ben.chat(session).form(SEND), email=ANN)
    assert "Your conversation is on its way" in page.text
    (mail,) = work_off()
    assert "Soup" in str(mail.body)
