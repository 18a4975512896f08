"""The sections of the results as others find them: a page each for those that are open to them, and no trace of the others."""

from itertools import product
from typing import Any

import pytest

from chalicelib.services.results.sections import SECTIONS
from chalicelib.web.results.sections import SHOWN
from tests.api.hosts import Host
from tests.api.jobs import summarise
from tests.clock import FakeClock
from tests.faults import Interviewer
from tests.web.browser import Browser, Page
from tests.web.participant.test_results import OVERVIEW, crowd, opened, put, summary_of

FEW = "results appear here once 5 people have taken part"
OPENED = (SECTIONS[::2], SECTIONS[1::2])


def section_of(browser: Browser, session: dict[str, Any], section: str) -> Page:
    return browser.open(f"/results?s={session['id']}&tab={section}")


def open_sections(host: Host, session: dict[str, Any], *sections: str) -> None:
    chosen = {it: it in sections for it in SECTIONS}
    assert host.call("PATCH", f"/sessions/{session['id']}", {"results_sections": chosen}).status_code == 200


@pytest.mark.parametrize("people", [4, 5])
@pytest.mark.parametrize("visibility", ["host", "participants", "public"])
def test_each_visitor_finds_the_sections_that_are_open_to_them_and_no_others(
    visibility: str, people: int, host: Host, model: Interviewer
) -> None:
    session = host.new_session(results_visibility=visibility)
    begun, finished, *_ = crowd(session, people)
    finished.say(session, "Soup")
    finished.submit(finished.chat(session).form("I’m done"))
    put(session, summary_of(people))
    let_in = {"host": [], "participants": [finished], "public": [Browser(), begun, finished]}[visibility]
    shut_out = [it for it in (Browser(), begun, finished) if it not in let_in and visibility != "public"]
    members = [opened(host, session)[0], opened(host.invite(session["id"], "viewer"), session)[0]]
    for sections in OPENED:
        open_sections(host, session, *sections)
        for browser, section in product([*let_in, *shut_out], SHOWN):
            page = section_of(browser, session, section)
            is_open = browser in let_in and section in sections
            assert page.status == (200 if is_open else 403), (section, sections)
            assert (FEW in page.text) == (is_open and people == 4)
            assert (OVERVIEW in page.text) == (is_open and people == 5 and section == "summary")
            tabs = [link.partition("tab=")[2] for link in page.links if "tab=" in link and "lang=" not in link]
            named = [it for it in SHOWN if it in sections] if is_open else []
            assert tabs == (named if len(named) > 1 else [])
        for member, section in product(members, SHOWN):
            assert section_of(member, session, section).status == 200


def test_before_they_begin_people_are_told_which_sections_others_may_read(host: Host, ben: Browser) -> None:
    session = host.new_session(results_visibility="participants")
    told = {("summary",): "Everybody who takes part may see the summary.", (): "Only the host, and people they give"}
    told |= {("summary", "insights"): "Everybody who takes part may see of the results: Summary · Insights."}
    for sections, words in told.items():
        open_sections(host, session, *sections)
        assert words in ben.chat(session).text


def test_no_open_section_tells_who_somebody_is_what_only_they_said_or_where_it_stands(
    host: Host, clock: FakeClock, model: Interviewer
) -> None:
    questions = [{"text": "Name", "role": "name"}, {"text": "Why?", "long": True}]
    session = host.new_session(results_visibility="public", prompt="Ask.", questions=questions)
    open_sections(host, session, *SECTIONS)
    names = [f"Zacharias{number}" for number in range(7)]
    asked = [it["id"] for it in host.get(f"/sessions/{session['id']}/questions")["data"]]
    alone = ("Aardvark", "Barnacle", "Cucumber", "Dulcimer", "Elderberry", "Flamingo", "Gargoyle")
    for number, name in enumerate(names):
        given = [
            {"question_id": asked[0], "answer": name},
            {"question_id": asked[1], "answer": f"For {alone[number]}."},
        ]
        host.join(session["id"], f"p{number}", participant_name=name, answers=given)
        host.say(session["id"], "Quiet rooms would help everybody here.", f"p{number}")
        host.say(session["id"], f"{alone[number]} belongs into my kitchen at home.", f"p{number}")
    clock.advance(600)
    assert summarise(session["id"])
    note = {"content": "Quiet is wanted.", "quotes": [{"text": f"{alone[0]} belongs into my kitchen"}], "visible": True}
    assert host.call("POST", f"/sessions/{session['id']}/insights", note).status_code == 201
    people = host.get(f"/sessions/{session['id']}/responses")["data"]
    ids = [it["participant_id"] for it in people] + [message["id"] for it in people for message in it["messages"]]
    stranger = Browser()
    for section in SHOWN:
        page = section_of(stranger, session, section)
        assert page.status == 200, section
        told = page.html.lower()
        assert [it for it in (*ids, *names, *alone, "/people/") if it.lower() in told] == [], section
    thread = ids[0]
    assert (
        host.call("PATCH", f"/sessions/{session['id']}/participants/{thread}", {"included": False}).status_code == 200
    )
    for section in SHOWN:
        assert "quiet" not in section_of(stranger, session, section).text.lower(), section
