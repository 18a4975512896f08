"""With which key things are encrypted: one that AWS owns and charges nothing for, or the operator's own where one is named."""

from typing import Any

Json = dict[str, Any]

KEY = "KmsKeyArn"
HAS_KEY = "HasKmsKey"


def condition() -> Json:
    """Whether the operator names a key."""
    return {HAS_KEY: {"Fn::Not": [{"Fn::Equals": [{"Ref": KEY}, ""]}]}}


def own_key(name: str) -> Json:
    """The property of this name with the operator's key; without one the property is left out."""
    return {name: with_key({"Ref": KEY})}


def with_key(value: Json, otherwise: Json | None = None) -> Json:
    """A value that holds where the operator names a key; without one the other one, or nothing, is said."""
    return {"Fn::If": [HAS_KEY, value, otherwise or {"Ref": "AWS::NoValue"}]}


def may_use_key() -> Json:
    """What a role needs to read and write what is encrypted with the operator's key."""
    statement = {"Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": [{"Ref": KEY}]}
    return with_key(statement)
