"""OpenAI's dialect, against a server that is as strict as OpenAI's own and one that is as strict as a server with open models."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from chalicelib.clock import Clock
from chalicelib.llm.interface import (
    Block,
    ChatMessage,
    ModelCutOff,
    ModelDeclined,
    ModelRefused,
    ModelUnavailable,
    Reply,
    Request,
    Tool,
    ToolCall,
    Usage,
)
from chalicelib.llm.prices import estimate_usage, price_of
from chalicelib.llm.providers import model_from, openai, provider
from chalicelib.llm.providers.openai import whole_address
from chalicelib.settings import SettingMissing, settings
from tests import fake_openai
from tests.example_tables import each_row
from tests.fake_anthropic import CutOff, Drip, Fault, Malformed, Slow
from tests.fake_openai import FakeOpenAI, call, words

CONCLUDE = Tool(
    "conclude",
    "End it.",
    {
        "type": "object",
        "properties": {"recap": {"type": "string"}},
        "required": ["recap"],
        "additionalProperties": False,
    },
)
LOOSE = Tool("note", "Note it.", {"type": "object", "properties": {"text": {"type": "string"}}})
TURN = Request(
    task="turn",
    tier="medium",
    system=(Block("Guidelines"), Block("Session", shared=True)),
    messages=(
        ChatMessage("user", (Block("Begin"),)),
        ChatMessage("assistant", (Block("Hello?", cached=True),)),
        ChatMessage("system", (Block("Turn 1."),)),
        ChatMessage("user", (Block("Hi"), Block(" "))),
    ),
    max_tokens=500,
    tools=(CONCLUDE, LOOSE),
)
DIGEST = msgspec.structs.replace(TURN, task="digest", tier="small", must_call="conclude")
MODELS: dict[Any, str] = {"small": "gpt-5-mini", "medium": "gpt-5", "large": "gpt-5"}
COST = price_of("gpt-5").cost(read=13, cache_read=5, written=7)
USAGE = Usage(13, 5, 7, COST)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeOpenAI]:
    """OpenAI's own server, as far as the application knows."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with fake_openai.running(own=True, key="sk-test") as fake:
        monkeypatch.setattr(openai, "OWN", f"{fake.url}/v1")
        yield fake


def ask(request: Request = TURN, seconds: float = 24, base_url: str = "", key: str = "sk-test", **models: str) -> Reply:
    named: Any = {**MODELS, **models}
    model = provider("openai", models=named, base_url=base_url, key=key)
    return model.complete(request, Clock().deadline(seconds))


def test_a_request_to_openai_itself(server: FakeOpenAI) -> None:
    server.queue(words("Why?"))
    assert ask() == Reply("Why?", "gpt-5", (), USAGE)
    conclude = {"name": "conclude", "description": "End it.", "parameters": dict(CONCLUDE.schema), "strict": True}
    note = {"name": "note", "description": "Note it.", "parameters": dict(LOOSE.schema)}
    assert server.bodies == [
        {
            "model": "gpt-5",
            "messages": [
                {"role": "system", "content": "Guidelines\n\nSession"},
                {"role": "user", "content": "Begin"},
                {"role": "assistant", "content": "Hello?"},
                {"role": "system", "content": "Turn 1."},
                {"role": "user", "content": "Hi"},
            ],
            "max_completion_tokens": 500,
            "tools": [{"type": "function", "function": conclude}, {"type": "function", "function": note}],
            "reasoning_effort": "low",
        }
    ]


def test_a_server_with_open_models_needs_no_key_and_is_steered_in_tags() -> None:
    with fake_openai.running() as fake:
        fake.queue(words("<think>Hm.</think>Why?"))
        assert ask(base_url=fake.url, key="", medium="qwen3").text == "Why?"
        (body,), (headers,) = fake.bodies, fake.headers
    assert "authorization" not in headers
    assert body["max_tokens"] == 500
    assert "reasoning_effort" not in body
    assert body["messages"][-1] == {"role": "user", "content": "<guidance>\nTurn 1.\n</guidance>\n\nHi"}


@pytest.mark.parametrize(
    ("made", "read"),
    [
        (call("conclude", {"recap": "x"}), {"recap": "x"}),
        (call("Conclude", {"recap": "x"}), {"recap": "x"}),
    ],
)
def test_a_call_is_forced_and_read(server: FakeOpenAI, made: Any, read: Any) -> None:
    server.queue(made)
    assert ask(DIGEST).tool_calls == (ToolCall("conclude", read),)
    assert server.bodies[0]["tool_choice"] == {"type": "function", "function": {"name": "conclude"}}


@pytest.mark.parametrize("empty", ["{}", '["x"]', "{", '{"recap": "\\ud83d"}', "null"])
def test_a_forced_call_without_what_it_requires_is_none_whatever_is_said_beside_it(
    server: FakeOpenAI, empty: str
) -> None:
    server.queue(call("conclude", empty, "Goodbye."), call("conclude", {"recap": "x"}))
    assert ask(DIGEST).tool_calls == (ToolCall("conclude", {"recap": "x"}),)
    assert "did not call the tool `conclude`" in server.bodies[1]["messages"][-1]["content"]
    server.queue(*[call("conclude", empty, "Goodbye.")] * 2)
    with pytest.raises(ModelUnavailable):
        ask(DIGEST)
    server.queue(call("conclude", empty, "Goodbye."))
    assert ask(TURN).text == "Goodbye."


@pytest.mark.parametrize(
    ("declines", "category"),
    [
        (words(None, refusal="I can't help with that."), "refusal"),
        (words("I", finish="content_filter"), "content_filter"),
    ],
)
def test_what_is_declined_is_asked_of_the_small_tier_once_and_of_nobody_twice(
    server: FakeOpenAI, declines: Any, category: str
) -> None:
    server.queue(declines, words("Why?"))
    assert ask().model == "gpt-5-mini"
    server.queue(declines, declines)
    with pytest.raises(ModelDeclined) as failure:
        ask()
    assert (failure.value.category, failure.value.usage) == (category, USAGE + USAGE)
    assert [body["model"] for body in server.bodies] == ["gpt-5", "gpt-5-mini"] * 2
    assert server.bodies[1]["reasoning_effort"] == "medium"


def test_words_in_parts_are_read_and_what_was_thought_is_not(server: FakeOpenAI) -> None:
    server.queue(words([{"type": "thinking", "thinking": "Hm."}, {"type": "text", "text": "Why?"}, None, "x"]))
    assert ask().text == "Why?"


def test_an_answer_without_tokens_is_not_free_and_what_the_total_alone_tells_counts(server: FakeOpenAI) -> None:
    server.queue({**words("Why?" * 100), "usage": None})
    untold = ask().usage
    assert untold == estimate_usage(TURN, "gpt-5", written=160)  # of 400 characters
    assert untold.cost > estimate_usage(TURN, "gpt-5", written=0).cost > 0
    spent = {"prompt_tokens": 18, "completion_tokens": 7, "total_tokens": 1_025}  # as Google counts
    server.queue({**words("Why?"), "usage": spent})
    assert ask().usage.output_tokens == 1_007


def test_a_filter_that_answers_400_declines(server: FakeOpenAI) -> None:
    server.queue(Fault(400, code="content_filter"))
    with pytest.raises(ModelDeclined):
        ask(DIGEST)
    assert len(server.bodies) == 1


@pytest.mark.parametrize(
    "unusable",
    [
        words("Half a sen", finish="length"),
        words("  "),
        words(None),
        words("x" * 300_000),
        {"choices": []},
        {"choices": [None]},
        {"choices": [{"finish_reason": "stop", "message": {"content": 7, "tool_calls": "x"}}], "usage": "none"},
        ["Why?"],
        words("Half of a \ud83d"),
        Malformed(),
        Malformed(body=b"[" * 100_000),
    ],
)
def test_an_unusable_reply_is_asked_for_once_more_and_never_in_the_same_words(
    server: FakeOpenAI, unusable: Any
) -> None:
    server.queue(unusable, words("Why?"))
    assert ask().text == "Why?"
    first, again = server.bodies
    assert (first["max_completion_tokens"], again["max_completion_tokens"]) == (500, 1000)
    assert again["messages"][:-1] == first["messages"]
    server.queue(unusable, unusable)
    with pytest.raises(ModelUnavailable):
        ask()


def test_a_reply_that_is_cut_off_twice(server: FakeOpenAI) -> None:
    server.queue(*[words("Half", finish="length")] * 2)
    with pytest.raises(ModelCutOff):
        ask(DIGEST)


@pytest.mark.parametrize("fault", [Fault(429, {"retry-after": "9"}), 500, 529, CutOff()])
def test_a_turn_that_fails_fast_goes_once_to_the_small_tier(server: FakeOpenAI, fault: Any) -> None:
    server.queue(fault, words("Why?"))
    assert ask().model == "gpt-5-mini"
    server.queue(fault, Fault(429, {"retry-after": "7"}))
    with pytest.raises(ModelUnavailable) as failure:
        ask()
    assert failure.value.retry_after == 7


@pytest.mark.parametrize("silence", [Slow(), Drip(), Drip(headers=True)])
def test_silence_ends_with_the_deadline_and_is_paid_for(server: FakeOpenAI, silence: Any) -> None:
    server.queue(silence)
    with pytest.raises(ModelUnavailable) as failure:
        ask(seconds=2)
    assert failure.value.usage.cost > 0
    assert len(server.bodies) == 1


def test_nobody_there_is_a_fast_failure() -> None:
    with pytest.raises(ModelUnavailable):
        ask(base_url="http://127.0.0.1:9")


def test_what_a_server_refuses_is_left_out_from_then_on(server: FakeOpenAI) -> None:
    model = provider("openai", models=MODELS, key="sk-test")
    server.queue(400, call("conclude", {"recap": "x"}), call("conclude", {"recap": "y"}))
    for _ in range(2):
        assert model.complete(DIGEST, Clock().deadline(24)).call("conclude")
    for plain in server.bodies[1:]:
        assert plain.keys() == {"model", "messages", "max_completion_tokens", "tools"}
        assert not any("strict" in tool["function"] for tool in plain["tools"])


def test_models_that_take_the_newer_name_of_the_limit_alone_are_asked_with_it_from_then_on() -> None:
    with fake_openai.running(newer=True) as fake:
        model = provider("openai", models={**MODELS, "small": "open"}, base_url=fake.url)
        fake.queue(*[call("conclude", {"recap": "x"})] * 2, words("Why?"))
        for request in (DIGEST, DIGEST, TURN):
            assert model.complete(request, Clock().deadline(24)).usage.output_tokens == 7
    asked = [(body["model"], sorted(body.keys() & {"max_tokens", "max_completion_tokens"})) for body in fake.bodies]
    old, new = ["max_tokens"], ["max_completion_tokens"]
    assert asked == [("open", old), ("open", new), ("open", new), ("gpt-5", old), ("gpt-5", new)]
    assert all("strict" in body["tools"][0]["function"] for body in fake.bodies)  # nothing else was given up


def test_a_limit_that_is_too_high_is_no_wrong_name_of_it() -> None:
    too_high = "'max_tokens' or 'max_completion_tokens' is too large: 1000. This model's maximum context length is 512."
    with fake_openai.running() as fake:
        fake.queue(*[Fault(400, words=too_high, param="max_tokens")] * 2)
        with pytest.raises(ModelRefused):
            ask(base_url=fake.url, medium="qwen3")
        assert all("max_tokens" in body for body in fake.bodies)


@pytest.mark.parametrize(
    ("status", "event"), [(400, "model_failed"), (401, "model_key_rejected"), (404, "model_failed")]
)
def test_a_refused_request_is_an_error_for_the_operator(
    server: FakeOpenAI, caplog: pytest.LogCaptureFixture, status: int, event: str
) -> None:
    server.queue(status, status)
    with pytest.raises(ModelRefused):
        ask()
    assert [it.__dict__["event"] for it in caplog.records if it.levelname == "ERROR"] == [event]
    assert "sk-test" not in caplog.text


def test_a_replaced_key_is_read_once_the_old_one_is_refused(server: FakeOpenAI) -> None:
    keys = iter(["sk-old", "sk-test"])
    model = provider("openai", models=MODELS, key=lambda: next(keys))
    with pytest.raises(ModelRefused):
        model.complete(TURN, Clock().deadline(24))
    server.queue(words("Why?"), words("How?"))
    for said in ("Why?", "How?"):
        assert model.complete(TURN, Clock().deadline(24)).text == said


@each_row(
    "given, address",
    [
        ("", ""),
        ("https://api.example.org", "https://api.example.org/v1"),
        (" https://api.example.org/v1/ ", "https://api.example.org/v1"),
        ("https://api.example.org/v1/chat/completions", "https://api.example.org/v1"),
        ("https://api.example.org/v1/models", "https://api.example.org/v1"),
        ("https://example.org/v1beta/openai", "https://example.org/v1beta/openai"),
    ],
)
def test_an_address_is_made_whole(given: str, address: str) -> None:
    assert whole_address(given) == address


def test_the_deployment_names_models_and_key(server: FakeOpenAI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_PROVIDER", "openai")
    with pytest.raises(SettingMissing, match="MODEL_SMALL"):
        model_from(settings.__wrapped__(), read_secret=str)
    for tier in ("SMALL", "MEDIUM", "LARGE"):
        monkeypatch.setenv(f"MODEL_{tier}", "gpt-5")
    with pytest.raises(ModelUnavailable, match="the operator of this server has to set it"):
        model_from(settings.__wrapped__(), read_secret=str).complete(TURN, Clock().deadline(24))
    monkeypatch.setenv("OPENAI_SECRET_ARN", "sk-test")
    server.queue(words("Why?"))
    assert model_from(settings.__wrapped__(), read_secret=str).complete(TURN, Clock().deadline(24)).text == "Why?"


def test_none_of_the_other_vendors_packages_is_imported() -> None:
    code = (
        "import sys; from chalicelib.llm.providers import provider;"
        "provider('openai', models={}, base_url='http://127.0.0.1:9'); sys.exit('anthropic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
