"""The page of a session's recap: everybody in short, what people share and what nobody else says; others read what is shared alone."""

import re

import pytest

from chalicelib import container
from chalicelib.llm.scripted.model import ScriptedModel
from tests.api.hosts import Host
from tests.api.jobs import summarise
from tests.clock import FakeClock
from tests.web.browser import Browser, Page

BUSES = "We need more buses in the evening because people work late."
LIBRARY = "The library should open on Sunday, too."
ALONE = "Zebras frighten my grandmother Ottilie."
SAID = {f"p{number}": words for number, words in enumerate([BUSES] * 4 + [LIBRARY] * 2 + [ALONE])}


@pytest.fixture
def session(host: Host, clock: FakeClock) -> str:
    """A session of seven people, one of whom speaks of something of their own, with a summary."""
    made = str(host.new_session(prompt="Ask.", results_visibility="public", shared_network=True)["id"])
    for name, words in SAID.items():
        host.say(made, words, name, participant_name=f"Name {name}")
    clock.advance(60)
    assert summarise(made)
    return made


def recap_of(browser: Browser, session: str, query: str = "") -> Page:
    return browser.open(f"/sessions/{session}/recap{query}")


def test_everybody_is_a_card_with_a_gist_and_each_quote_leads_to_its_message(
    host: Host, ana: Browser, session: str
) -> None:
    page = recap_of(ana, session)
    people = host.get(f"/sessions/{session}/responses")["data"]
    cards = page.html.split('<article class="card">')[1:]
    assert len(cards) == len(people)
    for card, person in zip(cards, people, strict=True):
        words = person["messages"][0]
        assert f"/people/{person['participant_id']}#message-{words['id']}" in card
        assert person["participant_name"] in card
        assert f'class="gist" lang="en" dir="ltr">{words["content"]}</p>' in card
        assert f">{words['content']}</a></blockquote>" in card
    shared = re.findall(r'<th scope="row"[^>]*>([^<]+)</th><td class="number">(\d+)</td>', page.html)
    assert shared == [(it["label"], str(it["participants"])) for it in host.get(f"/sessions/{session}/recap")["themes"]]
    assert [count for _, count in shared] == ["4", "2"]
    (unique,) = re.findall(r'<ul class="points">\n<li>.*>([^<]+)</a> <span class="hint"><bdi>Name p6</bdi>', page.html)
    assert unique == ALONE


def test_others_read_only_what_two_people_speak_of_and_only_where_the_section_is_open(host: Host, session: str) -> None:
    stranger, address = Browser(), f"/results?s={session}&tab=recap"
    assert stranger.get(address).status_code == 403
    opened = host.call("PATCH", f"/sessions/{session}", {"results_sections": {"recap": True}})
    assert opened.status_code == 200
    page = stranger.open(address)
    told = re.findall(r'<th scope="row"[^>]*><a href="[^"]+">([^<]+)</a></th><td class="number">(\d+)</td>', page.html)
    themes = [it for it in host.get(f"/sessions/{session}/summary")["themes"] if it["participants"] > 1]
    assert told == [(it["label"], str(it["participants"])) for it in themes]
    assert len(told) == 2
    ids = [it["participant_id"] for it in host.get(f"/sessions/{session}/responses")["data"]]
    for secret in ("Ottilie", "ebras", "Name p", "message-", *ids):
        assert secret not in page.html


def test_below_five_people_others_read_nothing_of_it(host: Host, clock: FakeClock) -> None:
    few = host.new_session(prompt="Ask.", results_visibility="public", results_sections={"recap": True})["id"]
    for name in ("p1", "p2", "p3"):
        host.say(few, BUSES, name)
    clock.advance(60)
    assert summarise(few)
    page = Browser().open(f"/results?s={few}&tab=recap")
    assert "buses" not in page.html


def test_without_a_model_it_says_so_and_has_the_answers(
    host: Host, ana: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(container, "model", ScriptedModel)
    session = host.new_session(prompt="1. What do you eat?")["id"]
    assert "Nobody who is part of the results" in recap_of(ana, session).text
    host.join(session, "p1")
    host.say(session, "Soup with bread", "p1")
    assert summarise(session)
    page = recap_of(ana, session)
    assert "No language model read these conversations" in page.text
    assert "Soup with bread" in page.text
    for claimed in ("Common themes", "Unique insights", "neither"):
        assert claimed not in page.text
