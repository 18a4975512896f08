"""Groups are linked to hosts by their administrators, and let go again; hosts see how each of them stands."""

from typing import Any

import pytest

from chalicelib.errors import Unavailable
from chalicelib.store.telegram_chats import TelegramChats
from chalicelib.store.user_items import UserItem
from infra.local.telegram.limits import Fault
from infra.local.telegram.markup import find_entities
from infra.local.telegram.people import ANONYMOUS, Group, Person
from tests.api.hosts import Host, error_of, new_host
from tests.clock import FakeClock
from tests.faults import tap
from tests.telegram.local_telegram import LocalTelegram

GROUPS = "/integrations/telegram/groups"


@pytest.fixture
def admin(telegram: LocalTelegram) -> Person:
    """Mia, who made the group."""
    return telegram.person("Mia")


@pytest.fixture
def lunch(telegram: LocalTelegram, admin: Person) -> Group:
    """Her group, with the bot in it."""
    group = telegram.group("Lunch & more", creator=admin)
    admin.add_bot(group)
    telegram.work_off()
    return group


def link_of(host: Host) -> dict[str, str]:
    answer = host.call("POST", "/integrations/telegram/link")
    assert answer.status_code == 201, answer.body
    found: dict[str, str] = answer.json_body
    return found


def groups_of(host: Host) -> list[tuple[str, str | None, int | None, str]]:
    found = host.get(GROUPS)["data"]
    return [(it["group_id"], it["group_name"], it["topic_id"], it["status"]) for it in found]


def notified(host: Host) -> list[str]:
    """The kinds of what a host is told of, in order of their names."""
    return sorted(it["kind"] for it in host.get("/notifications")["data"])


def announced(host: Host, session_id: str) -> list[tuple[str, str, str | None]]:
    found = host.get(f"/sessions/{session_id}")["distribution"]
    return [(it["group_id"], it["status"], it["error"]) for it in found]


def write(telegram: LocalTelegram, who: Person, text: str, group: Group, **how: Any) -> str:
    """What the bot answers in the group."""
    before = len(group.answers)
    who.write(text, group, **how)
    telegram.work_off()
    assert len(group.answers) == before + 1, group.text
    return group.last.text


def link(telegram: LocalTelegram, host: Host, who: Person, group: Group) -> None:
    assert "are announced here from now on" in write(telegram, who, link_of(host)["command"], group)


def test_an_administrator_links_a_group_by_a_code(
    telegram: LocalTelegram, host: Host, admin: Person, lunch: Group
) -> None:
    answer = write(telegram, admin, link_of(host)["command"].lower().replace(" ", "\n"), lunch)
    assert answer.startswith("Sessions of Ana are announced here from now on.")
    assert "@example.com" not in answer
    assert "/unlink" in answer
    assert "nothing of what is said here" in answer
    assert groups_of(host) == [(str(lunch.id), "Lunch & more", None, "confirmed")]


def test_a_group_is_linked_by_the_address_that_adds_the_bot_with_its_code(
    telegram: LocalTelegram, host: Host, admin: Person
) -> None:
    group = telegram.group("Lunch", creator=admin)
    admin.open_link(link_of(host)["url"], group)
    telegram.work_off()
    assert "/setup" not in group.answers[0].text  # it is being done
    assert group.last.text.startswith("Sessions of Ana are announced here from now on.")
    assert groups_of(host) == [(str(group.id), "Lunch", None, "confirmed")]


def test_whoever_opens_the_bot_with_a_code_adds_it_to_a_group_and_an_administrator_confirms(
    telegram: LocalTelegram, host: Host, admin: Person, clock: FakeClock
) -> None:
    bo = telegram.person("Bo")
    group = telegram.group("Lunch", creator=admin, members=[bo])
    link = link_of(host)
    bo.open_link(link["start_url"])
    telegram.work_off()
    assert "Ana" in bo.chat.last.text
    assert bo.chat.last.links == {"Add to a group": link["url"]}
    clock.advance(60 * 60)  # the code is too old by now, but it was opened in time
    bo.add_bot(group)  # the app loses what the address carries
    telegram.work_off()
    assert group.last.buttons == ["Announce sessions of Ana here?"]
    assert groups_of(host) == [(str(group.id), "Lunch", None, "unconfirmed")]
    refused = bo.tap("Announce", group)
    telegram.work_off()
    assert refused.answer == "Only administrators of this group can do that."
    assert groups_of(host)[0][3] == "unconfirmed"
    confirmed = admin.tap("Announce", group)
    telegram.work_off()
    assert confirmed.is_answered
    assert group.last.text.startswith("Sessions of Ana are announced here from now on.")
    assert group.last.buttons == []
    assert groups_of(host) == [(str(group.id), "Lunch", None, "confirmed")]


@pytest.mark.parametrize("is_opened", [True, False])
def test_whoever_adds_the_bot_with_a_code_but_is_no_administrator_is_told_of_none_of_that(
    telegram: LocalTelegram, host: Host, admin: Person, is_opened: bool
) -> None:
    bo = telegram.person("Bo")
    group = telegram.group("Lunch", creator=admin, members=[bo])
    link = link_of(host)
    if is_opened:
        bo.open_link(link["start_url"])
        telegram.work_off()
    bo.open_link(link["url"], group)
    telegram.work_off()
    assert [it.text.split(".")[0] for it in group.answers if not it.buttons] == ["Hello"] * (not is_opened)
    assert [it.buttons for it in group.answers if it.buttons] == [["Announce sessions of Ana here?"]]
    assert groups_of(host) == [(str(group.id), "Lunch", None, "unconfirmed")]
    admin.tap("Announce", group)
    telegram.work_off()
    assert groups_of(host) == [(str(group.id), "Lunch", None, "confirmed")]


def test_a_code_that_was_opened_links_one_group_and_nobody_elses(
    telegram: LocalTelegram, host: Host, admin: Person, clock: FakeClock
) -> None:
    bo = telegram.person("Bo")
    first, second, others = (telegram.group(name, creator=admin, members=[bo]) for name in ("1", "2", "3"))
    bo.open_link(link_of(host)["start_url"])
    admin.add_bot(others)
    telegram.work_off()
    assert others.last.buttons == []
    assert f"/help@{telegram.bot}" in others.last.text
    bo.add_bot(first)
    bo.add_bot(second)
    telegram.work_off()
    assert [first.last.buttons, second.last.buttons] == [["Announce sessions of Ana here?"], []]
    assert [it[:1] for it in groups_of(host)] == [(str(first.id),)]
    bo.open_link(link_of(host)["start_url"])
    telegram.work_off()
    clock.advance(4 * 60 * 60)
    bo.add_bot(telegram.group("4", creator=bo))
    telegram.work_off()
    assert len(groups_of(host)) == 1


def test_only_administrators_link_a_group_also_those_who_stay_anonymous(
    telegram: LocalTelegram, host: Host, lunch: Group
) -> None:
    bo, command = telegram.person("Bo"), link_of(host)["command"]
    lunch.add(bo)
    for asked in (command, "/unlink", "/setup"):
        assert write(telegram, bo, asked, lunch) == "Only administrators of this group can do that."
    assert groups_of(host) == []
    wire = telegram.server.add_message(
        lunch.record,
        ANONYMOUS,
        sender_chat={"id": lunch.id, "type": "group", "title": "Lunch"},
        text=command,
        entities=find_entities(command),
    )
    telegram.server.post("message", wire)
    telegram.work_off()
    assert groups_of(host)[0][3] == "confirmed"


def test_where_telegram_tells_of_no_administrators_the_group_hears_what_to_do(
    telegram: LocalTelegram, host: Host, admin: Person, lunch: Group
) -> None:
    telegram.fail(Fault("getChatMember", 400, "Bad Request: member list is inaccessible"))
    assert "Make the bot an administrator" in write(telegram, admin, link_of(host)["command"], lunch)
    assert groups_of(host) == []


def test_a_host_whose_name_is_an_address_or_none_is_told_of_without_it(
    telegram: LocalTelegram, host: Host, admin: Person, lunch: Group
) -> None:
    for name in (UserItem.name.set("ana@example.com"), UserItem.name.remove()):
        UserItem(f"user#{host.user_id}").update(actions=[name])
        answer = write(telegram, admin, link_of(host)["command"], lunch)
        assert answer.startswith("Sessions of a host are announced here")


def test_each_code_that_does_not_link_is_told_apart(
    telegram: LocalTelegram, host: Host, admin: Person, lunch: Group, clock: FakeClock
) -> None:
    other = telegram.group("Dinner", creator=admin)
    admin.add_bot(other)
    telegram.work_off()
    used, late = link_of(host), link_of(host)
    assert "the host’s code" in write(telegram, admin, "/setup", lunch)
    assert "not known" in write(telegram, admin, "/setup nonsense", lunch)
    assert "Sessions of Ana" in write(telegram, admin, used["command"], lunch)
    assert "used already" in write(telegram, admin, used["command"], other)
    assert "Sessions of Ana" in write(telegram, admin, used["command"], lunch)
    clock.advance(15 * 60)
    assert "too old" in write(telegram, admin, late["command"], other)
    assert [it[:1] for it in groups_of(host)] == [(str(lunch.id),)]
    bo = telegram.person("Bo")
    for url in (used["start_url"], late["start_url"]):
        bo.open_link(url)
        telegram.work_off()
    assert [it.text.split(":")[0] for it in bo.chat.answers] == [
        "This code has been used already",
        "This code is too old",
    ]


def test_an_update_that_comes_again_finds_the_group_linked_and_says_so_once(
    telegram: LocalTelegram, host: Host, admin: Person, lunch: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = host.new_session(distribution=[])["id"]
    admin.write(link_of(host)["command"], lunch)
    with monkeypatch.context() as broken:

        def fail(*_: Any, **__: Any) -> None:
            raise Unavailable("busy")

        broken.setattr(TelegramChats, "store", fail)
        telegram.work_off(failing=True)
    before = len(lunch.answers)
    assert groups_of(host)[0][3] == "confirmed"
    telegram.work_off()
    assert [it.text.split(".")[0] for it in lunch.answers[before:]] == [
        "Sessions of Ana are announced here from now on"
    ]
    assert announced(host, session) == []
    assert notified(host) == ["group_linked"]


def test_a_forum_is_answered_and_linked_in_the_topic_where_that_is_asked_for(
    telegram: LocalTelegram, host: Host, admin: Person
) -> None:
    forum = telegram.group("City", creator=admin, kind="forum")
    topic = forum.add_topic("Surveys")
    admin.add_bot(forum)
    telegram.work_off()
    write(telegram, admin, link_of(host)["command"], forum, topic=topic)
    assert forum.last.topic == topic
    assert groups_of(host) == [(str(forum.id), "City", topic, "confirmed")]


def test_a_group_of_two_hosts_is_unlinked_for_both_and_their_sessions_say_so(
    telegram: LocalTelegram, host: Host, admin: Person, lunch: Group
) -> None:
    bo = new_host("bo@example.com")
    sessions = {}
    for who in (host, bo):
        link(telegram, who, admin, lunch)
        sessions[who.user_id] = who.new_session(distribution=[{"group_id": str(lunch.id)}], draft=True)["id"]
    answer = write(telegram, admin, "/unlink", lunch)
    assert answer.startswith("No more sessions are announced here of:")
    assert answer.count("• ") == 2
    for who in (host, bo):
        assert [it[3] for it in groups_of(who)] == ["removed"]
        told = announced(who, sessions[who.user_id])
        assert told == [(str(lunch.id), "failed", "unlinked: An administrator has unlinked this group.")]
        assert notified(who) == ["group_left", "group_linked"]
    assert write(telegram, admin, "/unlink", lunch) == "No sessions are announced in this group."
    link(telegram, host, admin, lunch)
    assert announced(host, sessions[host.user_id]) == [(str(lunch.id), "pending", None)]
    assert announced(bo, sessions[bo.user_id])[0][1] == "failed"


def test_a_group_that_is_registered_only_waits_for_an_administrator(
    telegram: LocalTelegram, host: Host, admin: Person
) -> None:
    group = telegram.group("Lunch", creator=admin)
    assert host.call("POST", GROUPS, {"group_id": str(group.id)}).json_body["status"] == "unconfirmed"
    session = host.new_session(distribution=[{"group_id": str(group.id)}], draft=True)["id"]
    assert announced(host, session) == [(str(group.id), "unconfirmed", None)]
    admin.add_bot(group)
    telegram.work_off()
    assert group.last.buttons == ["Announce sessions of Ana here?"]
    bo = new_host("bo@example.com")  # who registers it when the bot is there already
    UserItem(f"user#{bo.user_id}").update(actions=[UserItem.name.set("Bo")])
    bo.call("POST", GROUPS, {"group_id": str(group.id)})
    write(telegram, admin, "/setup", group)
    assert len(group.last.buttons) == 2
    admin.tap("Announce sessions of Ana", group)
    telegram.work_off()
    assert group.last.buttons == ["Announce sessions of Bo here?"]
    assert groups_of(host) == [(str(group.id), "Lunch", None, "confirmed")]
    assert announced(host, session) == [(str(group.id), "pending", None)]
    assert [it[3] for it in groups_of(bo)] == ["unconfirmed"]
    bo.call("DELETE", f"{GROUPS}/{group.id}")
    gone = admin.tap("Announce sessions of Bo", group)
    telegram.work_off()
    assert gone.answer == "Nobody asks for that any more."
    forged = admin.press(group.last, "group:confirm:nonsense")
    telegram.work_off()
    assert forged.answer == "Nobody asks for that any more."


def test_a_bot_that_was_taken_out_is_told_of_and_comes_back_as_new(
    telegram: LocalTelegram, host: Host, admin: Person, lunch: Group
) -> None:
    link(telegram, host, admin, lunch)
    session = host.new_session(distribution=[{"group_id": str(lunch.id)}], draft=True)["id"]
    lunch.remove_bot(admin)
    telegram.work_off()
    assert [it[3] for it in groups_of(host)] == ["removed"]
    assert notified(host) == ["group_left", "group_linked"]
    assert announced(host, session) == [
        (str(lunch.id), "failed", "bot_removed: The bot is not in this group, or was taken out of it.")
    ]
    refused = host.call("POST", "/sessions", {"topic": "a", "goal": "b", "distribution": [{"group_id": str(lunch.id)}]})
    assert error_of(refused)[0] == 400
    admin.add_bot(lunch)
    telegram.work_off()
    assert [it[3] for it in groups_of(host)] == ["removed"]
    assert lunch.last.text.startswith("Hello.")
    link(telegram, host, admin, lunch)
    assert [it[3] for it in groups_of(host)] == ["confirmed"]
    assert announced(host, session) == [(str(lunch.id), "pending", None)]


def test_a_bot_that_may_not_write_and_leaves_is_not_in_the_group(
    telegram: LocalTelegram, host: Host, admin: Person, lunch: Group
) -> None:
    link(telegram, host, admin, lunch)
    bot, told = telegram.server.bot, telegram.server.told(lunch.record)
    before, after = ({"status": "restricted", "is_member": it, "user": bot} for it in (True, False))
    change = {"chat": told, "from": admin.account.user, "date": 1, "old_chat_member": before, "new_chat_member": after}
    telegram.server.post("my_chat_member", change)
    telegram.work_off()
    assert [it[3] for it in groups_of(host)] == ["removed"]


def test_a_group_that_the_bot_leaves_by_its_becoming_a_supergroup_stays_linked(
    telegram: LocalTelegram, host: Host, admin: Person, lunch: Group
) -> None:
    link(telegram, host, admin, lunch)
    bigger = lunch.migrate(admin)
    told = telegram.updates()
    telegram.server.change_bot(lunch.record, "left", admin.account.user)
    telegram.fail(Fault("sendChatAction", retry_after=3))
    telegram.work_off(failing=True)
    assert [it[3] for it in groups_of(host)] == ["confirmed"]
    telegram.work_off()
    assert groups_of(host) == [(str(bigger.id), "Lunch & more", None, "confirmed")]
    bigger.record.bot = "left"
    telegram.server.change_bot(bigger.record, "member", admin.account.user)
    telegram.work_off()
    for update in told:
        telegram.post(update)
    telegram.work_off()
    assert str(bigger.id) not in {str(it["chat_id"]) for it in telegram.calls("sendMessage")}
    assert groups_of(host) == [(str(bigger.id), "Lunch & more", None, "confirmed")]


@pytest.mark.parametrize("first", [0, 1])
def test_a_supergroup_takes_over_what_its_group_had(
    telegram: LocalTelegram, host: Host, admin: Person, lunch: Group, first: int
) -> None:
    link(telegram, host, admin, lunch)
    session = host.new_session(distribution=[{"group_id": str(lunch.id)}], draft=True)["id"]
    bigger = lunch.migrate(admin)
    both = telegram.updates()
    for update in (both[first], both[1 - first]):
        assert telegram.post(update).status == 200
        telegram.work_off()
        assert groups_of(host) == [(str(bigger.id), "Lunch & more", None, "confirmed")]
        assert announced(host, session) == [(str(bigger.id), "pending", None)]
    assert host.get(f"/sessions?status=draft&distribution_group_id={bigger.id}")["data"] == []  # until its card follows


def test_the_bot_says_in_a_group_what_it_does_there_and_greets_it_once(
    telegram: LocalTelegram, admin: Person, lunch: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [it.text.split(".")[0] for it in lunch.answers] == ["Hello"]
    ines = telegram.person("Inés", "es")
    lunch.add(ines)
    answer = write(telegram, ines, "/help", lunch)
    assert "nada de lo que se dice aquí" in answer
    assert "conversaciones con un guion" in answer
    assert f"/setup@{telegram.bot}" in answer
    admin.write("/help@another_bot", lunch)
    wire = tap(monkeypatch)
    admin.write("Where shall we go?", lunch)
    telegram.work_off()
    assert wire.calls == []
    assert len(lunch.answers) == 2


def test_in_private_the_commands_of_groups_say_where_they_belong(telegram: LocalTelegram) -> None:
    bo = telegram.person("Bo")
    bo.write("/setup")
    telegram.work_off()
    assert bo.chat.last.text.startswith("This command is for groups")
