"""How somebody joins a session in a private chat: what they are told first, their name, the form question by question."""

from typing import Any

from infra.local.telegram.people import Person
from tests.api.hosts import Host
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


def test_somebody_is_told_what_they_should_know_before_anything_is_asked(telegram: LocalTelegram, host: Host) -> None:
    session = host.new_session(
        topic="Lunch <in> Lima", welcome_message="Hi!\n\n*Good* to have you.", duration_minutes=5
    )
    bo = telegram.person("Bo")
    open_session(telegram, bo, session)
    told = bo.chat.last.text
    for said in (
        "Lunch <in> Lima",
        "Hi!",
        "Good to have you.",
        "A script asks the questions",
        "about 5 minutes",
        "Your host can read what you write.",
        "Telegram carries your messages here, and can read messages to bots: they are not end-to-end encrypted.",
        "The host of this session, and people they give access to, can read your conversation",
        "Only the host, and people they give access to, see it.",
    ):
        assert said in told
    assert bo.chat.last.buttons == [START]
    assert joined(host, session) == []


def test_what_is_no_answer_gets_a_kind_one_and_old_buttons_say_so(telegram: LocalTelegram, host: Host) -> None:
    bo = telegram.person("Bo")
    open_session(telegram, bo, host.new_session(questions=EVERY_TYPE[1:4]))
    write(telegram, bo, "Hello?")
    assert bo.chat.last.text == "Please tap “Start the conversation” first. What you just wrote was not stored."
    tap(telegram, bo, START, "Without a name")
    bo.send_sticker()
    telegram.work_off()
    assert "Here I can only take a written answer, or a tap on a button." in bo.chat.text
    assert "What do you eat?" in bo.chat.last.text
    question = bo.chat.last
    write(telegram, bo, "soup, Bread")
    assert "must be one of" in bo.chat.text  # as on the page, to the letter where there are several
    write(telegram, bo, "Soup, Bread")
    assert "How often?" in bo.chat.last.text
    for button, shown in ((START, bo.chat.answers[0]), ("Rice", question)):
        old = bo.tap(button, message=shown)
        telegram.work_off()
        assert old.answer == "That question was answered in the meantime."
        assert next(it for it in bo.chat.messages if it.message_id == shown.message_id).buttons == []
    assert "How often?" in bo.chat.last.text
