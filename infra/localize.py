"""What the local cloud cannot take, rewritten: template in, template out, one function a gap.

Nothing else in the project knows these gaps. Each rule takes away or rewrites; none adds behaviour that AWS would not show.
"""

import copy
from collections.abc import Callable
from typing import Any

from infra.functions import REST_API

Template = dict[str, Any]

DOMAIN = "harmonica.localhost"


def localize(template: Template) -> Template:
    """The application template, as the local cloud can take it."""
    local = copy.deepcopy(template)
    for rule in RULES:
        rule(local)
    return local


def gateway_responses_as_resources(template: Template) -> None:
    """The local cloud does not read gateway responses from the API's body, but knows them as resources."""
    body = template["Resources"][REST_API]["Properties"]["DefinitionBody"]
    for kind, response in body.pop("x-amazon-apigateway-gateway-responses", {}).items():
        properties = {
            "RestApiId": {"Ref": REST_API},
            "ResponseType": kind,
            "ResponseTemplates": response["responseTemplates"],
        }
        properties["ResponseParameters"] = response["responseParameters"]
        if "statusCode" in response:
            properties["StatusCode"] = response["statusCode"]
        name = f"{REST_API}{kind.title().replace('_', '')}"
        template["Resources"][name] = {"Type": "AWS::ApiGateway::GatewayResponse", "Properties": properties}


def stable_address(template: Template) -> None:
    """The local API gets a new id with each change of its routes; a custom domain gives the launcher one name to rewrite to."""
    stage = template["Resources"][REST_API]["Properties"]["StageName"]
    template["Resources"]["LocalDomain"] = {
        "Type": "AWS::ApiGateway::DomainName",
        "Properties": {"DomainName": DOMAIN, "EndpointConfiguration": {"Types": ["REGIONAL"]}},
    }
    template["Resources"]["LocalMapping"] = {
        "Type": "AWS::ApiGateway::BasePathMapping",
        # SAM names the stage resource after the API and the stage.
        "DependsOn": [f"{REST_API}{stage}Stage"],
        "Properties": {"DomainName": {"Ref": "LocalDomain"}, "RestApiId": {"Ref": REST_API}, "Stage": stage},
    }


RULES: tuple[Callable[[Template], None], ...] = (gateway_responses_as_resources, stable_address)
