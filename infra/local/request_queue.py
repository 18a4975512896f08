"""The queue in front of the application on this machine.

The local cloud starts a Python process for each request that it handles at the same time, as AWS would, but all on this
machine's few cores. Here only so many requests are handled at once; the others wait in the order in which they came, for
as long as it takes. A function's time begins when it is started, so that waiting here costs a request nothing of it.
"""

import asyncio
import os
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

WORKERS = "WORKERS"
LEAST_WORKERS = 4
WORKERS_A_CORE = 4


def most_workers(environment: dict[str, str]) -> int:
    """How many requests of the application are handled at once: WORKERS, or a few for each core that this process may use."""
    asked = environment.get(WORKERS, "")
    if not asked:
        return max(LEAST_WORKERS, WORKERS_A_CORE * _cores())
    if not asked.isdecimal() or not 0 < int(asked) <= 1000:
        raise SystemExit(f"{WORKERS}={asked} is no number of workers: a number from 1 to 1000 is")
    return int(asked)


def _cores() -> int:
    # Not everywhere; where it is, it knows of containers and of `taskset`.
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class RequestQueue:
    """ASGI application that lets at most `most` requests at a time into another one; first come, first served."""

    def __init__(self, app: App, most: int) -> None:
        self._app = app
        self._most = most
        self._inside = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        messages: asyncio.Queue[Message] = asyncio.Queue()
        admitted = self._join()
        reading = asyncio.create_task(_read(receive, messages))
        try:
            await asyncio.wait({admitted, reading}, return_when=asyncio.FIRST_COMPLETED)
            # Reading ends with the connection: who hung up while waiting is not let in.
            if not reading.done():
                await self._app(scope, messages.get, send)
        finally:
            reading.cancel()
            self._leave(admitted)

    def _join(self) -> asyncio.Future[None]:
        """A place in the queue; done when its turn has come."""
        admitted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(admitted)
        self._admit()
        return admitted

    def _leave(self, admitted: asyncio.Future[None]) -> None:
        """Give back the place, in the queue or behind it."""
        if admitted.done():
            self._inside -= 1
        else:
            self._waiting.remove(admitted)
        self._admit()

    def _admit(self) -> None:
        while self._waiting and self._inside < self._most:
            self._inside += 1
            self._waiting.popleft().set_result(None)


async def _read(receive: Receive, messages: asyncio.Queue[Message]) -> None:
    """Take what comes from the client, so that its end is noticed; the last message is that it is gone."""
    while True:
        message = await receive()
        messages.put_nowait(message)
        if message["type"] == "http.disconnect":
            return
