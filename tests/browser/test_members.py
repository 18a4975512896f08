"""Two people who are invited, from the mail to what they may: an editor who had no account, and a viewer."""

import re

from playwright.sync_api import Page, expect

from tests.browser.appearance import photograph
from tests.browser.axe import violations
from tests.browser.devices import DESKTOP, PHONE, Devices, sign_in_as_demo_host
from tests.e2e.local import LocalCloud
from tests.e2e.test_main_job import wait_for

EVA, VIC = "eva@example.com", "vic@example.com"


def link_to(cloud: LocalCloud, address: str, page: str) -> str:
    """The last link to this page in the mails to an address; waits for it."""

    def find() -> str:
        links = rf"https?://[^/\s]+({page}\?t=[\w.-]+)"
        found = [it for mail in cloud.mails_to(address) for it in re.findall(links, mail)]
        return found[-1] if found else ""

    return str(wait_for(f"the mail to {address}", find))


def look(page: Page, name: str) -> None:
    """Keep a picture of a page, on which there is no barrier."""
    photograph(page, name)
    assert violations(page) == [], name


def test_an_owner_invites_an_editor_who_had_no_account_and_a_viewer(cloud: LocalCloud, devices: Devices) -> None:
    made = cloud.call("POST", "/sessions", {"topic": "Lunch at work", "goal": "What would bring people here"})
    session = f"/sessions/{made.json()['id']}"
    owner = devices.open(cloud, DESKTOP)
    sign_in_as_demo_host(owner)
    for address, role in ((EVA, "editor"), (VIC, "viewer")):
        invite(owner, session, address, role)
    eva, vic = devices.open(cloud, PHONE, locale="ar", dark=True), devices.open(cloud, PHONE)
    for page, address, role in ((eva, EVA, "editor"), (vic, VIC, "viewer")):
        accept(page, cloud, address, role)
    eva.goto(f"{session}/brief")
    eva.locator("#critical").fill("Which days they come")
    eva.locator("button[value=save]:not(.unseen)").click()
    expect(eva.locator("main [role=status]").first).to_be_visible()
    assert cloud.call("GET", session).json()["critical"] == "Which days they come"
    vic.goto(f"{session}/people")
    expect(vic.locator("h1")).to_contain_text("Lunch at work")
    for closed in ("brief", "history"):
        refused = vic.goto(f"{session}/{closed}")
        assert refused
        assert refused.status == 403
    owner.goto(f"{session}/members")
    expect(owner.locator("ul[aria-labelledby=members] > li")).to_have_count(3)
    expect(owner.locator("#pending")).to_have_count(0)
    look(owner, "members-3-all-in")


def invite(page: Page, session: str, address: str, role: str) -> None:
    """First with a mistake, which leaves what was typed."""
    page.goto(f"{session}/members")
    page.locator("#addresses").fill(f"{address}, nobody")
    page.locator("#invite-role").select_option(role)
    page.locator("#message").fill("Glad to have you with us.")
    page.locator("button[value=invite]").click()
    expect(page.locator("#addresses-error")).to_be_visible()
    look(page, f"members-1-wrong-{role}")
    page.locator("#addresses").fill(address)
    expect(page.locator("#message")).to_have_value("Glad to have you with us.")
    page.locator("button[value=invite]").click()
    expect(page.locator("#told")).to_contain_text(address)
    look(page, f"members-2-invited-{role}")


def accept(page: Page, cloud: LocalCloud, address: str, role: str) -> None:
    """From the mail: look at it, sign up by a mail that leads back, accept."""
    page.goto(link_to(cloud, address, "/invitation"))
    expect(page.locator("main")).to_contain_text("Lunch at work")
    look(page, f"invitation-1-signed-out-{role}")
    page.locator("main a.button").click()
    page.locator("#email").fill(address)
    page.locator("form:has(#email) button").click()
    expect(page.locator("#code")).to_be_visible()
    page.goto(link_to(cloud, address, "/sign-in/confirm"))
    page.locator("main form button").click()
    expect(page.locator("button[value=accept]")).to_be_visible()
    look(page, f"invitation-2-own-{role}")
    page.locator("button[value=accept]").click()
    expect(page.locator("#told")).to_be_visible()
    look(page, f"invitation-3-in-{role}")
