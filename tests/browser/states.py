"""Every state a page can be in, by name: each opens a page in that state, in English or in Arabic."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.devices import DESKTOP, Devices
from tests.browser.facilitator import PATIENCE, Facilitator
from tests.browser.people import ARABIC
from tests.browser.talk import Talk, new_session
from tests.e2e.local import LocalCloud
from tests.fake_anthropic import Fault

SAY = {"en": "Mostly soup, because the canteen is far away.", "ar": "الحساء غالبا، لأن المطعم بعيد جدا."}
ASK = {"en": "What would a kitchen on your floor change?", "ar": "ماذا سيغير مطبخ في طابقك؟"}
RECAP = {
    "en": "- You bring soup, as the canteen is far away.\n- A kitchen would help.\n\nThank you!",
    "ar": "- تحضر الحساء لأن المطعم بعيد.\n- المطبخ سيساعد.\n\nشكرا لك!",
}
OPTIONS = {
    "en": ["A kitchen on our floor", "A canteen nearby", "A longer break for everybody who eats with others"],
    "ar": ["مطبخ في طابقنا", "مطعم قريب", "استراحة أطول لكل من يأكل مع الآخرين"],
}
LABEL = {"en": "What would help you most?", "ar": "ما الذي يساعدك أكثر؟"}
ENDS = {"en": ("Not at all", "Very much"), "ar": ("أبدا", "كثيرا جدا")}


@dataclass
class Stage:
    """Where states are made: a device of the tongue, and a model that speaks it."""

    devices: Devices
    cloud: LocalCloud
    model: Facilitator
    tongue: str

    def page(self) -> Page:
        """A window of somebody new."""
        return self.devices.open(self.cloud, DESKTOP, locale="ar" if self.tongue == "ar" else "en-US")

    def session(self, **fields: Any) -> str:
        """A session in the tongue, with a form."""
        return new_session(self.cloud, **{**(ARABIC if self.tongue == "ar" else {"language": "en"}), **fields})

    def joined(self, **fields: Any) -> Talk:
        """Somebody who has been welcomed."""
        self.model.says(ASK[self.tongue])
        session = self.session(**{"questions": [], **fields})
        talk = Talk(self.page(), self.cloud, session).open()
        talk.page.locator("#join button").click()
        expect(talk.replies).to_have_count(1)
        talk.page.wait_for_load_state()
        return talk

    def send(self, talk: Talk) -> None:
        """Say something, and don't wait."""
        talk.box.fill(SAY[self.tongue])
        talk.page.locator("#compose button[type=submit]").first.click()

    def answered(self, talk: Talk) -> Talk:
        """Say something; returns when the reply is there."""
        before = talk.replies.count()
        self.send(talk)
        expect(talk.replies).to_have_count(before + 1)
        return talk


State = Callable[[Stage], Page]


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
    stage.model.says(ASK[stage.tongue] + "\n\n1. **One**\n2. *Two*\n\n> Three", ASK[stage.tongue])
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
    page = stage.page()
    page.goto(talk.page.locator("#resume").input_value())
    return page


def full(stage: Stage) -> Page:
    """A session without a place."""
    taken = stage.joined(max_participants=1, results_visibility="public")
    return Talk(stage.page(), stage.cloud, taken.session).open().page


def missing(stage: Stage) -> Page:
    """A link that leads nowhere."""
    page = stage.page()
    page.goto("/chat?s=nowhere")
    return page


def home(stage: Stage) -> Page:
    """The bare address."""
    page = stage.page()
    page.goto("/")
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
    stage.model.shows(kind, LABEL[stage.tongue], **props)
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
    concluded,
    rated,
    resumed,
    full,
    missing,
    home,
)
