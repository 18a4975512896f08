"""The pages of a host's templates, by name."""

from playwright.sync_api import Page, expect

from tests.browser.visitor import LABEL, OPTIONS, SAY, State, Visitor

_OPEN = "document.querySelectorAll('main details').forEach(it => { it.open = true })"


def _make(visitor: Visitor) -> str:
    """The id of a new template of the demo host's, with a question of its own to whoever designs a session."""
    label, words = LABEL[visitor.tongue], SAY[visitor.tongue]
    field = {"key": "dish", "label": label, "hint": words, "required": True, "maps_to": "context"}
    question = {"text": label, "type": "Options", "options": OPTIONS[visitor.tongue]}
    body = {"title": label, "description": words, "icon": "🥣", "facilitation_prompt": words}
    made = visitor.cloud.call("POST", "/templates", {**body, "fields": [field], "questions": [question]})
    return str(made.json()["id"])


def templates(visitor: Visitor) -> Page:
    """All templates: own ones with all that can be done with them, one that is archived, and what each asks."""
    _make(visitor)
    visitor.cloud.call("PATCH", f"/templates/{_make(visitor)}", {"archived": True})
    page = visitor.signed_in()
    page.goto("/templates")
    page.evaluate(_OPEN)
    expect(page.locator("section details .said").first).to_be_visible()
    return page


def template_editor(visitor: Visitor) -> Page:
    """The form of a template with questions, after one without options and without a name."""
    page = visitor.signed_in()
    page.goto(f"/templates/{_make(visitor)}")
    for name, field in (("question", "q1-text"), ("field", "f1-label")):
        page.locator(f"button[value={name}]").click()
        page.locator(f"#{field}").fill(LABEL[visitor.tongue])
    page.locator("#q1-kind").select_option("one")
    page.locator("#title").fill("")
    page.locator(".save button").click()
    expect(page.locator("#title-error")).to_be_visible()
    expect(page.locator("#q1-options-error")).to_be_visible()
    return page


def template_fields(visitor: Visitor) -> Page:
    """What a template asks whoever designs a session, after an answer that is missing."""
    page = visitor.signed_in()
    page.goto(f"/new?template={_make(visitor)}")
    page.locator("[name=do][value=fields]").click()
    expect(page.locator(".error")).to_be_visible()
    return page


TEMPLATE_STATES: tuple[State, ...] = (templates, template_editor, template_fields)
WORDY = {templates, template_editor}
