"""Anthropic's models on Amazon Bedrock: the SDK's client for it, signed with a role's keys, against a server that checks the signature."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from chalicelib.clock import Clock
from chalicelib.llm.interface import ModelRefused, ModelUnavailable, Request, Usage
from chalicelib.llm.providers import model_from, provider
from chalicelib.settings import settings
from tests import fake_anthropic
from tests.fake_anthropic import FakeAnthropic, text, tool
from tests.llm.test_messages_api import STEERED, strict
from tests.verified_signature import is_signed

MODELS: dict[Any, str] = {
    "small": "claude-haiku-5-5",
    "medium": "claude-sonnet-5-5",
    "large": "anthropic.claude-opus-5-5",
}
TURN = msgspec.structs.replace(STEERED, task="turn")


@pytest.fixture
def bedrock(sdk: None) -> Iterator[FakeAnthropic]:
    with fake_anthropic.running(bedrock=True) as server:
        yield server


def ask(server: FakeAnthropic, request: Request = TURN) -> Any:
    model = provider("bedrock", models=MODELS, base_url=f"{server.url}/anthropic", region="eu-central-1")
    return model.complete(request, Clock().deadline(24))


def test_a_signed_request_in_bedrocks_names_and_without_strict_tools(bedrock: FakeAnthropic) -> None:
    bedrock.queue(text("Why?"), tool("conclude", {"recap": "x"}), text("How?"))
    answered = ask(bedrock)
    assert (answered.text, answered.model, answered.usage) == ("Why?", "claude-sonnet-5-5", Usage(13, 5, 7, 98))
    ask(bedrock, msgspec.structs.replace(TURN, task="digest", tier="small", must_call="conclude"))
    ask(bedrock, msgspec.structs.replace(TURN, tier="large"))
    names = [f"anthropic.claude-{name}-5-5" for name in ("sonnet", "haiku", "opus")]
    assert [body["model"] for body in bedrock.bodies] == names
    assert [strict(body) for body in bedrock.bodies] == [[False]] * 3
    first, forced, _ = bedrock.bodies
    assert [sent["role"] for sent in first["messages"]] == ["user", "assistant", "user", "system"]
    assert first["output_config"] == {"effort": "low"}
    assert forced["tool_choice"] == {"type": "tool", "name": "conclude"}
    assert "/eu-central-1/bedrock-mantle/aws4_request" in bedrock.headers[0]["authorization"]


def test_a_signature_holds_for_nothing_else(bedrock: FakeAnthropic) -> None:
    bedrock.queue(text("Why?"))
    ask(bedrock)
    (headers,), url = bedrock.headers, f"{bedrock.url}/anthropic/v1/messages"
    body = b"{}"
    assert not is_signed("POST", url, headers, body, "bedrock-mantle")
    assert not is_signed("POST", url, {**headers, "host": "elsewhere"}, body, "bedrock-mantle")


def test_a_role_that_may_not_ask_is_the_operators_to_mend(
    bedrock: FakeAnthropic, caplog: pytest.LogCaptureFixture
) -> None:
    bedrock.queue(403)
    with pytest.raises(ModelRefused):
        ask(bedrock)
    assert [it.__dict__["event"] for it in caplog.records if it.name == "harmonica"] == ["model_key_rejected"]


def test_without_a_role_nothing_is_sent(
    bedrock: FakeAnthropic, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(ModelUnavailable, match="the operator of this server has to set it"):
        ask(bedrock)
    assert bedrock.bodies == []


def test_the_region_is_the_functions_own_unless_one_is_set(monkeypatch: pytest.MonkeyPatch, sdk: None) -> None:
    monkeypatch.setenv("LLM_PROVIDER", "bedrock")
    asked = []
    for region in ("", "eu-west-1"):
        monkeypatch.setenv("BEDROCK_REGION", region)
        model: Any = model_from(settings.__wrapped__(), read_secret=str)
        model._provider.connect()
        asked.append(str(model._provider._connected.base_url))
    assert asked == [f"https://bedrock-mantle.{region}.api.aws/anthropic/" for region in ("us-east-1", "eu-west-1")]
