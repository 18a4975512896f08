"""The pages of a host, by name: signing in, the dashboard, a session, keys, the account."""

from playwright.sync_api import Page, expect

from tests.browser.visitor import ASK, LABEL, RECAP, SAY, State, Visitor


def sign_in(visitor: Visitor) -> Page:
    """The page that asks for an address, after one that is none."""
    page = visitor.stranger()
    page.goto("/sign-in")
    page.locator("#email").fill("nowhere")
    page.locator("form:has(#email) button").click()
    expect(page.locator(".error")).to_be_visible()
    return page


def sign_in_code(visitor: Visitor) -> Page:
    """The page that takes the code, after a wrong one."""
    page = visitor.stranger()
    page.goto("/sign-in")
    page.locator("#email").fill(f"{visitor.tongue}@example.com")
    page.locator("form:has(#email) button").click()
    page.locator("#code").fill("000000")
    page.locator("form:has(#code) button").click()
    expect(page.locator(".error")).to_be_visible()
    return page


def sign_in_ended(visitor: Visitor) -> Page:
    """The page to sign in again, with what was sent when the sign-in had ended."""
    page = _signed_in(visitor)
    page.goto("/keys")
    page.locator("[name=name]").fill(LABEL[visitor.tongue])
    page.context.clear_cookies(name="harmonica")
    page.locator("form:has([name=once]) button").click()
    expect(page.locator(".kept dd").first).to_have_text(LABEL[visitor.tongue])
    return page


def dashboard(visitor: Visitor) -> Page:
    """The first page, with sessions, and what can be done with one."""
    visitor.session()
    page = _signed_in(visitor)
    page.locator(".sessions summary").first.click()
    expect(page.locator(".sessions .copy input").first).to_be_visible()
    return page


def new_session(visitor: Visitor) -> Page:
    """The form for a session, with a field that is empty and needed."""
    page = _signed_in(visitor)
    page.locator("#goal").fill(LABEL[visitor.tongue])
    page.locator(".ask button").first.click()
    page.locator("#context").fill(SAY[visitor.tongue])
    page.locator("form:has(#context) button").click()
    expect(page.locator(".error")).to_have_count(1)
    return page


def session(visitor: Visitor) -> Page:
    """A session that was just made, and how to delete it."""
    page = _signed_in(visitor)
    page.goto("/new")
    page.locator("#goal").fill(SAY[visitor.tongue])
    page.locator("#topic").fill(LABEL[visitor.tongue])
    page.locator("form:has(#topic) button").click()
    expect(page.locator("#link")).to_have_value(
        f"{visitor.cloud.url}/chat?s={page.url.partition('/sessions/')[2][:36]}"
    )
    page.locator("details.card summary").click()
    return page


def prompt(visitor: Visitor) -> Page:
    """Versions of a prompt, and a brief that has changed since the current one was written from it."""
    session = visitor.session(prompt=SAY[visitor.tongue], prompt_summary=LABEL[visitor.tongue])
    brief = {"topic": LABEL[visitor.tongue], "goal": SAY[visitor.tongue]}
    changed = {"prompt": RECAP[visitor.tongue], "prompt_generated_from": brief}
    assert visitor.cloud.call("PATCH", f"/sessions/{session}", changed).status == 200
    page = _signed_in(visitor)
    page.goto(f"/sessions/{session}/prompt")
    expect(page.locator("#drift")).to_be_visible()
    expect(page.locator("#prompt-versions li")).to_have_count(2)
    return page


def prompt_version(visitor: Visitor) -> Page:
    """A version, and what is different from the current one."""
    page = prompt(visitor)
    page.locator("#prompt-versions li a").last.click()
    expect(page.locator("del").first).to_be_visible()
    return page


def prompt_proposal(visitor: Visitor) -> Page:
    """A prompt that was written and not stored."""
    page = prompt(visitor)
    page.locator("button[value=anew]").click()
    expect(page.locator("#proposal")).to_be_visible()
    return page


def prompt_editor(visitor: Visitor) -> Page:
    """The text of a proposal to edit, after it was emptied."""
    page = prompt_proposal(visitor)
    page.locator("button[value=edit]").click()
    page.locator("#text").fill("")
    page.locator("button[value=save]").click()
    expect(page.locator(".error")).to_be_visible()
    return page


def test_run(visitor: Visitor) -> Page:
    """A test run that has begun."""
    visitor.model.says(ASK[visitor.tongue])
    session = visitor.session(questions=[])
    page = _signed_in(visitor)
    page.goto(f"/chat?s={session}&test=1")
    page.locator("#join button").click()
    expect(page.locator(".test-run button")).to_have_count(2)
    expect(page.locator(".message").first).to_be_visible()
    return page


def api_keys(visitor: Visitor) -> Page:
    """A key that was just made, beside others."""
    page = _signed_in(visitor)
    page.goto("/keys")
    page.locator("[name=name]").fill(LABEL[visitor.tongue])
    page.locator("form:has([name=once]) button").click()
    expect(page.locator("#made")).to_be_visible()
    return page


def account(visitor: Visitor) -> Page:
    """Where one is signed in, with another browser in the list."""
    _signed_in(visitor)
    page = _signed_in(visitor)
    page.goto("/account")
    expect(page.locator(".rows li").nth(1)).to_be_visible()
    return page


def _signed_in(visitor: Visitor) -> Page:
    page = visitor.stranger()
    page.goto("/sign-in")
    page.locator("form[action$='/sign-in/demo'] button").click()
    expect(page.locator("#goal")).to_be_visible()
    return page


PROMPT_STATES = (prompt, prompt_version, prompt_proposal, prompt_editor)
HOST_STATES: tuple[State, ...] = (
    sign_in,
    sign_in_code,
    sign_in_ended,
    dashboard,
    new_session,
    session,
    *PROMPT_STATES,
    test_run,
    api_keys,
    account,
)
WORDY_HOSTS = {dashboard, session, *PROMPT_STATES, test_run, api_keys, account}
