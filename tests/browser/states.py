"""The states of a conversation, by name: each opens a page in that state, in English or in Arabic."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.chat_page import ChatPage
from tests.browser.directed_model import PATIENCE
from tests.browser.visitor import ASK, DANGER, ENDS, LABEL, MORE, OPTIONS, RECAP, SEE, WHO, State, Visitor
from tests.fake_anthropic import Fault
from tests.logos import LOGO


def welcome(visitor: Visitor) -> Page:
    """Who asks, with all that there is to know, and the form."""
    yellow = {"host_name": WHO[visitor.tongue], "why": LABEL[visitor.tongue], "logo": LOGO, "accent": "#e8b400"}
    page = ChatPage(visitor.page(), visitor.cloud, visitor.session(branding=yellow)).open().page
    page.locator("summary").click()
    assert page.locator(".host .logo").evaluate("it => it.decode().then(() => it.naturalWidth)")
    return page


def welcome_refused(visitor: Visitor) -> Page:
    """The form with what is wrong beside its fields."""
    page = ChatPage(visitor.page(), visitor.cloud, visitor.session()).open().page
    page.locator("[autocomplete=email]").fill("nowhere")
    page.locator("#join button").click()
    expect(page.locator(".error").first).to_be_visible()
    return page


def conversation(visitor: Visitor) -> Page:
    """Some messages, each way."""
    talk = visitor.joined()
    visitor.model.says(ASK[visitor.tongue] + "\n\n1. **One**\n2. *Two*\n\n> Three", MORE[visitor.tongue])
    visitor.answered(talk)
    talk.page.locator("details summary").first.click()
    return visitor.answered(talk).page


def unsent(visitor: Visitor) -> Page:
    """A message that could not be sent."""
    talk = visitor.joined()
    talk.page.context.set_offline(True)
    visitor.send(talk)
    expect(talk.page.locator(".again")).to_be_visible()
    return talk.page


def unreached(visitor: Visitor) -> Page:
    """A message that is stored, and a facilitator who cannot be reached."""
    talk = visitor.joined()
    visitor.model.says(Fault(529), Fault(529), Fault(529))
    visitor.send(talk)
    expect(talk.page.locator("#foot .notice")).to_be_visible()
    return talk.page


def unopened(visitor: Visitor) -> Page:
    """A facilitator who could not be reached for the first message."""
    visitor.model.says(Fault(529), Fault(529), Fault(529))
    page = ChatPage(visitor.page(), visitor.cloud, visitor.session(questions=[])).open().page
    page.locator("#join button").click()
    expect(page.locator("#foot .notice")).to_be_visible()
    return page


def single(visitor: Visitor) -> Page:
    """A choice."""
    return _widget(visitor, "SingleSelect", options=OPTIONS[visitor.tongue])


def several(visitor: Visitor) -> Page:
    """A choice of several, two of them made."""
    page = _widget(visitor, "MultiSelect", options=OPTIONS[visitor.tongue])
    for box in page.locator("[data-widget] [type=checkbox]").all()[:2]:
        box.check()
    return page


def scale(visitor: Visitor) -> Page:
    """A scale of the most numbers."""
    low, high = ENDS[visitor.tongue]
    return _widget(visitor, "RatingScale", min=0, max=10, minLabel=low, maxLabel=high)


def answered(visitor: Visitor) -> Page:
    """A scale that was answered, and whose answer is being changed."""
    page = scale(visitor)
    page.locator(".step").nth(7).click()
    expect(page.locator("[role=log] .message.assistant")).to_have_count(3)
    page.locator(".change summary").click()
    return page


def unchosen(visitor: Visitor) -> Page:
    """A choice of several that was sent without any."""
    page = _widget(visitor, "MultiSelect", options=OPTIONS[visitor.tongue])
    page.locator(".widget > button").click()
    expect(page.locator("#choices-error")).to_be_visible()
    return page


def menu(visitor: Visitor) -> Page:
    """What there is to know and to do besides writing, where it lies behind a button."""
    page = visitor.joined().page
    page.set_viewport_size({"width": 390, "height": 800})
    page.locator("#menu").click()
    for heading in page.locator("#about summary").all():
        heading.click()
    return page


def ranking(visitor: Visitor) -> Page:
    """A ranking."""
    return _widget(visitor, "RankingList", items=OPTIONS[visitor.tongue])


def in_danger(visitor: Visitor) -> Page:
    """Where help is, after words that show a sign of danger."""
    talk = visitor.joined()
    page = visitor.answered(talk, DANGER).page
    expect(page.locator(".care")).to_be_visible()
    expect(page.locator("#alerts + [role=status]")).to_contain_text(page.locator(".care h2").inner_text())
    return page


def concluded(visitor: Visitor) -> Page:
    """The recap, and the question how it was."""
    talk = visitor.joined(results_visibility="public")
    visitor.model.concludes(RECAP[visitor.tongue])
    return visitor.answered(talk).page


def without_a_recap(visitor: Visitor) -> Page:
    """The end, where the facilitator could not be reached for the recap."""
    talk = visitor.joined(results_visibility="public", closes_at="2099-03-01T13:00:00Z")
    visitor.answered(talk)
    visitor.model.says(Fault(529), Fault(529), Fault(529))
    talk.page.locator("[form=done]").first.evaluate("button => button.click()")  # be it in a menu
    expect(talk.page.locator(".recap-again")).to_be_visible()
    return talk.page


def own_words(visitor: Visitor) -> Page:
    """What somebody said, to read, print and save."""
    page = concluded(visitor)
    page.locator(".conclusion a[href*='words=1']").click()
    expect(page.locator("#print")).to_be_visible()
    return page


def rated(visitor: Visitor) -> Page:
    """The thanks for a rating."""
    page = concluded(visitor)
    page.locator("[name=rating]").nth(3).check(force=True)
    page.locator(".rating button").click()
    expect(page.locator(".thanks")).to_be_visible()
    return page


def resumed(visitor: Visitor) -> Page:
    """The same conversation at another device."""
    talk = visitor.joined()
    visitor.answered(talk)
    page = visitor.stranger()
    page.goto(talk.page.locator("#resume").input_value())
    page.locator("#resume-here button").click()
    expect(page.locator("[role=log] .message.user")).to_have_count(1)
    return page


@contextmanager
def waiting(visitor: Visitor) -> Iterator[Page]:
    """A message on its way, and a facilitator who writes."""
    talk = visitor.joined()
    visitor.model.hold()
    visitor.send(talk)
    assert visitor.model.asked.wait(PATIENCE)
    expect(talk.page.locator("#typing")).to_be_visible()
    yield talk.page
    visitor.model.go()
    expect(talk.replies).to_have_count(2)


def _widget(visitor: Visitor, kind: str, **props: Any) -> Page:
    talk = visitor.joined(widgets_enabled=True)
    visitor.model.shows(kind, LABEL[visitor.tongue], beside=SEE[visitor.tongue], **props)
    visitor.answered(talk)
    expect(talk.page.locator("[data-widget]")).to_be_visible()
    return talk.page


STATES: tuple[State, ...] = (
    welcome,
    welcome_refused,
    conversation,
    menu,
    unsent,
    unreached,
    unopened,
    single,
    several,
    scale,
    answered,
    unchosen,
    ranking,
    in_danger,
    concluded,
    without_a_recap,
    own_words,
    rated,
    resumed,
)
# Which between them say, at an address, all that the pages of a conversation can say.
WORDY = {welcome, conversation, unreached, unopened, several, ranking, in_danger, concluded, without_a_recap, own_words}
