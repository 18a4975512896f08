"""The model's key, from the environment or through the real reader from Secrets Manager: missing, unreadable, replaced."""

import logging
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError, EndpointConnectionError
from moto import mock_aws

from chalicelib import container
from chalicelib.clock import Clock
from chalicelib.errors import Unavailable
from chalicelib.llm.interface import Block, ChatMessage, ModelUnavailable, Request
from chalicelib.secret_store import SecretMissing
from tests.conftest import forget_wiring
from tests.fake_anthropic import FakeAnthropic, text

TURN = Request("turn", "medium", (Block("Guidelines"),), (ChatMessage("user", (Block("Begin"),)),), 500)
NO_KEY = "the operator of this server has to set it"


class Vault:
    """The secret as the operator keeps it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._client: Any = boto3.client("secretsmanager")
        self._arn = self._client.create_secret(Name="anthropic", SecretString="sk-first")["ARN"]
        monkeypatch.setenv("ANTHROPIC_SECRET_ARN", self._arn)
        monkeypatch.setenv("DEPLOYMENT_SECRET_ARN", self._arn)

    def put(self, **value: Any) -> None:
        self._client.put_secret_value(SecretId=self._arn, **value)

    def delete(self, *, at_once: bool) -> None:
        window = {"ForceDeleteWithoutRecovery": True} if at_once else {"RecoveryWindowInDays": 7}
        self._client.delete_secret(SecretId=self._arn, **window)


@pytest.fixture
def vault(server: FakeAnthropic, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vault]:
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    monkeypatch.setenv("LLM_PROVIDER", "anthropic")
    for ceiling in ("DAILY_BUDGET", "OWNER_BUDGET", "SESSION_BUDGET"):
        monkeypatch.setenv(ceiling, "0")
    forget_wiring()
    with mock_aws():
        yield Vault(monkeypatch)
    forget_wiring()


def ask() -> str:
    return container.model().complete(TURN, Clock().deadline(24)).text


def events(caplog: pytest.LogCaptureFixture) -> list[tuple[int, str]]:
    return [(record.levelno, record.__dict__["event"]) for record in caplog.records if record.name == "harmonica"]


def fail(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Let every call of AWS fail with this."""

    def raise_it(*args: object) -> None:
        raise error

    monkeypatch.setattr(BaseClient, "_make_api_call", raise_it)


def refusal(code: str, status: int) -> ClientError:
    answer: Any = {"Error": {"Code": code, "Message": ""}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "GetSecretValue")


def keys_sent(server: FakeAnthropic) -> list[str]:
    return [headers["authorization"] for headers in server.headers]


def test_without_environment_and_secret_the_operator_is_told_and_nothing_is_sent(
    vault: Vault, server: FakeAnthropic, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("ANTHROPIC_SECRET_ARN")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "")  # as the template has it where no other server is named
    with pytest.raises(ModelUnavailable, match=NO_KEY):
        ask()
    assert events(caplog) == [(logging.ERROR, "model_key_missing")]
    assert server.bodies == []


def test_another_server_than_anthropics_needs_no_key(
    vault: Vault, server: FakeAnthropic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ANTHROPIC_SECRET_ARN")
    server.queue(text("Why?"))
    assert ask() == "Why?"
    assert keys_sent(server) == ["Bearer none"]


@pytest.mark.parametrize(
    "secret", ["sk-secret", " sk-secret\n", '{"api_key": "sk-secret"}', '\n{"api_key": "sk-secret "}']
)
def test_the_secret_is_a_text_or_json(vault: Vault, server: FakeAnthropic, secret: str) -> None:
    vault.put(SecretString=secret)
    server.queue(text("Why?"))
    assert ask() == "Why?"
    assert keys_sent(server) == ["Bearer sk-secret"]


@pytest.mark.parametrize("secret", [" ", "{}", '{"key": "sk"}', '{"api_key": null}', '{"api_key": ""}', "{sk", "“sk”"])
def test_a_secret_without_a_key_is_a_missing_key(
    vault: Vault, server: FakeAnthropic, caplog: pytest.LogCaptureFixture, secret: str
) -> None:
    vault.put(SecretString=secret)
    with pytest.raises(ModelUnavailable, match=NO_KEY):
        ask()
    assert events(caplog) == [(logging.ERROR, "model_key_missing")]


def test_a_binary_secret_is_a_missing_key(vault: Vault, caplog: pytest.LogCaptureFixture) -> None:
    vault.put(SecretBinary=b"sk")
    with pytest.raises(ModelUnavailable, match=NO_KEY):
        ask()
    assert events(caplog) == [(logging.ERROR, "model_key_missing")]


@pytest.mark.parametrize("at_once", [True, False])
def test_a_deleted_secret_is_a_missing_key(vault: Vault, caplog: pytest.LogCaptureFixture, at_once: bool) -> None:
    vault.delete(at_once=at_once)
    with pytest.raises(ModelUnavailable, match=NO_KEY):
        ask()
    assert events(caplog) == [(logging.ERROR, "model_key_missing")]


def test_a_secret_that_we_may_not_read_is_a_missing_key(
    vault: Vault, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    fail(monkeypatch, refusal("AccessDeniedException", 400))
    with pytest.raises(ModelUnavailable, match=NO_KEY):
        ask()
    assert events(caplog) == [(logging.ERROR, "model_key_missing")]


@pytest.mark.parametrize(
    "error",
    [
        EndpointConnectionError(endpoint_url="https://secretsmanager"),
        refusal("ThrottlingException", 400),
        refusal("InternalServiceError", 500),
    ],
)
def test_secrets_manager_that_is_down_is_no_missing_key(
    vault: Vault, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    fail(monkeypatch, error)
    with pytest.raises(ModelUnavailable, match="send the same message again"):
        ask()
    assert events(caplog) == [(logging.WARNING, "model_failed")]
    with pytest.raises(Unavailable):
        container.deployment_secret()


def test_a_key_that_is_set_later_works_in_a_warm_container(vault: Vault, server: FakeAnthropic) -> None:
    vault.put(SecretString="{}")
    with pytest.raises(ModelUnavailable):
        ask()
    vault.put(SecretString="sk-second")
    server.queue(text("Why?"))
    assert ask() == "Why?"


@pytest.mark.parametrize("status", [401, 403])
def test_a_replaced_key_works_in_a_warm_container_once_the_old_one_is_refused(
    vault: Vault, server: FakeAnthropic, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    server.queue(text("Why?"), text("How?"), status, text("When?"))
    assert ask() == "Why?"
    vault.put(SecretString="sk-second")
    assert ask() == "How?"
    with pytest.raises(ModelUnavailable):
        ask()
    assert ask() == "When?"
    assert keys_sent(server) == ["Bearer sk-first"] * 3 + ["Bearer sk-second"]
    assert events(caplog) == [(logging.ERROR, "model_key_rejected")]


def test_a_missing_deployment_secret_is_an_error(vault: Vault) -> None:
    vault.delete(at_once=True)
    with pytest.raises(SecretMissing, match="ResourceNotFoundException"):
        container.deployment_secret()
