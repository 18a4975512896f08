"""How a conversation ends in a private chat: with a recap, a rating, a comment, and the way to the results."""

from typing import Any

import pytest

from chalicelib import container
from infra.local.telegram.people import Person
from tests.api.hosts import Host
from tests.faults import Interviewer
from tests.telegram.local_telegram import LocalTelegram
from tests.telegram.talk import begin, stored, thread_of, told, write

END = "This conversation is complete. If you want to add something, just write it here."
KEPT = (
    "What several people said can be read here once at least 5 have taken part and it has been summed up. We keep this link for you: "
    "Results"
)
KEPT_AFTER = (
    "If enough people took part, what several of them said can be read here as soon as it has been summed up. We keep this link for you: "
    "Results"
)
RATE = "How was this conversation?\n1: Not good · 5: Very good"


@pytest.fixture
def session(host: Host) -> dict[str, Any]:
    """A session whose results participants may see."""
    return host.new_session(results_visibility="participants")


@pytest.fixture
def bo(telegram: LocalTelegram, session: dict[str, Any]) -> Person:
    """Somebody who has begun to talk."""
    return begin(telegram, telegram.person("Bo"), session)


def feedback_of(session: dict[str, Any]) -> tuple[int | None, str]:
    """The rating, and the comment on it."""
    thread = thread_of(session)
    return thread.rating, container.feedback().comment(thread)


def test_the_end_asks_for_a_rating_then_for_a_comment_and_words_are_still_taken(
    telegram: LocalTelegram, bo: Person, session: dict[str, Any], model: Interviewer
) -> None:
    model.concludes = True
    write(telegram, bo, "That is all")
    recap, end = told(bo, 2)
    assert (recap, end) == ("What I heard\nReply 2", f"{END}\n\n{KEPT}\n\n{RATE}")
    assert bo.chat.last.buttons == ["1", "2", "3", "4", "5"]
    link = bo.chat.last.links["Results"]
    assert f"/results?s={session['id']}&k=thread." in link
    asked = bo.chat.last
    lowest = asked.button("1")
    assert lowest
    bo.tap("4")
    telegram.work_off()
    assert bo.chat.last.text == (
        "Thank you for your rating: 4 of 5.\n\nAnything you would like to add about it? (optional)\n"
        "Your next message is kept as a comment on how the conversation was, not as part of it."
    )
    bo.press(asked, lowest["callback_data"])
    write(telegram, bo, "Kind & short")
    assert bo.chat.last.text == "Thank you! Your comment is kept."
    assert feedback_of(session) == (4, "Kind & short")
    write(telegram, bo, "One more thing")
    assert told(bo, 1) == ["Reply 3"]
    assert stored(session)[-2:] == [("user", "One more thing"), ("assistant", "Reply 3")]


def test_whoever_stops_gets_a_recap_of_what_they_said_and_is_asked_once(
    telegram: LocalTelegram, bo: Person, session: dict[str, Any], model: Interviewer
) -> None:
    bo.write("It is loud")
    write(telegram, bo, "/stop")
    assert told(bo, 2) == ["What I heard\nReply 2", f"{END}\n\n{KEPT}\n\n{RATE}"]
    assert thread_of(session).concluded
    assert model.count("turn") == 2
    bo.tap("5")
    telegram.work_off()
    bo.tap("No comment")
    telegram.work_off()
    assert bo.chat.last.text == "Thank you!"
    write(telegram, bo, "/stop")
    assert bo.chat.last.text == END
    assert feedback_of(session) == (5, "")
    write(telegram, bo, "/resume")
    assert told(bo, 1) == [f"Lunch\n{END}\n\n{KEPT}"]


@pytest.mark.parametrize("said", [True, False])
def test_without_the_model_or_a_word_the_conversation_just_ends(
    telegram: LocalTelegram, bo: Person, session: dict[str, Any], model: Interviewer, said: bool
) -> None:
    if said:
        write(telegram, bo, "It is loud")
        model.failing.add("turn")
    write(telegram, bo, "/done")
    if said:
        assert told(bo, 2)[0].startswith("Your conversation is complete, and everything you said is kept.")
    assert told(bo, 3 if said else 2)[:: 2 if said else 1] == [
        "Reply 2" if said else "Reply 1",
        f"{END}\n\n{KEPT}\n\n{RATE}",
    ]
    assert thread_of(session).concluded


def test_an_end_that_comes_while_its_person_is_in_another_session_says_of_which_it_is(
    telegram: LocalTelegram, bo: Person, session: dict[str, Any], host: Host
) -> None:
    other = host.new_session(topic="Other")
    bo.write("/stop")
    bo.write(f"/start s_{other['id'].replace('-', '')}")
    telegram.work_off()
    (end,) = (it for it in told(bo, 5) if "This conversation is complete." in it)
    assert end.startswith(session["topic"])
    assert "choose it with /sessions first" in end


def test_whoever_comes_back_instead_of_commenting_writes_in_the_conversation(
    telegram: LocalTelegram, bo: Person, session: dict[str, Any], model: Interviewer
) -> None:
    write(telegram, bo, "It is loud", "/stop")
    bo.tap("4")
    telegram.work_off()
    write(telegram, bo, "/resume")
    assert "If you want to add something, just write it here." in bo.chat.last.text
    write(telegram, bo, "I forgot to say")
    assert stored(session)[-2] == ("user", "I forgot to say")


def test_whoever_stops_in_a_session_that_is_closed_is_not_asked_to_add_anything(
    telegram: LocalTelegram, bo: Person, session: dict[str, Any], host: Host
) -> None:
    host.call("PATCH", f"/sessions/{session['id']}", {"status": "completed"})
    write(telegram, bo, "/stop")
    assert "This session has ended and takes no more messages." in bo.chat.last.text
    assert "just write it here" not in bo.chat.last.text
    assert bo.chat.last.buttons == ["1", "2", "3", "4", "5"]


def test_whoever_stops_a_conversation_that_was_removed_is_told_so(
    telegram: LocalTelegram, bo: Person, session: dict[str, Any], host: Host
) -> None:
    (person,) = host.get(f"/sessions/{session['id']}/responses")["data"]
    host.call("DELETE", f"/sessions/{session['id']}/participants/{person['participant_id']}")
    telegram.work_off()
    write(telegram, bo, "/stop")
    assert bo.chat.last.text.startswith("This conversation is not here any more.")


def test_with_nothing_running_there_is_nothing_to_stop(telegram: LocalTelegram, host: Host) -> None:
    bo = telegram.person("Bo")
    bo.open_link(f"https://t.me/{telegram.bot}?start=s_{host.new_session()['id'].replace('-', '')}")
    telegram.work_off()
    write(telegram, bo, "/stop")
    assert bo.chat.last.text.startswith("Your conversation has not begun yet")


@pytest.mark.parametrize("seen_by", ["participants", "host"])
def test_who_took_part_finds_the_results_in_their_chat_once_the_session_has_ended(
    telegram: LocalTelegram, bo: Person, session: dict[str, Any], host: Host, seen_by: str
) -> None:
    write(telegram, bo, "It is loud")
    host.call("PATCH", f"/sessions/{session['id']}", {"status": "completed", "results_visibility": seen_by})
    write(telegram, bo, f"/start s_{session['id'].replace('-', '')}")
    ended = (
        "Lunch\nThis session has ended and takes no more messages. Thank you for taking part: what you said is kept."
    )
    where = f"\n\n{KEPT_AFTER}" if seen_by == "participants" else " The results of this session are for its host."
    assert told(bo, 1) == [ended + where]
