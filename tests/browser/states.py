"""The states of a conversation, by name: each opens a page in that state, in English or in Arabic."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.facilitator import PATIENCE
from tests.browser.stage import ASK, DANGER, ENDS, LABEL, MORE, OPTIONS, RECAP, SEE, Stage, State
from tests.browser.talk import Talk
from tests.fake_anthropic import Fault


def welcome(stage: Stage) -> Page:
    """The welcome card and the form."""
    return Talk(stage.page(), stage.cloud, stage.session()).open().page


def welcome_refused(stage: Stage) -> Page:
    """The form with what is wrong beside its fields."""
    page = welcome(stage)
    page.locator("input[type=email]").fill("nowhere")
    page.locator("#join button").click()
    expect(page.locator(".error").first).to_be_visible()
    return page


def conversation(stage: Stage) -> Page:
    """Some messages, each way."""
    talk = stage.joined()
    stage.model.says(ASK[stage.tongue] + "\n\n1. **One**\n2. *Two*\n\n> Three", MORE[stage.tongue])
    stage.answered(talk)
    talk.page.locator("details summary").first.click()
    return stage.answered(talk).page


def unsent(stage: Stage) -> Page:
    """A message that could not be sent."""
    talk = stage.joined()
    talk.page.context.set_offline(True)
    stage.send(talk)
    expect(talk.page.locator(".again")).to_be_visible()
    return talk.page


def unreached(stage: Stage) -> Page:
    """A message that is stored, and a facilitator who cannot be reached."""
    talk = stage.joined()
    stage.model.says(Fault(529), Fault(529), Fault(529))
    stage.send(talk)
    expect(talk.page.locator("#foot .notice")).to_be_visible()
    return talk.page


def unopened(stage: Stage) -> Page:
    """A facilitator who could not be reached for the first message."""
    stage.model.says(Fault(529), Fault(529), Fault(529))
    page = Talk(stage.page(), stage.cloud, stage.session(questions=[])).open().page
    page.locator("#join button").click()
    expect(page.locator("#foot .notice")).to_be_visible()
    return page


def single(stage: Stage) -> Page:
    """A choice."""
    return _widget(stage, "SingleSelect", options=OPTIONS[stage.tongue])


def several(stage: Stage) -> Page:
    """A choice of several, two of them made."""
    page = _widget(stage, "MultiSelect", options=OPTIONS[stage.tongue])
    for box in page.locator("[data-widget] [type=checkbox]").all()[:2]:
        box.check()
    return page


def scale(stage: Stage) -> Page:
    """A scale of the most numbers."""
    low, high = ENDS[stage.tongue]
    page = _widget(stage, "RatingScale", min=0, max=10, minLabel=low, maxLabel=high)
    page.locator("[data-widget] [type=radio]").nth(7).check(force=True)
    return page


def ranking(stage: Stage) -> Page:
    """A ranking."""
    return _widget(stage, "RankingList", items=OPTIONS[stage.tongue])


def in_danger(stage: Stage) -> Page:
    """Where help is, after words that show a sign of danger."""
    talk = stage.joined()
    page = stage.answered(talk, DANGER).page
    expect(page.locator(".care")).to_be_visible()
    expect(page.locator("#alerts + [role=status]")).to_contain_text(page.locator(".care h2").inner_text())
    return page


def concluded(stage: Stage) -> Page:
    """The recap, and the question how it was."""
    talk = stage.joined(results_visibility="public")
    stage.model.concludes(RECAP[stage.tongue])
    return stage.answered(talk).page


def rated(stage: Stage) -> Page:
    """The thanks for a rating."""
    page = concluded(stage)
    page.locator("[name=rating]").nth(3).check(force=True)
    page.locator(".rating button").click()
    expect(page.locator(".thanks")).to_be_visible()
    return page


def resumed(stage: Stage) -> Page:
    """The same conversation at another device."""
    talk = stage.joined()
    stage.answered(talk)
    page = stage.stranger()
    page.goto(talk.page.locator("#resume").input_value())
    page.locator("#resume-here button").click()
    expect(page.locator("[role=log] .message.user")).to_have_count(1)
    return page


@contextmanager
def waiting(stage: Stage) -> Iterator[Page]:
    """A message on its way, and a facilitator who writes."""
    talk = stage.joined()
    stage.model.hold()
    stage.send(talk)
    assert stage.model.asked.wait(PATIENCE)
    expect(talk.page.locator("#typing")).to_be_visible()
    yield talk.page
    stage.model.go()
    expect(talk.replies).to_have_count(2)


def _widget(stage: Stage, kind: str, **props: Any) -> Page:
    talk = stage.joined(widgets_enabled=True)
    stage.model.shows(kind, LABEL[stage.tongue], beside=SEE[stage.tongue], **props)
    stage.answered(talk)
    expect(talk.page.locator("[data-widget]")).to_be_visible()
    return talk.page


STATES: tuple[State, ...] = (
    welcome,
    welcome_refused,
    conversation,
    unsent,
    unreached,
    unopened,
    single,
    several,
    scale,
    ranking,
    in_danger,
    concluded,
    rated,
    resumed,
)
# Which between them say, at an address, all that the pages of a conversation can say.
WORDY = {welcome, conversation, unreached, unopened, several, ranking, in_danger, concluded}
