"""The key of the local cloud's KMS under which hosts' own keys for models are stored, where they are wanted: made once, then found."""

from typing import Any

import boto3

from infra.local.cloud import ACCOUNT

ALIAS = "alias/harmonica-own-models"
REGION = ACCOUNT["AWS_DEFAULT_REGION"]


def find_or_make(url: str) -> str:
    """The ARN of the key in the local cloud at this address."""
    session = boto3.Session(ACCOUNT["AWS_ACCESS_KEY_ID"], ACCOUNT["AWS_SECRET_ACCESS_KEY"], region_name=REGION)
    kms: Any = session.client("kms", endpoint_url=url)
    try:
        return str(kms.describe_key(KeyId=ALIAS)["KeyMetadata"]["Arn"])
    except kms.exceptions.NotFoundException:
        made = kms.create_key(Description="Hosts' own keys for models")["KeyMetadata"]
        kms.create_alias(AliasName=ALIAS, TargetKeyId=made["KeyId"])
        return str(made["Arn"])
