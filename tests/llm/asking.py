"""Requests as services make them, and a model behind the stand-in of Anthropic's API that answers them."""

from typing import Any, cast

import msgspec

from chalicelib.clock import Clock
from chalicelib.llm.calls import ProvidedModel
from chalicelib.llm.interface import Block, ChatMessage, Reply, Request, Tool
from chalicelib.llm.providers import provider
from tests.fake_anthropic import FakeAnthropic

TOOL = Tool("conclude", "End it.", {"type": "object", "properties": {"recap": {"type": "string"}}})
TURN = Request(
    task="turn",
    tier="medium",
    system=(Block("Guidelines"), Block("Session", cached=True)),
    messages=(
        ChatMessage("user", (Block("Begin"),)),
        ChatMessage("assistant", (Block("Hello?", cached=True),)),
        ChatMessage("user", (Block("<pacing>"), Block("<said>Hi</said>"))),
    ),
    max_tokens=500,
    tools=(TOOL,),
)
DIGEST = msgspec.structs.replace(TURN, task="digest", tier="small", must_call="conclude")


def adapter(server: FakeAnthropic, **changed: str) -> ProvidedModel:
    named = {"small": "claude-haiku-5-5", "medium": "claude-sonnet-5-5", "large": "claude-opus-5-5", **changed}
    return provider("anthropic", models=cast(Any, named), base_url=server.url, key="sk-test")


def ask(server: FakeAnthropic, request: Request = TURN, seconds: float = 24, clock: Clock | None = None) -> Reply:
    return adapter(server).complete(request, (clock or Clock()).deadline(seconds))


def models(server: FakeAnthropic) -> list[str]:
    return [body["model"] for body in server.bodies]
