"""The server that the Anthropic adapter talks to."""

from collections.abc import Iterator

import pytest

from tests import fake_anthropic
from tests.fake_anthropic import FakeAnthropic


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeAnthropic]:
    with fake_anthropic.running() as fake:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", fake.url)
        monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-test")
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        yield fake
