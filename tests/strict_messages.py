"""What Anthropic's Messages API refuses of a request, and why: the rules that its pages state for the models we name.

Written from those pages and not from our rendering, so that the two can contradict each other. A model whose name says nothing is
one on a server of one's own: it is held to what any server wants.
"""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

Json = dict[str, Any]

MOST_TOKENS = 128_000
MOST_BREAKPOINTS = 4
MOST_STRICT, MOST_OPTIONAL, MOST_UNIONS = 20, 24, 16
FIELDS = frozenset(
    ("model", "max_tokens", "system", "messages", "tools", "tool_choice", "output_config", "thinking", "metadata")
)
SAMPLING = frozenset(("temperature", "top_p", "top_k"))
KEYWORDS = frozenset(
    ("type", "description", "title", "properties", "required", "additionalProperties", "items", "enum", "const", "anyOf", "allOf",
     "$ref", "$defs", "default", "format")
)  # fmt: skip
CURRENT = re.compile(r"claude-(?P<line>haiku|sonnet|opus)-5-5\b")
THINKING = {
    "haiku": ("adaptive", "disabled"),
    "sonnet": ("adaptive", "between_tools"),
    "opus": ("adaptive",),
}
STEERABLE = re.compile(r"claude-(?:(?:haiku|sonnet|opus)-5-5|opus-5|opus-4-8|(?:fable|mythos)-5(?:-1)?)\b")


def refusal_of(body: Json, *, bedrock: bool = False, begun: list[Any] | None = None) -> str | None:
    """Why the API refuses this body; None where it takes it. `begun` are contents that it paused with, which may come back last."""
    return next(_faults(body, bedrock, begun or []), None)


def _faults(body: Json, bedrock: bool, begun: list[Any]) -> Iterator[str]:
    current = CURRENT.search(str(body.get("model")))
    line = current["line"] if current else ""
    if extra := body.keys() - FIELDS - SAMPLING:
        yield f"{sorted(extra)}: extra inputs are not permitted"
    if not isinstance(tokens := body.get("max_tokens"), int) or not 0 <= tokens <= MOST_TOKENS:
        yield f"max_tokens: {tokens} is not from 0 to {MOST_TOKENS}"
    if bedrock and not str(body["model"]).startswith("anthropic."):
        yield f"model: {body['model']} is no model of this endpoint"
    yield from _of_settings(body, line)
    yield from _of_blocks(body)
    yield from _of_roles(body, begun)
    yield from _of_tools(body, line, bedrock)


def _of_settings(body: Json, line: str) -> Iterator[str]:
    if line and body.keys() & SAMPLING:
        yield "sampling parameters are not supported on this model"
    if (kind := body.get("thinking", {}).get("type", "adaptive")) not in THINKING.get(line, (kind,)):
        yield f"thinking: {kind} is not supported on this model"
    effort = body.get("output_config", {}).get("effort", "low")
    if effort not in ("low", "medium", "high", "xhigh", "max"):
        yield f"output_config.effort: {effort}"
    if "output_config" in body and re.search(r"claude-(?:3|[a-z]+-4(?:-[0-5])?(?!-\d(?!\d)))", body["model"]):
        yield "output_config.effort is not supported on this model"


def _of_blocks(body: Json) -> Iterator[str]:
    said = [block for sent in body["messages"] for block in sent["content"]]
    for block in [*body.get("system", []), *said]:
        if block["type"] == "text" and not block["text"].strip():
            yield "text content blocks must contain non-whitespace text"
    marks = [
        it["cache_control"] for it in [*body.get("tools", []), *body.get("system", []), *said] if "cache_control" in it
    ]
    if len(marks) > MOST_BREAKPOINTS:
        yield f"a maximum of {MOST_BREAKPOINTS} blocks with cache_control may be provided, found {len(marks)}"
    kept = [mark.get("ttl", "5m") for mark in marks]
    if any(mark["type"] != "ephemeral" for mark in marks) or not {"5m", "1h"}.issuperset(kept):
        yield "cache_control: unknown type or ttl"
    if "5m,1h" in ",".join(kept):
        yield "a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block"


def _of_roles(body: Json, begun: list[Any]) -> Iterator[str]:
    roles = [sent["role"] for sent in body["messages"]]
    if not roles:
        yield "messages: at least one message is required"
        return
    if any(not sent["content"] for sent in body["messages"]):
        yield "messages: content must not be empty"
    if roles[0] != "user":
        yield "messages: first message must use the user role"
    if roles[-1] == "assistant" and body["messages"][-1]["content"] not in begun:
        yield "this model does not support assistant message prefill"
    if "system" in roles and not STEERABLE.search(body["model"]):
        yield "role 'system' is not supported on this model"
    for place, role in enumerate(roles):
        if role == "system" and (place == 0 or roles[place - 1] != "user"):
            yield f"messages.{place}: role 'system' must follow a 'user' message"
        if role == "system" and roles[place + 1 : place + 2] not in ([], ["assistant"]):
            yield f"messages.{place}: role 'system' must precede an 'assistant' message or end the array"
        if role not in ("user", "assistant", "system"):
            yield f"messages.{place}: unknown role {role}"


def _of_tools(body: Json, line: str, bedrock: bool) -> Iterator[str]:
    tools = body.get("tools", [])
    names = [tool["name"] for tool in tools]
    choice = body.get("tool_choice", {"type": "auto"})
    if choice["type"] in ("any", "tool") and line in ("sonnet", "opus"):
        yield "forced tool use is not supported on this model"
    if "tool_choice" in body and choice.get("name", (names or [""])[0]) not in names:
        yield "tool_choice: there is no such tool"
    if len(set(names)) < len(names) or not all(re.fullmatch(r"[a-zA-Z0-9_-]{1,128}", name) for name in names):
        yield "tools: names must be unique and of letters, digits, _ and -"
    for tool in tools:
        if fault := fault_of_schema(json.dumps(tool["input_schema"])):
            yield f"tools: {tool['name']}: {fault}"
        if tool["input_schema"].get("type") != "object":
            yield f"tools: {tool['name']}: input_schema.type must be object"
    strict = [tool["input_schema"] for tool in tools if tool.get("strict")]
    if strict and bedrock and line in ("sonnet", "haiku"):
        yield "strict tools are not supported on this model"
    yield from _of_strict(strict)


@cache
def fault_of_schema(schema: str) -> str:
    """What is wrong with a JSON schema, which comes as JSON; empty where it is one. Checking takes long, and tools come again and again."""
    try:
        Draft202012Validator.check_schema(json.loads(schema))
    except SchemaError as error:
        return str(error.message)
    return ""


def _of_strict(schemas: list[Json]) -> Iterator[str]:
    """What cannot be compiled to a grammar."""
    parts = [part for schema in schemas for part in _parts(schema)]
    if len(schemas) > MOST_STRICT:
        yield f"too many strict tools: {len(schemas)}"
    if sum(len(part.get("properties", {}).keys() - set(part.get("required", ()))) for part in parts) > MOST_OPTIONAL:
        yield "schemas have too many optional parameters"
    if sum("anyOf" in part or isinstance(part.get("type"), list) for part in parts) > MOST_UNIONS:
        yield "schemas have too many parameters with union types"
    for part in parts:
        few = part.get("minItems", 0) in (0, 1)
        if extra := part.keys() - KEYWORDS - ({"minItems"} if few else set()):
            yield f"for a strict tool, {sorted(extra)} are not supported"
        if part.get("type") == "object" and part.get("additionalProperties") is not False:
            yield "for an object of a strict tool, additionalProperties must be false"


def _parts(schema: Json) -> Iterator[Json]:
    yield schema
    inner = [*schema.get("properties", {}).values(), *schema.get("anyOf", []), *schema.get("$defs", {}).values()]
    for part in [*inner, *([schema["items"]] if "items" in schema else [])]:
        yield from _parts(part)
