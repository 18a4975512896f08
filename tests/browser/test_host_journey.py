"""The whole way of a host who has never seen it: from the greeting's address to an open session with its QR code."""

import tomllib
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from infra.package import ROOT
from tests.browser.appearance import photograph
from tests.browser.devices import DESKTOP, PHONE, Devices
from tests.browser.input_devices import InputDevice, Keyboard, Pointer
from tests.e2e.local import LocalCloud

TEXTS = ROOT / "chalicelib" / "web" / "host" / "texts"
# What a host writes: what they want to find out, must learn and know already; the name, the prompt, a question and its options.
WORDS = {
    "en": (
        "What would make people come to the canteen",
        "Which days they come",
        "There is a second canteen across the street",
        "Lunch at work",
        "Ask about soup first, then about the queue.",
        "How often do you come?",
        ("Daily", "Sometimes", "Never"),
    ),
    "de": (
        "Was Leute in die Kantine bringen würde",
        "An welchen Tagen sie kommen",
        "Gegenüber gibt es eine zweite Kantine",
        "Mittagessen bei der Arbeit",
        "Frag zuerst nach der Suppe, dann nach der Schlange.",
        "Wie oft kommen Sie?",
        ("Täglich", "Manchmal", "Nie"),
    ),
    "ar": (
        "ما الذي يجعل الناس يأتون إلى المطعم",
        "في أي أيام يأتون",
        "هناك مطعم آخر في الجهة المقابلة",
        "الغداء في العمل",
        "اسأل أولا عن الحساء ثم عن الطابور.",
        "كم مرة تأتي؟",
        ("كل يوم", "أحيانا", "أبدا"),
    ),
}


class Site:
    """The pages as a host of this language finds their way in them: by what is written on them."""

    def __init__(self, page: Page, language: str, name: str) -> None:
        self.page = page
        self._texts: dict[str, str] = tomllib.loads((TEXTS / f"{language}.toml").read_text())
        self._name = name

    def button(self, text: str) -> Locator:
        return self.page.get_by_role("button", name=self._texts[text], exact=True)

    def link(self, text: str) -> Locator:
        return self.page.get_by_role("link", name=self._texts[text], exact=True)

    def field(self, text: str) -> Locator:
        return self.page.get_by_role("textbox", name=self._texts[text])

    def label(self, text: str) -> str:
        return self._texts[text]

    def expect_news(self, text: str) -> None:
        expect(self.page.locator("main")).to_contain_text(self._texts[text])

    def photograph(self, step: str) -> None:
        photograph(self.page, f"host-journey-{self._name}-{step}")


def launch(site: Site, device: InputDevice, language: str) -> None:
    """Sign in, say what is to be found out, edit the prompt, make a form of three questions, and open the session."""
    goal, critical, context, topic, prompt, question, options = WORDS[language]
    site.page.goto("/sign-in")
    site.photograph("1-sign-in")
    device.press(site.button("demo_button"))
    device.write(site.field("ask_heading"), goal)
    site.photograph("2-dashboard")
    device.press(site.button("create"))
    write_brief(site, device, {"critical": critical, "context": context, "topic": topic})
    expect(site.button("new_create")).to_be_visible()
    site.photograph("6-draft")
    write_prompt(site, device, prompt)
    make_form(site, device, question, options)
    device.press(site.link("tab_overview"))
    device.press(site.button("new_create"))
    code = site.page.locator(".qr img")
    code.scroll_into_view_if_needed()
    assert code.evaluate("it => it.decode().then(() => it.naturalWidth)")
    site.photograph("11-open")


def write_brief(site: Site, device: InputDevice, brief: dict[str, str]) -> None:
    """The steps after the first one; each begins in the field that it is about."""
    for number, (name, words) in enumerate(brief.items(), 3):
        field = site.page.locator(f"#{name}")
        expect(field).to_be_focused()
        device.write(field, words)
        site.photograph(f"{number}-{name}")
        device.press(site.button("brief_next"))


def write_prompt(site: Site, device: InputDevice, prompt: str) -> None:
    """No model runs here: a prompt is what its host writes."""
    device.press(site.link("tab_prompt"))
    site.expect_news("prompt_no_model")
    site.photograph("7-prompt")
    device.press(site.link("prompt_edit"))
    text = site.page.locator("#text")
    expect(text).to_be_focused()
    device.write(text, prompt)
    site.photograph("8-prompt-editor")
    device.press(site.button("prompt_save"))
    expect(site.page.locator("#prompt-now .said")).to_have_text(prompt)


def make_form(site: Site, device: InputDevice, question: str, options: tuple[str, ...]) -> None:
    """A choice beside the questions for name and address."""
    device.press(site.link("tab_form"))
    device.press(site.button("editor_add"))
    card = site.page.locator(".questions > li").nth(2)
    expect(card.locator("textarea").first).to_be_focused()
    device.write(card.locator("textarea").first, question)
    device.choose(card.get_by_label(site.label("editor_kind")), "one")
    device.write(card.get_by_label(site.label("editor_options")), "\n".join(options))
    site.photograph("9-form")
    device.press(site.button("save_changes"))
    site.expect_news("changes_saved")
    site.photograph("10-form-saved")


def mouse(page: Page) -> InputDevice:
    return Pointer(page)


def finger(page: Page) -> InputDevice:
    return Pointer(page, is_finger=True)


@pytest.mark.parametrize(
    ("name", "language", "size", "device_of", "most", "settings"),
    [
        ("mouse", "en", DESKTOP, mouse, 20, {}),
        ("phone", "ar", PHONE, finger, 20, {}),
        (
            "keyboard",
            "de",
            DESKTOP,
            Keyboard,
            141,
            {},
        ),  # eighteen of them past projects, templates and the bell, in the head of each page
        ("plain", "en", PHONE, finger, 20, {"java_script_enabled": False}),
    ],
    ids=["in-english-with-a-mouse", "in-arabic-on-a-phone", "in-german-by-keyboard", "without-a-script"],
)
def test_a_host_who_has_never_seen_it_opens_a_session(
    name: str,
    language: str,
    size: tuple[int, int],
    device_of: Callable[[Page], InputDevice],
    most: int,
    settings: dict[str, Any],
    cloud: LocalCloud,
    devices: Devices,
) -> None:
    page = devices.open(cloud, size, locale="en-US" if language == "en" else language, **settings)
    device = device_of(page)
    launch(Site(page, language, name), device, language)
    assert device.presses <= most
    session = page.url.partition("/sessions/")[2].partition("?")[0]
    goal, critical, context, topic, prompt, question, options = WORDS[language]
    found = cloud.call("GET", f"/sessions/{session}").json()
    assert page.locator("#link").input_value() == found["join_url"]
    assert [found[it] for it in ("goal", "critical", "context", "topic", "prompt", "status")] == [
        goal,
        critical,
        context,
        topic,
        prompt,
        "active",
    ]
    assert [it["type"] for it in found["questions"]] == ["Short field", "Email", "Options"]
    assert (found["questions"][2]["text"], found["questions"][2]["options"]) == (question, list(options))
