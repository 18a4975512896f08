"""How somebody joins a session in a private chat: what they are told first, their name, the form question by question."""

import json
from typing import Any

import boto3
import pytest

from chalicelib.model.jobs import ReplyInChat
from chalicelib.telegram import replies
from infra.local.telegram.people import Person
from tests.api.hosts import Host
from tests.clock import FakeClock
from tests.conftest import forget_wiring
from tests.faults import FAULTS, Fault, Interviewer, break_each_call
from tests.faults import tap as fault_tap
from tests.telegram.local_telegram import LocalTelegram

START = "Start the conversation"
EVERY_TYPE = [
    {"text": "Where do you live?", "required": True},
    {"text": "What do you eat?", "type": "Options", "options": ["Soup", "Rice & beans", "Bread"], "multiple": True},
    {"text": "How often?", "type": "Options", "options": ["Daily", "Weekly"], "required": True},
    {"text": "Your mail", "type": "Email"},
    {"text": "Anything else?", "long": True},
]


def open_session(telegram: LocalTelegram, person: Person, session: dict[str, Any]) -> None:
    person.open_link(f"https://t.me/{telegram.bot}?start=s_{session['id'].replace('-', '')}")
    telegram.work_off()


def tap(telegram: LocalTelegram, person: Person, *buttons: str) -> None:
    for button in buttons:
        person.tap(button)
        telegram.work_off()


def write(telegram: LocalTelegram, person: Person, *words: str) -> None:
    for text in words:
        person.write(text)
        telegram.work_off()


def joined(host: Host, session: dict[str, Any]) -> list[dict[str, Any]]:
    return list(host.get(f"/sessions/{session['id']}/responses")["data"])


def answers_of(participant: dict[str, Any]) -> list[tuple[str, str]]:
    return [(answer["text"], answer["answer"]) for answer in participant["answers"]]


def close(host: Host, session: dict[str, Any]) -> None:
    assert host.call("PATCH", f"/sessions/{session['id']}", {"status": "completed"}).status_code == 200


def stored() -> str:
    """All that is in the tables."""
    dynamodb: Any = boto3.client("dynamodb")
    tables = dynamodb.list_tables()["TableNames"]
    return json.dumps([dynamodb.scan(TableName=table)["Items"] for table in tables], default=str)


def test_somebody_is_told_what_they_should_know_before_anything_is_asked(telegram: LocalTelegram, host: Host) -> None:
    session = host.new_session(
        topic="Lunch <in> Lima",
        welcome_message="Hi!\n\n*Good* to have you.",
        duration_minutes=5,
        branding={"host_name": "The <canteen>", "why": "It decides the menu."},
    )
    bo = telegram.person("Bo")
    open_session(telegram, bo, session)
    told = bo.chat.last.text
    for said in (
        "Lunch <in> Lima",
        "Hi!",
        "Good to have you.",
        "The <canteen> invites you",
        "It decides the menu.",
        "About 5 minutes, with a script, no AI",
        "Your host can read what you write",
        "Telegram carries your messages here, and can read messages to bots: they are not end-to-end encrypted.",
        "The host of this session, and people they give access to, can read your conversation",
        "Only the host, and people they give access to, see it.",
    ):
        assert said in told
    assert bo.chat.last.buttons == [START]
    assert joined(host, session) == []


def test_the_whole_form_is_asked_one_question_at_a_time_and_reaches_the_host(
    telegram: LocalTelegram, host: Host
) -> None:
    session = host.new_session(questions=EVERY_TYPE)
    bo = telegram.person("Bo")
    open_session(telegram, bo, session)
    tap(telegram, bo, START)
    assert bo.chat.last.buttons == ["Bo", "Without a name"]
    tap(telegram, bo, "Bo")
    assert "Question 1 of 5 · required" in bo.chat.last.text
    assert bo.chat.last.buttons == ["Back"]
    write(telegram, bo, " Lima ")
    assert bo.chat.last.buttons == ["Soup", "Rice & beans", "Bread", "Back", "Skip"]
    tap(telegram, bo, "Bread", "Soup")
    assert bo.chat.last.buttons == ["✓ Soup", "Rice & beans", "✓ Bread", "Back", "Done"]
    tap(telegram, bo, "✓ Bread", "Rice", "Done")
    assert "What do you eat?\n✓ Soup, Rice & beans" in bo.chat.text
    write(telegram, bo, "Sometimes")
    assert "“How often?” must be one of: Daily, Weekly." in bo.chat.text
    tap(telegram, bo, "Weekly")
    write(telegram, bo, "bo at example")
    assert "“Your mail” must be an e-mail address." in bo.chat.text
    tap(telegram, bo, "Skip")
    write(telegram, bo, "I cook.\nOften.")
    assert "Reply 1" in bo.chat.last.text
    (participant,) = joined(host, session)
    assert (participant["participant_name"], participant["channel"]) == ("Bo", "telegram")
    assert answers_of(participant) == [
        ("Where do you live?", "Lima"),
        ("What do you eat?", "Soup, Rice & beans"),
        ("How often?", "Weekly"),
        ("Anything else?", "I cook.\nOften."),
    ]
    assert stored().count("I cook.") == stored().count("Lima") == 1  # they are in the thread, and in the chat no more


def test_back_shows_what_was_entered_which_stays_unless_it_is_replaced(telegram: LocalTelegram, host: Host) -> None:
    session = host.new_session(questions=EVERY_TYPE[:3])
    bo = telegram.person("Bo")
    open_session(telegram, bo, session)
    tap(telegram, bo, START)
    write(telegram, bo, "Bobby", "Lima")
    tap(telegram, bo, "Soup", "Back")
    assert "You entered: Lima" in bo.chat.last.text
    tap(telegram, bo, "Keep this answer")
    assert "How often?" in bo.chat.last.text  # the tapped soup was kept, too
    tap(telegram, bo, "Back")
    assert bo.chat.last.buttons[:3] == ["✓ Soup", "Rice & beans", "Bread"]
    tap(telegram, bo, "Back")
    write(telegram, bo, "Quito")
    tap(telegram, bo, "Daily")
    (participant,) = joined(host, session)
    assert participant["participant_name"] == "Bobby"
    assert [answer for _, answer in answers_of(participant)] == ["Quito", "Soup", "Daily"]
    assert all(stored().count(words) == 1 for words in ("Bobby", "Quito"))
    assert "Lima" not in stored()


def test_what_is_no_answer_gets_a_kind_one_and_old_buttons_say_so(telegram: LocalTelegram, host: Host) -> None:
    bo = telegram.person("Bo")
    open_session(telegram, bo, host.new_session(questions=EVERY_TYPE[1:4]))
    write(telegram, bo, "Hello?")
    assert bo.chat.last.text == "Please tap “Start the conversation” first. What you just wrote was not stored."
    tap(telegram, bo, START, "Without a name")
    tap(telegram, bo, "Bread")
    bo.send_sticker()
    telegram.work_off()
    assert "Here I can only take a written answer, or a tap on a button." in bo.chat.text
    assert "What do you eat?" in bo.chat.last.text
    question = bo.chat.last
    assert question.buttons[:3] == ["Soup", "Rice & beans", "✓ Bread"]
    write(telegram, bo, "stew, Bread")
    assert "must be one of" in bo.chat.text
    write(telegram, bo, "soup, bread")  # whatever the case
    assert "How often?" in bo.chat.last.text
    for button, shown in ((START, bo.chat.answers[0]), ("Rice", question)):
        old = bo.tap(button, message=shown)
        telegram.work_off()
        assert old.answer == "This button is an old one and does nothing any more."
        assert next(it for it in bo.chat.messages if it.message_id == shown.message_id).buttons == []
    assert "How often?" in bo.chat.last.text


def test_an_anonymous_session_asks_and_stores_nobodys_name(telegram: LocalTelegram, host: Host) -> None:
    session = host.new_session(anonymous=True, questions=[{"text": "Role"}])
    person = telegram.person("Bonaventura", language_code="fr")
    open_session(telegram, person, session)
    assert "sans nom" in person.chat.last.text
    tap(telegram, person, "Commencer la conversation")
    write(telegram, person, "Cook")
    assert "Reply 1" in person.chat.last.text
    (participant,) = joined(host, session)
    assert participant["participant_name"] is None
    assert "Bonaventura" not in stored()
    assert str(person.id) not in stored()


def test_who_opens_the_link_again_goes_on_where_they_were(telegram: LocalTelegram, host: Host) -> None:
    session, other = host.new_session(questions=EVERY_TYPE[:2]), host.new_session(topic="Dinner", questions=[])
    bo = telegram.person("Bo")
    for _ in range(2):
        open_session(telegram, bo, session)
        assert bo.chat.last.buttons == [START]
    tap(telegram, bo, START)
    open_session(telegram, bo, session)
    assert bo.chat.last.buttons == ["Bo", "Without a name"]
    tap(telegram, bo, "Bo")
    write(telegram, bo, "Lima")
    open_session(telegram, bo, other)
    assert "The session you were in is kept" in bo.chat.answers[-2].text
    tap(telegram, bo, START, "Bo")
    open_session(telegram, bo, session)
    assert "What do you eat?" in bo.chat.last.text
    tap(telegram, bo, "Skip")
    bo.write("/start")
    telegram.work_off()
    assert "You are in “Lunch”." in bo.chat.text
    assert [len(joined(host, it)) for it in (session, other)] == [1, 1]


def test_who_comes_too_early_too_late_or_to_a_full_session_is_told_kindly(telegram: LocalTelegram, host: Host) -> None:
    full, closed = host.new_session(max_participants=1), host.new_session()
    host.join(full["id"])
    close(host, closed)
    draft, timed = host.new_session(draft=True), host.new_session(opens_at="2036-03-01T12:00:00Z")
    gone = {"id": "6f1ed002-ab5f-4c7e-9d59-5e2f8f9b2c11"}
    for session, said in (
        (full, "This session is full: all of its places are taken."),
        (closed, "This session is closed and takes no more messages."),
        (draft, "This session is still being prepared."),
        (timed, "This session opens on 1 March 2036"),
        (gone, "the session may have been removed"),
    ):
        bo = telegram.person("Bo")
        open_session(telegram, bo, session)
        assert said in bo.chat.last.text
        assert bo.chat.last.buttons == []
        bo.write("/start")
        telegram.work_off()
        assert START not in bo.chat.last.buttons


def test_where_only_invited_people_join_nobody_does_in_telegram_and_who_is_in_goes_on(
    telegram: LocalTelegram, host: Host
) -> None:
    session = host.new_session(questions=[{"text": "Where do you live?", "required": True}])
    ana, bo = telegram.person("Ana"), telegram.person("Bo")
    for person, name in ((ana, "Ana"), (bo, "Bo")):
        open_session(telegram, person, session)
        tap(telegram, person, START, name)
    write(telegram, ana, "Lima")
    host.call("PATCH", f"/sessions/{session['id']}", {"access": "invited"})
    write(telegram, bo, "Cusco")
    assert "Only people who were invited personally can join" in bo.chat.last.text
    open_session(telegram, bo, session)
    assert "Only people who were invited personally can join" in bo.chat.last.text
    write(telegram, ana, "Soup")
    assert "invited" not in ana.chat.last.text
    assert len(joined(host, session)) == 1


def test_a_session_that_fills_up_meanwhile_keeps_what_was_entered_until_a_place_is_free(
    telegram: LocalTelegram, host: Host
) -> None:
    session = host.new_session(max_participants=1, questions=EVERY_TYPE[:1])
    bo = telegram.person("Bo")
    open_session(telegram, bo, session)
    tap(telegram, bo, START, "Bo")
    host.join(session["id"], answers=[{"question_id": "1", "answer": "Quito"}])
    write(telegram, bo, "Lima")
    assert "the last place was taken just now. What you entered is still here" in bo.chat.last.text
    tap(telegram, bo, "Try again")
    host.call("PATCH", f"/sessions/{session['id']}", {"max_participants": 2})
    tap(telegram, bo, "Try again")
    assert "Reply" in bo.chat.last.text
    assert [("Where do you live?", "Lima")] in [answers_of(it) for it in joined(host, session)]


def test_what_was_entered_for_a_session_that_closes_is_told_to_be_kept_and_goes_on_when_it_opens(
    telegram: LocalTelegram, host: Host
) -> None:
    session = host.new_session(anonymous=True, questions=EVERY_TYPE[:2])
    bo = telegram.person("Bo")
    open_session(telegram, bo, session)
    tap(telegram, bo, START)
    write(telegram, bo, "Lima")
    host.call("PATCH", f"/sessions/{session['id']}", {"status": "completed"})
    for words in ("Soup", "/resume"):
        write(telegram, bo, words)
        assert "What you entered is still here, should the session open again." in bo.chat.text
    assert "What you just wrote was not stored." in bo.chat.text
    host.call("PATCH", f"/sessions/{session['id']}", {"status": "active"})
    tap(telegram, bo, "Skip")
    assert [answers_of(it) for it in joined(host, session)] == [[("Where do you live?", "Lima")]]


def test_a_session_that_closes_or_is_deleted_meanwhile_says_so(telegram: LocalTelegram, host: Host) -> None:
    for end in ("close", "delete"):
        session = host.new_session(questions=EVERY_TYPE[:2])
        bo = telegram.person("Bo")
        open_session(telegram, bo, session)
        tap(telegram, bo, START, "Bo")
        write(telegram, bo, f"A town to {end}")
        close(host, session) if end == "close" else host.call("DELETE", f"/sessions/{session['id']}")
        tap(telegram, bo, "Soup")
        expected = (
            "closed and takes no more messages"
            if end == "close"
            else "it was removed, and what you had entered for it with it"
        )
        assert expected in bo.chat.last.text
        assert (f"A town to {end}" in stored()) is (end == "close")


def test_a_form_that_changes_meanwhile_asks_again_what_no_longer_fits_and_loses_nothing(
    telegram: LocalTelegram, host: Host
) -> None:
    session = host.new_session(questions=EVERY_TYPE[:3])
    town, eats, _ = host.get(f"/sessions/{session['id']}/questions")["data"]
    bo = telegram.person("Bo")
    open_session(telegram, bo, session)
    tap(telegram, bo, START, "Bo")
    write(telegram, bo, "Lima", "Soup")
    kept = {name: value for name, value in eats.items() if name != "position"}
    changes = {"questions": [{**kept, "options": ["Salad", "Bread"]}, {"text": "Since when?"}]}
    assert host.call("PATCH", f"/sessions/{session['id']}", changes).status_code == 200
    tap(telegram, bo, "Daily")
    assert "The form was changed while you filled it in." in bo.chat.text
    assert "“What do you eat?” must be one of: Salad, Bread." in bo.chat.text
    tap(telegram, bo, "Bread", "Done")
    write(telegram, bo, "2020")
    (participant,) = joined(host, session)
    assert stored().count("Lima") == 1
    assert answers_of(participant) == [("What do you eat?", "Bread"), ("Since when?", "2020"), (town["text"], "Lima")]


def test_two_people_share_nothing_and_an_answer_in_two_messages_is_one(telegram: LocalTelegram, host: Host) -> None:
    session = host.new_session(questions=[{"text": "Tell us", "long": True}])
    bo, cy = telegram.person("Bo"), telegram.person("Cy")
    for person in (bo, cy):
        open_session(telegram, person, session)
    tap(telegram, bo, START, "Bo")
    tap(telegram, cy, START, "Without a name")
    write(telegram, bo, "b" * 4_000, "and more")
    write(telegram, cy, "Short")
    tap(telegram, bo, "Done")
    found = {it["participant_name"]: answers_of(it) for it in joined(host, session)}
    assert found == {"Bo": [("Tell us", "b" * 4_000 + "\nand more")], None: [("Tell us", "Short")]}


def test_a_model_that_is_down_is_told_once_and_what_was_entered_is_in_the_thread_by_then(
    telegram: LocalTelegram, host: Host, model: Interviewer
) -> None:
    session = host.new_session(questions=EVERY_TYPE[:1])
    bo = telegram.person("Bo")
    open_session(telegram, bo, session)
    tap(telegram, bo, START, "Bo")
    model.failing.add("turn")
    bo.write("Lima")
    for _ in range(3):
        telegram.work_off(failing=True)
    assert bo.chat.text.count("You are in, and what you entered is stored.") == 1
    assert [answers_of(it) for it in joined(host, session)] == [[("Where do you live?", "Lima")]]
    assert stored().count("Lima") == 1
    model.failing.clear()
    telegram.work_off()
    assert bo.chat.last.text.startswith("Reply")


def test_where_too_many_begin_at_once_people_are_let_in_a_minute_later(
    telegram: LocalTelegram, host: Host, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOINS_PER_SESSION", "1")
    forget_wiring()
    session = host.new_session(anonymous=True)
    people = [telegram.person("Bo"), telegram.person("Cy")]
    for person in people:
        open_session(telegram, person, session)
        person.tap(START)
        telegram.work_off(failing=True)
    assert "A great many people are starting right now." in people[1].chat.last.text
    clock.advance(60)
    telegram.work_off()
    assert ["Reply" in person.chat.last.text for person in people] == [True, True]


def test_who_speaks_a_language_without_texts_is_spoken_to_in_the_sessions(
    telegram: LocalTelegram, host: Host, model: Interviewer
) -> None:
    for chosen, start, late in (
        ("pt", "Gespräch beginnen", "Sie sind dabei"),
        ("fr", "Commencer la conversation", "Vous participez"),
    ):
        person = telegram.person("Bo", language_code=chosen)
        open_session(telegram, person, host.new_session(language="de", anonymous=True))
        person.tap(start)
        model.failing.add("turn")
        telegram.work_off(failing=True)
        assert person.chat.last.text.startswith(late)
        model.failing.clear()
        telegram.work_off()


@pytest.mark.parametrize(
    "fault", [it for it in FAULTS if it.name in ("dies before", "dies after")], ids=lambda it: it.name
)
def test_a_conversation_whose_beginning_is_cut_off_anywhere_begins_once_with_all_that_was_entered(
    fault: Fault, telegram: LocalTelegram, host: Host, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = host.new_session(questions=EVERY_TYPE[:1])
    bo = telegram.person("Bo")
    open_session(telegram, bo, session)
    tap(telegram, bo, START, "Bo")
    with monkeypatch.context() as patch:
        patch.setattr(replies, "reply_in_chat", lambda *_: None)
        write(telegram, bo, "Lima")
    wire, job = fault_tap(monkeypatch), ReplyInChat(bo.id, session["id"])
    for _ in break_each_call(wire, fault, lambda: replies.reply_in_chat(job, clock.deadline(60))):
        clock.advance(61)  # past the leases of whoever died
        told = len(bo.chat.answers)
        replies.reply_in_chat(job, clock.deadline(60))
        (participant,) = joined(host, session)
        assert (participant["participant_name"], answers_of(participant)) == ("Bo", [("Where do you live?", "Lima")])
        assert stored().count("Lima") == 1
        assert any("Reply" in it.text for it in bo.chat.answers[told - 1 :])


def test_a_session_that_becomes_anonymous_meanwhile_keeps_no_name_that_was_entered(
    telegram: LocalTelegram, host: Host
) -> None:
    asked = [{"text": "Name", "role": "name"}, {"text": "Town"}]
    session = host.new_session(questions=asked)
    bo = telegram.person("Bo")
    open_session(telegram, bo, session)
    tap(telegram, bo, START)
    write(telegram, bo, "Bonaventura")
    changes = {"anonymous": True, "questions": asked[1:]}
    assert host.call("PATCH", f"/sessions/{session['id']}", changes).status_code == 200
    write(telegram, bo, "Lima")
    assert "has no place in the form any more. It was not stored.\n\nBonaventura" in bo.chat.text
    assert [answers_of(it) for it in joined(host, session)] == [[("Town", "Lima")]]
    assert "Bonaventura" not in stored()


def test_somebody_whose_conversation_the_host_removed_is_asked_anew(telegram: LocalTelegram, host: Host) -> None:
    session = host.new_session(questions=EVERY_TYPE[:1])
    bo = telegram.person("Bo")
    open_session(telegram, bo, session)
    tap(telegram, bo, START, "Bo")
    write(telegram, bo, "Lima")
    (participant,) = joined(host, session)
    removed = host.call("DELETE", f"/sessions/{session['id']}/participants/{participant['participant_id']}")
    assert removed.status_code == 204
    telegram.work_off()
    write(telegram, bo, "/start")
    assert bo.chat.last.buttons == [START]
    tap(telegram, bo, START, "Without a name")
    write(telegram, bo, "Quito")
    assert "Reply" in bo.chat.last.text
    assert [answers_of(it) for it in joined(host, session)] == [[("Where do you live?", "Quito")]]


def test_a_written_name_is_shown_and_can_be_changed_while_the_form_is_asked(
    telegram: LocalTelegram, host: Host
) -> None:
    session = host.new_session(questions=EVERY_TYPE[:2])
    bo = telegram.person("Bo")
    open_session(telegram, bo, session)
    tap(telegram, bo, START)
    write(telegram, bo, "Bobbi", "Lima")
    assert "✓ Bobbi" in bo.chat.text
    tap(telegram, bo, "Soup", "Change")
    write(telegram, bo, "Bobby")
    (participant,) = joined(host, session)
    assert participant["participant_name"] == "Bobby"
    assert answers_of(participant) == [("Where do you live?", "Lima"), ("What do you eat?", "Soup")]


@pytest.mark.parametrize("words", ["We start too late.", "we all start far too late"])
def test_a_sentence_becomes_a_name_only_where_its_person_says_so(
    telegram: LocalTelegram, host: Host, words: str
) -> None:
    session = host.new_session()
    bo, ada = telegram.person("Bo"), telegram.person("Ada")
    for person in (bo, ada):
        open_session(telegram, person, session)
        tap(telegram, person, START)
        write(telegram, person, words)
        assert person.chat.last.text == "Is this your name?"
    assert joined(host, session) == []
    tap(telegram, bo, "Without a name")
    assert "Your words were not stored." in bo.chat.text
    tap(telegram, ada, "Yes, take it as my name")
    assert f"✓ {words}" in ada.chat.text
    assert {it["participant_name"] for it in joined(host, session)} == {None, words}


def test_whoever_has_answered_half_the_form_of_a_session_that_is_deleted_is_told_so(
    telegram: LocalTelegram, host: Host
) -> None:
    session = host.new_session(questions=EVERY_TYPE[:2], anonymous=True)
    bo = telegram.person("Bo")
    open_session(telegram, bo, session)
    tap(telegram, bo, START)
    write(telegram, bo, "Lima")
    assert host.call("DELETE", f"/sessions/{session['id']}").status_code == 204
    write(telegram, bo, "Soup")
    assert "This session is not here any more: it was removed, and what you had entered for it with it." in bo.chat.text
    assert "Lima" not in stored()
