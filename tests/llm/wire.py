"""The API's door with Anthropic behind it: the real SDK, a server that speaks the wire format, the AWS in memory."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib.llm import calls
from tests import fake_anthropic
from tests.api.hosts import Host, new_host
from tests.clock import FakeClock, own_time
from tests.fake_anthropic import FakeAnthropic

Json = dict[str, Any]
TAGGED = re.compile(r'<(?P<name>[a-z_]+)(?: [a-z_]+="[^"<>]*")*>[^<>]*</(?P=name)>')


@dataclass(frozen=True)
class LiveApi:
    """A host, what stands behind the API, and the time of both."""

    host: Host
    server: FakeAnthropic
    clock: FakeClock

    @property
    def bodies(self) -> list[Json]:
        """Every request that the SDK sent."""
        return self.server.bodies

    def turn(self, reply: Any, session: str, words: str, **fields: Any) -> Json:
        """Say something that the model answers so; the facilitator's message."""
        self.server.queue(reply)
        answer = self.host.say(session, words, **fields)
        assert answer.status_code == 200, answer.body
        return dict(answer.json_body["message"])

    def stored(self, session: str, participant: str = "p1") -> list[Json]:
        """The messages of a participant's thread."""
        people = self.host.get(f"/sessions/{session}/responses")["data"]
        return list(next(person["messages"] for person in people if person["external_id"] == participant))


@contextmanager
def live_api(monkeypatch: pytest.MonkeyPatch, **environment: str) -> Iterator[LiveApi]:
    """The application of the in-memory AWS, as a deployment with a key; the fixture `aws` has to be there."""
    with fake_anthropic.running() as server:
        for name, value in {
            "LLM_PROVIDER": "anthropic",
            "ANTHROPIC_BASE_URL": server.url,
            "ANTHROPIC_API_KEY": "sk-test",
            **environment,
        }.items():
            monkeypatch.setenv(name, value)
        clock = own_time(monkeypatch)
        yield LiveApi(new_host(), server, clock)


def impatient(monkeypatch: pytest.MonkeyPatch, seconds: float = 0.5) -> None:
    """Give the first try of a turn less time: it is real time, which no test owns."""
    monkeypatch.setattr(calls, "FIRST_TRY", seconds)


def texts(body: Json, role: str | None = None) -> list[str]:
    """The texts of a request in their order, or those of one role's messages."""
    system = [] if role else [block["text"] for block in body["system"]]
    said = (message for message in body["messages"] if role in (None, message["role"]))
    return [*system, *(block["text"] for message in said for block in message["content"])]


def outside(body: Json) -> str:
    """What a request says outside of all data; the facilitator's own messages are no part of it."""
    without = {**body, "messages": [{**sent, "content": []} for sent in body["messages"] if sent["role"] != "user"]}
    user = [TAGGED.sub("", text) for text in texts(body, "user")]
    system = [TAGGED.sub("", block["text"]) for block in body["system"]]
    return "\n".join([json.dumps({**without, "system": []}, ensure_ascii=False), *system, *user])


def breakpoints(body: Json) -> list[str]:
    """Where a request has its cache breakpoints, in order: `tools 0`, `system 1`, `messages 3.0`."""
    found = [f"tools {at}" for at, tool in enumerate(body.get("tools", [])) if "cache_control" in tool]
    found += [f"system {at}" for at, block in enumerate(body["system"]) if "cache_control" in block]
    for at, message in enumerate(body["messages"]):
        found += [f"messages {at}.{n}" for n, block in enumerate(message["content"]) if "cache_control" in block]
    return found
