"""Every prompt of the product, as it goes through the doors, held against what each API takes of each model."""

from collections.abc import Iterator
from typing import Any, get_args

import pytest

from chalicelib.llm.calls import ProvidedModel, _with_note
from chalicelib.llm.chat_completions import render_completion
from chalicelib.llm.exchange import Question
from chalicelib.llm.interface import Request, Task
from chalicelib.llm.messages_api import render_body
from chalicelib.settings import DEFAULT_MODELS
from tests.api.hosts import Host
from tests.api.jobs import summarise, write_prompt
from tests.e2e.test_real_model import answer
from tests.fake_anthropic import FakeAnthropic, text, tool
from tests.fake_openai import faults_of
from tests.llm.wire import LiveApi, live_api
from tests.strict_messages import refusal_of

OLDER = ("claude-opus-4-8", "claude-sonnet-5", "claude-haiku-4-5", "claude-opus-4-1", "qwen3")
WIDGET = {"widget": {"type": "SingleSelect", "label": "Which one?", "options": ["Soup", "Bread"]}}
WORDS = ("It is too loud in here, every day.", "I can hear the printer from my desk.", "Doors slam all the time.")
TOOLS = {
    *("conclude", "present_widget", "write_prompt", "change_prompt", "record_digest", "write_summary", "answer_question", "suggest"),
    *("record_review", "record_knowledge", "propose_follow_up"),
}  # fmt: skip


def answering(body: dict[str, Any]) -> Any:
    """A model that does what its tools are for; where there are none, it shortens."""
    if [it["name"] for it in body.get("tools", [])] == ["change_prompt"]:
        return tool("change_prompt", {"changes": [], "summary": "Asks about bread, too."})
    return answer(body)


def talk(host: Host, server: FakeAnthropic, session: str) -> None:
    """Five people come, two of them talk, and one answers a widget."""
    for person, said in (("p1", WORDS), ("p2", WORDS), ("p3", ()), ("p4", ()), ("p5", ())):
        assert host.join(session, person).status_code == 200
        for words in said:
            assert host.say(session, words, person).status_code == 200
    server.queue(tool("present_widget", WIDGET, "I see."))
    assert host.say(session, "Noon.").status_code == 200
    assert host.say(session, "Bread", widget_value="Bread").status_code == 200


@pytest.fixture
def live(aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveApi]:
    with live_api(monkeypatch) as found:
        found.server.rule = answering
        yield found


@pytest.fixture
def requests(live: LiveApi, monkeypatch: pytest.MonkeyPatch) -> list[Request]:
    """What a host and five people had asked of models in the end; none of it was refused, or the server would say so."""
    made: list[Request] = []
    complete = ProvidedModel.complete

    def note(model: ProvidedModel, request: Request, deadline: Any) -> Any:
        made.append(request)
        return complete(model, request, deadline)

    monkeypatch.setattr(ProvidedModel, "complete", note)
    host = live.host
    assert host.call("PATCH", "/me", {"harmonica_md": "A library." * 1_000}).status_code == 200
    fields = {"critical": "Noise", "context": "Since 1970. " * 4_000, "private_context": "Nobody is to know."}
    session = str(host.new_session(widgets_enabled=True, cross_pollination=True, template_id="swot", **fields)["id"])
    assert write_prompt(session)
    talk(host, live.server, session)
    assert summarise(session)
    live.server.queue(text("I see."), tool("conclude", {"recap": "You like soup. Thanks."}))
    for words in ("And more.", "That is all."):
        assert host.say(session, words).status_code == 200
    guest = host.invite(session, "viewer")
    for path, body, who in (
        (f"/sessions/{session}/ask", {"question": "What is loud?"}, host),
        (f"/sessions/{session}/ask", {"question": "What is loud?"}, guest),
        (f"/sessions/{session}/review", {}, host),
        (f"/sessions/{session}/knowledge", {}, host),
        (f"/sessions/{session}/follow-up", {}, host),
        (f"/sessions/{session}/prompts/revise", {"instructions": "Ask about bread."}, host),
        (f"/sessions/{session}/regenerate-facilitation-prompt", {}, host),
        ("/sessions/suggestions", {"field": "critical", "goal": "Quiet"}, host),
    ):
        who.call("POST", path, body)
    return made


def test_each_is_taken_by_each_api(requests: list[Request]) -> None:
    tasks = {it.task for it in requests}
    assert tasks >= set(get_args(Task)) - {"ask_of_others"}
    assert {offered.name for it in requests for offered in it.tools} == TOOLS
    assert any(not it.tools for it in requests)  # the context is shortened in words
    kinds = {(it.task, it.must_call, len(it.tools), len(it.messages) > 1): it for it in requests}
    for request in kinds.values():
        for asked in (request, _with_note(request, "Again.")):
            for plain in (False, True):
                for model in (*DEFAULT_MODELS.values(), *OLDER):
                    question = Question(asked, model, request.max_tokens, plain=plain)
                    assert refusal_of(render_body(question)) is None, (request.task, model)
                    assert faults_of(render_completion(question, own=False, limit="max_tokens"), own=False) == []
                    assert (
                        faults_of(render_completion(question, own=True, limit="max_completion_tokens"), own=True) == []
                    )
                    there = {**render_body(question, strict=False), "model": f"anthropic.{model}"}
                    assert refusal_of(there, bedrock=True) is None, (request.task, model)


def test_what_the_stand_in_refuses() -> None:
    """The rules themselves, each by a body that breaks it alone."""
    said = {"role": "user", "content": [{"type": "text", "text": "Hi"}]}
    reply = {"role": "assistant", "content": [{"type": "text", "text": "Hello?"}]}
    steer = {**said, "role": "system"}
    blank = {"role": "user", "content": [{"type": "text", "text": " \n"}]}
    once = {"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}}
    hour = {**once, "cache_control": {"type": "ephemeral", "ttl": "1h"}}
    closed: dict[str, Any] = {"type": "object", "properties": {}, "additionalProperties": False}
    long = {**closed, "properties": {"a": {"type": "string", "maxLength": 3}}}
    body: dict[str, Any] = {"model": "claude-sonnet-5-5", "max_tokens": 500, "messages": [said]}
    good: list[dict[str, Any]] = [
        {},
        {"messages": [said, steer]},
        {"messages": [said, steer, reply, said]},
        {"system": [hour, once]},
        {"tools": [{"name": "a", "input_schema": closed, "strict": True}]},
        {"tools": [{"name": "a", "input_schema": long}]},
        {"model": "claude-haiku-5-5", "thinking": {"type": "disabled"}},
    ]
    bad: list[dict[str, Any]] = [
        {"max_tokens": 200_000},
        {"temperature": 1},
        {"stream_options": {}},
        {"thinking": {"type": "disabled"}},
        {"model": "claude-opus-5-5", "thinking": {"type": "between_tools"}},
        {"output_config": {"effort": "some"}},
        {"tools": [{"name": "a", "input_schema": closed}], "tool_choice": {"type": "tool", "name": "a"}},
        {"model": "claude-haiku-5-5", "tool_choice": {"type": "tool", "name": "a"}},
        {"system": [once] * 5},
        {"system": [once, hour]},
        {"messages": [blank]},
        {"messages": []},
        {"messages": [reply, said]},
        {"messages": [said, reply]},
        {"messages": [steer, said]},
        {"messages": [said, reply, steer]},
        {"messages": [said, steer, said]},
        {"messages": [said, steer], "model": "claude-sonnet-5"},
        {"tools": [{"name": "a", "input_schema": long, "strict": True}]},
        {"tools": [{"name": "a", "input_schema": {"type": "object", "properties": {}}, "strict": True}]},
        {"tools": [{"name": "a b", "input_schema": closed}]},
        {"tools": [{"name": "a", "input_schema": {"type": "objects"}}]},
    ]
    assert [refusal_of({**body, **changed}) for changed in good] == [None] * len(good)
    assert [changed for changed in bad if refusal_of({**body, **changed}) is None] == []
