"""Who sees the results: three visibilities, three kinds of visitor; and how the page looks."""

from datetime import UTC, datetime, timedelta
from itertools import cycle

import pytest
from playwright.sync_api import Page, expect

from chalicelib.services.results.sections import SECTIONS
from tests.browser.appearance import LONG, examine, examine_translations
from tests.browser.chat_page import ChatPage, new_session
from tests.browser.devices import DESKTOP, Devices
from tests.browser.finished_sessions import ARABIC, SAID, results_link, summarised, talked_in
from tests.e2e.local import LocalCloud

FOR_HOST = "The results of this session are for its host."
FOR_PARTICIPANTS = "The results of this session are for those who took part."


@pytest.fixture(scope="package")
def sessions(cloud: LocalCloud) -> dict[str, str]:
    """A session that five people talked in for each visibility; and one of two people."""
    opened = dict.fromkeys(SECTIONS, True)
    made = {
        seen_by: talked_in(cloud, results_visibility=seen_by, results_sections=opened)
        for seen_by in ("host", "participants", "public")
    }
    made["few"] = talked_in(cloud, SAID[:2], results_visibility="public")
    summarised(cloud, *made.values())
    return made


def status(page: Page, address: str) -> int:
    answer = page.goto(address)
    assert answer
    return answer.status


@pytest.mark.parametrize(
    ("visibility", "stranger", "participant"),
    [("host", 403, 403), ("participants", 403, 200), ("public", 200, 200)],
)
def test_the_host_decides_who_sees_the_results(
    visibility: str, stranger: int, participant: int, sessions: dict[str, str], cloud: LocalCloud, devices: Devices
) -> None:
    session = sessions[visibility]
    address = f"/results?s={session}"
    page = devices.open(cloud)
    assert status(page, address) == stranger
    expect(page.get_by_role("heading", name="Questions and answers")).to_have_count(1 if stranger == 200 else 0)
    expect(page.get_by_text(FOR_HOST)).to_have_count(1 if visibility == "host" else 0)
    expect(page.get_by_text(FOR_PARTICIPANTS)).to_have_count(1 if visibility == "participants" else 0)

    talk = ChatPage(devices.open(cloud), cloud, session).join()
    assert status(talk.page, address) == stranger, "somebody who is still talking is a stranger"
    talk.open()
    talk.say("I would like longer opening hours.")
    talk.press("I’m done")
    expect(talk.page.get_by_role("heading", name="Thank you!")).to_be_visible()
    expect(talk.page.get_by_role("link", name="See what others said")).to_have_count(int(participant == 200))
    assert status(talk.page, address) == participant

    host = devices.open(cloud, DESKTOP)
    assert status(host, results_link(cloud, session)) == 200
    assert "k=" not in host.url
    expect(host.get_by_role("link", name="Person 1")).to_be_visible()
    assert status(host, address) == 200
    for seen in (page, talk.page):
        expect(seen.get_by_role("link", name="Person 1")).to_have_count(0)


def test_the_chart_has_a_table_that_says_the_same(
    sessions: dict[str, str], cloud: LocalCloud, devices: Devices
) -> None:
    page = devices.open(cloud)
    page.goto(f"/results?s={sessions['public']}")
    figure = page.locator("figure").first
    figure.get_by_text("Show as a table").click()
    expect(figure.get_by_role("table")).to_have_accessible_name("Participants by question")
    rows = figure.get_by_role("row").all_inner_texts()[1:]
    drawn = page.locator(".theme strong").all_text_contents()
    assert len(rows) == len(drawn) >= 1
    for row, label in zip(rows, drawn, strict=True):
        assert row.split("\t")[0].strip()[:12] in label


def test_few_people_are_protected_from_strangers(sessions: dict[str, str], cloud: LocalCloud, devices: Devices) -> None:
    page = devices.open(cloud)
    page.goto(f"/results?s={sessions['few']}")
    expect(page.get_by_text("Fewer than 5 people have taken part so far.")).to_be_visible()
    expect(page.get_by_role("heading", name="Questions and answers")).to_have_count(0)
    expect(page.locator("figure")).to_have_count(0)
    expect(page.locator("blockquote")).to_have_count(0)
    text = page.locator("main").inner_text()
    assert not any(sentence in text for sentence in SAID[:2])


def test_results_are_without_barriers_and_fit_every_screen(
    sessions: dict[str, str], cloud: LocalCloud, devices: Devices
) -> None:
    many = sessions["public"]
    new = new_session(cloud, results_visibility="public")
    page = devices.open(cloud, DESKTOP)
    wrong: list[str] = []
    long = cycle(LONG)
    for name, address in (
        *((f"results-{section}", f"/results?s={many}&tab={section}") for section in SECTIONS),
        ("results-few", f"/results?s={sessions['few']}"),
        ("results-none", f"/results?s={new}"),
        ("results-for-host", f"/results?s={sessions['host']}"),
        ("results-for-participants", f"/results?s={sessions['participants']}"),
        ("results-host", results_link(cloud, many)),
    ):
        page.goto(address)
        for table in page.locator("figure summary").all():
            table.click()
        wrong += examine(page, name, "ltr")
        wrong += examine_translations(page, name, next(long))
    page.goto(results_link(cloud, many))
    page.locator("#people th a").first.click()
    page.wait_for_load_state()
    wrong += examine(page, "results-thread", "ltr")
    wrong += examine_translations(page, "results-thread", next(long))
    assert wrong == []


def _closing_soon(cloud: LocalCloud, session: str) -> datetime:
    """When the session closes: as soon as this machine is quick enough to say it before."""
    for seconds in (2, 10, 60):
        soon = datetime.now(UTC) + timedelta(seconds=seconds)
        if cloud.call("PATCH", f"/sessions/{session}", {"closes_at": soon.isoformat()}).status == 200:
            return soon
    raise AssertionError("no time was far enough ahead")


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_a_session_that_closed_says_so(direction: str, cloud: LocalCloud, devices: Devices) -> None:
    fields = ARABIC if direction == "rtl" else {}
    session = new_session(cloud, **{**fields, "questions": [], "results_visibility": "public"})
    locale = "ar" if direction == "rtl" else "en-US"
    talk = ChatPage(devices.open(cloud, DESKTOP, locale=locale), cloud, session).open()
    talk.page.locator("#join button").click()
    talk.await_opening()
    talk.page.wait_for_load_state()
    talk.box.fill("A draft")
    soon = _closing_soon(cloud, session)
    stranger = devices.open(cloud, DESKTOP, locale=locale)
    stranger.wait_for_timeout(max(0.0, (soon - datetime.now(UTC)).total_seconds() * 1000 + 50))
    assert status(stranger, talk.link) == 410
    wrong = examine(stranger, "closed-stranger", direction)
    talk.page.locator("#compose button[type=submit]").first.click()
    expect(talk.page.locator("#unsent")).to_have_value("A draft")
    wrong += examine(talk.page, "closed-participant", direction)
    assert wrong == []
