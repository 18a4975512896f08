"""Ground: Secrets Manager. A secret is read once per process."""

import json
from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config


@cache
def read_secret(arn: str) -> str:
    """The text of a secret."""
    client: Any = botocore.session.get_session().create_client(
        "secretsmanager", config=Config(connect_timeout=1, read_timeout=3, retries={"mode": "standard"})
    )
    return str(client.get_secret_value(SecretId=arn)["SecretString"])


def read_secret_field(arn: str, field: str) -> str:
    """A secret that is either the plain text or a JSON object with this field."""
    text = read_secret(arn)
    if text.startswith("{"):
        return str(json.loads(text)[field])
    return text
