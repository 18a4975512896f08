"""A host watches people come and talk, and takes one of them out of the results."""

from playwright.sync_api import expect

from tests.browser.devices import DESKTOP, Devices, sign_in_as_demo_host
from tests.browser.finished_sessions import SAID, summarised, talked_in
from tests.e2e.local import LocalCloud
from tests.e2e.test_main_job import say

TROLL = "BUY CHEAP WATCHES at watches.example, BUY CHEAP WATCHES"


def test_a_host_leaves_a_troll_out_and_sees_the_counts_fall(cloud: LocalCloud, devices: Devices) -> None:
    session = talked_in(cloud, (*SAID, TROLL))
    summarised(cloud, session)
    page = devices.open(cloud, DESKTOP)
    sign_in_as_demo_host(page)
    page.goto(f"/sessions/{session}/summary")
    expect(page.locator("main")).to_contain_text("From 6 participants")
    page.get_by_role("link", name="People", exact=True).click()
    assert say(cloud, session, "Person 1", "I would pay for a better one.").status == 200
    newest = page.locator(".newest li").first  # it comes by itself
    expect(newest).to_contain_text("I would pay for a better one.")
    page.locator("tr", has_text="Person 6").get_by_role("button", name="Leave out").click()
    expect(page.locator("#told")).to_contain_text("Left out of the results.")
    expect(page.locator(".figures")).to_contain_text("left out of the results")
    expect(page.locator(".newest")).not_to_contain_text("WATCHES")
    summarised(cloud, session)
    page.get_by_role("link", name="Results", exact=True).click()
    expect(page.locator("main")).to_contain_text("From 5 participants")
    expect(page.locator("main")).not_to_contain_text("WATCHES")
    page.locator("details:has(blockquote a) > summary").first.click()
    page.locator("blockquote a").first.click()
    said = page.locator(".message:target")
    expect(said).to_be_in_viewport()
    expect(said).to_have_class("message user")
