"""What Telegram hears when it brings an update, and what is queued of it."""

import json
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import EndpointConnectionError

from chalicelib import container
from chalicelib.observability import logger
from chalicelib.settings import settings
from chalicelib.telegram.addresses import chat_token
from chalicelib.telegram.queued_update import unpack
from chalicelib.telegram.update import read_update
from tests.conftest import forget_wiring
from tests.events import Answer, request

PATH = "/telegram/webhook"
SECRET = "a_secret-of-the-webhook"
ANA = {"id": 777000111, "is_bot": False, "first_name": "Ana", "language_code": "pt"}
WORDS = "Nobody may read this"
GROUP = {"id": -1001234567890, "type": "supergroup", "title": "Neighbours", "is_forum": True}
COMMAND = [{"type": "bot_command", "offset": 0, "length": 6}]
CHANNEL = {"id": -1009876543210, "type": "channel", "title": "News"}


def message(update_id: int = 900, **fields: Any) -> dict[str, Any]:
    """An update as Telegram sends it: Ana writes to the bot."""
    private = {"id": ANA["id"], "type": "private", "first_name": "Ana"}
    said = {"message_id": 5, "from": ANA, "chat": private, "date": 1796000000, "text": WORDS, **fields}
    return {"update_id": update_id, "message": said}


def bring(update: object, secret: str | None = SECRET, **headers: str) -> Answer:
    """Telegram calls the webhook."""
    body = update if isinstance(update, bytes) else json.dumps(update).encode()
    if secret is not None:
        headers["X-Telegram-Bot-Api-Secret-Token"] = secret
    return request("POST", PATH, resource=PATH, body=body, headers={"Content-Type": "application/json", **headers})


def queued() -> list[tuple[str, str, Any]]:
    """The group, the id and the update of each message in the queue; they are gone then."""
    sqs: Any = boto3.client("sqs")
    url = settings().queue_urls["updates"]
    found = []
    while got := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"]).get("Messages", []):
        for it in got:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=it["ReceiptHandle"])
            names = it["Attributes"]
            update = json.loads(it["Body"])["update"]
            assert sorted(update) == ["sealed", "update_id"]
            update = unpack(update, container.deployment_secret())
            found.append((names["MessageGroupId"], names["MessageDeduplicationId"], update))
    return found


@pytest.fixture(autouse=True)
def secret(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator has named the webhook's secret."""
    monkeypatch.setenv("TELEGRAM_WEBHOOK_SECRET", SECRET)


def test_an_update_is_queued_by_its_chat_once(subtests: pytest.Subtests) -> None:
    reserved = message(17, text="\ufffe\uffff \U0001f600 \x00")  # SQS takes neither of the first two as they are
    tapped = {"id": "1", "from": ANA, "chat_instance": "8", "data": "session:x"}
    updates = {
        "777000111": [message(), message(901, text=None, voice={"file_id": "-"}), reserved],
        "-1001234567890": [
            message(20, chat=GROUP, is_topic_message=True, message_thread_id=7, text="/setup x", entities=COMMAND),
            message(22, chat=GROUP, text=None, migrate_from_chat_id=-4711),
        ],
        ANA["id"]: [{"update_id": 21, "callback_query": tapped}],  # of a message that is too old to be named
    }
    for chat, brought in updates.items():
        for update in brought:
            with subtests.test(update["update_id"]):
                answers = [bring(update), bring(update, **{"Content-Type": "text/plain"})]
                assert [(answer.status, answer.body) for answer in answers] == [(200, None)] * 2
                (found,) = queued()
                assert found[:2] == (
                    chat_token(int(str(chat)), container.deployment_secret()),
                    str(update["update_id"]),
                )
                assert read_update(found[2]) == read_update(update)


def test_what_people_say_to_each_other_in_a_group_goes_no_further(subtests: pytest.Subtests) -> None:
    """Where the bot is an administrator Telegram sends it all of that."""
    said = message(chat=GROUP)
    came = message(chat=GROUP, text=None, new_chat_members=[ANA])
    forwarded = message(chat=GROUP, text="/setup x", entities=COMMAND, forward_origin={"type": "user"})
    for update in (said, {"update_id": 23, "edited_message": said["message"]}, came, forwarded):
        with subtests.test(str(update)):
            assert (bring(update).status, queued()) == (200, [])


def test_who_does_not_know_the_secret_is_refused_and_nothing_is_queued(subtests: pytest.Subtests) -> None:
    for given in (None, "", "wrong", SECRET[:-1], SECRET + "x", "é"):
        with subtests.test(given):
            answer = bring(message(), given)
            assert (answer.status, answer.body["error"]["code"]) == (401, "unauthorized")
            assert queued() == []


def test_without_a_secret_there_is_no_such_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TELEGRAM_WEBHOOK_SECRET")
    forget_wiring()
    unknown = request("POST", "/telegram/nothing")
    for given in (None, "", SECRET):
        answer = bring(message(), given)
        assert (answer.status, answer.headers, answer.body["error"]["code"]) == (404, unknown.headers, "not_found")
    assert queued() == []


def test_what_no_try_could_take_is_dropped_so_that_it_does_not_come_again(
    subtests: pytest.Subtests, monkeypatch: pytest.MonkeyPatch
) -> None:
    logged: list[Any] = []
    monkeypatch.setattr(logger, "warning", lambda *said, **more: logged.append((said, more)))
    dropped = {
        "no JSON": b"{" + WORDS.encode(),
        "no text": b'{"update_id": 1, "message": "\xff"}',
        "a lone surrogate": json.dumps(message(text="\ud800")).encode(),
        "nested": b"[" * 100_000,
        "a list": [message()],
        "no id": {"message": message()["message"]},
        "an id that is none": {**message(), "update_id": True},
        "too large": message(text=WORDS * 20_000),
        "of a channel": {"update_id": 3, "channel_post": message(chat=CHANNEL)["message"]},
        "of a channel that the bot came into": {
            "update_id": 4,
            "my_chat_member": {
                "chat": CHANNEL,
                "from": ANA,
                "date": 1,
                "old_chat_member": {"status": "left", "user": ANA},
                "new_chat_member": {"status": "administrator", "user": ANA},
            },
        },
        "of nobody": {"update_id": 5, "poll": {"id": "1", "question": WORDS}},
        "of no known shape": message(chat=WORDS),
    }
    for name, update in dropped.items():
        with subtests.test(name):
            assert (bring(update).status, queued()) == (200, [])
            assert WORDS not in str(logged)
    assert len(logged) == len(dropped)


def test_a_queue_out_of_reach_lets_telegram_bring_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(**_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="https://sqs")

    with monkeypatch.context() as patch:
        patch.setattr(vars(container.jobs())["_client"], "send_message", unreachable)
        assert bring(message()).status == 503
    assert bring(message()).status == 200
    assert len(queued()) == 1


def test_a_cold_webhook_makes_three_calls_and_a_warm_one_makes_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TELEGRAM_WEBHOOK_SECRET")
    kept = json.dumps({"bot_token": "1:x", "webhook_secret": SECRET})
    arn = boto3.client("secretsmanager").create_secret(Name="telegram", SecretString=kept)["ARN"]
    monkeypatch.setenv("TELEGRAM_SECRET_ARN", arn)
    forget_wiring()
    calls: list[str] = []
    call: Any = vars(BaseClient)["_make_api_call"]

    def counted(self: Any, name: str, arguments: Any) -> Any:
        calls.append(name)
        return call(self, name, arguments)

    with monkeypatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", counted)
        patch.setattr("http.client.HTTPConnection.connect", lambda _: pytest.fail("a connection past AWS"))
        assert [bring(message(number)).status for number in (900, 901, 17)] == [200] * 3
    assert calls == ["GetSecretValue", "GetSecretValue", "SendMessage", "SendMessage", "SendMessage"]
    assert sorted(update["update_id"] for _, _, update in queued()) == [17, 900, 901]
