"""The queue in front of the application: order, limit, and who leaves it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from infra.local import request_queue
from infra.local.gateway import Gateway
from infra.local.request_queue import RequestQueue, most_workers

Message = dict[str, Any]


class Application:
    """What is behind the queue: notes who came in, and answers when told to."""

    def __init__(self) -> None:
        self.entered: list[str] = []
        self.bodies: dict[str, bytes] = {}
        self._may_answer: dict[str, asyncio.Event] = {}
        self.most = self._inside = 0

    async def __call__(self, scope: Message, receive: Callable[[], Awaitable[Message]], send: Any) -> None:
        name = scope["path"]
        self._inside += 1
        self.most = max(self.most, self._inside)
        self.entered.append(name)
        try:
            self.bodies[name] = (await receive())["body"]
            await self._event(name).wait()
            if "broken" in name:
                raise ValueError(name)
            await send({"type": "http.response.start", "status": 200, "headers": []})
        finally:
            self._inside -= 1

    def answer(self, name: str) -> None:
        self._event(name).set()

    def _event(self, name: str) -> asyncio.Event:
        return self._may_answer.setdefault(name, asyncio.Event())


class Client:
    """A request with a body, that can be given up."""

    def __init__(self, door: Any, name: str, **headers: str) -> None:
        self._messages: asyncio.Queue[Message] = asyncio.Queue()
        self._messages.put_nowait({"type": "http.request", "body": name.encode(), "more_body": False})
        self.sent: list[Message] = []
        scope = {
            "type": "http",
            "method": "GET",
            "path": name,
            "query_string": b"",
            "headers": [(key.encode(), value.encode()) for key, value in headers.items()],
        }
        self.task = asyncio.create_task(door(scope, self._messages.get, self._send))

    async def _send(self, message: Message) -> None:
        self.sent.append(message)

    def hang_up(self) -> None:
        self._messages.put_nowait({"type": "http.disconnect"})


async def settle() -> None:
    """Let everything happen that can."""
    for _ in range(20):
        await asyncio.sleep(0)


def test_only_so_many_are_inside_and_the_others_follow_in_the_order_in_which_they_came() -> None:
    async def scenario() -> None:
        application = Application()
        queue = RequestQueue(application, 2)
        clients = {name: Client(queue, name) for name in "abcde"}
        await settle()
        assert application.entered == ["a", "b"]
        application.answer("b")
        await settle()
        assert application.entered == ["a", "b", "c"]
        for name in "acde":
            application.answer(name)
        await asyncio.gather(*(client.task for client in clients.values()))
        assert application.entered == list("abcde")
        assert application.most == 2
        assert application.bodies == {name: name.encode() for name in "abcde"}
        assert all(client.sent[0]["status"] == 200 for client in clients.values())

    asyncio.run(scenario())


def test_who_hangs_up_while_waiting_leaves_and_lets_nobody_wait_for_them() -> None:
    async def scenario() -> None:
        application = Application()
        queue = RequestQueue(application, 1)
        first, second, third = (Client(queue, name) for name in "abc")
        await settle()
        second.hang_up()
        await settle()
        assert second.task.done()
        application.answer("a")
        await settle()
        assert application.entered == ["a", "c"]
        application.answer("c")
        await asyncio.gather(first.task, third.task)
        assert second.sent == []

    asyncio.run(scenario())


def test_who_hangs_up_inside_keeps_the_place_until_the_work_is_done() -> None:
    async def scenario() -> None:
        application = Application()
        queue = RequestQueue(application, 1)
        first, second = Client(queue, "a"), Client(queue, "b")
        await settle()
        first.hang_up()
        await settle()
        assert application.entered == ["a"]
        application.answer("a")
        await settle()
        assert application.entered == ["a", "b"]
        application.answer("b")
        await asyncio.gather(first.task, second.task)

    asyncio.run(scenario())


def test_a_failure_and_a_cancelled_request_give_their_places_back() -> None:
    async def scenario() -> None:
        application = Application()
        queue = RequestQueue(application, 1)
        broken, cancelled, waiting, last = (Client(queue, name) for name in ("broken", "b", "c", "d"))
        await settle()
        application.answer("broken")
        with pytest.raises(ValueError, match="broken"):
            await broken.task
        await settle()
        assert application.entered == ["broken", "b"]
        waiting.task.cancel()
        cancelled.task.cancel()
        await settle()
        assert application.entered == ["broken", "b", "d"]
        application.answer("d")
        await last.task

    asyncio.run(scenario())


def test_aws_calls_never_wait() -> None:
    async def scenario() -> None:
        cloud = Application()
        gateway = Gateway(cloud, 1)
        people = [Client(gateway, name) for name in ("/a", "/b")]
        call = Client(gateway, "/", authorization="AWS4-HMAC-SHA256 Credential=test/…")
        await settle()
        assert sorted(cloud.entered) == ["/", "/a"]
        for name in ("/", "/a", "/b"):
            cloud.answer(name)
        await asyncio.gather(call.task, *(person.task for person in people))
        assert cloud.entered[-1] == "/b"

    asyncio.run(scenario())


def test_the_number_of_workers_is_a_few_a_core_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    for cores, workers in ((1, 4), (2, 8), (8, 32)):
        monkeypatch.setattr(request_queue, "_cores", lambda cores=cores: cores)
        assert most_workers({}) == workers
    assert most_workers({"WORKERS": "3"}) == 3


@pytest.mark.parametrize("asked", ["0", "-1", "many", "1001", "²"])
def test_a_number_of_workers_that_is_none_is_refused_in_a_sentence(asked: str) -> None:
    with pytest.raises(SystemExit, match="is no number of workers"):
        most_workers({"WORKERS": asked})
