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
    return {name: {"Fn::If": [HAS_KEY, {"Ref": KEY}, {"Ref": "AWS::NoValue"}]}}


def may_use_key() -> Json:
    """What a role needs to read and write what is encrypted with the operator's key."""
    statement = {"Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": [{"Ref": KEY}]}
    return {"Fn::If": [HAS_KEY, statement, {"Ref": "AWS::NoValue"}]}
