"""A test run: an editor sees what participants see; it is nobody's, and is in no number and no result unless it is included by hand."""

from typing import Any

import boto3
import pytest

import app
from chalicelib.api.routes import ROUTES
from tests import events
from tests.api.hosts import Host, error_of
from tests.api.jobs import asked, summarise, write_brief
from tests.clock import FakeClock
from tests.events import Context
from tests.faults import Interviewer
from tests.web.browser import Browser, Page
from tests.web.host.visitor import send, sign_in

START = "Start the conversation"
AGAIN, DELETE = "Start again", "Delete this test run"
BANNER = "Test run: not counted."


def path(session: str) -> str:
    """Where the test run of a session is."""
    return f"/chat?s={session}&test=1"


def press(browser: Browser, session: str, button: str, **fields: str) -> Page:
    """Send the form with this button, and go where it leads."""
    return browser.follow(send(browser, path(session), browser.open(path(session)).form(button), **fields))


def talk(browser: Browser, session: str, *words: str, **answers: str) -> Page:
    """A test run in which this is said; the page as it is then."""
    page = press(browser, session, START, **answers)
    for said in words:
        page = press(browser, session, "Send", content=said)
    return page


def tell_stream(session: str) -> None:
    """Tell the stream of conversations of all that participants said."""
    found = boto3.client("dynamodb").scan(TableName="conversations")["Items"]
    said = [it for it in found if it["session_id"]["S"] == session and it.get("role", {}).get("S") == "user"]
    app.conversations_changed(events.batch(*(events.change("INSERT", it) for it in said)), Context())


def everything_read(host: Host, session: str) -> dict[str, Any]:
    """What every read of the API answers that is about a session, or lists it; but for what its conversations cost."""
    reads = [
        it.path for it in ROUTES if it.method == "GET" and it.ids in ((), ("session_id",)) and "keys" not in it.path
    ]
    found = {it: host.call("GET", it.format(session_id=session)).json_body for it in reads if "session-md" not in it}
    export = found.pop("/sessions/{session_id}/export")
    assert export["participants"] == []  # it says how many were not asked for
    return {**found, "/sessions/{session_id}": {**found["/sessions/{session_id}"], "usage": None, "results_url": None}}


def test_a_session_with_a_test_run_only_shows_nobody_anywhere(ana: Browser, host: Host, cem: Browser) -> None:
    session = host.new_session(is_public=True, max_participants=1, cross_pollination=True, results_visibility="public")[
        "id"
    ]
    before = everything_read(host, session)
    assert talk(ana, session, "Soup", "Bread").log[-2:] == [("You", "Bread"), ("Facilitator", "Reply 3")]
    press(ana, session, "I’m done")
    tell_stream(session)
    assert asked("summaries") == []
    assert summarise(session)
    assert everything_read(host, session) == before
    assert before["/sessions/{session_id}"]["participant_count"] == 0
    assert before["/sessions/{session_id}"]["completed_count"] == 0
    assert host.call("POST", f"/sessions/{session}/scratchpad").json_body["status"] == "no_data"
    assert host.call("POST", f"/sessions/{session}/summary").json_body["summary"] is None
    for page in (ana.open("/"), ana.open(f"/sessions/{session}")):
        assert "0 people" in page.text
    assert "Soup" not in cem.open(f"/results?s={session}").text
    assert cem.chat({"id": session}).has_form(START)  # the one place is free


def test_members_see_it_as_a_test_and_include_it_by_hand(ana: Browser, host: Host, clock: FakeClock) -> None:
    session = host.new_session(prompt="Ask.")["id"]
    talk(ana, session, "The soup was cold.")
    (person,) = host.get(f"/sessions/{session}/responses?include=all")["data"]
    assert (person["test"], person["included"], person["channel"], person["message_count"]) == (True, False, "web", 1)
    assert "test run" in ana.open(f"/sessions/{session}/people").text
    editor = host.invite(session, "editor")
    change = {"included": True}
    url = f"/sessions/{session}/participants/{person['participant_id']}"
    assert editor.call("PATCH", url, change).json_body["test"] is True
    clock.advance(60)
    assert summarise(session)
    assert "soup" in host.get(f"/sessions/{session}/summary")["summary"]
    assert host.get(f"/sessions/{session}")["participant_count"] == 0
    assert error_of(host.invite(session, "viewer").call("DELETE", url))[0] == 403
    assert editor.call("DELETE", url).status_code == 204
    assert host.get(f"/sessions/{session}")["summary"] is None


def test_included_by_hand_it_is_nobody_where_people_are_protected_by_their_number(
    ana: Browser, host: Host, cem: Browser, clock: FakeClock
) -> None:
    session = host.new_session(prompt="Ask.", results_visibility="public")["id"]
    lift, stairs = "The lift in our building broke again.", "The stairs up to our floor are steep."
    for number, said in enumerate((lift, "Bread was nice.", "Bread was nice.", "Bread was nice.")):
        host.say(session, said, participant=f"p{number}")
    host.join(session, "p4")
    talk(ana, session, lift, stairs)
    test = next(it for it in host.get(f"/sessions/{session}/responses?include=all")["data"] if it["test"])
    host.call("PATCH", f"/sessions/{session}/participants/{test['participant_id']}", {"included": True})
    clock.advance(60)
    assert summarise(session)
    assert "Fewer than 5 people" in cem.open(f"/results?s={session}").text

    host.say(session, "Bread was nice.", participant="p4")
    clock.advance(600)
    assert summarise(session)
    assert write_brief(session)
    public, members = cem.open(f"/results?s={session}").text, ana.open(f"/sessions/{session}/summary").text
    brief = host.call("GET", f"/sessions/{session}/session-md").body.decode()
    assert "4 of 5 participants" in public
    for told in (public, brief):
        assert [word for word in ("lift", "broke", "stairs") if word in told] == []
    assert "summary_participants: 5" in brief
    assert stairs in members
    written = host.get(f"/sessions/{session}/summary")["summary"]
    assert "From 5 participants and 7 messages." in written
    assert "Messages of a test run are among these; it is not counted as a participant." in written


def test_it_is_begun_again_and_thrown_away_and_leaves_the_summary_alone(
    ana: Browser, host: Host, clock: FakeClock
) -> None:
    session = host.new_session(prompt="Ask.", max_participants=5)["id"]
    host.say(session, "The bread is good.")
    assert summarise(session)
    assert write_brief(session)
    written = host.get(f"/sessions/{session}")["summary"]
    talk(ana, session, "Soup")
    asked("summaries")
    page = press(ana, session, AGAIN, do="restart")
    assert page.log == []
    assert page.has_form(START)
    assert [words for _, words in talk(ana, session, "Bread").log] == ["Reply 4", "Bread", "Reply 5"]
    answer = send(ana, path(session), ana.open(path(session)).form(DELETE), do="discard")
    assert answer.headers["Location"] == f"sessions/{session}"
    assert len(host.get(f"/sessions/{session}/responses?include=all")["data"]) == 1
    shown = host.get(f"/sessions/{session}")
    assert (shown["summary"], shown["summary_status"], shown["participant_count"]) == (written, "current", 1)
    assert asked("summaries") == []


def test_an_editor_does_not_remove_a_participant(host: Host) -> None:
    session = host.new_session()["id"]
    person = host.say(session, "Soup").json_body["thread_id"]
    answer = host.invite(session, "editor").call("DELETE", f"/sessions/{session}/participants/{person}")
    assert error_of(answer) == (403, "forbidden", "You don't have access to this session")


def test_it_shows_the_form_that_participants_fill_in_and_says_that_it_is_a_test(ana: Browser, host: Host) -> None:
    session = host.new_session(questions=[{"text": "Diet", "required": True}], max_participants=1)["id"]
    host.join(session, answers=[{"question_id": "Diet", "answer": "vegan"}])
    page = ana.open(path(session))
    assert BANNER in page.text
    assert "Diet" in page.text
    assert press(ana, session, START).status == 400
    (question,) = [name for name in page.form(START).fields if name.startswith("a-")]
    page = press(ana, session, START, **{question: "vegan"})
    assert BANNER in page.text
    assert page.log == [("Facilitator", "Reply 2")]
    assert "&r=" not in page.html  # nobody else goes on with it
    assert ana.names == {}
    assert ana.chat({"id": session}).status == 409  # the link itself is full, for the host, too


def test_only_who_may_edit_and_is_signed_in_tests(ana: Browser, host: Host, cem: Browser, model: Interviewer) -> None:
    session = host.new_session(is_public=True, results_visibility="public")["id"]
    talk(ana, session, "Soup")
    asked_before = len(model.requests)
    answer = cem.get(path(session))
    assert answer.headers["Location"] == f"sign-in?next=%2Fchat%3Fs%3D{session}%26test%3D1"
    viewer = host.invite(session, "viewer", "vera@example.com")
    sign_in(cem, "vera@example.com")
    assert cem.open(path(session)).status == 403
    stolen = ana.open(path(session)).form("Send")
    assert send(cem, path(session), stolen, content="Bread").status_code == 403
    assert error_of(viewer.call("GET", f"/sessions/{'0' * 8}-0000-4000-8000-{'0' * 12}"))[0] == 404
    assert len(model.requests) == asked_before


def test_each_editor_has_a_run_of_their_own(ana: Browser, host: Host, cem: Browser) -> None:
    session = host.new_session()["id"]
    host.invite(session, "editor", "edo@example.com")
    sign_in(cem, "edo@example.com")
    talk(ana, session, "Soup")
    talk(cem, session, "Bread")
    assert "Soup" not in cem.open(path(session)).text
    assert [it["test"] for it in host.get(f"/sessions/{session}/responses?include=all")["data"]] == [True, True]


def test_it_may_be_framed_by_our_pages_and_nothing_else_may(ana: Browser, host: Host) -> None:
    session = host.new_session()["id"]
    test, chat = ana.open(path(session)), ana.chat({"id": session})
    assert "frame-ancestors 'self'" in test.headers["Content-Security-Policy"]
    assert test.headers["X-Frame-Options"] == "SAMEORIGIN"
    for page in (chat, ana.open(f"/results?s={session}&as=others&test=1"), ana.open(f"/sessions/{session}?test=1")):
        assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
        assert page.headers["X-Frame-Options"] == "DENY"


def test_a_draft_is_tried_by_its_editors_and_by_nobody_else(ana: Browser, host: Host, cem: Browser) -> None:
    session = host.new_session(draft=True, topic=None)["id"]
    assert "Without a name" in ana.open(path(session)).text
    drafts = host.get("/sessions?status=draft")
    assert talk(ana, session, "Soup").log[-2:] == [("You", "Soup"), ("Facilitator", "Reply 2")]
    assert host.get("/sessions?status=draft") == drafts
    assert not cem.chat({"id": session}).has_form(START)
    assert not ana.chat({"id": session}).has_form(START)
    assert error_of(host.say(session, "Soup"))[2] == "Session is not open yet: it is a draft"
    opened = host.call("PATCH", f"/sessions/{session}", {"status": "active", "topic": "Lunch"}).json_body
    assert (opened["status"], opened["participant_count"]) == ("active", 0)
    assert host.call("PATCH", f"/sessions/{session}", {"status": "draft"}).status_code == 200  # nobody is in
    host.call("PATCH", f"/sessions/{session}", {"status": "active"})
    host.call("PATCH", f"/sessions/{session}", {"status": "completed"})
    assert "This session has ended" in ana.open(path(session)).text


def test_it_stands_beside_the_prompt_that_it_tests(ana: Browser, host: Host, cem: Browser) -> None:
    session = host.new_session(prompt="Ask.")["id"]
    page = ana.open(f"/sessions/{session}/prompt")
    assert f'<iframe src="/chat?s={session}&amp;test=1"' in page.html
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    ana.headers["Sec-Fetch-Dest"] = "iframe"
    framed = ana.open(path(session))
    assert BANNER in framed.text
    assert "Back to the session" not in framed.text  # that is the page around it
    host.invite(session, "viewer", "vera@example.com")
    sign_in(cem, "vera@example.com")
    assert "<iframe" not in cem.open(f"/sessions/{session}/prompt").html
    assert "frame-src" not in ana.open(f"/sessions/{session}").headers["Content-Security-Policy"]


def test_as_many_requests_as_any_page_of_a_host_takes(
    ana: Browser, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = host.new_session()["id"]
    monkeypatch.setattr("chalicelib.services.accounts.logins.DEFAULT_RATE", 1)
    assert [ana.open(path(session)).status for _ in range(2)] == [200, 429]
