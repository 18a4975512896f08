"""The bell, the page of what a host is told of, and the mail of it."""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import pytest

import app
from chalicelib import container
from chalicelib.errors import NotFound, Throttled, Unavailable
from chalicelib.model import TelegramGroup
from chalicelib.model.jobs import SendDigest
from chalicelib.services.notifications.notify import next_morning
from chalicelib.settings import settings
from chalicelib.store import keys
from chalicelib.text.language import OWN
from chalicelib.workers.jobs import run_job
from tests import events
from tests.api.hosts import Host, error_of, new_host
from tests.api.test_notifications import tell
from tests.clock import FakeClock
from tests.events import Context
from tests.faults import FAULTS, break_each_call, tap
from tests.stored_items import stored
from tests.web.browser import Browser, Page
from tests.web.host.visitor import deliver, send, submit

BELL = r'<span id="bell"[^>]*>(.*?)</span></a>'


def bell(html: str) -> str:
    """What the bell of a page says."""
    found = re.search(BELL, html, re.DOTALL)
    assert found
    return re.sub(r"<[^>]+>", "", found[1]).strip()


def press(browser: Browser, path: str, page: Page, button: str) -> Page:
    """Press a button; gives the page that comes of it."""
    form = page.form(button)
    return submit(browser, path, form, **dict(form.buttons))


def test_the_bell_counts_on_every_page_and_what_is_read_stays_in_the_list(
    host: Host, ana: Browser, clock: FakeClock
) -> None:
    session = host.new_session(topic="<b>Lunch</b>")["id"]
    page = ana.open("/notifications")
    assert ("There is nothing to read" in page.text, bell(page.html)) == (True, "")
    for number in range(22):
        clock.advance(1)
        assert tell(host, str(number), kind="session_ended", session_id=session)
    pages = ("/", "/keys", f"/sessions/{session}", "/notifications", "/account")
    assert {bell(ana.open(path).html) for path in pages} == {"22, 22 unread"}
    assert ana.open("/notifications?part=bell").html.count("22") == 2
    page = ana.open("/notifications")
    assert page.html.count("Ended: “&lt;b&gt;Lunch&lt;/b&gt;”</bdi>") == 20
    page = press(ana, "/notifications", page, "Mark as read")
    assert ("Marked as read." in page.text, bell(page.html), page.html.count('class="unread"')) == (
        True,
        "21, 21 unread",
        19,
    )
    older = re.search(r'href="(\?cursor=[^"]+)">Next page', page.html)
    assert older
    assert ana.open(f"/notifications{older[1].replace('&amp;', '&')}").html.count("</bdi></a><br>") == 2
    page = press(ana, "/notifications", ana.open("/notifications"), "Mark all as read")
    assert (bell(page.html), page.html.count("</bdi></a><br>"), 'class="unread"' in page.html) == ("", 20, False)
    assert not page.has_form("Mark all as read")


def test_a_page_is_there_although_the_bell_has_no_count(ana: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise Unavailable("busy")

    monkeypatch.setattr(container.notifications(), "of_user", fail)
    assert bell(ana.open("/keys").html) == ""


def to_morning(clock: FakeClock) -> None:
    """It is a quarter past eight, of this day or the next, and the sweep comes."""
    now = clock.now()
    at = now.replace(hour=8, minute=15)
    clock.advance(((at if at > now else at + timedelta(days=1)) - now).total_seconds())
    app.sweep(events.clock_event(), Context())


def switch(browser: Browser, button: str) -> str:
    """Press the button of the account's page; gives what it says then."""
    return press(browser, "/account/digest", browser.open("/account"), button).text


def mails() -> list[str]:
    """The digests that were sent."""
    return [mail for mail in deliver() if "/notifications" in mail]


def told_in(mail: str) -> list[str]:
    """What a digest tells of."""
    return re.findall(r"• ([^<]+)", mail)


def due() -> list[str]:
    """Of whom a digest is due."""
    return [kind.name for kind, raw in stored() if kind.name == keys.MAIL_DIGESTS and keys.DUE_KIND in raw]


def test_a_digest_comes_in_the_morning_once_of_what_is_new_and_unread_and_its_link_ends_it(
    host: Host, ana: Browser, ben: Browser, clock: FakeClock
) -> None:
    session = host.new_session(topic="Lunch")["id"]
    assert "Is switched off." in ana.open("/account").text
    assert tell(host, "before", kind="session_ended", session_id=session)
    to_morning(clock)
    assert mails() == []
    assert "Is switched on." in switch(ana, "Send me this mail")
    assert due() == []  # what was told before is no reason
    assert tell(host, "1", kind="first_answer", session_id=session)
    app.sweep(events.clock_event(), Context())
    assert mails() == []  # it is not morning
    for _ in range(3):
        to_morning(clock)
        app.sweep(events.clock_event(), Context())
        (mail,) = mails()
    assert "<title>New in your sessions</title>" in mail
    assert told_in(mail) == ["First answer: “Lunch”", "Ended: “Lunch”"]
    assert due() == []
    assert tell(host, "2", kind="session_ended", session_id=session)
    host.call("POST", "/notifications/read", {"all": True})
    to_morning(clock)
    assert len(mails()) == 1  # all is read
    assert tell(host, "3", kind="session_ended", session_id=session)
    to_morning(clock)
    last = mails()[1]
    assert told_in(last) == ["Ended: “Lunch”"]
    link = re.search(r"(/stop\?t=[\w.~-]+)", last)
    assert link
    form = ben.open(link[1]).form("Stop")
    assert "Is switched on." in ana.open("/account").text  # a scanner opened it
    assert send(ben, f"/{form.action}", form, which="these").status_code == 303
    assert "Is switched off." in ana.open("/account").text
    assert tell(host, "4", kind="session_ended", session_id=session)
    to_morning(clock)
    assert (len(mails()), due()) == (2, [])


def test_a_digest_tells_nothing_that_its_reader_may_not_read_any_more_or_that_anybody_said(
    host: Host, ana: Browser, clock: FakeClock
) -> None:
    switch(ana, "Send me this mail")
    session, other = host.new_session(topic="Lunch")["id"], "11111111-1111-4111-8111-111111111111"
    assert tell(host, "1", kind="session_ended", session_id=other)
    to_morning(clock)
    assert (mails(), due()) == ([], [])
    assert tell(host, "2", kind="session_ended", session_id=session)
    assert tell(host, "3", kind="session_ended", session_id=other)
    bo, clock_now = new_host("bo@example.com"), clock.now()
    for topic, is_taken_back in (("Dinner", False), ("Tea", True)):
        theirs = bo.new_session(topic=topic)["id"]
        container.sessions().add_member(theirs, host.user_id, "viewer", clock_now)
        for role in ("owner", *(["viewer"] if is_taken_back else [])):
            changed = bo.call("PATCH", f"/sessions/{theirs}/members/{host.user_id}", {"role": role})
            assert changed.status_code == 200
    groups = container.telegram_groups()
    for name in ("Kitchen", "Cellar"):
        groups.register(host.user_id, TelegramGroup(f"-{name}", name, None, clock_now, "confirmed"))
        assert tell(host, name, kind="group_asks", details={"group": f"-{name}", "after": ""})
    groups.remove(host.user_id, "-Cellar")
    to_morning(clock)
    (mail,) = mails()
    asks = "The group “Kitchen” asks for a session"
    assert sorted(told_in(mail)) == ["Ended: “Lunch”", asks, "You can become the owner: “Dinner”"]


def test_a_digest_goes_once_whatever_its_job_dies_of_and_waits_where_no_mail_is_taken(
    host: Host, ana: Browser, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    switch(ana, "Send me this mail")
    wire, sent = tap(monkeypatch), []
    monkeypatch.setattr("chalicelib.services.notifications.digest_job.send", lambda mail, **_: sent.append(mail))

    def run() -> None:
        run_job(SendDigest(host.user_id), clock.deadline(60))

    def due_again() -> None:
        assert tell(host, container.new_id())
        to_morning(clock)

    due_again()
    for number in break_each_call(wire, FAULTS[-2], run):
        before = len(sent)
        for _ in range(2):
            try_again(run)
            clock.advance(25 * 3_600)
        assert (len(sent) - before <= 1, due()) == (True, []), number

    def take_none(*_: object, **__: object) -> None:
        raise Throttled("so many a second")

    monkeypatch.setattr("chalicelib.services.notifications.digest_job.send", take_none)
    due_again()
    with pytest.raises(Throttled):
        run()
    monkeypatch.setattr("chalicelib.services.notifications.digest_job.send", lambda mail, **_: sent.append(mail))
    before = len(sent)
    try_again(run)
    assert len(sent) == before  # it rests for an hour
    clock.advance(3_600)
    for _ in range(2):
        try_again(run)
    assert len(sent) == before + 1


def try_again(run: Callable[[], None]) -> None:
    """Run a job that may have nothing to do."""
    with suppress(NotFound):
        run()


def test_morning_is_by_the_clock_of_the_reader() -> None:
    def morning(zone: str, at: str) -> str:
        return next_morning(zone, datetime.fromisoformat(at)).isoformat()

    assert morning("UTC", "2026-03-01T07:59:00+00:00") == "2026-03-01T08:00:00+00:00"
    assert morning("UTC", "2026-03-01T08:00:00+00:00") == "2026-03-02T08:00:00+00:00"
    assert (
        morning("Europe/Berlin", "2026-03-28T12:00:00+00:00") == "2026-03-29T06:00:00+00:00"
    )  # the clocks went forward
    assert morning("Asia/Tokyo", "2026-03-01T22:30:00+00:00") == "2026-03-01T23:00:00+00:00"


def test_where_no_mail_is_sent_the_page_says_so_and_none_can_be_had(
    host: Host, ana: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    on = {"on": True, "language": "de", "sends_mail": True}
    assert host.call("PUT", "/notifications/digest", {"on": True, "language": "de"}).json_body == on
    assert host.get("/me")["digest"] is True
    at = host.get("/me")["updated_at"]
    for wanted, language in ((False, None), (True, "fr")):  # the same by another door, in the language of the account
        assert host.call("PATCH", "/me", {"digest": wanted, "locale": "fr"}).json_body["digest"] is wanted
        assert host.get("/notifications/digest") == {**on, "on": wanted, "language": language}
    stale = {"digest": False, "unchanged_since": at}
    assert host.call("PATCH", "/me", stale).status_code == 409
    assert host.call("PATCH", "/me", {"locale": None}).json_body["digest"] is True
    monkeypatch.delenv("MAIL_FROM")
    settings.cache_clear()
    assert "This site sends no mail, so there is none of these either." in ana.open("/account").text
    assert error_of(host.call("PUT", "/notifications/digest", {"on": True}))[:2] == (400, "validation_error")
    assert host.call("PUT", "/notifications/digest", {"on": False}).json_body["on"] is False
    assert host.get("/notifications/digest") == {"on": False, "language": None, "sends_mail": False}


def test_every_language_tells_each_kind(host: Host, ana: Browser, clock: FakeClock) -> None:
    session = host.new_session(topic="Lunch")["id"]
    details = {"by": host.user_id, "role": "admin", "page": "/invitation?t=x"}
    for work in ("prompt", "summary", "export"):
        assert tell(host, work, kind="work_failed", session_id=session, details={"work": work})
    for kind in ("first_answer", "session_ended"):
        assert tell(host, kind, kind=kind, session_id=session)
    assert tell(host, "a", kind="announcement_failed", session_id=session, details={"reason": "no_permission"})
    assert tell(host, "i", kind="invitation", session_id=session, details=details)
    for kind in ("model_key_refused", "group_linked", "group_left"):
        assert tell(host, kind, kind=kind)
    container.telegram_groups().register(host.user_id, TelegramGroup("-1", "Lunch", None, clock.now(), "confirmed"))
    for after in ("", session):
        assert tell(host, after, kind="group_asks", details={"group": "-1", "after": after})
    bo = new_host("bo@example.com")
    theirs = bo.new_session(topic="Dinner")["id"]
    container.sessions().add_member(theirs, host.user_id, "viewer")
    assert bo.call("PATCH", f"/sessions/{theirs}/members/{host.user_id}", {"role": "owner"}).status_code == 200
    texts = {tag: host.get(f"/notifications?language={tag}")["data"] for tag in OWN}
    for name in ("title", "body"):
        for number in range(len(texts["en"])):
            assert len({found[number][name] for found in texts.values()}) == len(OWN), (name, number)
    for found in texts.values():
        for it in found:
            assert ana.get(it["url"].partition("8000")[2]).status_code == 200 or it["kind"] in (
                "model_key_refused",
                "invitation",
            )
