"""Who took part and what they said, on the results page: for editors, and for nobody else."""

import re

import pytest

from chalicelib.web.participant import results as results_page
from tests.api.hosts import Host, new_host
from tests.clock import FakeClock
from tests.web.browser import Browser, Page
from tests.web.participant.test_results import crowd, opened, results


def test_an_editor_sees_who_took_part_and_reads_what_they_said(host: Host, clock: FakeClock) -> None:
    session = host.new_session()
    ben = Browser()
    ben.join(session, **{"a-8f6d2c1e-5b0a-4e7d-9c43-1a7e60b2d501": "Ben Okri"})
    ben.say(session, "Soup <3")
    page = ben.submit(ben.chat(session).form("I’m done"))
    ben.submit(page.form("Send rating"), rating="4", comment="Short & sweet")
    crowd(session, 1)
    editor, page = opened(host.invite(session["id"], "editor"), session)
    assert "Ben Okri" in page.text
    (unnamed,) = re.findall(r'href="([^"]+)"[^>]*>(Participant [0-9A-F]{6})<', page.html)
    assert unnamed[1] in editor.open("/" + unnamed[0].replace("&amp;", "&")).text
    thread = editor.open("/" + next(link for link in page.links if "&t=" in link))
    assert thread.status == 200
    replies = [("Facilitator", f"Reply {number}") for number in (1, 2, 3)]
    assert thread.log == [replies[0], ("Ben Okri", "Soup <3"), *replies[1:]]
    assert "Short & sweet" in thread.text
    assert '<dd lang="en" dir="ltr">Ben Okri</dd>' in thread.html


def test_who_has_no_name_keeps_their_number_on_every_page_of_the_list(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    def numbers(page: Page) -> list[str]:
        return re.findall(r">Participant ([0-9A-F]{6})<", page.html)

    session = host.new_session()
    crowd(session, 5)
    editor, everybody = opened(host, session)
    monkeypatch.setattr(results_page, "PEOPLE", 2)
    found, page = [], results(editor, session)
    while more := [link for link in page.links if link.startswith("results?") and "cursor=" in link]:
        found += numbers(page)
        page = editor.open("/" + more[0].partition("#")[0])
    found += numbers(page)
    assert found == numbers(everybody)
    assert len(set(found)) == 5
    ids = [it["participant_id"] for it in host.get(f"/sessions/{session['id']}/responses")["data"]]
    assert {id[:6].upper() for id in ids} == set(found)


def test_a_stranger_who_calls_themselves_like_a_participant_is_told_apart(host: Host) -> None:
    session = host.new_session(is_public=True)
    strangers = [new_host(f"{name}@example.com") for name in "st"]
    for who in (host, *strangers):
        who.say(session["id"], "Soup", "ada", participant_name="Ada")
    editor, page = opened(host, session)
    marked = re.findall(r'>Ada</a> <span class="hint">through another account, No. ([0-9A-F]{6})<', page.html)
    assert (page.html.count(">Ada</a>"), len(set(marked))) == (3, 2)
    threads = [editor.open("/" + link).text for link in page.links if "&t=" in link]
    assert sum("through another account" in text for text in threads) == 2


def test_the_list_counts_as_complete_what_the_figures_do(host: Host) -> None:
    session = host.new_session()
    ben, cem, _ = crowd(session, 3)
    ben.submit(ben.say(session, "Soup").form("I’m done"))
    cem.submit(cem.chat(session).form("I’m done"))
    page = opened(host, session)[1]
    states = re.findall(r'data-label="State">([^<]*)<', page.html)
    assert sorted(states) == ["complete", "ended without a word", "open"]
    assert re.search(r"Completed</th><td class=\"number\">1<", page.html)
    assert host.get(f"/sessions/{session['id']}")["completed_count"] == 1


def test_the_list_tells_its_times_where_the_session_is_and_once_where_that_is(host: Host) -> None:
    session = host.new_session(time_zone="America/New_York")
    for ben in crowd(session, 2):
        ben.say(session, "Soup")
    page = opened(host, session)[1]
    heads = re.findall(r'<th scope="col"[^>]*>([^<]*)<', page.html)
    assert "Last message (America/New York)" in heads
    times = re.findall(r'data-label="Last message[^"]*">([^<]*)<', page.html)
    assert times == ["1 March 2026, 07:00"] * 2


def test_a_viewer_and_a_participant_see_no_single_conversation(host: Host) -> None:
    session = host.new_session(results_visibility="public")
    (ben,) = crowd(session, 1)
    ben.say(session, "My secret soup")
    (person,) = host.get(f"/sessions/{session['id']}/responses")["data"]
    viewer, page = opened(host.invite(session["id"], "viewer"), session)
    assert "Conversations" not in page.text
    for browser in (viewer, ben, Browser()):
        found = browser.open(f"/results?s={session['id']}&t={person['participant_id']}")
        assert "secret" not in found.html
        assert found.log == []


def test_an_editor_of_one_session_reads_none_of_another(host: Host) -> None:
    mine, other = host.new_session(), host.new_session()
    (ben,) = crowd(other, 1)
    ben.say(other, "My secret soup")
    (person,) = host.get(f"/sessions/{other['id']}/responses")["data"]
    editor, _ = opened(host.invite(mine["id"], "editor"), mine)
    assert editor.open(f"/results?s={mine['id']}&t={person['participant_id']}").status == 404
    assert results(editor, other).status == 403
