"""Invitations to be a member, from the mail to the role; and everything that should not let anybody in."""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import pytest

from chalicelib import container
from chalicelib.model import Role
from chalicelib.model.member_invitations import Subject
from chalicelib.services.accounts.deletion import delete_account
from chalicelib.services.member_invitations import answering
from chalicelib.services.member_invitations.links import read_name
from chalicelib.services.sessions.deletion import delete_session
from chalicelib.settings import settings
from tests.api.hosts import Host, new_host
from tests.api.projects import attach, join, new_project
from tests.clock import FakeClock
from tests.concurrency import all_at_once, contend
from tests.faults import FAULTS, Fault, Wire, break_each_call
from tests.web.browser import Browser, Form
from tests.web.host.visitor import ask as ask_for_mail
from tests.web.host.visitor import deliver, everything, link_in, recipients, send, sign_in, submit, use_link

DEE = "dee@example.com"


def invite(host: Host, subject: str, email: str = DEE, role: str = "editor", **fields: Any) -> str:
    """Invite somebody; gives the path of the link that their mail has."""
    answer = host.call("POST", f"{subject}/invitations", {"emails": [email], "role": role, **fields})
    assert [it["status"] for it in answer.json_body["data"]] == ["sent"], answer.body
    return link_of(deliver()[-1])


def link_of(mail: str) -> str:
    found = re.search(r"https?://[^/\s]+(/invitation\?t=[\w.-]+)", mail)
    assert found, mail
    return found[1]


def role_in(host: Host, subject: str, user: Host | str) -> Role | None:
    """The role of an account, by its address, in a session or a project."""
    email = user if isinstance(user, str) else container.accounts().user(user.user_id).email
    members = {it["email"].lower(): it["role"] for it in host.get(f"{subject}/members")["data"]}
    role: Role | None = members.get(email.lower())
    return role


def answer(browser: Browser, link: str, do: str = "accept") -> Any:
    """Open the link and press a button; the bare answer."""
    return send(browser, "/invitation", browser.open(link).form("Decline"), do=do)


def forged(browser: Browser, name: str, do: str = "accept") -> Any:
    """Send the form for any invitation, with the token that every page of this browser session has."""
    token = browser.open("/account").form("Sign out").fields["token"]
    return send(browser, "/invitation", Form(), token=token, invitation=name, do=do)


def test_somebody_without_an_account_signs_up_by_the_mail_and_works_on_the_session(host: Host, ben: Browser) -> None:
    """Sign-up is closed; nothing before accepting uses the invitation, neither a scanner nor a sign-up that was begun."""
    session = f"/sessions/{host.new_session(topic='Canteen')['id']}"
    link = invite(host, session, role="editor", message="Glad <b>to</b> have you")
    mail = deliver()[-1]
    assert recipients()[-1] == DEE
    assert "Canteen" in mail
    assert "Glad &lt;b&gt;to&lt;/b&gt; have you" in mail
    token = link.rpartition(".")[2]
    assert token not in everything()
    scanner = Browser()
    for method in ("HEAD", "GET", "HEAD"):
        assert scanner.request(method, link).status_code == 200
    page = scanner.open(link)
    assert ("Canteen" in page.text, "edits" in page.text, "d…@example.com" in page.text) == (True, True, True)
    assert DEE not in page.text
    assert not page.has_form("Decline")
    (way,) = [it for it in page.links if "next=" in it]
    half = ask_for_mail(scanner, DEE, way)  # and goes away
    assert (half.status, token in everything()) == (200, False)
    ask_for_mail(ben, DEE, way)
    came = use_link(ben, link_in(deliver()[-1]))
    assert came.headers["Location"] == link
    assert role_in(host, session, DEE) is None
    done = submit(ben, "/invitation", ben.open(link).form("Decline"), do="accept")
    assert "You are a member now." in done.text
    assert role_in(host, session, DEE) == "editor"
    assert ben.get(f"{session}/brief").status_code == 200
    again = ben.open(link)
    assert (again.status, "It was accepted already." in again.text) == (410, True)
    assert session in str(again.links)
    assert host.get(f"{session}/invitations")["data"] == []


def _withdrawn(host: Host, session: str, email: str, _: Browser) -> str:
    link = invite(host, session, email)
    (open_one,) = host.get(f"{session}/invitations")["data"]
    assert host.call("DELETE", f"{session}/invitations/{open_one['id']}").status_code == 204
    assert host.call("DELETE", f"{session}/invitations/{open_one['id']}").status_code == 404
    return link


def _declined(host: Host, session: str, email: str, dee: Browser) -> str:
    link = invite(host, session, email)
    page = dee.read(answer(dee, link, "decline"))
    assert ("You declined the invitation" in page.text, "does not hold" in page.text) == (True, False)
    return link


def _by_who_is_removed(host: Host, session: str, email: str, _: Browser) -> str:
    admin = host.invite(session.split("/")[2], "admin")
    link = invite(admin, session, email)
    assert host.call("DELETE", f"{session}/members/{admin.user_id}").status_code == 204
    return link


def _by_who_is_an_editor_now(host: Host, session: str, email: str, _: Browser) -> str:
    admin = host.invite(session.split("/")[2], "admin")
    link = invite(admin, session, email)
    assert host.call("PATCH", f"{session}/members/{admin.user_id}", {"role": "editor"}).status_code == 200
    (lapsed,) = host.get(f"{session}/invitations")["data"]
    assert lapsed["holds"] is False
    return link


def _by_who_is_disabled(host: Host, session: str, email: str, _: Browser) -> str:
    admin = host.invite(session.split("/")[2], "admin")
    link = invite(admin, session, email)
    container.accounts().disable_user(admin.user_id, container.clock().now())
    return link


def _by_who_is_out_of_the_project(host: Host, session: str, email: str, _: Browser) -> str:
    project = new_project(host)
    attach(host, session.split("/")[2], project)
    admin = join(project, "admin")
    link = invite(admin, session, email)
    assert host.call("DELETE", f"/projects/{project}/members/{admin.user_id}").status_code == 204
    return link


def _to_what_is_deleted(host: Host, session: str, email: str, _: Browser) -> str:
    link = invite(host, session, email)
    now, named = container.clock().now(), session.split("/")[2]
    delete_session(named, host.user_id, deletions=container.deletions(), jobs=container.jobs(), now=now)
    return link


def _expired(host: Host, session: str, email: str, _: Browser) -> str:
    link = invite(host, session, email)
    clock = container.clock()
    assert isinstance(clock, FakeClock)
    clock.advance(timedelta(days=14).total_seconds())
    return link


OVER: dict[Callable[[Host, str, str, Browser], str], str] = {
    _withdrawn: "It was withdrawn.",
    _declined: "It was declined.",
    _by_who_is_removed: "may not invite anybody there any more",
    _by_who_is_an_editor_now: "may not invite anybody there any more",
    _by_who_is_disabled: "may not invite anybody there any more",
    _by_who_is_out_of_the_project: "may not invite anybody there any more",
    _to_what_is_deleted: "is deleted",
    _expired: "It has expired.",
}


def test_what_lets_nobody_in_says_why(host: Host, clock: FakeClock, subtests: pytest.Subtests) -> None:
    for make, why in OVER.items():
        with subtests.test(make.__name__):
            session, email = f"/sessions/{host.new_session()['id']}", f"{make.__name__[1:]}@example.com"
            new_host(email)
            dee = sign_in(Browser(), email)
            link = make(host, session, email, dee)
            page = dee.open(link)
            assert (page.status, why in page.text, page.has_form("Decline")) == (410, True, False)
            name = link.partition("t=")[2].rpartition(".")[0]
            assert forged(dee, name).status_code == 410
            assert forged(dee, name, "decline").status_code == 410 or make.__name__.startswith(("_by", "_to"))
            if make is not _to_what_is_deleted:
                assert role_in(host, session, email) is None


def test_only_the_address_that_it_is_for_answers(host: Host, subtests: pytest.Subtests) -> None:
    """Whatever its case; other letters, a plus or a dot are another address."""
    session = f"/sessions/{host.new_session()['id']}"
    for email, given, is_own in (
        ("Dee@Example.com", DEE, True),
        (DEE, "DEE@EXAMPLE.COM", True),
        ("bo@example.com", DEE, False),
        ("d.ee@example.com", DEE, False),
        ("dee+1@example.com", DEE, False),
        ("kim@strasse.de", "kim@straße.de", False),
        ("strasse@example.com", "straße@example.com", False),
        ("kim@example.com", "\u212aim@example.com", False),  # the sign of Kelvin, whose small letter is a k
    ):
        with subtests.test(f"{email} for {given}"):
            guest = new_host(email)
            link, browser = invite(host, session, given), sign_in(Browser(), email)
            named = link.partition("t=")[2]
            page = browser.open(link)
            assert page.has_form("Decline") is is_own
            if not is_own:
                assert "which is another address" in page.text
                assert given not in page.text
                for do in ("accept", "decline"):
                    assert forged(browser, named, do).status_code == 404
                    assert forged(browser, named.rpartition(".")[0], do).status_code == 404
                assert browser.get(f"/invitation?t={named.rpartition('.')[0]}").status_code == 404
            else:
                assert answer(browser, link).status_code == 303
            assert role_in(host, session, guest) == ("editor" if is_own else None)
            delete_account(guest.user_id, deps=container.account_deletion_deps())
            host.call("DELETE", f"{session}/members/{guest.user_id}")


def test_an_address_that_only_folds_into_an_invited_one_opens_no_account(host: Host, ben: Browser) -> None:
    invite(host, f"/sessions/{host.new_session()['id']}", "straße@example.com")
    sent = len(deliver())
    for other in ("strasse@example.com", "somebody@example.com"):
        ask_for_mail(ben, other)
    assert len(deliver()) == sent


def test_guessed_links_forms_of_others_and_forged_fields_do_nothing(host: Host, ben: Browser, cem: Browser) -> None:
    session = f"/sessions/{host.new_session(topic='Secret')['id']}"
    link = invite(host, session, role="viewer")
    new_host(DEE)
    dee = sign_in(ben, DEE)
    name, _, token = link.partition("t=")[2].rpartition(".")
    assert read_name(f"{name}.{token}") is not None
    for guess in (token[::-1], token[:-1], "", "x" * 43, "../../x", "%00"):
        page = cem.open(f"/invitation?t={name}.{guess}")
        assert (page.status, "Secret" in page.text) == (404, False)
    other = name.replace(name.split(".")[2], "00000000-0000-4000-8000-000000000000")
    assert forged(dee, other).status_code == 404
    assert forged(dee, "nonsense").status_code == 404
    form = dee.open(link).form("Decline")
    assert send(Browser(), "/invitation", form, do="accept").status_code in (303, 401)  # to sign in
    dee.headers = {"Sec-Fetch-Site": "cross-site"}
    assert send(dee, "/invitation", form, do="accept").status_code == 403
    dee.headers = {"Sec-Fetch-Site": "same-origin"}
    assert send(dee, "/invitation", form, do="accept", token="x" * 69).status_code == 403
    assert role_in(host, session, DEE) is None
    assert send(dee, "/invitation", form, do="accept", role="owner").status_code == 303
    assert role_in(host, session, DEE) == "viewer"
    # On the members' page: no role above one's own, none without being an admin, and owner never.
    address = f"{session}/members"
    for role, person in (("owner", host), ("owner", host.invite(session.split("/")[2], "admin"))):
        browser = sign_in(Browser(), container.accounts().user(person.user_id).email)
        page = browser.open(address)
        refused = send(
            browser, address, page.form("Send invitations"), do="invite", addresses="x@example.com", role=role
        )
        assert refused.status_code == 400
    for least in ("viewer", "editor"):
        guest = host.invite(session.split("/")[2], least)
        browser = sign_in(Browser(), container.accounts().user(guest.user_id).email)
        assert not browser.open(address).has_form("Send invitations")
        token = browser.open("/account").form("Sign out").fields["token"]
        for fields in ({"do": "invite", "addresses": "x@example.com", "role": "viewer"}, {"do": "withdraw"}):
            assert send(browser, address, Form(), token=token, **fields).status_code == 403
    assert host.get(f"{session}/invitations")["data"] == []


def test_a_higher_role_stays_and_a_lower_one_is_raised(host: Host) -> None:
    """Also one by a project; a project's invitation gives a role in its sessions at once."""
    project, session = new_project(host), str(host.new_session()["id"])
    attach(host, session, project)
    guest = new_host(DEE)
    dee = sign_in(Browser(), DEE)
    subject = f"/sessions/{session}"
    first, second = invite(host, subject, role="viewer"), invite(host, f"/projects/{project}", role="editor")
    page = dee.open("/")
    assert page.text.count("by Ana · ") == 2
    told = guest.get("/notifications")["data"]
    assert [it["kind"] for it in told] == ["invitation"] * 2
    assert dee.open(urlsplit(told[0]["url"])._replace(scheme="", netloc="").geturl()).has_form("Decline")
    assert answer(dee, second).status_code == 303
    assert len(guest.get("/notifications")["data"]) == 1
    assert (role_in(host, f"/projects/{project}", DEE), role_in(host, subject, DEE)) == ("editor", "editor")
    assert answer(dee, first).status_code == 303
    assert role_in(host, subject, DEE) == "editor"
    told = host.call("POST", f"{subject}/invitations", {"emails": [DEE], "role": "viewer"})
    assert told.json_body["data"][0]["status"] == "member"
    # Whose role is changed while an invitation to a lower, or a higher one is open.
    changed: tuple[tuple[Role, str, Role], ...] = (("admin", "viewer", "admin"), ("viewer", "admin", "admin"))
    for before, invited, after in changed:
        other = f"/sessions/{host.new_session()['id']}"
        link = invite(host, other, role=invited)
        container.sessions().add_member(other.split("/")[2], guest.user_id, before)
        assert answer(dee, link).status_code == 303
        assert role_in(host, other, DEE) == after
        assert host.get(f"{other}/invitations")["data"] == []


def test_many_who_accept_at_once_are_each_let_in_once_and_only_as_many_as_may_be(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "MEMBERS_A_SESSION", 4)
    session, people = str(host.new_session()["id"]), [f"p{number}@example.com" for number in range(5)]
    emails = {"emails": people, "role": "viewer"}
    assert host.call("POST", f"/sessions/{session}/invitations", emails).status_code == 201
    deliver()
    subject = Subject("session", session)
    stored = container.member_invitations().of(subject).invitations
    users = {email: container.accounts().user(new_host(email).user_id) for email in people}
    contend(monkeypatch, conflicts=0.2)
    deps, now = container.answering_deps(), container.clock().now()

    def accept(email: str, invitation_id: str) -> Callable[[], object]:
        return lambda: answering.accept(subject, invitation_id, users[email], deps=deps, now=now)

    came = all_at_once([accept(it.email, it.id) for it in stored for _ in range(2)])
    names = [type(it).__name__ for it in came]
    assert (names.count("Held"), names.count("NoRoom") > 0) == (3, True)
    assert set(names) <= {"Held", "NoRoom", "InvitationOver", "Conflict"}
    assert len(host.get(f"/sessions/{session}/members")["data"]) == 4
    assert len(host.get(f"/sessions/{session}/invitations")["data"]) == 2


@pytest.mark.parametrize("fault", [it for it in FAULTS if it.name in ("conflict", "dies before", "dies after")])
def test_accepting_that_breaks_off_anywhere_gives_all_or_nothing_and_can_be_done_again(
    host: Host, wire: Wire, fault: Fault
) -> None:
    project = new_project(host)
    session = f"/sessions/{host.new_session()['id']}"
    new_host(DEE)
    dee = sign_in(Browser(), DEE)
    links = {session: invite(host, session), f"/projects/{project}": invite(host, f"/projects/{project}")}
    for subject, link in links.items():
        form = dee.open(link).form("Decline")
        for _ in break_each_call(wire, fault, partial(send, dee, "/invitation", form, do="accept")):
            is_member = role_in(host, subject, DEE) == "editor"
            assert is_member is (host.get(f"{subject}/invitations")["data"] == [])
            assert send(dee, "/invitation", form, do="accept").status_code == (410 if is_member else 303)
            assert role_in(host, subject, DEE) == "editor"


def _pending(host: Host, project: str, email: str) -> str:
    """The path of the open invitation of this address."""
    listed = host.get(f"/projects/{project}/invitations")["data"]
    return next(f"/projects/{project}/invitations/{it['id']}" for it in listed if it["email"] == email)


def test_the_form_keeps_what_was_typed_and_shows_links_where_none_are_mailed(
    host: Host, ana: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, project = str(host.new_session(topic="Canteen")["id"]), new_project(host, title="Food")
    attach(host, session, project)
    address = f"/sessions/{session}/members"
    form = ana.open(address).form("Send invitations")
    wrong = submit(ana, address, form, do="invite", addresses="dee@example.com, nobody", message="x" * 1_001)
    assert (wrong.status, "nobody" in wrong.text, "1,001" in wrong.text) == (400, True, True)
    assert "dee@example.com, nobody" in wrong.html
    assert host.get(f"/sessions/{session}/invitations")["data"] == []
    before = len(recipients())
    twice = [
        submit(ana, address, form, do="invite", addresses=f"{DEE}; nobody", role="viewer", project=project)
        for _ in range(2)  # the page of a form that was sent is loaded again
    ]
    for whole in twice:
        assert "A mail is on its way." in whole.text
        assert "These are no e-mail addresses and were left out: nobody" in whole.text
        assert whole.form("Send invitations").fields["addresses"].strip() == "nobody"
    deliver()
    assert recipients()[before:] == [DEE]
    corrected = submit(ana, address, form, do="invite", addresses="cy@example.com", role="viewer", project=project)
    assert ("cy@example.com" in corrected.text, "left out" in corrected.text) == (True, False)
    deliver()
    assert recipients()[before:] == [DEE, "cy@example.com"]
    assert host.call("DELETE", _pending(host, project, "cy@example.com")).status_code == 204
    assert [it["email"] for it in host.get(f"/projects/{project}/invitations")["data"]] == [DEE]
    pending = ana.open(f"/projects/{project}")
    assert "mail sent · until" in pending.text
    monkeypatch.setenv("MAIL_FROM", "")
    settings.cache_clear()
    page = ana.open(f"/projects/{project}")
    assert "Mail is off here" in page.text
    form = page.form("Make links")
    mine = "ana@example.com"
    made = submit(
        ana, f"/projects/{project}", form, do="invite", addresses=f"{DEE}\nx@example.com, {mine}", role="admin"
    )
    links = re.findall(r'value="https?://[^/]+(/invitation\?t=[\w.-]+)"', made.html)
    assert len(links) == 2
    assert "Is a member already." in made.text
    (old, _), again = links, submit(ana, f"/projects/{project}", made.form("Make a new link"), do="resend")
    (new,) = re.findall(r'value="https?://[^/]+(/invitation\?t=[\w.-]+)"', again.html)
    assert [Browser().open(it).status for it in (old, new)] == [404, 200]
    gone = submit(ana, f"/projects/{project}", made.form("Withdraw invitation"), do="withdraw")
    assert "The invitation is withdrawn." in gone.text
