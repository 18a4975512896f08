"""A request in the form of Anthropic's Messages API: tools, system and messages, in the order that caching needs.

Strict tools: the API then lets the model write nothing that breaks a tool's schema. It compiles the schemas for that and
refuses the whole request where one uses what it cannot compile. So only those tools are sent as strict whose schemas keep
to what the API documents; every caller checks what it is given all the same.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from chalicelib.llm.interface import Block, Request, Task, Tool

_EFFORT: Final[Mapping[Task, str]] = {
    "turn": "low",
    "digest": "low",
    "suggestion": "low",
    "ask": "low",  # somebody waits
    "ask_of_others": "low",
    "prompt": "medium",
    "follow_up": "medium",
    "review": "medium",
    "summary": "medium",
}
_TAKES_EFFORT: Final = re.compile(r"claude-[a-z]+-(?:4-[6-9]|[5-9])\b")
_TAKES_STRICT: Final = re.compile(r"claude-[a-z]+-(?:4-[5-9]|[5-9])\b")

# Lengths, ranges and patterns of any kind are not among them; an object has to say that it takes nothing else.
_COMPILED: Final = frozenset(
    ("type", "description", "properties", "required", "additionalProperties", "items", "enum", "const", "anyOf")
)


def render_body(request: Request, model: str, max_tokens: int, *, strict: bool) -> dict[str, Any]:
    """The body for this model; with `strict`, its tools are strict where schema and model allow it."""
    found: dict[str, Any] = {
        "model": model,
        "max_tokens": max_tokens,
        "system": [_block(block) for block in request.system],
        "messages": [
            {"role": message.role, "content": [_block(block) for block in message.blocks]}
            for message in request.messages
        ],
    }
    if request.tools:
        found["tools"] = [_tool(tool, strict and _is_strict(tool, model)) for tool in request.tools]
    if _TAKES_EFFORT.match(model):
        found["output_config"] = {"effort": _EFFORT[request.task]}
    return found


def has_strict(request: Request, model: str) -> bool:
    """Whether there is a tool that goes to this model as a strict one."""
    return any(_is_strict(tool, model) for tool in request.tools)


def compiles(schema: Mapping[str, Any]) -> bool:
    """Whether a schema keeps to what the API can hold a model to."""
    if not _COMPILED.issuperset(schema):
        return False
    if schema.get("type") == "object" and schema.get("additionalProperties") is not False:
        return False
    inner = [*schema.get("properties", {}).values(), *schema.get("anyOf", ())]
    if "items" in schema:
        inner.append(schema["items"])
    return all(compiles(part) for part in inner)


def _is_strict(tool: Tool, model: str) -> bool:
    return _TAKES_STRICT.match(model) is not None and compiles(tool.schema)


def _tool(tool: Tool, strict: bool) -> dict[str, Any]:
    given: dict[str, Any] = {"name": tool.name, "description": tool.description, "input_schema": dict(tool.schema)}
    return {**given, "strict": True} if strict else given


def _block(block: Block) -> dict[str, Any]:
    cached = {"cache_control": {"type": "ephemeral"}} if block.cached else {}
    return {"type": "text", "text": block.text, **cached}
