"""What a group sees of the sessions that a host announces there, and what their host reads of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import boto3
import pytest

import app
from chalicelib import container
from chalicelib.model import TelegramGroup
from chalicelib.services.delivery.telegram_groups import confirm_group
from chalicelib.store import database
from infra.local.telegram import limits
from infra.local.telegram.people import Group, Person
from tests import events
from tests.api.hosts import Host
from tests.api.jobs import asked, delete_data
from tests.clock import FakeClock
from tests.conftest import forget_wiring
from tests.events import Context, Event
from tests.faults import FAULTS, Fault, break_each_call, tap
from tests.stored_items import left_by
from tests.telegram.local_telegram import LocalTelegram

GOAL = "Find out what <everybody> wants to eat & when."


@pytest.fixture
def ana(telegram: LocalTelegram) -> Person:
    """Who runs the groups."""
    return telegram.person("Ana")


@pytest.fixture
def lunch(telegram: LocalTelegram, host: Host, ana: Person) -> Group:
    """A group of the host's with the bot in it."""
    return linked(telegram, host, ana, "Lunch")


def linked(telegram: LocalTelegram, host: Host, ana: Person, title: str, *, status: Any = "confirmed") -> Group:
    """A group that the host has registered, and that the bot knows so."""
    group = telegram.group(title, creator=ana, kind="forum")
    ana.add_bot(group)
    telegram.updates()
    register(host, group, status=status)
    return group


def register(host: Host, group: Group, *, status: Any = "confirmed", topic_id: int | None = None) -> None:
    now = container.clock().now()
    container.telegram_groups().remove(host.user_id, str(group.id))
    found = TelegramGroup(str(group.id), None, topic_id, now, status)
    container.telegram_groups().register(host.user_id, found)


def announce(host: Host, *groups: Group, **fields: Any) -> str:
    """A session that is to be announced in these groups."""
    body = {"topic": "Lunch & <tea>", "goal": GOAL, "distribution": to(*groups), **fields}
    return str(host.new_session(**body)["id"])


def to(*groups: Group) -> list[dict[str, str]]:
    return [{"group_id": str(group.id)} for group in groups]


def change(host: Host, session: str, **fields: Any) -> Any:
    answer = host.call("PATCH", f"/sessions/{session}", fields)
    assert answer.status_code == 200, answer.body
    return answer.json_body


def standing(host: Host, session: str) -> list[tuple[str, str | None]]:
    """How the announcements of a session stand, in the order of its groups, with the codes of what failed."""
    entries = host.get(f"/sessions/{session}")["distribution"]
    return [(it["status"], it["error"].partition(":")[0] if it["error"] else None) for it in entries]


def wake(telegram: LocalTelegram, session: str, *, failing: bool = False) -> None:
    """What the stream tells once something was marked, and the jobs that come of it."""
    app.sessions_changed(events.batch(*marks(session)), Context())
    telegram.work_off(failing=failing)


def marks(session: str) -> list[Event]:
    found = boto3.client("dynamodb").scan(TableName="sessions")["Items"]
    return [
        events.change("INSERT", item)
        for item in found
        if item["session_id"]["S"] == session and item["part"]["S"] == "announcing"
    ]


def said(group: Group) -> list[str]:
    """What the bot has written in a group."""
    return [message.text for message in group.answers if message.text]


def test_a_session_is_announced_once_with_what_one_should_know_and_a_button(
    telegram: LocalTelegram, host: Host, lunch: Group, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBLIC_URL", "https://harmonica.example.com")
    forget_wiring()
    closes_at = (clock.now() + timedelta(days=2)).isoformat()
    session = announce(host, lunch, closes_at=closes_at, time_zone="Europe/Berlin", anonymous=True)
    assert standing(host, session) == [("pending", None)]
    before = host.get(f"/sessions/{session}")
    (mark,) = marks(session)
    wake(telegram, session)
    app.sessions_changed(events.batch(mark), Context())  # it comes twice
    telegram.work_off()
    (shown,) = lunch.answers
    assert shown.text.split("\n") == [
        "Lunch & <tea>",
        "",
        GOAL,
        "",
        "A private conversation with a script: about 10 minutes.",
        "Open until 3 March 2026, 13:00 (Europe/Berlin, UTC+01:00).",
        "The host of this session, and people they give access to, can read it. What you write does not appear in "
        "this group. It is stored without a name. Where few take part, one may still guess whose it is.",
    ]
    assert shown.links == {
        "Join": f"https://t.me/{telegram.bot}?start=s_{session.replace('-', '')}",
        "Join in the browser": f"https://harmonica.example.com/chat?s={session}",
    }
    after = host.get(f"/sessions/{session}")
    assert after == {**before, "distribution": [{**before["distribution"][0], "status": "announced"}]}
    assert marks(session) == []


def test_a_long_goal_is_shortened_at_a_sentence_and_the_language_is_the_sessions(
    telegram: LocalTelegram, host: Host, lunch: Group
) -> None:
    session = announce(host, lunch, goal="Wir wollen wissen, was fehlt. " * 40, language="de")
    wake(telegram, session)
    (text,) = said(lunch)
    assert "was fehlt. …\n\nEin vertrauliches Gespräch" in text
    assert len(text) < 1_200
    assert lunch.last.buttons == ["Mitmachen"]  # there is no web button for an address of one machine


def test_a_draft_is_announced_when_it_is_opened(telegram: LocalTelegram, host: Host, lunch: Group) -> None:
    session = announce(host, lunch, draft=True)
    assert marks(session) == []
    change(host, session, topic="Lunch")
    assert marks(session) == []
    change(host, session, status="active")
    wake(telegram, session)
    assert (len(said(lunch)), standing(host, session)) == (1, [("announced", None)])


def test_an_announcement_follows_its_session_to_the_end_and_back(
    telegram: LocalTelegram, host: Host, lunch: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBLIC_URL", "https://harmonica.example.com")
    forget_wiring()
    session = announce(host, lunch)
    wake(telegram, session)
    change(host, session, topic="Supper", results_visibility="participants")
    wake(telegram, session)
    assert [text.partition("\n")[0] for text in said(lunch)] == ["Supper"]
    change(host, session, status="completed")
    wake(telegram, session)
    assert standing(host, session) == [("closed", None)]
    assert said(lunch) == [
        "Supper\n\nThis session has ended. Whoever took part can read the results from their own chat."
    ]
    assert lunch.last.buttons == ["Open your chat"]
    change(host, session, results_visibility="public")
    wake(telegram, session)
    assert lunch.last.links == {"Read the results": f"https://harmonica.example.com/results?s={session}"}
    change(host, session, status="active")
    wake(telegram, session)
    assert standing(host, session) == [("announced", None)]
    change(host, session, status="draft")
    wake(telegram, session)
    assert (said(lunch), lunch.last.buttons) == (["Supper\n\nThis session is not open at the moment."], [])
    change(host, session, status="active")
    wake(telegram, session)
    assert (len(lunch.answers), "Join" in lunch.last.buttons) == (1, True)


def test_an_announcement_of_what_only_invited_people_join_says_so_and_offers_no_way_in(
    telegram: LocalTelegram, host: Host, lunch: Group
) -> None:
    session = announce(host, lunch)
    wake(telegram, session)
    change(host, session, access="invited")
    wake(telegram, session)
    (text,) = said(lunch)
    assert "Only people with a personal invitation can take part." in text
    assert lunch.last.buttons == []
    change(host, session, access="link")
    wake(telegram, session)
    assert "Join" in lunch.last.buttons


def test_an_announcement_tells_when_its_session_has_ended_by_itself(
    telegram: LocalTelegram, host: Host, lunch: Group, clock: FakeClock
) -> None:
    session = announce(host, lunch, closes_at=(clock.now() + timedelta(hours=1)).isoformat())
    wake(telegram, session)
    clock.advance(3600)
    app.open_and_close(events.clock_event(), Context())
    wake(telegram, session)
    assert said(lunch) == ["Lunch & <tea>\n\nThis session has ended."]
    assert lunch.last.buttons == []
    change(host, session, results_visibility="public")
    wake(telegram, session)
    where = f"http://127.0.0.1:8000/results?s={session}"  # no button leads to an address of one machine
    assert said(lunch) == [f"Lunch & <tea>\n\nThis session has ended.\nRead the results: {where}"]


def test_a_group_hears_that_a_session_was_deleted_before_it_is_forgotten_where_that_was_announced(
    telegram: LocalTelegram, host: Host, lunch: Group, clock: FakeClock
) -> None:
    session = announce(host, lunch, language="fr")
    wake(telegram, session)
    assert host.call("DELETE", f"/sessions/{session}").status_code == 204
    (deletion,) = asked("deletions")
    assert delete_data(deletion)
    telegram.fail(limits.Fault(status=500))
    telegram.work_off(failing=True)
    assert [part for part in left_by("session", session) if part.startswith("announcement#")] != []
    telegram.work_off()
    assert said(lunch) == ["La session annoncée ici a été supprimée par son hôte."]
    assert lunch.last.buttons == []
    clock.advance(3600)
    app.sweep(events.clock_event(), Context())
    assert [delete_data(again) for again in asked("deletions")] == [True]
    assert left_by("session", session) == []


def test_a_group_that_was_taken_out_hears_so_and_is_told_anew_when_it_is_chosen_again(
    telegram: LocalTelegram, host: Host, ana: Person, lunch: Group
) -> None:
    tea = linked(telegram, host, ana, "Tea")
    session = announce(host, lunch, tea)
    wake(telegram, session)
    change(host, session, distribution=to(tea))
    wake(telegram, session)
    assert said(lunch) == ["Lunch & <tea>\n\nThis session is no longer announced here."]
    assert (lunch.last.buttons, tea.last.buttons) == ([], ["Join"])
    change(host, session, distribution=to(tea, lunch))
    wake(telegram, session)
    assert (len(said(lunch)), len(said(tea))) == (2, 1)
    assert standing(host, session) == [("announced", None)] * 2


def kick(group: Group, ana: Person) -> None:
    group.remove_bot(ana)


def silence(group: Group, ana: Person) -> None:
    group.forbid_writing(ana)


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (kick, "bot_removed"),
        (silence, "no_permission"),
        (
            lambda group, _: group.telegram.fail(limits.Fault(status=400, description="Bad Request: TOPIC_CLOSED")),
            "topic_closed",
        ),
        (lambda group, _: group.telegram.state.chats.pop(group.id), "group_gone"),
        (
            lambda group, _: group.telegram.fail(limits.Fault(status=400, description="Bad Request: WHATEVER")),
            "refused",
        ),
    ],
    ids=["kicked", "silenced", "topic closed", "group gone", "anything else"],
)
def test_a_host_reads_why_one_group_of_two_could_not_be_told_and_can_try_it_again(
    telegram: LocalTelegram,
    host: Host,
    ana: Person,
    lunch: Group,
    happens: Callable[[Group, Person], object],
    reason: str,
) -> None:
    tea, record = linked(telegram, host, ana, "Tea"), lunch.record
    session = announce(host, lunch, tea)
    happens(lunch, ana)
    telegram.updates()
    wake(telegram, session)
    assert standing(host, session) == [("failed", reason), ("announced", None)]
    assert marks(session) == []
    record.bot, record.may_write, telegram.server.state.chats[lunch.id] = "member", True, record
    change(host, session, distribution=to(lunch, tea))
    assert standing(host, session) == [("pending", None), ("announced", None)]
    wake(telegram, session)
    assert standing(host, session) == [("announced", None)] * 2
    assert (len(said(lunch)), len(said(tea))) == (1, 1)


@pytest.mark.parametrize("now", ["administrator", "restricted"])
def test_what_failed_is_tried_again_when_the_bot_may_write_again(
    telegram: LocalTelegram, host: Host, ana: Person, lunch: Group, now: str
) -> None:
    session = announce(host, lunch)
    lunch.forbid_writing(ana)
    wake(telegram, session)
    assert standing(host, session) == [("failed", "no_permission")]
    lunch.record.may_write = True
    bot = telegram.server.member
    members = {"old_chat_member": bot("restricted"), "new_chat_member": {**bot(now), "can_send_messages": True}}
    change = {"chat": telegram.server.told(lunch.record), "from": ana.account.user, "date": 1, **members}
    telegram.server.post("my_chat_member", change)
    telegram.work_off()
    wake(telegram, session)
    assert (len(said(lunch)), standing(host, session)) == (1, [("announced", None)])


def test_a_topic_that_is_gone_is_told_and_one_that_is_there_gets_the_announcement(
    telegram: LocalTelegram, host: Host, lunch: Group
) -> None:
    register(host, lunch, topic_id=999)
    session = announce(host, lunch)
    wake(telegram, session)
    assert standing(host, session) == [("failed", "topic_gone")]
    register(host, lunch, topic_id=(topic := lunch.add_topic("News")))
    change(host, session, distribution=to(lunch))
    wake(telegram, session)
    assert [message.topic for message in lunch.answers] == [topic]


def test_an_announcement_that_was_deleted_in_the_group_is_told_and_posted_again_only_if_the_host_wants(
    telegram: LocalTelegram, host: Host, lunch: Group
) -> None:
    session = announce(host, lunch)
    wake(telegram, session)
    lunch.record.messages.clear()
    change(host, session, topic="Supper")
    wake(telegram, session)
    assert (said(lunch), standing(host, session)) == ([], [("failed", "message_gone")])
    change(host, session, distribution=to(lunch))
    wake(telegram, session)
    assert (len(said(lunch)), standing(host, session)) == (1, [("announced", None)])


def test_what_telegram_will_not_take_now_comes_later(telegram: LocalTelegram, host: Host, lunch: Group) -> None:
    session = announce(host, lunch)
    telegram.fail(limits.Fault(retry_after=7), limits.Fault(status=502))
    wake(telegram, session, failing=True)
    assert (said(lunch), standing(host, session)) == ([], [("pending", None)])
    telegram.work_off(failing=True)
    telegram.work_off()
    assert (len(said(lunch)), standing(host, session)) == (1, [("announced", None)])


def test_a_missed_announcement_is_found_by_the_clock(
    telegram: LocalTelegram, host: Host, lunch: Group, clock: FakeClock
) -> None:
    session = announce(host, lunch)
    clock.advance(301)
    app.sweep(events.clock_event(), Context())
    telegram.work_off()
    assert (len(said(lunch)), standing(host, session)) == (1, [("announced", None)])


def test_two_workers_at_once_post_one_announcement(
    telegram: LocalTelegram, host: Host, lunch: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second one comes while the first has been answered by Telegram and has not noted it yet."""
    session, seen = announce(host, lunch), list[Any]()
    announcements = type(container.announcements())
    note = announcements.note

    def note_late(self: Any, announcement: Any, holder: str) -> None:
        monkeypatch.setattr(announcements, "note", note)
        answer = app.deliver(events.batch(events.message(session, number=2)), Context())
        seen.append((answer["batchItemFailures"], len(said(lunch))))
        note(self, announcement, holder)

    monkeypatch.setattr(announcements, "note", note_late)
    wake(telegram, session)
    assert seen == [([{"itemIdentifier": "message-2"}], 1)]
    assert app.deliver(events.batch(events.message(session, number=2)), Context()) == {"batchItemFailures": []}
    assert (len(said(lunch)), standing(host, session)) == (1, [("announced", None)])


def test_statuses_of_two_groups_that_are_written_at_once_are_both_kept(
    telegram: LocalTelegram, host: Host, ana: Person, lunch: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker writes of one group what another worker read before that wrote of the other, and an editor is in between."""
    tea = linked(telegram, host, ana, "Tea")
    session, update = announce(host, lunch, tea), database.update
    met: list[Any] = []

    def update_late(item: Any, actions: Any, condition: Any) -> None:
        if item.part == "session" and not met:
            met.append(change(host, session, topic="Supper"))
            wake(telegram, session, failing=True)
        update(item, actions, condition)

    monkeypatch.setattr(database, "update", update_late)
    wake(telegram, session, failing=True)
    telegram.work_off()
    assert met
    assert standing(host, session) == [("announced", None)] * 2
    assert [text.partition("\n")[0] for group in (lunch, tea) for text in said(group)] == ["Supper"] * 2


@pytest.mark.parametrize("fault", [FAULTS[at] for at in (4, 5, 6)], ids=lambda fault: fault.name)
def test_wherever_a_worker_fails_a_group_is_told_and_twice_only_where_nobody_could_know_that_it_was(
    telegram: LocalTelegram,
    host: Host,
    lunch: Group,
    clock: FakeClock,
    fault: Fault,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session, twice = announce(host, lunch), 0

    def deliver() -> Any:
        return app.deliver(events.batch(events.message(session)), Context())

    for _ in break_each_call(tap(monkeypatch), fault, deliver):
        clock.advance(61)
        assert deliver() == {"batchItemFailures": []}
        assert (standing(host, session), marks(session)) == ([("announced", None)], [])
        assert 1 <= len(said(lunch)) <= 2
        twice += len(said(lunch)) - 1
        lunch.record.messages.clear()
    assert twice == (fault.name == "dies before")


def test_a_worker_that_died_before_it_posted_holds_nobody_up_for_long(
    telegram: LocalTelegram, host: Host, lunch: Group, clock: FakeClock
) -> None:
    session = announce(host, lunch)
    now = clock.now()
    assert container.announcements().claim_first(session, str(lunch.id), "who died", now + timedelta(seconds=60))
    wake(telegram, session, failing=True)
    assert said(lunch) == []
    clock.advance(61)
    telegram.work_off()
    assert len(said(lunch)) == 1


def test_a_group_that_is_not_confirmed_is_told_once_it_is(
    telegram: LocalTelegram, host: Host, ana: Person, clock: FakeClock
) -> None:
    tea = linked(telegram, host, ana, "Tea", status="unconfirmed")
    session = announce(host, tea)
    wake(telegram, session)
    assert (said(tea), standing(host, session)) == ([], [("unconfirmed", None)])
    assert confirm_group(host.user_id, str(tea.id), "Tea", None, deps=container.group_deps())
    wake(telegram, session)
    assert (len(said(tea)), standing(host, session)) == (1, [("announced", None)])


def test_a_group_that_became_a_supergroup_is_told_there(
    telegram: LocalTelegram, host: Host, ana: Person, clock: FakeClock
) -> None:
    group = telegram.group("Lunch", creator=ana)
    ana.add_bot(group)
    register(host, group)
    session = announce(host, group)
    new = group.migrate(ana)
    telegram.updates()  # which do not come
    wake(telegram, session, failing=True)
    telegram.work_off()
    assert (len(said(new)), standing(host, session)) == (1, [("announced", None)])
    assert host.get(f"/sessions/{session}")["distribution"][0]["group_id"] == str(new.id)


def test_where_a_group_became_a_supergroup_the_end_of_what_was_announced_before_is_told_there_once(
    telegram: LocalTelegram, host: Host, ana: Person, clock: FakeClock
) -> None:
    group = telegram.group("Lunch", creator=ana)
    ana.add_bot(group)
    register(host, group)
    session = announce(host, group)
    wake(telegram, session)
    new = group.migrate(ana)
    telegram.work_off(failing=True)
    telegram.work_off()
    wake(telegram, session)
    assert (said(new), standing(host, session)) == ([], [("announced", None)])  # as it was, under another number
    change(host, session, status="completed")
    wake(telegram, session, failing=True)  # for what is known of the old one is let go
    telegram.work_off()
    wake(telegram, session)
    assert [text.split("\n")[-1] for text in said(new)] == ["This session has ended."]
    assert standing(host, session) == [("closed", None)]


def test_what_an_ai_leads_is_announced_so(
    telegram: LocalTelegram, host: Host, lunch: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = announce(host, lunch)
    monkeypatch.setenv("LLM_PROVIDER", "anthropic")
    forget_wiring()
    wake(telegram, session)
    assert "A private conversation with an AI facilitator: about 10 minutes." in said(lunch)[-1]


def test_without_a_bot_the_host_reads_that_there_is_none(
    telegram: LocalTelegram, host: Host, lunch: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = announce(host, lunch)
    monkeypatch.delenv("TELEGRAM_BOT_TOKEN")
    forget_wiring()
    wake(telegram, session)
    (entry,) = host.get(f"/sessions/{session}")["distribution"]
    assert (entry["status"], entry["error"]) == ("failed", "not_set_up: Telegram is not set up on this server.")


def test_a_session_without_groups_costs_nothing(host: Host) -> None:
    session = str(host.new_session()["id"])
    change(host, session, topic="Supper")
    change(host, session, status="completed")
    assert marks(session) == []
