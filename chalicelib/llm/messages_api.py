"""Anthropic's Messages API: a question in its form, in the order that caching needs, and what an answer of it says.

What models take differs, and an API refuses a whole request for one thing that it does not take. So each is sent only to
models that are documented to take it, and nothing of it where `plain` is asked for: after a refusal, and for good where that helped.

- Strict tools: the model can then write nothing that breaks a tool's schema, which is compiled for that. Only tools are strict
  whose schemas keep to what can be compiled; every caller checks what it is given all the same.
- Steering in mid-conversation, as a message of the role `system`. It has to follow a user's message and to come last or before the
  assistant's, so that it is moved behind the one that it stands in front of. Else it travels in the tag `guidance`, in front.
- A forced call.
- Breakpoints that are kept for an hour, which have to come before those of five minutes; four breakpoints in all.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from msgspec.structs import replace

from chalicelib.llm.exchange import Answer, Effort, Ending, Question, claimed
from chalicelib.llm.interface import Block, ChatMessage, Task, Tool, ToolCall, Usage
from chalicelib.llm.prices import price_of

EFFORT: Final[Mapping[Task, Effort]] = {
    "turn": "low",
    "digest": "medium",  # the small model follows instructions better for it, at a twentieth of the medium one's price
    "suggestion": "low",
    "ask": "low",  # somebody waits
    "ask_of_others": "low",
    "prompt": "medium",
    "follow_up": "medium",
    "review": "medium",
    "knowledge": "medium",
    "summary": "medium",
}
_ENDINGS: Final[Mapping[str, Ending]] = {
    "end_turn": "whole",
    "tool_use": "whole",
    "stop_sequence": "whole",
    "max_tokens": "cut_off",
    "model_context_window_exceeded": "cut_off",
    "refusal": "declined",
    "pause_turn": "paused",
}
MOST_BREAKPOINTS: Final = 4
GUIDANCE: Final = "guidance"  # the tag of what steers a model that takes no steering messages

# Searched for, since other servers write more around these names: `anthropic.claude-sonnet-5-5`.
_TAKES_EFFORT: Final = re.compile(r"claude-[a-z]+-(?:4-[6-9]|[5-9])\b")
_TAKES_STRICT: Final = re.compile(r"claude-[a-z]+-(?:4-[5-9]|[5-9])\b")
_TAKES_FORCED: Final = re.compile(r"claude-haiku-")  # current Sonnet and Opus refuse it
_TAKES_STEERING: Final = re.compile(r"claude-(?:opus-4-8|(?!sonnet-5(?!-[5-9]))[a-z]+-[5-9])\b")

# Lengths, ranges and patterns of any kind are not among them; an object has to say that it takes nothing else.
_COMPILED: Final = frozenset(
    ("type", "description", "properties", "required", "additionalProperties", "items", "enum", "const", "anyOf")
)


def render_body(question: Question, *, strict: bool = True) -> dict[str, Any]:
    """The body of a call; a plain one is without anything that only some models take, but for the effort. `strict` says whether the
    server takes strict tools at all."""
    request, model, plain = question.request, question.model, question.plain
    takes_steering = not plain and _TAKES_STEERING.search(model) is not None
    messages = alternate(_move_steering(request.messages) if takes_steering else tag_steering(request.messages))
    system = _filled(request.system)
    kept = _breakpoints([*system, *(block for message in messages for block in message.blocks)], plain)
    found: dict[str, Any] = {
        "model": model,
        "max_tokens": question.max_tokens,
        "system": [_block(block, next(kept)) for block in system],
        "messages": [
            {"role": message.role, "content": [_block(block, next(kept)) for block in message.blocks]}
            for message in messages
        ],
    }
    if question.begun:  # what the model had come to is sent back as it came, and it goes on
        found["messages"].append({"role": "assistant", "content": list(question.begun)})
    if request.tools:
        found["tools"] = [_tool(tool, strict and not plain and _is_strict(tool, model)) for tool in request.tools]
    if request.must_call and not plain and _TAKES_FORCED.search(model):
        found["tool_choice"] = {"type": "tool", "name": request.must_call}
    if _TAKES_EFFORT.search(model):
        found["output_config"] = {"effort": question.effort or EFFORT[request.task]}
    return found


def is_plain(question: Question, *, strict: bool = True) -> bool:
    """Whether a question has nothing that its plain form is without."""
    return render_body(question, strict=strict) == render_body(replace(question, plain=True), strict=strict)


def read_message(message: Any, model: str) -> Answer:
    """What a message says: its words and calls, never its thinking. What is of no known form says nothing."""
    reason = str(getattr(message, "stop_reason", ""))
    content = getattr(message, "content", None)
    blocks = content if isinstance(content, list) else []
    ending = _ENDINGS.get(reason, "malformed")
    return Answer(
        ending,
        "".join(it.text for it in blocks if _type_of(it) == "text" and isinstance(getattr(it, "text", None), str)),
        tuple(
            ToolCall(str(it.name), it.input if isinstance(it.input, dict) else {})
            for it in blocks
            if _type_of(it) == "tool_use"
        ),
        _usage_of(getattr(message, "usage", None), model),
        str(getattr(getattr(message, "stop_details", None), "category", None) or ""),
        tuple(it.to_dict() for it in blocks if hasattr(it, "to_dict")) if ending == "paused" else (),
    )


def _type_of(block: Any) -> str:
    return str(getattr(block, "type", ""))


def _usage_of(spent: Any, model: str) -> Usage:
    """Tokens of an answer, and their price; what is written to the cache was read fresh."""
    if spent is None:
        return Usage()
    read, cache_written, cache_read, written = (
        claimed(getattr(spent, f"{name}_tokens", 0))
        for name in ("input", "cache_creation_input", "cache_read_input", "output")
    )
    long = min(cache_written, claimed(getattr(getattr(spent, "cache_creation", None), "ephemeral_1h_input_tokens", 0)))
    cost = price_of(model).cost(
        read=read,
        cache_written=cache_written - long,
        cache_written_long=long,
        cache_read=cache_read,
        written=written,
    )
    return Usage(read + cache_written, cache_read, written, cost)


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
    return _TAKES_STRICT.search(model) is not None and compiles(tool.schema)


def _tool(tool: Tool, strict: bool) -> dict[str, Any]:
    given: dict[str, Any] = {"name": tool.name, "description": tool.description, "input_schema": dict(tool.schema)}
    return {**given, "strict": True} if strict else given


def _move_steering(messages: Sequence[ChatMessage]) -> Iterator[ChatMessage]:
    """The messages, each that steers behind the user's that it stands in front of, since nowhere else is one taken."""
    waiting: list[ChatMessage] = []
    for message in messages:
        if message.role == "system":
            waiting.append(message)
            continue
        yield message
        if message.role == "user":
            yield from waiting
            waiting.clear()
    yield from waiting


def tag_steering(messages: Sequence[ChatMessage]) -> Iterator[ChatMessage]:
    """The messages, each that steers as a part of the user's, in its tag. The tag is ours: what people wrote cannot open one."""
    for message in messages:
        if message.role != "system":
            yield message
        elif told := "\n\n".join(block.text for block in message.blocks if block.text.strip()):
            yield ChatMessage("user", (Block(f"<{GUIDANCE}>\n{told}\n</{GUIDANCE}>"),))


def alternate(messages: Iterator[ChatMessage]) -> list[ChatMessage]:
    """The messages with all of one side in a row as one, and without what has no words, which no API takes."""
    filled = [ChatMessage(it.role, blocks) for it in messages if (blocks := _filled(it.blocks))]
    return [
        ChatMessage(role, tuple(block for message in run for block in message.blocks))
        for role, run in groupby(filled, key=lambda message: message.role)
    ]


def _filled(blocks: Sequence[Block]) -> tuple[Block, ...]:
    return tuple(block for block in blocks if block.text.strip())


def _breakpoints(blocks: Sequence[Block], plain: bool) -> Iterator[dict[str, Any]]:
    """What each block says of a cache, in order: the last four breakpoints count, and none for five minutes stands in front of one for
    an hour."""
    marked = [place for place, block in enumerate(blocks) if block.cached or block.shared][-MOST_BREAKPOINTS:]
    last_shared = -1 if plain else max((place for place in marked if blocks[place].shared), default=-1)
    for place in range(len(blocks)):
        longer = {"ttl": "1h"} if place <= last_shared else {}
        yield {"cache_control": {"type": "ephemeral", **longer}} if place in marked else {}


def _block(block: Block, kept: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "text", "text": block.text, **kept}
