"""What every run says when it is ready: where everything is, who answers, and how to go on."""

import os
from collections.abc import Sequence
from pathlib import Path

import urllib3

from chalicelib.settings import DEFAULT_MODEL_SERVERS
from infra.local import seed
from infra.local.instance import Instance
from infra.local.mailbox import FOLDER

PROBE_SECONDS = 5


def greeting(running: Instance, told: Sequence[str] = ()) -> str:
    """The addresses, the key, a command that works as printed, and how to get a real model; and what the start tells besides."""
    folder = Path(running.folder)
    url, key = seed.address_and_key(folder)
    example, results = seed.example_results(running), seed.demo_results(running)
    places = {
        "Sign in as its host": f"{url}/sign-in",
        **({"Results of an example": example} if example else {}),
        **({"A session to talk in": f"{url}/chat?s={session}"} if (session := seed.demo_session(folder)) else {}),
        **({"Its results, for its host": results} if results else {}),
        **({"A stand-in of Telegram": telegram} if (telegram := running.parameters.get("TelegramApiUrl")) else {}),
        "The API's description": f"{url}/docs",
        "Your API key": key,
    }
    width = max(map(len, places))
    return "\n".join(
        [
            "",
            f"Harmonica runs at {url}",
            "",
            *(f"  {name:<{width}}  {place}" for name, place in places.items()),
            "",
            f"  curl -H 'Authorization: Bearer {key}' {url}/api/v1/me",
            "",
            *told,
            *([""] if told else []),
            *_model(running.parameters),
            "",
            f"Mails are not sent, but written to {_short(folder / FOLDER)}. "
            f"Address and key are in {_short(folder / seed.ENVIRONMENT_FILE)}, too. "
            "Ctrl-C stops everything; `make update` deploys changed code.",
        ]
    )


def _model(parameters: dict[str, str]) -> list[str]:
    """Who answers; where it is the script, also the two ways to a real model."""
    provider = parameters["LlmProvider"]
    if provider in DEFAULT_MODEL_SERVERS:
        small, medium, large = (parameters[f"Model{tier}"] for tier in ("Small", "Medium", "Large"))
        server = parameters[f"{provider.title()}BaseUrl"]
        return [
            f"A model answers, through {server or DEFAULT_MODEL_SERVERS[provider]}:",
            f"  {medium} talks, {small} reads what was said, {large} writes summaries.",
            *_warning(server, f"{provider.upper()}_API_KEY"),
        ]
    return [
        "A script answers, and counts and lists what people say. For a real model, stop this and give it a key, or a server",
        "that speaks the Messages API, as Ollama, vLLM and llama.cpp do, which needs no key:",
        "  ANTHROPIC_API_KEY=… make run",
        "  ANTHROPIC_BASE_URL=http://127.0.0.1:11434 MODEL_SMALL=… MODEL_MEDIUM=… MODEL_LARGE=… make run",
        "docs/models.md has the others.",
    ]


def _warning(server: str, key: str) -> list[str]:
    """What would keep that model from answering, as far as it can be told at once."""
    if not server:
        has_key = bool(os.environ.get(key, "").strip())
        return [] if has_key else [f"  There is no {key}: nobody gets an answer before this is started again with one."]
    try:
        urllib3.request("HEAD", server, retries=False, timeout=PROBE_SECONDS)
    except urllib3.exceptions.HTTPError:
        return [
            "  Nothing answers at that address just now: until it does, what people write is kept, and not replied to."
        ]
    return []


def _short(file: Path) -> Path:
    """The file as seen from where the command was given."""
    return file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file
