"""The stand-in of Telegram with the bot behind it: people and groups act, and `work_off` does all that comes of it.

bo = telegram.person("Bo")
bo.open_link(f"https://t.me/{telegram.bot}?start=…")
telegram.work_off()
assert bo.chat.last.buttons == ["Bo", "Without a name"]
bo.tap("Bo")
"""

import json
from collections.abc import Iterable
from typing import Any

import boto3
from moto.core import DEFAULT_ACCOUNT_ID
from moto.sqs.models import sqs_backends

import app
from chalicelib import container
from chalicelib.settings import settings
from chalicelib.telegram.queued_update import unpack
from chalicelib.telegram.webhook import PATH, SECRET_HEADER
from infra.local.telegram.limits import Fault
from infra.local.telegram.people import Group, Person, new_group, new_person
from infra.local.telegram.state import Telegram
from tests import events, leaks
from tests.clock import FakeClock
from tests.events import Answer, Context

BOT, TOKEN, SECRET = "harmonica_bot", "7000000001:AAH-tests-know-no-real-token", "what-only-Telegram-knows"
# What is done first comes first: words that came together are one turn.
_WORKERS: dict[str, Any] = {
    "updates": app.handle_update,
    "prompts": app.write_prompt,
    "replies": app.reply_in_chat,
    "deliveries": app.deliver,
}


class LocalTelegram:
    """Telegram, and the workers behind the webhook. `server.calls` is what the bot asked for; `failed` the jobs that come back."""

    def __init__(self, clock: FakeClock) -> None:
        self.server = Telegram(BOT, TOKEN, lambda: clock.now().timestamp())
        self.server.state.webhook.secret_token = SECRET
        self.failed: list[dict[str, Any]] = []

    @property
    def bot(self) -> str:
        """The user name of the bot."""
        return BOT

    def person(self, name: str = "Bo", language_code: str = "en") -> Person:
        """Somebody who never wrote to the bot."""
        return new_person(self.server, name, language_code)

    def group(
        self,
        title: str = "Lunch",
        *,
        creator: Person | None = None,
        members: Iterable[Person] = (),
        kind: str = "group",
    ) -> Group:
        """A group without the bot: a `group`, a `supergroup`, or a `forum`, which has topics."""
        return new_group(self.server, title, creator=creator or self.person("Ana"), members=members, kind=kind)

    def fail(self, *faults: Fault) -> None:
        """Have the bot's next calls fail."""
        self.server.fail(*faults)

    def calls(self, method: str) -> list[dict[str, Any]]:
        """The parameters of the calls of a method."""
        return [call.params for call in self.server.calls if call.method.lower() == method.lower()]

    def updates(self) -> list[dict[str, Any]]:
        """What the bot is to be told; nobody else tells it then."""
        found = list(self.server.state.updates)
        self.server.state.updates.clear()
        return found

    def post(self, update: dict[str, Any], secret: str = SECRET) -> Answer:
        """Send the bot an update, as Telegram does."""
        leaks.SAID.note_update(update)
        headers = {"Content-Type": "application/json", SECRET_HEADER: secret}
        return events.request("POST", PATH, resource=PATH, body=json.dumps(update).encode(), headers=headers)

    def work_off(self, *, failing: bool = False) -> None:
        """Tell the bot what happened, and do the jobs that come of it until there are none.

        What fails comes back with the next call. A test that has something fail says so.
        """
        self.failed = []
        self._bring_back()
        while self._tell() or any(self._work(queue) for queue in _WORKERS):
            pass
        if not failing:
            assert self.failed == []
            assert [queue for queue in _WORKERS if self.dead_letters(queue)] == []

    def dead_letters(self, queue: str) -> list[dict[str, Any]]:
        """The jobs of a queue that were given up."""
        return [_opened(message.body) for message in _messages(settings().dead_letters_urls[queue])]

    def waiting(self, queue: str) -> list[dict[str, Any]]:
        """The jobs that a queue holds."""
        return [_opened(message.body) for message in _messages(settings().queue_urls[queue])]

    def _tell(self) -> bool:
        found = self.updates()
        for update in found:
            assert self.post(update).status == 200
        return bool(found)

    def _work(self, queue: str) -> bool:
        """Do one job of a queue, whatever the time; whether there was one."""
        sqs: Any = boto3.client("sqs", region_name="us-east-1")
        url = settings().queue_urls[queue]
        for message in _messages(url):
            message.delayed_until = 0.0
        received = sqs.receive_message(QueueUrl=url, AttributeNames=["All"]).get("Messages", [])
        for message in received:
            told = message["Attributes"]
            record = events.raw_message(
                message["Body"],
                received=int(told["ApproximateReceiveCount"]),
                group=told.get("MessageGroupId", ""),
            )
            record |= {"messageId": message["MessageId"], "receiptHandle": message["ReceiptHandle"]}
            answer = _WORKERS[queue](events.batch(record), Context())
            if answer["batchItemFailures"]:
                self.failed.append(_opened(message["Body"]))
            else:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return bool(received)

    def _bring_back(self) -> None:
        """Have the time pass after which jobs that failed come back."""
        for queue in _WORKERS:
            for message in _messages(settings().queue_urls[queue]):
                message.visible_at = 0.0


def _opened(body: str) -> dict[str, Any]:
    """A job as whoever works it off reads it."""
    job = dict(json.loads(body))
    return job | {"update": unpack(job["update"], container.deployment_secret())} if "update" in job else job


def _messages(queue_url: str) -> list[Any]:
    queues = sqs_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].queues
    return list(queues[queue_url.rpartition("/")[2]]._messages)
