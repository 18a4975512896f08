"""One exchange with a provider of models: what goes to it, what comes back, and how it fails, in no vendor's words.

`calls.py` knows deadlines, second tries and money, a provider knows one API. Nothing here knows what is asked or why.
"""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Final, Literal, Protocol

from msgspec import Struct, field

from chalicelib.llm.interface import Request, ToolCall, Usage
from chalicelib.settings import SettingMissing

# How an answer ended: whole; too long; the model declined; it wants to go on with what it has; of no form that means anything.
Ending = Literal["whole", "cut_off", "declined", "paused", "malformed"]
Effort = Literal["low", "medium", "high"]

CONNECT: Final = 3.0  # seconds
MOST_CLAIMED: Final = 2_000_000  # tokens of one call that a server may tell of


class Question(Struct, frozen=True):
    """What one call asks of one model, in so many tokens. `plain` leaves out what only some models take; `effort` is the task's own
    where it is not given; `begun` is what a paused answer of the same model had come to."""

    request: Request
    model: str
    max_tokens: int
    plain: bool = False
    effort: Effort | None = None
    begun: tuple[Any, ...] = ()


class Answer(Struct, frozen=True):
    """What a model said. `category` is why it declined, `begun` what a paused one has to be sent back."""

    ending: Ending
    text: str = ""
    calls: tuple[ToolCall, ...] = ()
    usage: Usage = field(default_factory=Usage)
    category: str = ""
    begun: tuple[Any, ...] = ()


class ProviderFailure(Exception):
    """A call that gave no answer: the server's status, or a connection that broke or took too long. `name` is for the log, and
    nothing of the server's `words` is: they may quote what people wrote, or the key."""

    def __init__(
        self,
        name: str,
        *,
        status: int | None = None,
        timed_out: bool = False,
        retry_after: float | None = None,
        words: str = "",
    ) -> None:
        super().__init__(name)
        self.name = name
        self.status = status
        self.timed_out = timed_out
        self.retry_after = retry_after
        self.words = words

    @property
    def refuses_key(self) -> bool:
        """Whether it is about who asks."""
        return self.status in (401, 403)

    @property
    def passes(self) -> bool:
        """Whether another model may answer now: after a rate limit, a fault of the server, a broken connection; not a time-out."""
        if self.status is None:
            return not self.timed_out
        return self.status == 429 or self.status >= 500

    @property
    def lasts(self) -> bool:
        """Whether it will not pass by itself."""
        return self.status is not None and 300 <= self.status < 500 and self.status not in (408, 429)


class Provider(Protocol):
    """One API with models behind it."""

    def prepare(self) -> "Future[Any] | None":
        """Begin what takes seconds, such as to import a client; None where nothing does."""
        ...

    def connect(self) -> None:
        """Have a client with a key. Raises SettingMissing where there is none that could be sent, Unavailable where it cannot be read."""
        ...

    def forget(self) -> None:
        """Drop the client with its key, which was refused: the next one reads the key anew."""
        ...

    def send(self, question: Question, seconds: float) -> Answer:
        """One call. Raises ProviderFailure."""
        ...

    def is_plain(self, question: Question) -> bool:
        """Whether a question has nothing that its plain form is without."""
        ...

    def list_models(self, seconds: float) -> tuple[str, ...]:
        """The names of the models that may be asked there. Raises ProviderFailure."""
        ...


def sendable_key(read: Callable[[], str]) -> str:
    """The key that this reads, as it can stand in a header. Raises SettingMissing where there is none."""
    key = read().strip()
    if not key or not key.isascii() or not key.isprintable():
        raise SettingMissing("there is no key that could be sent")
    return key


def claimed(tokens: object) -> int:
    """A number of tokens as a server claims it, within what one call can have."""
    return min(max(tokens, 0), MOST_CLAIMED) if isinstance(tokens, int) else 0
