"""A conversation goes on elsewhere: one of Telegram in a browser, one of a browser in Telegram, with the same words in both."""

import re
from contextlib import suppress
from typing import Any

import pytest

from chalicelib.errors import Conflict
from chalicelib.model.jobs import ReplyInChat
from chalicelib.model.telegram import Buttons
from chalicelib.telegram import replies
from chalicelib.telegram.replies import reply_in_chat
from chalicelib.telegram.telling import PrivateChat
from infra.local.telegram.people import Person
from tests.api.hosts import Host
from tests.clock import FakeClock
from tests.conftest import forget_wiring
from tests.telegram.local_telegram import LocalTelegram
from tests.web.browser import Browser, Page

START, TAKE, FORGET = "Start the conversation", "Continue it here", "Forget it and start new"
URL = "http://127.0.0.1:8000"


@pytest.fixture(autouse=True)
def session(host: Host) -> dict[str, Any]:
    """An open session."""
    return host.new_session(topic="Lunch", results_visibility="participants")


@pytest.fixture
def bo(telegram: LocalTelegram) -> Person:
    """Somebody with Telegram."""
    return telegram.person("Bo")


@pytest.fixture
def ben(telegram: LocalTelegram) -> Browser:
    """Somebody with a browser."""
    return Browser()


def open_link(telegram: LocalTelegram, person: Person, link: str) -> None:
    person.open_link(link)
    telegram.work_off()


def tap(telegram: LocalTelegram, person: Person, *buttons: str) -> None:
    for button in buttons:
        person.tap(button)
        telegram.work_off()


def say(telegram: LocalTelegram, person: Person, words: str) -> None:
    person.write(words)
    telegram.work_off()


def join(telegram: LocalTelegram, person: Person, session: dict[str, Any]) -> None:
    open_link(telegram, person, f"https://t.me/{telegram.bot}?start=s_{session['id'].replace('-', '')}")
    tap(telegram, person, START, "Without a name")


def private_link(telegram: LocalTelegram, person: Person) -> str:
    """What /browser gives."""
    say(telegram, person, "/browser")
    return "/" + person.chat.last.text.partition(f"{URL}/")[2]


def bot_link(page: Page) -> str:
    (link,) = [link for link in page.links if link.startswith("https://t.me/")]
    return link.replace("&amp;", "&")


def words(host: Host, session: dict[str, Any]) -> list[list[str]]:
    """What the host reads of each person."""
    people = host.get(f"/sessions/{session['id']}/responses")["data"]
    return sorted([message["content"] for message in person["messages"]] for person in people)


def forget_everywhere(browser: Browser, session: dict[str, Any]) -> None:
    asked = browser.open(f"/chat?s={session['id']}&leave=1")
    assert "It does not go on in Telegram, either." in asked.text
    browser.submit(asked.form(FORGET), everywhere="yes")


def test_a_conversation_of_telegram_goes_on_in_a_browser_and_back(
    telegram: LocalTelegram, bo: Person, ben: Browser, host: Host, session: dict[str, Any]
) -> None:
    join(telegram, bo, session)
    say(telegram, bo, "Soup")
    asked = ben.open(private_link(telegram, bo))
    assert "Whoever has it can read your conversation and write in it" in bo.chat.text
    assert "Soup" not in asked.html
    page = ben.submit(asked.form(TAKE))
    assert [said for _, said in page.log] == ["Reply 1", "Soup", "Reply 2"]
    assert not [link for link in page.links if "t.me" in link]  # who comes from Telegram has a chat there
    ben.say(session, "Bread & butter")
    say(telegram, bo, "Cheese")
    assert bo.chat.messages[-4].text == "Cheese"
    assert "Bread & butter" in bo.chat.messages[-3].text
    assert [shown.text for shown in bo.chat.messages[-2:]] == ["Reply 3", "Reply 4"]
    assert [said for _, said in ben.chat(session).log] == words(host, session)[0]
    assert words(host, session) == [["Reply 1", "Soup", "Reply 2", "Bread & butter", "Reply 3", "Cheese", "Reply 4"]]
    (person,) = host.get(f"/sessions/{session['id']}/responses")["data"]
    assert person["channel"] == "telegram"
    ben.submit(ben.chat(session).form("I’m done"))
    results = ben.open(f"/results?s={session['id']}")  # for those who took part
    assert results.status == 200
    assert "Back to your conversation" in results.text
    say(telegram, bo, "/start")
    (link,) = [link for link in bo.chat.last.links.values() if "/results" in link]
    other = Browser()  # which has no conversation: its page would begin another one
    results = other.open("/" + other.open(link.removeprefix(URL)).headers["Location"].removeprefix("/"))
    assert results.status == 200
    assert "Back to your conversation" not in results.text
    assert Browser().open(f"/results?s={session['id']}").status == 403


def test_the_page_shows_that_a_reply_comes_and_counts_a_burst_as_one_turn(
    telegram: LocalTelegram,
    bo: Person,
    ben: Browser,
    session: dict[str, Any],
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    join(telegram, bo, session)
    ben.submit(ben.open(private_link(telegram, bo)).form(TAKE))
    with monkeypatch.context() as patch:
        patch.setattr(replies, "reply_in_chat", lambda *_: None)
        for words in ("Soup", "and bread", "and cheese"):
            say(telegram, bo, words)
    assert "The facilitator is writing its reply" in ben.chat(session).text
    clock.advance(21)
    assert "could not be reached for a reply" in ben.chat(session).text
    say(telegram, bo, "please")
    shown = ben.chat(session)
    assert shown.log[-1] == ("Facilitator", "Reply 2")
    ben.say(session, "More")
    of_burst, of_two = (
        int(re.findall(r'id="progress"[^>]* value="(\d+)"', it.html)[0]) for it in (shown, ben.chat(session))
    )
    assert abs(of_two - 2 * of_burst) <= 1


def test_whoever_comes_from_telegram_and_joins_anew_on_the_page_may_have_to_wait_as_anybody(
    telegram: LocalTelegram,
    bo: Person,
    ben: Browser,
    host: Host,
    session: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    join(telegram, bo, session)
    ben.submit(ben.open(private_link(telegram, bo)).form(TAKE))
    (person,) = host.get(f"/sessions/{session['id']}/responses")["data"]
    host.call("DELETE", f"/sessions/{session['id']}/participants/{person['participant_id']}")
    telegram.work_off()
    monkeypatch.setenv("JOINS_PER_SESSION", "1")
    forget_wiring()
    page = ben.chat(session)
    Browser().join(session)
    waiting = ben.submit(page.form(START))
    assert (waiting.status, "You will be let in shortly" in waiting.text) == (429, True)


def test_a_conversation_of_a_browser_goes_on_in_telegram_once_its_person_says_so(
    telegram: LocalTelegram, bo: Person, ben: Browser, host: Host, session: dict[str, Any]
) -> None:
    ben.join(session)
    link = bot_link(ben.say(session, "Soup"))
    assert len(link.partition("?start=")[2]) <= 64
    open_link(telegram, bo, link)
    assert bo.chat.last.buttons == [TAKE, "Start my own"]
    assert "Telegram carries your messages here, and can read messages to bots" in bo.chat.last.text
    assert "Soup" not in bo.chat.text
    tap(telegram, bo, TAKE)
    shown = [message.text for message in bo.chat.answers[1:]]
    assert shown[0].startswith("You go on with a conversation that was begun")
    assert shown[1:] == ["Reply 1", "You, on the web page:\nSoup", "Reply 2"]
    say(telegram, bo, "Bread")
    assert bo.chat.last.text == "Reply 3"
    assert [said for _, said in ben.chat(session).log] == ["Reply 1", "Soup", "Reply 2", "Bread", "Reply 3"]
    open_link(telegram, bo, link)  # once more: it just goes on
    assert bo.chat.last.buttons == []
    assert len(words(host, session)) == 1
    assert host.get(f"/sessions/{session['id']}/responses")["data"][0]["channel"] == "web"


def test_a_long_conversation_comes_with_its_latest_messages(
    telegram: LocalTelegram, bo: Person, ben: Browser, session: dict[str, Any]
) -> None:
    page = ben.join(session)
    for number in range(6):
        page = ben.say(session, f"Word {number}")
    open_link(telegram, bo, bot_link(page))
    tap(telegram, bo, TAKE)
    assert "all of them are on the page" in bo.chat.answers[1].text
    assert len(bo.chat.answers) == 2 + 10
    assert bo.chat.last.text == "Reply 7"


def test_a_long_conversation_that_takes_its_time_is_told_once_whoever_else_begins_to_tell_it(
    telegram: LocalTelegram,
    bo: Person,
    ben: Browser,
    session: dict[str, Any],
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = ben.join(session)
    for number in range(6):
        page = ben.say(session, f"Word {number}")
    open_link(telegram, bo, bot_link(page))
    say_now, others = PrivateChat.say, list[str]()

    def say_late(chat: PrivateChat, html: str, buttons: Buttons = ()) -> None:
        clock.advance(20)
        say_now(chat, html, buttons)
        if not others or others[-1] == "ended":
            others.append("begun")
            with suppress(Conflict):
                reply_in_chat(ReplyInChat(bo.id, session["id"]), clock.deadline(100))
            others.append("ended")

    monkeypatch.setattr(PrivateChat, "say", say_late)
    tap(telegram, bo, TAKE)
    assert len(others) == 2 * 10
    assert len(bo.chat.answers) == 2 + 10


def test_what_names_nobody_here_is_refused(
    telegram: LocalTelegram, bo: Person, ben: Browser, host: Host, session: dict[str, Any]
) -> None:
    ben.join(session)
    link = bot_link(ben.say(session, "My secret soup"))
    at, _, packed = link.partition("?start=r_")
    other = "A" if packed[30] != "A" else "B"
    for forged in ("", packed[:-1], packed[:30] + other + packed[31:], "A" * 60):
        open_link(telegram, bo, f"{at}?start=r_{forged}")
        assert "leads to no conversation any more" in bo.chat.last.text
        assert bo.chat.last.buttons == []
    open_link(telegram, bo, link)
    forget_everywhere(ben, session)
    tap(telegram, bo, TAKE)  # asked before, ended since
    assert "leads to no conversation any more" in bo.chat.last.text
    open_link(telegram, bo, link)
    assert "leads to no conversation any more" in bo.chat.last.text
    say(telegram, bo, "Hello?")
    assert "soup" not in bo.chat.text
    assert words(host, session) == [["Reply 1", "My secret soup", "Reply 2"]]


def test_two_people_are_never_one(
    telegram: LocalTelegram, bo: Person, ben: Browser, host: Host, session: dict[str, Any]
) -> None:
    join(telegram, bo, session)
    say(telegram, bo, "My secret bread")
    ben.join(session)
    link = bot_link(ben.say(session, "My secret soup"))
    open_link(telegram, bo, link)
    assert "you take part in this session here already" in bo.chat.last.text
    assert bo.chat.last.buttons == []
    answer = ben.get(private_link(telegram, bo))
    assert answer.headers["Location"].endswith("&told=refused")
    say(telegram, bo, "More bread")
    ben.say(session, "More soup")
    assert "soup" not in bo.chat.text
    assert "bread" not in ben.chat(session).html
    assert [it[1:] for it in words(host, session)] == [
        ["My secret bread", "Reply 2", "More bread", "Reply 5"],
        ["My secret soup", "Reply 4", "More soup", "Reply 6"],
    ]


def test_what_is_forgotten_everywhere_goes_on_in_no_chat_and_whoever_begins_again_is_somebody_new(
    telegram: LocalTelegram, bo: Person, ben: Browser, host: Host, session: dict[str, Any]
) -> None:
    join(telegram, bo, session)
    say(telegram, bo, "Soup")
    link = private_link(telegram, bo)
    ben.submit(ben.open(link).form(TAKE))
    forget_everywhere(ben, session)
    assert Browser().get(link).headers["Location"] == f"chat?s={session['id']}"
    say(telegram, bo, "Is anybody there?")
    assert "This conversation was forgotten everywhere" in bo.chat.last.text
    assert "What you send here now is not stored" in bo.chat.last.text
    tap(telegram, bo, "Start my own")
    tap(telegram, bo, START, "Without a name")
    say(telegram, bo, "Bread")
    assert [message.text for message in bo.chat.messages[-3:]] == ["Reply 3", "Bread", "Reply 4"]
    assert words(host, session) == [["Reply 1", "Soup", "Reply 2"], ["Reply 3", "Bread", "Reply 4"]]
    page = Browser()
    shown = page.submit(page.open(private_link(telegram, bo)).form(TAKE))
    assert [said for _, said in shown.log] == ["Reply 3", "Bread", "Reply 4"]
    # Nor does a chat that had come from a browser go on.
    cem, cy = Browser(), telegram.person("Cy")
    cem.join(session)
    open_link(telegram, cy, bot_link(cem.say(session, "Rice")))
    tap(telegram, cy, TAKE)
    forget_everywhere(cem, session)
    say(telegram, cy, "Late words")
    assert "This conversation was forgotten everywhere" in cy.chat.last.text
    assert not any("Late words" in said for person in words(host, session) for said in person)


def test_a_link_is_only_for_a_conversation_that_is_there(
    telegram: LocalTelegram, bo: Person, session: dict[str, Any]
) -> None:
    for _ in range(2):
        say(telegram, bo, "/browser")
        assert "once it has begun here" in bo.chat.last.text
        open_link(telegram, bo, f"https://t.me/{telegram.bot}?start=s_{session['id'].replace('-', '')}")
    tap(telegram, bo, START, "Without a name")
    say(telegram, bo, "/resume")
    tap(telegram, bo, "Go on in a browser")
    assert re.search(r"/chat\?s=[\w-]+&r=telegram-[\w.-]+", bo.chat.last.text)


def test_an_old_button_of_a_forgotten_conversation_cuts_nobody_off_from_another_one(
    telegram: LocalTelegram, bo: Person, ben: Browser, host: Host, session: dict[str, Any]
) -> None:
    join(telegram, bo, session)
    say(telegram, bo, "/stop")
    rating = bo.chat.last
    ben.submit(ben.open(private_link(telegram, bo)).form(TAKE))
    other = host.new_session(topic="Other")
    join(telegram, bo, other)
    forget_everywhere(ben, session)
    old = bo.tap("3", message=rating)
    telegram.work_off()
    assert old.answer == "This button is an old one and does nothing any more."
    say(telegram, bo, "Still here")
    assert "Still here" in words(host, other)[0]
    say(telegram, bo, f"/start s_{session['id'].replace('-', '')}")
    assert bo.chat.last.buttons == [START]
