"""A small server that speaks OpenAI's dialect, as strict as OpenAI is with its own models (`own`), or as a server with open models.

With `newer`, it is a server with OpenAI's newer models, such as Azure: in the words of those it refuses the older name of the limit,
which nobody but they can tell beforehand. So it may be sent that once, and no more.

It is directed as `fake_anthropic.py` is, whose faults it knows too.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

from tests.fake_anthropic import FakeAnthropic, Fault, serving
from tests.strict_messages import fault_of_schema

Json = dict[str, Any]
FIELDS = frozenset(
    ("model", "messages", "tools", "tool_choice", "reasoning_effort", "max_tokens", "max_completion_tokens")
)
REFUSED_OF_STRICT = frozenset(("default", "oneOf", "allOf", "not", "if", "patternProperties"))


class FakeOpenAI(FakeAnthropic):
    """The server's script and its memory."""

    def __init__(self, *, own: bool, key: str, newer: bool = False) -> None:
        super().__init__()
        self.own = own
        self.newer = newer
        self.told: set[str] = set()  # which models it has refused for the name of the limit
        self.key = key

    def refusal(self, path: str, headers: dict[str, str], request: Json, _: bytes, /) -> tuple[int, str]:
        """With which status a request is refused, and why; 0 where it is taken."""
        if path != "/v1/chat/completions":
            return 404, path
        if self.key and headers.get("authorization") != f"Bearer {self.key}":
            return 401, "who asks is not known"
        if self.newer and "max_tokens" in request and request["model"] not in self.told:
            self.told.add(request["model"])
            self.replies.insert(0, OLDER_REFUSED)
            return 0, ""
        why = next(_faults(request, self.own, self.newer), "")
        return (400, why) if why else (0, "")


OLDER_REFUSED = Fault(
    400,
    code="unsupported_parameter",
    words="Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
    param="max_tokens",
)


@contextmanager
def running(*, own: bool = False, key: str = "", newer: bool = False) -> Iterator[FakeOpenAI]:
    """The server on a free port of this machine. Raises AssertionError in the end where it was sent what is refused there."""
    with serving(FakeOpenAI(own=own, key=key, newer=newer)) as fake:
        yield fake


def words(content: str | list[Any] | None, *, finish: str = "stop", **message: Any) -> Json:
    """A completion in words."""
    said = {"role": "assistant", "content": content, "refusal": None, **message}
    usage = {
        "prompt_tokens": 18,
        "completion_tokens": 7,
        "total_tokens": 25,
        "prompt_tokens_details": {"cached_tokens": 5},
        "completion_tokens_details": {"reasoning_tokens": 3},
    }
    choice = {"index": 0, "message": said, "finish_reason": finish}
    return {"id": "chatcmpl-1", "object": "chat.completion", "model": "m", "choices": [choice], "usage": usage}


def call(name: str, given: Any, content: str | None = None) -> Json:
    """A completion that calls a tool; what is no text is written as JSON."""
    arguments = given if isinstance(given, str) else json.dumps(given)
    made = {"id": "call_1", "type": "function", "function": {"name": name, "arguments": arguments}}
    return words(content, finish="tool_calls", tool_calls=[made])


def faults_of(body: Json, *, own: bool) -> list[str]:
    """Why a body is refused; nothing where it is taken."""
    return list(_faults(body, own))


def _faults(body: Json, own: bool, newer: bool = False) -> Iterator[str]:
    if extra := body.keys() - FIELDS:
        yield f"unrecognized request arguments: {sorted(extra)}"
    if ("max_tokens" if own or newer else "max_completion_tokens") in body:
        yield "unsupported parameter: the name of the limit"
    roles = [sent["role"] for sent in body["messages"]]
    if "system" in roles[1:] and not own:
        yield "the model's template has a system message at the beginning only"
    said = [role for role in roles if role != "system"]
    if said[:1] != ["user"] or said[-1:] != ["user"] or any(a == b for a, b in pairwise(said)):
        yield "after the optional system message, roles must alternate user/assistant"
    if not all(isinstance(sent["content"], str) and sent["content"].strip() for sent in body["messages"]):
        yield "content must be a text that is not empty"
    yield from _of_tools(body)


def _of_tools(body: Json) -> Iterator[str]:
    functions = [tool["function"] for tool in body.get("tools", [])]
    if any(tool["type"] != "function" for tool in body.get("tools", [])):
        yield "tools: unknown type"
    chosen = body.get("tool_choice", {}).get("function", {}).get("name")
    if chosen is not None and chosen not in [it["name"] for it in functions]:
        yield "tool_choice: there is no such function"
    for function in functions:
        if fault := fault_of_schema(json.dumps(function["parameters"])):
            yield f"{function['name']}: {fault}"
        if function.get("strict"):
            yield from _of_strict(function["parameters"])


def _of_strict(schema: Json) -> Iterator[str]:
    properties = schema.get("properties", {})
    if schema.get("type") == "object" and schema.get("additionalProperties") is not False:
        yield "strict: additionalProperties is required to be false"
    if set(properties) != set(schema.get("required", [])):
        yield "strict: required is required to have every property"
    if extra := schema.keys() & REFUSED_OF_STRICT:
        yield f"strict: {sorted(extra)} are not permitted"
    for part in [*properties.values(), *schema.get("anyOf", []), *([schema["items"]] if "items" in schema else [])]:
        yield from _of_strict(part)
