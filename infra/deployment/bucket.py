"""The private bucket of a stage's deployments: templates and code on their way to CloudFormation.

Its name can be guessed, so that somebody else may have made it first, and whoever can write into it has their code run with
our roles. So it is used only where it is this account's, and what is in it is held against what was built.
"""

import hashlib
import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from msgspec import Struct

from infra.aws import account_of, is_local
from infra.deployment import DeploymentFailed

KEPT_DAYS = 90  # that what is not deployed any more can be had back
_IN_USE = timedelta(days=1)  # somebody else may be about to deploy what is younger
_ABSENT = ("404", "NoSuchBucket", "NoSuchKey")


class Bucket(Struct, frozen=True):
    """A bucket of this account. Each call says whose it has to be, so that none works on another one of the same name."""

    s3: Any
    name: str
    owner: str

    def put(self, key: str, body: bytes) -> None:
        """Store it under a name that is made of its content, unless it is there. Raises DeploymentFailed where that name holds
        something else."""
        checksum = b64encode(hashlib.sha256(body).digest()).decode()
        stored = self._checksum(key)
        if stored not in (None, "", checksum):
            raise DeploymentFailed(
                f"{key} in the bucket {self.name} is not what was built here: somebody else wrote it. See who may write "
                "there, and delete it; nothing was deployed"
            )
        if stored != checksum:
            self.s3.put_object(
                Bucket=self.name,
                Key=key,
                Body=body,
                ChecksumAlgorithm="SHA256",
                ChecksumSHA256=checksum,
                ExpectedBucketOwner=self.owner,
            )

    def url(self, key: str) -> str:
        """Where CloudFormation reads it: at the host of the bucket's region, as the global one does not know all regions."""
        signed = self.s3.generate_presigned_url("get_object", Params={"Bucket": self.name, "Key": key})
        return str(signed).split("?")[0]

    def forget_all_but(self, deployed: set[str]) -> None:
        """Let go what is not deployed any more. What is deployed stays, however old: CloudFormation goes back to it."""
        youngest = datetime.now(UTC) - _IN_USE
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.name, ExpectedBucketOwner=self.owner)
        for item in (item for page in pages for item in page.get("Contents", [])):
            if item["Key"] not in deployed and item["LastModified"] < youngest:
                self.s3.delete_object(Bucket=self.name, Key=item["Key"], ExpectedBucketOwner=self.owner)

    def _checksum(self, key: str) -> str | None:
        """The SHA-256 of what is stored, as S3 counted it; empty for what was stored without, None where there is nothing."""
        try:
            head = self.s3.head_object(
                Bucket=self.name, Key=key, ChecksumMode="ENABLED", ExpectedBucketOwner=self.owner
            )
        except ClientError as error:
            if error.response["Error"]["Code"] not in _ABSENT:
                raise
            return None
        return str(head.get("ChecksumSHA256", ""))


def bucket_name(session: boto3.Session, stage: str, account: str) -> str:
    """What the bucket of a stage is called."""
    return f"harmonica-{stage}-{account}-{session.region_name}"


def open_bucket(session: boto3.Session, stage: str) -> Bucket:
    """The bucket of a stage, made when absent, and closed to everybody else each time. Raises DeploymentFailed where it is
    another account's."""
    account = account_of(session)
    styled: Any = {"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"}
    s3 = session.client("s3", config=Config(signature_version="s3v4", s3=styled))
    bucket = Bucket(s3, bucket_name(session, stage, account), account)
    try:
        s3.head_bucket(Bucket=bucket.name, ExpectedBucketOwner=account)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "403":
            raise _not_ours(bucket) from error
        if code not in _ABSENT:
            raise
        _create(bucket, str(session.region_name))
    _close(bucket, with_policy=not is_local(session))
    return bucket


def _not_ours(bucket: Bucket) -> DeploymentFailed:
    return DeploymentFailed(
        f"The bucket {bucket.name} is another account's, or you may not use it; nothing was deployed. Where it is not yours, "
        "choose another name for the stage"
    )


def _create(bucket: Bucket, region: str) -> None:
    elsewhere: Any = {}
    if region != "us-east-1":
        elsewhere = {"CreateBucketConfiguration": {"LocationConstraint": region}}
    try:
        bucket.s3.create_bucket(Bucket=bucket.name, **elsewhere)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "BucketAlreadyExists":
            raise _not_ours(bucket) from error
        if code != "BucketAlreadyOwnedByYou":
            raise


def _close(bucket: Bucket, *, with_policy: bool) -> None:
    """Nothing in it is public, nothing is read without TLS, what is overwritten can be had back for a while. The local cloud has
    no TLS, and keeps to a bucket's policy."""
    s3, ours = bucket.s3, {"Bucket": bucket.name, "ExpectedBucketOwner": bucket.owner}
    blocked: Any = dict.fromkeys(
        ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
    )
    s3.put_public_access_block(**ours, PublicAccessBlockConfiguration=blocked)
    s3.put_bucket_versioning(**ours, VersioningConfiguration={"Status": "Enabled"})
    rule: Any = {
        "ID": "not deployed any more",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "NoncurrentVersionExpiration": {"NoncurrentDays": KEPT_DAYS},
        "Expiration": {"ExpiredObjectDeleteMarker": True},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
    }
    s3.put_bucket_lifecycle_configuration(**ours, LifecycleConfiguration={"Rules": [rule]})
    if with_policy:
        s3.put_bucket_policy(**ours, Policy=json.dumps(_tls_only(s3.meta.partition, bucket.name)))


def _tls_only(partition: str, name: str) -> dict[str, Any]:
    arn = f"arn:{partition}:s3:::{name}"
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}
