"""The model interface: one request, one reply, whatever stands behind it.

An adapter sees only what a request carries: prompts in text, data in named tags (`tags.py`), tools. So the
scripted adapter works from exactly what a real model is shown.
"""

from collections.abc import Mapping
from typing import Any, Final, Literal, Protocol

from msgspec import Struct, field

from chalicelib.clock import Deadline
from chalicelib.errors import Unavailable

Tier = Literal["small", "medium", "large"]
Task = Literal[
    "turn", "prompt", "digest", "summary", "suggestion", "follow_up", "review", "ask", "ask_of_others", "knowledge"
]
NO_MODEL_SECONDS: Final = 3_600.0  # after which it is worth asking again where there is no model
SCRIPTED: Final = "scripted"  # the provider that is no model, and the name that is stored with what it wrote


class Block(Struct, frozen=True):
    """A piece of a prompt. `cached` puts a cache breakpoint after it, which is kept for five minutes; `shared` one that is kept for
    an hour, for what many conversations begin with."""

    text: str
    cached: bool = False
    shared: bool = False


class ChatMessage(Struct, frozen=True):
    """One entry of the conversation a model is shown.

    The role `system` is steering in mid-conversation, in front of the user's message that it is about. An adapter sends it with
    the authority of a system prompt where the model takes that, else as data in the tag `guidance`.
    """

    role: Literal["user", "assistant", "system"]
    blocks: tuple[Block, ...]


class Tool(Struct, frozen=True):
    """Something the model may call; `schema` is the JSON schema of its input."""

    name: str
    description: str
    schema: Mapping[str, Any]


class ToolCall(Struct, frozen=True):
    """A call the model made; its input is what the model wrote, not yet checked."""

    name: str
    input: Mapping[str, Any]


class Usage(Struct, frozen=True):
    """Tokens of a call: read fresh, read from the cache, written; and what they cost, in millionths of a dollar."""

    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    cost: int = 0

    @property
    def total(self) -> int:
        """All tokens of the call."""
        return self.input_tokens + self.cached_tokens + self.output_tokens

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.input_tokens + other.input_tokens,
            self.cached_tokens + other.cached_tokens,
            self.output_tokens + other.output_tokens,
            self.cost + other.cost,
        )


class Payer(Struct, frozen=True):
    """On whose account a model is asked: an owner's, for a session, or before there is one."""

    owner_id: str
    session_id: str | None = None


class Request(Struct, frozen=True):
    """What is asked of a model, and on whose account. With `must_call`, the reply has to be a call of that tool: it is forced where
    the model allows that, else asked for."""

    task: Task
    tier: Tier
    system: tuple[Block, ...]
    messages: tuple[ChatMessage, ...]
    max_tokens: int
    tools: tuple[Tool, ...] = ()
    must_call: str | None = None
    payer: Payer | None = None


class Reply(Struct, frozen=True):
    """What a model answered; `model` is the name to store with the result."""

    text: str
    model: str
    tool_calls: tuple[ToolCall, ...] = ()
    usage: Usage = field(default_factory=Usage)

    def call(self, name: str) -> ToolCall | None:
        """The first call of this tool, if there was one."""
        return next((call for call in self.tool_calls if call.name == name), None)


class ModelUnavailable(Unavailable):
    """The model gave no usable reply in time; asking again later may work. `usage` is what it cost all the same."""

    usage = Usage()


class ModelRefused(ModelUnavailable):
    """The model's server refuses the request or its key, and will go on doing so until somebody changes something."""


class RequestRefused(ModelRefused):
    """The model's server refuses what the request holds; with less of it, it may be taken."""


class ModelDeclined(ModelUnavailable):
    """The model declined to answer, which is its vendor's rule and not ours. Asked again, it declines again: nobody asks the same
    model the same once more. `category` is why, in its vendor's words, empty where that is not told.
    """

    def __init__(self, message: str, category: str = "") -> None:
        super().__init__(message)
        self.category = category


class ModelCutOff(ModelUnavailable):
    """The model's answer, or what it had to read for it, is longer than it may be; less at a time may work."""


class Model(Protocol):
    """A language model, or the script that stands where there is none: that understands nothing, and writes no summaries."""

    @property
    def understands(self) -> bool:
        """Whether it understands what people write."""
        ...

    def complete(self, request: Request, deadline: Deadline, /) -> Reply:
        """Answer the request before the deadline, or raise ModelUnavailable."""
        ...


def require_model(model: Model, need: str) -> None:
    """Raises Unavailable where a script stands in the place of a model; `need` says what no rule can do: "Suggestions need"."""
    if not model.understands:
        raise Unavailable(f"{need} a language model, and this server runs without one", NO_MODEL_SECONDS)
