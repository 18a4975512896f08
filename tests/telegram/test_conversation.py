"""What somebody sees who talks with the facilitator in a private chat: their words are kept, and answered once."""

import re
from contextlib import suppress
from time import sleep
from typing import Any

import pytest

from chalicelib import container
from chalicelib.errors import Conflict, NotYet
from chalicelib.llm import tags
from chalicelib.llm.interface import Request
from chalicelib.model.jobs import WriteSummary
from chalicelib.services.conversations import turn
from chalicelib.services.conversations.messages import NewMessage
from chalicelib.services.participants.identity import Participant, Reference
from chalicelib.telegram import typing
from chalicelib.telegram.handle import handle_update
from chalicelib.workers.jobs import run_job
from infra.functions import SUMMARY_WORKER_SECONDS
from infra.local.telegram.limits import Fault
from infra.local.telegram.people import Person
from tests import permissions
from tests.api.hosts import Host
from tests.clock import FakeClock
from tests.conftest import forget_wiring
from tests.faults import Interviewer
from tests.llm.queued import prompt_of, steering_of
from tests.telegram.local_telegram import LocalTelegram
from tests.telegram.talk import begin, stored, thread_of, told, write
from tests.telegram.test_end import KEPT_AFTER

LATE = "What you wrote is kept. The facilitator cannot be reached just now: its reply comes here by itself."
ENDED = "This session has ended and takes no more messages. Thank you for taking part: what you said is kept."
CLOSED = f"{ENDED} What you just wrote was not stored."


@pytest.fixture
def session(host: Host) -> dict[str, Any]:
    """An open session."""
    return host.new_session(topic="Lunch")


@pytest.fixture
def bo(telegram: LocalTelegram, session: dict[str, Any]) -> Person:
    """Somebody who has begun to talk."""
    return begin(telegram, telegram.person("Bo"), session)


def end(host: Host, session: dict[str, Any], status: str = "completed") -> None:
    """The host ends the session."""
    assert host.call("PATCH", f"/sessions/{session['id']}", {"status": status}).status_code == 200


def test_a_burst_is_one_turn_and_each_message_is_kept(
    telegram: LocalTelegram, bo: Person, model: Interviewer, session: dict[str, Any], host: Host
) -> None:
    assert bo.chat.last.text == "Reply 1"
    write(telegram, bo, "It is loud", "and late", "😀 <b>&")
    assert bo.chat.last.text == "Reply 2"
    assert len(bo.chat.answers) == len({message.text for message in bo.chat.answers})
    assert model.count("turn") == 2
    said = [("user", words) for words in ("It is loud", "and late", "😀 <b>&")]
    assert stored(session) == [("assistant", "Reply 1"), *said, ("assistant", "Reply 2")]
    assert "turn 1 of about" in steering_of(model.requests[-1])[0]
    assert [it["message_count"] for it in host.get(f"/sessions/{session['id']}/responses")["data"]] == [3]


def test_words_that_no_model_will_answer_end_nothing(
    telegram: LocalTelegram, bo: Person, model: Interviewer, session: dict[str, Any]
) -> None:
    model.declines = "belladonna"
    write(telegram, bo, "I put belladonna", "into the soup")
    assert bo.chat.last.text.startswith("I can't answer what you wrote last, and that is no fault of yours.")
    asked = model.count("turn")
    write(telegram, bo, "Let us talk about lunch")
    assert (bo.chat.last.text, model.count("turn")) == (f"Reply {asked + 1}", asked + 1)
    shown = [piece.text for piece in tags.read("said", prompt_of(model.requests[-1]))]
    assert shown == ["[withheld]", "[withheld]", "Let us talk about lunch"]
    assert stored(session)[1] == ("user", "I put belladonna")


def test_two_people_at_once_each_have_their_own_conversation(
    telegram: LocalTelegram, bo: Person, session: dict[str, Any]
) -> None:
    eve = begin(telegram, telegram.person("Eve"), session)
    for number in range(3):
        bo.write(f"Bo {number}")
        eve.write(f"Eve {number}")
    telegram.work_off()
    conversations, found = container.conversations(), {}
    for thread in conversations.heads(session["id"]):
        messages = [message.content for message in conversations.messages(thread)]
        found[tuple(messages[1:-1])] = messages[-1]
    for person, name in ((bo, "Bo"), (eve, "Eve")):
        assert person.chat.last.text == found[tuple(f"{name} {number}" for number in range(3))]


def test_an_update_that_comes_again_is_heard_once(
    telegram: LocalTelegram, bo: Person, model: Interviewer, session: dict[str, Any]
) -> None:
    bo.write("Once")
    (update,) = telegram.updates()
    for _ in range(3):
        handle_update(update)
        telegram.work_off()
    assert stored(session) == [("assistant", "Reply 1"), ("user", "Once"), ("assistant", "Reply 2")]
    assert (model.count("turn"), told(bo, 1)) == (2, ["Reply 2"])
    assert [message.text for message in bo.chat.answers].count("Reply 2") == 1


def test_words_that_come_while_a_reply_is_made_are_kept_and_answered_next(
    telegram: LocalTelegram, bo: Person, model: Interviewer, session: dict[str, Any]
) -> None:
    def interrupt(_: object) -> None:
        model.before = lambda _: None
        bo.write("And more")
        (update,) = telegram.updates()
        with pytest.raises(Conflict):
            handle_update(update)
        telegram.post(update)

    model.before = interrupt
    write(telegram, bo, "First")
    assert stored(session)[1:] == [
        ("user", "First"),
        ("assistant", "Reply 2"),
        ("user", "And more"),
        ("assistant", "Reply 3"),
    ]
    assert told(bo, 2) == ["Reply 2", "Reply 3"]


def test_while_the_model_is_down_words_are_kept_and_their_author_is_told_once(
    telegram: LocalTelegram, bo: Person, model: Interviewer, session: dict[str, Any]
) -> None:
    model.failing.add("turn")
    for words in ("One", "Two"):
        bo.write(words)
        telegram.work_off(failing=True)
        assert [job["job"] for job in telegram.failed] == ["reply_in_chat"]
    assert told(bo, 2) == ["Reply 1", LATE]
    model.failing.clear()
    telegram.work_off()
    assert stored(session)[1:3] == [("user", "One"), ("user", "Two")]
    assert len(stored(session)) == 4
    assert told(bo, 2) == [LATE, stored(session)[-1][1]]
    model.failing.add("turn")
    bo.write("Three")
    telegram.work_off(failing=True)
    assert bo.chat.last.text == LATE  # of the next outage they are told, too


def test_the_bot_is_seen_typing_for_as_long_as_the_model_thinks(
    telegram: LocalTelegram, bo: Person, model: Interviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def think(_: Request) -> None:
        while len(telegram.calls("sendChatAction")) < shown + 3:
            sleep(0.01)

    shown = len(telegram.calls("sendChatAction"))
    monkeypatch.setattr(typing, "_AGAIN", 0.01)
    model.before = think
    write(telegram, bo, "It is loud")
    assert told(bo, 1) == ["Reply 2"]


def test_while_telegram_takes_nothing_the_reply_waits_and_is_not_made_anew(
    telegram: LocalTelegram, bo: Person, model: Interviewer
) -> None:
    telegram.fail(Fault("sendMessage", retry_after=3), Fault("sendMessage"))
    bo.write("It is loud")
    for _ in range(2):
        telegram.work_off(failing=True)
        assert (told(bo, 1), model.count("turn")) == (["Reply 1"], 2)
    telegram.work_off()
    assert (told(bo, 2), model.count("turn")) == (["Reply 1", "Reply 2"], 2)


def test_care_comes_at_once_whether_the_model_answers_or_not(
    telegram: LocalTelegram, bo: Person, model: Interviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HELP_TEXT", "Call 123 & talk.")
    forget_wiring()
    model.failing.add("turn")
    bo.write("I want to kill myself")
    bo.write("I really want to kill myself")
    telegram.work_off(failing=True)
    care, late = told(bo, 2)
    assert care.startswith(
        "You need not be alone with this\n\nCall 123 & talk.\n\nIf you or somebody else is in danger"
    )
    assert "This chat cannot call for help on your behalf." in care
    assert late == LATE


def test_an_edit_before_the_reply_replaces_and_afterwards_is_a_further_message(
    telegram: LocalTelegram, bo: Person, model: Interviewer, session: dict[str, Any]
) -> None:
    first, second = bo.write("It is laud"), bo.write("Always")
    bo.edit(first, "It is loud")
    telegram.work_off()
    assert stored(session)[1:] == [("user", "It is loud"), ("user", "Always"), ("assistant", "Reply 2")]
    bo.edit(first, "It is loud")
    telegram.work_off()
    assert bo.chat.last.text == "Reply 2"
    bo.edit(second, "Mostly")
    telegram.work_off()
    noted = "The facilitator had read your message before you changed it. Your change is added as a further message."
    assert told(bo, 2) == [noted, "Reply 3"]
    assert stored(session)[3:] == [("assistant", "Reply 2"), ("user", "Mostly"), ("assistant", "Reply 3")]
    bo.edit(first, "It is loud")
    telegram.work_off()
    assert model.count("turn") == 3


def test_an_edit_never_leaves_the_summary_with_words_that_are_no_longer_there(
    telegram: LocalTelegram, bo: Person, session: dict[str, Any], model: Interviewer, clock: FakeClock
) -> None:
    def change(request: Request) -> None:
        if request.task == "digest":
            model.before = lambda _: None
            bo.edit(said, "It is loud")
            with permissions.by_others():
                handle_update(telegram.updates()[0])

    def summarise() -> int:
        clock.advance(600)
        run_job(WriteSummary(session["id"]), clock.deadline(SUMMARY_WORKER_SECONDS))
        return thread_of(session).digested_to

    model.failing.add("turn")
    said = bo.write("It is laud")
    telegram.work_off(failing=True)
    model.before = change
    with suppress(NotYet):
        summarise()
    assert stored(session)[1:] == [("user", "It is loud")]
    assert summarise() == 2
    digest = container.conversations().digest(session["id"], thread_of(session).id)
    assert digest is not None
    assert [point.quote for point in digest.points] == ["It is loud"]
    bo.edit(said, "It is very loud")
    telegram.work_off(failing=True)
    assert stored(session)[1:] == [("user", "It is loud"), ("user", "It is very loud")]


@pytest.mark.parametrize("how", ["closed", "removed", "deleted"])
def test_who_can_speak_no_more_is_told_that_nothing_was_stored(
    telegram: LocalTelegram, bo: Person, session: dict[str, Any], host: Host, how: str
) -> None:
    path = f"/sessions/{session['id']}"
    if how == "closed":
        end(host, session)
    elif how == "removed":
        (person,) = host.get(f"{path}/responses")["data"]
        assert host.call("DELETE", f"{path}/participants/{person['participant_id']}").status_code == 204
    else:
        assert host.call("DELETE", path).status_code == 204
    write(telegram, bo, "Too late")
    gone = (
        "This conversation is not here any more. To take part again, open the link of the session. "
        "What you just wrote was not stored."
    )
    assert told(bo, 1) == [CLOSED if how == "closed" else gone]
    assert ("user", "Too late") not in (stored(session) if how == "closed" else [])


def test_a_session_that_closes_before_the_reply_says_so_and_keeps_the_words(
    telegram: LocalTelegram, bo: Person, session: dict[str, Any], host: Host, model: Interviewer
) -> None:
    model.failing.add("turn")
    bo.write("In time")
    telegram.work_off(failing=True)
    end(host, session)
    model.failing.clear()
    telegram.work_off()
    assert bo.chat.last.text == f"{ENDED} The results of this session are for its host."
    assert stored(session)[-1] == ("user", "In time")


def test_who_blocks_the_bot_costs_nothing_and_finds_the_reply_when_they_come_back(
    telegram: LocalTelegram, bo: Person, session: dict[str, Any], model: Interviewer
) -> None:
    bo.write("Hm")
    bo.block_bot()
    telegram.work_off()
    assert told(bo, 1) == ["Reply 1"]
    calls = model.count("turn")
    bo.write("I am back")
    telegram.work_off()
    assert [it for it in stored(session) if it[0] == "user"] == [("user", "Hm"), ("user", "I am back")]
    assert bo.chat.last.text == stored(session)[-1][1]
    assert model.count("turn") == calls + 1


def test_what_the_bot_cannot_read_gets_a_kind_answer_and_words_beside_it_count(
    telegram: LocalTelegram, bo: Person, session: dict[str, Any]
) -> None:
    cannot = "I can only read text. Recordings, pictures, files and stickers I can neither hear nor see"
    for send in (bo.send_voice, bo.send_sticker, bo.send_photo):
        send()
        telegram.work_off()
        assert bo.chat.last.text.startswith(cannot)
    bo.forward("By somebody else", "and more")
    telegram.work_off()
    assert bo.chat.last.text.startswith("Forwarded messages are not taken")
    assert len(stored(session)) == 1
    bo.send_photo("My kitchen")
    telegram.work_off()
    assert told(bo, 2) == ["Your words are taken. What you sent with them I cannot see, and it is not kept.", "Reply 2"]
    assert stored(session)[1] == ("user", "My kitchen")


def test_a_full_conversation_takes_no_more_and_says_so(
    telegram: LocalTelegram, bo: Person, session: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAX_TURNS", "2")
    forget_wiring()
    write(telegram, bo, "One", "Two", "Three")
    full = "This conversation is full: it has reached its limit of 2 messages. Thank you for all that you told us! "
    assert f"{full}What you just wrote was not stored." in bo.chat.text
    assert [words for role, words in stored(session) if role == "user"] == ["One", "Two"]


def test_what_was_said_on_the_web_page_is_shown_as_ones_own_words_once(
    telegram: LocalTelegram, bo: Person, session: dict[str, Any], clock: FakeClock
) -> None:
    thread = thread_of(session)
    who = Participant((Reference("telegram", thread.external_id),))
    deps = container.conversation_deps()
    said = NewMessage("On <the> page", "by-the-page")
    turn.say(session["id"], who, said, deps=deps, deadline=clock.deadline(24))
    write(telegram, bo, "And here")
    assert told(bo, 3) == ["You, on the web page:\nOn <the> page", "Reply 2", "Reply 3"]
    write(telegram, bo, "/resume")
    assert told(bo, 2) == ["You are in “Lunch”. Just write on.", "Reply 3"]


def test_of_a_long_message_no_part_comes_again_where_a_later_one_has_to_wait(
    telegram: LocalTelegram, bo: Person, session: dict[str, Any], clock: FakeClock
) -> None:
    who = Participant((Reference("telegram", thread_of(session).external_id),))
    words = " ".join(f"word{number}" for number in range(1_000))
    said = NewMessage(words, "by-the-page")
    turn.say(session["id"], who, said, deps=container.conversation_deps(), deadline=clock.deadline(24))
    for text in ("And here", "/mywords"):
        before = len(bo.chat.answers)
        telegram.fail(Fault("sendMessage", status=200), Fault("sendMessage", retry_after=1))
        write_failing(telegram, bo, text)
        assert len(bo.chat.answers) == before + 1
        telegram.work_off()
        shown = " ".join(message.text for message in bo.chat.answers[before:])
        assert re.findall(r"word\d+", shown) == words.split()


def write_failing(telegram: LocalTelegram, person: Person, text: str) -> None:
    """Write where Telegram does not take all that the bot sends."""
    person.write(text)
    telegram.work_off(failing=True)
    assert telegram.failed


def test_a_reply_of_another_session_than_the_one_that_one_writes_in_says_so(
    telegram: LocalTelegram, bo: Person, host: Host
) -> None:
    bo.write("Hm")
    begin(telegram, bo, host.new_session(topic="Dinner & more"))
    assert "Lunch\n\nReply 2" in [message.text for message in bo.chat.answers]
    assert bo.chat.last.text == "Reply 3"


def test_a_reply_that_is_late_says_of_which_session_it_is_to_whoever_is_in_another_one(
    telegram: LocalTelegram, bo: Person, host: Host, model: Interviewer
) -> None:
    other = host.new_session(topic="Other")
    model.failing.add("turn")
    bo.write("Hm")
    bo.write(f"/start s_{other['id'].replace('-', '')}")
    telegram.work_off(failing=True)
    assert f"Lunch\n\n{LATE}" in [message.text for message in bo.chat.answers]


def test_people_can_read_what_they_said(telegram: LocalTelegram, host: Host) -> None:
    session = host.new_session(topic="A & B", questions=[{"text": "Where?"}])
    bo = telegram.person("Bo")
    begin(telegram, bo, session)
    write(telegram, bo, "At <home>")
    write(telegram, bo, "It is loud", "x" * 4_000)
    write(telegram, bo, "/mywords")
    assert told(bo, 2) == ["What you said in “A & B”\n\nWhere?\nAt <home>\n\nIt is loud", "x" * 4_000]


@pytest.mark.parametrize(
    ("visibility", "told_of"),
    [("host", " The results of this session are for its host."), ("participants", f"\n\n{KEPT_AFTER}")],
)
def test_who_comes_back_once_the_session_has_ended_is_thanked_and_told_where_results_are(
    telegram: LocalTelegram, host: Host, visibility: str, told_of: str
) -> None:
    session = host.new_session(results_visibility=visibility)
    bo = begin(telegram, telegram.person("Bo"), session)
    write(telegram, bo, "Soup")
    end(host, session)
    bo.open_link(f"https://t.me/{telegram.bot}?start=s_{session['id'].replace('-', '')}")
    telegram.work_off()
    assert told(bo, 1) == [f"Lunch\n{ENDED}{told_of}"]
    assert stored(session)[-1] == ("assistant", "Reply 2")
