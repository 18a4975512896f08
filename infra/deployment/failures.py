"""Why a stack failed: the first causes, out of all that its events tell."""

import re
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

_Event = dict[str, Any]

# What CloudFormation says of everything that was under way when something else failed.
_CANCELLED = re.compile(r"^Resource (creation|update|deletion) cancelled", re.IGNORECASE)
# What it says of a stack for what single resources say better.
_SUMMED_UP = re.compile(r"The following (resource|hook)\(s\) failed", re.IGNORECASE)


def newest_event(cloudformation: Any, stack: str) -> str | None:
    """The mark behind which the events of the next operation come."""
    events = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
    return str(events[0]["EventId"]) if events else None


def reasons(cloudformation: Any, stack: str, after: str | None) -> list[str]:
    """A line for each failure since that mark, the first one first; that is the cause as a rule."""
    failed = [event for event in _events(cloudformation, stack, after) if _is_failure(event)]
    told = list(dict.fromkeys(_line(event) for event in reversed(failed) if not _is_noise(event)))
    return told or [_line(event) for event in reversed(failed)]


def validation_reasons(cloudformation: Any, stack: str, change_set: str = "") -> list[str]:
    """A line for each fault that CloudFormation found in a change set, or in a stack's last operation, before it changed anything."""
    named = {"ChangeSetName": change_set} if change_set else {}
    try:
        pages = cloudformation.get_paginator("describe_events").paginate(
            StackName=stack, **named, Filters={"FailedEvents": True}
        )
        events = [event for page in pages for event in page["OperationEvents"]]
    except ClientError:
        return []  # older clouds know no such events; the change set's own reason is told in any case
    found = [event for event in events if event.get("ValidationStatusReason")]
    last = [event for event in found if event.get("OperationId") == found[0].get("OperationId")]
    return [f"{event.get('LogicalResourceId', stack)}: {event['ValidationStatusReason']}" for event in reversed(last)]


def _events(cloudformation: Any, stack: str, after: str | None) -> Iterator[_Event]:
    """The events since that mark, on however many pages, newest first."""
    for page in cloudformation.get_paginator("describe_stack_events").paginate(StackName=stack):
        for event in page["StackEvents"]:
            if event["EventId"] == after:
                return
            yield event


def _is_failure(event: _Event) -> bool:
    return str(event.get("ResourceStatus", "")).endswith("_FAILED") or str(event.get("HookStatus", "")).endswith(
        "_FAILED"
    )


def _is_noise(event: _Event) -> bool:
    reason = str(event.get("ResourceStatusReason", ""))
    is_whole_stack = event.get("PhysicalResourceId") == event.get("StackId")
    return bool(_CANCELLED.match(reason)) or (is_whole_stack and bool(_SUMMED_UP.search(reason)))


def _line(event: _Event) -> str:
    named = f"{event['LogicalResourceId']} ({event.get('ResourceType', '')})"
    if event.get("HookStatusReason"):
        return f"{named}: the hook {event.get('HookType', '')} says: {event['HookStatusReason']}"
    left = " could not be deleted and is left behind" if event["ResourceStatus"] == "DELETE_FAILED" else ""
    return f"{named}{left}: {event.get('ResourceStatusReason', 'no reason given')}"
