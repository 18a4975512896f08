"""A group asks its hosts for a session: they are told once, of nobody and of no words, with the way to make one."""

import pytest

from chalicelib import container
from chalicelib.settings import settings
from infra.local.telegram.people import Group
from tests.api.hosts import Host, new_host
from tests.api.test_follow_up import conclude
from tests.clock import FakeClock
from tests.faults import Interviewer
from tests.telegram.local_telegram import LocalTelegram
from tests.telegram.test_announcements import linked, register, to, wake
from tests.web.browser import Browser
from tests.web.host.test_brief import brief_of
from tests.web.host.visitor import SENDER, follow, send, sign_in, verify_sender

SECRET = "The marmalade is locked away on Thursdays."


@pytest.fixture
def browser(telegram: LocalTelegram, host: Host, monkeypatch: pytest.MonkeyPatch) -> Browser:
    """The host's, signed in."""
    monkeypatch.setenv("MAIL_FROM", SENDER)
    settings.cache_clear()
    verify_sender()
    return sign_in(Browser(), "ana@example.com")


def asks(host: Host) -> list[tuple[str, str, str]]:
    """What a host is told of groups: title, body and page."""
    found = host.get("/notifications")["data"]
    return [
        (it["title"], it["body"], it["url"].partition("/sessions/")[2] or it["url"].rpartition("/")[2]) for it in found
    ]


def ask(telegram: LocalTelegram, group: Group, name: str = "Bo", text: str = "/request") -> list[str]:
    """What the bot answers somebody in a group."""
    before = len(group.answers)
    person = telegram.person(name)
    group.add(person)
    person.write(text, group)
    telegram.work_off()
    return [it.text for it in group.answers[before:]]


def test_anybody_in_a_group_asks_its_host_for_a_session_which_is_told_once_and_leads_to_making_it(
    telegram: LocalTelegram, host: Host, browser: Browser, clock: FakeClock
) -> None:
    lunch = linked(telegram, host, telegram.person("Ana"), "Lunch")
    known = "It was passed on to Ana already that this group asks for a session."
    assert ask(telegram, lunch, text=f"/request {SECRET}") == [
        "It is passed on to Ana that this group asks for a session.\nWhat you wrote after the command is not passed on."
    ]
    assert ask(telegram, lunch, "Cem") == [known]
    clock.advance(24 * 60 * 60)
    assert ask(telegram, lunch, "Cem") == [known]  # it was not read yet
    (told,) = host.get("/notifications")["data"]
    assert (told["kind"], told["title"]) == ("group_asks", f"The group “{lunch.id}” asks for a session")
    assert not any(it in str(told) for it in (SECRET, "Bo", "Cem"))
    page = browser.open(told["url"][told["url"].index("/new") :])
    assert "announced in the group" in page.text
    follow(browser, send(browser, "/new", brief_of(page), goal="Find out what people eat", do="keep"))
    (draft,) = host.get("/sessions?status=draft")["data"]
    assert [it["group_id"] for it in host.get(f"/sessions/{draft['id']}")["distribution"]] == [str(lunch.id)]
    host.call("POST", "/notifications/read", {"all": True})
    assert "It is passed on" in ask(telegram, lunch)[0]
    host.call("POST", "/notifications/read", {"all": True})
    assert ask(telegram, lunch) == [known]  # read, and told today
    assert [len(ask(telegram, lunch)) for _ in range(4)] == [1, 1, 0, 0]  # somebody plays with it
    container.telegram_groups().remove(host.user_id, str(lunch.id))
    assert asks(host) == []  # not linked any more


def test_a_group_where_a_session_was_announced_asks_for_one_that_follows_it_up(
    telegram: LocalTelegram, host: Host, browser: Browser, model: Interviewer
) -> None:
    model.failing.add("follow_up")
    lunch = linked(telegram, host, telegram.person("Ana"), "Lunch")
    bo = new_host("bo@example.com")
    register(bo, lunch)
    session = conclude(host, distribution=to(lunch))
    wake(telegram, session)
    assert len(ask(telegram, lunch)[0].split("\n")) == 2  # both are asked
    ((_, body, page),) = asks(host)
    assert ("Our office" in body, page) == (True, f"{session}/summary?group={lunch.id}#follow-up")
    assert [it[2] for it in asks(bo)] == [f"new?group={lunch.id}"]  # nothing of a session that is not theirs
    form = browser.open(f"/sessions/{session}/summary?group={lunch.id}").form("Prepare a follow-up")
    follow(browser, send(browser, f"/sessions/{session}", form, do="follow"))
    (draft,) = host.get("/sessions?status=draft")["data"]
    made = host.get(f"/sessions/{draft['id']}")
    assert (made["follow_up_of"], [it["group_id"] for it in made["distribution"]]) == (session, [str(lunch.id)])
    others = browser.open(f"/sessions/{session}/summary?group=-100999").form("Prepare a follow-up")
    assert "group" not in others.fields


def test_a_group_that_is_linked_to_nobody_is_told_so_and_a_private_chat_that_this_is_for_groups(
    telegram: LocalTelegram, host: Host
) -> None:
    ana = telegram.person("Ana")
    lunch = linked(telegram, host, ana, "Lunch", status="unconfirmed")
    assert "Nobody is linked to this group" in ask(telegram, lunch)[0]
    assert asks(host) == []
    ana.write("/request")
    telegram.work_off()
    assert "This command is for groups" in ana.chat.last.text
    assert "/request" in ask(telegram, lunch, text="/help")[0]
