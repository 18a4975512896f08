"""What keeps a model from answering is told so that an operator knows what to do."""

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib import container
from chalicelib.clock import Deadline
from chalicelib.llm.interface import ModelRefused, ModelUnavailable, Reply, Request, Usage
from chalicelib.settings import SettingMissing
from infra.checks.models import adapter_of, check_models, check_secrets
from tests import fake_anthropic
from tests.conftest import forget_wiring
from tests.fake_anthropic import FakeAnthropic, Fault, text
from tests.infra.checks.stubs import Session, stage, told


class Refusal(Exception):
    """What a server's client raises."""

    def __init__(self, status: int, message: str = "the server's words") -> None:
        super().__init__(message)
        self.status_code, self.message = status, message


class Model:
    """A model that answers, or fails for a cause."""

    understands = True

    def __init__(self, cause: Exception | None = None, kind: type[ModelUnavailable] = ModelRefused) -> None:
        self.cause, self.kind, self.asked = cause, kind, list[Request]()

    def complete(self, request: Request, _: Deadline) -> Reply:
        self.asked.append(request)
        if self.cause:
            raise self.kind("The language model is unavailable") from self.cause
        return Reply("ready", f"model-{request.tier}", usage=Usage(10, 0, 5, 1_200))


def _found(model: Any, monkeypatch: pytest.MonkeyPatch, provider: str = "anthropic") -> list[tuple[str, str]]:
    monkeypatch.setattr(container, "model", lambda: model)
    return told(list(check_models(stage(Session(), LlmProvider=provider, ModelLarge="claude-large"))))


def test_each_tier_is_asked_once_for_one_word(monkeypatch: pytest.MonkeyPatch) -> None:
    model = Model()
    found = _found(model, monkeypatch)
    assert [request.tier for request in model.asked] == ["small", "medium", "large"]
    assert [level for level, _ in found] == ["well"] * 3
    assert "answers as model-large in" in found[2][1]
    assert "0.0012 dollars" in found[2][1]


@pytest.mark.parametrize(
    ("cause", "kind", "said"),
    [
        (Refusal(401), ModelRefused, "the key is refused"),
        (Refusal(403), ModelRefused, "may not ask it (the server's words): have access to this model switched on"),
        (Refusal(404), ModelRefused, "there is no model of this name at that server"),
        (Refusal(429), ModelUnavailable, "ask for higher limits"),
        (
            Refusal(400, "Your credit balance is too low"),
            ModelRefused,
            "no money left (Your credit balance is too low)",
        ),
        (Refusal(400), ModelRefused, "the request is refused (the server's words)"),
        (TimeoutError(), ModelUnavailable, "no answer within 60 seconds, or none of use (TimeoutError)"),
    ],
)
def test_each_cause_has_a_sentence(
    cause: Exception, kind: type[ModelUnavailable], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = _found(Model(cause, kind), monkeypatch)
    assert [level for level, _ in found] == ["fault"] * 3
    assert found[2][1].startswith("The large model, claude-large: ")
    assert said in found[2][1]


@pytest.mark.parametrize(
    ("status", "level", "said"), [(403, "warning", "`make smoke` tells"), (404, "fault", "no model")]
)
def test_what_the_operator_may_not_ask_bedrock_the_functions_may(
    monkeypatch: pytest.MonkeyPatch, status: int, level: str, said: str
) -> None:
    found = _found(Model(Refusal(status)), monkeypatch, "bedrock")
    assert [found_level for found_level, _ in found] == [level] * 3
    assert said in found[2][1]


def test_a_cause_behind_a_cause_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    wrapped = RuntimeError("an adapter's own")
    wrapped.__cause__ = Refusal(404, "no such model")
    assert (
        "at that server, or it is not switched on for this account (no such model)"
        in _found(Model(wrapped), monkeypatch)[0][1]
    )
    wrapped.__cause__ = SettingMissing("the secret holds none")
    assert len(_found(Model(wrapped), monkeypatch)) == 1


def test_a_missing_key_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    ((level, said),) = _found(Model(SettingMissing("the secret holds none")), monkeypatch)
    assert (level, said) == ("fault", "No model can be asked, for there is no key: the secret holds none")


@pytest.mark.parametrize(("provider", "level"), [("", "fault"), ("scripted", "warning")])
def test_where_no_model_is_named_none_is_asked(provider: str, level: str) -> None:
    ((found, _),) = told(list(check_models(stage(Session(), LlmProvider=provider))))
    assert found == level


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeAnthropic]:
    with fake_anthropic.running() as fake:
        monkeypatch.setenv("LLM_PROVIDER", "anthropic")
        monkeypatch.setenv("ANTHROPIC_BASE_URL", fake.url)
        forget_wiring()
        yield fake
    forget_wiring()


@pytest.mark.parametrize("hosts_bring_their_own", ["", "alias/hosts"])
def test_models_are_asked_as_the_functions_ask_them_and_nobodys_money_is_counted(
    server: FakeAnthropic, monkeypatch: pytest.MonkeyPatch, hosts_bring_their_own: str
) -> None:
    monkeypatch.setenv("OWN_MODELS_KEY", hosts_bring_their_own)
    forget_wiring()
    assert type(adapter_of(container.model())) is not type(container.model())
    server.queue(text("ready"), Fault(404), text("ready"))
    found = told(list(check_models(stage(Session(), LlmProvider="anthropic"))))
    assert [level for level, _ in found] == ["well", "fault", "well"]
    assert "there is no model of this name" in found[1][1]


@pytest.mark.parametrize(("base_url", "level"), [("", "fault"), ("https://models.example", "well")])
def test_keys_of_another_server_begin_as_they_like(base_url: str, level: str) -> None:
    address, session = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:key-AbC123", Session()
    session.answers("secretsmanager", "describe_secret", {"ARN": address})
    session.answers("secretsmanager", "get_secret_value", {"SecretString": "lt-" + "a" * 30})
    one = stage(session, AnthropicSecretArn=address, AnthropicBaseUrl=base_url)
    assert [found for found, _ in told(list(check_secrets(one)))] == [level]
