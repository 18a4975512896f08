"""The bucket of deployments: ours or none, closed to everybody else, and with what was built in it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.s3.models import s3_backends

from infra.deployment import DeploymentFailed
from infra.deployment.bucket import Bucket, open_bucket

ACCOUNT = "123456789012"
NAME = f"harmonica-prod-{ACCOUNT}-eu-central-1"


@pytest.fixture
def bucket(session: boto3.Session) -> Bucket:
    return open_bucket(session, "prod")


def _refuse(session: boto3.Session, operation: str, status: int, code: str) -> dict[str, Any]:
    """Have S3 refuse an operation; gives the headers that it was asked with."""
    asked: dict[str, Any] = {}

    def refused(params: dict[str, Any], **_: Any) -> Any:
        asked.update(params["headers"])
        return AWSResponse("", status, HTTPHeaders(), None), {"Error": {"Code": code, "Message": "no"}}

    session.events.register(f"before-call.s3.{operation}", refused)
    return asked


def test_code_never_goes_into_a_bucket_that_another_account_made_under_our_name(session: boto3.Session) -> None:
    asked = _refuse(session, "HeadBucket", 403, "403")
    with pytest.raises(DeploymentFailed, match=f"{NAME} is another account's.*nothing was deployed"):
        open_bucket(session, "prod")
    assert asked["x-amz-expected-bucket-owner"] == ACCOUNT


def test_somebody_who_makes_it_a_moment_before_us_is_found_out(session: boto3.Session) -> None:
    _refuse(session, "CreateBucket", 409, "BucketAlreadyExists")
    with pytest.raises(DeploymentFailed, match="another account's"):
        open_bucket(session, "prod")


def test_it_is_closed_versioned_and_read_over_tls_only(session: boto3.Session, bucket: Bucket) -> None:
    s3 = session.client("s3")
    assert s3.get_bucket_location(Bucket=NAME)["LocationConstraint"] == "eu-central-1"
    assert set(s3.get_public_access_block(Bucket=NAME)["PublicAccessBlockConfiguration"].values()) == {True}
    assert s3.get_bucket_versioning(Bucket=NAME)["Status"] == "Enabled"
    (rule,) = s3.get_bucket_lifecycle_configuration(Bucket=NAME)["Rules"]
    assert (rule["Status"], rule["NoncurrentVersionExpiration"]) == ("Enabled", {"NoncurrentDays": 90})
    assert "Days" not in rule["Expiration"]  # what is deployed may be older than any number of days
    (statement,) = json.loads(s3.get_bucket_policy(Bucket=NAME)["Policy"])["Statement"]
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert statement["Resource"] == [f"arn:aws:s3:::{NAME}", f"arn:aws:s3:::{NAME}/*"]


def test_one_that_was_open_is_closed_by_the_next_deployment(session: boto3.Session, bucket: Bucket) -> None:
    s3 = session.client("s3")
    s3.delete_public_access_block(Bucket=NAME)
    s3.delete_bucket_policy(Bucket=NAME)
    open_bucket(session, "prod")
    assert set(s3.get_public_access_block(Bucket=NAME)["PublicAccessBlockConfiguration"].values()) == {True}
    assert s3.get_bucket_policy(Bucket=NAME)["Policy"]


def test_every_call_names_the_owner(session: boto3.Session) -> None:
    unnamed: list[str] = []

    def look(params: dict[str, Any], model: Any, **_: Any) -> None:
        if model.name != "CreateBucket" and params["headers"].get("x-amz-expected-bucket-owner") != ACCOUNT:
            unnamed.append(model.name)

    session.events.register("before-call.s3", look)
    bucket = open_bucket(session, "prod")
    bucket.put("code/a.zip", b"a")
    _age(days=2)
    bucket.forget_all_but(set())
    assert unnamed == []


def test_what_is_there_is_not_sent_again_and_what_is_not_what_was_built_is_refused(bucket: Bucket) -> None:
    def stored() -> tuple[str, str]:
        head = bucket.s3.head_object(Bucket=NAME, Key="code/a.zip", ChecksumMode="ENABLED")
        return head["VersionId"], head["ChecksumSHA256"]

    bucket.put("code/a.zip", b"built here")
    first = stored()
    bucket.put("code/a.zip", b"built here")
    assert stored() == first
    bucket.s3.put_object(Bucket=NAME, Key="code/a.zip", Body=b"something else", ChecksumAlgorithm="SHA256")
    with pytest.raises(DeploymentFailed, match=r"code/a\.zip .* is not what was built here"):
        bucket.put("code/a.zip", b"built here")


def test_what_was_stored_without_a_checksum_is_sent_again(bucket: Bucket) -> None:
    bucket.s3.put_object(Bucket=NAME, Key="code/a.zip", Body=b"whatever")
    s3_backends[ACCOUNT]["aws"].get_object(NAME, "code/a.zip").checksum_value = None
    bucket.put("code/a.zip", b"built here")
    assert bucket.s3.get_object(Bucket=NAME, Key="code/a.zip")["Body"].read() == b"built here"


def _age(days: int) -> None:
    for key in s3_backends[ACCOUNT]["aws"].buckets[NAME].keys.values():
        key.last_modified = datetime.now(UTC).replace(tzinfo=None) - timedelta(days=days)


def test_what_is_deployed_stays_however_old_and_what_somebody_just_sent_too(bucket: Bucket) -> None:
    for key in ("code/old.zip", "code/now.zip"):
        bucket.put(key, key.encode())
    _age(days=400)
    bucket.put("code/somebody-elses.zip", b"just now")
    bucket.forget_all_but({"code/now.zip"})
    kept = [it["Key"] for it in bucket.s3.list_objects_v2(Bucket=NAME)["Contents"]]
    assert kept == ["code/now.zip", "code/somebody-elses.zip"]
    (gone,) = bucket.s3.list_object_versions(Bucket=NAME, Prefix="code/old.zip")["Versions"]
    assert gone["VersionId"]  # it can be had back


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("us-east-1", "s3.us-east-1.amazonaws.com"),
        ("eu-south-1", "s3.eu-south-1.amazonaws.com"),
        ("cn-north-1", "s3.cn-north-1.amazonaws.com.cn"),
    ],
)
def test_templates_are_read_at_the_host_of_their_region(region: str, host: str) -> None:
    with mock_aws():
        bucket = open_bucket(boto3.Session(region_name=region), "prod")
        assert bucket.url("templates/a.json") == f"https://{bucket.name}.{host}/templates/a.json"


def test_what_else_goes_wrong_is_not_hidden(session: boto3.Session) -> None:
    _refuse(session, "HeadBucket", 500, "InternalError")
    with pytest.raises(ClientError, match="InternalError"):
        open_bucket(session, "prod")
