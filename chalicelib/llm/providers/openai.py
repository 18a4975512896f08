"""OpenAI's API for chats, and whatever speaks its dialect: Google's models, Ollama, vLLM and many more.

One POST each: the vendor's own package takes more than a second of processor time to import, and of what it does deadlines and
second tries are ours.
"""

import re
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

import urllib3
from msgspec import DecodeError, json

from chalicelib.llm.answer_limits import UnreadableAnswer
from chalicelib.llm.chat_completions import (
    FILTERED,
    NEWER,
    OLDER,
    is_plain,
    pick,
    read_completion,
    render_completion,
    wants_newer_limit,
)
from chalicelib.llm.exchange import Answer, ProviderFailure, Question, sendable_key
from chalicelib.llm.model_http import CheckedHttp, HttpAnswer, ModelHttp, OpenHttp
from chalicelib.llm.model_servers import ModelServers
from chalicelib.settings import DEFAULT_MODEL_SERVERS

MOST_LISTED: Final = 200  # models of a server
OWN: Final = DEFAULT_MODEL_SERVERS["openai"]


class OpenAIProvider:
    """Chat completions at `base_url`, OpenAI's own where that is empty; only another server goes without a key. A key is kept until
    it is refused. With `servers`, no other is asked than those."""

    def __init__(self, base_url: str, read_key: Callable[[], str], servers: ModelServers | None = None) -> None:
        address = whole_address(base_url) or OWN
        self._own = address == OWN
        self._address = address
        self._read_key = read_key
        self._key: str | None = None
        self._newer: set[str] = set()  # models that refused the older name of the limit
        self._http: ModelHttp = CheckedHttp(servers) if servers else OpenHttp()

    def prepare(self) -> None:
        return None

    def connect(self) -> None:
        if self._key is None:
            key = self._read_key().strip()
            self._key = sendable_key(lambda: key) if self._own or key else ""

    def forget(self) -> None:
        self._key = None

    def send(self, question: Question, seconds: float) -> Answer:
        try:
            answer, found = self._complete(question, seconds)
            if answer.status == 400 and question.model not in self._newer and wants_newer_limit(found):
                self._newer.add(question.model)
                answer, found = self._complete(question, seconds)
        except UnreadableAnswer:
            return Answer("malformed")
        return _read(answer, found, question.model)

    def _complete(self, question: Question, seconds: float) -> tuple[HttpAnswer, Any]:
        limit = NEWER if self._own or question.model in self._newer else OLDER
        body = json.encode(render_completion(question, own=self._own, limit=limit))
        answer = self._request("POST", "chat/completions", body, seconds)
        return answer, _decoded(answer.data)

    def is_plain(self, question: Question) -> bool:
        return is_plain(question, own=self._own)

    def list_models(self, seconds: float) -> tuple[str, ...]:
        try:
            answer = self._request("GET", "models", None, seconds)
        except UnreadableAnswer:
            return ()
        found = _decoded(answer.data)
        if answer.status != 200:
            raise _failure(answer, found)
        listed = pick(found, "data")
        names = (pick(it, "id") for it in (listed if isinstance(listed, list) else ())[:MOST_LISTED])
        return tuple(name.removeprefix("models/") for name in names if isinstance(name, str))  # as Google writes them

    def _request(self, method: str, what: str, body: bytes | None, seconds: float) -> HttpAnswer:
        """The answer. Raises ProviderFailure, UnreadableAnswer."""
        headers = {"Content-Type": "application/json"} if body else {}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        try:
            return self._http.send(method, f"{self._address}/{what}", body, headers, seconds)
        except (urllib3.exceptions.HTTPError, TimeoutError) as error:
            timed_out = isinstance(error, (urllib3.exceptions.ReadTimeoutError, TimeoutError))
            raise ProviderFailure(type(error).__name__, timed_out=timed_out) from error


def whole_address(base_url: str) -> str:
    """An address of the dialect as people copy it, made whole: no method behind it, and `/v1` where it has no path."""
    bare = re.sub(r"/(?:chat/completions|models)$", "", base_url.strip().rstrip("/"))
    return f"{bare}/v1" if bare and not urlsplit(bare).path else bare


def _read(answer: HttpAnswer, found: Any, model: str) -> Answer:
    if answer.status == 200:
        return read_completion(found, model)
    if pick(found, "error", "code") == FILTERED:  # which is how Azure says that it declines
        return Answer("declined", category=FILTERED)
    raise _failure(answer, found)


def _failure(answer: HttpAnswer, found: Any) -> ProviderFailure:
    asked = answer.headers.get("retry-after", "")
    wait = max(1.0, float(asked)) if re.fullmatch(r"\d+(?:\.\d+)?", asked) else None
    told = pick(found, "error", "message") or pick(found, 0, "error", "message") or pick(found, "error")
    words = told if isinstance(told, str) else ""
    return ProviderFailure(f"HTTP{answer.status}", status=answer.status, retry_after=wait, words=words)


def _decoded(data: bytes) -> Any:
    try:
        return json.decode(data)
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return None
