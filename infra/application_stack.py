"""The application stack: completes the template that Chalice makes of app.py.

Chalice knows the functions, the routes and the triggers; names, queues, roles, limits and the environment are added
here. Doing it in one pass of code, and not by Chalice's merge template, lets intrinsic functions replace each other
and every name be written once.
"""

import copy
import json
from typing import Any

from chalicelib.model.users import DEFAULT_RATE
from infra import alarms, mail_events, policies, queues
from infra.functions import (
    ALL,
    API,
    API_STAGE,
    OPEN_AND_CLOSE,
    REST_API,
    SWEEP,
    TABLES,
    VISIBILITY,
    Function,
    environment_of,
    event_of,
)
from infra.parameters import BURST, REQUESTS_A_SECOND, parameters

Template = dict[str, Any]

LOG_DAYS = 30
MINIMUM_COMPRESSED_BYTES = 1024

GATEWAY_ERRORS = {
    # The catch-all route answers unknown paths itself, so what is left for this one are methods that no route has.
    "MISSING_AUTHENTICATION_TOKEN": ("405", "method_not_allowed", "This path does not support that method"),
    "REQUEST_TOO_LARGE": ("413", "payload_too_large", "The request is too large"),
    "THROTTLED": ("429", "rate_limited", "Rate limit exceeded. Try again in 1 seconds."),
    "DEFAULT_4XX": (None, "validation_error", "The request could not be understood"),
    "DEFAULT_5XX": (None, "internal_error", "The service is unavailable; send the same request again"),
}

# What API Gateway answers by itself is counted for nobody: it tells of a new caller's allowance, and of the longest wait.
ALLOWANCE = {"RateLimit-Limit": str(DEFAULT_RATE), "RateLimit-Remaining": str(DEFAULT_RATE), "RateLimit-Reset": "60"}
READABLE = (*ALLOWANCE, "Retry-After", "X-Request-Id")


def complete(chalice: Template) -> Template:
    """The application stack, from the SAM template that `chalice package` wrote."""
    template = copy.deepcopy(chalice)
    template["Description"] = "Harmonica: functions, API and queues."
    template["Parameters"] = parameters()
    template["Conditions"] = {
        "HasPublicUrl": _is_set("PublicUrl"),
        "HasAnthropicSecret": _is_set("AnthropicSecretArn"),
        "HasBedrock": {"Fn::Equals": [{"Ref": "LlmProvider"}, "bedrock"]},
        "HasBedrockRegion": _is_set("BedrockRegion"),
        "HasOidcSecret": _is_set("OidcSecretArn"),
        "HasOpenaiSecret": _is_set("OpenaiSecretArn"),
        "HasOwnModelsKey": _is_set("OwnModelsKey"),
        "HasTelegramSecret": _is_set("TelegramSecretArn"),
        "HasMailFrom": _is_set("MailFrom"),
        "HasAlarmEmail": _is_set("AlarmEmail"),
    }
    _require_same_functions(template["Resources"])
    for function in ALL:
        _complete_function(template["Resources"][function.logical_id]["Properties"], function)
        template["Resources"][policies.log_group_of(function)] = _log_group(function)
    _complete_api(template["Resources"][REST_API]["Properties"])
    template["Resources"] |= queues.resources(VISIBILITY) | policies.roles() | mail_events.resources()
    template["Resources"] |= alarms.topic() | alarms.model_refused(_logs_of_those_with("DAILY_BUDGET"))
    template["Resources"] |= alarms.work_left(_logs_of_those_with("DAILY_BUDGET"))
    template["Resources"] |= alarms.care_first(_logs_of_those_with("HELP_TEXT"))
    template["Resources"] |= alarms.money_spent(_logs_of_those_with("DAILY_BUDGET"))
    template["Resources"] |= _platform_alarms()
    template["Outputs"] = _outputs()
    return template


def _require_same_functions(resources: Template) -> None:
    declared = {name for name, it in resources.items() if it["Type"] == "AWS::Serverless::Function"}
    known = {function.logical_id for function in ALL}
    if declared != known:
        raise ValueError(f"app.py and infra/functions.py name different functions: {sorted(declared ^ known)}")


def _logs_of_those_with(variable: str) -> list[str]:
    """The log groups of the functions that get this variable."""
    return [policies.log_group_of(function) for function in ALL if variable in function.variables]


def _platform_alarms() -> Template:
    """On what only the platform sees: answers that never came, functions and tables held back, work that nobody wakes."""
    functions = [function.logical_id for function in ALL]
    return {
        **alarms.server_errors(API_STAGE),
        **alarms.function_errors(functions),
        **alarms.function_throttles(functions),
        **alarms.table_throttles(f"{table}TableName" for table in TABLES),
        **alarms.stream_behind(function.logical_id for function in ALL if function.follows),
        **alarms.does_not_run(
            SWEEP.logical_id, "The sweep did not run for half an hour: nothing finds what an event missed."
        ),
        **alarms.does_not_run(
            OPEN_AND_CLOSE.logical_id,
            "The clock did not run for half an hour: sessions open and end some minutes late.",
        ),
        **alarms.much_repaired(policies.log_group_of(SWEEP)),
    }


def _is_set(parameter: str) -> Template:
    return {"Fn::Not": [{"Fn::Equals": [{"Ref": parameter}, ""]}]}


def _complete_function(properties: Template, function: Function) -> None:
    properties |= {
        "MemorySize": function.memory,
        "Timeout": function.timeout,
        "Role": {"Fn::GetAtt": [policies.role_of(function), "Arn"]},
        "Environment": {"Variables": environment_of(function)},
        "LoggingConfig": {"LogGroup": {"Ref": policies.log_group_of(function)}},
    }
    if event := event_of(function):
        # In app.py the trigger names a placeholder; here it becomes the stack's own queue or stream.
        (name,) = properties["Events"]
        properties["Events"] = {name: event}


def _log_group(function: Function) -> Template:
    name = {"Fn::Sub": f"/aws/lambda/${{AWS::StackName}}-{function.logical_id}"}
    return {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": name, "RetentionInDays": LOG_DAYS}}


def _complete_api(properties: Template) -> None:
    properties |= {
        "EndpointConfiguration": {"Type": "REGIONAL"},
        # Every type may be binary: uploads and images arrive as they are, and Chalice turns the rest back into text.
        "BinaryMediaTypes": ["*/*"],
        "MinimumCompressionSize": MINIMUM_COMPRESSED_BYTES,
        "MethodSettings": [
            {
                "ResourcePath": "/*",
                "HttpMethod": "*",
                "ThrottlingRateLimit": {"Ref": REQUESTS_A_SECOND},
                "ThrottlingBurstLimit": {"Ref": BURST},
            }
        ],
        # Without it SAM adds a second stage named "Stage".
        "OpenApiVersion": "2.0",
    }
    body = properties["DefinitionBody"]
    # The title is the API's name, and metrics go by the name: a stage's alarm must not hear of another stage.
    body["info"]["title"] = {"Ref": "AWS::StackName"}
    body["x-amazon-apigateway-binary-media-types"] = ["*/*"]
    body["x-amazon-apigateway-gateway-responses"] = {kind: _gateway_response(kind) for kind in GATEWAY_ERRORS}


def gateway_envelope(kind: str) -> str:
    """The body of an answer that API Gateway gives without us, in the envelope of all our errors."""
    _, code, message = GATEWAY_ERRORS[kind]
    return json.dumps({"error": {"code": code, "message": message}})


def _gateway_response(kind: str) -> Template:
    """An answer that API Gateway gives without us, readable from any origin."""
    status = GATEWAY_ERRORS[kind][0]
    headers = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": ", ".join(READABLE), **ALLOWANCE}
    if kind == "THROTTLED":
        headers |= {"Retry-After": "1", "RateLimit-Remaining": "0", "RateLimit-Reset": "1"}
    response: Template = {
        "responseParameters": {
            **{f"gatewayresponse.header.{name}": f"'{value}'" for name, value in headers.items()},
            "gatewayresponse.header.X-Request-Id": "context.requestId",
        },
        "responseTemplates": {"application/json": gateway_envelope(kind)},
    }
    return response | ({"statusCode": status} if status else {})


def _outputs() -> Template:
    url = f"https://${{{REST_API}}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}/{API_STAGE}"
    return {
        "ApiUrl": {"Value": {"Fn::If": ["HasPublicUrl", {"Ref": "PublicUrl"}, {"Fn::Sub": url}]}},
        "RestApiId": {"Value": {"Ref": REST_API}},
        "ApiFunctionName": {"Value": {"Ref": API.logical_id}},
        "SweepFunctionName": {"Value": {"Ref": SWEEP.logical_id}},
        **queues.outputs(),
    }
