"""The states of what people fill in, by name: each kind of field, what is wrong with it, a form that changed meanwhile."""

from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.chat_page import ChatPage
from tests.browser.visitor import LABEL, MORE, OPTIONS, SAY, State, Visitor


def fields(visitor: Visitor) -> Page:
    """Several options and a text of lines, filled in."""
    page = _form(visitor).page
    for box in page.locator("[type=checkbox]").all()[:2]:
        box.check()
    page.locator("textarea").first.fill(f"{SAY[visitor.tongue]}\n\n{MORE[visitor.tongue]}")
    return page


def fields_refused(visitor: Visitor) -> Page:
    """A text that is too long, nothing where something is needed, what is no address."""
    page = _form(visitor).page
    page.locator("textarea").first.fill((SAY[visitor.tongue] + " ") * 160)
    page.locator("[autocomplete=email]").fill("nowhere")
    page.locator("#join button").click()
    expect(page.locator(".error:visible")).to_have_count(3)
    expect(page.locator(".count.over")).to_be_visible()
    return page


def form_changed(visitor: Visitor) -> Page:
    """A question that is gone, its answer kept, and one whose answer is none of its options."""
    tongue = visitor.tongue
    talk = ChatPage(
        visitor.page(), visitor.cloud, visitor.session(questions=_texts(LABEL[tongue], MORE[tongue]))
    ).open()
    for box in talk.page.locator("textarea").all():
        box.fill(SAY[tongue])
    asked = [{"text": LABEL[tongue], "type": "Options", "options": OPTIONS[tongue], "required": True}]
    assert visitor.cloud.call("PATCH", f"/sessions/{talk.session}", {"questions": asked}).status == 200
    talk.page.locator("#join button").click()
    expect(talk.page.locator("[readonly]")).to_have_value(SAY[tongue])
    return talk.page


def anonymous_meanwhile(visitor: Visitor) -> Page:
    """A name that was entered before the session became anonymous, given back."""
    talk = ChatPage(visitor.page(), visitor.cloud, visitor.session(questions=None)).open()
    talk.page.locator("[autocomplete=name]").fill("Ben Okri")
    assert visitor.cloud.call("PATCH", f"/sessions/{talk.session}", {"anonymous": True}).status == 200
    talk.page.locator("#join button").click()
    expect(talk.page.locator("#unsent")).to_have_value("Ben Okri")
    return talk.page


def overlong(visitor: Visitor) -> Page:
    """A message that is too long, with how long it is."""
    talk = visitor.joined()
    talk.box.fill((SAY[visitor.tongue] + " ") * 350)
    talk.page.locator("#compose button[type=submit]").first.click()
    expect(talk.page.locator("#content-error")).to_be_visible()
    expect(talk.page.locator(".count.over")).to_be_visible()
    return talk.page


def rating_refused(visitor: Visitor) -> Page:
    """A rating without a number, then one with a comment that is too long."""
    page = visitor.joined().page
    page.locator("[form=done]").click()
    page.locator(".rating button").click()
    expect(page.locator("#rating-error")).to_be_visible()
    page.locator(".rating .step").first.click()
    page.locator("#comment").fill((SAY[visitor.tongue] + " ") * 60)
    page.locator(".rating button").click()
    expect(page.locator("#comment-error")).to_be_visible()
    return page


def blocked(visitor: Visitor) -> Page:
    """The plain way, where the script's address is blocked."""
    talk = visitor.joined()
    talk.page.route("**/chat/live*", lambda route: route.abort("blockedbyclient"))
    visitor.send(talk)
    for _ in range(2):
        talk.page.locator(".again").click()
    expect(talk.page.locator("#alerts button")).to_be_visible()
    return talk.page


def _form(visitor: Visitor) -> ChatPage:
    tongue = visitor.tongue
    several = {"text": LABEL[tongue], "type": "Options", "options": OPTIONS[tongue], "multiple": True, "required": True}
    asked = [{"text": MORE[tongue], "long": True}, several, {"text": "@", "type": "Email"}]
    return ChatPage(visitor.page(), visitor.cloud, visitor.session(questions=asked)).open()


def _texts(*texts: str) -> list[dict[str, Any]]:
    return [{"text": text} for text in texts]


FORM_STATES: tuple[State, ...] = (
    fields,
    fields_refused,
    form_changed,
    anonymous_meanwhile,
    overlong,
    rating_refused,
    blocked,
)
WORDY: set[State] = {fields}
