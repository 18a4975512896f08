"""The data stack: nothing in it may be lost by accident, and the code and the tables agree on every name."""

from typing import Any

from pynamodb.models import Model

from chalicelib.store import conversation_items, session_items, tables, telegram_items, user_items
from infra.data_stack import TABLES
from tests.infra.templates import Template, complaints, of_type


def _tables(template: Template) -> dict[str, Template]:
    return of_type(template, "AWS::DynamoDB::Table")


def test_everything_that_holds_data_outlives_the_stack(data_stack: Template) -> None:
    for resource in data_stack["Resources"].values():
        # A creation that is taken back leaves nothing; what was once there stays.
        assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")


def test_tables_are_on_demand_and_encrypted(data_stack: Template) -> None:
    for properties in _tables(data_stack).values():
        assert properties["BillingMode"] == "PAY_PER_REQUEST"
        key = {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": {"Ref": "KmsKeyArn"}}
        assert properties["SSESpecification"] == {"Fn::If": ["HasKmsKey", key, {"Ref": "AWS::NoValue"}]}
        assert properties["DeletionProtectionEnabled"] == {"Fn::If": ["IsProduction", True, False]}
        assert "TableName" not in properties


def test_everything_but_guards_can_be_recovered(data_stack: Template) -> None:
    recoverable = {name for name, it in _tables(data_stack).items() if "PointInTimeRecoverySpecification" in it}
    assert recoverable == set(_tables(data_stack)) - {"GuardsTable"}
    for name in recoverable:
        wanted = _tables(data_stack)[name]["PointInTimeRecoverySpecification"]
        assert wanted == {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 35}


def test_guards_and_chats_expire(data_stack: Template) -> None:
    expiring = {name: it.get("TimeToLiveSpecification") for name, it in _tables(data_stack).items()}
    wanted = {"AttributeName": "expires_at", "Enabled": True}
    assert {name: it for name, it in expiring.items() if it} == {
        "AccountsTable": wanted | {"AttributeName": "forget_at"},  # its `expires_at` is the end of a key
        "GuardsTable": wanted,
        "TelegramTable": wanted,
    }


def test_streams_carry_what_their_readers_need(data_stack: Template) -> None:
    streams = {name: it.get("StreamSpecification") for name, it in _tables(data_stack).items()}
    assert streams == {
        "AccountsTable": None,
        "SessionsTable": {"StreamViewType": "NEW_AND_OLD_IMAGES"},
        "ProjectsTable": None,
        "ConversationsTable": {"StreamViewType": "NEW_IMAGE"},
        "TelegramTable": None,
        "GuardsTable": None,
    }


def test_the_deployment_secret_is_long_and_random(data_stack: Template) -> None:
    (secret,) = of_type(data_stack, "AWS::SecretsManager::Secret").values()
    assert secret["GenerateSecretString"]["PasswordLength"] == 64


def test_files_lie_for_a_day_in_a_bucket_that_nobody_else_reads(data_stack: Template) -> None:
    (bucket,) = of_type(data_stack, "AWS::S3::Bucket").values()
    assert "BucketName" not in bucket
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert [it["ExpirationInDays"] for it in bucket["LifecycleConfiguration"]["Rules"]] == [1]
    assert "BucketEncryption" in bucket
    (policy,) = of_type(data_stack, "AWS::S3::BucketPolicy").values()
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_every_output_is_a_parameter_of_the_application(data_stack: Template, application: Template) -> None:
    assert set(data_stack["Outputs"]) <= set(application["Parameters"])


def test_cfn_lint_has_nothing_to_say(data_stack: Template) -> None:
    assert complaints(data_stack, {"Stage": "prod"}, {"Stage": "local"}) == []


def test_tables_have_exactly_the_keys_and_indexes_that_the_models_name(data_stack: Template) -> None:
    built = {name.removesuffix("Table").lower(): _shape(it) for name, it in _tables(data_stack).items()}
    assert built == _shapes_of_models()


def test_key_attributes_are_strings(data_stack: Template) -> None:
    kinds = {it["AttributeType"] for table in _tables(data_stack).values() for it in table["AttributeDefinitions"]}
    assert kinds == {"S"}
    assert len(TABLES) == len(_tables(data_stack))


def _shape(properties: Template) -> dict[str, Any]:
    indexes = {it["IndexName"]: it for it in properties.get("GlobalSecondaryIndexes", [])}
    return {
        "key": _names(properties["KeySchema"]),
        "indexes": {
            name: (_names(it["KeySchema"]), it["Projection"]["ProjectionType"]) for name, it in indexes.items()
        },
    }


def _names(schema: list[dict[str, str]]) -> list[str]:
    return [it["AttributeName"] for it in sorted(schema, key=lambda it: it["KeyType"])]


def _shapes_of_models() -> dict[str, Any]:
    shapes: dict[str, Any] = {}
    for model in _models():
        schema = model._get_schema()
        indexes = {
            it["index_name"]: (_names(it["key_schema"]), it["projection"]["ProjectionType"])
            for it in schema["global_secondary_indexes"] or ()
        }
        shape = {"key": _names(schema["key_schema"]), "indexes": indexes}
        # Every kind of item in a table has the table's key and indexes.
        assert shapes.setdefault(model.Meta.table_name, shape) == shape
    return shapes


def _models() -> list[Any]:
    rooms = (tables, session_items, conversation_items, user_items, telegram_items)
    named = [it for room in rooms for it in vars(room).values()]
    found = [it for it in named if isinstance(it, type) and issubclass(it, Model) and hasattr(it, "Meta")]
    assert found
    return found
