"""The description of the API tries what it describes, and tells nobody the key."""

import re

from playwright.sync_api import BrowserContext, Page, Request, expect

from tests.browser.appearance import WIDTHS, examine, overflowing
from tests.browser.devices import DESKTOP, Devices
from tests.e2e.local import LocalCloud

_KEPT = """async () => JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href, history.state,
  await indexedDB.databases(), await caches.keys()])"""

# Some of each kind, as one template makes all: axe-core takes its time for the whole page.
TRIED = {"create_session": 201, "get_session": 200, "list_sessions": 200, "get_openapi": 200}
_KEEP_SOME = """kept => {
  document.querySelectorAll('main > details').forEach(it => { if (!kept.includes(it.id)) it.remove(); });
  document.querySelectorAll('nav a').forEach(it => { if (!kept.includes(it.hash.slice(1))) it.parentElement.remove(); });
}"""


class Docs:
    """The page, open before somebody with a key."""

    def __init__(self, page: Page, cloud: LocalCloud) -> None:
        self.page = page
        self.cloud = cloud
        self.sent: list[Request] = []
        page.on("request", lambda request: self.sent.append(request))
        page.goto("/docs")
        self.key = page.get_by_label("Your API key")

    @property
    def context(self) -> BrowserContext:
        return self.page.context

    def open(self, operation: str) -> None:
        """Unfold the form of an operation."""
        self.page.locator(f"#{operation} .try > summary").click()

    def field(self, operation: str, name: str) -> str:
        """What selects a field of an operation's form."""
        return f"#{operation}-{name}"

    def send(self, operation: str, status: int) -> str:
        """Send what the form says; gives the answer that is shown, which has this status."""
        self.page.locator(f"#{operation} .try button").click()
        return self.answer(operation, status)

    def answer(self, operation: str, status: int) -> str:
        """The answer that is shown."""
        expect(self.page.locator(f"#{operation} [role=status]")).to_contain_text(f"Status {status}")
        return self.page.locator(f"#{operation} .try pre").inner_text()


def test_a_session_is_made_read_and_deleted_with_a_key_that_goes_nowhere_else(
    scripted: LocalCloud, devices: Devices
) -> None:
    docs = Docs(devices.open(scripted, DESKTOP), scripted)
    docs.open("create_session")
    assert "unauthorized" in docs.send("create_session", 401)
    docs.key.fill(scripted.key)
    made = docs.send("create_session", 201)
    session = re.findall(r'"id": "([0-9a-f-]{36})"', made)[0]
    docs.open("get_session")
    expect(docs.page.locator(docs.field("get_session", "session_id"))).to_have_value(session)
    assert '"topic": "Our office"' in docs.send("get_session", 200)
    docs.open("edit_session")
    docs.page.fill(docs.field("edit_session", "body"), '{"topic": "Ünser Büro"}')
    assert '"topic": "Ünser Büro"' in docs.send("edit_session", 200)
    docs.open("list_sessions")
    docs.page.fill(docs.field("list_sessions", "q"), "ünser büro")
    docs.page.fill(docs.field("list_sessions", "limit"), "1")
    docs.page.select_option(docs.field("list_sessions", "status"), "active")
    listed = docs.send("list_sessions", 200)
    assert session in listed
    assert '"limit": 1' in listed
    docs.open("delete_session")
    assert docs.send("delete_session", 204) == ""
    assert scripted.call("GET", f"/sessions/{session}").status == 404
    keyed = [it for it in docs.sent if scripted.key in f"{it.url} {it.post_data} {it.all_headers()}"]
    assert len(keyed) == 5
    for request in keyed:
        assert request.url.startswith(f"{scripted.url}/api/v1/sessions")
        assert scripted.key not in f"{request.url} {request.post_data}"
        assert "cookie" not in request.all_headers()
    assert scripted.key not in docs.page.evaluate(_KEPT)
    docs.page.reload()
    expect(docs.key).to_have_value("")


def test_it_works_by_keyboard_and_says_what_is_missing(scripted: LocalCloud, devices: Devices) -> None:
    docs = Docs(devices.open(scripted, DESKTOP), scripted)
    docs.key.focus()
    docs.page.keyboard.type(scripted.key)
    docs.page.locator("#get_template .try > summary").focus()
    docs.page.keyboard.press("Enter")
    docs.page.keyboard.press("Tab")
    docs.page.keyboard.press("Enter")  # nothing is entered: nothing is sent
    name = docs.page.locator(docs.field("get_template", "template_id"))
    expect(name).to_be_focused()
    assert name.evaluate("it => it.validity.valueMissing")
    assert [it for it in docs.sent if "/templates" in it.url] == []
    docs.page.keyboard.type("no such/template?")
    docs.page.keyboard.press("Enter")
    assert "Template not found" in docs.answer("get_template", 404)
    assert docs.sent[-1].url.endswith("/templates/no%20such%2Ftemplate%3F")
    docs.page.keyboard.press("ControlOrMeta+a")
    docs.page.keyboard.type("swot")
    docs.page.keyboard.press("Enter")
    assert '"title": "SWOT' in docs.answer("get_template", 200)


def test_a_network_that_fails_is_told_and_the_next_try_works(scripted: LocalCloud, devices: Devices) -> None:
    docs = Docs(devices.open(scripted, DESKTOP), scripted)
    docs.open("list_public_sessions")
    docs.context.set_offline(True)
    docs.page.locator("#list_public_sessions .try button").click()
    expect(docs.page.locator("#list_public_sessions [role=status]")).to_contain_text("There is no answer")
    docs.context.set_offline(False)
    assert '"data"' in docs.send("list_public_sessions", 200)


def test_forms_and_answers_are_without_barriers_and_fit_every_screen(scripted: LocalCloud, devices: Devices) -> None:
    docs = Docs(devices.open(scripted, DESKTOP), scripted)
    for width in reversed(WIDTHS):
        docs.page.set_viewport_size({"width": width, "height": 800})
        assert overflowing(docs.page) == [], width
    ids: list[str] = docs.page.evaluate("[...document.querySelectorAll('[id]')].map(it => it.id)")
    assert len(ids) == len(set(ids))
    docs.page.evaluate(_KEEP_SOME, list(TRIED))
    docs.key.fill(scripted.key)
    for operation, status in TRIED.items():
        docs.open(operation)
        docs.send(operation, status)
    assert examine(docs.page, "docs-tried", "ltr") == []
