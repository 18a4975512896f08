"""One instance, started again with another model each time: what the greeting says, and who really answers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import fake_anthropic
from tests.e2e.local import LocalCloud, free_port
from tests.e2e.test_main_job import join, new_session
from tests.fake_anthropic import FakeAnthropic, text

QUESTION = "What makes you say so?"


@pytest.fixture
def server() -> Iterator[FakeAnthropic]:
    with fake_anthropic.running() as fake:
        fake.rule = lambda _: text(QUESTION)
        yield fake


def _opening(cloud: LocalCloud) -> str:
    """What somebody hears who joins a new session, whose prompt needs no worker."""
    answer = join(cloud, new_session(cloud, questions=[], prompt="Ask about noise."), "ana")
    assert answer.status == 200, answer.text
    return str(answer.json()["message"]["content"])


def test_a_restart_without_a_server_switches_to_the_script_and_one_with_a_key_switches_back(
    server: FakeAnthropic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LLM_PROVIDER", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    cloud = LocalCloud(tmp_path, free_port(), {"ANTHROPIC_BASE_URL": server.url, "MODEL_MEDIUM": "qwen3"})
    try:
        cloud.start()
        assert f"A model answers, through {server.url}" in cloud.log
        assert _opening(cloud) == QUESTION
        assert server.bodies[-1]["model"] == "qwen3"
        assert server.headers[-1]["authorization"] == "Bearer none"

        cloud.stop()
        cloud.environment = {}
        cloud.start()
        assert "A script answers" in cloud.log
        asked = len(server.bodies)
        assert _opening(cloud) != QUESTION
        assert len(server.bodies) == asked

        cloud.stop()
        cloud.environment = {"ANTHROPIC_BASE_URL": server.url, "ANTHROPIC_API_KEY": "sk-test"}
        cloud.start()
        assert _opening(cloud) == QUESTION
        assert server.bodies[-1]["model"] == "claude-sonnet-5-5"
        assert server.headers[-1]["authorization"] == "Bearer sk-test"
    finally:
        cloud.stop()
