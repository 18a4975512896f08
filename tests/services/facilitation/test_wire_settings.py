"""What the host changes and what the operator sets, in the requests that the SDK sends."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.fake_anthropic import text, tool
from tests.faults import prompt_parts
from tests.llm.wire import Door, door

Json = dict[str, Any]


@pytest.fixture
def there(aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    tiers = {"MODEL_SMALL": "claude-swift-9", "MODEL_MEDIUM": "claude-fair-9", "MODEL_LARGE": "claude-deep-9"}
    with door(monkeypatch, **tiers, HELP_TEXT="Call 112 <day & night>") as found:
        found.server.rule = lambda _: text(f"And number {len(found.bodies)}?")
        yield found


def patch(there: Door, session: str, **fields: Any) -> Json:
    """Change a session; what it is then."""
    there.clock.advance(1)
    answer = there.host.call("PATCH", f"/sessions/{session}", fields)
    assert answer.status_code == 200, answer.body
    return dict(answer.json_body)


def system(there: Door) -> list[Json]:
    """The system blocks of the last request."""
    return list(there.bodies[-1]["system"])


def test_a_thread_keeps_the_prompt_that_it_began_with(there: Door) -> None:
    session = there.host.new_session(prompt="Ask about <soup>.")["id"]
    assert there.host.join(session, "old").status_code == 200
    began = system(there)
    assert "<facilitation_prompt>Ask about &lt;soup&gt;.</facilitation_prompt>" in began[1]["text"]
    patch(there, session, prompt="Ask about bread.")
    assert there.host.say(session, "Hello", "old").status_code == 200
    assert system(there) == began
    assert there.host.join(session, "new").status_code == 200
    changed = [began[0], {**began[1], "text": began[1]["text"].replace("Ask about &lt;soup&gt;.", "Ask about bread.")}]
    assert system(there) == changed != began
    patch(there, session, prompt="Ask about cake.")
    for person, blocks in (("old", began), ("new", changed)):
        assert there.host.say(session, "And more", person).status_code == 200
        assert system(there) == blocks
    assert there.host.say(session, "Hello", "newest").status_code == 200
    assert "Ask about cake." in system(there)[1]["text"]


def test_a_thread_that_began_without_a_prompt_keeps_the_basic_one(there: Door) -> None:
    session = there.host.new_session()["id"]
    assert there.host.join(session, "old").status_code == 200
    began = system(there)
    assert "The conversation is about: Lunch" in began[1]["text"]
    patch(there, session, prompt="Ask about bread.")
    assert there.host.say(session, "Hello", "old").status_code == 200
    assert system(there) == began


def test_the_operators_help_text_is_data_in_the_guidelines(there: Door) -> None:
    session = there.host.new_session(prompt="Ask.")["id"]
    there.host.join(session)
    assert "<help>Call 112 &lt;day &amp; night&gt;</help>" in system(there)[0]["text"]


def test_a_conversation_asks_the_medium_model_and_where_that_fails_the_small_one(there: Door) -> None:
    session = there.host.new_session(prompt="Ask.")["id"]
    there.host.join(session)
    there.server.queue(529)
    assert there.host.say(session, "Soup").status_code == 200
    assert [body["model"] for body in there.bodies] == ["claude-fair-9", "claude-fair-9", "claude-swift-9"]


def test_a_proposed_prompt_asks_the_medium_model(there: Door) -> None:
    session = there.host.new_session(prompt="Ask.")["id"]
    there.server.queue(tool("write_prompt", prompt_parts("Bread")))
    proposed = there.host.call("POST", f"/sessions/{session}/regenerate-facilitation-prompt", {})
    assert proposed.status_code == 200, proposed.body
    (sent,) = there.bodies
    assert (sent["model"], sent["output_config"]) == ("claude-fair-9", {"effort": "medium"})
    assert [tool["name"] for tool in sent["tools"]] == ["write_prompt"]
    assert "tool_choice" not in sent
