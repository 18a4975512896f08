"""Help on the pages: quietly on each, and prominently where somebody's latest words show a sign of danger."""

import re
from typing import Any

import pytest

from chalicelib import settings
from chalicelib.web.kit.language import LANGUAGES
from chalicelib.web.kit.texts import texts_in
from tests.api.hosts import Host
from tests.clock import FakeClock
from tests.faults import Interviewer
from tests.llm.queued import prompt_of
from tests.web.browser import Browser, Page
from tests.web.participant.test_script import Script

HELP = "Samaritans <116 123>"
SHOWN = "Samaritans &lt;116 123&gt;"
DANGER = "I want to die."
HEADING = texts_in("en")("care_heading")


@pytest.fixture
def help_text(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """An operator who says where help is."""
    monkeypatch.setenv("HELP_TEXT", HELP)
    settings.settings.cache_clear()


def notice(page: Page) -> str:
    """What the page shows prominently of help; empty where it does not."""
    found = re.search(r'<section class="notice care".*?</section>', page.html, re.DOTALL)
    return found[0] if found else ""


def test_help_stands_on_every_page_where_it_is_set(
    help_text: None, host: Host, clock: FakeClock, ben: Browser, cem: Browser
) -> None:
    session = host.new_session(closes_at="2026-03-01T13:00:00Z", max_participants=1)
    pages = [cem.chat(session), ben.join(session), cem.chat(session), ben.open("/chat?s=x"), ben.open("/")]
    clock.advance(4_000)
    pages += [ben.chat(session), cem.chat(session), ben.open(f"/results?s={session['id']}")]
    assert [page.status for page in pages] == [200, 200, 409, 404, 200, 200, 410, 403]
    for page in pages:
        foot = re.split('<footer class="foot">|<aside class="about-session"', page.html)[-1]
        assert f'<span class="help" lang="en" dir="ltr">{SHOWN}</span>' in foot
        assert notice(page) == ""


def test_without_a_help_text_no_page_speaks_of_one(host: Host, ben: Browser) -> None:
    for page in (ben.chat(host.new_session()), ben.open("/chat?s=x")):
        assert 'class="help"' not in page.html


@pytest.mark.parametrize("tag", LANGUAGES)
def test_help_is_told_in_the_language_of_the_page(help_text: None, host: Host, ben: Browser, tag: str) -> None:
    page = ben.open(f"/chat?s={host.new_session()['id']}&lang={tag}")
    assert texts_in(tag)("help_foot", help=HELP) in page.text


def test_a_sign_of_danger_shows_help_prominently_until_other_words_follow(
    help_text: None, host: Host, model: Interviewer, ben: Browser
) -> None:
    session = host.new_session()
    assert notice(ben.join(session)) == ""
    for page in (ben.say(session, DANGER), ben.chat(session), ben.open(f"/chat?s={session['id']}&lang=en")):
        shown = notice(page)
        assert HEADING in shown
        assert SHOWN in shown
        assert page.html.index(shown) < page.html.index('id="compose"')
    assert 'care="yes"' in prompt_of(model.requests[-1])
    assert notice(ben.say(session, "I would rather talk about lunch.")) == ""
    assert 'care="yes"' not in prompt_of(model.requests[-1])


def test_it_is_there_too_when_nobody_answers_and_without_a_help_text(
    host: Host, model: Interviewer, ben: Browser
) -> None:
    session = host.new_session()
    ben.join(session)
    model.failing.add("turn")
    page = ben.say(session, DANGER)
    assert page.has_form("Try again")
    assert HEADING in notice(page)
    assert texts_in("en")("care_text") in notice(page)
    assert 'class="help"' not in page.html


def test_the_form_before_the_conversation_counts_as_well(help_text: None, host: Host, ben: Browser) -> None:
    session = host.new_session(questions=[{"text": "How are you?"}])
    (question,) = host.get(f"/sessions/{session['id']}/questions")["data"]
    page = ben.join(session, **{f"a-{question['id']}": "I want to kill myself"})
    assert SHOWN in notice(page)
    assert notice(ben.say(session, "Soup")) == ""


def test_a_script_gets_it_with_the_reply_and_loses_it_with_the_next(help_text: None, host: Host, ben: Browser) -> None:
    session: dict[str, Any] = host.new_session()
    ben.join(session)
    script = Script(ben, session)
    status, news = script.send(after=1, content=DANGER)
    assert status == 200
    assert '<section class="notice care"' in news["foot"]
    assert SHOWN in news["foot"]
    _, again = script.news(after=3)
    assert again["key"] == news["key"]
    _, other = script.send(after=3, content="Lunch", message_id="00000000-0000-4000-8000-000000000001")
    assert "notice care" not in other["foot"]
    assert other["key"] != news["key"]


def test_the_host_reads_every_word(help_text: None, host: Host, ben: Browser) -> None:
    session = host.new_session()
    ben.join(session)
    ben.say(session, DANGER)
    (person,) = host.get(f"/sessions/{session['id']}/responses")["data"]
    assert [it["content"] for it in person["messages"]] == ["Reply 1", DANGER, "Reply 2"]
