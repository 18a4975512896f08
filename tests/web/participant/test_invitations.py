"""Personal invitations: their mails, their links on whatever device, and what of them a host is told."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import pytest
from botocore.client import BaseClient

from chalicelib import container
from chalicelib.errors import Unavailable
from chalicelib.mail import MailRefused
from chalicelib.model.jobs import SendInvitation
from chalicelib.services.access.invitation_links import LinkedInvitation, invitation_url
from chalicelib.services.delivery.sending import hash_address
from chalicelib.settings import settings
from chalicelib.workers.jobs import run_job
from tests.api.hosts import Host, error_of, new_host
from tests.clock import FakeClock
from tests.web.browser import Browser, Page
from tests.web.host.visitor import SENDER, deliver, recipients, send, verify_sender

START, HERE = "Start the conversation", "Continue it here"
DAY = 24 * 3600


@pytest.fixture
def mail(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mails are sent."""
    monkeypatch.setenv("MAIL_FROM", SENDER)
    settings.cache_clear()
    verify_sender()


def invite(host: Host, session: dict[str, Any], *emails: str, **more: Any) -> list[dict[str, Any]]:
    answer = host.call("POST", f"/sessions/{session['id']}/participant-invitations", {"emails": emails, **more})
    assert answer.status_code == 201, answer.body
    return list(answer.json_body["data"])


def listed(host: Host, session: dict[str, Any]) -> dict[str, Any]:
    return dict(host.get(f"/sessions/{session['id']}/participant-invitations"))


def states(host: Host, session: dict[str, Any]) -> dict[str, str]:
    return {it["email"]: it["state"] for it in listed(host, session)["data"]}


def path_of(url: str) -> str:
    return "/" + url.partition("//")[2].partition("/")[2]


def link_in(mail: str) -> str:
    found = re.search(r"(/chat\?s=[\w-]+&i=[\w.~-]+)", mail.replace("&amp;", "&"))
    assert found, mail
    return found[1]


def is_invited_only(page: Page) -> bool:
    return page.status == 403 and "Only people who were invited personally" in page.text


def test_an_invited_person_joins_by_their_link_and_is_the_same_on_every_device(
    host: Host, mail: None, ben: Browser, cem: Browser
) -> None:
    session = host.new_session(access="invited")
    (made,) = invite(host, session, "Ben Okri <Ben@Example.com>", message="Please & <soon>!")
    assert (made["status"], made["email"], made["url"]) == ("sent", "Ben@Example.com", None)
    assert invite(host, session, "ben@example.COM")[0]["status"] == "already"
    assert states(host, session) == {"Ben@Example.com": "waiting"}
    (text,) = deliver()
    for said in ("Ana asks you to take part in", "Lunch", "about 10 minutes", "Please &amp; &lt;soon&gt;!", "/stop?t="):
        assert said in text
    assert recipients() == ["Ben@Example.com"]
    assert states(host, session) == {"Ben@Example.com": "sent"}
    page = ben.open(link_in(text))
    form = page.form(START)
    assert [value for name, value in form.fields.items() if name.startswith("a-")] == ["Ben Okri", "Ben@Example.com"]
    assert states(host, session) == {"Ben@Example.com": "opened"}
    assert host.get(f"/sessions/{session['id']}/responses")["data"] == []
    ben.submit(form)
    assert ben.say(session, "Soup").log[-2] == ("You", "Soup")
    elsewhere = cem.open(link_in(text))
    assert cem.submit(elsewhere.form(HERE)).log[-2] == ("You", "Soup")
    (person,) = host.get(f"/sessions/{session['id']}/responses")["data"]
    (row,) = listed(host, session)["data"]
    assert (row["state"], row["participant_id"]) == ("joined", person["participant_id"])


def test_where_only_invited_people_may_join_everybody_else_is_told_so_and_who_is_in_goes_on(
    host: Host, ben: Browser, cem: Browser
) -> None:
    session = host.new_session(is_public=True)
    ben.join(session)
    form = cem.chat(session).form(START)
    host.call("PATCH", f"/sessions/{session['id']}", {"access": "invited"})
    assert is_invited_only(cem.chat(session))
    assert is_invited_only(cem.submit(form))
    assert ben.say(session, "Soup").log[-2] == ("You", "Soup")
    refused = (403, "forbidden", "Only people with a personal invitation can join this session")
    assert error_of(host.join(session["id"])) == refused
    assert error_of(host.say(session["id"], "Soup")) == refused
    assert error_of(new_host("bo@example.com").say(session["id"], "Soup")) == refused
    assert error_of(host.call("POST", f"/sessions/{session['id']}/responses", {"content": "Soup"})) == refused
    (url,) = [it["url"] for it in invite(host, session, "cem@example.com")]
    forged = path_of(url).replace("~hand", "")
    assert is_invited_only(cem.open(forged))
    other = host.new_session(access="invited")
    assert is_invited_only(cem.open(path_of(url).replace(session["id"], other["id"])))
    clung = path_of(url).replace(session["id"], session["id"] + ".")
    assert cem.follow(cem.get(clung)).has_form(START)
    assert cem.open(path_of(url)).has_form(START)


def test_a_link_that_a_host_passes_on_begins_a_conversation_and_opens_none(
    host: Host, ben: Browser, cem: Browser
) -> None:
    session = host.new_session(access="invited")
    (made,) = invite(host, session, "ben@example.com")
    assert made["status"] == "no_mail"
    ben.submit(ben.open(path_of(made["url"])).form(START))
    assert ben.follow(ben.get(path_of(made["url"]))).has_form("Send")
    page = cem.open(path_of(made["url"]))
    assert page.status == 409
    assert "has begun already" in page.text
    assert page.forms == []


def test_a_form_from_a_link_that_a_host_passes_on_opens_nothing_that_another_one_began(
    host: Host, ben: Browser, cem: Browser
) -> None:
    session = host.new_session(access="invited")
    (made,) = invite(host, session, "ben@example.com")
    early = cem.open(path_of(made["url"])).form(START)
    form = ben.open(path_of(made["url"])).form(START)
    ben.submit(form)
    page = cem.submit(early)
    assert (page.status, page.forms) == (409, [])
    assert "has begun already" in page.text
    assert not cem.open(f"/chat?s={session['id']}").has_form("Send")
    ben.cookies.clear()  # the answer to the form was lost, and its cookie with it
    assert ben.submit(form).has_form("Send")


def test_a_link_that_a_host_got_is_worth_nothing_once_the_session_is_anonymous(
    host: Host, ben: Browser, cem: Browser
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


def test_an_anonymous_session_has_no_links_to_pass_on_and_says_so(host: Host) -> None:
    session = host.new_session(anonymous=True)
    answer = host.call("POST", f"/sessions/{session['id']}/participant-invitations", {"emails": ["ada@example.com"]})
    assert error_of(answer)[:2] == (400, "validation_error")
    assert "go by mail only" in error_of(answer)[2]
    assert listed(host, session)["data"] == []


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


def stop_in(mail: str) -> str:
    """The path of the link that ends such mails."""
    found = re.search(r"(/stop\?t=[\w.~-]+)", mail)
    assert found, mail
    return found[1]


def press_stop(browser: Browser, path: str, which: str = "these") -> None:
    form = browser.open(path).form("Stop")
    assert send(browser, f"/{form.action}", form, which=which).status_code == 303


def change(host: Host, session: dict[str, Any], **fields: Any) -> None:
    assert host.call("PATCH", f"/sessions/{session['id']}", fields).status_code == 200


def test_a_removed_invitation_lets_nobody_join_and_a_removed_person_takes_theirs_along(
    host: Host, ben: Browser, cem: Browser
) -> None:
    session = host.new_session(access="invited")
    url = f"/sessions/{session['id']}/participant-invitations"
    ada, bo = invite(host, session, "ada@example.com", "bo@example.com")
    form = ben.open(path_of(ada["url"])).form(START)
    assert host.call("DELETE", f"{url}/{ada['id']}").status_code == 204
    assert host.call("DELETE", f"{url}/{ada['id']}").status_code == 404
    assert is_invited_only(ben.submit(form))
    assert is_invited_only(ben.open(path_of(ada["url"])))
    cem.submit(cem.open(path_of(bo["url"])).form(START))
    (person,) = host.get(f"/sessions/{session['id']}/responses")["data"]
    host.call("DELETE", f"/sessions/{session['id']}/participants/{person['participant_id']}")
    assert listed(host, session)["data"] == []


def test_of_an_anonymous_session_nothing_tells_who_came(host: Host, mail: None, ben: Browser, clock: FakeClock) -> None:
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


def test_whoever_joined_while_a_session_was_anonymous_is_never_told_of_even_where_few_are_invited(
    host: Host, mail: None, ana: Browser, ben: Browser, clock: FakeClock
) -> None:
    """Two sessions that differ only in whether the one person that is invited has come look and answer the same."""
    sessions = [host.new_session(topic=topic, access="invited") for topic in ("Lunch", "Dinner")]
    for session, email in zip(sessions, ("in@example.com", "out@example.com"), strict=True):
        invite(host, session, email)
        change(host, session, anonymous=True)
    ben.submit(ben.open(link_in(deliver()[0])).form(START))
    seen = [[look(host, ana, session)] for session in sessions]
    for session, views in zip(sessions, seen, strict=True):
        clock.advance(2 * DAY)
        views += [act(host, session, "remind"), act(host, session, "remind"), look(host, ana, session)]
        views += [act(host, session, "resend"), look(host, ana, session)]
    deliver()
    assert recipients()[2:] == ["out@example.com"]  # reminded; the other one has joined
    for session, views in zip(sessions, seen, strict=True):
        views += [look(host, ana, session), act(host, session, "resend")]
        change(host, session, anonymous=False)
        views += [look(host, ana, session), act(host, session, "remind"), act(host, session, "resend")]
    clock.advance(2 * DAY)
    for session, views in zip(sessions, seen, strict=True):
        views += [look(host, ana, session), act(host, session, "remind"), act(host, session, "resend")]
    deliver()
    assert recipients()[3:] == ["in@example.com", "out@example.com"]
    for session, views in zip(sessions, seen, strict=True):
        (person,) = container.invitations().all(session["id"])
        assert host.call("DELETE", f"/sessions/{session['id']}/participant-invitations/{person.id}").status_code == 204
        invite(host, session, "in@example.com" if session is sessions[0] else "out@example.com")
        views += [look(host, ana, session), act(host, session, "resend")]
    assert seen[0] == seen[1]
    assert "joined" not in str(seen)


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


def act(host: Host, session: dict[str, Any], what: str) -> Any:
    """The answer to a request to remind those missing, or to send somebody their mail again; without what names them."""
    (person,) = container.invitations().all(session["id"])
    named = f"{person.id}/resend" if what == "resend" else what
    answer = host.call("POST", f"/sessions/{session['id']}/participant-invitations/{named}", {})
    told = answer.json_body
    state = {name: told[name] for name in ("state", "reminded") if name in told}
    return answer.status_code, state, told.get("error"), answer.headers.get("Retry-After")


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


@contextmanager
def counted_calls() -> Iterator[Counter[str]]:
    """The calls to AWS meanwhile, by their operation."""
    calls, call = Counter[str](), BaseClient._make_api_call

    def counted(self: Any, name: str, arguments: Any) -> Any:
        calls[name] += 1
        return call(self, name, arguments)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(BaseClient, "_make_api_call", counted)
        yield calls


def act_on(host: Host, session: dict[str, Any], what: str) -> Any:
    return host.call("POST", f"/sessions/{session['id']}/participant-invitations/{what}", {})


def recipients_after_delivery() -> list[str]:
    deliver()
    return recipients()


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


def ask_again(*sessions: dict[str, Any]) -> None:
    """What the sweep asks for once a mail is due again."""
    for session in sessions:
        for it in container.invitations().all(session["id"]):
            if it.wanted:
                container.jobs().ask(SendInvitation(session["id"], it.id), container.clock().now())


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


def test_addresses_are_judged_one_by_one_and_limits_say_which(host: Host, mail: None) -> None:
    session = host.new_session()
    given = ["ada@example.com", "ADA@example.com", "nobody", 'Eve <"x>', "Bo <bo@example.com>"]
    assert [it["status"] for it in invite(host, session, *given)] == ["sent", "already", "refused", "refused", "sent"]
    url = f"/sessions/{session['id']}/participant-invitations"
    wrong: list[dict[str, Any]] = [
        {},
        {"emails": []},
        {"emails": ["a@b.c"] * 201},
        {"emails": ["a@b.c"], "message": "x" * 1_001},
    ]
    for body in wrong:
        assert error_of(host.call("POST", url, body))[:2] == (400, "validation_error")
    assert error_of(host.invite(session["id"], "viewer").call("GET", url))[:2] == (403, "forbidden")
    assert host.invite(session["id"], "editor").call("GET", url).status_code == 200
    draft = host.new_session(draft=True)
    answer = host.call("POST", f"/sessions/{draft['id']}/participant-invitations", {"emails": ["ada@example.com"]})
    assert error_of(answer)[:2] == (400, "validation_error")
