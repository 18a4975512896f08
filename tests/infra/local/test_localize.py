"""What the local cloud needs differently, rule by rule; and that nothing else changes."""

import copy
import json
from typing import Any

from infra.functions import SWEEP
from infra.local.localize import (
    DOMAIN,
    RULES,
    gateway_responses_as_resources,
    jobs_at_once_as_a_number,
    localize,
    localize_data,
    nothing_published,
    secrets_in_any_context,
    stable_address,
)
from infra.package import Package
from infra.policies import role_of
from infra.rest_api import ANY
from tests.infra.templates import of_type

PUBLISHED = ("APIHandler", "APIVersion", "APIAlias", "APIHandlerInvokePermission")


def test_gateway_responses_leave_the_body_and_become_resources(package: Package) -> None:
    local = copy.deepcopy(package.application)
    before = local["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]["x-amazon-apigateway-gateway-responses"]
    gateway_responses_as_resources(local)
    body = local["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]
    assert "x-amazon-apigateway-gateway-responses" not in body
    after = {it["ResponseType"]: it for it in of_type(local, "AWS::ApiGateway::GatewayResponse").values()}
    assert set(after) == set(before)
    for kind, response in before.items():
        assert after[kind]["ResponseTemplates"] == response["responseTemplates"]
        assert after[kind]["ResponseParameters"] == response["responseParameters"]
        assert after[kind].get("StatusCode") == response.get("statusCode")


def test_files_are_there_without_tls_and_nothing_else_of_the_data_changes(package: Package) -> None:
    local = localize_data(package.data)
    gone = package.data["Resources"].keys() - local["Resources"].keys()
    assert gone == {"ExportsBucketPolicy"}
    assert {**local, "Resources": {}} == {**package.data, "Resources": {}}


def test_the_stage_is_deployed_once_more_when_all_responses_are_there(package: Package) -> None:
    local = copy.deepcopy(package.application)
    gateway_responses_as_resources(local)
    ((name, deployment),) = (it for it in local["Resources"].items() if it[1]["Type"] == "AWS::ApiGateway::Deployment")
    assert set(deployment["DependsOn"]) == {"RestAPIliveStage", *of_type(local, "AWS::ApiGateway::GatewayResponse")}
    changed = copy.deepcopy(package.application)
    responses = changed["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]["x-amazon-apigateway-gateway-responses"]
    responses["DEFAULT_4XX"]["statusCode"] = "418"
    gateway_responses_as_resources(changed)
    assert name not in changed["Resources"]


def test_the_api_gets_a_name_that_survives_updates(package: Package) -> None:
    local = copy.deepcopy(package.application)
    stable_address(local)
    mapping = of_type(local, "AWS::ApiGateway::BasePathMapping")["LocalMapping"]
    assert mapping == {"DomainName": {"Ref": "LocalDomain"}, "RestApiId": {"Ref": "RestAPI"}, "Stage": "live"}
    assert local["Resources"]["LocalDomain"]["Properties"]["DomainName"] == DOMAIN


def test_nothing_else_changes_and_the_original_stays(package: Package) -> None:
    original = copy.deepcopy(package.application)
    local = localize(package.application)
    assert package.application == original
    assert len(RULES) == 9
    jobs_at_once_as_a_number(original)
    secrets_in_any_context(original)
    for name, resource in original["Resources"].items():
        if name not in (
            *PUBLISHED,
            "RestAPI",
            "APIHandlerRole",
            "DeliverRole",
            "SendMailRole",
            "SweepRole",
            *_alarms_on_sums(original),
        ):
            assert local["Resources"][name] == resource
    assert {key: it for key, it in local.items() if key != "Resources"} == {
        key: it for key, it in original.items() if key != "Resources"
    }


def test_what_all_methods_go_to_each_goes_to_there(package: Package) -> None:
    local = localize(package.application)
    before, after = (
        template["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]["paths"]
        for template in (package.application, local)
    )
    assert before.keys() == after.keys()
    for path, methods in after.items():
        assert set(methods) == {"get", "head", "post", "put", "patch", "delete", "options"}
        assert {json.dumps(it) for it in methods.values()} == {
            json.dumps(before[path][ANY]).replace("${APIAlias}", "${APIHandler.Arn}")
        }


def test_nothing_is_published_there_and_the_api_leads_to_the_function(package: Package) -> None:
    local = copy.deepcopy(package.application)
    nothing_published(local)
    text = json.dumps(local)
    assert "APIAlias" not in text
    assert "SnapStart" not in local["Resources"]["APIHandler"]["Properties"]
    (methods, *_) = local["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]["paths"].values()
    assert "functions/${APIHandler.Arn}/invocations" in json.dumps(methods)
    assert local["Resources"]["APIHandlerInvokePermission"]["Properties"]["FunctionName"] == {"Ref": "APIHandler"}


def test_the_jobs_of_a_queue_that_run_at_once_are_a_number_there(package: Package) -> None:
    local = copy.deepcopy(package.application)
    jobs_at_once_as_a_number(local)
    text = json.dumps(package.application).replace(
        '{"MaximumConcurrency": {"Ref": "JobsAtOnce"}}', '{"MaximumConcurrency": 2}'
    )
    assert json.loads(text) == local


def test_a_mail_is_sent_from_our_sender_alone_and_locally_from_any(package: Package) -> None:
    def statement(template: dict[str, Any]) -> Any:
        (policy,) = template["Resources"]["SendMailRole"]["Properties"]["Policies"]
        (found,) = (it["Fn::If"] for it in policy["PolicyDocument"]["Statement"] if "ses:SendEmail" in str(it))
        assert (found[0], found[2]) == ("HasMailFrom", {"Ref": "AWS::NoValue"})
        return found[1]

    deployed = statement(package.application)
    assert deployed["Condition"] == {"StringEquals": {"ses:FromAddress": {"Ref": "MailFrom"}}}
    assert statement(localize(package.application)) == {
        "Effect": "Allow",
        "Action": deployed["Action"],
        "Resource": ["*"],
    }


def test_alarms_on_sums_are_left_out(package: Package) -> None:
    summed = _alarms_on_sums(package.application)
    assert len(summed) == 7
    assert not summed & localize(package.application)["Resources"].keys()


def _alarms_on_sums(template: dict[str, Any]) -> set[str]:
    return {name for name, it in of_type(template, "AWS::CloudWatch::Alarm").items() if "Metrics" in it}


def test_who_may_send_messages_may_send_several_in_a_call_there(package: Package) -> None:
    def rights(template: dict[str, Any]) -> list[str]:
        (policy,) = template["Resources"][role_of(SWEEP)]["Properties"]["Policies"]
        return [action for it in policy["PolicyDocument"]["Statement"] for action in it.get("Action", ())]

    assert "sqs:SendMessage*" not in rights(package.application)
    assert "sqs:SendMessage*" in rights(localize(package.application))
