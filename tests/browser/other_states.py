"""The states beside a conversation, by name: pages for those who cannot talk, come from elsewhere, or came too often."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

import urllib3
from playwright.sync_api import Page, expect

from chalicelib.services.access.signing import DigestPurpose, make_digest
from chalicelib.store import keys
from tests.browser.chat_page import ChatPage
from tests.browser.visitor import SAY, State, Visitor
from tests.e2e.local import LocalCloud


def anonymous(visitor: Visitor) -> Page:
    """The welcome card of a session that stores no names."""
    return ChatPage(visitor.page(), visitor.cloud, visitor.session(anonymous=True, questions=None)).open().page


def privacy(visitor: Visitor) -> Page:
    """What becomes of what people say in a session."""
    page = visitor.page()
    page.goto(f"{visitor.cloud.url}/privacy?s={visitor.session(results_visibility='public')}")
    expect(page.locator("#ask")).to_be_visible()
    return page


def leave(visitor: Visitor) -> Page:
    """The question whether this browser shall forget, with words that are not sent."""
    talk = visitor.joined()
    talk.box.fill(SAY[visitor.tongue])
    talk.page.locator("#to-leave").click()
    expect(talk.page.locator("#unsent")).to_be_visible()
    return talk.page


def receipt(visitor: Visitor) -> Page:
    """What a participant can do with what is stored of them, once they are not to be quoted any more."""
    page = _receipt(visitor)
    page.locator(".use button").first.click()
    expect(page.locator("#told")).to_be_focused()
    expect(page.locator(".copy button").first).to_be_visible()
    return page


def receipt_deletion(visitor: Visitor) -> Page:
    """The question whether all of it is to go, which has not been answered."""
    page = _receipt(visitor)
    page.locator(".danger").click()
    page.locator("#deletion button").click()
    expect(page.locator("#sure-error")).to_be_visible()
    return page


def private_link(visitor: Visitor) -> Page:
    """The question whether the conversation of a private link is one's own."""
    talk = visitor.joined()
    page = visitor.stranger()
    page.goto(talk.page.locator("#resume").input_value())
    expect(page.locator("#resume-here")).to_be_visible()
    return page


def private_link_refused(visitor: Visitor) -> Page:
    """A private link, opened where another conversation is going on."""
    talk = visitor.joined()
    page = visitor.stranger()
    own = ChatPage(page, visitor.cloud, talk.session).open()
    page.locator("#join button").click()
    own.await_opening()
    page.goto(talk.page.locator("#resume").input_value())
    expect(page.locator("main > .notice")).to_be_visible()
    return page


def other_person(visitor: Visitor) -> Page:
    """A page that was left open, and somebody else's conversation by now."""
    talk = visitor.joined()
    other = ChatPage(visitor.stranger(), visitor.cloud, talk.session).open()
    other.page.locator("#join button").click()
    other.await_opening()
    visitor.send(talk)
    expect(talk.page.locator("#alerts .notice")).to_be_visible()
    expect(talk.box).to_have_value(SAY[visitor.tongue])
    return talk.page


def reminder_refused(visitor: Visitor) -> Page:
    """What is wrong where the box is not ticked; the browser's time zone is in the form."""
    page = visitor.joined(reminders={"enabled": True}).page
    page.locator("#reminders summary").click()
    expect(page.locator("#zone")).not_to_have_value("")
    page.locator("#remind button").click()
    expect(page.locator("#remind-error")).to_be_visible()
    return page


def ended_without_a_script(visitor: Visitor) -> Page:
    """The end, as it is told where no script runs."""
    return _told(visitor, "done")


def rated_without_a_script(visitor: Visitor) -> Page:
    """The thanks for a rating, as they are told there."""
    return _told(visitor, "rated")


def full(visitor: Visitor) -> Page:
    """A session without a place."""
    taken = visitor.joined(max_participants=1, results_visibility="public")
    return ChatPage(visitor.stranger(), visitor.cloud, taken.session).open().page


def closed(visitor: Visitor) -> Page:
    """The end of a session, for somebody who took part."""
    talk = visitor.joined(results_visibility="participants")
    visitor.answered(talk)
    visitor.cloud.call("PATCH", f"/sessions/{talk.session}", {"status": "completed"})
    talk.page.goto(talk.link)
    expect(talk.page.locator(".conclusion .steps")).to_be_visible()
    return talk.page


def closed_to_others(visitor: Visitor) -> Page:
    """The end of a session, for somebody else."""
    session = visitor.session()
    visitor.cloud.call("PATCH", f"/sessions/{session}", {"status": "completed"})
    page = visitor.stranger()
    page.goto(f"/chat?s={session}")
    expect(page.locator(".illustration")).to_be_visible()
    return page


def results_to_come(visitor: Visitor) -> Page:
    """Where results are going to be."""
    page = visitor.stranger()
    page.goto(f"/results?s={visitor.session(results_visibility='public', closes_at='2099-03-01T13:00:00Z')}")
    expect(page.locator(".empty")).to_be_visible()
    return page


def missing(visitor: Visitor) -> Page:
    """A link that leads nowhere."""
    page = visitor.page()
    page.goto("/chat?s=nowhere")
    return page


def problem(visitor: Visitor) -> Page:
    """A form that another website sent."""
    page = visitor.page()
    page.set_content(f'<form method="post" action="{visitor.cloud.url}/chat"><button>Go</button></form>')
    page.locator("button").click()
    expect(page.locator("h1")).to_be_visible()
    return page


def home(visitor: Visitor) -> Page:
    """The bare address."""
    page = visitor.page()
    page.goto("/")
    return page


def slow(visitor: Visitor) -> Page:
    """More requests from one address than are served."""
    page = visitor.page()
    with _busy_network(visitor.cloud, "page"):
        answer = page.goto("/chat?s=nowhere")
    assert answer
    assert answer.status == 429
    return page


def let_in_later(visitor: Visitor) -> Page:
    """More people who begin from one address than are let in within a minute."""
    talk = ChatPage(visitor.stranger(), visitor.cloud, visitor.session(questions=[])).open()
    with _busy_network(visitor.cloud, "address"):
        talk.page.locator("#join button").click()
        expect(talk.page.locator("#join")).to_have_count(0)
    return talk.page


def without_cookies(visitor: Visitor) -> Page:
    """What somebody sees who has begun in a browser that keeps no cookies."""
    talk = ChatPage(visitor.stranger(), visitor.cloud, visitor.session(questions=[])).open()
    fields = talk.page.locator("#join").evaluate("form => Object.fromEntries(new FormData(form))")
    answer = urllib3.request(
        "POST",
        f"{visitor.cloud.url}/chat",
        body=urlencode(fields),
        headers={"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"},
        redirect=False,
    )
    page = visitor.stranger()
    page.goto(f"/{answer.headers['Location']}")
    expect(page.locator("#resume")).to_be_visible()
    return page


def unsaved(visitor: Visitor) -> Page:
    """A message that did not get as far as its conversation, given back."""
    talk = visitor.joined()
    talk.box.fill(SAY[visitor.tongue])
    with _busy_network(visitor.cloud, "page"):
        talk.page.evaluate("document.getElementById('compose').submit()")
        expect(talk.page.locator(".unsaved [autofocus]")).to_have_value(SAY[visitor.tongue])
    return talk.page


def _told(visitor: Visitor, what: str) -> Page:
    talk = visitor.joined()
    talk.page.locator("[form=done]").click()
    expect(talk.page.locator(".rating")).to_be_visible()
    if what == "rated":
        talk.page.locator("[name=rating]").nth(3).check(force=True)
        talk.page.locator(".rating button").click()
        expect(talk.page.locator(".thanks")).to_be_visible()
    talk.page.goto(f"{talk.link}&told={what}")
    return talk.page


def _receipt(visitor: Visitor) -> Page:
    talk = visitor.joined()
    visitor.answered(talk)
    talk.page.goto(f"/{talk.page.locator('#about a[href^=receipt]').get_attribute('href')}")
    return talk.page


@contextmanager
def _busy_network(cloud: LocalCloud, what: DigestPurpose) -> Iterator[None]:
    """As if thousands of such requests had come from this address in this minute, and in the next."""
    outputs = cloud.instance.outputs
    table, database = outputs["GuardsTableName"], cloud.client("dynamodb")
    secret = cloud.client("secretsmanager").get_secret_value(SecretId=outputs["DeploymentSecretArn"])["SecretString"]
    visitor = make_digest(secret.encode(), what, b"127.0.0.1").hex()
    minutes = [keys.visits(visitor, int(time.time()) // 60 + later) for later in (0, 1)]
    for minute in minutes:
        database.put_item(TableName=table, Item={"id": {"S": minute}, "visits": {"N": "100000"}})
    yield
    for minute in minutes:
        database.delete_item(TableName=table, Key={"id": {"S": minute}})


OTHER_STATES: tuple[State, ...] = (
    anonymous,
    privacy,
    leave,
    receipt,
    receipt_deletion,
    private_link,
    private_link_refused,
    other_person,
    reminder_refused,
    ended_without_a_script,
    rated_without_a_script,
    full,
    closed,
    closed_to_others,
    results_to_come,
    missing,
    problem,
    home,
    slow,
    let_in_later,
    without_cookies,
    unsaved,
)
WORDY = {
    closed,
    results_to_come,
    reminder_refused,
    leave,
    receipt,
    private_link,
    without_cookies,
    ended_without_a_script,
    full,
    missing,
    home,
}
