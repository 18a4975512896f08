"""Everything that is stored is of a kind that the registry tells of; and whoever is deleted leaves nothing, by that registry."""

import json
from datetime import timedelta
from typing import get_args
from unittest.mock import ANY

import boto3
import pytest

import app
from chalicelib import container, settings
from chalicelib.model import Identity, SignIn, Thread
from chalicelib.model.conversations import TranscriptRequest
from chalicelib.model.knowledge import Knowledge
from chalicelib.model.member_invitations import MemberInvitation, Subject
from chalicelib.model.memory import Conclusion, Conclusions, Memory, Remembered
from chalicelib.model.notifications import Event, MailDigest
from chalicelib.model.own_models import OwnModels
from chalicelib.model.reminders import Reminder, ReminderTarget
from chalicelib.model.telegram import Attendance, Chat
from chalicelib.operations import exports
from chalicelib.services.accounts.deletion import delete_account
from chalicelib.services.accounts.export import ask_for_export
from chalicelib.services.accounts.logins import start_login
from chalicelib.services.delivery.reminder_job import want_reminders
from chalicelib.services.facilitation import condensed_history
from chalicelib.services.notifications.notify import notify
from chalicelib.services.synthesis import reduced_digests
from chalicelib.store import aliases, database, keys, moving, widgets
from chalicelib.store.item_kinds import ERASURE, KINDS, ItemKind, Owner, kind_of
from chalicelib.store.member_invitations import Change
from chalicelib.store.spending import OF_SESSION, Ledger
from chalicelib.store.telegram_chats import Done
from tests import events
from tests.api.hosts import Host, new_host
from tests.api.jobs import asked, delete_data, done, parts, summarise, write_brief, write_prompt
from tests.api.participants import SAID, include, remove
from tests.clock import FakeClock
from tests.events import Context
from tests.logos import LOGO
from tests.services.builders import message, single_select
from tests.stored_items import left_by, owners_of, stored

SECRET = "The marmalade is locked away on Thursdays."


@pytest.fixture
def session(host: Host, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> str:
    """A session with all that one can have: three people spoke in it, one of them long and with an account."""
    monkeypatch.setattr(condensed_history, "MOST_MESSAGES", 4)
    monkeypatch.setattr(condensed_history, "KEPT_MESSAGES", 2)
    monkeypatch.setattr(reduced_digests, "FROM_THREADS", 2)
    session = str(
        host.new_session(
            private_context="p",
            context="c" * 20_000,
            prompt="Ask.",
            summary_prompt="s",
            platform_guidelines_override="g",
            is_public=True,
            cross_pollination=True,
            max_participants=9,
            closes_at=(clock.now() + timedelta(days=2)).isoformat(),
            questions=[{"text": "Name"}],
            branding={"host_name": "Us", "logo": LOGO},
        )["id"]
    )
    host.invite(session, "viewer")
    for name, words in SAID.items():
        assert host.say(session, words, name).status_code == 200
    insight = {"content": "Later buses", "quotes": [{"text": "people work late"}]}
    assert host.call("POST", f"/sessions/{session}/insights", insight).status_code == 201
    return session


@pytest.fixture
def bo(host: Host, clock: FakeClock, session: str) -> Host:
    """An account that takes part, has said much, and has left everything that a person can."""
    bo = new_host("bo@example.com")
    question = host.get(f"/sessions/{session}/questions")["data"][0]["id"]
    bo.join(session, "bo", answers=[{"question_id": question, "answer": "Bo"}])
    for number in range(4):
        assert bo.say(session, f"{SECRET} Number {number}.", "bo").status_code == 200
    head = head_of(session, "bo")
    presented = message(2, "assistant", "Where?", widget_spec=single_select())
    database.transact(lambda write: widgets.add_use(write, head, presented))
    assert container.feedback().rate(head, 4, SECRET, clock.now())
    assert container.receipt_deps().receipts.give(head, "a" * 64)
    wish = Reminder(session, head.id, "mail", clock.now())
    assert want_reminders(wish, ReminderTarget("bo@example.com"), deps=container.reminder_deps())
    sum_up(host, session)
    return bo


def head_of(session: str, name: str) -> Thread:
    """The head of somebody's thread."""
    return next(head for head in container.conversations().heads(session) if head.external_id == name)


def thread_of(session: str, name: str) -> str:
    """The id of somebody's thread."""
    return head_of(session, name).id


def sum_up(host: Host, session: str) -> None:
    """The short version of the context, digests, reduced digests, themes, summary, brief and scratchpad."""
    assert write_prompt(session)
    assert summarise(session)
    assert write_brief(session)
    assert host.call("POST", f"/sessions/{session}/scratchpad", {}).status_code == 200


def kinds_of(names: list[str]) -> set[ItemKind | None]:
    """Of items of the conversations of a session, and of the codes that lead to them."""
    return {kind_of(keys.CONVERSATIONS, name) or kind_of(keys.ACCOUNTS, name) for name in names}


def kinds_with(word: str) -> set[str]:
    """The names of the kinds of which some item has this word."""
    return {kind.name for kind, raw in stored() if word in json.dumps(raw)}


def test_every_kind_has_a_name_of_its_own_and_says_whether_it_is_exported() -> None:
    assert len({(kind.table, kind.name) for kind in KINDS}) == len(KINDS)
    assert [kind.name for kind in KINDS if bool(kind.export) == bool(kind.not_exported)] == []
    assert [kind.name for kind in KINDS if kind.owner == "deployment" and kind.export] == []
    for owner in get_args(Owner):
        exported = [kind.export for kind in KINDS if kind.owner == owner and kind.export]
        assert len(set(exported)) == len(exported)


def store_what_is_left(host: Host, session: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the session, its people and their accounts do not have yet; gives another session, that a repeated request made."""
    monkeypatch.setenv("TELEGRAM_BOT", "harmonica_bot")
    settings.settings.cache_clear()
    assert host.call("POST", "/integrations/telegram/groups", {"group_id": "-1"}).status_code == 201
    assert host.call("POST", "/integrations/telegram/link", {}).status_code == 201
    invited = {"emails": ["ada@example.com"]}
    assert host.call("POST", f"/sessions/{session}/participant-invitations", invited).status_code == 201
    assert host.call("POST", f"/sessions/{session}/invitations", invited).status_code == 201
    assert host.call("GET", "/sessions/public", Authorization="").status_code == 200
    template = host.call("POST", "/templates", {"title": "Tea"}).json_body["id"]
    assert host.call("PATCH", "/me", {"harmonica_md": "A kitchen"}).status_code == 200
    brief = {"topic": "Tea", "goal": "Drink", "template_id": template}
    other = host.call("POST", "/sessions", brief, **{"Idempotency-Key": "k"})
    for account in ("2026-03-01", f"{OF_SESSION}{session}"):
        container.budget().ledger.reserve(account, 1, 1, container.clock().now())
    monkeypatch.setattr(exports, "ANSWER_BYTES", 0)
    assert host.call("GET", f"/sessions/{session}/export").status_code == 202
    assert host.call("PATCH", f"/sessions/{session}", {"distribution": [{"group_id": "-1"}]}).status_code == 200
    assert container.announcements().claim_first(session, "-1", "somebody", container.clock().now())
    container.own_models().put(OwnModels(host.user_id))
    assert ask_for_export(host.user_id, anew=False, deps=container.account_export_deps())
    assert notify(host.user_id, Event("group_left", "1", container.clock().now()), deps=container.notification_deps())
    container.notifications().want_digest(MailDigest(host.user_id, "en", "UTC"))
    store_of_doors(host, session)
    return str(other.json_body["id"])


def store_of_doors(host: Host, session: str) -> None:
    """What those leave who sign in, write to the bot, or get mails."""
    now, soon = container.clock().now(), container.clock().now() + timedelta(minutes=1)
    assert container.guards().key_of_day(now.date(), now)
    container.sign_in_deps().sign_ins.add(SignIn("s", "ana@example.com", "/", "en", soon))
    container.accounts().add_identity(Identity("https://issuer.example", "1"), host.user_id, now)
    container.telegram_links().open("person", "code", soon)
    assert container.guards().use_once("x", soon)
    wanted = TranscriptRequest("t", session, "thread", "sealed", "en", soon)
    assert container.transcript_deps().requests.add(wanted)
    container.sending_deps().suppressions.add("hash", "bounce", now)
    container.sending_deps().suppressions.stop(session, "hash", now)
    assert container.sending_deps().suppressions.take_day("hash", "mail", now)
    start_login(container.accounts().user(host.user_id), "", logins=container.logins(), now=now, proved_at=now)
    chat, attended = Chat("token"), Attendance("token", session, "telegram", "person")
    assert container.telegram_chats().store(Done("token", 1, ()), now, chat=chat, attended=attended)
    project = host.call("POST", "/projects", {"title": "Food"}).json_body["id"]
    assert host.call("POST", "/projects", {"title": "Soup", "parent_id": project}).status_code == 201
    assert host.call("POST", "/templates", {"title": "Soup", "workspace_id": project}).status_code == 201
    assert host.call("PATCH", f"/sessions/{session}", {"project_id": project}).status_code == 200
    container.sending_deps().suppressions.stop_in_project(project, "hash", now)
    store_memory(host, session, project)
    waits = MemberInvitation("w", "viewer", host.user_id, now, soon, "en", "eva@example.com", mail="waiting")
    for subject in (Subject("session", session), Subject("project", project)):
        invitations = container.member_invitations()
        before = invitations.of(subject)
        assert not invitations.write(subject, before, Change([*before.invitations, waits], added=["hash"]), now)


def store_memory(host: Host, session: str, project: str) -> None:
    """What the session came to, and another one that began with it."""
    now, epoch = container.clock().now(), container.sessions().view(session, (keys.SYNTHESIS,)).synthesis.epoch
    point = Conclusion("t1", "theme", "Buses", "", 3)
    assert container.memories().put(session, Conclusions((point,), 3, now), epoch)
    assert container.knowledge().put(session, Knowledge(now, now, "writer"), epoch)
    assert host.call("PATCH", f"/sessions/{session}", {"status": "completed"}).status_code == 200
    begun = str(host.new_session(project_id=project)["id"])
    assert container.memories().received(begun) == Memory((Remembered(session, now, point),), ANY, now)
    assert host.call("PATCH", f"/sessions/{session}", {"status": "active"}).status_code == 200


def test_every_kind_is_stored_by_somebody_and_goes_as_its_row_says(
    host: Host, bo: Host, session: str, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a row that is new, something has to be stored here; what no deletion takes has to end by itself, or by an operator."""
    boto3.client("s3").create_bucket(Bucket="exports")
    other = store_what_is_left(host, session, monkeypatch)
    moving.write([(keys.CONVERSATIONS, aliases.make_item(session, "elsewhere", thread_of(session, "p1")).serialize())])
    seen = {kind for kind, _ in stored()}
    remove(host, session, thread_of(session, "bo"))
    assert host.call("DELETE", f"/sessions/{other}").status_code == 204
    for user_id in [kind.owner_in(raw[keys.PK]["S"]) for kind, raw in stored() if kind.name == keys.USERS]:
        delete_account(user_id, deps=container.account_deletion_deps())
    seen |= {kind for kind, _ in stored()}
    assert [kind.name for kind in KINDS if kind not in seen] == []
    for _ in range(4):
        clock.advance(301)
        app.sweep(events.clock_event(), Context())
        assert all(map(delete_data, asked("deletions")))
        for body in asked("deliveries"):
            assert done(app.deliver(events.batch(events.raw_message(json.dumps(body))), Context()))
    left = stored()
    assert {kind.name for kind, _ in left if kind.goes not in ("expires", "stays")} == set()
    assert [kind.name for kind, raw in left if kind.goes == "expires" and "N" not in raw[keys.EXPIRES_AT]] == []
    assert container.sending_deps().suppressions.remove("hash")
    assert {kind.goes for kind, _ in stored()} == {"expires"}


def test_a_person_who_is_removed_leaves_nothing(host: Host, bo: Host, session: str) -> None:
    thread, others = thread_of(session, "bo"), thread_of(session, "p1")
    before = left_by("person", others)
    assert kinds_of(left_by("person", thread)) == {k for k in KINDS if k.owner == "person"} - {ERASURE}
    assert keys.participation(bo.user_id) in left_by("account", bo.user_id)
    remove(host, session, thread)
    assert kinds_with("marmalade") == {keys.MESSAGES, keys.THEMES}
    assert {kind.goes for kind in kinds_of(left_by("person", thread)) if kind} == {"by job", "last"}
    assert keys.participation(bo.user_id) not in left_by("account", bo.user_id)
    assert all(map(delete_data, asked("deletions")))
    assert left_by("person", thread) == []
    assert left_by("person", others) == before
    sum_up(host, session)
    everything = json.dumps([raw for _, raw in stored()])
    assert "buses in the evening" in everything
    assert "marmalade" not in everything
    assert thread not in everything


def test_what_is_made_of_the_words_of_somebody_who_is_taken_out_goes_at_once(
    host: Host, bo: Host, session: str
) -> None:
    """But for themes, which the next summary sorts out; what is shown of them waits for it."""
    assert {keys.SUMMARY, keys.BRIEF, keys.SCRATCHPAD, keys.REDUCED_DIGESTS} <= kinds_with("marmalade")
    include(host, session, thread_of(session, "bo"), False)
    own = {kind.name for kind in KINDS if kind.owner == "person"}
    assert kinds_with("marmalade") - own == {keys.THEMES}


def test_a_session_that_is_deleted_leaves_nothing(host: Host, bo: Host, session: str, clock: FakeClock) -> None:
    ledger, account = Ledger(), f"{OF_SESSION}{session}"
    assert ledger.reserve(account, 5, 9, clock.now()) == 5
    people = [head.id for head in container.conversations().heads(session)]
    assert host.call("DELETE", f"/sessions/{session}").status_code == 204
    at_once = [
        name
        for name in parts(session, keys.SESSIONS)
        if (kind := kind_of(keys.SESSIONS, name)) and kind.goes == "at once" and kind.owner == "session"
    ]
    assert at_once == []
    assert keys.member(host.user_id) not in parts(session, keys.SESSIONS)
    assert left_by("session", session) != []
    assert all(map(delete_data, asked("deletions")))
    ledger.settle(account, -2, clock.now())  # of a call that came back only now
    assert left_by("session", session) == []
    assert [left_by("person", thread) for thread in people] == [[]] * len(people)
    left = {kind.name for kind, raw in stored() if session in json.dumps(raw)}
    assert left - {keys.SHARES} == {
        keys.DELETED,
        keys.DELETION_RECORDS,
    }  # and for two minutes, whose turn at summaries it was


def test_all_that_an_account_left_is_found_by_its_id(host: Host, bo: Host, session: str) -> None:
    """Also where the key of an item does not tell."""
    assert owners_of(next(item for item in stored() if item[0].name == keys.EMAILS))["account"] in (
        host.user_id,
        bo.user_id,
    )
    left = left_by("account", bo.user_id)
    assert sorted(name.partition("#")[0] for name in left) == ["email", "key", "participant", "user"]
    by_hand = [raw for kind, raw in stored() if kind.owner == "account" and bo.user_id in json.dumps(raw)]
    assert len(by_hand) == len(left)
