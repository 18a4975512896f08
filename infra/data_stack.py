"""The data stack: what must outlive every deployment. The tables with their streams, the secret behind all derived ids, and the
bucket in which large exports lie for a day."""

from typing import Any

from msgspec import Struct

from chalicelib.model import exports, lifetimes
from chalicelib.store import keys
from infra import encryption
from infra.encryption import KEY, with_key

Template = dict[str, Any]

PRODUCTION = "prod"  # the stage whose tables and stacks nobody deletes before switching that protection off
DEPLOYMENT_SECRET = "DeploymentSecret"
EXPORTS_BUCKET = "ExportsBucket"


class Index(Struct, frozen=True):
    """One global secondary index."""

    name: str
    partition: str
    sort: str
    projection: str = "KEYS_ONLY"


class Table(Struct, frozen=True):
    """One table: its key, what its stream carries (nothing: no stream), its indexes, when its items expire (never), and whether
    what was in it can be recovered."""

    logical_id: str
    partition: str
    sort: str | None = None
    stream: str | None = None
    indexes: tuple[Index, ...] = ()
    expiry: str | None = None
    is_recoverable: bool = True


DUE = Index(keys.DUE, keys.DUE_KIND, keys.DUE_AT)

TABLES = (
    Table(
        "Accounts",
        keys.PK,
        indexes=(
            Index(keys.BY_USER, keys.USER_ID, keys.CREATED_AT),
            Index(keys.PUBLIC_FEED, keys.FEED, keys.UPDATED_AT),
        ),
        expiry=keys.FORGET_AT,
    ),
    Table(
        "Sessions",
        keys.SESSION_ID,
        keys.PART,
        stream="NEW_AND_OLD_IMAGES",
        indexes=(
            Index(keys.BY_MEMBER, keys.MEMBER_ID, keys.UPDATED_AT, "ALL"),
            Index(keys.PUBLIC_FEED, keys.FEED, keys.UPDATED_AT, "ALL"),
            DUE,
        ),
    ),
    Table("Projects", keys.PROJECT_ID, keys.PART, indexes=(DUE,)),
    Table("Conversations", keys.SESSION_ID, keys.PART, stream="NEW_IMAGE", indexes=(DUE,)),
    Table(
        "Telegram",
        keys.PK,
        keys.SK,
        indexes=(Index(keys.BY_GROUP, keys.GROUP_ID, keys.CREATED_AT),),
        expiry=keys.EXPIRES_AT,
    ),
    # What all expires within days is not worth recovering.
    Table("Guards", keys.GUARD_ID, expiry=keys.EXPIRES_AT, is_recoverable=False),
)


def template() -> Template:
    """The data stack as plain CloudFormation."""
    resources = {f"{table.logical_id}Table": _table(table) for table in TABLES}
    resources[DEPLOYMENT_SECRET] = _deployment_secret()
    resources |= _exports_bucket()
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Harmonica: tables and secrets. Deleting this stack keeps them.",
        "Parameters": {
            "Stage": {"Type": "String", "AllowedPattern": "[a-z][a-z0-9-]{0,19}"},
            KEY: {
                "Type": "String",
                "Default": "",
                "Description": "Key that data are encrypted with; empty: AWS's own.",
            },
        },
        "Conditions": {"IsProduction": {"Fn::Equals": [{"Ref": "Stage"}, PRODUCTION]}, **encryption.condition()},
        "Resources": resources,
        "Outputs": _outputs(),
    }


def output_names() -> list[str]:
    """The outputs, which are the application stack's parameters of the same names."""
    return list(_outputs())


def _table(table: Table) -> Template:
    properties: Template = {
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in _attributes(table)],
        "KeySchema": _key_schema(table.partition, table.sort),
        # Left out, DynamoDB encrypts with a key of its own, for nothing.
        "SSESpecification": with_key({"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": {"Ref": KEY}}),
        "DeletionProtectionEnabled": {"Fn::If": ["IsProduction", True, False]},
    }
    if table.indexes:
        properties["GlobalSecondaryIndexes"] = [
            {
                "IndexName": index.name,
                "KeySchema": _key_schema(index.partition, index.sort),
                "Projection": {"ProjectionType": index.projection},
            }
            for index in table.indexes
        ]
    if table.expiry:
        properties["TimeToLiveSpecification"] = {"AttributeName": table.expiry, "Enabled": True}
    if table.is_recoverable:
        properties["PointInTimeRecoverySpecification"] = {
            "PointInTimeRecoveryEnabled": True,
            "RecoveryPeriodInDays": lifetimes.BACKUP_DAYS,
        }
    if table.stream:
        properties["StreamSpecification"] = {"StreamViewType": table.stream}
    # No TableName: a name of our own would stop CloudFormation from ever replacing the table.
    return _retained("AWS::DynamoDB::Table", properties)


def _deployment_secret() -> Template:
    # Any change of GenerateSecretString makes a new secret, and orphans every thread.
    properties = {
        **encryption.own_key("KmsKeyId"),
        "Description": "Key of the HMACs behind thread ids and cookies. Changing it cuts participants off from their threads.",
        "GenerateSecretString": {"PasswordLength": 64, "ExcludePunctuation": True},
    }
    return _retained("AWS::SecretsManager::Secret", properties)


def _exports_bucket() -> dict[str, Template]:
    """A bucket that nobody reads without a link of ours, and its policy: over TLS only. A file in it goes after a day."""
    rule = {
        "Status": "Enabled",
        "ExpirationInDays": exports.KEPT.days,
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
    }
    properties = {
        "BucketEncryption": {
            "ServerSideEncryptionConfiguration": [
                {
                    "ServerSideEncryptionByDefault": with_key(
                        {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": {"Ref": KEY}}, {"SSEAlgorithm": "AES256"}
                    )
                }
            ]
        },
        "PublicAccessBlockConfiguration": dict.fromkeys(
            ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True
        ),
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        "LifecycleConfiguration": {"Rules": [rule]},
    }
    arn = {"Fn::GetAtt": [EXPORTS_BUCKET, "Arn"]}
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, {"Fn::Sub": f"${{{EXPORTS_BUCKET}.Arn}}/*"}],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    policy = {
        "Bucket": {"Ref": EXPORTS_BUCKET},
        "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
    }
    return {
        EXPORTS_BUCKET: _retained("AWS::S3::Bucket", properties),
        f"{EXPORTS_BUCKET}Policy": _retained("AWS::S3::BucketPolicy", policy),
    }


def _retained(kind: str, properties: Template) -> Template:
    """A resource that outlives its stack, except one whose creation was taken back: nobody used that yet, and the next try would
    make another one beside it."""
    policies = {"DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain"}
    return {"Type": kind, **policies, "Properties": properties}


def _key_schema(partition: str, sort: str | None) -> list[dict[str, str]]:
    schema = [{"AttributeName": partition, "KeyType": "HASH"}]
    if sort:
        schema.append({"AttributeName": sort, "KeyType": "RANGE"})
    return schema


def _attributes(table: Table) -> list[str]:
    names = [table.partition, table.sort]
    for index in table.indexes:
        names += [index.partition, index.sort]
    return sorted({name for name in names if name})


def _outputs() -> Template:
    outputs: Template = {}
    for table in TABLES:
        resource = f"{table.logical_id}Table"
        outputs[f"{resource}Name"] = {"Value": {"Ref": resource}}
        outputs[f"{resource}Arn"] = {"Value": {"Fn::GetAtt": [resource, "Arn"]}}
        if table.stream:
            outputs[f"{table.logical_id}StreamArn"] = {"Value": {"Fn::GetAtt": [resource, "StreamArn"]}}
    outputs[f"{EXPORTS_BUCKET}Name"] = {"Value": {"Ref": EXPORTS_BUCKET}}
    outputs[f"{EXPORTS_BUCKET}Arn"] = {"Value": {"Fn::GetAtt": [EXPORTS_BUCKET, "Arn"]}}
    # The attribute and not Ref, which is the ARN on AWS but the name on the local cloud.
    outputs["DeploymentSecretArn"] = {"Value": {"Fn::GetAtt": [DEPLOYMENT_SECRET, "Id"]}}
    return outputs
