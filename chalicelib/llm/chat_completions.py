"""OpenAI's dialect, which many servers speak: a question in its form, and what an answer of it says.

What only some servers take is left out of the plain form: forced calls, strict tools, an effort. There are no breakpoints: servers
cache by themselves, and say so at most.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

from msgspec import DecodeError, json
from msgspec.structs import replace

from chalicelib.llm.exchange import Answer, Ending, Question, claimed
from chalicelib.llm.interface import Tool, ToolCall, Usage
from chalicelib.llm.messages_api import EFFORT, alternate, compiles, tag_steering
from chalicelib.llm.prices import price_of

_TAKES_EFFORT: Final = re.compile(r"\b(?:gpt-(?:[5-9]|oss)|o[1-9]\b|gemini-(?:2\.5|[3-9]))")
_ENDINGS: Final[Mapping[str, Ending]] = {
    "stop": "whole",
    "tool_calls": "whole",
    "function_call": "whole",
    "length": "cut_off",
    "content_filter": "declined",
}
FILTERED: Final = "content_filter"
Limit = Literal["max_tokens", "max_completion_tokens"]
OLDER: Final[Limit] = "max_tokens"
NEWER: Final[Limit] = "max_completion_tokens"
_NAMES_NEWER: Final = re.compile(rf"\buse\W+{NEWER}\b", re.IGNORECASE)


def render_completion(question: Question, *, own: bool, limit: Limit) -> dict[str, Any]:
    """The body of a call, with this name of its limit. OpenAI's `own` server takes steering in mid-conversation, which templates of
    other models refuse."""
    request, plain = question.request, question.plain
    told = "\n\n".join(block.text for block in request.system if block.text.strip())
    messages = alternate(iter(request.messages) if own and not plain else tag_steering(request.messages))
    found: dict[str, Any] = {
        "model": question.model,
        "messages": [
            *([{"role": "system", "content": told}] if told else []),
            *({"role": it.role, "content": "\n\n".join(block.text for block in it.blocks)} for it in messages),
        ],
        limit: question.max_tokens,
    }
    if request.tools:
        found["tools"] = [_tool(tool, strict=not plain and _is_strict(tool.schema)) for tool in request.tools]
    if request.must_call and not plain:
        found["tool_choice"] = {"type": "function", "function": {"name": request.must_call}}
    if not plain and _TAKES_EFFORT.search(question.model):
        found["reasoning_effort"] = question.effort or EFFORT[request.task]
    return found


def is_plain(question: Question, *, own: bool) -> bool:
    """Whether a question has nothing that its plain form is without."""
    plain = replace(question, plain=True)
    return render_completion(question, own=own, limit=NEWER) == render_completion(plain, own=own, limit=NEWER)


def wants_newer_limit(found: Any) -> bool:
    """Whether a refusal is about the older name of the limit: OpenAI's newer models take the newer one alone, wherever they are asked.

    OpenAI and Azure say so by code and field, those who pass their words on by these alone. That a limit is too high is another matter.
    """
    error = pick(found, "error")
    told = (pick(error, "code"), pick(error, "param")) == ("unsupported_parameter", OLDER)
    return told or _NAMES_NEWER.search(str(pick(error, "message"))) is not None


def read_completion(found: Any, model: str) -> Answer:
    """What a completion says: its words and calls. Servers of one's own may send anything: what is of no known form says nothing."""
    message, usage = pick(found, "choices", 0, "message"), _usage_of(pick(found, "usage"), model)
    if pick(message, "refusal"):
        return Answer("declined", usage=usage, category="refusal")
    ending = _ENDINGS.get(str(pick(found, "choices", 0, "finish_reason")), "malformed")
    words = pick(message, "content")
    category = FILTERED if ending == "declined" else ""
    return Answer(ending, _text_of(words), tuple(_calls(message)), usage, category)


def _text_of(content: Any) -> str:
    """The words of a content, which some servers give in parts, with what the model thought among them."""
    if not isinstance(content, list):
        return content if isinstance(content, str) else ""
    texts = (pick(part, "text") for part in content if pick(part, "type") == "text")
    return "".join(text for text in texts if isinstance(text, str))


def pick(found: Any, *path: str | int) -> Any:
    """What lies at the end of a path of names and places; None where it ends early."""
    for step in path:
        if isinstance(step, str):
            found = found.get(step) if isinstance(found, dict) else None
        else:
            found = found[step] if isinstance(found, list) and step < len(found) else None
    return found


def _tool(tool: Tool, *, strict: bool) -> dict[str, Any]:
    function: dict[str, Any] = {"name": tool.name, "description": tool.description, "parameters": dict(tool.schema)}
    return {"type": "function", "function": {**function, "strict": True} if strict else function}


def _is_strict(schema: Mapping[str, Any]) -> bool:
    """Whether a schema keeps to what can be compiled; an object has to require all that it has."""
    return compiles(schema) and _requires_all(schema)


def _requires_all(schema: Mapping[str, Any]) -> bool:
    inner = [*schema.get("properties", {}).values(), *schema.get("anyOf", ())]
    if "items" in schema:
        inner.append(schema["items"])
    whole = set(schema.get("properties", {})) == set(schema.get("required", ()))
    return whole and all(map(_requires_all, inner))


def _calls(message: Any) -> Iterator[ToolCall]:
    """The calls of a message, whose input is JSON in a text; one that is no object is an empty one."""
    calls = pick(message, "tool_calls")
    for call in calls if isinstance(calls, list) else ():
        given = pick(call, "function", "arguments")
        try:
            given = json.decode(given) if isinstance(given, str) else given
        except DecodeError:
            given = None
        yield ToolCall(str(pick(call, "function", "name")), given if isinstance(given, dict) else {})


def _usage_of(spent: Any, model: str) -> Usage:
    """Tokens of an answer, and their price; what came out of a cache is among those of the prompt. Google tells what was thought in the
    total alone."""
    prompt, written = claimed(pick(spent, "prompt_tokens")), claimed(pick(spent, "completion_tokens"))
    written = max(written, claimed(pick(spent, "total_tokens")) - prompt)
    cached = min(prompt, claimed(pick(spent, "prompt_tokens_details", "cached_tokens")))
    cost = price_of(model).cost(read=prompt - cached, cache_read=cached, written=written)
    return Usage(prompt - cached, cached, written, cost)
