"""How it ends on the page: being done, the recap, the rating, what others said."""

from typing import Any

import pytest

from tests.api.hosts import Host
from tests.faults import Interviewer
from tests.web.browser import Browser

DONE = "I’m done"


def person(host: Host, session: dict[str, Any]) -> dict[str, Any]:
    (found,) = host.get(f"/sessions/{session['id']}/responses")["data"]
    return dict(found)


def completed(host: Host, session: dict[str, Any]) -> int:
    return int(host.get(f"/sessions/{session['id']}")["completed_count"])


def test_who_is_done_is_told_what_was_heard(host: Host, ben: Browser, model: Interviewer) -> None:
    session = host.new_session()
    ben.join(session)
    page = ben.submit(ben.say(session, "Soup").form(DONE))
    assert "This conversation is complete" in page.text
    assert not page.has_form(DONE)
    assert "What I heard" in page.log[-1][0]
    assert (page.log[-1][1], model.count("turn")) == ("Reply 3", 3)
    assert person(host, session)["active"] is False
    assert completed(host, session) == 1


def test_who_is_done_without_a_word_is_counted_with_their_first_words(host: Host, ben: Browser) -> None:
    session = host.new_session()
    done = ben.join(session).form(DONE)
    ben.submit(done)
    ben.submit(done)
    assert person(host, session)["active"] is False
    assert completed(host, session) == 0
    ben.say(session, "Soup after all")
    ben.say(session, "And bread")
    assert completed(host, session) == 1


def test_the_closing_message_is_shown_as_a_recap(host: Host, ben: Browser, model: Interviewer) -> None:
    session = host.new_session()
    ben.join(session)
    model.concludes = True
    ben.say(session, "That is all")
    model.concludes = False
    page = ben.say(session, "And bread")
    assert page.html.count("message assistant recap") == 1
    assert page.log[2] == ("Facilitator · What I heard", "Reply 2")


def test_a_rating_reaches_the_host(host: Host, ben: Browser) -> None:
    session = host.new_session()
    ben.join(session)
    assert person(host, session)["rating"] is None
    page = ben.submit(ben.chat(session).form(DONE))
    page = ben.submit(page.form("Send rating"), rating="4", comment="Short")
    assert "Thank you for your rating: 4 of 5." in page.text
    assert not page.has_form("Send rating")
    assert person(host, session)["rating"] == 4


def test_after_the_end_and_the_rating_the_page_begins_with_what_was_done(host: Host, ben: Browser) -> None:
    session = host.new_session()
    answer = ben.post(ben.join(session).form(DONE))
    assert answer.headers["Location"] == f"chat?s={session['id']}&told=done"  # no fragment: that would take the focus
    page = ben.open("/" + answer.headers["Location"])
    assert '<div class="notice" role="status" id="told" tabindex="-1" autofocus><p>Thank you! Your' in page.html
    answer = ben.post(page.form("Send rating"), rating="4")
    assert answer.headers["Location"] == f"chat?s={session['id']}&told=rated"
    page = ben.open("/" + answer.headers["Location"])
    assert "autofocus><p>Thank you for your rating: 4 of 5." in page.html


@pytest.mark.parametrize("rating", ["", "0", "6", "four", "4.5"])
def test_a_rating_has_to_be_on_the_scale(rating: str, host: Host, ben: Browser) -> None:
    session = host.new_session()
    ben.join(session)
    page = ben.submit(ben.chat(session).form(DONE))
    page = ben.submit(page.form("Send rating"), rating=rating)
    assert page.status == 400
    assert "Please choose a number from 1 to 5 first." in page.text
    assert person(host, session)["rating"] is None


def test_a_comment_that_is_too_long_is_given_back_whole_with_its_rating(host: Host, ben: Browser) -> None:
    session = host.new_session()
    ben.join(session)
    page = ben.submit(ben.chat(session).form("I’m done"))
    words = "One line\n" + "🥣" * 2_000
    refused = ben.submit(page.form("Send rating"), rating="4", comment=words)
    assert (refused.status, "2,009 of at most 2,000 characters" in refused.text) == (400, True)
    given = refused.form("Send rating").fields
    assert (given["rating"], given["comment"]) == ("4", words)
    assert "Thank you for your rating" in ben.submit(refused.form("Send rating"), comment="🥣" * 2_000).text


def test_a_rating_without_a_number_keeps_its_comment(host: Host, ben: Browser) -> None:
    session = host.new_session()
    ben.join(session)
    page = ben.submit(ben.chat(session).form("I’m done"))
    refused = ben.submit(page.form("Send rating"), comment="Short")
    assert "Please choose a number from 1 to 5 first." in refused.text
    assert refused.form("Send rating").fields["comment"] == "Short"


@pytest.mark.parametrize(("visibility", "offered"), [("host", False), ("participants", True), ("public", True)])
def test_what_others_said_is_offered_where_one_may_see_it(
    visibility: str, offered: bool, host: Host, ben: Browser
) -> None:
    session = host.new_session(results_visibility=visibility)
    ben.join(session)
    ben.say(session, "Soup")
    page = ben.submit(ben.chat(session).form(DONE))
    assert (f"results?s={session['id']}" in page.links) is offered


@pytest.mark.parametrize(("visibility", "status"), [("participants", 403), ("public", 200)])
def test_who_is_done_without_a_word_sees_what_strangers_see(
    visibility: str, status: int, host: Host, ben: Browser
) -> None:
    session = host.new_session(results_visibility=visibility)
    ben.join(session)
    page = ben.submit(ben.chat(session).form(DONE))
    assert "This conversation is complete" in page.text
    assert (f"results?s={session['id']}" in page.links) is (status == 200)
    assert ben.open(f"/results?s={session['id']}").status == status


@pytest.mark.parametrize(("visibility", "offered"), [("host", False), ("participants", False), ("public", True)])
def test_a_closed_session_leads_to_public_results(visibility: str, offered: bool, host: Host, clock: Any) -> None:
    session = host.new_session(results_visibility=visibility, closes_at="2026-03-01T13:00:00Z")
    clock.advance(7200)
    page = Browser().chat(session)
    assert page.status == 410
    assert (f"results?s={session['id']}" in page.links) is offered


def test_nobody_is_offered_mail_that_nothing_could_send(host: Host, ben: Browser) -> None:
    session = host.new_session()
    pages = [ben.chat(session), ben.join(session), ben.submit(ben.chat(session).form(DONE))]
    for page in pages:
        assert "Remind" not in page.text
        assert "mail me" not in page.text
