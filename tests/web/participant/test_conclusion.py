"""How it ends on the page: being done, the recap, the rating, what others said."""

from typing import Any

import pytest

from tests.api.hosts import Host
from tests.clock import FakeClock
from tests.faults import Interviewer
from tests.llm.queued import prompt_of
from tests.web.browser import Browser
from tests.web.participant.test_results import crowd, put, summary_of

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


def test_a_recap_that_failed_is_owned_up_to_and_given_when_asked_for_or_with_the_next_words(
    host: Host, ben: Browser, model: Interviewer
) -> None:
    for follow_up in ("asked for", "said"):
        session = host.new_session()
        ben.join(session)
        ben.say(session, "Soup")
        model.failing.add("turn")
        page = ben.submit(ben.chat(session).form(DONE))
        assert "everything you said is kept. Only the recap of it could not be written" in page.text
        assert "What I heard" not in page.text
        assert (person(host, session)["active"], completed(host, session)) == (False, 1)
        assert page.log[-2:][0] == ("You", "Soup")
        model.failing.clear()
        model.concludes = True
        asks = follow_up == "asked for"
        page = ben.submit(page.form("Have the recap written")) if asks else ben.say(session, "And bread")
        assert "without a recap: call `conclude`" in prompt_of(model.requests[-1])
        assert page.log[-1][0] == "Facilitator · What I heard"
        assert not page.has_form("Have the recap written")
        asked = model.count("turn")
        ben.submit(page.form("Send rating"), rating="4")
        assert model.count("turn") == asked
        assert completed(host, session) == 1
        model.concludes = False


def test_a_recap_that_is_not_what_was_meant_is_put_right_on_the_page_of_ones_own_words_too(
    host: Host, ben: Browser, model: Interviewer
) -> None:
    session = host.new_session(topic="Lunch & <b>soup</b>")
    ben.join(session)
    ben.say(session, "Soup")
    ben.submit(ben.chat(session).form(DONE))
    model.concludes = True
    page = ben.say(session, "That is not what I meant: bread")
    steering = prompt_of(model.requests[-1])
    assert "call `conclude` with the recap as they mean it, put right and whole" in steering
    assert "ask nothing" in steering
    assert page.log[-1] == ("Facilitator", f"Reply {model.count('turn')}")
    words = ben.open(f"/chat?s={session['id']}&words=1")
    said = ("Reply 1", "Soup", "What I heard", "Reply 3", "That is not what I meant: bread", "Reply 4")
    places = [words.text.index(it) for it in said]
    assert places == sorted(places)
    file = ben.get(f"/chat?s={session['id']}&words=file")
    assert file.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert 'attachment; filename="lunch-&-b-soup-b-my-words.txt"' in file.headers["Content-Disposition"]
    text = file.body.decode()
    assert [text.index(it) for it in said] == sorted(text.index(it) for it in said)
    assert "Lunch & <b>soup</b>" in text
    stranger = Browser().open(f"/chat?s={session['id']}&words=1")
    assert "not what I meant" not in stranger.html
    assert stranger.has_form("Start the conversation")


def test_a_goodbye_that_no_model_wrote_is_not_called_what_was_heard(
    host: Host, ben: Browser, model: Interviewer
) -> None:
    session = host.new_session()
    ben.join(session)
    ben.say(session, "Something terrible")
    model.declines = "has pressed “I’m done”"
    page = ben.submit(ben.chat(session).form(DONE))
    assert page.log[-1][0] == "Facilitator"
    assert "assistant recap" not in page.html
    assert not page.has_form("Have the recap written")


def test_at_the_end_results_are_offered_where_there_are_any_else_their_link_is_kept(
    host: Host, ben: Browser, clock: FakeClock
) -> None:
    closes = {"results_visibility": "public", "closes_at": "2026-03-01T13:00:00Z"}
    session = host.new_session(**closes)
    ben.join(session)
    ben.say(session, "Soup")
    page = ben.submit(ben.chat(session).form(DONE))
    assert "Others can take part until 1 March 2026, 13:00 (UTC)" in page.text
    assert "We keep this link for you: Results" in page.text
    assert "See what others said" not in page.text
    crowd(session, 5)
    put(session, summary_of(6))
    page = ben.chat(session)
    assert "You can already read what several people said." in page.text
    assert "See what others said" in page.text
    clock.advance(7200)
    closed = ben.chat(session)
    assert "It ended on 1 March 2026, 13:00 (UTC)" in closed.text
    assert "See what others said" in closed.text
    assert "Others can take part" not in closed.text
    assert f"chat?s={session['id']}&words=1" in closed.links


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
