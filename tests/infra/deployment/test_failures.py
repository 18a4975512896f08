"""Why a stack failed: the causes, from however many pages, without what follows from them."""

from typing import Any

import boto3
from botocore.stub import Stubber

from infra.deployment.failures import newest_event, reasons, validation_reasons

STACK = "arn:aws:cloudformation:us-east-1:1:stack/harmonica-prod/1"


def _event(number: int, name: str, status: str, reason: str = "", **more: Any) -> dict[str, Any]:
    """An event as CloudFormation tells it; they are told newest first, so with falling numbers."""
    told = {"EventId": str(number), "StackId": STACK, "StackName": "harmonica-prod", "LogicalResourceId": name}
    kind = "AWS::CloudFormation::Stack" if name == "harmonica-prod" else "AWS::Lambda::Function"
    physical = STACK if name == "harmonica-prod" else f"physical-{name}"
    reasoned = {"ResourceStatusReason": reason} if reason else {}
    times = {"Timestamp": 1_790_000_000 + number}
    return {
        **told,
        "ResourceType": kind,
        "PhysicalResourceId": physical,
        "ResourceStatus": status,
        **times,
        **reasoned,
        **more,
    }


def _reasons(*pages: list[dict[str, Any]], after: str | None = None) -> list[str]:
    cloudformation: Any = boto3.client("cloudformation", region_name="us-east-1")
    with Stubber(cloudformation) as stub:
        for number, page in enumerate(pages):
            asked = {"StackName": STACK} | ({"NextToken": str(number)} if number else {})
            more = {"NextToken": str(number + 1)} if number < len(pages) - 1 else {}
            stub.add_response("describe_stack_events", {"StackEvents": page, **more}, asked)
        return reasons(cloudformation, STACK, after)


def test_the_cause_is_found_behind_a_page_full_of_rollback() -> None:
    rollback = [_event(200 - n, f"R{n}", "DELETE_COMPLETE") for n in range(100)]
    failed = [
        _event(
            30, "harmonica-prod", "ROLLBACK_IN_PROGRESS", "The following resource(s) failed to create: [Sweep, Api]."
        ),
        _event(29, "Clock", "CREATE_FAILED", "Resource creation cancelled"),
        _event(28, "Sweep", "CREATE_FAILED", "Role cannot be assumed"),
        _event(27, "Api", "CREATE_FAILED", "Code could not be read"),
        _event(26, "Api", "CREATE_IN_PROGRESS"),
    ]
    assert _reasons(rollback, failed) == [
        "Api (AWS::Lambda::Function): Code could not be read",
        "Sweep (AWS::Lambda::Function): Role cannot be assumed",
    ]


def test_failures_of_earlier_operations_are_not_told_again() -> None:
    events = [
        _event(9, "Api", "UPDATE_FAILED", "Too many at once"),
        _event(8, "harmonica-prod", "UPDATE_IN_PROGRESS", "User Initiated"),
        _event(7, "harmonica-prod", "UPDATE_ROLLBACK_COMPLETE"),
        _event(6, "Api", "UPDATE_FAILED", "The reason of last week"),
    ]
    assert _reasons(events, after="7") == ["Api (AWS::Lambda::Function): Too many at once"]


def test_what_could_not_be_taken_back_and_what_a_hook_says_is_told() -> None:
    hook = {"HookType": "Acme::Rules", "HookStatus": "HOOK_COMPLETE_FAILED", "HookStatusReason": "No public APIs here"}
    events = [
        _event(9, "Bucket", "DELETE_FAILED", "The bucket is not empty"),
        _event(8, "Api", "CREATE_IN_PROGRESS", **hook),
    ]
    assert _reasons(events) == [
        "Api (AWS::Lambda::Function): the hook Acme::Rules says: No public APIs here",
        "Bucket (AWS::Lambda::Function) could not be deleted and is left behind: The bucket is not empty",
    ]


def test_where_only_the_whole_stack_failed_that_is_told() -> None:
    events = [_event(9, "harmonica-prod", "DELETE_FAILED", "The following resource(s) failed to delete: [Bucket].")]
    (said,) = _reasons(events)
    assert "failed to delete: [Bucket]" in said


def test_the_mark_is_the_newest_event() -> None:
    cloudformation: Any = boto3.client("cloudformation", region_name="us-east-1")
    with Stubber(cloudformation) as stub:
        stub.add_response("describe_stack_events", {"StackEvents": [_event(9, "Api", "X"), _event(8, "Api", "X")]})
        assert newest_event(cloudformation, STACK) == "9"
        stub.add_response("describe_stack_events", {"StackEvents": []})
        assert newest_event(cloudformation, STACK) is None


def test_what_was_found_before_the_last_operation_began_is_told_and_nothing_of_earlier_ones() -> None:
    cloudformation: Any = boto3.client("cloudformation", region_name="us-east-1")
    found = [("2", "Role is missing"), ("2", "Timeout is no number"), ("2", ""), ("1", "The fault of last week")]
    events = [
        {"EventId": "e", "OperationId": operation, "LogicalResourceId": "Api"}
        | ({"ValidationStatusReason": reason} if reason else {})
        for operation, reason in found
    ]
    with Stubber(cloudformation) as stub:
        asked = {"StackName": STACK, "Filters": {"FailedEvents": True}}
        stub.add_response("describe_events", {"OperationEvents": events[:1], "NextToken": "n"}, asked)
        stub.add_response("describe_events", {"OperationEvents": events[1:]}, {**asked, "NextToken": "n"})
        assert validation_reasons(cloudformation, STACK) == ["Api: Timeout is no number", "Api: Role is missing"]


def test_a_cloud_that_knows_no_validation_says_nothing_of_it() -> None:
    cloudformation: Any = boto3.client("cloudformation", region_name="us-east-1")
    with Stubber(cloudformation) as stub:
        stub.add_client_error("describe_events", "InvalidAction")
        assert validation_reasons(cloudformation, STACK, "changes") == []
