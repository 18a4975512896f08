"""Calls of a model with the real SDK, against a server that speaks the wire format."""

import logging
import subprocess
import sys
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import anthropic
import httpx2
import msgspec
import pytest

from chalicelib.clock import Clock, Deadline
from chalicelib.llm.interface import (
    Block,
    ChatMessage,
    ModelCutOff,
    ModelRefused,
    ModelUnavailable,
    Reply,
    Request,
    RequestRefused,
    ToolCall,
    Usage,
)
from chalicelib.llm.prices import estimate_usage
from tests.fake_anthropic import CutOff, Drip, FakeAnthropic, Fault, Malformed, Slow, text, tool
from tests.llm.asking import DIGEST, TOOL, TURN, adapter, ask, models


class SteppingClock(Clock):
    """Every look at it takes some seconds."""

    def __init__(self, step: float) -> None:
        self._now = datetime(2026, 3, 1, tzinfo=UTC)
        self._step = step

    def now(self) -> datetime:
        self._now += timedelta(seconds=self._step)
        return self._now


def test_the_request_as_the_sdk_sends_it(server: FakeAnthropic) -> None:
    server.queue(text("Why?"))
    assert ask(server) == Reply("Why?", "claude-sonnet-5-5", (), Usage(13, 5, 7, 98))
    assert server.bodies == [
        {
            "model": "claude-sonnet-5-5",
            "max_tokens": 500,
            "system": [
                {"type": "text", "text": "Guidelines"},
                {"type": "text", "text": "Session", "cache_control": {"type": "ephemeral"}},
            ],
            "messages": [
                {"role": "user", "content": [{"type": "text", "text": "Begin"}]},
                {
                    "role": "assistant",
                    "content": [{"type": "text", "text": "Hello?", "cache_control": {"type": "ephemeral"}}],
                },
                {
                    "role": "user",
                    "content": [{"type": "text", "text": "<pacing>"}, {"type": "text", "text": "<said>Hi</said>"}],
                },
            ],
            "tools": [{"name": "conclude", "description": "End it.", "input_schema": dict(TOOL.schema)}],
            "output_config": {"effort": "low"},
        }
    ]
    assert server.headers[0]["authorization"] == "Bearer sk-test"
    assert server.headers[0]["x-stainless-retry-count"] == "0"


def test_an_older_model_is_not_asked_for_effort(server: FakeAnthropic) -> None:
    server.queue(text("Why?"))
    adapter(server, medium="claude-haiku-4-5").complete(TURN, Clock().deadline(24))
    assert "output_config" not in server.bodies[0]


def test_tool_use_comes_back_as_a_call(server: FakeAnthropic) -> None:
    server.queue(tool("conclude", {"recap": "Thanks."}, "Well."))
    assert ask(server) == Reply(
        "Well.", "claude-sonnet-5-5", (ToolCall("conclude", {"recap": "Thanks."}),), Usage(13, 5, 7, 98)
    )


def test_tool_input_that_is_no_object_is_an_empty_one(server: FakeAnthropic) -> None:
    server.queue(tool("conclude", "Thanks.", "Goodbye."))
    assert ask(server).tool_calls == (ToolCall("conclude", {}),)


@pytest.mark.parametrize("status", [429, 500, 529])
def test_a_turn_that_fails_fast_goes_once_to_the_small_tier(server: FakeAnthropic, status: int) -> None:
    server.queue(status, text("Why?"))
    assert ask(server).model == "claude-haiku-5-5"
    assert models(server) == ["claude-sonnet-5-5", "claude-haiku-5-5"]


def test_a_second_failure_is_told(server: FakeAnthropic) -> None:
    server.queue(529, Fault(429, {"retry-after": "7"}), text("never"))
    with pytest.raises(ModelUnavailable, match="The facilitator is unavailable; send the same message again") as caught:
        ask(server)
    assert caught.value.retry_after == 7
    assert len(server.bodies) == 2


def test_a_failure_that_came_slowly_goes_nowhere_else(server: FakeAnthropic) -> None:
    server.queue(500, text("never"))
    with pytest.raises(ModelUnavailable):
        ask(server, seconds=60, clock=SteppingClock(4))
    assert models(server) == ["claude-sonnet-5-5"]


def test_a_digest_that_fails_is_left_to_its_queue(server: FakeAnthropic) -> None:
    server.queue(Fault(429, {"retry-after": "30"}), text("never"))
    with pytest.raises(ModelUnavailable) as caught:
        ask(server, DIGEST)
    assert caught.value.retry_after == 30
    assert len(server.bodies) == 1


def test_silence_ends_with_the_deadline_and_is_not_asked_again(server: FakeAnthropic) -> None:
    server.queue(Slow(), text("never"))
    with pytest.raises(ModelUnavailable) as failure:
        ask(server, seconds=1)
    assert models(server) == ["claude-sonnet-5-5"]
    # What it has begun is paid for, though nobody says how many tokens it comes to: all that it reads, and may write.
    usage = failure.value.usage
    assert usage == estimate_usage(TURN, "claude-sonnet-5-5", written=TURN.max_tokens)
    assert (usage.output_tokens, usage.cached_tokens) == (500, 0)
    assert usage.input_tokens > 100
    assert usage.cost > 500 * 10  # millionths of a dollar, which is what it may write


def test_a_server_that_nobody_reached_has_read_nothing(server: FakeAnthropic, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreached(*_: Any, **__: Any) -> Any:
        raise httpx2.ConnectTimeout("no route")

    monkeypatch.setattr(httpx2.Client, "send", unreached)
    with pytest.raises(ModelUnavailable) as failure:
        ask(server, DIGEST)
    assert failure.value.usage == Usage()


@pytest.mark.parametrize("headers", [False, True])
@pytest.mark.parametrize("request_", [TURN, DIGEST])
def test_a_reply_that_drips_ends_with_the_deadline(server: FakeAnthropic, request_: Request, headers: bool) -> None:
    server.queue(Drip(headers), text("never"))
    with pytest.raises(ModelUnavailable):
        ask(server, request_, seconds=2)
    assert len(server.bodies) == 1


def test_after_a_drip_the_next_call_has_a_connection_of_its_own(server: FakeAnthropic) -> None:
    model = adapter(server)
    server.queue(Drip(), text("Why?"))
    with pytest.raises(ModelUnavailable):
        model.complete(TURN, Clock().deadline(2))
    assert model.complete(TURN, Clock().deadline(24)).text == "Why?"


def test_without_time_nothing_is_sent(server: FakeAnthropic) -> None:
    with pytest.raises(ModelUnavailable):
        adapter(server).complete(TURN, Deadline(Clock(), 0))
    assert server.bodies == []


@pytest.mark.parametrize(
    "broken",
    [CutOff(), Malformed(), Malformed("text/plain"), Malformed(body=b"[" * 100_000), Malformed(body=b"9" * 5_000)],
)
def test_half_a_reply_is_never_one(server: FakeAnthropic, broken: object) -> None:
    server.queue(broken, broken, broken)
    with pytest.raises(ModelUnavailable):
        ask(server)
    assert len(server.bodies) == 2


@pytest.mark.parametrize(
    "unusable",
    [
        text("Half a sen", stop_reason="max_tokens"),
        text("  "),
        {"id": "msg_1", "type": "message"},
        text("x" * 300_000),
        tool("conclude", {"recap": "x" * 300_000}),
        {**text(""), "content": "Why?"},
        {**text(""), "content": [{"type": "text", "text": None}]},
        {**text(""), "content": [{"type": "text"}, None, "Why?"]},
        {**text(""), "usage": "none"},
        text("Half of a \ud83d"),
        tool("conclude", {"recap": "Half of a \ud83d"}),
    ],
)
def test_an_unusable_reply_is_asked_for_once_more(server: FakeAnthropic, unusable: dict[str, Any]) -> None:
    server.queue(unusable, text("Why?"))
    assert ask(server).text == "Why?"
    assert [body["max_tokens"] for body in server.bodies] == [500, 1000]
    server.queue(unusable, unusable, text("never"))
    with pytest.raises(ModelUnavailable):
        ask(server)


@pytest.mark.parametrize(
    ("reason", "kind"),
    [("max_tokens", ModelCutOff), ("model_context_window_exceeded", ModelCutOff), ("what_is_new", ModelUnavailable)],
)
def test_an_answer_that_is_cut_off_twice_is_told_from_others(
    server: FakeAnthropic, reason: str, kind: type[ModelUnavailable]
) -> None:
    server.queue(*[text("Half", stop_reason=reason)] * 2)
    with pytest.raises(ModelUnavailable) as caught:
        ask(server)
    assert type(caught.value) is kind


def test_what_only_a_plain_request_was_taken_for_is_asked_plainly_from_then_on(server: FakeAnthropic) -> None:
    steered = msgspec.structs.replace(TURN, messages=(ChatMessage("system", (Block("Be brief."),)), *TURN.messages))
    model = adapter(server)
    server.queue(400, text("Why?"), text("How?"))
    assert [model.complete(steered, Clock().deadline(24)).text for _ in range(2)] == ["Why?", "How?"]
    roles = [[sent["role"] for sent in body["messages"]] for body in server.bodies]
    assert roles == [["user", "system", "assistant", "user"], *[["user", "assistant", "user"]] * 2]


def test_the_tokens_of_both_tries_are_counted(server: FakeAnthropic) -> None:
    server.queue(text("Half", stop_reason="max_tokens"), text("Why?"))
    assert ask(server).usage == Usage(26, 10, 14, 196)


def test_a_failure_tells_what_its_tries_cost(server: FakeAnthropic) -> None:
    half = text("Half", stop_reason="max_tokens")
    for answers, cost in (
        ((half, half), Usage(26, 10, 14, 196)),
        ((half, 500, 500), Usage(13, 5, 7, 98)),
        ((500, 500), Usage()),
    ):
        server.queue(*answers)
        with pytest.raises(ModelUnavailable) as failure:
            ask(server)
        assert failure.value.usage == cost


@pytest.mark.parametrize(
    ("status", "event", "less_may_do"),
    [
        (400, "model_failed", True),
        (401, "model_key_rejected", False),
        (403, "model_key_rejected", False),
        (404, "model_failed", False),
        (413, "model_failed", True),
    ],
)
def test_a_refused_request_is_an_error_for_the_operator(
    server: FakeAnthropic, caplog: pytest.LogCaptureFixture, status: int, event: str, less_may_do: bool
) -> None:
    server.queue(status, text("never"))
    with pytest.raises(ModelRefused) as failure:
        ask(server)
    assert isinstance(failure.value, RequestRefused) == less_may_do
    assert len(server.bodies) == 1
    (record,) = [found for found in caplog.records if found.levelno == logging.ERROR]
    assert record.__dict__["event"] == event
    assert "sk-test" not in caplog.text


@pytest.mark.parametrize("status", [408, 429, 500, 529])
def test_a_failure_that_passes_is_no_refusal(server: FakeAnthropic, status: int) -> None:
    server.queue(status)
    with pytest.raises(ModelUnavailable) as failure:
        ask(server, DIGEST)
    assert not isinstance(failure.value, ModelRefused)


def test_what_people_said_is_never_logged(server: FakeAnthropic, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    server.queue(529, text("Half", stop_reason="max_tokens"), 500)
    with pytest.raises(ModelUnavailable):
        ask(server)
    logged = " ".join(str(record.__dict__) for record in caplog.records if record.name == "harmonica")
    assert logged
    assert "Hi</said>" not in logged
    assert "Half" not in logged


def test_an_import_that_takes_too_long_costs_no_more_than_the_turns_time(
    server: FakeAnthropic, monkeypatch: pytest.MonkeyPatch
) -> None:
    loading: Future[ModuleType] = Future()
    monkeypatch.setattr("chalicelib.llm.providers.anthropic._sdk", lambda: loading)
    with pytest.raises(ModelUnavailable, match="send the same message again"):
        ask(server, seconds=0.6)
    assert server.bodies == []
    loading.set_result(anthropic)
    server.queue(text("Why?"))
    assert ask(server).text == "Why?"


def test_importing_the_adapter_does_not_import_the_sdk() -> None:
    code = "import sys, chalicelib.llm.providers.anthropic; sys.exit('anthropic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
