"""What the bot answers to commands in a private chat."""

from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib import container
from chalicelib.model.own_models import ChosenModel, ModelKey, ModelTiers, OwnModels
from chalicelib.settings import settings
from chalicelib.telegram.addresses import chat_token
from chalicelib.text.language import OWN
from infra.local.telegram.people import Person
from infra.telegram_webhook import MENUS
from tests import faults
from tests.api.hosts import Host
from tests.conftest import forget_wiring
from tests.stored_items import stored
from tests.telegram.local_telegram import LocalTelegram
from tests.telegram.test_joining import open_session, tap, write

NOT_TAKEN = "What you just sent was not passed on and is not stored: no session is chosen here."


@pytest.fixture
def bo(telegram: LocalTelegram) -> Person:
    """Somebody with a phone."""
    return telegram.person("Bo")


def talk(telegram: LocalTelegram, host: Host, person: Person, topic: str) -> dict[str, Any]:
    """A session in which this person has said something, and which their chat is about."""
    session = host.new_session(topic=topic, prompt="Ask.")
    open_session(telegram, person, session)
    tap(telegram, person, "Start the conversation", "Without a name")
    write(telegram, person, f"About {topic}")
    return session


def said_in(host: Host, session: dict[str, Any]) -> list[str]:
    """What participants said in a session."""
    people = host.get(f"/sessions/{session['id']}/responses")["data"]
    return [it["content"] for person in people for it in person["messages"] if it["role"] == "user"]


def test_help_names_every_command_and_whom_to_ask(
    telegram: LocalTelegram, bo: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(telegram, bo, "/help")
    assert bo.chat.last.text.endswith("Ask the person who sent you the link.")
    monkeypatch.setenv("SUPPORT_CONTACT", "help@a.example")
    monkeypatch.setenv("HELP_TEXT", "Call <112>")
    forget_wiring()
    write(telegram, bo, "/help")
    told = bo.chat.last.text
    assert [name for name in MENUS[0].commands if f"\n/{name} – " not in told] == []
    assert told.endswith("help@a.example helps.\n\nIn distress? You find help here: Call <112>")


def test_privacy_says_of_the_session_what_its_page_says_and_else_what_holds_in_every_one(
    telegram: LocalTelegram, host: Host, bo: Person
) -> None:
    write(telegram, bo, "/privacy")
    general = bo.chat.last.text
    session = host.new_session(topic="Lunch <b>", prompt="Ask.", results_visibility="public", duration_minutes=3)
    open_session(telegram, bo, session)
    write(telegram, bo, "/privacy")
    own = bo.chat.last.text
    first = "/mydata – Read, take along, restrict or delete what you said\n\nYou talk with\n"
    assert (general.startswith(first), own.startswith(f"Lunch <b>\n\n{first}")) == (True, True)
    for told in (general, own):
        assert "can read your conversation" in told
        assert "Telegram carries your messages here, and can read messages to bots" in told
        assert "What is stored\n" in told
        assert "for 14 days at most" in told
        assert "is forgotten 180 days after" in told
    assert "take it back: http://127.0.0.1:8000/privacy\n" in general
    assert f"take it back: http://127.0.0.1:8000/privacy?s={session['id']}\n" in own
    for told in (general, own):
        assert "with /browser, choose “Not you? Start new” there and tick “Forget it everywhere”" in told
    for only_there in ("Everybody may see the summary.", "about 3 minutes"):
        assert (only_there in general, only_there in own) == (False, True)
    assert host.call("DELETE", f"/sessions/{session['id']}").status_code == 204
    write(telegram, bo, "/privacy")
    assert bo.chat.last.text == general


def test_privacy_says_who_processes_what_is_written_in_a_conversation_that_began_with_another_model(
    telegram: LocalTelegram, host: Host, bo: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = talk(telegram, host, bo, "Lunch")
    monkeypatch.setenv("OWN_MODELS_KEY", "alias/hosts")
    settings.cache_clear()
    key = ModelKey("k1", "openai", "Ours", "https://api.openai.com/v1", datetime(2026, 1, 1, tzinfo=UTC))
    chosen = ChosenModel(key.id, "gpt-5")
    container.own_models().put(OwnModels(host.user_id, (key,), ModelTiers(chosen, chosen, chosen)))
    assert host.call("PATCH", f"/sessions/{session['id']}", {"models": "account"}).status_code == 200
    write(telegram, bo, "/privacy")
    before, _, after = bo.chat.last.text.partition("By now another one makes the summary")
    assert "OpenAI" not in before
    assert "OpenAI processes what you write" in after


def test_the_bot_speaks_the_language_that_was_chosen_until_it_is_to_be_as_in_telegram(
    telegram: LocalTelegram, bo: Person
) -> None:
    bo.speak("fr")
    write(telegram, bo, "/language")
    assert bo.chat.last.buttons == [*OWN.values(), "✓ Comme dans Telegram"]
    asked = bo.chat.last.message_id
    tap(telegram, bo, "العربية")
    assert (bo.chat.last.message_id, bo.chat.last.text) == (asked, "من الآن يستخدم هذا البوت: العربية.")
    write(telegram, bo, "/language")
    assert "✓ العربية" in bo.chat.last.buttons
    tap(telegram, bo, "كما في تيليغرام")
    write(telegram, bo, "/help")
    assert bo.chat.last.text.startswith("Avec Harmonica")
    bo.press(bo.chat.last, "language:xx")
    telegram.work_off()
    assert (
        container.telegram_chats()
        .view(chat_token(bo.id, container.deployment_secret()), container.clock().now())
        .chat.language
        is None
    )


def test_whoever_is_in_several_sessions_chooses_where_their_words_go(
    telegram: LocalTelegram, host: Host, bo: Person
) -> None:
    lunch, trees = talk(telegram, host, bo, "Lunch"), talk(telegram, host, bo, "Trees")
    new = host.new_session(topic="<New>", questions=[{"text": "Where?"}])
    open_session(telegram, bo, new)
    closed = talk(telegram, host, bo, "Closed")
    assert host.call("PATCH", f"/sessions/{closed['id']}", {"status": "completed"}).status_code == 200
    write(telegram, bo, "/sessions")
    assert bo.chat.last.text.splitlines()[1:] == [
        "✓ Closed – closed",
        "• Lunch – in conversation",
        "• Trees – in conversation",
        "• <New> – not begun yet",
    ]
    listed = bo.chat.last
    bo.tap("Lunch", message=listed)
    telegram.work_off()
    assert bo.chat.text.count("You are in “Lunch”") == 1
    write(telegram, bo, "Soup again")
    bo.tap("Trees", message=listed)
    telegram.work_off()
    write(telegram, bo, "More of them")
    assert said_in(host, lunch) == ["About Lunch", "Soup again"]
    assert said_in(host, trees) == ["About Trees", "More of them"]
    assert bo.press(listed, "session:nonsense").tap
    telegram.work_off()
    assert telegram.failed == []


def test_many_sessions_come_in_pages_and_their_topics_in_one_read(
    telegram: LocalTelegram, host: Host, bo: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions = [host.new_session(topic=f"Topic {number:02}", prompt="Ask.") for number in range(19)]
    for session in sessions:
        open_session(telegram, bo, session)
    assert host.call("DELETE", f"/sessions/{sessions[0]['id']}").status_code == 204
    wire = faults.tap(monkeypatch)
    write(telegram, bo, "/sessions")
    assert wire.calls.count("BatchGetItem") == 1
    listed, pages = bo.chat.last, list[list[str]]()
    for turn in ("→", "→", "←"):
        pages.append(bo.chat.last.buttons)
        tap(telegram, bo, turn)
    assert [len(page) for page in pages] == [9, 10, 3]
    assert bo.chat.last.buttons == pages[1]
    assert bo.chat.last.message_id == listed.message_id
    topics = [button for page in pages for button in page if button not in ("→", "←")]
    assert topics == ["Topic 18", *(f"Topic {number:02}" for number in range(1, 18))]


@pytest.mark.parametrize("typed", ["/sesions", "/what I think", "/SESIONS@harmonica_bot"])
def test_a_command_that_there_is_not_goes_nowhere_and_says_so(
    telegram: LocalTelegram, host: Host, bo: Person, typed: str
) -> None:
    session = talk(telegram, host, bo, "Lunch")
    write(telegram, bo, typed)
    assert "is not passed on to the conversation and is not stored." in bo.chat.last.text
    assert ("/sessions" in bo.chat.last.text) == ("/what" not in typed)
    assert said_in(host, session) == ["About Lunch"]


def test_whoever_writes_without_a_session_is_told_so_and_how_to_come_into_one(
    telegram: LocalTelegram, host: Host, bo: Person
) -> None:
    write(telegram, bo, "/start")
    assert NOT_TAKEN not in bo.chat.text
    write(telegram, bo, "My secret thought")
    assert [message.text for message in bo.chat.answers][-2] == NOT_TAKEN
    assert "To take part, open the link that your host sent you." in bo.chat.last.text
    assert "secret thought" not in str([raw for _, raw in stored()])
    write(telegram, bo, "/sessions")
    assert bo.chat.last.text.startswith("You take part in no session here yet. To take part, open the link")


def test_care_comes_also_where_words_go_nowhere(telegram: LocalTelegram, bo: Person, host: Host) -> None:
    write(telegram, bo, "I want to kill myself")
    assert "You need not be alone with this" in bo.chat.text
    open_session(telegram, bo, host.new_session())
    write(telegram, bo, "I want to kill myself")
    assert bo.chat.text.count("You need not be alone with this") == 2
    tap(telegram, bo, "Start the conversation")
    write(telegram, bo, "I want to kill myself")
    assert bo.chat.text.count("You need not be alone with this") == 3
