"""The pages of a session that is full, and of a conversation that is."""

import pytest

from chalicelib import container, settings
from tests.api.hosts import Host
from tests.clock import FakeClock
from tests.web.browser import Browser

START = "Start the conversation"


def test_a_visitor_of_a_full_session_is_told_kindly_and_fills_in_nothing(
    host: Host, ben: Browser, cem: Browser
) -> None:
    session = host.new_session(max_participants=1)
    ben.join(session)
    page = cem.chat(session)
    assert page.status == 409
    assert "This session is full" in page.text
    assert "Thank you for your interest" in page.text
    assert page.forms == []
    assert cem.cookies == {}


def test_who_is_in_goes_on(host: Host, ben: Browser) -> None:
    session = host.new_session(max_participants=1)
    ben.join(session)
    assert ben.say(session, "Soup").log[-2:] == [("You", "Soup"), ("Facilitator", "Reply 2")]


def test_whoever_comes_a_moment_late_keeps_what_they_entered(host: Host, ben: Browser, cem: Browser) -> None:
    session = host.new_session(max_participants=1, questions=[{"text": "Diet"}])
    form = cem.chat(session).form(START)
    ben.join(session)
    (question,) = [name for name in form.fields if name.startswith("a-")]
    page = cem.submit(form, **{question: "vegan"})
    assert page.status == 400
    assert "the last place was taken just now" in page.text
    assert page.form(START).fields[question] == "vegan"
    host.call("PATCH", f"/sessions/{session['id']}", {"max_participants": 2})
    assert cem.submit(page.form(START)).log == [("Facilitator", "Reply 2")]


def test_a_place_that_becomes_free_can_be_taken_with_the_same_link(host: Host, ben: Browser, cem: Browser) -> None:
    session = host.new_session(max_participants=1)
    ben.join(session)
    (person,) = host.get(f"/sessions/{session['id']}/responses")["data"]
    host.call("DELETE", f"/sessions/{session['id']}/participants/{person['participant_id']}")
    assert cem.join(session).has_form("Send")


def test_a_closed_session_is_closed_and_not_full(host: Host, ben: Browser, clock: FakeClock) -> None:
    session = host.new_session(max_participants=1, closes_at="2026-03-01T13:00:00Z")
    ben.join(session)
    clock.advance(7200)
    page = Browser().chat(session)
    assert "closed" in page.text
    assert "full" not in page.text


def test_a_full_conversation_says_so_kindly_and_loses_no_words(
    host: Host, ben: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAX_TURNS", "2")
    settings.settings.cache_clear()
    container.conversation_deps.cache_clear()
    session = host.new_session()
    ben.join(session)
    for words in ("Soup", "Bread"):
        ben.say(session, words)
    page = ben.say(session, "Salad")
    assert page.status == 400
    assert "This conversation is full: it has reached its limit of 2 messages. Thank you" in page.text
    assert page.form("Send").fields["content"] == "Salad"
    assert page.log[-2:] == [("You", "Bread"), ("Facilitator · What I heard", "Reply 3")]
