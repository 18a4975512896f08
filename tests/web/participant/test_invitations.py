"""Personal invitations: their mails, their links on whatever device, and what of them a host is told."""

import re
from contextlib import nullcontext
from typing import Any

import pytest

from chalicelib import container
from chalicelib.errors import Unavailable
from chalicelib.mail import MailRefused
from chalicelib.model.jobs import SendInvitation
from chalicelib.services.access.invitation_links import LinkedInvitation, invitation_url
from chalicelib.services.delivery.sending import hash_address
from chalicelib.services.delivery.stop_links import read_stop_token
from chalicelib.settings import settings
from chalicelib.workers.jobs import run_job
from tests.api.hosts import Host, error_of, new_host
from tests.clock import FakeClock
from tests.web.browser import Browser, Page
from tests.web.host.visitor import SENDER, deliver, recipients, verify_sender

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


def test_in_an_anonymous_session_a_link_that_a_host_has_tells_nobody_who_has_joined(
    host: Host, ben: Browser, cem: Browser
) -> None:
    why = {"text": "Why?", "required": True}
    session = host.new_session(access="invited", anonymous=True, questions=[why])
    ada, bea = invite(host, session, "ada@example.com", "bea@example.com")
    form = ben.open(path_of(ada["url"])).form(START)
    (field,) = [name for name in form.fields if name.startswith("a-")]
    ben.submit(form, **{field: "So"})
    seen = [cem.open(path_of(it["url"])) for it in (ada, bea)]
    assert [(page.status, len(page.forms)) for page in seen] == [(200, len(seen[0].forms))] * 2
    assert len({cem.submit(page.form(START)).status for page in seen}) == 1  # nothing is filled in
    page = cem.submit(seen[0].form(START), **{field: "So"})
    assert (page.status, page.forms) == (409, [])


def test_whoever_wants_no_more_mails_gets_none_when_they_are_removed_and_invited_again(host: Host, mail: None) -> None:
    session = host.new_session()
    (ada,) = invite(host, session, "ada@example.com")
    deliver()
    container.invitations().stop(session["id"], ada["id"])
    url = f"/sessions/{session['id']}/participant-invitations"
    assert host.call("DELETE", f"{url}/{ada['id']}").status_code == 204
    assert host.call("DELETE", f"{url}/{ada['id']}").status_code == 404
    assert (listed(host, session)["data"], listed(host, session)["counts"]["invited"]) == ([], 0)
    (again,) = invite(host, session, "Ada@example.com")
    assert (again["status"], again["url"] is None) == ("suppressed", False)
    deliver()
    assert (recipients(), states(host, session)) == (["ada@example.com"], {"Ada@example.com": "stopped"})


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
    host.call("PATCH", f"/sessions/{session['id']}", {"anonymous": False})
    assert "joined" not in states(host, session).values()


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
            container.invitations().stop(session["id"], made["id"])
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


def test_the_link_that_stops_such_mails_stops_this_one(host: Host, mail: None) -> None:
    session = host.new_session()
    invite(host, session, "ada@example.com")
    found = re.search(r"/stop\?t=([\w.~-]+)", deliver()[0])
    assert found
    stop = read_stop_token(found[1], container.deployment_secret())
    assert stop
    container.stop_actions()[stop.kind](stop)
    assert states(host, session) == {"ada@example.com": "stopped"}
    assert host.call("POST", f"/sessions/{session['id']}/participant-invitations/remind", {}).json_body == {
        "reminded": 0
    }


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
