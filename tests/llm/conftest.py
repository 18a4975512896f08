"""The server that the Anthropic adapter talks to."""

from collections.abc import Iterator

import pytest
from anthropic import Anthropic

from tests import fake_anthropic
from tests.fake_anthropic import FakeAnthropic


@pytest.fixture(scope="session")
def sdk() -> None:
    """The SDK loaded with all its parts, so that nobody's deadline passes meanwhile."""
    assert Anthropic(api_key="sk-test").messages


@pytest.fixture
def server(sdk: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeAnthropic]:
    with fake_anthropic.running() as fake:
        monkeypatch.setenv("LLM_PROVIDER", "anthropic")
        monkeypatch.setenv("ANTHROPIC_BASE_URL", fake.url)
        monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-test")
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        yield fake
