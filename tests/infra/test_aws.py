"""Which account and region a command works in."""

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, UnauthorizedSSOTokenError
from botocore.stub import Stubber

from infra import admin, aws, deploy, destroy, doctor, redrive, smoke, telegram_webhook


@pytest.fixture(autouse=True)
def shell(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A shell that says nothing of a region, and a process that has asked nothing of AWS yet; what a command sets is taken back."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    return monkeypatch


@pytest.mark.parametrize(
    ("environment", "region"),
    [
        ({"AWS_REGION": "eu-central-1"}, "eu-central-1"),
        ({"AWS_DEFAULT_REGION": "eu-west-1"}, "eu-west-1"),
        ({"AWS_REGION": "eu-central-1", "AWS_DEFAULT_REGION": "eu-west-1"}, "eu-central-1"),
    ],
)
def test_a_session_is_in_the_region_that_the_shell_names_and_so_is_the_application(
    environment: dict[str, str], region: str
) -> None:
    assert aws.open_session(environment).region_name == region
    assert boto3.client("dynamodb").meta.region_name == region


def test_every_command_asks_for_a_region() -> None:
    stage = {"STAGE": "prod", "LLM_PROVIDER": "scripted"}
    for command in (deploy, destroy, doctor, redrive, smoke, telegram_webhook):
        with pytest.raises(SystemExit, match="AWS_REGION="):
            command.main(stage)
    with pytest.raises(SystemExit, match="AWS_REGION="):
        admin.main(["--stage", "prod", "list-keys", "ana@example.com"])


def test_a_profile_that_is_none_is_told(shell: pytest.MonkeyPatch) -> None:
    shell.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(SystemExit, match=r"nobody.*AWS_PROFILE"):
        aws.open_session({"AWS_REGION": "eu-central-1"})


class _Session:
    """A session with one client, as it is stubbed."""

    def __init__(self, client: object) -> None:
        self._client = client

    def client(self, _: str) -> object:
        return self._client


def test_credentials_that_do_not_count_are_told(shell: pytest.MonkeyPatch) -> None:
    sts = boto3.client("sts", region_name="us-east-1")
    with Stubber(sts) as stub:
        stub.add_client_error("get_caller_identity", "ExpiredToken")
        with pytest.raises(SystemExit, match="sign in again"):
            aws.account_of(_Session(sts))  # type: ignore[arg-type]

    class Nobody:
        def get_caller_identity(self) -> None:
            raise NoCredentialsError

    with pytest.raises(SystemExit, match="no AWS credentials"):
        aws.account_of(_Session(Nobody()))  # type: ignore[arg-type]


def test_what_aws_refuses_ends_a_command_with_a_sentence() -> None:
    with (
        pytest.raises(SystemExit, match=r"AWS refused DescribeStacks \(AccessDenied\): not you"),
        aws.refusals_in_words(),
    ):
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "not you"}}, "DescribeStacks")
    with pytest.raises(SystemExit, match="no AWS credentials"), aws.refusals_in_words():
        raise NoCredentialsError
    with pytest.raises(SystemExit, match="sign in again"), aws.refusals_in_words():
        raise UnauthorizedSSOTokenError
    with pytest.raises(SystemExit, match="AWS could not be asked"), aws.refusals_in_words():
        raise EndpointConnectionError(endpoint_url="https://sts.example")
