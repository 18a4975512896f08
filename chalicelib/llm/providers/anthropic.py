"""Anthropic's API, or any server that speaks its Messages API: the real SDK, which a thread imports from the moment on that a
container may need it."""

import re
from collections.abc import Callable
from concurrent.futures import Future
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from chalicelib.background import begin
from chalicelib.llm import messages_api
from chalicelib.llm.answer_limits import UnreadableAnswer
from chalicelib.llm.chat_completions import pick
from chalicelib.llm.exchange import CONNECT, Answer, ProviderFailure, Question, sendable_key
from chalicelib.llm.model_servers import ModelServers
from chalicelib.settings import DEFAULT_MODEL_SERVERS

if TYPE_CHECKING:
    from anthropic import Anthropic, APIError
    from httpx2 import Auth, Client

MOST_LISTED: Final = 200  # models of a server
NO_KEY: Final = "none"  # what a server of one's own is sent where it has not been given a key; most ask for none


class AnthropicProvider:
    """The Messages API at `base_url`, Anthropic's own where that is empty. `read_key` gives the key, empty where there is none, which
    only another server takes. It is kept until it is refused; the next call then reads it anew, so that a replaced one works. With
    `servers`, no other is asked than those."""

    def __init__(self, base_url: str, read_key: Callable[[], str], servers: ModelServers | None = None) -> None:
        self._base_url = base_url
        self._read_key = read_key
        self._servers = servers
        self._connected: Any = None

    def prepare(self) -> Future[ModuleType] | None:
        return _sdk()

    def connect(self) -> None:
        if self._connected is None:
            self._connected = self._client()

    def forget(self) -> None:
        self._connected = None

    def send(self, question: Question, seconds: float) -> Answer:
        from anthropic import APIError
        from httpx2 import Timeout

        client = self._connected or self._client()
        timeout = Timeout(seconds, connect=min(seconds, CONNECT))
        try:
            message = client.messages.create(**self._body(question), timeout=timeout)
        except APIError as error:
            if isinstance(error.__cause__, UnreadableAnswer):
                return Answer("malformed")
            raise _failure(error) from error
        except (
            ValueError,
            RecursionError,
        ):  # no JSON, or such as breaks who reads it: too deep, or with too long a number
            return Answer("malformed")
        return messages_api.read_message(message, question.model)

    def is_plain(self, question: Question) -> bool:
        return messages_api.is_plain(question)

    def list_models(self, seconds: float) -> tuple[str, ...]:
        from anthropic import APIError
        from httpx2 import Timeout

        client = self._connected or self._client()
        timeout = Timeout(seconds, connect=min(seconds, CONNECT))
        try:
            found = client.models.list(limit=MOST_LISTED, timeout=timeout).data
        except (ValueError, RecursionError):
            return ()
        except APIError as error:
            if isinstance(error.__cause__, UnreadableAnswer):
                return ()
            raise _failure(error) from error
        return tuple(str(it.id) for it in found or ())

    def _body(self, question: Question) -> dict[str, Any]:
        return messages_api.render_body(question)

    def _client(self) -> "Anthropic":
        from anthropic import Anthropic

        key = sendable_key(lambda: self._read_key() or (NO_KEY if self._base_url else ""))
        base_url = self._base_url or DEFAULT_MODEL_SERVERS["anthropic"]
        return Anthropic(api_key=key, base_url=base_url, max_retries=0, http_client=http_client(servers=self._servers))


def http_client(auth: "Auth | None" = None, servers: ModelServers | None = None) -> "Client":
    """An HTTP client for the SDK, whose own obeys HTTP_PROXY whatever it is told, which breaks servers on this machine."""
    from httpx2 import Client

    from chalicelib.llm.providers.checked_transport import BoundedTransport, CheckedTransport

    transport = CheckedTransport(servers) if servers else BoundedTransport()
    return Client(trust_env=False, auth=auth, transport=transport, follow_redirects=False)


def _failure(error: "APIError") -> ProviderFailure:
    status = getattr(error, "status_code", None)
    response = getattr(error, "response", None)
    asked = response.headers.get("retry-after", "") if response is not None else ""
    wait = max(1.0, float(asked)) if re.fullmatch(r"\d+(?:\.\d+)?", asked) else None
    name = type(error).__name__
    words = pick(error.body, "error", "message") or pick(error.body, "message")
    # Where not even a connection came about, nothing was begun there.
    timed_out = name == "APITimeoutError" and type(error.__cause__).__name__ != "ConnectTimeout"
    return ProviderFailure(
        name, status=status, timed_out=timed_out, retry_after=wait, words=words if isinstance(words, str) else ""
    )


@cache
def _sdk() -> Future[ModuleType]:
    """The SDK once it is imported, which takes seconds of a small function's processor: begun with the first page of a
    container, it is mostly there when somebody has written something."""
    return begin(lambda: import_module("anthropic"))
