"""Talking on the page: turns, failures, the end."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.api.hosts import Host
from tests.clock import FakeClock
from tests.faults import Fault, Interviewer, Wire, conflict, unreachable
from tests.web.browser import Browser

UNANSWERED = "Your message is saved. The facilitator could not be reached for a reply."
BUSY = Fault("busy", conflict, times=8)  # as often as a write is tried


@pytest.fixture
def session(host: Host) -> dict[str, Any]:
    """A session that closes in an hour."""
    closes_at = "2026-03-01T13:00:00Z"
    return host.new_session(closes_at=closes_at)


def said(host: Host, session: dict[str, Any]) -> list[str]:
    """What participants said, as the host sees it."""
    people = host.call("GET", f"/sessions/{session['id']}/responses").json_body["data"]
    return [m["content"] for person in people for m in person["messages"] if m["role"] == "user"]


def test_a_message_and_its_reply_appear_in_the_log(ben: Browser, session: dict[str, Any]) -> None:
    ben.join(session)
    page = ben.say(session, "I eat soup.")
    assert page.log == [("Facilitator", "Reply 1"), ("You", "I eat soup."), ("Facilitator", "Reply 2")]
    assert page.html.count('role="log"') == 1


def test_a_turn_redirects_to_the_newest_message(ben: Browser, session: dict[str, Any]) -> None:
    ben.join(session)
    form = ben.chat(session).form("Send")
    answer = ben.post(form, content="Soup")
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"chat?s={session['id']}#end"
    newest = ben.chat(session).html.rpartition("<article")[2]
    assert 'id="end"' in newest
    assert "Reply 2" in newest


def test_lines_and_every_script_come_back_as_they_were_written(
    host: Host, ben: Browser, session: dict[str, Any]
) -> None:
    ben.join(session)
    page = ben.say(session, "  one\r\n\r\n two 午餐 🥣 שלום\r\n")
    assert page.log[1] == ("You", "one\n\n two 午餐 🥣 שלום")
    assert said(host, session) == ["one\n\n two 午餐 🥣 שלום"]


def test_sending_twice_is_one_turn(host: Host, ben: Browser, model: Interviewer, session: dict[str, Any]) -> None:
    ben.join(session)
    form = ben.chat(session).form("Send")
    first, second = (ben.submit(form, content="Soup") for _ in range(2))
    assert first.log == second.log
    assert said(host, session) == ["Soup"]
    assert model.count("turn") == 2


def test_an_old_form_with_other_words_is_another_message(host: Host, ben: Browser, session: dict[str, Any]) -> None:
    ben.join(session)
    form = ben.chat(session).form("Send")
    ben.submit(form, content="Soup")
    ben.submit(form, content="Bread")
    assert said(host, session) == ["Soup", "Bread"]


def test_a_click_while_the_reply_is_being_written_is_answered_at_once(
    ben: Browser, clock: FakeClock, model: Interviewer, session: dict[str, Any]
) -> None:
    ben.join(session)
    form = ben.chat(session).form("Send")
    seen: list[str] = []

    def click_again(_: Any) -> None:
        model.before = lambda _: None
        seen.append(ben.submit(form, content="Soup").text)

    model.before = click_again
    page = ben.submit(form, content="Soup")
    assert "The facilitator is writing its reply" in seen[0]
    assert clock.slept == 0
    assert page.log[1:] == [("You", "Soup"), ("Facilitator", "Reply 2")]
    assert model.count("turn") == 2


def test_a_failing_model_keeps_the_message_and_another_try_answers_it(
    host: Host, ben: Browser, model: Interviewer, session: dict[str, Any]
) -> None:
    ben.join(session)
    model.failing.add("turn")
    failed = ben.say(session, "Soup\nand bread")
    assert failed.status == 200
    assert UNANSWERED in failed.text
    assert failed.log[-1] == ("You", "Soup\nand bread")
    reloaded = ben.chat(session)
    assert UNANSWERED in reloaded.text
    assert UNANSWERED in ben.submit(reloaded.form("Try again")).text
    model.failing.clear()
    page = ben.submit(reloaded.form("Try again"))
    assert page.log[1:] == [("You", "Soup\nand bread"), ("Facilitator", "Reply 4")]
    assert not page.has_form("Try again")
    assert said(host, session) == ["Soup\nand bread"]


def test_after_a_failure_the_conversation_can_also_go_on(
    host: Host, ben: Browser, model: Interviewer, session: dict[str, Any]
) -> None:
    ben.join(session)
    model.failing.add("turn")
    ben.say(session, "Soup")
    model.failing.clear()
    page = ben.say(session, "And bread")
    assert page.log[1:] == [("You", "Soup"), ("You", "And bread"), ("Facilitator", "Reply 3")]


def test_an_error_nobody_foresaw_keeps_the_message_too(
    ben: Browser, model: Interviewer, session: dict[str, Any]
) -> None:
    ben.join(session)

    def breaks(_: Any) -> None:
        raise RuntimeError("out of order")

    model.before = breaks
    assert UNANSWERED in ben.say(session, "Soup").text


def test_what_could_not_be_stored_is_back_in_the_box(
    host: Host, ben: Browser, wire: Wire, session: dict[str, Any]
) -> None:
    ben.join(session)
    form = ben.chat(session).form("Send")
    with wire.broken(BUSY, at=5):  # two counts and two reads before it
        page = ben.submit(form, content="Soup")
    assert page.status == 503
    assert "was not saved" in page.text
    assert page.form("Send").fields == form.fields | {"content": "Soup"}
    assert "autofocus" in page.html  # the page of a long conversation opens at its box
    assert said(host, session) == []
    assert ben.submit(page.form("Send")).log[1:] == [("You", "Soup"), ("Facilitator", "Reply 2")]


def test_words_survive_when_nothing_can_be_read(host: Host, ben: Browser, wire: Wire, session: dict[str, Any]) -> None:
    ben.join(session)
    form = ben.chat(session).form("Send")
    with wire.broken(Fault("unreachable", unreachable, times=99), at=1):
        page = ben.submit(form, content="Soup <3")
    assert page.status == 503
    assert page.form("Send again").fields == form.fields | {"content": "Soup <3"}
    assert ben.submit(page.form("Send again")).log[1:] == [("You", "Soup <3"), ("Facilitator", "Reply 2")]


def test_a_second_tab_gets_its_words_back_while_the_first_is_answered(
    host: Host, ben: Browser, clock: FakeClock, model: Interviewer, session: dict[str, Any]
) -> None:
    ben.join(session)
    here, there = (ben.chat(session).form("Send") for _ in range(2))
    refused = []

    def write_in_other_tab(_: Any) -> None:
        model.before = lambda _: None
        refused.append(ben.submit(there, content="Bread"))

    model.before = write_in_other_tab
    ben.submit(here, content="Soup")
    assert (refused[0].status, refused[0].headers["Retry-After"], clock.slept) == (409, "3", 0)
    assert refused[0].form("Send").fields["content"] == "Bread"
    ben.submit(refused[0].form("Send"))
    assert said(host, session) == ["Soup", "Bread"]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [("  \r\n ", "is empty"), ("\u2800\u200b", "is empty"), ("x" * 10_001, "10,001 of at most 10,000 characters")],
)
def test_a_message_must_have_words_and_not_too_many(
    words: str, complaint: str, host: Host, ben: Browser, session: dict[str, Any]
) -> None:
    ben.join(session)
    page = ben.say(session, words)
    assert page.status == 400
    assert complaint in page.text
    assert page.form("Send").fields["content"] == ("" if complaint == "is empty" else words)
    assert said(host, session) == []


def test_ten_thousand_characters_are_taken_whole(host: Host, ben: Browser, session: dict[str, Any]) -> None:
    ben.join(session)
    for words in ("午" * 10_000, "🥣" * 10_000):
        assert ben.say(session, words).log[-1][0] == "Facilitator"
        assert said(host, session)[-1] == words


def test_nothing_that_is_pasted_is_cut_by_the_page(ben: Browser, session: dict[str, Any]) -> None:
    pages = [ben.chat(session), ben.join(session)]
    assert [page.html.count("maxlength") for page in pages] == [0, 0]
    assert ['data-limit="' in page.html for page in pages] == [True, True]


def test_a_concluded_conversation_says_so_and_takes_more(
    ben: Browser, model: Interviewer, session: dict[str, Any]
) -> None:
    ben.join(session)
    model.concludes = True
    page = ben.say(session, "That is all")
    assert "This conversation is complete" in page.text
    model.concludes = False
    again = ben.say(session, "One more thing")
    assert again.log[-1] == ("Facilitator", "Reply 3")
    assert "This conversation is complete" in again.text


def test_a_closed_session_shows_people_their_own_conversation(
    ben: Browser, cem: Browser, clock: FakeClock, session: dict[str, Any]
) -> None:
    ben.join(session)
    ben.say(session, "Soup")
    clock.advance(timedelta(hours=2).total_seconds())
    mine = ben.chat(session)
    assert mine.status == 200
    assert "Thank you for taking part: what you said is kept. It ended on " in mine.text
    assert "The results go to your host, who decides whether to share them." in mine.text
    assert ("You", "Soup") in mine.log
    assert mine.forms == []
    stranger = cem.chat(session)
    assert stranger.status == 410
    assert "This session is closed" in stranger.text
    assert (stranger.log, stranger.forms) == ([], [])
    left = ben.leave(session)
    assert (left.status, left.log, left.forms, ben.names) == (410, [], [], {})


def test_words_that_come_too_late_are_given_back(
    host: Host, ben: Browser, clock: FakeClock, session: dict[str, Any]
) -> None:
    ben.join(session)
    form = ben.chat(session).form("Send")
    clock.advance(timedelta(hours=2).total_seconds())
    page = ben.submit(form, content="Too late?")
    assert page.status == 400
    assert "This session has ended" in page.text
    assert "Too late?" in page.html
    assert said(host, session) == []


def test_a_form_that_comes_too_late_finds_the_session_closed(
    host: Host, ben: Browser, clock: FakeClock, session: dict[str, Any]
) -> None:
    form = ben.chat(session).form("Start the conversation")
    clock.advance(timedelta(hours=2).total_seconds())
    page = ben.submit(form)
    assert page.status == 400
    assert "This session is closed" in page.text
    assert ben.names == {}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe\x00",
        b"s=%ff&content=%ed%a0%80",
        b"&&&;=;===",
        b"&".join(b"f%d=1" % n for n in range(300)),
        b"x" * 1_000_001,
        b'{"s": 1}',
        b"--boundary\r\nContent-Disposition: form-data; name=s\r\n\r\nx\r\n--boundary--",
    ],
)
def test_a_body_that_is_no_form_is_refused_kindly(body: bytes, host: Host, ben: Browser) -> None:
    answer = ben.send(body)
    assert 400 <= answer.status_code < 500
    assert answer.headers["Content-Type"].startswith("text/html")


def test_strange_characters_and_fields_do_no_harm(host: Host, ben: Browser, session: dict[str, Any]) -> None:
    token = ben.join(session).form("Send").fields["token"]
    strange = {"s": session["id"], "token": token, "content": "a\0b\u202e", "f": "", "who": "\ufffe"}
    strange["message_id"] = "\0" * 5000
    assert ben.send(urlencode(strange).encode()).status_code == 303
    assert said(host, session) == ["ab\u202e"]
    repeated = f"s={session['id']}&token={token}&content=first&content=second".encode()
    assert ben.send(repeated, **{"Content-Type": "text/plain"}).status_code == 303
    assert said(host, session)[-1] == "first"
