"""The published version of the function that people wait for, which starts from a snapshot, and the alias that leads to it.

A version keeps the code and the variables that the function had when it was published. So each deployment that tells anything
else publishes a new one: its `Revision` is part of the function, which Lambda publishes again only where it changed, and of the
version, which CloudFormation makes anew then. The one before goes, once nothing leads to it any more.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from infra.environment import API_FUNCTION, REST_API
from infra.parameters import REVISION, SNAP_START

Resources = dict[str, Any]

VERSION = "APIVersion"
ALIAS = "APIAlias"
NAME = "live"
PERMISSION = f"{API_FUNCTION}InvokePermission"


def complete(resources: Resources) -> None:
    """Publishes the API's function, and leads the API to what is published."""
    function = resources[API_FUNCTION]["Properties"]
    function["Description"] = {"Fn::Sub": f"Revision ${{{REVISION}}}"}
    function["SnapStart"] = {"ApplyOn": {"Ref": SNAP_START}}
    resources[VERSION] = {
        "Type": "AWS::Lambda::Version",
        "Properties": {"FunctionName": {"Ref": API_FUNCTION}, "Description": {"Fn::Sub": f"Revision ${{{REVISION}}}"}},
    }
    resources[ALIAS] = {
        "Type": "AWS::Lambda::Alias",
        "Properties": {
            "FunctionName": {"Ref": API_FUNCTION},
            "FunctionVersion": {"Fn::GetAtt": [VERSION, "Version"]},
            "Name": NAME,
        },
    }
    _lead(resources, f"${{{API_FUNCTION}.Arn}}", f"${{{ALIAS}}}", {"Ref": ALIAS})


def undo(resources: Resources) -> None:
    """Leads the API to the function itself, and publishes nothing."""
    del resources[VERSION], resources[ALIAS], resources[API_FUNCTION]["Properties"]["SnapStart"]
    _lead(resources, f"${{{ALIAS}}}", f"${{{API_FUNCTION}.Arn}}", {"Ref": API_FUNCTION})


def revision(template: Mapping[str, Any], parameters: Mapping[str, str]) -> str:
    """Names what a deployment tells: the template, which names the code, and the parameters."""
    told = json.dumps([template, {**parameters, REVISION: ""}], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _lead(resources: Resources, old: str, new: str, function: Resources) -> None:
    body = resources[REST_API]["Properties"]["DefinitionBody"]
    body["paths"] = json.loads(json.dumps(body["paths"]).replace(old, new))
    resources[PERMISSION]["Properties"]["FunctionName"] = function
