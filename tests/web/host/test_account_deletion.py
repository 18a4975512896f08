"""Deleting an account: nobody is let in any more, nothing of it is left in the end, and what is others' stays."""

import json
import re
from contextlib import suppress

import boto3
import pytest

import app
from chalicelib import container
from chalicelib.errors import NotFound
from chalicelib.model import Identity, TelegramGroup
from chalicelib.model.notifications import Event, MailDigest
from chalicelib.model.own_models import OwnModels
from chalicelib.services.accounts import deletion
from chalicelib.services.accounts.deletion import delete_account
from chalicelib.services.accounts.export import ask_for_export
from chalicelib.services.notifications.notify import notify
from chalicelib.store import keys
from chalicelib.store.item_kinds import KINDS
from chalicelib.store.session_items import MemberItem, SessionItem
from infra import admin
from tests import events
from tests.api.hosts import Host, new_host
from tests.api.jobs import asked, delete_data, summarise
from tests.api.projects import join, new_project
from tests.clock import FakeClock
from tests.events import Context
from tests.faults import FAULTS, break_each_call, tap
from tests.stored_items import left_by, stored
from tests.web.browser import Browser
from tests.web.host.test_api_keys import call
from tests.web.host.visitor import sign_in, submit
from tests.web.test_privacy import ON_AWS, stage

SAID = "The marmalade is locked away on Thursdays."
NAME, OWN_MD = "Bo Kestrel-47", "# Who we are\n\nThe osprey-52 kitchen"
DEATH = next(fault for fault in FAULTS if fault.name == "dies after")


def everything() -> str:
    """All that is stored."""
    return json.dumps([raw for _, raw in stored()], sort_keys=True)


def of_others(*gone: str) -> dict[str, str]:
    """What is stored of sessions other than these, by name, without what expires and what counts."""
    kept = {}
    for kind, raw in stored():
        session = raw.get(keys.SESSION_ID, {}).get("S", "")
        if kind.table in (keys.SESSIONS, keys.CONVERSATIONS) and session not in gone:
            kept[f"{session} {raw[keys.PART]['S']}"] = json.dumps(raw, sort_keys=True)
    return kept


def work_off(clock: FakeClock) -> None:
    """All that waits in the queue of deletions, again and again."""
    clock.advance(61)
    for _ in range(4):
        for body in asked("deletions"):
            assert delete_data(body)


@pytest.fixture
def bo(host: Host, clock: FakeClock) -> Host:
    """Another host, who has all that an account can have, and takes part in sessions of the first one."""
    bo = new_host("bo@example.com")
    now = clock.now()
    container.accounts().add_identity(Identity("https://id.example.com", "s"), bo.user_id, now)
    container.own_models().put(OwnModels(bo.user_id))
    assert bo.call("POST", "/templates", {"title": "Bo's own"}).status_code == 201
    assert bo.call("PATCH", "/me", {"name": NAME, "harmonica_md": OWN_MD}).status_code == 200
    boto3.client("s3").create_bucket(Bucket="exports")
    assert ask_for_export(bo.user_id, anew=False, deps=container.account_export_deps())
    container.telegram_groups().register(bo.user_id, TelegramGroup("-100", "Bo's group", None, now))
    return bo


@pytest.fixture
def taken_part(host: Host, bo: Host) -> str:
    """A session of the first host's in which somebody else spoke, and the other host did in every way."""
    session = str(host.new_session(is_public=True)["id"])
    assert host.say(session, "Soup is what I want, every single day.", "p1").status_code == 200
    assert bo.say(session, SAID, "bo").status_code == 200
    container.sessions().add_member(session, bo.user_id, "editor")
    assert bo.call("POST", f"/sessions/{session}/responses", {"content": f"{SAID} Also as a host."}).status_code == 201
    assert summarise(session)
    return session


def test_what_somebody_said_by_a_role_in_a_project_goes_with_their_account(
    host: Host, bo: Host, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = new_project(host)
    sessions = [str(host.new_session(project_id=project)["id"]) for _ in range(2)]
    join(project, "editor", bo)
    for session in sessions:
        assert host.say(session, "Soup is what I want, every single day.", "p1").status_code == 200
        assert bo.call("POST", f"/sessions/{session}/responses", {"content": SAID}).status_code == 201
    delete_account(bo.user_id, deps=container.account_deletion_deps())
    with monkeypatch.context() as patched:
        patched.setattr(deletion, "RUN_SECONDS", 0.0)  # a run ends before the first session
        assert all(map(delete_data, asked("deletions")))
    assert SAID in everything()
    work_off(clock)
    assert (SAID in everything(), bo.user_id in everything()) == (False, False)
    assert [len(host.get(f"/sessions/{session}/responses")["data"]) for session in sessions] == [1, 1]


def test_what_somebody_said_before_they_left_goes_with_their_account(host: Host, bo: Host, clock: FakeClock) -> None:
    project = new_project(host)
    join(project, "editor", bo)
    taken_out, left = (str(host.new_session(project_id=project)["id"]) for _ in range(2))
    own, by_operator = (str(host.new_session(is_public=True)["id"]) for _ in range(2))
    for session in (taken_out, left):
        assert bo.call("POST", f"/sessions/{session}/responses", {"content": SAID}).status_code == 201
    for session in (own, by_operator):
        assert bo.say(session, SAID, "bo").status_code == 200
        container.sessions().add_member(session, bo.user_id, "viewer")
    listed = {it["id"] for it in bo.get("/sessions")["data"]}
    assert listed == {taken_out, left, own, by_operator}
    assert host.call("DELETE", f"/projects/{project}/sessions/{taken_out}").status_code == 204
    assert bo.call("DELETE", f"/projects/{project}/members/{bo.user_id}").status_code == 204
    assert bo.call("DELETE", f"/sessions/{own}/members/{bo.user_id}").status_code == 204
    admin.remove_member(by_operator, "bo@example.com")
    assert bo.get("/sessions")["data"] == []
    delete_account(bo.user_id, deps=container.account_deletion_deps())
    work_off(clock)
    assert (SAID in everything(), bo.user_id in everything()) == (False, False)


def test_what_somebody_said_of_themselves_goes_with_them_from_sessions_that_they_handed_over(
    host: Host, bo: Host, clock: FakeClock
) -> None:
    kept, left, taken_out, others = (str(it.new_session(prompt="Ask.")["id"]) for it in (bo, bo, bo, host))
    assert host.call("PATCH", "/me", {"harmonica_md": "The heron-53 kitchen"}).status_code == 200
    own = str(host.new_session(prompt="Ask.")["id"])
    for session in (kept, left, taken_out):
        container.sessions().add_member(session, host.user_id, "editor")
        for who in (bo, host):  # offered, accepted
            answer = who.call("PATCH", f"/sessions/{session}/members/{host.user_id}", {"role": "owner"})
            assert answer.status_code == 200
    for session in (others, own):
        container.sessions().add_member(session, bo.user_id, "admin")
    assert bo.call("DELETE", f"/sessions/{left}/members/{bo.user_id}").status_code == 204
    admin.remove_member(taken_out, "bo@example.com")
    assert bo.say(left, SAID, "bo").status_code == 403
    assert (everything().count("osprey-52"), bo.get("/sessions")["pagination"]["total"]) == (4, 3)
    delete_account(bo.user_id, deps=container.account_deletion_deps())
    work_off(clock)
    found = everything()
    where = {kind.name for kind, raw in stored() if bo.user_id in json.dumps(raw)}
    assert ("osprey-52" in found, NAME in found) == (False, False)
    assert where == {"prompt#current", "prompt#", "edit#"}  # of a version, which id made it: by now nobody's
    assert [host.get(f"/sessions/{it}/prompts")["harmonica_md"] for it in (kept, left, taken_out, own)] == [
        None,
        None,
        None,
        "The heron-53 kitchen",
    ]


def test_an_account_goes_with_its_sessions_and_its_words_and_nothing_else(
    host: Host, bo: Host, taken_part: str, cem: Browser, clock: FakeClock
) -> None:
    own, draft = bo.new_session(topic="Only Bo's")["id"], bo.new_session(draft=True)["id"]
    bo.say(own, "A guest speaks")
    before = of_others(own, draft)
    sign_in(cem, "bo@example.com")
    page = cem.open("/account?delete=1")
    assert "2 sessions" in page.text
    assert ("You cannot take that back." in page.text, "backup" in page.text) == (True, False)
    with stage(**ON_AWS):
        assert "For 35 days more, a backup" in cem.open("/account?delete=1").text
    assert re.search(r'href="[^"]*/account">Keep the account</a> <button class="quiet danger"', page.html)
    form = page.form("Delete it all for good")
    assert "not the address" in submit(cem, "/account", form, do="delete", address="ana@example.com").text
    assert bo.call("GET", "/me").status_code == 200
    assert "The account is deleted" in submit(cem, "/account", form, do="delete", address=" Bo@Example.com").text
    # At once: no sign-in, no key, and the address is free.
    assert cem.get("/account").headers["Location"].endswith("/sign-in?next=%2Faccount")
    assert bo.call("GET", "/me").status_code == 401
    again = new_host("bo@example.com")
    assert again.user_id != bo.user_id
    work_off(clock)
    # In the end: nothing.
    assert left_by("account", bo.user_id) == []
    assert (left_by("session", own), left_by("session", draft)) == ([], [])
    for canary in (SAID, "kestrel-47", "osprey-52"):
        assert canary.lower() not in everything().lower()
    assert {kind.name for kind, raw in stored() if bo.user_id in json.dumps(raw)} <= {keys.DELETION_RECORDS}
    # What is others' is as it was, but for the counts and what is made of everybody's words.
    after = of_others()
    people = [name for name in before if name.partition(" ")[2].startswith((keys.THREADS, keys.MESSAGES, keys.FORMS))]
    kept = {name: before[name] for name in people if after.get(name) == before[name]}
    assert len([name for name in kept if keys.THREADS in name]) == 1
    counted = host.get(f"/sessions/{taken_part}")
    assert (counted["participant_count"], counted["topic"]) == (1, "Lunch")
    assert [it["by"] for it in host.get(f"/sessions/{taken_part}/deletions")["data"]] == ["participant"] * 2
    assert again.call("GET", f"/me/deletions/{own}").status_code == 404


def test_every_kind_of_item_that_goes_with_an_account_was_there_and_is_gone(
    host: Host, bo: Host, taken_part: str, cem: Browser, clock: FakeClock
) -> None:
    sign_in(cem, "bo@example.com")
    assert notify(bo.user_id, Event("group_left", "1", clock.now()), deps=container.notification_deps())
    container.notifications().want_digest(MailDigest(bo.user_id, "en", "UTC"))
    project = bo.call("POST", "/projects", {"title": "Food"}).json_body["id"]
    invited = {"emails": ["dee@example.com"]}
    assert bo.call("POST", f"/projects/{project}/invitations", invited).status_code == 201
    own = [kind for kind in KINDS if kind.goes == "with account"]
    there = {kind.name for kind, raw in stored() if kind in own and bo.user_id in json.dumps(raw)}
    assert call(cem, "DELETE", "/me").status_code == 202
    there |= {kind.name for kind, raw in stored() if kind in own and bo.user_id in json.dumps(raw)}
    assert there == {kind.name for kind in own}
    work_off(clock)
    assert [kind.name for kind, raw in stored() if kind in own and bo.user_id in json.dumps(raw)] == []


def test_it_takes_a_fresh_sign_in_and_no_key(cem: Browser, bo: Host, clock: FakeClock) -> None:
    assert bo.call("DELETE", "/me").status_code == 401
    sign_in(cem, "bo@example.com")
    clock.advance(601)
    assert call(cem, "DELETE", "/me").status_code == 403
    form = cem.open("/account?delete=1").form("Delete it all for good")
    refused = submit(cem, "/account", form, do="delete", address="bo@example.com")
    assert (refused.status, "Please sign in again" in refused.text) == (403, True)
    assert bo.call("GET", "/me").status_code == 200


def test_a_session_that_somebody_else_owns_too_stays_with_them(host: Host, bo: Host, clock: FakeClock) -> None:
    session = bo.new_session()["id"]
    host.say(session, "Soup")
    card = MemberItem.get(session, keys.member(bo.user_id))
    card.part, card.member_id = keys.member(host.user_id), host.user_id
    card.save()
    deletion.delete_account(bo.user_id, deps=container.account_deletion_deps())
    work_off(clock)
    assert host.get(f"/sessions/{session}")["id"] == session
    assert SessionItem.get(session, keys.SESSION).owner_id == host.user_id
    assert left_by("account", bo.user_id) == []


def test_a_death_at_any_call_changes_nothing_in_the_end(
    host: Host, bo: Host, taken_part: str, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the request, nobody repeats it: the sweep finds what it began."""
    bo.new_session()
    deps = container.account_deletion_deps()
    wire = tap(monkeypatch)

    def act() -> None:
        deletion.delete_account(bo.user_id, deps=deps)
        for body in asked("deletions"):
            app.delete_data(events.batch(events.raw_message(json.dumps(body))), Context())

    for _ in break_each_call(wire, DEATH, act):
        clock.advance(3_600)
        for _ in range(2):
            app.sweep(events.clock_event(), Context())
            work_off(clock)
            clock.advance(400)
        with suppress(NotFound):
            assert container.accounts().user(bo.user_id)
            continue  # it died before anything was done
        assert left_by("account", bo.user_id) == []
        assert SAID not in everything()
