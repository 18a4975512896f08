"""The pages of a host's projects, by name."""

from playwright.sync_api import Page, expect

from tests.browser.visitor import LABEL, SAY, State, Visitor

_OPEN = "document.querySelectorAll('main details').forEach(it => { it.open = true })"


def _make(visitor: Visitor, **fields: str) -> str:
    """The id of a new project of the demo host's."""
    body = {"title": LABEL[visitor.tongue], "description": SAY[visitor.tongue], **fields}
    return str(visitor.cloud.call("POST", "/projects", body).json()["id"])


def projects(visitor: Visitor) -> Page:
    """All projects, one that is archived among them, after one was to be made without a name."""
    visitor.cloud.call("PATCH", f"/projects/{_make(visitor)}", {"status": "archived"})
    _make(visitor)
    page = visitor.signed_in()
    page.goto("/projects")
    page.locator("main form button").last.click()
    expect(page.locator("#title-error")).to_be_visible()
    expect(page.locator("#archived")).to_be_visible()
    return page


def project(visitor: Visitor) -> Page:
    """A project with a place, a session, a draft and a template, after it was to be without a name; all of it is open."""
    named = _make(visitor, location=LABEL[visitor.tongue])
    for fields in ({}, {"draft": True}):
        visitor.session(project_id=named, **fields)
    body = {"title": LABEL[visitor.tongue], "description": SAY[visitor.tongue], "icon": "🥣", "workspace_id": named}
    visitor.cloud.call("POST", "/templates", body)
    page = visitor.signed_in()
    page.goto(f"/projects/{named}")
    page.locator("#title").fill("")
    page.locator("button[value=save]").click()
    expect(page.locator("#title-error")).to_be_visible()
    expect(page.locator("[aria-labelledby=templates] li")).to_have_count(1)
    page.evaluate(_OPEN)
    return page


def empty_project(visitor: Visitor) -> Page:
    """A project with nothing in it yet."""
    page = visitor.signed_in()
    page.goto(f"/projects/{_make(visitor)}")
    expect(page.locator("[aria-labelledby=sessions] li")).to_have_count(0)
    return page


def session_members(visitor: Visitor) -> Page:
    """The members of a session, and its projects, after two were invited, of whom one has no address."""
    session = visitor.session(project_id=_make(visitor))
    page = visitor.signed_in()
    page.goto(f"/sessions/{session}/members")
    page.locator("#addresses").fill("ada@example.com, nobody")
    page.locator("button[value=invite]").click()
    expect(page.locator("#told .error")).to_be_visible()
    expect(page.locator("#addresses-error")).to_be_visible()
    page.evaluate(_OPEN)
    expect(page.locator("main h2").first).to_be_visible()
    return page


def template_of_project(visitor: Visitor) -> Page:
    """The form of a new template of a project."""
    page = visitor.signed_in()
    page.goto(f"/templates/new?project={_make(visitor)}")
    expect(page.locator("#project")).to_be_visible()
    return page


def session_in_project(visitor: Visitor) -> Page:
    """The first step of a session that is going to be in a project."""
    page = visitor.signed_in()
    page.goto(f"/new?project={_make(visitor)}")
    expect(page.locator("input[name=project]")).to_have_count(1)
    return page


PROJECT_STATES: tuple[State, ...] = (
    projects,
    project,
    empty_project,
    session_members,
    template_of_project,
    session_in_project,
)
WORDY = {project, session_members}
