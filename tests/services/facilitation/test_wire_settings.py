"""What the host changes and what the operator sets, in the requests that the SDK sends."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.fake_anthropic import text, tool
from tests.faults import prompt_parts
from tests.llm.wire import LiveApi, live_api

Json = dict[str, Any]


@pytest.fixture
def live(aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveApi]:
    tiers = {
        "MODEL_SMALL": "own.claude-haiku-5-5",
        "MODEL_MEDIUM": "own.claude-sonnet-5-5",
        "MODEL_LARGE": "own.claude-opus-5-5",
    }
    with live_api(monkeypatch, **tiers, HELP_TEXT="Call 112 <day & night>") as found:
        found.server.rule = lambda _: text(f"And number {len(found.bodies)}?")
        yield found


def patch(live: LiveApi, session: str, **fields: Any) -> Json:
    """Change a session; what it is then."""
    live.clock.advance(1)
    answer = live.host.call("PATCH", f"/sessions/{session}", fields)
    assert answer.status_code == 200, answer.body
    return dict(answer.json_body)


def system(live: LiveApi) -> list[Json]:
    """The system blocks of the last request."""
    return list(live.bodies[-1]["system"])


def test_a_thread_keeps_the_prompt_that_it_began_with(live: LiveApi) -> None:
    session = live.host.new_session(prompt="Ask about <soup>.")["id"]
    assert live.host.join(session, "old").status_code == 200
    began = system(live)
    assert "<facilitation_prompt>Ask about &lt;soup&gt;.</facilitation_prompt>" in began[1]["text"]
    patch(live, session, prompt="Ask about bread.")
    assert live.host.say(session, "Hello", "old").status_code == 200
    assert system(live) == began
    assert live.host.join(session, "new").status_code == 200
    changed = [began[0], {**began[1], "text": began[1]["text"].replace("Ask about &lt;soup&gt;.", "Ask about bread.")}]
    assert system(live) == changed != began
    patch(live, session, prompt="Ask about cake.")
    for person, blocks in (("old", began), ("new", changed)):
        assert live.host.say(session, "And more", person).status_code == 200
        assert system(live) == blocks
    assert live.host.say(session, "Hello", "newest").status_code == 200
    assert "Ask about cake." in system(live)[1]["text"]


def test_a_thread_that_began_without_a_prompt_keeps_the_basic_one(live: LiveApi) -> None:
    session = live.host.new_session()["id"]
    assert live.host.join(session, "old").status_code == 200
    began = system(live)
    assert "The conversation is about: Lunch" in began[1]["text"]
    patch(live, session, prompt="Ask about bread.")
    assert live.host.say(session, "Hello", "old").status_code == 200
    assert system(live) == began


def test_the_operators_help_text_is_data_in_the_guidelines(live: LiveApi) -> None:
    session = live.host.new_session(prompt="Ask.")["id"]
    live.host.join(session)
    assert "<help>Call 112 &lt;day &amp; night&gt;</help>" in system(live)[0]["text"]


def test_a_conversation_asks_the_medium_model_and_where_that_fails_the_small_one(live: LiveApi) -> None:
    session = live.host.new_session(prompt="Ask.")["id"]
    live.host.join(session)
    live.server.queue(529)
    assert live.host.say(session, "Soup").status_code == 200
    assert [body["model"] for body in live.bodies] == [
        "own.claude-sonnet-5-5",
        "own.claude-sonnet-5-5",
        "own.claude-haiku-5-5",
    ]


def test_a_proposed_prompt_asks_the_medium_model(live: LiveApi) -> None:
    session = live.host.new_session(prompt="Ask.")["id"]
    live.server.queue(tool("write_prompt", prompt_parts("Bread")))
    proposed = live.host.call("POST", f"/sessions/{session}/regenerate-facilitation-prompt", {})
    assert proposed.status_code == 200, proposed.body
    (sent,) = live.bodies
    assert (sent["model"], sent["output_config"]) == ("own.claude-sonnet-5-5", {"effort": "medium"})
    assert [tool["name"] for tool in sent["tools"]] == ["write_prompt"]
    assert "tool_choice" not in sent
