"""Which tools Anthropic's API is asked to hold the model to, and what happens where it refuses."""

from typing import Any

import msgspec
import pytest

from chalicelib.clock import Clock
from chalicelib.llm import messages_api
from chalicelib.llm.exchange import Question
from chalicelib.llm.interface import Block, ChatMessage, ModelRefused, Reply, Request, Tool
from chalicelib.llm.messages_api import compiles
from chalicelib.llm.providers import model_from
from chalicelib.services.facilitation.facilitator_reply import CONCLUDE
from chalicelib.services.facilitation.revised_prompt import CHANGE_PROMPT
from chalicelib.services.facilitation.tailored_prompt import WRITE_PROMPT
from chalicelib.services.facilitation.widgets import PRESENT_WIDGET
from chalicelib.settings import settings
from tests.example_tables import each_row
from tests.fake_anthropic import FakeAnthropic, text

TURN = Request("turn", "medium", (Block("Guide."),), (ChatMessage("user", (Block("Hi"),)),), 500, (CONCLUDE,))
CLOSED: dict[str, Any] = {"type": "object", "properties": {}, "additionalProperties": False}


def ask(request: Request = TURN) -> Reply:
    return model_from(settings.__wrapped__(), read_secret=lambda _: "").complete(request, Clock().deadline(24))


def render_body(request: Request, model: str, max_tokens: int = 500, *, plain: bool = False) -> dict[str, Any]:
    return messages_api.render_body(Question(request, model, max_tokens, plain=plain))


def strict(sent: dict[str, Any]) -> list[bool]:
    return [tool.get("strict", False) for tool in sent["tools"]]


def test_the_tools_are_strict_as_far_as_their_schemas_can_be_compiled() -> None:
    request = msgspec.structs.replace(TURN, tools=(CONCLUDE, PRESENT_WIDGET, WRITE_PROMPT, CHANGE_PROMPT))
    sent = render_body(request, "claude-sonnet-5-5")
    assert strict(sent) == [True, True, True, True]
    assert sent["tools"][0] == {
        "name": "conclude",
        "description": CONCLUDE.description,
        "input_schema": CONCLUDE.schema,
        "strict": True,
    }
    assert not any("strict" in tool for tool in render_body(request, "claude-sonnet-5-5", plain=True)["tools"])


@each_row(
    "model, takes",
    [
        ("claude-haiku-5-5", True),
        ("claude-sonnet-5-5", True),
        ("claude-opus-5-5", True),
        ("claude-sonnet-5", True),
        ("claude-haiku-4-5-20251001", True),
        ("claude-opus-4-1", False),
        ("claude-sonnet-4-20250514", False),
        ("claude-3-5-haiku-latest", False),
        ("anthropic.claude-sonnet-5-5", True),
        ("another-model", False),
    ],
)
def test_only_models_that_are_documented_to_take_strict_tools_get_them(model: str, takes: bool) -> None:
    assert strict(render_body(TURN, model)) == [takes]


@each_row(
    "schema",
    [
        {"type": "object", "properties": {}},
        {"type": "object", "properties": {}, "additionalProperties": True},
        {**CLOSED, "properties": {"text": {"type": "string", "maxLength": 3}}},
        {**CLOSED, "properties": {"number": {"type": "integer", "minimum": 1}}},
        {**CLOSED, "properties": {"list": {"type": "array", "items": {"type": "string"}, "minItems": 2}}},
        {**CLOSED, "properties": {"list": {"type": "array", "items": {"type": "string", "pattern": "a"}}}},
        {**CLOSED, "properties": {"inner": {"anyOf": [CLOSED, {"type": "object", "properties": {}}]}}},
        {**CLOSED, "patternProperties": {}},
    ],
)
def test_a_schema_with_anything_else_is_not_strict(schema: dict[str, Any]) -> None:
    assert not compiles(schema)


def test_a_property_may_have_any_name() -> None:
    assert compiles({**CLOSED, "properties": {"minLength": {"type": "string", "enum": ["a"]}, "items": {"const": 1}}})


def test_a_request_that_is_refused_goes_once_more_without_strict_tools(server: FakeAnthropic) -> None:
    server.queue(400, text("Why?"))
    assert ask().text == "Why?"
    first, again = server.bodies
    assert (strict(first), strict(again)) == ([True], [False])
    assert {**first, "tools": []} == {**again, "tools": []}


def test_and_no_further(server: FakeAnthropic) -> None:
    server.queue(400, 400, text("never"))
    with pytest.raises(ModelRefused):
        ask()
    assert len(server.bodies) == 2


STEERED = msgspec.structs.replace(
    TURN,
    system=(Block("Guide.", shared=True),),
    messages=(
        ChatMessage("user", (Block("Begin"), Block("  "))),
        ChatMessage("assistant", (Block("Hello?", cached=True),)),
        ChatMessage("system", (Block("Turn 1 of 12."),)),
        ChatMessage("user", (Block("Hi"),)),
        ChatMessage("system", (Block("Ask for less."),)),
    ),
)


def sides(body: dict[str, Any]) -> list[tuple[str, str]]:
    return [(sent["role"], "|".join(block["text"] for block in sent["content"])) for sent in body["messages"]]


@each_row(
    "model, takes",
    [
        ("claude-haiku-5-5", True),
        ("claude-sonnet-5-5", True),
        ("claude-opus-5-5", True),
        ("claude-opus-4-8", True),
        ("anthropic.claude-sonnet-5-5", True),
        ("claude-sonnet-6", True),
        ("claude-sonnet-5", False),
        ("claude-opus-4-7", False),
        ("claude-haiku-4-5", False),
        ("qwen3", False),
    ],
)
def test_steering_has_a_role_of_its_own_where_the_model_takes_it(model: str, takes: bool) -> None:
    begun = [("user", "Begin"), ("assistant", "Hello?")]
    tagged = "<guidance>\nTurn 1 of 12.\n</guidance>|Hi|<guidance>\nAsk for less.\n</guidance>"
    own = [*begun, ("user", "Hi"), ("system", "Turn 1 of 12.|Ask for less.")]
    assert sides(render_body(STEERED, model)) == (own if takes else [*begun, ("user", tagged)])
    assert sides(render_body(STEERED, model, plain=True)) == [*begun, ("user", tagged)]


def kept(body: dict[str, Any]) -> list[str]:
    blocks = [*body["system"], *(block for sent in body["messages"] for block in sent["content"])]
    return [block["cache_control"].get("ttl", "5m") for block in blocks if "cache_control" in block]


def test_what_is_shared_is_kept_for_an_hour() -> None:
    assert kept(render_body(STEERED, "claude-sonnet-5-5")) == ["1h", "5m"]
    assert kept(render_body(STEERED, "claude-sonnet-5-5", plain=True)) == ["5m", "5m"]


def test_no_more_than_four_breakpoints_and_the_longer_lived_ones_first() -> None:
    marked = (Block("1", cached=True), Block("2", cached=True), Block("3", shared=True), Block("4", cached=True))
    request = msgspec.structs.replace(TURN, system=marked, messages=(ChatMessage("user", (Block("5", cached=True),)),))
    body = render_body(request, "claude-sonnet-5-5")
    assert kept(body) == ["1h", "1h", "5m", "5m"]
    assert "cache_control" not in body["system"][0]


@each_row("model, forced", [("claude-haiku-5-5", True), ("claude-sonnet-5-5", False), ("claude-opus-5-5", False)])
def test_a_call_is_forced_where_the_model_takes_that(model: str, forced: bool) -> None:
    body = render_body(msgspec.structs.replace(TURN, must_call="conclude"), model)
    assert body.get("tool_choice") == ({"type": "tool", "name": "conclude"} if forced else None)


def test_without_strict_tools_a_refusal_is_one(server: FakeAnthropic) -> None:
    loose = Tool("conclude", "End it.", {"type": "object", "properties": {}})
    server.queue(400, text("never"))
    with pytest.raises(ModelRefused):
        ask(msgspec.structs.replace(TURN, tools=(loose,)))
    assert len(server.bodies) == 1


@pytest.mark.parametrize(("tier", "model"), [("small", "swift-1"), ("medium", "claude-sonnet-6"), ("large", "deep-1")])
def test_each_tier_is_set_by_the_environment(
    server: FakeAnthropic, monkeypatch: pytest.MonkeyPatch, tier: Any, model: str
) -> None:
    for name, value in {"SMALL": "swift-1", "MEDIUM": "claude-sonnet-6", "LARGE": "deep-1"}.items():
        monkeypatch.setenv(f"MODEL_{name}", value)
    server.queue(text("Why?"))
    assert ask(msgspec.structs.replace(TURN, tier=tier)).model == model
    assert server.bodies[0]["model"] == model
