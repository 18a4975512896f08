"""What hosts are told of: each event once, nothing of what they may not read, and how much that costs."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib import container
from chalicelib.errors import Unavailable
from chalicelib.llm.interface import Usage
from chalicelib.model.jobs import QUEUES, WriteExport
from chalicelib.model.notifications import LIFE, MOST_NOTIFICATIONS, Event
from chalicelib.services.notifications.notify import forget, notify, withdraw
from chalicelib.services.synthesis import state
from chalicelib.settings import settings
from chalicelib.store import keys
from chalicelib.store.distributions import change_distribution
from tests.api.hosts import Host, error_of, new_host
from tests.api.projects import attach, join, new_project
from tests.capacity import metered
from tests.clock import FakeClock
from tests.faults import Interviewer, tap
from tests.stored_items import stored
from tests.workers.delivery import stand_in_for_aws
from tests.workers.deployment import Deployment

SECRET = "The marmalade is locked away on Thursdays."


@pytest.fixture
def deployment(host: Host, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Deployment:
    return Deployment(clock, *stand_in_for_aws(clock, monkeypatch))


def told(host: Host, query: str = "") -> list[tuple[str, str]]:
    """Kinds and titles, the newest first."""
    return [(it["kind"], it["title"]) for it in host.get(f"/notifications{query}")["data"]]


def tell(host: Host, happened: str, at: datetime | None = None, **event: Any) -> bool:
    found = Event(event.pop("kind", "group_linked"), happened, at or container.clock().now(), **event)
    return notify(host.user_id, found, deps=container.notification_deps())


def deliver_twice(deployment: Deployment) -> None:
    """What the streams have is brought twice, and each message that comes of it, too: behind it, for one that had an answer."""
    for table, records in deployment.streams.waiting.items():
        waiting = list(records)
        for _ in range(2):
            deployment.streams.deliver(table, waiting)
        deployment.streams.done_with(table, waiting)
    for queued in [it for it in deployment.queues.waiting if it.queue == "cards"]:
        deployment.queues.deliver(queued, stays=True)
        deployment.queues.deliver(queued)


def test_those_who_may_edit_are_told_once_of_the_first_answer_and_of_the_end(
    host: Host, deployment: Deployment
) -> None:
    session = host.new_session(topic="Lunch", prompt="Ask.")["id"]
    editor, viewer, stranger = (
        host.invite(session, "editor"),
        host.invite(session, "viewer"),
        new_host("eve@example.com"),
    )
    assert host.join(session).status_code == 200
    deliver_twice(deployment)
    assert told(host) == []  # has come, and said nothing yet
    first = [("first_answer", "First answer: “Lunch”")]
    for words, participant in ((SECRET, "p1"), (SECRET, "p1"), ("Bread", "p2"), ("Cake", "p3")):
        assert host.say(session, words, participant).status_code == 200
        deliver_twice(deployment)
        assert told(host) == told(editor) == first
    for end in range(2):
        for status in ("completed", "active"):
            assert editor.call("PATCH", f"/sessions/{session}", {"status": status}).status_code == 200
            deliver_twice(deployment)
        assert told(host) == [("session_ended", "Ended: “Lunch”")] * (end + 1) + first  # each end is one of its own
    found = host.get("/notifications?language=de")
    assert found["unread"] == 3
    assert [it["title"] for it in found["data"]] == ["Beendet: „Lunch“"] * 2 + ["Erste Antwort: „Lunch“"]
    assert {it["url"] for it in found["data"]} == {f"{settings().public_url}/sessions/{session}"}
    assert (told(viewer), told(stranger)) == ([], [])
    assert not any(
        "marmalade" in str(raw) or "Lunch" in str(raw) for kind, raw in stored() if kind.name == keys.NOTIFICATIONS
    )


def test_a_session_that_ends_by_itself_is_told_of_and_what_a_host_says_or_tries_is_no_answer(
    host: Host, clock: FakeClock, deployment: Deployment
) -> None:
    closes = (clock.now() + timedelta(minutes=20)).isoformat()
    session = host.new_session(topic="Lunch", prompt="Ask.", closes_at=closes)["id"]
    assert host.call("POST", f"/sessions/{session}/responses", {"content": "Soup"}).status_code == 201
    deployment.pass_time(60)
    assert told(host) == []
    deployment.pass_time(1_800)
    assert told(host) == [("session_ended", "Ended: “Lunch”")]


def test_work_that_is_given_up_is_told_of(
    host: Host, model: Interviewer, deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = host.new_session(topic="Lunch", prompt="Ask.")["id"]
    assert host.say(session, "We need more buses in the evening because people work late.").status_code == 200
    model.declines, model.wasted = "Soup of the day", Usage(100_000, 0, 20_000)
    model.failing.add("summary")
    monkeypatch.setattr(state, "MOST_PAID", 2)
    deployment.pass_time(10)
    host.call("GET", f"/sessions/{session}/summary")  # somebody wants it
    host.new_session(topic="Soup of the day")
    deployment.pass_time(60)
    summary, prompt = (
        ("work_failed", "Summary not written: “Lunch”"),
        ("work_failed", "Prompt not written: “Soup of the day”"),
    )
    first = ("first_answer", "First answer: “Lunch”")
    assert sorted(told(host)) == sorted([summary, prompt, first])

    def break_down(*_: Any, **__: Any) -> None:
        raise Unavailable("no bucket")

    monkeypatch.setattr("chalicelib.workers.jobs.write_export", break_down)
    container.jobs().ask(WriteExport(session, "e"), container.clock().now())
    export = next(it for it in deployment.queues.waiting if it.queue == "exports")
    receives = next(queue.receives for queue in QUEUES if queue.name == "exports")
    for number in range(receives):
        assert len(told(host)) == 3, number  # it may still come
        deployment.queues.deliver(export)
    deployment.pass_time(10)
    assert told(host)[0] == ("work_failed", "Export not made: “Lunch”")
    assert [it["url"].rpartition(session)[2] for it in host.get("/notifications")["data"] if session in it["url"]] == [
        "/export",
        "/summary",
        "",
    ]


def test_an_announcement_that_fails_is_told_of_with_its_reason(host: Host, deployment: Deployment) -> None:
    assert host.call("POST", "/integrations/telegram/groups", {"group_id": "-1"}).status_code == 201
    session = host.new_session(topic="Lunch", prompt="Ask.", distribution=[{"group_id": "-1"}])["id"]
    deliver_twice(deployment)
    for _ in range(2):
        note_failure(session)
        deliver_twice(deployment)
    assert told(host) == [("announcement_failed", "Not announced: “Lunch”")]
    assert "no longer linked" in host.get("/notifications")["data"][0]["body"]


def test_nobody_reads_of_a_session_that_they_may_not_read_any_more(host: Host, clock: FakeClock) -> None:
    session, other = host.new_session(topic="Secret plans")["id"], host.new_session(topic="Lunch")["id"]
    editor, deps = host.invite(session, "editor"), container.notification_deps()
    for number, subject in enumerate((session, other)):
        for who in (host, editor):
            clock.advance(1)
            assert tell(who, str(number), kind="session_ended", session_id=subject)
    assert told(editor) == [("session_ended", "Ended: “Secret plans”")]  # never had anything to do with the other
    container.sessions().remove_member(session, editor.user_id)
    with metered() as consumed:
        found = editor.get("/notifications?limit=1")
    assert (found["data"], found["unread"]) == ([], 0)
    assert consumed.calls["PutItem"] == 1  # what is over is gone
    container.sessions().add_member(session, editor.user_id, "editor")
    assert told(editor) == []
    forget(host.user_id, session, deps=deps)
    assert told(host) == [("session_ended", "Ended: “Lunch”")]
    assert host.call("DELETE", f"/sessions/{other}").status_code == 204
    assert host.get("/notifications") == {"data": [], "unread": 0}


def test_who_may_edit_by_a_project_is_told_and_reads_it_as_long_as_they_do(host: Host, deployment: Deployment) -> None:
    project, session = new_project(host), host.new_session(topic="Lunch", prompt="Ask.")["id"]
    attach(host, session, project)
    editor, viewer = join(project, "editor"), join(project, "viewer")
    assert host.call("PATCH", f"/sessions/{session}", {"status": "completed"}).status_code == 200
    deliver_twice(deployment)
    assert (told(editor), told(viewer)) == ([("session_ended", "Ended: “Lunch”")], [])
    assert host.call("DELETE", f"/projects/{project}/members/{editor.user_id}").status_code in (200, 204)
    assert editor.get("/notifications") == {"data": [], "unread": 0}
    assert len(told(host)) == 1


def test_who_is_offered_to_own_something_is_told_as_long_as_that_can_be_accepted(host: Host, clock: FakeClock) -> None:
    project, session = new_project(host), host.new_session(topic="Lunch")["id"]
    bo, cy = host.invite(session, "editor"), host.invite(session, "viewer")
    for who in (bo, cy):
        join(project, "viewer", who)
    for at, name, page in (
        (f"/sessions/{session}/members", "Lunch", f"/sessions/{session}/members"),
        (f"/projects/{project}/members", "Food", f"/projects/{project}#members"),
    ):
        offered = ("ownership_offered", f"You can become the owner: “{name}”")

        def give(by: Host, to: Host, role: str, at: str = at) -> None:
            clock.advance(1)
            assert by.call("PATCH", f"{at}/{to.user_id}", {"role": role}).status_code == 200

        for by in (host, bo):  # it is taken back, declined
            give(host, bo, "owner")
            give(host, bo, "owner")  # once more tells nothing new
            assert (told(bo), told(host), told(cy)) == ([offered], [], [])
            (it,) = bo.get("/notifications")["data"]
            assert (it["url"], "Ana" in it["body"]) == (f"{settings().public_url}{page}", True)
            give(by, bo, "viewer")
            assert container.notifications().of_user(bo.user_id).unread == 0
        for who in (bo, cy):
            give(host, who, "owner")
        give(host, host, "owner")  # who owns it already ends nothing
        assert (told(bo), told(cy)) == ([offered], [offered])
        give(bo, bo, "owner")
        assert [container.notifications().of_user(it.user_id).unread for it in (bo, cy)] == [0, 0]  # cy's is void
        give(bo, cy, "owner")
        assert bo.call("DELETE", f"{at}/{cy.user_id}").status_code == 204
        assert container.notifications().of_user(cy.user_id).unread == 0
    again = host.new_session(topic="Dinner")["id"]
    container.sessions().add_member(again, cy.user_id, "editor")
    assert host.call("PATCH", f"/sessions/{again}/members/{cy.user_id}", {"role": "owner"}).status_code == 200
    container.sessions().remove_member(again, cy.user_id)  # as the operator does
    assert cy.get("/notifications") == {"data": [], "unread": 0}


def test_what_is_read_stays_and_ids_of_others_are_left_out(host: Host, clock: FakeClock) -> None:
    eve = new_host("eve@example.com")
    for number in range(5):
        clock.advance(1)
        assert tell(host, str(number))
    assert not tell(host, "4")
    ids = [it["id"] for it in host.get("/notifications")["data"]]
    for body in ({"ids": ids}, {"all": True}):
        assert eve.call("POST", "/notifications/read", body).json_body == {"unread": 0}
    assert host.get("/notifications?unread")["unread"] == 5
    once = {"Idempotency-Key": "k"}
    for _ in range(2):
        read = host.call("POST", "/notifications/read", {"ids": [ids[1], "nobody's"]}, **once)
        assert (read.status_code, read.json_body) == (200, {"unread": 4})
    clock.advance(60)
    at = [it["read_at"] for it in host.get("/notifications")["data"]]
    assert [bool(it) for it in at] == [False, True, False, False, False]
    assert host.call("POST", "/notifications/read", {"ids": [ids[1]]}).json_body == {"unread": 4}
    assert [it["read_at"] for it in host.get("/notifications")["data"]] == at  # when it was read first
    pages, cursor = [], ""
    while True:
        page = host.get(f"/notifications?unread=true&limit=2{cursor}")
        pages.append([it["id"] for it in page["data"]])
        if "next_cursor" not in page:
            break
        cursor = f"&cursor={page['next_cursor'].replace('+', '%2B')}"
        tell(host, f"while somebody reads {cursor}", clock.now())
    assert pages == [[ids[0], ids[2]], [ids[3], ids[4]]]
    assert host.call("POST", "/notifications/read", {"all": True}).json_body == {"unread": 0}
    assert len(told(host)) == 6
    assert host.get("/notifications?unread=true")["data"] == []
    refused: tuple[tuple[str, Any], ...] = (
        ("/notifications?cursor=nonsense", None),
        ("/notifications?limit=51", None),
        ("/notifications?unread=perhaps", None),
        ("/notifications/read", {}),
        ("/notifications/read", {"ids": ["a"], "all": True}),
        ("/notifications/read", {"ids": ["a"] * 101}),
    )
    for path, body in refused:
        answer = host.call("GET" if body is None else "POST", path, body)
        assert error_of(answer)[:2] == (400, "validation_error"), path


def test_an_account_keeps_the_newest_for_ninety_days_and_a_late_repeat_brings_nothing_back(
    host: Host, clock: FakeClock
) -> None:
    session, begun = host.new_session(topic="Lunch")["id"], clock.now()
    for number in range(MOST_NOTIFICATIONS + 5):
        at = begun + timedelta(seconds=number)
        assert tell(host, str(number), at, kind="session_ended", session_id=session)
    clock.advance(MOST_NOTIFICATIONS + 5)
    assert not tell(host, "0", begun, kind="session_ended", session_id=session)  # the oldest had made room
    assert host.get("/notifications")["unread"] == MOST_NOTIFICATIONS
    with metered() as bell:
        assert container.notifications().of_user(host.user_id).unread == MOST_NOTIFICATIONS
    with metered() as page:
        assert len(host.get("/notifications?limit=50")["data"]) == 50
    with metered() as one_more:
        assert tell(host, "more", clock.now(), kind="session_ended", session_id=session)
    assert (bell.calls.total(), bell.reads) == (1, 4)
    assert (page.calls.total(), page.reads) == (
        3,
        7,
    )  # the key, all notifications; the one session that they are of, and the roles
    assert (one_more.calls.total(), one_more.writes) == (2, 15)
    clock.advance(LIFE.total_seconds() - 10)
    assert tell(host, "new", kind="group_left")
    clock.advance(LIFE.total_seconds() - 10)
    assert told(host) == [("group_left", "A Telegram group is not linked any more")]
    clock.advance(10)
    assert host.get("/notifications") == {"data": [], "unread": 0}
    (item,) = [raw for kind, raw in stored() if kind.name == keys.NOTIFICATIONS]
    assert int(item[keys.FORGET_AT]["N"]) <= clock.now().timestamp()


def test_events_at_one_time_are_all_told_and_whoever_is_gone_is_told_nothing(
    host: Host, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire = tap(monkeypatch)

    def others() -> None:
        for number in range(3):
            assert tell(host, f"other {number}")

    with wire.meanwhile(1, others):
        assert tell(host, "mine")
    assert len(told(host)) == 4
    deps = container.notification_deps()
    withdraw(host.user_id, Event("group_linked", "mine", clock.now()).id, deps=deps)
    assert len(told(host)) == 3
    gone = Event("group_linked", "1", clock.now())
    assert not notify("11111111-1111-4111-8111-111111111111", gone, deps=deps)
    assert len([1 for kind, _ in stored() if kind.name == keys.NOTIFICATIONS]) == 1


def test_an_invitation_says_who_invites_to_what_and_in_which_role_while_it_can_be_accepted(
    host: Host, clock: FakeClock
) -> None:
    bo, invited = new_host("bo@example.com"), {"emails": ["bo@example.com"], "role": "editor"}
    session = f"/sessions/{host.new_session(topic='Lunch')['id']}"
    project = f"/projects/{host.call('POST', '/projects', {'title': 'Kitchens'}).json_body['id']}"
    for place in (session, project):
        assert host.call("POST", f"{place}/invitations", invited).status_code == 201
        clock.advance(1)
    for gone in ("/invitation?t=x", f"/invitation?t=p.{container.new_id()}.{container.new_id()}"):
        details = {"by": host.user_id, "role": "editor", "page": gone}
        assert tell(bo, gone, kind="invitation", project_id=project.rpartition("/")[2], details=details)
    found = bo.get("/notifications")["data"]
    body = "You would be let in with this role: edits."
    assert [(it["title"], it["body"]) for it in found] == [
        ("Ana invites you: “Kitchens”", body),
        ("Ana invites you: “Lunch”", body),
    ]
    (named,) = host.get(f"{session}/invitations")["data"]
    assert found[1]["url"].endswith(f"/invitation?t=s.{session.rpartition('/')[2]}.{named['id']}")
    clock.advance(timedelta(days=14).total_seconds() - 2)  # the first one has expired
    assert [it["title"] for it in bo.get("/notifications")["data"]] == ["Ana invites you: “Kitchens”"]
    clock.advance(2)
    assert host.call("PATCH", project, {"title": "A later name"}).status_code == 200
    assert bo.get("/notifications") == {"data": [], "unread": 0}


def note_failure(session: str) -> None:
    """The bot finds that a group is not there any more."""
    change_distribution(
        session,
        "telegram",
        "-1",
        lambda entry: replace(entry, status="failed", error="not_linked"),
        container.clock().now(),
    )
