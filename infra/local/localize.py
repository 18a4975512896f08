"""What the local cloud cannot take, rewritten: template in, template out, one function a gap.

Nothing else in the project knows these gaps. Each rule takes away or rewrites; none adds behaviour that AWS would not
show.
"""

import copy
import hashlib
import json
from collections.abc import Callable
from typing import Any

from infra import versions
from infra.environment import REST_API
from infra.functions import ALL, API, SWEEP
from infra.parameters import JOBS_AT_ONCE
from infra.policies import role_of
from infra.rest_api import ANY, METHODS

Template = dict[str, Any]

DOMAIN = "harmonica.localhost"


def localize(template: Template) -> Template:
    """The application template, as the local cloud can take it."""
    local = copy.deepcopy(template)
    for rule in RULES:
        rule(local)
    return local


def localize_data(template: Template) -> Template:
    """The data template, as the local cloud can take it: that is spoken to without TLS, and keeps to a bucket's policy."""
    local = copy.deepcopy(template)
    kept = {name: it for name, it in local["Resources"].items() if it["Type"] != "AWS::S3::BucketPolicy"}
    return {**local, "Resources": kept}


def gateway_responses_as_resources(template: Template) -> None:
    """The local cloud does not read gateway responses from the API's body, but knows them as resources."""
    body = template["Resources"][REST_API]["Properties"]["DefinitionBody"]
    responses = body.pop("x-amazon-apigateway-gateway-responses", {})
    named = {
        f"{REST_API}{kind.title().replace('_', '')}": _gateway_response(kind, it) for kind, it in responses.items()
    }
    template["Resources"] |= named
    # A stage shows the responses that its deployment captured: one more deployment after they are all there. It is a new
    # one whenever they change, as SAM's own is.
    digest = hashlib.sha256(json.dumps(responses, sort_keys=True).encode()).hexdigest()[:10]
    template["Resources"][f"LocalDeployment{digest}"] = {
        "Type": "AWS::ApiGateway::Deployment",
        "DependsOn": [_stage_resource(template), *named],
        "Properties": {"RestApiId": {"Ref": REST_API}, "StageName": _stage(template)},
    }


def stable_address(template: Template) -> None:
    """The local API gets a new id when its routes change; a custom domain gives the launcher one name to rewrite to."""
    template["Resources"]["LocalDomain"] = {
        "Type": "AWS::ApiGateway::DomainName",
        "Properties": {"DomainName": DOMAIN, "EndpointConfiguration": {"Types": ["REGIONAL"]}},
    }
    template["Resources"]["LocalMapping"] = {
        "Type": "AWS::ApiGateway::BasePathMapping",
        "DependsOn": [_stage_resource(template)],
        "Properties": {
            "DomainName": {"Ref": "LocalDomain"},
            "RestApiId": {"Ref": REST_API},
            "Stage": _stage(template),
        },
    }


def no_alarms_on_sums(template: Template) -> None:
    """The local cloud refuses an alarm on several metrics; it tells nobody of the others either."""
    summed = [
        name
        for name, it in template["Resources"].items()
        if it["Type"] == "AWS::CloudWatch::Alarm" and "Metrics" in it["Properties"]
    ]
    for name in summed:
        del template["Resources"][name]


def mails_from_anybody(template: Template) -> None:
    """The local cloud asks whether mails may be sent as such: it names neither the identity nor the sender."""
    for function in ALL:
        (policy,) = template["Resources"][role_of(function)]["Properties"]["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]:
            _, allowed, _ = statement.get("Fn::If", (None, {}, None))
            if "ses:SendEmail" in allowed.get("Action", ()):
                allowed["Resource"] = ["*"]
                del allowed["Condition"]


def secrets_in_any_context(template: Template) -> None:
    """The local cloud's policies know nothing of the context of a secret; its KMS does, and opens none in another one."""
    for function in ALL:
        (policy,) = template["Resources"][role_of(function)]["Properties"]["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]:
            _, allowed, _ = statement.get("Fn::If", (None, {}, None))
            if "kms:Decrypt" in allowed.get("Action", ()):
                allowed.pop("Condition", None)


def messages_in_batches(template: Template) -> None:
    """The sweep and the API send ten messages in a call: AWS asks for the same right as for one, the local cloud for another one."""
    for function in (API, SWEEP):
        (policy,) = template["Resources"][role_of(function)]["Properties"]["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]:
            if "sqs:SendMessage" in statement.get("Action", ()):
                statement["Action"] = ["sqs:SendMessage*"]


def jobs_at_once_as_a_number(template: Template) -> None:
    """The local cloud holds a parameter for a text, and compares that with the number of jobs that run."""
    number = template["Parameters"][JOBS_AT_ONCE]["Default"]
    for resource in template["Resources"].values():
        for event in resource["Properties"].get("Events", {}).values():
            if "ScalingConfig" in event["Properties"]:
                event["Properties"]["ScalingConfig"] = {"MaximumConcurrency": number}


def nothing_published(template: Template) -> None:
    """The local cloud keeps the processes of published versions, and starts from no snapshot."""
    versions.undo(template["Resources"])


def any_method_by_name(template: Template) -> None:
    """The local cloud reads methods by their names, and passes over the one that stands for all."""
    body = template["Resources"][REST_API]["Properties"]["DefinitionBody"]
    for path, methods in body["paths"].items():
        body["paths"][path] = {name.lower(): methods[ANY] for name in METHODS}


def _gateway_response(kind: str, response: Template) -> Template:
    properties: Template = {
        "RestApiId": {"Ref": REST_API},
        "ResponseType": kind,
        "ResponseTemplates": response["responseTemplates"],
        "ResponseParameters": response["responseParameters"],
    }
    if "statusCode" in response:
        properties["StatusCode"] = response["statusCode"]
    return {"Type": "AWS::ApiGateway::GatewayResponse", "Properties": properties}


def _stage(template: Template) -> str:
    return str(template["Resources"][REST_API]["Properties"]["StageName"])


def _stage_resource(template: Template) -> str:
    """The logical id that SAM gives to the stage."""
    return f"{REST_API}{_stage(template)}Stage"


RULES: tuple[Callable[[Template], None], ...] = (
    gateway_responses_as_resources,
    stable_address,
    no_alarms_on_sums,
    mails_from_anybody,
    secrets_in_any_context,
    messages_in_batches,
    jobs_at_once_as_a_number,
    nothing_published,
    any_method_by_name,
)
