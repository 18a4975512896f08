"""The application stack: completes the template that Chalice makes of app.py.

Chalice knows the functions, the routes and the triggers; names, queues, roles, limits and the environment are added
here. Doing it in one pass of code, and not by Chalice's merge template, lets intrinsic functions replace each other
and every name be written once.
"""

import copy
from typing import Any

from chalicelib.model.lifetimes import LOG_DAYS
from infra import access_log, alarms, dashboard, edge, encryption, mail_events, policies, queues, rest_api, versions
from infra.environment import API_STAGE, REST_API, TABLES, environment_of, public_url
from infra.event_sources import HAS_MAIL, HAS_TELEGRAM, event_of
from infra.function import Function
from infra.functions import ALL, API, OPEN_AND_CLOSE, SWEEP, VISIBILITY
from infra.parameters import parameters
from infra.runtime import ARCHITECTURE, RUNTIME

Template = dict[str, Any]


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
        HAS_MAIL: _is_set("MailFrom"),
        HAS_TELEGRAM: {"Fn::Or": [_is_set("TelegramBot"), _is_set("TelegramSecretArn")]},
        "HasAlarmEmail": _is_set("AlarmEmail"),
        **encryption.condition(),
        **access_log.conditions(),
        **edge.conditions(),
    }
    template["Rules"] = edge.rules()
    _require_same_functions(template["Resources"])
    for function in ALL:
        _complete_function(template["Resources"][function.logical_id]["Properties"], function)
        template["Resources"][policies.log_group_of(function)] = _log_group(function)
    rest_api.complete(template["Resources"])
    versions.complete(template["Resources"])
    template["Resources"] |= queues.resources(VISIBILITY) | policies.roles() | mail_events.resources()
    template["Resources"] |= alarms.topic() | alarms.model_refused(_logs_of_those_with("DAILY_BUDGET"))
    template["Resources"] |= alarms.model_declined(_logs_of_those_with("DAILY_BUDGET"))
    template["Resources"] |= alarms.work_left(_logs_of_those_with("DAILY_BUDGET"))
    template["Resources"] |= alarms.care_first(_logs_of_those_with("HELP_TEXT"))
    template["Resources"] |= alarms.mail_undeliverable(_logs_of_those_with("MAIL_FROM"))
    template["Resources"] |= alarms.money_spent(_logs_of_those_with("DAILY_BUDGET"))
    template["Resources"] |= _platform_alarms()
    template["Resources"] |= edge.resources() | access_log.resources(LOG_DAYS, encryption.own_key("KmsKeyId"))
    template["Resources"] |= dashboard.resources([function.logical_id for function in ALL])
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
        **alarms.slow_answers(API_STAGE),
        **alarms.loops_stopped(it.logical_id for it in ALL if it.works_off and it.sends_to),
        **alarms.function_errors(functions),
        **alarms.function_throttles(functions),
        **alarms.table_throttles(f"{table}TableName" for table in TABLES),
        **alarms.stream_behind(function.logical_id for function in ALL if function.follows),
        **alarms.does_not_run(
            SWEEP.logical_id,
            "The sweep did not run for half an hour: nothing finds what an event missed. Run it by hand; read its log.",
        ),
        **alarms.does_not_run(
            OPEN_AND_CLOSE.logical_id,
            "The clock did not run for half an hour: sessions open and end some minutes late. Read its log.",
        ),
        **alarms.much_repaired(policies.log_group_of(SWEEP)),
    }


def _is_set(parameter: str) -> Template:
    return {"Fn::Not": [{"Fn::Equals": [{"Ref": parameter}, ""]}]}


def _complete_function(properties: Template, function: Function) -> None:
    properties |= {
        "Runtime": RUNTIME,
        "Architectures": [ARCHITECTURE],
        "MemorySize": function.memory,
        "Timeout": function.timeout,
        "Role": {"Fn::GetAtt": [policies.role_of(function), "Arn"]},
        "Environment": {"Variables": environment_of(function)},
        **encryption.own_key("KmsKeyArn"),
        "LoggingConfig": {"LogGroup": {"Ref": policies.log_group_of(function)}},
    }
    if function.is_loop:
        properties["RecursiveLoop"] = "Allow"
    if event := event_of(function):
        # In app.py the trigger names a placeholder; here it becomes the stack's own queue or stream.
        (name,) = properties["Events"]
        properties["Events"] = {name: event}


def _log_group(function: Function) -> Template:
    name = {"Fn::Sub": f"/aws/lambda/${{AWS::StackName}}-{function.logical_id}"}
    properties = {"LogGroupName": name, "RetentionInDays": LOG_DAYS, **encryption.own_key("KmsKeyId")}
    return {"Type": "AWS::Logs::LogGroup", "Properties": properties}


def _outputs() -> Template:
    return {
        "ApiUrl": {"Value": public_url()},
        **edge.outputs(),
        "RestApiId": {"Value": {"Ref": REST_API}},
        "ApiFunctionName": {"Value": {"Ref": API.logical_id}},
        "SweepFunctionName": {"Value": {"Ref": SWEEP.logical_id}},
        **queues.outputs(),
    }
