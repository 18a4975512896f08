"""The application in one process, before an AWS in memory: `python -m tests.memory_application`.

For what is asked of pages rather than of a cloud. The same handlers as behind API Gateway, through Chalice's own local server, and
the jobs that follow from what is stored, in a thread. It takes the variables of `make run`, and leaves the same notes in LOCAL_DIR.
At /_aws/ it does for tests what they ask of AWS, at /_admin/ what they ask of `infra.admin`, and at /_mails/ it shows what was sent.
"""

import contextlib
import io
import json
import logging
import os
import secrets
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import boto3
from botocore.client import BaseClient
from chalice import local as chalice_local
from chalice.config import Config
from chalice.local import ChaliceRequestHandler, ForbiddenError, LocalChalice, LocalDevServer, LocalGateway
from moto import mock_aws
from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.ses.models import ses_backends

from app import app
from chalicelib import container
from chalicelib.store import database
from infra import admin
from infra.local import instance, mailbox, seed
from infra.local.cloud import HOST
from infra.local.instance import Instance, write_private
from infra.local.telegram import state as stand_in
from tests.clock import FakeClock
from tests.events import Context, Event, api_event, change
from tests.quick_moto import quicken_moto
from tests.stack_in_memory import make_stack
from tests.workers.delivery import Call, QueuedMessage, Queues, Streams

READS = ("GetItem", "BatchGetItem", "Query", "Scan")
_one_at_a_time = threading.RLock()  # of the calls of an AWS that is not made for threads


class RealTime(FakeClock):
    """The clock of queues that nobody moves on."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def advance(self, seconds: float) -> None:
        """It does that by itself."""


class StreamsOfKeys(Streams):
    """Looks at the items that a call names, and not at all there are: here are those of hundreds of sessions."""

    def wrap(self, call: Call) -> Call:
        def through(operation: str, arguments: dict[str, Any]) -> Any:
            named = [(table, key) for table, key in _written(operation, arguments) if table in self.waiting]
            before = [_stored(table, key) for table, key in named]
            try:
                return call(operation, arguments)
            finally:
                for (table, key), old in zip(named, before, strict=True):
                    self.waiting[table] += _records(old, _stored(table, key), with_old=table == "sessions")

        return through


def _written(operation: str, arguments: dict[str, Any]) -> Iterator[tuple[str, tuple[str, str]]]:
    """The table and the key of each item that a call may write."""
    for table, requests in arguments.get("RequestItems", {}).items() if operation == "BatchWriteItem" else ():
        for request in requests:
            (given,) = request.values()
            yield table, _key(given.get("Item") or given["Key"])
    for given in (it for one in arguments.get("TransactItems", ()) for it in one.values()):
        yield given["TableName"], _key(given.get("Item") or given["Key"])
    if operation in ("PutItem", "UpdateItem", "DeleteItem"):
        yield arguments["TableName"], _key(arguments.get("Item") or arguments["Key"])


def _key(item: dict[str, Any]) -> tuple[str, str]:
    return item.get("session_id", {}).get("S", ""), item.get("part", {}).get("S", "")


def _stored(table: str, key: tuple[str, str]) -> Any:
    own, part = (DynamoType({"S": it}) for it in key)
    return dynamodb_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].tables[table].items.get(own, {}).get(part)


def _records(old: Any, new: Any, *, with_old: bool) -> Iterator[Event]:
    """The record of a change; one that changes nothing has none."""
    was, now = (dict(it.to_json()["Attributes"]) if it else None for it in (old, new))
    if old is not new and was != now:
        record = change("INSERT" if was is None else "REMOVE" if now is None else "MODIFY", now, was)
        if not with_old:
            record["dynamodb"].pop("OldImage", None)
        yield record


class QueuesOfAll(Queues):
    """Requests send messages while a job is done: which of them follow from which message is not told apart here."""

    def next_ones(self) -> list[QueuedMessage]:
        for queued in self.waiting:
            queued.rounds = dict.fromkeys(queued.rounds, 1)
        return super().next_ones()


class Jobs(threading.Thread):
    """Does what streams and queues bring, when its time has come."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._streams, self._queues = StreamsOfKeys(), QueuesOfAll(RealTime())
        self._news = threading.Event()
        dynamodb: Any = database.connection().client
        dynamodb._make_api_call = self._heard(self._streams.wrap(dynamodb._make_api_call))
        vars(container.jobs())["_client"]._make_api_call = self._heard(self._queues.call)

    def run(self) -> None:
        """Do it, and wait for more; a job that fails comes again."""
        while True:
            self._news.clear()
            try:
                self._carry()
                pause = self._deliver()
            except Exception:
                logging.exception("a job failed")
                pause = 1.0
            self._news.wait(pause)

    def _heard(self, call: Call) -> Call:
        def through(operation: str, arguments: dict[str, Any]) -> Any:
            with _one_at_a_time:
                try:
                    return call(operation, arguments)
                finally:
                    if operation not in READS:
                        self._news.set()

        return through

    def _carry(self) -> None:
        for table in self._streams.waiting:
            with _one_at_a_time:
                records = list(self._streams.waiting[table])
            if records:
                self._streams.deliver(table, records)
                with _one_at_a_time:
                    self._streams.done_with(table, records)

    def _deliver(self) -> float | None:
        """Do what is due; the seconds until something else is, None where nothing waits."""
        now = datetime.now(UTC)
        with _one_at_a_time:
            waiting = self._queues.next_ones()
        for queued in waiting:
            if queued.visible_at <= now:
                self._queues.deliver(queued)
                self._news.set()
        return min((max(0.0, (it.visible_at - now).total_seconds()) for it in waiting), default=None)


class Gateway(LocalGateway):  # type: ignore[misc]  # Chalice has no types
    """Chalice's own, with the route for unknown paths, and with doors of AWS and of the operator for tests."""

    def handle_request(self, method: str, path: str, headers: dict[str, str], body: bytes | None) -> dict[str, Any]:
        """Answers a request as API Gateway does."""
        for door, ask in _DOORS.items():
            if path.startswith(door):
                answer = ask(path.removeprefix(door), json.loads(body or b"null"))
                return {"statusCode": 200, "headers": {}, "multiValueHeaders": {}, "body": answer}
        try:
            return dict(super().handle_request(method, path, headers, body))
        except ForbiddenError:
            event = api_event(method, path.partition("?")[0], headers=headers, address=HOST)
            return dict(app(event, Context()))


class Handler(ChaliceRequestHandler):  # type: ignore[misc]
    """Chalice's own."""

    disable_nagle_algorithm = True
    wbufsize = -1  # an answer is one write

    def log_message(self, *_: Any) -> None:
        """Tests look for what people say in what is logged, and addresses hold some of it."""


def _ask_aws(asked: str, given: dict[str, Any]) -> str:
    service, operation = asked.split("/")
    client: Any = boto3.client(service)  # type: ignore[call-overload]
    return json.dumps(getattr(client, operation)(**given), default=str)


def _administer(_: str, arguments: list[str]) -> str:
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        admin.main(arguments)
    return printed.getvalue()


def _mails_to(_: str, address: str) -> str:
    sent = ses_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].sent_messages
    return json.dumps([str(mail.body) for mail in sent if address in mail.destinations["ToAddresses"]])


_DOORS: dict[str, Callable[[str, Any], str]] = {"/_aws/": _ask_aws, "/_admin/": _administer, "/_mails/": _mails_to}


def _lock_calls() -> None:
    unlocked: Callable[..., Any] = BaseClient._make_api_call  # type: ignore[attr-defined]

    def call(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        with _one_at_a_time:
            return unlocked(client, operation, arguments)

    BaseClient._make_api_call = call  # type: ignore[attr-defined]


def _settings(port: int) -> dict[str, str]:
    """The variables that a function of the local cloud would get."""
    found = {
        "STAGE": "local",
        "PUBLIC_URL": f"http://{HOST}:{port}",
        "MAIL_FROM": mailbox.SENDER,
        "DEMO_SIGN_IN": f"{seed.DEMO_HOST} {secrets.token_urlsafe(32)}",
        **make_stack(),
    }
    if os.environ.get("TELEGRAM"):
        found |= {"TELEGRAM_BOT": stand_in.BOT, "TELEGRAM_API_URL": f"http://{HOST}:{os.environ['TELEGRAM_PORT']}"}
    if os.environ.get("OWN_MODELS") == "yes":
        found["OWN_MODELS_KEY"] = boto3.client("kms").create_key()["KeyMetadata"]["Arn"]
    return found


def _leave_notes(folder: Path, port: int) -> None:
    """What `make run` leaves for other programs."""
    outputs = {
        output: os.environ.get(name, name.removesuffix("_TABLE").lower()) for name, output in instance.SETTINGS.items()
    }
    parameters = {"TelegramApiUrl": os.environ.get("TELEGRAM_API_URL", "")}
    made = Instance(str(folder), port, parameters, outputs)
    instance.save(made)
    instance.activate = lambda: made  # which this process is
    user = admin.find_or_create_user(seed.DEMO_HOST, "Demo host")
    write_private(folder / seed.HOST_FILE, user)
    key = admin.mint_key(user, "demo", seed.DEMO_RATE)
    write_private(folder / seed.ENVIRONMENT_FILE, f"HARMONICA_API_URL={made.url}\nHARMONICA_API_KEY={key}\n")


def main() -> None:
    """Serve until the process that started this is gone."""
    parent, port, folder = os.getppid(), int(os.environ["PORT"]), Path(os.environ["LOCAL_DIR"])
    quicken_moto()
    _lock_calls()
    chalice_local.LocalGateway = Gateway
    # As in Chalice's own local server: each thread has the request that it answers.
    type(app)._THREAD_LOCAL, type(app).current_request = threading.local(), LocalChalice.current_request
    with mock_aws():
        os.environ |= _settings(port)
        boto3.client("s3").create_bucket(Bucket=os.environ["EXPORTS_BUCKET"])
        boto3.client("ses").verify_email_identity(EmailAddress=mailbox.SENDER)
        Jobs().start()
        _leave_notes(folder, port)
        server = LocalDevServer(app, Config.create(lambda_timeout=28), HOST, port, handler_cls=Handler)
        threading.Thread(target=partial(server.server.serve_forever, 60), daemon=True).start()
        print(f"Harmonica runs at http://{HOST}:{port}", flush=True)
        while os.getppid() == parent:
            time.sleep(1)
    sys.exit()


if __name__ == "__main__":
    main()
