"""Each way in which a secret keeps the functions from working has a sentence of its own."""

import json
from typing import Any

import pytest

from infra.checks import Finding
from infra.checks.models import check_secrets
from infra.checks.secrets import Secret, address_fault, check_secret, look_at_bot, look_at_key
from tests.infra.checks.stubs import ACCOUNT, REGION, Session, stage

ARN = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:harmonica-key-AbC123"
KEY = "sk-ant-api03-" + "a" * 40
OWN_KEY = "arn:aws:kms:eu-central-1:123456789012:key/mine"


def _look(session: Session, address: str = ARN) -> Finding:
    (finding,) = check_secret(
        session, ACCOUNT, Secret("ANTHROPIC_SECRET_ARN", address, "a key", look_at_key("api_key", "sk-ant-"))
    )
    assert finding.text.startswith("ANTHROPIC_SECRET_ARN: ")
    assert session.all_asked()
    return finding


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("harmonica-key", "is no ARN of a secret"),
        (f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/key", "is no ARN of a secret"),
        (ARN.replace(REGION, "us-east-1"), f"is in us-east-1, and functions in {REGION} do not read it"),
        (ARN.removesuffix("-AbC123"), "lacks the suffix of six characters"),
    ],
)
def test_an_address_that_no_function_can_read_by_is_told_without_asking_anybody(address: str, said: str) -> None:
    finding = _look(Session(), address)
    assert finding.level == "fault"
    assert said in finding.text


def test_a_whole_address_of_any_partition_is_taken() -> None:
    assert address_fault(ARN, REGION) == ""
    assert (
        address_fault("arn:aws-us-gov:secretsmanager:us-gov-west-1:123456789012:secret:a/b-AbC123", "us-gov-west-1")
        == ""
    )


@pytest.mark.parametrize(
    ("code", "address", "said"),
    [
        ("ResourceNotFoundException", ARN, "there is no secret"),
        ("ResourceNotFoundException", ARN.replace(ACCOUNT, "999999999999"), "belongs to another account"),
        ("AccessDeniedException", ARN, "your own credentials need secretsmanager:DescribeSecret"),
    ],
)
def test_a_secret_that_cannot_be_looked_at_is_told(code: str, address: str, said: str) -> None:
    session = Session()
    session.refuses("secretsmanager", "describe_secret", code)
    assert said in _look(session, address).text


@pytest.mark.parametrize(
    ("described", "said"),
    [
        ({"ARN": ARN + "-ZyX987"}, f"the secret's whole ARN is {ARN}-ZyX987"),
        ({"ARN": ARN, "DeletedDate": 1_790_000_000}, "is to be deleted: `aws secretsmanager restore-secret"),
    ],
)
def test_another_or_a_deleted_secret_is_told(described: dict[str, Any], said: str) -> None:
    session = Session()
    session.answers("secretsmanager", "describe_secret", described)
    assert said in _look(session).text


def _described(session: Session, **more: Any) -> None:
    session.answers("secretsmanager", "describe_secret", {"ARN": ARN, **more}, {"SecretId": ARN})


@pytest.mark.parametrize(
    ("answer", "level", "said"),
    [
        ({"SecretString": KEY}, "well", "can be read, and looks like a key"),
        ({"SecretString": json.dumps({"api_key": KEY})}, "well", "can be read"),
        ({"SecretBinary": b"x"}, "fault", "no text but bytes"),
        ({"SecretString": "  "}, "fault", "it is empty"),
        ({"SecretString": f'"{KEY}"'}, "fault", "spaces or quotation marks"),
        ({"SecretString": "sk-ant-your-key-here"}, "fault", "stands in the place of one"),
        ({"SecretString": "sk-ant-1"}, "fault", "too short to be a key"),
        ({"SecretString": "hm_live_0123456789abcdef"}, "fault", "does not begin with sk-ant-"),
        ({"SecretString": "{not json"}, "fault", "neither a text nor JSON"),
        ({"SecretString": json.dumps({"key": KEY})}, "fault", "has no field api_key"),
    ],
)
def test_what_is_in_it_is_looked_at_and_never_said(answer: dict[str, Any], level: str, said: str) -> None:
    session = Session()
    _described(session)
    session.answers("secretsmanager", "get_secret_value", answer)
    finding = _look(session)
    assert finding.level == level
    assert said in finding.text
    assert KEY not in finding.text


@pytest.mark.parametrize(
    ("code", "level", "said"),
    [
        ("ResourceNotFoundException", "fault", "has no value yet"),
        ("AccessDeniedException", "warning", "could not be read (AccessDeniedException)"),
    ],
)
def test_a_value_that_cannot_be_read_is_told(code: str, level: str, said: str) -> None:
    session = Session()
    _described(session)
    session.refuses("secretsmanager", "get_secret_value", code)
    finding = _look(session)
    assert finding.level == level
    assert said in finding.text


@pytest.mark.parametrize(
    ("key", "level", "said"),
    [
        ({"KeyState": "Enabled", "KeyManager": "CUSTOMER"}, "warning", "lets their roles kms:Decrypt"),
        ({"KeyState": "Enabled", "KeyManager": "AWS"}, "well", "looks like a key"),
        (
            {"KeyState": "PendingDeletion", "KeyManager": "CUSTOMER"},
            "fault",
            "is PendingDeletion, so that nobody can read it",
        ),
        ("AccessDeniedException", "warning", "could not be looked at (AccessDeniedException)"),
    ],
)
def test_a_key_of_ones_own_is_looked_at(key: dict[str, str] | str, level: str, said: str) -> None:
    session = Session()
    _described(session, KmsKeyId=OWN_KEY)
    if isinstance(key, str):
        session.refuses("kms", "describe_key", key)
    else:
        session.answers("kms", "describe_key", {"KeyMetadata": {"KeyId": "mine", **key}}, {"KeyId": OWN_KEY})
    session.answers("secretsmanager", "get_secret_value", {"SecretString": KEY})
    found = list(check_secret(session, ACCOUNT, Secret("X", ARN, "a key", look_at_key("api_key"))))
    assert found[0].level == level
    assert said in found[0].text


def test_the_key_that_the_functions_use_in_any_case_is_no_matter() -> None:
    session = Session()
    _described(session, KmsKeyId=OWN_KEY)
    told = {"KeyId": "mine", "Arn": OWN_KEY, "KeyState": "Enabled", "KeyManager": "CUSTOMER"}
    session.answers("kms", "describe_key", {"KeyMetadata": told})
    session.answers("secretsmanager", "get_secret_value", {"SecretString": KEY})
    (finding,) = check_secrets(stage(session, AnthropicSecretArn=ARN, KmsKeyArn=OWN_KEY))
    assert finding.level == "well"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("12345:abc", "has to be JSON with bot_token"),
        (json.dumps({"bot_token": "12345:" + "a" * 35}), "no field webhook_secret"),
        (json.dumps({"bot_token": "a token", "webhook_secret": "s" * 20}), "bot_token is not of the form"),
        (json.dumps({"bot_token": "12345:" + "a" * 35, "webhook_secret": "short"}), "webhook_secret has to be 16"),
        (json.dumps({"bot_token": "12345:" + "a" * 35, "webhook_secret": "s" * 20}), ""),
    ],
)
def test_the_secret_of_a_bot_is_looked_at(text: str, said: str) -> None:
    found = look_at_bot(text)
    assert said in found
    assert bool(said) == bool(found)


def test_every_secret_that_a_setting_names_is_checked() -> None:
    one = stage(Session(), AnthropicSecretArn="a", TelegramSecretArn="b", OidcSecretArn="", DeploymentSecretArn="c")
    found = list(check_secrets(one))
    assert [finding.text.partition(":")[0] for finding in found] == ["ANTHROPIC_SECRET_ARN", "TELEGRAM_SECRET_ARN"]
