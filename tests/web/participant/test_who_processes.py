"""The page that people join on says who processes what they write, whoever that is on this stage."""

import pytest

from chalicelib import settings
from tests.api.hosts import Host
from tests.example_tables import each_row
from tests.web.browser import Browser


@each_row(
    "environment, told",
    [
        ({"LLM_PROVIDER": "anthropic"}, "Anthropic processes what you write"),
        ({"LLM_PROVIDER": "anthropic", "ANTHROPIC_BASE_URL": "https://api.anthropic.com"}, "Anthropic processes"),
        ({"LLM_PROVIDER": "anthropic", "ANTHROPIC_BASE_URL": "https://m.example"}, "on a server that the operator"),
        ({"LLM_PROVIDER": "bedrock"}, "Amazon Web Services processes what you write, with a model by Anthropic"),
        ({"LLM_PROVIDER": "openai"}, "OpenAI processes what you write"),
        ({"LLM_PROVIDER": "openai", "OPENAI_BASE_URL": "https://m.example/v1"}, "on a server that the operator"),
    ],
)
def test_people_are_told_who_processes_what_they_write(
    environment: dict[str, str], told: str, host: Host, ben: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    settings.settings.cache_clear()
    assert told in ben.chat(host.new_session()).text
