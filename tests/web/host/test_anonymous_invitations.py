"""Of an anonymous session nothing tells its host who of those invited has come, by whatever door, then or later."""

import re
from typing import Any

import pytest

from chalicelib import container
from chalicelib.settings import settings
from tests.api.hosts import Host, error_of
from tests.clock import FakeClock
from tests.web.browser import Browser
from tests.web.host.visitor import deliver, recipients
from tests.web.invited import (
    DAY,
    START,
    change,
    invite,
    is_invited_only,
    link_in,
    listed,
    path_of,
)


def test_of_an_anonymous_session_nothing_tells_who_came(host: Host, ben: Browser, clock: FakeClock) -> None:
    session = host.new_session(anonymous=True, access="invited")
    people = [f"p{number}@example.com" for number in range(5)]
    ids = {it["email"]: it["id"] for it in invite(host, session, *people[:4])}
    assert listed(host, session)["counts"] is None
    invite(host, session, people[4])
    links = dict(zip(recipients_after_delivery(), map(link_in, deliver()), strict=True))
    ben.submit(ben.open(links[people[0]]).form(START))
    told = listed(host, session)
    assert told["counts"] == {"invited": 5, "sent": 5, "opened": 1, "joined": 1, "complete": 0}
    assert {it["state"] for it in told["data"]} == {"sent"}
    (person,) = host.get(f"/sessions/{session['id']}/responses")["data"]
    hidden = ("participant_id", "opened_at", "joined_at", "completed_at", "reminded_at")
    assert {it[name] for it in told["data"] for name in hidden} == {None}
    assert person["participant_id"] not in str(told)
    clock.advance(DAY + 1)
    url = f"/sessions/{session['id']}/participant-invitations"
    assert host.call("POST", f"{url}/{ids[people[0]]}/resend", {}).json_body["state"] == "sent"
    host.call("DELETE", f"{url}/{ids[people[0]]}")
    assert listed(host, session)["counts"]["joined"] == 1
    change(host, session, anonymous=False)
    told = listed(host, session)
    assert {it["state"] for it in told["data"]} == {"sent"}
    assert {it[name] for it in told["data"] for name in hidden} == {None}
    assert {it["anonymous"] for it in told["data"]} == {True}


def recipients_after_delivery() -> list[str]:
    deliver()
    return recipients()


def test_whoever_joined_while_a_session_was_anonymous_is_never_told_of_even_where_few_are_invited(
    host: Host, ana: Browser, cem: Browser, clock: FakeClock
) -> None:
    """Two sessions that differ only in whether the one person that is invited has come look and answer the same."""
    before = len(recipients())
    sessions = [host.new_session(topic=topic, access="invited") for topic in ("Lunch", "Dinner")]
    for session, email in zip(sessions, ("in@example.com", "out@example.com"), strict=True):
        invite(host, session, email)
        change(host, session, anonymous=True)
    cem.submit(cem.open(link_in(deliver()[before])).form(START))
    seen: list[list[Any]] = [[], []]

    def do(*steps: str) -> None:
        for step in steps:
            for session, views in zip(sessions, seen, strict=True):
                views += [act(host, session, step), look(host, ana, session)]

    do("remind", "resend")
    clock.advance(2 * DAY)
    do("remind", "remind")
    deliver()
    assert recipients()[before + 2 :] == ["out@example.com"]  # reminded; the other one has joined
    do("remind", "resend")
    for session in sessions:
        change(host, session, anonymous=False)
    do("remind", "resend")
    clock.advance(2 * DAY)
    do("remind", "resend", "resend")
    deliver()
    assert recipients()[before + 3 :] == ["in@example.com", "out@example.com"]
    do("resend", "remove", "invite", "remind", "resend")
    assert seen[0] == seen[1]
    assert "'state': 'joined'" not in str(seen)
    assert {str(it[0]) for it in seen[0][::2]} >= {"200", "201", "204", "429"}


@pytest.mark.parametrize("is_anonymous", [True, False])
def test_whoever_was_removed_is_not_reminded_and_keeps_an_invitation_only_where_its_going_would_tell(
    is_anonymous: bool, host: Host, ben: Browser, cem: Browser, clock: FakeClock
) -> None:
    session = host.new_session(anonymous=True, access="invited")
    invite(host, session, "gone@example.com", "missing@example.com")
    ben.submit(ben.open(link_in(deliver()[0])).form(START))
    remove_everybody(host, session)
    change(host, session, anonymous=False)
    clock.advance(1)
    invite(host, session, "later@example.com")
    cem.submit(cem.open(link_in(deliver()[2])).form(START))
    change(host, session, anonymous=is_anonymous)
    remove_everybody(host, session)
    kept = ["gone@example.com", "missing@example.com", *(["later@example.com"] if is_anonymous else [])]
    assert [it["email"] for it in listed(host, session)["data"]] == kept
    clock.advance(2 * DAY)
    act(host, session, "remind")
    deliver()
    assert recipients()[3:] == ["missing@example.com"]
    assert len({it["state"] for it in listed(host, session)["data"]}) == 1


def remove_everybody(host: Host, session: dict[str, Any]) -> None:
    (person,) = host.get(f"/sessions/{session['id']}/responses")["data"]
    path = f"/sessions/{session['id']}/participants/{person['participant_id']}"
    assert host.call("DELETE", path).status_code == 204


def look(host: Host, ana: Browser, session: dict[str, Any]) -> Any:
    """What a host is told of the people who are invited, by REST, on the page and in the table; without what names them."""
    told = listed(host, session)
    own = {it[name]: f"<{name}>" for it in told["data"] for name in ("id", "email", "sent_at") if it[name]}
    page = ana.open(f"/sessions/{session['id']}/invitations")
    shown = str(
        (told, page.text.partition("Who is invited")[2].partition("Español")[0], [it.button for it in page.forms])
    )
    for value, name in own.items():
        shown = shown.replace(value, name)
    return re.sub(r"\d\d:\d\d|Lunch|Dinner", "", shown)


def act(host: Host, session: dict[str, Any], step: str) -> Any:
    """The answer to what a host asks for of the one person that is invited; without what names them."""
    url = f"/sessions/{session['id']}/participant-invitations"
    if step == "invite":
        email = {"Lunch": "in@example.com", "Dinner": "out@example.com"}[session["topic"]]
        return host.call("POST", url, {"emails": [email]}).status_code, email[:0]
    person = container.invitations().all(session["id"])[0]
    if step == "remove":
        return host.call("DELETE", f"{url}/{person.id}").status_code, ""
    answer = host.call("POST", f"{url}/{person.id}/resend" if step == "resend" else f"{url}/remind", {})
    told = answer.json_body
    state = {name: told[name] for name in ("state", "reminded") if name in told}
    return answer.status_code, state, told.get("error"), answer.headers.get("Retry-After")


@pytest.fixture
def no_mail(host: Host, mail: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """No mails are sent."""
    monkeypatch.delenv("MAIL_FROM")
    settings.cache_clear()


def test_an_anonymous_session_has_no_links_to_pass_on_and_says_so(host: Host, ana: Browser, no_mail: None) -> None:
    session = host.new_session(anonymous=True)
    answer = host.call("POST", f"/sessions/{session['id']}/participant-invitations", {"emails": ["ada@example.com"]})
    assert error_of(answer)[:2] == (400, "validation_error")
    assert "go by mail only" in error_of(answer)[2]
    assert listed(host, session)["data"] == []
    page = ana.open(f"/sessions/{session['id']}/invitations")
    assert not page.has_form("Make links")
    assert "Personal links need mail, or a session that is not anonymous." in page.text


def test_a_link_that_a_host_got_is_worth_nothing_once_the_session_is_anonymous(
    host: Host, no_mail: None, ben: Browser, cem: Browser
) -> None:
    session = host.new_session(access="invited", questions=[{"text": "Why?", "required": False}])
    ada, bea, bo = invite(host, session, "ada@example.com", "bea@example.com", "bo@example.com")
    early = {it["id"]: Browser().open(path_of(it["url"])).form(START) for it in (ada, bea)}
    ben.submit(ben.open(path_of(ada["url"])).form(START))
    change(host, session, anonymous=True)
    assert {it["url"] for it in listed(host, session)["data"]} == {None}
    change(host, session, anonymous=False)
    for made in (ada, bea):  # the same, whoever has joined
        assert is_invited_only(cem.open(path_of(made["url"])))
        assert is_invited_only(cem.submit(early[made["id"]]))
    change(host, session, access="link")
    assert {cem.open(path_of(it["url"])).status for it in (ada, bea, bo)} == {200}
    assert {cem.submit(early[it["id"]]).status for it in (ada, bea)} == {403}
    assert len(host.get(f"/sessions/{session['id']}/responses")["data"]) == 1
    assert ben.say(session, "Soup").log[-2] == ("You", "Soup")
