"""The Anthropic adapter: the real SDK, which a thread imports from the moment on that a container may need it.

One rule for time: a chat turn gets 15 s for its first try, and a failure that comes fast (under 3 s) goes once to the
small tier with what remains of the deadline; everything else has its whole deadline and is tried again by its queue. No
call takes longer than its time, not even one that drips. A reply that was cut off, refused, says nothing that can be used
or lacks the call it had to make is asked for once more; half a reply is never handed on.

Current models reject a forced tool choice and think before they answer. So the prompts ask for the call, this adapter
checks that it came, and effort keeps the thinking short.
"""

import os
import re
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from functools import cache
from importlib import import_module
from json import JSONDecodeError
from types import ModuleType
from typing import TYPE_CHECKING, Final, TypeVar

from msgspec import Struct, field, json
from msgspec.structs import replace

from chalicelib.background import begin
from chalicelib.clock import Deadline
from chalicelib.errors import Unavailable
from chalicelib.llm import messages_api
from chalicelib.llm.interface import (
    Block,
    ChatMessage,
    ModelCutOff,
    ModelDeclined,
    ModelRefused,
    ModelUnavailable,
    Reply,
    Request,
    RequestRefused,
    Tier,
    ToolCall,
    Usage,
)
from chalicelib.llm.prices import most_of, price_of, reading
from chalicelib.observability import logger
from chalicelib.settings import DEFAULT_MODEL_SERVER, SettingMissing, Settings

if TYPE_CHECKING:
    from anthropic import Anthropic, APIError
    from anthropic.types import Message

T = TypeVar("T")

FIRST_TRY: Final = 15.0
FAST: Final = 3.0
CONNECT: Final = 3.0
NO_KEY: Final = "none"  # what a server of one's own is sent where it has not been given a key; most ask for none
LEAST: Final = 0.5  # with less time than this a call is not worth starting
MOST_CHARACTERS: Final = 100_000  # of a reply; more than its tokens can be, and less than an item of DynamoDB holds
MOST_CLAIMED: Final = 2_000_000  # tokens of one call that a server may tell of
MOST_TOKENS: Final = 21_000  # above it, the SDK wants streaming

_WHOLE = ("end_turn", "tool_use", "stop_sequence")
_REFUSED_REQUEST = (400, 413)  # for what it holds; the others for who asks, or for which model
_CUT_OFF = ("max_tokens", "model_context_window_exceeded")


class AnthropicModel:
    """A Model behind the Messages API: Anthropic's own, or any server that ANTHROPIC_BASE_URL names.

    The key comes from ANTHROPIC_API_KEY, else from the secret, whose reader raises SettingMissing where there is none. It
    is kept until it is refused; the next call then reads the key anew, so that a replaced one works. Another server than
    Anthropic's needs none.
    """

    name = "anthropic"
    understands = True

    def __init__(self, settings: Settings, read_secret: Callable[[str], str]) -> None:
        self._models: Mapping[Tier, str] = {
            "small": settings.model_small,
            "medium": settings.model_medium,
            "large": settings.model_large,
        }
        self._secret_arn = settings.anthropic_secret_arn
        self._read_secret = read_secret
        self._connected: Anthropic | None = None
        _sdk()

    def complete(self, request: Request, deadline: Deadline) -> Reply:
        """Answer before the deadline, with one successful call."""
        _wait_for_sdk(request, deadline)
        client = self._client(request)
        attempt = Attempt(self._models[request.tier], request.max_tokens, FIRST_TRY if request.task == "turn" else None)
        try:
            return self._reply(client, request, attempt, deadline)
        except ModelUnavailable as error:
            error.usage = attempt.usage
            raise

    def most_of(self, request: Request) -> int:
        """What a request may cost at most, in millionths of a dollar."""
        written = request.max_tokens + _again(request.max_tokens)
        return most_of(request, self._models[request.tier], written)

    def _reply(self, client: "Anthropic", request: Request, attempt: "Attempt", deadline: Deadline) -> Reply:
        """A whole reply, asked for twice at most."""
        while True:
            message = self._answer(client, request, attempt, deadline)
            attempt.usage += _usage_of(message, attempt.model)
            if _stop_reason(message) == "refusal":
                self._decline(request, message, attempt)
                continue
            if reply := _whole(request, message, attempt):
                return reply
            logger.warning(
                "model reply unusable",
                extra={"model": attempt.model, "task": request.task, "stop_reason": _stop_reason(message)},
            )
            if attempt.asked_again:
                raise _unavailable(request, kind=ModelCutOff if _stop_reason(message) in _CUT_OFF else ModelUnavailable)
            attempt.again(_again(attempt.tokens))
            request = _with_note(request, message)

    def _decline(self, request: Request, message: "Message | str", attempt: "Attempt") -> None:
        """Go to the small tier with a turn that its own model declined. Raises ModelDeclined where it has no other to go to."""
        category = str(getattr(getattr(message, "stop_details", None), "category", None) or "")
        extra = {"event": "model_declined", "task": request.task, "model": attempt.model, "category": category}
        logger.error("model declined", extra=extra)
        other = self._models["small"]
        if request.task != "turn" or attempt.fell_back or other == attempt.model:
            raise ModelDeclined("The language model declined to answer", category)
        attempt.fall_back(other)

    def _answer(self, client: "Anthropic", request: Request, attempt: "Attempt", deadline: Deadline) -> "Message | str":
        """What the model says, from the small tier where a turn's own failed fast."""
        while True:
            before = deadline.remaining()
            if before < LEAST:
                raise _unavailable(request)
            try:
                return self._send(client, request, attempt, min(before, attempt.limit or before))
            except (TimeoutError, _api_error()) as error:
                if _refuses_key(error):
                    self._connected = None
                if isinstance(error, TimeoutError) or type(error).__name__ == "APITimeoutError":
                    # What was begun goes on there, and is paid for: what it read, at least.
                    attempt.usage += Usage(cost=reading(request, attempt.model))
                if _loosened(request, attempt, error):
                    continue
                fast = before - deadline.remaining() < FAST
                if request.task != "turn" or attempt.fell_back or not fast or not _passes(error):
                    raise _failure(request, error) from error
                logger.warning(
                    "model failed fast, going to the small tier",
                    extra={"model": attempt.model, "error": type(error).__name__},
                )
                attempt.fall_back(self._models["small"])

    def _client(self, request: Request) -> "Anthropic":
        """The SDK's client, made when there is a key. A missing one is the operator's to set: an alarm counts this event."""
        client = self._connected
        if client is None:
            try:
                key = self._key()
            except SettingMissing as error:
                logger.error(
                    "model key missing",
                    extra={"event": "model_key_missing", "task": request.task, "reason": str(error)},
                )
                message = "The facilitator has no API key: the operator of this server has to set it"
                raise ModelUnavailable(message, retry_after=60) from error
            except Unavailable as error:
                logger.warning("model key unreadable", extra={"event": "model_failed", "task": request.task})
                raise _unavailable(request) from error
            from anthropic import Anthropic
            from httpx2 import Client

            # The SDK's own client obeys HTTP_PROXY whatever it is told, which breaks servers on this machine.
            http = Client(trust_env=False)
            client = Anthropic(
                api_key=key, base_url=_other_server() or DEFAULT_MODEL_SERVER, max_retries=0, http_client=http
            )
            self._connected = client
        return client

    def _key(self) -> str:
        """The key. Raises SettingMissing where there is none that could be sent."""
        key = os.environ.get("ANTHROPIC_API_KEY", "")
        if not key and self._secret_arn:
            key = self._read_secret(self._secret_arn)
        elif not key and _other_server():
            key = NO_KEY
        key = key.strip()
        if not key or not key.isascii() or not key.isprintable():
            raise SettingMissing("neither ANTHROPIC_API_KEY nor the secret holds a key")
        return key

    def _send(self, client: "Anthropic", request: Request, attempt: "Attempt", seconds: float) -> "Message | str":
        """One HTTP call. An answer that is no JSON comes back as a text, by the SDK's ways or by ours."""
        from httpx2 import Timeout

        timeout = Timeout(seconds, connect=min(seconds, CONNECT))
        body = messages_api.render_body(
            request, attempt.model, attempt.tokens, plain=attempt.plain, effort="medium" if attempt.fell_back else None
        )
        try:
            message: Message | str = _within(seconds, lambda: client.messages.create(**body, timeout=timeout))
        except (JSONDecodeError, UnicodeDecodeError):
            return ""
        return message


def _other_server() -> str:
    """The server that speaks the Messages API in Anthropic's place; empty where none is named."""
    return os.environ.get("ANTHROPIC_BASE_URL", "").strip()


class Attempt(Struct):
    """How far a request has come: whom it asks, for how many tokens and seconds, and what has been tried."""

    model: str
    tokens: int
    limit: float | None
    fell_back: bool = False
    asked_again: bool = False
    plain: bool = False
    usage: Usage = field(default_factory=Usage)

    def fall_back(self, model: str) -> None:
        """Ask another model, with all the time that is left."""
        self.model, self.limit, self.fell_back = model, None, True

    def again(self, tokens: int) -> None:
        """Ask once more, with more room and all the time that is left."""
        self.tokens, self.limit, self.asked_again = tokens, None, True


def _again(tokens: int) -> int:
    """For how many tokens a reply is asked for once more."""
    return min(2 * tokens, MOST_TOKENS)


def _within(seconds: float, call: Callable[[], T]) -> T:
    """What the call gives, or TimeoutError after so many seconds from the start.

    The SDK's time-outs are those of a socket: they begin anew with every byte that comes. So the call has a thread of
    its own, which is left behind with its connection when the time is over, and ends with them.
    """
    return begin(call).result(seconds)


@cache
def _sdk() -> Future[ModuleType]:
    """The SDK once it is imported, which takes seconds of a small function's processor: begun with the first page of a
    container, it is mostly there when somebody has written something."""
    return begin(lambda: import_module("anthropic"))


def _wait_for_sdk(request: Request, deadline: Deadline) -> None:
    """Return when the SDK is there. Raises ModelUnavailable at the deadline; the import goes on for the next request."""
    try:
        _sdk().result(max(0.0, deadline.remaining() - LEAST))
    except TimeoutError as error:
        logger.warning("model's SDK not imported in time", extra={"event": "model_failed", "task": request.task})
        raise _unavailable(request) from error


def _whole(request: Request, message: "Message | str", attempt: Attempt) -> Reply | None:
    """The reply, or None where it is cut off, refused, too long to be kept, says nothing that can be used, or lacks the call it
    had to make. Another server than Anthropic's may send anything: what is of no known form says nothing."""
    if _stop_reason(message) not in _WHOLE:
        return None
    content = getattr(message, "content", None)
    blocks = content if isinstance(content, list) else []
    text = "".join(words for block in blocks if isinstance(words := getattr(block, "text", None), str))
    calls = tuple(
        ToolCall(_name_of(request, str(block.name)), block.input if isinstance(block.input, dict) else {})
        for block in blocks
        if getattr(block, "type", "") == "tool_use"
    )
    if len(text) + sum(len(json.encode(call.input)) for call in calls) > MOST_CHARACTERS:
        return None
    reply = Reply(text, attempt.model, calls, attempt.usage)
    lacking = request.must_call is not None and reply.call(request.must_call) is None
    saying = text.strip() or any(_is_filled(request, call) for call in calls)
    return reply if saying and not lacking else None


def _name_of(request: Request, called: str) -> str:
    """The tool that a model means: some write a tool's name in another letter case."""
    names = [tool.name for tool in request.tools]
    meant = [name for name in names if name.casefold() == called.casefold()]
    return meant[0] if called not in names and len(meant) == 1 else called


def _is_filled(request: Request, call: ToolCall) -> bool:
    """Whether a call is one of an offered tool, with everything that this requires."""
    offered = (tool for tool in request.tools if tool.name == call.name)
    return any(call.input.keys() >= set(tool.schema.get("required", ())) for tool in offered)


def _stop_reason(message: "Message | str") -> str:
    return str(getattr(message, "stop_reason", "malformed"))


def _usage_of(message: "Message | str", model: str) -> Usage:
    """Tokens of an answer, and their price; what is written to the cache was read fresh."""
    spent = getattr(message, "usage", None)
    if spent is None:
        return Usage()
    read, cache_written, cache_read, written = (
        _tokens(getattr(spent, f"{name}_tokens", 0))
        for name in ("input", "cache_creation_input", "cache_read_input", "output")
    )
    cost = price_of(model).cost(read=read, cache_written=cache_written, cache_read=cache_read, written=written)
    return Usage(read + cache_written, cache_read, written, cost)


def _tokens(claimed: object) -> int:
    """A number of tokens as the server claims it, within what one call can have."""
    return min(max(claimed, 0), MOST_CLAIMED) if isinstance(claimed, int) else 0


def _api_error() -> type["APIError"]:
    from anthropic import APIError

    return APIError


def _refuses_key(error: Exception) -> bool:
    return getattr(error, "status_code", None) in (401, 403)


def _loosened(request: Request, attempt: Attempt, error: Exception) -> bool:
    """Whether a refused request has anything that only some models take, to be sent without."""
    if (
        getattr(error, "status_code", None) != 400
        or attempt.plain
        or messages_api.is_plain(request, attempt.model, attempt.tokens)
    ):
        return False
    logger.warning("request refused, sent again in its plain form", extra={"model": attempt.model})
    attempt.plain = True
    return True


def _with_note(request: Request, message: "Message | str") -> Request:
    """The same request with a line that says what was wrong with the answer: the same request once more would have the same
    answer."""
    note = "Your last answer could not be used: it had nothing in it. Answer again."
    if _stop_reason(message) in _CUT_OFF:
        note = "Your last answer was cut off, since it was too long. Answer again, in fewer words."
    elif request.must_call:
        name = request.must_call
        note = f"Your last answer did not call the tool `{name}`. Call `{name}` now, with everything that it requires."
    return replace(request, messages=(*request.messages, ChatMessage("system", (Block(note),))))


def _passes(error: Exception) -> bool:
    """Whether another model may answer now: after a rate limit, a fault of the server, a broken connection; not a time-out."""
    from anthropic import APIConnectionError, APITimeoutError

    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        return status == 429 or status >= 500
    return isinstance(error, APIConnectionError) and not isinstance(error, APITimeoutError)


def _failure(request: Request, error: Exception) -> ModelUnavailable:
    """The failure for the caller. One that will not pass by itself is the operator's to look at, and logged as an error."""
    status = getattr(error, "status_code", None)
    lasting = isinstance(status, int) and 400 <= status < 500 and status not in (408, 429)
    log = logger.error if lasting else logger.warning
    event = "model_key_rejected" if _refuses_key(error) else "model_failed"
    extra = {"event": event, "task": request.task, "status": status, "error": type(error).__name__}
    log("model call failed", extra=extra)
    refused = RequestRefused if status in _REFUSED_REQUEST else ModelRefused
    return _unavailable(request, _retry_after(error), refused if lasting else ModelUnavailable)


def _retry_after(error: Exception) -> float | None:
    """What the server asks to wait, where it gives seconds."""
    response = getattr(error, "response", None)
    asked = response.headers.get("retry-after", "") if response is not None else ""
    return max(1.0, float(asked)) if re.fullmatch(r"\d+(?:\.\d+)?", asked) else None


def _unavailable(
    request: Request, retry_after: float | None = None, kind: type[ModelUnavailable] = ModelUnavailable
) -> ModelUnavailable:
    turns = "The facilitator is unavailable; send the same message again"
    message = turns if request.task == "turn" else "The language model is unavailable; try again later"
    return kind(message) if retry_after is None else kind(message, retry_after)
