"""The bot on the packaged application: a group linked in each way, three people at once, one of them goes on in a browser."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.e2e.local import LocalCloud
from tests.e2e.pages import browser_at
from tests.e2e.telegram_page import Seat, TelegramPage
from tests.e2e.test_main_job import current_summary, new_session, wait_for

SAID = (
    "The bus to the hospital should run in the evening, I cannot get home after a late shift.",
    "Evening buses matter most to me, because taxis cost a day's pay.",
)


def link(cloud: LocalCloud) -> Any:
    """A code of the demo host's."""
    answer = cloud.call("POST", "/integrations/telegram/link")
    assert answer.status == 201, answer.text
    return answer.json()


def link_groups(cloud: LocalCloud, page: TelegramPage, ana: Seat) -> list[int]:
    """Groups that Ana runs, linked in each of the three ways."""
    by_command, by_link = page.group("By command", ana), page.group("By link", ana, "supergroup")
    page.act("add_bot", person=ana.id, group=by_command)
    ana.write(link(cloud)["command"], by_command)
    ana.open(link(cloud)["url"], group=by_link)
    for group in (by_command, by_link):
        page.until(group, text="announced here from now on")
    by_button = page.group("By button", ana, "forum")
    ana.open(link(cloud)["start_url"])
    ana.tap("Add", group=by_button, lost=True)
    ana.tap("Announce", by_button)
    page.until(by_button, text="announced here from now on")
    return [by_command, by_link, by_button]


def talk(person: Seat, group: int) -> None:
    """Join by the announcement and say two things, each after what is asked."""
    person.tap("Join", group)
    person.tap("Start the conversation")
    person.tap("Without a name")
    asked = person.until("?", after=person.until(button="Without a name").message_id)
    for words in SAID:
        asked = person.until("?", after=max(asked.message_id, person.write(words)))


def user_words(cloud: LocalCloud, session: str) -> list[list[str]]:
    people = cloud.call("GET", f"/sessions/{session}/responses").json()["data"]
    return [[it["content"] for it in person["messages"] if it["role"] == "user"] for person in people]


def go_on_in_a_browser(cloud: LocalCloud, session: str, person: Seat) -> None:
    """Say something on the page that the bot gives the address of, and then something in Telegram again."""
    address = person.until("/chat?", after=person.write("/browser")).links
    browser = browser_at(cloud.url)
    asked = browser.open(next(iter(address.values())).removeprefix(cloud.url))
    page = browser.submit(asked.form("Continue it here"))
    assert [words for _, words in page.log if words in SAID] == list(SAID)
    assert browser.say({"id": session}, "And a stop at the school.").status == 200
    person.until("And a stop at the school.", after=person.write("That is all from me."))


def test_a_session_comes_to_groups_and_three_people_talk_at_once(cloud: LocalCloud) -> None:
    page = TelegramPage(cloud)
    ana, bo, cy = (page.person(name) for name in ("Ana", "Bo", "Cy"))
    groups = link_groups(cloud, page, ana)
    where = [{"channel": "telegram", "group_id": str(group)} for group in groups]
    session = new_session(cloud, distribution=where, questions=[])

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(talk, (ana, bo, cy), groups))
    assert user_words(cloud, session) == [list(SAID)] * 3
    go_on_in_a_browser(cloud, session, cy)
    assert sum("And a stop at the school." in words for words in user_words(cloud, session)) == 1

    last = max(it["last_message_at"] for it in cloud.call("GET", f"/sessions/{session}/responses").json()["data"])
    summary = wait_for("summary", lambda: current_summary(cloud, session, last))
    assert "of 3 participants" in summary["summary"]
    assert cloud.call("PATCH", f"/sessions/{session}", {"status": "completed"}).status == 200
    for group in groups:
        announced = wait_for(
            "the end", lambda at=group: next((it for it in page.messages(at) if "ended" in it.text), None)
        )
        assert announced.wire["edit_date"]
        assert "Join" not in announced.buttons
