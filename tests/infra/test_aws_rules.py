"""What AWS holds against a stack and no emulator shows: rules over the translated templates."""

import copy
from collections.abc import Iterator
from typing import Any

from infra.package import Package
from infra.rest_api import ANY, INTEGRATION
from infra.versions import revision
from tests.infra.templates import Template, of_type, translated

# Who sends to the queue that it works off, and knows an end: what is deleted page by page, a reply to who still writes, an export of
# an account file by file.
MEANT_TO_LOOP = {"DeleteData", "ReplyInChat", "WriteExport"}


def test_every_path_and_every_part_of_one_takes_every_method(application: Template) -> None:
    (api,) = of_type(application, "AWS::ApiGateway::RestApi").values()
    paths = api["Body"]["paths"]
    parts = {path.rpartition("/")[0] or "/" for path in paths}
    assert {"/", "/{proxy+}", "/api", "/api/v1", "/api/v1/me"} <= paths.keys()
    assert parts <= paths.keys()
    assert len(paths) < 300  # the resources that AWS gives an API
    for methods in paths.values():
        assert list(methods) == [ANY]
        assert methods[ANY][INTEGRATION]["type"] == "aws_proxy"


def test_who_can_reach_itself_through_queues_may_loop_and_nobody_else(application: Template) -> None:
    """Lambda stops a function, and gives up the message, the seventeenth time that one message has led to it."""
    sends, fed = dict(_sends(application)), dict(_queues_worked_off(application))
    wakes = {name: {to for to, queue in fed.items() if queue in queues} for name, queues in sends.items()}
    looping = {name for name in wakes if name in _reached(wakes, name)}
    made = of_type(application, "AWS::Lambda::Function")
    allowed = {name for name, it in made.items() if it.get("RecursiveLoop") == "Allow"}
    assert looping == allowed
    assert looping == MEANT_TO_LOOP


def test_no_error_that_one_person_gets_is_kept_for_the_next(application: Template) -> None:
    (distribution,) = of_type(application, "AWS::CloudFront::Distribution").values()
    kept = {
        it["ErrorCode"]: it["ErrorCachingMinTTL"] for it in distribution["DistributionConfig"]["CustomErrorResponses"]
    }
    assert {403, 404, 500, 502, 503, 504} <= kept.keys()  # what CloudFront keeps by itself, of what we answer to GET
    assert set(kept.values()) == {0}


def test_a_message_is_hidden_for_as_long_as_six_workers_take(application: Template) -> None:
    made, queues = of_type(application, "AWS::Lambda::Function"), of_type(application, "AWS::SQS::Queue")
    fed = dict(_queues_worked_off(application))
    assert len(fed) > 5
    for name, queue in fed.items():
        assert queues[queue]["VisibilityTimeout"] == 6 * made[name]["Timeout"], name


def test_people_are_answered_by_what_was_published_last_with_the_variables_told_last(package: Package) -> None:
    """A version keeps its variables: where nothing of it changes, none is published, and the API goes on with the old ones."""
    template = translated(package.application)
    resources = template["Resources"]
    (methods, *_) = of_type(template, "AWS::ApiGateway::RestApi")["RestAPI"]["Body"]["paths"].values()
    assert "functions/${APIAlias}/invocations" in methods[ANY][INTEGRATION]["uri"]["Fn::Sub"]
    assert resources["APIHandlerInvokePermission"]["Properties"]["FunctionName"] == {"Ref": "APIAlias"}
    alias, version = (resources[name]["Properties"] for name in ("APIAlias", "APIVersion"))
    assert alias["FunctionVersion"] == {"Fn::GetAtt": ["APIVersion", "Version"]}
    assert version["Description"] == resources["APIHandler"]["Properties"]["Description"]
    assert version["Description"] == {"Fn::Sub": "Revision ${Revision}"}
    assert resources["APIHandler"]["Properties"]["SnapStart"] == {"ApplyOn": {"Ref": "SnapStart"}}
    told = {"Stage": "prod", "Revision": "of the last time"}
    same = revision(package.application, told)
    assert same == revision(copy.deepcopy(package.application), told | {"Revision": "other"})
    assert same != revision(package.application, told | {"DailyBudget": "5"})
    assert same != revision({**package.application, "Description": "changed"}, told)


def test_nothing_that_was_never_finished_stays_behind(application: Template, data_stack: Template) -> None:
    for name, resource in (application["Resources"] | data_stack["Resources"]).items():
        assert resource.get("DeletionPolicy") in (None, "Delete", "RetainExceptOnCreate"), name
        if resource.get("DeletionPolicy"):
            assert resource["UpdateReplacePolicy"] in ("Delete", "Retain")


def _sends(template: Template) -> Iterator[tuple[str, set[str]]]:
    """Each function, and the queues that it may send to."""
    roles = of_type(template, "AWS::IAM::Role")
    for name, function in of_type(template, "AWS::Lambda::Function").items():
        (policy,) = roles[function["Role"]["Fn::GetAtt"][0]]["Policies"]
        allowed: list[Any] = []
        for statement in policy["PolicyDocument"]["Statement"]:
            if any(it.startswith("sqs:SendMessage") for it in statement.get("Action", ())):
                allowed += statement["Resource"]
        yield name, {it["Fn::GetAtt"][0] for it in allowed}


def _queues_worked_off(template: Template) -> Iterator[tuple[str, str]]:
    for source in of_type(template, "AWS::Lambda::EventSourceMapping").values():
        if "Fn::GetAtt" in source["EventSourceArn"]:
            yield source["FunctionName"]["Ref"], source["EventSourceArn"]["Fn::GetAtt"][0]


def _reached(wakes: dict[str, set[str]], first: str) -> set[str]:
    """All that a function wakes, at first, second or any further hand."""
    found: set[str] = set()
    waiting = [first]
    while waiting:
        for name in wakes[waiting.pop()] - found:
            found.add(name)
            waiting.append(name)
    return found
