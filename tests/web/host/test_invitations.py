"""The page on which a host invites people: what was entered is never lost, and links are there where no mails are sent."""

import re
from datetime import timedelta

import pytest

from chalicelib.settings import settings
from chalicelib.web.host import invitations
from tests.api.hosts import Host
from tests.clock import FakeClock
from tests.web.browser import Browser
from tests.web.host.visitor import deliver, recipients, send, submit
from tests.web.invited import DAY, invite, link_in, press_stop, stop_in

PASTED = 'Ada <ada@example.com>, ben@example.com\n"Okri, Cem" <cem@example.com>; ADA@example.com'


def test_a_host_pastes_addresses_and_sees_who_has_come_how_far(host: Host, ana: Browser, cem: Browser) -> None:
    session = host.new_session()["id"]
    path = f"/sessions/{session}/invitations"
    wrong = submit(
        ana,
        path,
        ana.open(path).form("Send invitations"),
        do="invite",
        addresses="nobody\nada@example",
        message="Please!",
    )
    assert wrong.status == 400
    assert "These are no e-mail addresses, so nobody was invited yet: nobody · ada@example" in wrong.text
    assert wrong.form("Send invitations").fields["addresses"].strip() == "nobody\nada@example"
    assert wrong.form("Send invitations").fields["message"].strip() == "Please!"
    before = len(recipients())
    # A slip in one of them keeps nobody else out, and is all that is left to be corrected.
    page = submit(ana, path, wrong.form("Send invitations"), do="invite", addresses=f"{PASTED}, nobody")
    assert "New invitations: 3 people. Stood in the list more than once: 1 person." in page.text
    assert "Invited before" not in page.text
    assert "The others are invited. These are no e-mail addresses and were left out: nobody" in page.text
    left = page.form("Send invitations").fields
    assert (left["addresses"].strip(), left["message"].strip()) == ("nobody", "Please!")
    mails = deliver()[before:]
    assert recipients()[before:] == ["ada@example.com", "ben@example.com", "cem@example.com"]
    link = re.search(r"(/chat\?s=[\w-]+&amp;i=[\w.~-]+)", mails[2])
    assert link
    cem.submit(cem.open(link[1].replace("&amp;", "&")).form("Start the conversation"))
    page = ana.open(path)
    for told in ("Okri, Cem cem@example.com", "Invited: 3 · mail sent: 3 · link opened: 1 · joined: 1 · complete: 0"):
        assert told in page.text
    late = submit(ana, path, page.form("Send again"), do="resend")
    assert (late.status, "at most one mail a day" in late.text) == (429, True)
    told = submit(ana, path, page.form("Remind those missing"), do="remind").text
    assert "Whoever is missing gets a reminder, a day after their last mail at the earliest." in told
    again = submit(ana, path, page.form("Send invitations"), do="invite", addresses="ADA@example.com, ada@example.com")
    for told in ("New invitations: 0 people.", "Invited before: 1 person.", "more than once: 1 person."):
        assert told in again.text
    press_stop(Browser(), stop_in(mails[1]))
    assert re.search(r"ben@example.com wants no more mails (?!·)", ana.open(path).text)
    removed = submit(ana, path, page.form("Remove invitation"), do="remove")
    assert "The invitation was removed" in removed.text
    assert "Ada ada@example.com" in page.text
    assert "Ada ada@example.com" not in removed.text


def test_without_mails_there_are_links_to_pass_on(
    host: Host, ana: Browser, cem: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MAIL_FROM")
    settings.cache_clear()
    session = host.new_session(access="invited")["id"]
    path = f"/sessions/{session}/invitations"
    assert path in ana.open(f"/sessions/{session}").links
    page = submit(ana, path, ana.open(path).form("Make links"), do="invite", addresses="ada@example.com")
    assert not page.has_form("Send again")
    url = re.search(r"https?://[^/]+(/chat\?s=[\w-]+&amp;i=[\w.~-]+)", page.html)
    assert url
    assert cem.open(url[1].replace("&amp;", "&")).has_form("Start the conversation")


def test_the_button_reminds_those_missing_on_whatever_page_they_are(
    host: Host, ana: Browser, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invitations, "ON_PAGE", 1)
    session = host.new_session()
    path = f"/sessions/{session['id']}/invitations"
    for who in ("ada", "ben", "cem"):
        invite(host, session, f"{who}@example.com")
        clock.advance(1)
    before = len(recipients())
    for link in map(link_in, deliver()[before:][:2]):  # of the first ones, who join
        visitor = Browser()
        visitor.submit(visitor.open(link).form("Start the conversation"))
    clock.advance(DAY + 1)
    submit(ana, path, ana.open(path).form("Remind those missing"), do="remind")
    deliver()
    assert recipients()[before + 3 :] == ["cem@example.com"]
    assert not ana.open(f"{path}?offset=2").has_form("Remind those missing")


def test_where_only_invited_people_join_a_host_gets_no_link_for_everybody(
    host: Host, ana: Browser, cem: Browser
) -> None:
    session = host.new_session(topic="Lunch")["id"]
    link = f'value="http://127.0.0.1:8000/chat?s={session}"'
    assert f"/sessions/{session}/invitations" in ana.open(f"/sessions/{session}").links  # mails can be sent
    assert link in ana.open("/").html
    assert link in ana.open(f"/sessions/{session}").html
    host.call("PATCH", f"/sessions/{session}", {"access": "invited"})
    page = ana.open("/")
    assert link not in page.html
    assert "For people with a personal invitation" in page.text
    page = ana.open(f"/sessions/{session}")
    assert link not in page.html
    assert "/qr?s=" not in page.html
    refused = cem.open(f"/qr?s={session}")
    assert refused.status == 403
    assert cem.open(f"/chat?s={session}").status == 403


def test_only_editors_see_who_is_invited(host: Host, ana: Browser) -> None:
    other = host.invite(host.new_session()["id"], "owner", "bo@example.com")
    session = other.new_session()["id"]
    assert ana.get(f"/sessions/{session}/invitations").status_code == 403
    assert send(ana, f"/sessions/{session}/invitations", ana.open("/account").forms[0]).status_code == 403


def test_the_page_of_a_session_that_ended_by_itself_says_when(host: Host, ana: Browser, clock: FakeClock) -> None:
    ends = clock.now() + timedelta(seconds=DAY)
    session = host.new_session(closes_at=ends.isoformat())["id"]
    assert "It ends on" in ana.open(f"/sessions/{session}").text
    clock.advance(DAY + 1)
    page = ana.open(f"/sessions/{session}")
    assert ("It ended on" in page.text, "It ends on" in page.text) == (True, False)
