"""A host links Telegram groups on a page of their own, sees how each stands, and lets them go."""

import pytest

from chalicelib import container, settings
from chalicelib.model import GroupStatus, TelegramGroup
from tests.api.hosts import Host
from tests.clock import FakeClock
from tests.web.browser import Browser, Page
from tests.web.host.visitor import follow, send, sign_in

PAGE = "/account/telegram"


@pytest.fixture
def ana(host: Host, ben: Browser, monkeypatch: pytest.MonkeyPatch) -> Browser:
    """Her browser, on a server with a bot."""
    monkeypatch.setenv("TELEGRAM_BOT", "harmonica_bot")
    settings.settings.cache_clear()
    return sign_in(ben, "ana@example.com")


def make_code(browser: Browser) -> tuple[str, Page]:
    """A code, by its page's address and as that is shown."""
    made = send(browser, PAGE, browser.open(PAGE).form("Link a group"), do="link")
    assert made.status_code == 303
    path = made.headers["Location"].partition("#")[0]
    return path, browser.open(path)


def code_on(page: Page) -> str:
    return page.html.partition('id="command">/setup@harmonica_bot ')[2].partition("<")[0]


def register(host: Host, group_id: str, status: GroupStatus, topic_id: int | None = None) -> None:
    group = TelegramGroup(group_id, f"Group {group_id}", topic_id, container.clock().now(), status)
    container.telegram_groups().register(host.user_id, group)


def test_a_code_is_shown_with_the_three_ways_to_use_it_until_it_has_linked_a_group(
    ana: Browser, host: Host, clock: FakeClock
) -> None:
    path, page = make_code(ana)
    code = code_on(page)
    assert len(code) == 12
    assert f"https://t.me/harmonica_bot?startgroup={code}" in page.links
    assert f"https://t.me/harmonica_bot?start={code}" in page.html
    assert 'src="data:image/svg+xml' in page.html
    assert "can be used until" in page.text
    link = container.telegram_links().find(code, clock.now())
    assert link
    used = TelegramGroup("-1", "Lunch", None, clock.now(), "confirmed")
    assert container.telegram_links().use(link, used, clock.now())
    linked = ana.open(path)
    assert "Lunch is linked" in linked.text
    assert code not in linked.html
    old, _ = make_code(ana)
    clock.advance(15 * 60)
    assert "This code is too old" in ana.open(old).text


def test_each_group_says_how_it_stands_and_what_to_do_and_is_removed(ana: Browser, host: Host) -> None:
    assert "No group is linked yet" in ana.open(PAGE).text
    assert "Link Telegram groups" in ana.open("/account").text
    register(host, "-0", "confirmed", topic_id=7)
    register(host, "-1", "unconfirmed")
    register(host, "-2", "removed")
    page = ana.open(PAGE)
    for told in ("Group -0 Topic 7", "Linked.", "an administrator sends /setup@harmonica_bot", "make a new code"):
        assert told in page.text
    removed = follow(ana, send(ana, PAGE, page.form("Remove it"), remove="-1"))
    assert "on your list no more" in removed.text
    assert [it["group_id"] for it in host.get("/integrations/telegram/groups")["data"]] == ["-0", "-2"]
    assert send(ana, PAGE, page.form("Remove it"), remove="-1").status_code == 303


def test_nobody_sees_or_removes_what_is_another_hosts(ana: Browser, host: Host, cem: Browser) -> None:
    register(host, "-1", "confirmed")
    path, page = make_code(ana)
    code = code_on(page)
    host.invite(host.new_session()["id"], "viewer", "bo@example.com")
    sign_in(cem, "bo@example.com")
    seen = cem.open(path)
    assert code not in seen.html
    assert "Group -1" not in seen.text
    assert send(cem, PAGE, cem.open(PAGE).form("Link a group"), remove="-1").status_code == 303
    assert len(host.get("/integrations/telegram/groups")["data"]) == 1


def test_without_a_bot_the_page_says_so(host: Host, ben: Browser) -> None:
    page = sign_in(ben, "ana@example.com").open(PAGE)
    assert "Telegram is not set up on this server" in page.text
    assert "Link a group" not in page.text
    own = ben.open("/account").form("Sign out")
    assert send(ben, PAGE, own, do="link").status_code == 422
