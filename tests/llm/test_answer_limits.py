"""Answers without an end: whoever asks gets no more of them than a model's answer can have, and no connection outlives its call."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from chalicelib.clock import Clock
from chalicelib.llm.answer_limits import MOST_BYTES
from chalicelib.llm.calls import ProvidedModel
from chalicelib.llm.interface import ModelUnavailable
from chalicelib.llm.model_servers import ModelServers
from chalicelib.llm.providers import provider, provider_at
from tests import fake_anthropic, fake_openai
from tests.fake_anthropic import Drip, FakeAnthropic, Flood
from tests.llm.asking import DIGEST

MODELS: dict[Any, str] = dict.fromkeys(("small", "medium", "large"), "m")


@pytest.fixture(params=[("anthropic", True), ("anthropic", False), ("openai", True), ("openai", False)])
def asked(request: pytest.FixtureRequest, sdk: None) -> Iterator[tuple[FakeAnthropic, Any, ModelServers | None]]:
    """A server of a dialect, which a host has named or the operator."""
    dialect, is_hosts = request.param
    running: Any = fake_openai.running if dialect == "openai" else fake_anthropic.running
    with running() as fake:
        yield fake, dialect, ModelServers.named(fake.url.removeprefix("http://")) if is_hosts else None


def model_at(asked: tuple[FakeAnthropic, Any, ModelServers | None]) -> ProvidedModel:
    fake, dialect, servers = asked
    return provider(dialect, models=MODELS, base_url=fake.url, key="k", servers=servers)


@contextmanager
def left_alone(fake: FakeAnthropic) -> Iterator[None]:
    """The client hangs up, well before the server would come to an end."""
    with pytest.raises(ModelUnavailable):
        yield
    assert fake.hung_up.wait(20)


@pytest.mark.parametrize("flood", [Flood(), Flood(500)])
def test_an_answer_without_an_end_is_read_no_further_than_a_model_can_write(asked: Any, flood: Flood) -> None:
    fake = asked[0]
    fake.queue(flood, flood)
    with left_alone(fake):
        model_at(asked).complete(DIGEST, Clock().deadline(60))
    assert MOST_BYTES / 2 < fake.flooded / len(fake.bodies) < 3 * MOST_BYTES  # what is on its way has left the server


def test_what_comes_compressed_is_never_unpacked(asked: Any) -> None:
    fake = asked[0]
    fake.queue(Flood(packed=True), Flood(packed=True))
    with left_alone(fake):
        model_at(asked).complete(DIGEST, Clock().deadline(60))


def test_a_connection_that_drips_ends_with_its_call(asked: Any) -> None:
    fake = asked[0]
    fake.queue(Drip())
    with left_alone(fake):
        model_at(asked).complete(DIGEST, Clock().deadline(1))


@pytest.mark.parametrize("asked", [("anthropic", True), ("openai", True)], indirect=True)
def test_with_a_server_that_a_host_has_named_it_ends_before_there_is_an_answer_too(asked: Any) -> None:
    fake = asked[0]
    fake.queue(Drip(headers=True))
    with left_alone(fake):
        model_at(asked).complete(DIGEST, Clock().deadline(1))


def test_a_list_without_an_end_is_none(asked: Any) -> None:
    fake, dialect, servers = asked
    fake.listing = lambda *_: (200, Flood())
    provider_ = provider_at(dialect, fake.url, lambda: "k", servers=servers)
    wait = provider_.prepare()
    if wait:
        wait.result(30)
    provider_.connect()
    assert provider_.list_models(30) == ()
    assert fake.hung_up.wait(20)
