"""Sending to Telegram: what people see, and what becomes of what Telegram doesn't take."""

import json
import logging
import traceback

import boto3
import pytest

from chalicelib import container, telegram_api
from chalicelib.errors import Unavailable
from chalicelib.model.telegram import AnswerTap, Button, Edit, Send, ShowTyping
from chalicelib.services.delivery.telegram_pace import PER_GROUP, PER_SECOND
from chalicelib.settings import SettingMissing
from chalicelib.telegram_api import GENERAL_TOPIC, ChatGone, GroupMigrated, RequestRefused, TelegramApi, TokenRefused
from infra.local.telegram.limits import Fault
from infra.local.telegram.people import Person
from tests.clock import FakeClock
from tests.conftest import forget_wiring
from tests.telegram.local_telegram import TOKEN, LocalTelegram

WORDS = "Nobody may read this"
BUTTONS = ((Button("Yes", "group:yes"), Button("Page", url="https://a.example/")), (Button("No", "group:no"),))


@pytest.fixture
def bo(telegram: LocalTelegram) -> Person:
    """Somebody who has started the bot."""
    person = telegram.person("Bo")
    person.write("/start")
    return person


def api() -> TelegramApi:
    return container.telegram_api()


def test_a_message_has_its_marks_and_buttons_and_no_preview(telegram: LocalTelegram, bo: Person) -> None:
    html = '<b>Lunch</b> &amp; more: <a href="https://a.example/">page</a>'
    message_id = api().send(Send(bo.id, html, BUTTONS))
    last = bo.chat.last
    assert (last.message_id, last.text, last.rows) == (message_id, "Lunch & more: page", [["Yes", "Page"], ["No"]])
    assert last.links == {"page": "https://a.example/", "Page": "https://a.example/"}
    (call,) = telegram.calls("sendMessage")
    assert json.loads(call["link_preview_options"]) == {"is_disabled": True}


def test_a_topic_is_kept(telegram: LocalTelegram) -> None:
    ana = telegram.person("Ana")
    forum = telegram.group("Street", creator=ana, kind="forum")
    topic = forum.add_topic("Lunch")
    ana.add_bot(forum)
    api().send(Send(forum.id, "Here", topic_id=topic))
    assert forum.last.topic == topic
    api().send(Send(forum.id, "For all", topic_id=GENERAL_TOPIC))
    assert [(it.text, it.topic) for it in forum.answers][1:] == [("For all", None)]


def test_a_long_message_comes_in_parts_with_the_buttons_below_the_last(bo: Person) -> None:
    paragraph = "<i>One 😀 thing.</i> " * 100
    message_id = api().send(Send(bo.id, "\n\n".join([paragraph] * 4), BUTTONS))
    first, *_, last = bo.chat.answers
    assert (last.message_id, last.buttons, first.buttons) == (message_id, ["Yes", "Page", "No"], [])
    assert "".join(it.text for it in bo.chat.answers).count("thing.") == 400


def test_what_telegram_cannot_read_is_sent_without_marks(bo: Person) -> None:
    api().send(Send(bo.id, f"<blink>{WORDS}</blink> &amp; more", BUTTONS))
    assert (bo.chat.last.text, bo.chat.last.buttons) == (f"{WORDS} & more", ["Yes", "Page", "No"])
    api().send(Edit(bo.id, bo.chat.last.message_id, "<blink>Other</blink> words"))
    assert (bo.chat.last.text, bo.chat.last.buttons) == ("Other words", [])


def test_a_message_comes_without_an_address_that_telegram_takes_for_none(telegram: LocalTelegram, bo: Person) -> None:
    why = "Bad Request: inline keyboard button URL 'http://a' is invalid: Wrong HTTP URL"
    telegram.fail(Fault("sendMessage", 400, why), Fault("editMessageText", 400, why))
    message_id = api().send(Send(bo.id, "Here", BUTTONS))
    assert (bo.chat.last.text, bo.chat.last.rows) == ("Here", [["Yes"], ["No"]])
    api().send(Edit(bo.id, message_id, "There", BUTTONS))
    assert (bo.chat.last.text, bo.chat.last.rows) == ("There", [["Yes"], ["No"]])


def test_a_message_is_changed_as_often_as_one_likes(bo: Person) -> None:
    message_id = api().send(Send(bo.id, "One", BUTTONS))
    for _ in range(2):  # the second time there is nothing to change
        assert api().send(Edit(bo.id, message_id, buttons=(BUTTONS[1],))) == message_id
    assert (bo.chat.last.text, bo.chat.last.buttons) == ("One", ["No"])
    with pytest.raises(RequestRefused, match="message to edit not found"):
        api().send(Edit(bo.id, 999, "Two"))


def test_a_tap_that_is_too_old_is_let_be(bo: Person) -> None:
    assert api().send(AnswerTap("4711", "Long ago")) == 0


def test_typing_is_shown_and_not_worth_a_second_try(telegram: LocalTelegram, bo: Person) -> None:
    api().send(ShowTyping(bo.id))
    assert bo.chat.is_typing
    telegram.fail(Fault("sendChatAction"))
    assert api().send(ShowTyping(bo.id)) == 0


@pytest.mark.parametrize(
    ("fault", "waits"),
    [
        (Fault(retry_after=7), 7),
        (Fault(status=502, description="Bad Gateway"), 2),
        (Fault(status=0), 2),
        (Fault(status=200, seconds=0.3), 2),
    ],
    ids=["429", "502", "hung up", "slow"],
)
def test_what_passes_is_told_with_the_time_to_wait(
    telegram: LocalTelegram, bo: Person, monkeypatch: pytest.MonkeyPatch, fault: Fault, waits: float
) -> None:
    if fault.seconds:
        monkeypatch.setattr(telegram_api, "READ_SECONDS", fault.seconds / 3)
    telegram.fail(fault)
    with pytest.raises(Unavailable) as caught:
        api().send(Edit(bo.id, 1))
    assert caught.value.retry_after == waits
    assert len(telegram.calls("editMessageReplyMarkup")) == 1


@pytest.mark.parametrize(
    ("status", "description", "kind"),
    [
        (403, "Forbidden: bot was blocked by the user", ChatGone),
        (403, "Forbidden: user is deactivated", ChatGone),
        (403, "Forbidden: bot was kicked from the supergroup chat", ChatGone),
        (400, "Bad Request: chat not found", ChatGone),
        (400, "Bad Request: not enough rights to send text messages to the chat", ChatGone),
        (400, "Bad Request: need administrator rights in the channel chat", ChatGone),
        (400, "Bad Request: CHAT_WRITE_FORBIDDEN", ChatGone),
        (400, "Bad Request: TOPIC_CLOSED", RequestRefused),
        (400, "Bad Request: message thread not found", RequestRefused),
    ],
)
def test_what_does_not_pass_is_told_with_what_telegram_says(
    telegram: LocalTelegram, bo: Person, status: int, description: str, kind: type[Exception]
) -> None:
    telegram.fail(Fault("sendMessage", status, description))
    with pytest.raises(RequestRefused) as caught:
        api().send(Send(bo.id, WORDS))
    assert type(caught.value) is kind
    assert caught.value.description == description


def test_a_group_that_moved_is_told_with_where_it_is(telegram: LocalTelegram) -> None:
    ana = telegram.person("Ana")
    lunch = telegram.group("Lunch", creator=ana)
    ana.add_bot(lunch)
    moved = {"migrate_to_chat_id": -1001}
    telegram.fail(
        Fault("sendMessage", 400, "Bad Request: group chat was upgraded to a supergroup chat", parameters=moved)
    )
    with pytest.raises(GroupMigrated) as caught:
        api().send(Send(lunch.id, "Here"))
    assert caught.value.group_id == -1001


def test_what_somebody_is_in_a_group_and_what_it_is_called(telegram: LocalTelegram, bo: Person) -> None:
    ana = telegram.person("Ana")
    lunch = telegram.group("Lunch", creator=ana, members=[bo])
    ana.add_bot(lunch)
    asked = [api().member_status(lunch.id, who) for who in (ana.id, bo.id, telegram.person("Cy").id, 1)]
    assert asked == ["creator", "member", "left", "left"]
    assert api().chat_title(lunch.id) == "Lunch"


def test_a_group_gets_so_many_messages_a_minute_over_all_containers(telegram: LocalTelegram, clock: FakeClock) -> None:
    ana = telegram.person("Ana")
    lunch, other = telegram.group("Lunch", creator=ana), telegram.group("Other", creator=ana)
    ana.add_bot(lunch)
    ana.add_bot(other)
    telegram.server.rates = None
    for _ in range(PER_GROUP):
        api().send(Send(lunch.id, "Here"))
    container.telegram_api.cache_clear()
    with pytest.raises(Unavailable) as caught:
        api().send(Send(lunch.id, "Here"))
    assert 0 < caught.value.retry_after <= 60
    api().send(Send(other.id, "Here"))
    clock.advance(caught.value.retry_after)
    api().send(Send(lunch.id, "Here"))
    assert len(lunch.answers) == PER_GROUP + 1


def test_the_bot_waits_for_the_next_second_when_it_has_sent_its_messages(
    telegram: LocalTelegram, bo: Person, clock: FakeClock
) -> None:
    telegram.server.rates = None
    for _ in range(PER_SECOND + 1):
        api().send(Send(bo.id, "Here"))
    assert 0 < clock.slept < 2
    assert len(bo.chat.answers) == PER_SECOND + 1


def test_a_token_that_was_changed_is_read_again(
    telegram: LocalTelegram, bo: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = boto3.client("secretsmanager")
    stored = json.dumps({"bot_token": "7000000001:older", "webhook_secret": "x"})
    arn = secret.create_secret(Name="bot", SecretString=stored)["ARN"]
    monkeypatch.delenv("TELEGRAM_BOT_TOKEN")
    monkeypatch.setenv("TELEGRAM_SECRET_ARN", arn)
    forget_wiring()
    with pytest.raises(TokenRefused):
        api().send(Send(bo.id, "One"))
    secret.put_secret_value(SecretId=arn, SecretString=stored.replace("7000000001:older", TOKEN))
    api().send(Send(bo.id, "Two"))
    assert [it.text for it in bo.chat.answers] == ["Two"]
    monkeypatch.delenv("TELEGRAM_SECRET_ARN")
    forget_wiring()
    with pytest.raises(SettingMissing, match="TELEGRAM_BOT_TOKEN"):
        api()


@pytest.mark.parametrize(
    "fault",
    [
        Fault(retry_after=7),
        Fault(status=502, description=WORDS),
        Fault(status=0),
        Fault(status=401, description="Unauthorized"),
        Fault(status=400, description=f'Bad Request: can\'t parse: "{WORDS}" at byte 5'),
    ],
    ids=["429", "502", "hung up", "401", "400"],
)
def test_neither_the_token_nor_words_are_in_an_error_or_a_log(
    telegram: LocalTelegram,
    bo: Person,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    fault: Fault,
) -> None:
    caplog.set_level(logging.DEBUG)
    sends: tuple[Send | Edit | AnswerTap, ...] = (Send(bo.id, WORDS), Edit(bo.id, 1, WORDS), AnswerTap("1", WORDS))
    for outgoing in sends:
        telegram.fail(fault)
        with pytest.raises((RequestRefused, Unavailable)) as caught:
            api().send(outgoing)
        told = "".join(traceback.format_exception(caught.value, chain=True))
        assert (caught.value.__cause__, caught.value.__context__) == (None, None)
        for secret in (TOKEN, TOKEN.partition(":")[2], WORDS):
            assert secret not in told + caplog.text + "".join(capfd.readouterr())
