"""What a participant's request to a page costs: round trips to the database, and messages that are decoded."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.services.conversations import thread_view
from chalicelib.services.facilitation import condensed_history
from chalicelib.web.participant import chat_page
from tests.api.hosts import Host
from tests.capacity import Consumed, metered
from tests.clock import FakeClock
from tests.faults import Interviewer
from tests.web.browser import Browser
from tests.web.participant.test_script import OURS, Script, said
from tests.web.participant.test_widgets import asked

LEFT_OUT = re.compile(r'name="message_id" value="[^"]+"')  # made anew for each form


def messages_in(consumed: Consumed) -> int:
    return consumed.items["Query message"]


@pytest.fixture
def session(host: Host) -> dict[str, Any]:
    """A session in which widgets may come."""
    return host.new_session(widgets_enabled=True, questions=[{"text": "Name"}], prompt="Ask.")


@pytest.fixture
def script(ben: Browser, session: dict[str, Any]) -> Script:
    """Ben's page, open."""
    ben.join(session)
    return Script(ben, session)


def test_a_first_join_takes_six_round_trips_and_the_pages_before_and_after_it_two_and_three(
    ben: Browser, session: dict[str, Any]
) -> None:
    with metered() as consumed:
        page = ben.chat(session)
    assert sum(consumed.calls.values()) <= 2, consumed.calls
    with metered() as consumed:
        answer = ben.post(page.form("Start the conversation"))
    assert answer.status_code == 303
    assert sum(consumed.calls.values()) <= 6, consumed.calls
    assert messages_in(consumed) == 0
    with metered() as consumed:
        assert ben.chat(session).log == [("Facilitator", "Reply 1")]
    assert sum(consumed.calls.values()) <= 3, consumed.calls
    assert messages_in(consumed) == 1


def test_a_turn_takes_six_round_trips_with_its_answer_and_reads_the_thread_once(
    script: Script, clock: FakeClock
) -> None:
    for number in range(40):
        clock.advance(10)
        with metered() as consumed:
            status, news = script.send(after=2 * number + 1, again=f"m-{number}", content=f"Word {number}")
        assert (status, news["kept"], news["after"]) == (200, True, 2 * number + 3)
        assert news["entries"].count("<article") == 2
        assert sum(consumed.calls.values()) <= 6, consumed.calls
        assert messages_in(consumed) == 2 * number + 1


def test_a_turn_without_a_script_is_answered_without_reading_more(ben: Browser, session: dict[str, Any]) -> None:
    page = ben.join(session)
    with metered() as consumed:
        answer = ben.post(page.form("Send"), content="Soup")
    assert answer.status_code == 303
    assert sum(consumed.calls.values()) <= 6, consumed.calls
    assert messages_in(consumed) == 1


def test_a_retry_takes_no_more_and_says_nothing_twice(host: Host, script: Script) -> None:
    first = script.send(after=1, again="m-1", content="Soup")
    with metered() as consumed:
        assert script.send(after=1, again="m-1", content="Soup") == first
    assert sum(consumed.calls.values()) <= 4, consumed.calls
    assert messages_in(consumed) == 3
    assert said(host, script.session) == ["Soup"]


def test_a_widgets_answer_takes_six_round_trips_and_its_retry_four(
    ben: Browser, session: dict[str, Any], model: Interviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    fields = asked("SingleSelect", ben, session, model, monkeypatch).form("Send answer").fields
    script = Script(ben, session)
    answer = {**fields, "w": "1", "again": "m-1"}
    with metered() as consumed:
        status, news = script.send(after=9, **answer)
    assert (status, news["kept"], news["entries"].count("<article")) == (200, True, 3)
    assert sum(consumed.calls.values()) <= 6, consumed.calls
    assert messages_in(consumed) == 9
    with metered() as consumed:
        again = script.send(after=9, **answer)[1]
    assert [again[it] for it in ("kept", "entries", "key")] == [news[it] for it in ("kept", "entries", "key")]
    assert sum(consumed.calls.values()) <= 4, consumed.calls


def test_what_is_new_is_read_without_what_the_page_has(script: Script) -> None:
    for number in range(20):
        script.send(after=2 * number + 1, again=f"m-{number}", content=f"Word {number}")
    with metered() as consumed:
        assert script.news(after=41)[1]["entries"] == ""
    assert sum(consumed.calls.values()) <= 3, consumed.calls
    assert messages_in(consumed) == 3
    with metered() as consumed:
        assert script.news(after=39)[1]["entries"].count("<article") == 2
    assert messages_in(consumed) == 3


def test_an_end_and_a_rating_take_six_round_trips_with_their_answer(script: Script) -> None:
    script.send(after=1, again="m-1", content="Soup")
    rated = {"do": "rate", "rating": "4", "comment": "Short"}
    for fields in ({"do": "done"}, rated):
        with metered() as consumed:
            assert script.send(3, OURS, **fields)[0] == 200
        assert sum(consumed.calls.values()) <= 6, consumed.calls


def test_a_question_about_a_link_or_leaving_decodes_no_message(ben: Browser, session: dict[str, Any]) -> None:
    link = re.search(r"&amp;r=([^\"]+)", ben.join(session).html)
    assert link
    with metered() as consumed:
        assert "leave" in ben.open(f"/chat?s={session['id']}&leave=1").html
        assert Browser().open(f"/chat?s={session['id']}&r={link[1]}").status == 200
    assert messages_in(consumed) == 0


def concludes(script: Script, model: Interviewer) -> None:
    model.concludes = True


def ends(script: Script, model: Interviewer) -> None:
    script.send(do="done")


def fails_before(script: Script, model: Interviewer) -> None:
    model.failing.add("turn")
    script.send(again="f-1", content="I want to kill myself")
    model.failing.clear()


def concluded_before(script: Script, model: Interviewer) -> None:
    model.concludes = True
    script.send(again="c-1", content="That is all")
    model.concludes = False


@pytest.mark.parametrize("most", [4, 120])
@pytest.mark.parametrize("before", [None, concludes, ends, fails_before, concluded_before])
def test_what_a_turn_answers_is_what_reading_all_of_it_would_say(
    most: int,
    before: Callable[[Script, Interviewer], None] | None,
    script: Script,
    model: Interviewer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also where the earlier part is condensed, and whatever the page has of it."""
    monkeypatch.setattr(condensed_history, "MOST_MESSAGES", most)
    monkeypatch.setattr(condensed_history, "KEPT_MESSAGES", 2)
    for number in range(5):
        script.send(again=f"m-{number}", content=f"Word {number}")
    if before:
        before(script, model)
    answer = script.send(after=11, again="m-9", content="Soup")
    for after in range(answer[1]["after"] + 1):
        with monkeypatch.context() as reading_all:
            for module in (thread_view, chat_page):
                reading_all.setattr(module, "suffices", lambda *_: False)
            whole = comparable(script.news(after))
        assert comparable(script.news(after)) == whole
        assert comparable(script.send(after, again="m-9", content="Soup"), kept=False) == whole
        if after == 11:
            assert comparable(answer, kept=False) == whole


def comparable(answer: tuple[int, dict[str, Any]], **fields: Any) -> tuple[int, dict[str, Any]]:
    status, news = answer
    return status, {**news, **fields, "foot": LEFT_OUT.sub("", news["foot"])}


def test_the_turn_that_ends_a_conversation_takes_no_more_and_looks_for_no_results(
    host: Host, ben: Browser, model: Interviewer
) -> None:
    session = host.new_session(results_visibility="public")
    ben.join(session)
    script = Script(ben, session)
    model.concludes = True
    with metered() as consumed:
        _, news = script.send(after=1, again="m-1", content="That is all")
    assert news["concluded"]
    assert "We keep this link for you" in news["foot"]
    assert sum(consumed.calls.values()) <= 6, consumed.calls
