"""Answers that fail or come late: on demand, and by how much the Bot API lets through."""

from collections import defaultdict, deque

from msgspec import Struct

from infra.local.telegram.errors import TooManyRequests

OVERALL, IN_A_GROUP, IN_A_CHAT = (30, 1.0), (20, 60.0), (1, 1.0)  # messages, and seconds
BURST = 3  # messages that a chat takes beyond one a second


class Fault(Struct):
    """How calls of a method fail (of any, without one), in one chat or in all, so many times.

    With `retry_after` the answer is 429, else `status` and `description`; `status` 0 closes the connection, 200 is
    merely late. `seconds` pass before. With `is_done` it is done all the same: the answer is lost on the way.
    """

    method: str = ""
    status: int = 500
    description: str = "Internal Server Error"
    retry_after: int = 0
    seconds: float = 0.0
    chat_id: int | None = None
    times: int = 1
    is_done: bool = False
    parameters: dict[str, int] = {}


class Rates:
    """What was sent when."""

    def __init__(self) -> None:
        self._sent: dict[str, deque[float]] = defaultdict(deque)

    def count(self, chat_id: int, now: float) -> None:
        """Count a message. Raises TooManyRequests, and counts nothing then."""
        chat = (IN_A_CHAT[0] + BURST, IN_A_CHAT[1] + BURST) if chat_id > 0 else IN_A_GROUP
        for name, (most, seconds) in (("", OVERALL), (str(chat_id), chat)):
            sent = self._sent[name]
            while sent and sent[0] <= now - seconds:
                sent.popleft()
            if len(sent) >= most:
                raise TooManyRequests(max(1, round(sent[0] + seconds - now)))
        for name in ("", str(chat_id)):
            self._sent[name].append(now)
