"""Ground: Secrets Manager."""

import json
from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import Unavailable
from chalicelib.settings import SettingMissing

_THROTTLED = ("ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded")


class SecretMissing(SettingMissing):
    """There is no such secret, we may not read it, or it lacks what we look for in it; the operator has to mend it."""


@cache
def read_secret(arn: str) -> str:
    """The text of a secret that never changes, read once per process. Raises as `fetch_secret` does."""
    return fetch_secret(arn)


def fetch_secret(arn: str) -> str:
    """The text of a secret as it is now. Raises SecretMissing, or Unavailable where Secrets Manager does not answer."""
    try:
        answer = _client().get_secret_value(SecretId=arn)
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
        if code in _THROTTLED or status >= 500:
            raise _unavailable() from error
        raise SecretMissing(f"{arn}: {code}") from error
    except BotoCoreError as error:
        raise _unavailable() from error
    if "SecretString" not in answer:
        raise SecretMissing(f"{arn}: no text")
    return str(answer["SecretString"])


def read_secret_field(arn: str, field: str) -> str:
    """A secret that is either the plain text or a JSON object with this field, as it is now. Raises as `fetch_secret` does."""
    text = fetch_secret(arn).strip()
    if not text.startswith("{"):
        return text
    try:
        value = json.loads(text).get(field)
    except ValueError as error:
        raise SecretMissing(f"{arn}: neither a text nor JSON") from error
    if not isinstance(value, str):
        raise SecretMissing(f"{arn}: no field {field}")
    return value


def _client() -> Any:
    config = Config(connect_timeout=1, read_timeout=3, retries={"mode": "standard"})
    return botocore.session.get_session().create_client("secretsmanager", config=config)


def _unavailable() -> Unavailable:
    return Unavailable("A service that we depend on does not answer; try again later")
