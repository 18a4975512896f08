"""The states beside a conversation, by name: pages for those who cannot talk, come from elsewhere, or came too often."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, expect

from chalicelib.services.access.signing import digest
from chalicelib.store import keys
from tests.browser.stage import SAY, Stage, State
from tests.browser.talk import Talk
from tests.e2e.local import LocalCloud


def anonymous(stage: Stage) -> Page:
    """The welcome card of a session that stores no names."""
    return Talk(stage.page(), stage.cloud, stage.session(anonymous=True)).open().page


def leave(stage: Stage) -> Page:
    """The question whether this browser shall forget, with words that are not sent."""
    talk = stage.joined()
    talk.box.fill(SAY[stage.tongue])
    talk.page.locator("#to-leave").click()
    expect(talk.page.locator("#unsent")).to_be_visible()
    return talk.page


def private_link(stage: Stage) -> Page:
    """The question whether the conversation of a private link is one's own."""
    talk = stage.joined()
    page = stage.stranger()
    page.goto(talk.page.locator("#resume").input_value())
    expect(page.locator("#resume-here")).to_be_visible()
    return page


def private_link_refused(stage: Stage) -> Page:
    """A private link, opened where another conversation is going on."""
    talk = stage.joined()
    page = stage.stranger()
    own = Talk(page, stage.cloud, talk.session).open()
    page.locator("#join button").click()
    own.await_opening()
    page.goto(talk.page.locator("#resume").input_value())
    expect(page.locator("main > .notice")).to_be_visible()
    return page


def other_person(stage: Stage) -> Page:
    """A page that was left open, and somebody else's conversation by now."""
    talk = stage.joined()
    other = Talk(stage.stranger(), stage.cloud, talk.session).open()
    other.page.locator("#join button").click()
    other.await_opening()
    stage.send(talk)
    expect(talk.page.locator("#alerts .notice")).to_be_visible()
    expect(talk.box).to_have_value(SAY[stage.tongue])
    return talk.page


def ended_without_a_script(stage: Stage) -> Page:
    """The end, as it is told where no script runs."""
    return _told(stage, "done")


def rated_without_a_script(stage: Stage) -> Page:
    """The thanks for a rating, as they are told there."""
    return _told(stage, "rated")


def full(stage: Stage) -> Page:
    """A session without a place."""
    taken = stage.joined(max_participants=1, results_visibility="public")
    return Talk(stage.stranger(), stage.cloud, taken.session).open().page


def missing(stage: Stage) -> Page:
    """A link that leads nowhere."""
    page = stage.page()
    page.goto("/chat?s=nowhere")
    return page


def problem(stage: Stage) -> Page:
    """A form that another website sent."""
    page = stage.page()
    page.set_content(f'<form method="post" action="{stage.cloud.url}/chat"><button>Go</button></form>')
    page.locator("button").click()
    expect(page.locator("h1")).to_be_visible()
    return page


def home(stage: Stage) -> Page:
    """The bare address."""
    page = stage.page()
    page.goto("/")
    return page


def slow(stage: Stage) -> Page:
    """More requests from one address than are served."""
    page = stage.page()
    with _busy_network(stage.cloud):
        answer = page.goto("/chat?s=nowhere")
    assert answer
    assert answer.status == 429
    return page


def unsaved(stage: Stage) -> Page:
    """A message that did not get as far as its conversation, given back."""
    talk = stage.joined()
    talk.box.fill(SAY[stage.tongue])
    with _busy_network(stage.cloud):
        talk.page.evaluate("document.getElementById('compose').submit()")
        expect(talk.page.locator(".compose [autofocus]")).to_have_value(SAY[stage.tongue])
    return talk.page


def _told(stage: Stage, what: str) -> Page:
    talk = stage.joined()
    talk.page.locator("[form=done]").click()
    expect(talk.page.locator(".rating")).to_be_visible()
    if what == "rated":
        talk.page.locator("[name=rating]").nth(3).check(force=True)
        talk.page.locator(".rating button").click()
        expect(talk.page.locator(".thanks")).to_be_visible()
    talk.page.goto(f"{talk.link}&told={what}")
    return talk.page


@contextmanager
def _busy_network(cloud: LocalCloud) -> Iterator[None]:
    """As if thousands of requests to pages had come from this address in this minute, and in the next."""
    outputs = cloud.instance.outputs
    table, database = outputs["GuardsTableName"], cloud.client("dynamodb")
    secret = cloud.client("secretsmanager").get_secret_value(SecretId=outputs["DeploymentSecretArn"])["SecretString"]
    visitor = digest(secret.encode(), "page", b"127.0.0.1").hex()
    minutes = [keys.visits(visitor, int(time.time()) // 60 + later) for later in (0, 1)]
    for minute in minutes:
        database.put_item(TableName=table, Item={"id": {"S": minute}, "visits": {"N": "100000"}})
    yield
    for minute in minutes:
        database.delete_item(TableName=table, Key={"id": {"S": minute}})


EDGES: tuple[State, ...] = (
    anonymous,
    leave,
    private_link,
    private_link_refused,
    other_person,
    ended_without_a_script,
    rated_without_a_script,
    full,
    missing,
    problem,
    home,
    slow,
    unsaved,
)
WORDY = {leave, private_link, ended_without_a_script, full, missing, home}
