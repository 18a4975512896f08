"""Each update is done once, whatever fails: nothing is lost, nothing is said twice, and no chat waits for another."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from msgspec.structs import replace
from telebot import apihelper

from chalicelib import container
from chalicelib.errors import NotYet
from chalicelib.model.jobs import UPDATES, HandleUpdate
from chalicelib.model.telegram import Chat, ChatView
from chalicelib.store import keys
from chalicelib.store.telegram_chats import KEPT_DAYS, SENDING
from chalicelib.telegram import routes
from chalicelib.telegram.addresses import chat_token
from chalicelib.workers import jobs
from infra.functions import HANDLE_UPDATE, VISIBILITY
from infra.local.telegram.limits import Fault as TelegramFault
from infra.local.telegram.people import Person
from infra.local.telegram.state import Telegram
from tests import faults, permissions
from tests.api.hosts import Host
from tests.clock import FakeClock
from tests.concurrency import before_next, contend
from tests.faults import FAULTS, Fault
from tests.stored_items import stored
from tests.telegram.local_telegram import LocalTelegram

SEND = "sendMessage"
GERMAN = "Von jetzt an spricht dieser Bot: Deutsch."


@pytest.fixture
def bo(telegram: LocalTelegram) -> Person:
    """Somebody who has written to the bot."""
    person = telegram.person("Bo")
    person.write("/language")
    telegram.work_off()
    return person


def handle(update: dict[str, Any]) -> None:
    """Do an update as its function does."""
    jobs.run_job(HandleUpdate(update), container.clock().deadline(100))


def token_of(person: Person) -> str:
    return chat_token(person.id, container.deployment_secret())


def is_blocked(person: Person) -> bool:
    return container.telegram_chats().view(token_of(person), container.clock().now()).chat.is_blocked


def test_five_workers_with_the_same_update_answer_once(
    telegram: LocalTelegram, bo: Person, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    bo.write("Hello?")
    (update,) = telegram.updates()
    container.telegram_api()
    contend(monkeypatch)
    before = len(bo.chat.answers)

    def run(_: int) -> str:
        try:
            handle(update)
        except NotYet:
            return "another one does it"
        return "done"

    with ThreadPoolExecutor(5) as pool:
        ended = list(pool.map(run, range(5)))
    assert "done" in ended
    first, *_ = answers = [message.text for message in bo.chat.answers[before:]]
    assert (len(answers), first.partition(":")[0]) == (2, "What you just sent was not passed on and is not stored")
    clock.advance(VISIBILITY[UPDATES.name])
    assert [run(number) for number in range(5)] == ["done"] * 5
    assert [message.text for message in bo.chat.answers[before:]] == answers


def test_updates_are_known_by_their_ids_as_a_set(telegram: LocalTelegram, bo: Person) -> None:
    for number, command in ((900, "/help"), (901, "/privacy"), (17, "/language"), (900, "/help")):
        bo.write(command)
        (update,) = telegram.updates()
        assert telegram.post({**update, "update_id": number}).status == 200
    before = len(bo.chat.answers)
    telegram.work_off()
    beginnings = [message.text.split()[:2] for message in bo.chat.answers[before:]]
    assert beginnings == [["With", "Harmonica,"], ["/mydata", "–"], ["Which", "language"]]


CRASHES = [it for it in FAULTS if it.name in ("dies before", "dies after", "done but unanswered")]


def crash_everywhere(
    telegram: LocalTelegram, clock: FakeClock, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """Do the one update with this fault at its first call, its second, …, and then again, as it comes back.

    Gives the last call that was done before, for the test to look.
    """
    (update,) = telegram.updates()
    (person,) = telegram.server.state.accounts
    saved, wire = telegram.server.save(), faults.tap(monkeypatch)
    if fault.error is faults.death:
        monkeypatch.setattr(apihelper, "CUSTOM_REQUEST_SENDER", _on(wire, vars(apihelper)["CUSTOM_REQUEST_SENDER"]))
    for number in faults.break_each_call(wire, fault, lambda: handle(update)):
        done = wire.calls[: number if fault.after else number - 1]
        assert str(person) not in json.dumps([raw for _, raw in stored()])  # Telegram's own ids are stored nowhere
        clock.advance(VISIBILITY[UPDATES.name])
        handle(update)
        yield done[-1] if done else ""
        telegram.server.state = Telegram.load(saved)


def _on(wire: faults.Wire, post: Callable[..., Any]) -> Callable[..., Any]:
    """What goes to Telegram, with the wire in between, too."""

    def through(method: str, address: str, **named: Any) -> Any:
        name = address.rpartition("/")[2]
        return wire.wrap(lambda *_: post(method, address, **named))(name, {})

    return through


@pytest.mark.parametrize("fault", CRASHES, ids=lambda it: it.name)
def test_a_crash_anywhere_leaves_nothing_unsaid_and_says_nothing_twice(
    telegram: LocalTelegram, bo: Person, clock: FakeClock, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what Telegram took before that could be noted is said a second time."""
    bo.write("Hello?")
    before, crashes = len(bo.chat.answers), 0
    for last_done in crash_everywhere(telegram, clock, fault, monkeypatch):
        said = [message.text.partition(" ")[0] for message in bo.chat.answers[before:]]
        assert list(dict.fromkeys(said)) == ["What", "With"]
        assert len(said) == 2 + (last_done == "sendMessage")
        crashes += 1
    assert crashes > 5


@pytest.mark.parametrize("fault", CRASHES, ids=lambda it: it.name)
def test_a_crash_anywhere_leaves_nothing_undone(
    telegram: LocalTelegram, bo: Person, clock: FakeClock, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    bo.tap("Deutsch")
    for _ in crash_everywhere(telegram, clock, fault, monkeypatch):
        chat = container.telegram_chats().view(token_of(bo), container.clock().now()).chat
        assert (chat.language, chat.version) == ("de", 1)
        assert (bo.chat.last.text, len(bo.chat.answers)) == (GERMAN, 1)


def test_what_telegram_puts_off_goes_on_later_with_what_is_left(telegram: LocalTelegram, bo: Person) -> None:
    for fault, language in (
        (TelegramFault(retry_after=7), "Deutsch"),
        (TelegramFault(status=502), "Español"),
        (TelegramFault(status=0), "Français"),
    ):
        telegram.server.calls.clear()
        telegram.fail(replace(fault, method="editMessageText"))
        bo.write("/language")
        telegram.work_off()
        bo.tap(language)
        telegram.work_off(failing=True)
        assert [job["job"] for job in telegram.failed] == ["handle_update"]
        telegram.work_off()
        assert bo.chat.last.text.endswith(f": {language}.")
        assert (len(telegram.calls("answerCallbackQuery")), len(telegram.calls("editMessageText"))) == (1, 2)


def test_a_message_that_telegram_never_takes_holds_up_none_behind_it(telegram: LocalTelegram, bo: Person) -> None:
    bo.write("Hello?")
    telegram.fail(TelegramFault(SEND, 400, "Bad Request: message is too long"))
    telegram.work_off()
    assert bo.chat.last.text.startswith("With Harmonica")


def test_whoever_blocked_the_bot_is_sent_nothing_before_they_write_again(telegram: LocalTelegram, bo: Person) -> None:
    bo.write("Hello?")
    bo.block_bot()
    (said, _) = telegram.updates()  # that they have blocked it comes later
    assert telegram.post(said).status == 200
    telegram.server.calls.clear()
    telegram.work_off()
    assert (len(telegram.calls(SEND)), is_blocked(bo)) == (1, True)
    bo.unblock_bot()
    telegram.work_off()
    assert not is_blocked(bo)
    bo.block_bot()
    telegram.work_off()
    assert is_blocked(bo)
    bo.write("/help")
    said = next(update for update in telegram.updates() if "message" in update)  # the other one is lost
    assert telegram.post(said).status == 200
    telegram.work_off()
    assert (bo.chat.last.text.startswith("With Harmonica"), is_blocked(bo)) == (True, False)


def test_a_group_that_put_the_bot_out_is_no_blocked_chat(telegram: LocalTelegram, bo: Person) -> None:
    group = telegram.group("Lunch", creator=bo)
    bo.add_bot(group)
    telegram.work_off()
    bo.write("/help", group)
    group.remove_bot(bo)
    telegram.work_off()
    assert [raw["sk"]["S"] for kind, raw in stored() if kind.name == keys.CHAT] == []


def test_an_update_that_nobody_can_do_is_given_up_after_five_tries_and_the_next_one_is_done(
    telegram: LocalTelegram, bo: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("never")

    monkeypatch.setitem(vars(routes)["COMMANDS"], "privacy", fail)
    bo.write("/privacy")
    bo.write("/help")
    before = len(bo.chat.answers)
    for _ in range(4):
        telegram.work_off(failing=True)
        assert ([job["update"]["message"]["text"] for job in telegram.failed], len(bo.chat.answers)) == (
            ["/privacy"],
            before,
        )
    telegram.work_off(failing=True)
    assert telegram.failed == []
    (given_up,) = telegram.dead_letters("updates")
    assert given_up["update"]["message"]["text"] == "/privacy"
    assert bo.chat.last.text.startswith("With Harmonica")


def test_while_telegram_takes_nothing_what_it_is_to_be_told_waits(telegram: LocalTelegram, bo: Person) -> None:
    telegram.fail(TelegramFault(SEND, 502, times=8))
    bo.write("/help")
    for _ in range(8):
        telegram.work_off(failing=True)
        assert len(telegram.failed) == 1
    telegram.work_off()
    assert bo.chat.last.text.startswith("With Harmonica")


def test_what_changed_meanwhile_is_not_overwritten(
    telegram: LocalTelegram, bo: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    bo.tap("Deutsch")
    (update,) = telegram.updates()

    def change() -> None:
        with permissions.by_others():
            container.telegram_chats().block(token_of(bo), container.clock().now())

    before_next(monkeypatch, "TransactWriteItems", change)
    handle(update)
    chat = container.telegram_chats().view(token_of(bo), container.clock().now()).chat
    assert (chat.language, chat.is_blocked, chat.version) == ("de", False, 2)


def test_shapes_that_nobody_knows_are_passed_over(telegram: LocalTelegram, bo: Person) -> None:
    before = [raw for _, raw in stored()]
    unknown: tuple[dict[str, Any], ...] = (
        {},
        {"message": {"text": 5}},
        {"edited_channel_post": {}},
        {"message": None},
        {"callback_query": {}},
    )
    for more in unknown:
        handle({"update_id": 5, **more})
    assert [raw for _, raw in stored()] == before
    assert telegram.updates() == []


def test_whoever_sends_is_done_before_another_one_may_and_before_the_message_comes_back() -> None:
    assert HANDLE_UPDATE.timeout < SENDING.total_seconds() < VISIBILITY[UPDATES.name]
    assert VISIBILITY[UPDATES.name] <= 240  # for which a chat is silent where a worker was lost


def test_a_chat_that_nobody_used_for_half_a_year_counts_as_gone_before_it_is_deleted(
    telegram: LocalTelegram, host: Host, bo: Person, clock: FakeClock
) -> None:
    bo.tap("Deutsch")
    telegram.work_off()
    session = host.new_session(questions=[], prompt="Ask.")
    bo.open_link(f"https://t.me/{telegram.bot}?start=s_{session['id'].replace('-', '')}")
    telegram.work_off()
    assert container.telegram_chats().view(token_of(bo), clock.now()).attended.keys() == {session["id"]}
    clock.advance(KEPT_DAYS * 24 * 3600 + 1)
    assert container.telegram_chats().view(token_of(bo), clock.now()) == ChatView(Chat(token_of(bo)))
    assert container.telegram_chats().attendance(token_of(bo), session["id"], clock.now()) is None
    bo.write("/language")
    telegram.work_off()
    assert bo.chat.last.text == "Which language should this bot use with you?"  # not in German
    other = host.new_session(questions=[], prompt="Ask.", topic="Dinner")
    for again in (session, other):
        bo.open_link(f"https://t.me/{telegram.bot}?start=s_{again['id'].replace('-', '')}")
        telegram.work_off()
    view = container.telegram_chats().view(token_of(bo), clock.now())
    assert view.attended.keys() == {session["id"], other["id"]}
