"""The page of similarity: a map, a table beside it, and words for what it can tell; others see groups of five at least."""

import re

import pytest
from msgspec.structs import replace

from chalicelib import container
from chalicelib.llm.scripted.model import ScriptedModel
from chalicelib.model import Stance, Theme
from tests.api.hosts import Host
from tests.api.jobs import summarise
from tests.api.stances import hold
from tests.api.test_budgets import Meter, meter
from tests.api.test_similarity import CAMPS, CYCLISTS, DRIVERS
from tests.clock import FakeClock
from tests.web.browser import Browser, Page
from tests.web.host.test_budgets import CALLS_TO_ADMIT
from tests.web.participant.test_results import put, summary_of

__all__ = ["meter"]  # the fixture

MOST_BYTES = 300_000  # of a page
OPEN = {"results_visibility": "public", "results_sections": {"similarity": True}, "shared_network": True}


def page_of(browser: Browser, session: str) -> Page:
    return browser.open(f"/sessions/{session}/similarity")


def marks_of(page: Page) -> list[str]:
    """The marks on the map, by the class of their group."""
    drawn = page.html.partition('<svg class="map" role="img"')[2].partition("</svg>")[0]
    return re.findall(r'<path class="group-(\w+)"', drawn)


def test_it_shows_a_map_with_a_table_of_groups_and_statements_that_lead_to_where_they_stand(
    host: Host, ana: Browser, clock: FakeClock
) -> None:
    session = host.new_session()["id"]
    hold(session, CAMPS, clock, name="Grace")
    page, told = page_of(ana, session), host.get(f"/sessions/{session}/similarity")
    assert marks_of(page).count("a") == sum(dot["group"] == 0 for dot in told["map"])
    assert set(marks_of(page)) == {"a", "b"}
    assert f"{round(100 * told['cohesion'])} of 100" in page.text
    for group, name in zip(told["groups"], "AB", strict=True):
        assert f"Group {name} · {group['size']} people" in page.text
        for it in group["themes"]:
            assert f'{it["label"]}</strong> <span class="told">{it["stance"]} {it["participants"]}</span>' in page.html
    for it in (*told["statements"], *told["least_shared"]):
        assert f'/people/{it["participant_id"]}#message-{it["message_id"]}">{it["text"]}</a>' in page.html
    assert "Grace" not in page.html
    assert "Up, down, left and right mean nothing." in page.text


def test_too_few_people_and_no_sides_are_said_in_plain_words(
    host: Host, ana: Browser, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    few, sideless = host.new_session()["id"], host.new_session()["id"]
    hold(few, [CYCLISTS] * 3, clock)
    assert "at least 4 people" in page_of(ana, few).text
    hold(sideless, [{"Trams": "neutral"}] * 6, clock)
    assert "nobody is for or against anything" in page_of(ana, sideless).text
    monkeypatch.setattr(container, "model", ScriptedModel)
    assert "which a language model reads out of the conversations" in page_of(ana, sideless).text


def test_others_see_groups_of_five_and_what_five_share_under_the_names_of_the_summary(
    host: Host, clock: FakeClock
) -> None:
    session = host.new_session(prompt="Ask.", **OPEN)["id"]
    for number in range(6):
        host.say(session, "More trams in the evening would help people who work late.", f"p{number}")
    clock.advance(60)
    assert summarise(session)
    (theme,) = host.get(f"/sessions/{session}/summary")["themes"]
    page = Browser().open(f"/results?s={session}&tab=similarity")
    assert f'{theme["label"]}</strong> <span class="told">for</span>' in page.html
    assert marks_of(page) == []  # of one group there is nothing to draw
    ids = [it["participant_id"] for it in host.get(f"/sessions/{session}/responses")["data"]]
    for secret in ("message-", "in the evening", *ids):
        assert secret not in page.html


def test_others_see_no_mark_of_a_person_no_small_group_and_no_theme_that_they_may_not_read(
    host: Host, clock: FakeClock
) -> None:
    session = host.new_session(prompt="Ask.", **OPEN)["id"]
    for number in range(6):
        host.say(session, "More trams in the evening would help people who work late.", f"p{number}")
    clock.advance(60)
    assert summarise(session)  # its one theme is t1
    known = [{"Trams": "for", "Ottilie's garden": "for", "Benches": "against"} for _ in range(8)]
    others = [{"Trams": "against", "Ottilie's garden": "against", "Benches": "for"} for _ in range(4)]
    hold(session, [*known, *others], clock, first=100)
    page = Browser().open(f"/results?s={session}&tab=similarity")
    assert len(marks_of(page)) <= 2
    assert "Ottilie" not in page.html
    assert "Benches" not in page.html
    assert not re.search(r"(for|against) [1-4]\b", page.text)
    small = [int(size) for size in re.findall(r"Group \w · (\d+) people", page.text)]
    assert all(size >= 5 for size in small)


@pytest.mark.parametrize("third", [3, 6])
def test_others_read_no_number_from_which_one_under_five_follows(host: Host, clock: FakeClock, third: int) -> None:
    session = host.new_session(**OPEN)
    cars, paths = ({f"{it}{number}": "for" for number in range(3)} for it in ("Cars", "Paths"))
    hold(session["id"], [{"Trams": "for", "Rails": "for"}] * 7 + [cars] * 7 + [cars | {"Trams": "for"}], clock)
    hold(session["id"], [paths] * third, clock, first=50)
    for number in range(people := 15 + third):
        host.join(session["id"], f"p{number}")
    trams: dict[Stance, int] = {"for": 8}
    buses: dict[Stance, int] = {"for": 12}
    themes = (
        Theme("Trams", "They want trams.", 8, stances=trams, id="t1", gathers=("t1",)),
        Theme("By rail or road", "They want to come.", 15, stances=buses, id="t2", gathers=("t2", "t3")),
    )
    put(session, replace(summary_of(people), themes=themes))
    page = Browser().open(f"/results?s={session['id']}&tab=similarity")
    groups = host.get(f"/sessions/{session['id']}/similarity")["groups"]
    assert sorted(it["size"] for it in groups) == sorted([7, 8, third])
    assert "Trams</bdi> · for 8" in page.html  # of everybody
    assert 'Trams</strong> <span class="told">for</span>' in page.html  # of a group: that it is so, not of how many
    assert "By rail or road" not in page.html  # is not what those alone stand for who are for rails
    sizes = re.findall(r"Group \w · (\d+) people", page.text)
    assert sizes == ([] if third < 5 else ["8", "7", "6"])
    assert "in no group" not in page.text


def test_pages_of_a_thousand_people_are_small_and_made_of_few_reads(
    host: Host, ana: Browser, clock: FakeClock, meter: Meter
) -> None:
    session = host.new_session(prompt="Ask.")["id"]
    long = "of many words " * 12
    said = [
        (CYCLISTS if person % 2 else DRIVERS)
        | {f"Theme {person % 97} {long}": "for", f"Matter {person % 89}": "mixed", f"Own {person} {long}": "against"}
        for person in range(1_000)
    ]
    hold(session, said, clock)
    meter.sent.clear()
    answers = {name: ana.get(f"/sessions/{session}/{name}") for name in ("similarity", "recap")}
    # Of each: the session for the page and for what is on it, the heads, the themes, the digests of ten or of fifty people.
    megabytes = 2  # of heads, and of themes
    assert meter.of(answers["recap"], 200) <= 2 * (CALLS_TO_ADMIT + 2 + megabytes + megabytes + 1)
    alike, recap = (ana.read(it) for it in answers.values())
    assert max(len(page.html.encode()) for page in (alike, recap)) < MOST_BYTES
    assert "Group A · 500 people" in alike.text
    assert "Group B · 500 people" in alike.text
    cards = recap.html.split('<article class="card">')[1:]
    assert len(cards) == 50
    more = re.search(r"(\d+) more points? in the conversation", cards[0])
    assert more
    assert cards[0].count("<blockquote") + int(more[1]) == len(said[0])
    (next_page,) = [link for link in recap.links if "cursor=" in link]
    later = ana.open(f"/sessions/{session}/recap{next_page.partition('#')[0]}")
    assert ["/people/00000060-" in page.html for page in (recap, later)] == [False, True]
