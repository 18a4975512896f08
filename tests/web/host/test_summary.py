"""The page of a session's summary: what it says is what was said, and each quote leads to where that stands."""

import re
from datetime import timedelta

import pytest
from msgspec.structs import replace

from chalicelib import container
from chalicelib.errors import Unavailable
from chalicelib.services.synthesis import state
from chalicelib.store.sessions import FOR_RESULTS
from tests.api.hosts import Host
from tests.api.jobs import summarise
from tests.clock import FakeClock
from tests.web.browser import Browser, Form, Page
from tests.web.host.visitor import send, sign_in, submit

BUSES = "We need more buses in the evening because people work late."
LIBRARY = "The library should open on Sunday, too."
SAID = {f"p{number}": BUSES if number < 4 else LIBRARY for number in range(6)}
CRITICAL = "What must not happen"


@pytest.fixture
def session(host: Host, clock: FakeClock) -> str:
    """A session of six people, with a summary."""
    made = str(host.new_session(prompt="Ask.", critical=CRITICAL)["id"])
    for name, words in SAID.items():
        host.say(made, words, name)
    clock.advance(60)
    assert summarise(made)
    return made


def summary_of(browser: Browser, session: str) -> Page:
    return browser.open(f"/sessions/{session}/summary")


def press(browser: Browser, session: str, button: str = "Write it again") -> Page:
    form = summary_of(browser, session).form(button)
    return submit(browser, f"/sessions/{session}/summary", form, do="write")


def test_what_is_critical_comes_first_and_each_theme_has_its_people_by_stance(
    host: Host, ana: Browser, session: str
) -> None:
    page = summary_of(ana, session)
    order = [page.text.index(told) for told in (CRITICAL, "What people want, and why", "Themes")]
    assert order == sorted(order)
    assert "Up to date" in page.text
    told = {it["label"]: it for it in host.get(f"/sessions/{session}/summary")["themes"]}
    for theme in told.values():
        bar = f"{theme['label']} · for {theme['stances']['for']} · against 0 · for it in part 0 · neither 0"
        assert f'aria-label="{bar}"' in page.html
        assert f"{theme['participants']} of 6 participants" in page.text
    assert sorted(it["participants"] for it in told.values()) == [2, 4]


def test_each_quote_is_in_the_words_of_the_message_that_it_leads_to(host: Host, ana: Browser, session: str) -> None:
    said = {
        message["id"]: (person["participant_id"], message["content"])
        for person in host.get(f"/sessions/{session}/responses")["data"]
        for message in person["messages"]
    }
    quoted = re.findall(
        r'<a href="(/sessions/[^"]+/people/([^"#]+)#message-([^"]+))">([^<]+)</a>', summary_of(ana, session).html
    )
    assert len(quoted) >= 2
    for address, person, message, words in quoted:
        assert said[message] == (person, words)
        assert f'id="message-{message}"' in ana.open(address.partition("#")[0]).html


def test_what_was_said_since_is_written_for_whoever_reads_and_the_page_waits_for_it(
    host: Host, ana: Browser, session: str, clock: FakeClock
) -> None:
    clock.advance(600)
    host.say(session, "Bread should be cheaper for everybody.", "p9")
    container.summaries().move(session, state.mark_undigested(clock.now()))  # as the stream of conversations does
    page, since = summary_of(ana, session), int(clock.now().timestamp())
    assert "The summary is being brought up to date." in page.text
    assert f"/summary?since={since}" in page.html
    waiting = f"/sessions/{session}/summary?since={since}"
    assert ana.open(waiting).status == 204
    assert summarise(session)
    host.say(session, "And tea, please.", "p8")
    container.summaries().move(session, state.mark_undigested(clock.now()))
    page = ana.open(waiting)  # it shows what it has waited for, and asks for no other
    told = "More has been said since" in page.text, "7 participants" in page.text, page.has_form("Write it now")
    assert told == (True, True, True)
    assert "being brought up to date" in summary_of(ana, session).text


def test_a_summary_that_cannot_be_written_leaves_the_last_one(
    ana: Browser, session: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> bool:
        raise Unavailable("No answer", 2)

    monkeypatch.setattr("chalicelib.services.synthesis.on_demand.summarise_now", fail)
    page = press(ana, session)
    assert (page.status, "The last summary stays" in page.text, "buses" in page.text) == (503, True, True)


def test_where_no_model_is_left_nobody_gives_up_its_summary_unawares(
    ana: Browser, host: Host, session: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(container.model(), "understands", False)
    page = summary_of(ana, session)
    assert ("it becomes a list of answers" in page.text, page.has_form("Write it again")) == (True, False)
    people = ana.open(f"/sessions/{session}/people")
    assert "a list of answers comes in its place" in people.text
    person = next(it for it in people.links if "/people/" in it and "?" not in it)
    assert "a list of answers comes in its place" in ana.open(person.partition("#")[0]).text


def test_a_viewer_reads_all_and_has_nothing_written_and_others_have_another_page(
    host: Host, ben: Browser, session: str
) -> None:
    host.invite(session, "viewer", "bo@example.com")
    bo = sign_in(ben, "bo@example.com")
    page = summary_of(bo, session)
    assert ("buses" in page.text, page.has_form("Write it again")) == (True, False)
    token = bo.open("/").form("Sign out").fields["token"]
    assert send(bo, f"/sessions/{session}/summary", Form({"token": token}), do="write", once="x").status_code == 403
    assert "Only people with a role in this session read results." in page.text
    host.call("PATCH", f"/sessions/{session}", {"results_visibility": "public"})
    others = bo.open(next(link for link in summary_of(bo, session).links if "as=others" in link))
    assert "This is what others read." in others.text
    assert ("buses" in others.text, "/people/" in others.html) == (True, False)


def test_the_page_of_earlier_summaries_tells_what_changed_until_somebody_is_taken_out(
    host: Host, ana: Browser, session: str, clock: FakeClock
) -> None:
    path = f"/sessions/{session}/summaries"
    assert path in summary_of(ana, session).links
    assert "The summary of" in ana.open(path).text
    for name in ("p9", "p10"):
        host.say(session, "Bread should be cheaper for everybody.", name)
    person = host.say(session, BUSES, "p8").json_body["thread_id"]
    press(ana, session)
    page = ana.open(path)
    assert "6 → 9 participants · 6 → 9 messages" in page.text
    assert [
        told in page.text for told in ("new · 2 participants", "more people · 4 → 5 participants", "as before")
    ] == [True] * 3
    assert "for 4 → 5" in page.text
    before = ana.open(f"{path}?version=1&with=2")
    assert ("9 → 6 participants" in before.text, "no theme of its own any more" in before.text) == (True, True)
    assert ana.open(f"{path}?version=9").status == 404
    host.call("PATCH", f"/sessions/{session}/participants/{person}", {"included": False})
    assert "None is kept yet." in ana.open(path).text


def test_who_stands_where_on_a_theme_is_as_many_people_as_the_summary_says(
    host: Host, ana: Browser, session: str
) -> None:
    page = summary_of(ana, session)
    for theme in host.get(f"/sessions/{session}/summary")["themes"]:
        path = f"/sessions/{session}/themes/{theme['id']}"
        assert f"{path}?stance=for&summed_up=1" in page.links
        assert f"{path}?stance=against&summed_up=1" not in page.links  # nobody is
        people = ana.open(f"{path}?stance=for&summed_up=1")
        assert f"{theme['stances']['for']} participants" in people.text
        found = host.get(f"{path}/people?stance=for&summed_up=true")
        assert len(found["data"]) == theme["stances"]["for"]
    stored = container.sessions().view(session, FOR_RESULTS)
    assert stored.summary
    first, second = stored.summary.themes
    both = replace(first, label="Both", gathers=(*first.gathers, *second.gathers), participants=6)
    newer = replace(stored.summary, themes=(both,), generated_at=stored.summary.generated_at + timedelta(seconds=1))
    assert container.summaries().put(stored.session, newer, state.end(0))
    assert host.get(f"/sessions/{session}/themes/{first.id}/people?summed_up=true")["pagination"]["total"] == 6
    assert host.get(f"/sessions/{session}/themes/{first.id}/people")["pagination"]["total"] == first.participants
