"""Sessions that are not open yet: what their link says to whom."""

import pytest

from tests.api.hosts import Host
from tests.clock import FakeClock
from tests.web.browser import Browser
from tests.web.host.visitor import sign_in

ANA = "ana@example.com"


@pytest.mark.parametrize("page", ["chat", "results"])
def test_the_link_of_a_draft_says_kindly_that_it_is_not_open_and_nothing_of_what_is_being_written(
    host: Host, cem: Browser, page: str
) -> None:
    draft = host.new_session(draft=True, topic="Secret plans", goal="Close the canteen", results_visibility="public")
    address = f"/{page}?s={draft['id']}"
    shown = cem.open(address)
    assert (shown.status, "This session is still being prepared." in shown.text) == (409, True)
    assert [words for words in ("Secret plans", "canteen") if words in shown.html] == []
    assert not shown.has_form("Start the conversation")
    host.call("PATCH", f"/sessions/{draft['id']}", {"status": "active"})
    assert (cem.open(address).status, "Secret plans" in cem.open(address).text) == (200, True)


def test_the_link_of_a_draft_that_opens_by_itself_says_when(host: Host, cem: Browser, clock: FakeClock) -> None:
    draft = host.new_session(opens_at="2026-03-29T01:30:00Z", time_zone="Europe/Berlin", topic="Secret plans")
    shown = cem.chat(draft)
    told = "This session opens on 29 March 2026, 03:30 (Europe/Berlin, UTC+02:00)"
    assert (shown.status, told in shown.text) == (409, True)
    assert "Secret plans" not in shown.html
    host.call("PATCH", f"/sessions/{draft['id']}", {"topic": None})
    clock.advance(30 * 24 * 3600)
    assert "This session is still being prepared." in cem.chat(draft).text


def test_who_opened_the_form_before_it_was_a_draft_again_keeps_their_words(host: Host, cem: Browser) -> None:
    question = {"text": "Where from?"}
    session = host.new_session(questions=[question])
    form = cem.chat(session).form("Start the conversation")
    host.call("PATCH", f"/sessions/{session['id']}", {"status": "draft"})
    (field,) = (name for name in form.fields if name not in ("s", "who", "token", "asked"))
    answer = cem.post(form, **{field: "From the night shift"})
    page = answer.body.decode()
    assert answer.status_code == 409
    assert "This session is still being prepared." in page
    assert "From the night shift" in page


def test_members_of_a_draft_find_the_way_to_it_and_others_do_not(host: Host, ana: Browser, cem: Browser) -> None:
    draft = host.new_session(draft=True)
    way = f"sessions/{draft['id']}"
    mine = ana.chat(draft)
    assert f"You are signed in as {ANA}" in mine.text
    assert way in mine.links
    other = host.new_session()
    host.invite(other["id"], "editor", "bo@example.com")
    assert way not in sign_in(cem, "bo@example.com").chat(draft).links
    cem.cookies.clear()
    host.invite(draft["id"], "viewer", "di@example.com")
    reader = sign_in(cem, "di@example.com").chat(draft)
    assert (way in reader.links, "may read this draft" in reader.text) == (True, True)
