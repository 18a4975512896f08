"""The insights that others than members read: those that are marked for them, with nothing that leads to one person."""

from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib import container
from chalicelib.model import Quote
from chalicelib.services.synthesis import state
from chalicelib.store.sessions import FOR_RESULTS
from tests.api.hosts import Host
from tests.api.participants import include
from tests.web.browser import Browser, Page
from tests.web.participant.test_results import crowd, put, summary_of

SAID = ("A kitchen on our floor would help", "I would bring my parrot")
WITHHELD = "Karin Oberhuber should leave the board."
OPEN = {"results_visibility": "public", "results_sections": {"insights": True}}


@pytest.fixture
def session(host: Host) -> dict[str, Any]:
    """Six people, of whom two said something; the summary shows the words of one of them."""
    session = host.new_session(**OPEN)
    for browser, words in zip(crowd(session, 6), SAID, strict=False):
        browser.say(session, words)
    people = host.get(f"/sessions/{session['id']}/responses?min_messages=1")["data"]
    (thread, message) = next(
        (it["participant_id"], sent["id"]) for it in people for sent in it["messages"] if sent["content"] == SAID[0]
    )
    summary = summary_of(6)
    kitchen = replace(summary.themes[0], quotes=(Quote(SAID[0], thread, message),))
    put(session, replace(summary, themes=(kitchen, *summary.themes[1:]), withheld=(WITHHELD,)))
    return session


def note(host: Host, session: dict[str, Any], **fields: Any) -> dict[str, Any]:
    answer = host.call("POST", f"/sessions/{session['id']}/insights", fields)
    assert answer.status_code == 201, answer.body
    return dict(answer.json_body)


def shown(browser: Browser, session: dict[str, Any]) -> Page:
    return browser.open(f"/results?s={session['id']}&tab=insights")


def test_others_read_what_is_marked_for_them_and_quotes_that_the_summary_shows(
    host: Host, session: dict[str, Any]
) -> None:
    quotes = [{"text": it} for it in SAID]
    content = 'A **kitchen** first. One said "I would bring my parrot". It is cheap.\n\n> Bring my parrot'
    made = note(host, session, title="Floors", content=content, quotes=quotes, visible=True)
    note(host, session, content="Ask the board before anybody else.")
    page = shown(Browser(), session)
    assert page.status == 200
    assert "Floors A kitchen first. It is cheap. A kitchen on our floor would help" in page.text
    for hidden in (
        "parrot",
        "board",
        *(it["message_id"] for it in made["quotes"]),
        *(it["participant_id"] for it in made["quotes"]),
    ):
        assert hidden not in page.html
    host.call("PATCH", f"/sessions/{session['id']}/insights/{made['id']}", {"visible": False})
    assert "Nothing is noted yet." in shown(Browser(), session).text


def test_what_the_summary_withholds_is_shown_to_nobody_else_however_it_is_set(
    host: Host, session: dict[str, Any]
) -> None:
    content = (
        "Soup first.\n\n- A kitchen\n- Karin Oberhuber should leave the board\n1. So: **Karin  Oberhuber should leave "
        "the board!**\n\nPeople say\nthat Karin Oberhuber should leave the board. Bread second."
    )
    note(host, session, title="Karin Oberhuber should leave the board", content=content, visible=True)
    page = shown(Browser(), session)
    assert "Oberhuber" not in page.html
    assert all(it in page.text for it in ("Soup first.", "A kitchen", "Bread second."))


def test_no_answer_that_was_kept_is_shown_to_others_whoever_is_taken_out(host: Host, session: dict[str, Any]) -> None:
    path = f"/sessions/{session['id']}"
    kept = note(host, session, content=f"It is cheap. {SAID[1]} So.", source="ask")
    deps = container.insight_deps()
    (before,) = deps.insights.get(session["id"], [kept["id"]])
    assert deps.insights.edit(session["id"], before, replace(before, visible=True), ())  # as it was allowed once
    people = host.get(f"{path}/responses?min_messages=1")["data"]
    whose = next(it for it in people if any(sent["content"] == SAID[1] for sent in it["messages"]))
    include(host, session["id"], whose["participant_id"], False)
    view = container.sessions().view(session["id"], FOR_RESULTS)
    assert container.summaries().put(view.session, summary_of(5), state.end(view.synthesis.epoch))
    note(host, session, content="A note of it.", visible=True)
    for readable in (
        shown(Browser(), session).text,
        str(host.call("GET", f"{path}/export?format=html&parts=insights&readers=others").body),
    ):
        assert "A note of it." in readable
        assert "It is cheap." not in readable
    assert [it["visible"] for it in host.get(f"{path}/insights")["data"]] == [False, True]


def test_the_section_is_for_whom_the_host_opens_it_and_for_five_people_at_least(
    host: Host, session: dict[str, Any]
) -> None:
    note(host, session, content="A kitchen first.", visible=True)
    host.call("PATCH", f"/sessions/{session['id']}", {"results_sections": {"insights": False}})
    assert "A kitchen first." not in shown(Browser(), session).text
    few = host.new_session(**OPEN)
    crowd(few, 4)
    put(few, summary_of(4))
    note(host, few, content="A kitchen first.", visible=True)
    assert "A kitchen first." not in shown(Browser(), few).text
