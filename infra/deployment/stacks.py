"""One stack: created or updated by a change set, which is shown before it runs; the same on AWS and on the local cloud."""

import hashlib
import json
import uuid
from typing import Any, Final

import boto3
from botocore.exceptions import ClientError, WaiterError
from msgspec.structs import replace

from infra.aws import Stack, find_stack, is_local
from infra.deployment import DeploymentFailed
from infra.deployment.bucket import Bucket
from infra.deployment.changes import Approve, Plan, read_changes, retyped_tables
from infra.deployment.failures import newest_event, reasons, validation_reasons
from infra.deployment.indexes import templates_by_index
from infra.deployment.states import NEXT, obstacle

Template = dict[str, Any]
Parameters = dict[str, str]

CLEARED: Final = "-"  # of a parameter: back to the template's default
_CAPABILITIES: Final = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
_MORE = "DescribeEvents"  # that is where CloudFormation says what it found before it began
_UNCHANGED = ("didn't contain changes", "No updates are to be performed")


def deploy_stack(
    session: boto3.Session, name: str, template: Template, given: Parameters, bucket: Bucket, approve: Approve
) -> Parameters:
    """Create the stack, or update it when it exists; returns its outputs. Raises DeploymentFailed.

    An update keeps the parameters that are not given and that differ from the default which the deployed template has; a
    release's new defaults take effect. CLEARED goes back to the default.
    """
    deployment = _Deployment(session, name, bucket, approve)
    stack = deployment.ready()
    deployed = deployment.template_of(stack) if stack else {}
    told = parameters_of(template, deployed, stack.parameters if stack else {}, given)
    steps = templates_by_index(deployed, template)
    for number, step in enumerate(steps, 1):
        note = f"{name}: step {number} of {len(steps)}; DynamoDB makes or drops one index of a table at a time"
        deployment.apply(step, told, note if len(steps) > 1 else "")
    found = find_stack(deployment.cloudformation, name)
    return found.outputs if found else {}


def parameters_of(template: Template, deployed: Template, told: Parameters, given: Parameters) -> Parameters:
    """What a stack is told, all of it: what is given now, else what it was told before where that was no default of its template,
    else the default of the new one."""
    declared, before = template.get("Parameters", {}), deployed.get("Parameters", {})
    kept = {name: value for name, value in told.items() if name in declared and value != _default(before, name)}
    cleared = {name for name, value in given.items() if value == CLEARED}
    if lacking := sorted(name for name in cleared if _default(declared, name) is None):
        raise DeploymentFailed(f"{', '.join(lacking)}: there is no default to go back to")
    defaults = {name: value for name in declared if (value := _default(declared, name)) is not None}
    return defaults | {name: value for name, value in (kept | given).items() if name not in cleared}


def _default(declared: Template, name: str) -> str | None:
    default = declared.get(name, {}).get("Default")
    return None if default is None else str(default)


class _Deployment:
    """One stack on its way to what it should be."""

    def __init__(self, session: boto3.Session, name: str, bucket: Bucket, approve: Approve) -> None:
        self.cloudformation: Any = session.client("cloudformation")
        self._name, self._bucket, self._approve = name, bucket, approve
        # Seconds between two looks: AWS takes minutes, the local cloud a second.
        self._pace = {"Delay": 0.2 if is_local(session) else 5, "MaxAttempts": 1_000}

    def ready(self) -> Stack | None:
        """The stack as it is now, where it can be updated; None where it is to be created."""
        stack = find_stack(self.cloudformation, self._name)
        if stack is None:
            return None
        if why := obstacle(stack):
            raise DeploymentFailed(why)
        if NEXT[stack.status] == "recreate":
            self._delete(stack)
        return stack if NEXT[stack.status] == "update" else None

    def template_of(self, stack: Stack, **which: str) -> Template:
        """The template as it was sent, of the stack or of a change set."""
        body = self.cloudformation.get_template(StackName=stack.id, TemplateStage="Original", **which)["TemplateBody"]
        return dict(json.loads(body) if isinstance(body, str) else body)

    def apply(self, template: Template, told: Parameters, note: str) -> None:
        """Bring the stack to this template: changes are made once they are approved; `note` is shown with them."""
        body = json.dumps(template, separators=(",", ":"), sort_keys=True).encode()
        # By URL, because an inline template may not pass 51,200 bytes.
        key = f"templates/{self._name}-{hashlib.sha256(body).hexdigest()[:32]}.json"
        self._bucket.put(key, body)
        before = find_stack(self.cloudformation, self._name)
        is_new = before is None or NEXT.get(before.status) != "update"
        arguments = {
            "StackName": self._name,
            "TemplateURL": self._bucket.url(key),
            "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in told.items()],
            "Capabilities": _CAPABILITIES,
        }
        try:
            made = self.cloudformation.create_change_set(
                **arguments,
                ChangeSetName=f"deploy-{uuid.uuid4().hex}",
                ChangeSetType="CREATE" if is_new else "UPDATE",
            )
        except ClientError as error:
            raise DeploymentFailed(f"{self._name} was not touched: {error.response['Error']['Message']}") from error
        stack = find_stack(self.cloudformation, made["StackId"])
        assert stack, "a change set has a stack"
        try:
            has_changes = self._review(stack, made["Id"], template, Plan(self._name, is_new=is_new, note=note))
        except DeploymentFailed:
            self._drop(stack, made["Id"], is_new=is_new)
            raise
        if has_changes:
            self._execute(stack, made["Id"], is_new=is_new)
            return
        self._drop(stack, made["Id"], is_new=False)
        if template.get("Outputs", {}) != self.template_of(stack).get("Outputs", {}):
            self._update_outputs(stack, arguments)

    def _review(self, stack: Stack, change_set: str, template: Template, plan: Plan) -> bool:
        """Have the changes approved; False where there are none."""
        named = {"StackName": stack.id, "ChangeSetName": change_set}
        try:
            self.cloudformation.get_waiter("change_set_create_complete").wait(**named, WaiterConfig=self._pace)
        except WaiterError as error:
            why = str(self.cloudformation.describe_change_set(**named).get("StatusReason", error))
            if any(words in why for words in _UNCHANGED):
                self._approve(plan)
                return False
            found = [why, *validation_reasons(self.cloudformation, stack.id, change_set)]
            raise DeploymentFailed(f"{self._name} was not touched:\n{_indented(found)}") from error
        if self.template_of(stack, ChangeSetName=change_set) != json.loads(json.dumps(template)):
            raise DeploymentFailed(
                f"{self._name} was not touched: CloudFormation read another template than was built here. See who may write "
                f"into the bucket {self._bucket.name}"
            )
        pages = self.cloudformation.get_paginator("describe_change_set").paginate(**named)
        retyped = retyped_tables({} if plan.is_new else self.template_of(stack), template)
        self._approve(replace(plan, changes=read_changes(pages, retyped)))
        return True

    def _execute(self, stack: Stack, change_set: str, *, is_new: bool) -> None:
        mark = newest_event(self.cloudformation, stack.id)
        self.cloudformation.execute_change_set(ChangeSetName=change_set, StackName=stack.id)
        self._wait("create" if is_new else "update", stack, mark)

    def _update_outputs(self, stack: Stack, arguments: dict[str, Any]) -> None:
        """To the local cloud, outputs alone are no change of a change set; to AWS they are."""
        mark = newest_event(self.cloudformation, stack.id)
        self.cloudformation.update_stack(**arguments)
        self._wait("update", stack, mark)

    def _wait(self, operation: str, stack: Stack, mark: str | None) -> None:
        try:
            waiter = self.cloudformation.get_waiter(f"stack_{operation}_complete")
            waiter.wait(StackName=stack.id, WaiterConfig=self._pace)
        except WaiterError as error:
            now = find_stack(self.cloudformation, stack.id)
            why = reasons(self.cloudformation, stack.id, mark) or [now.reason if now else str(error)]
            if any(_MORE in line for line in why):
                why += validation_reasons(self.cloudformation, stack.id)
            raise DeploymentFailed(f"{self._name} failed to {operation}:\n{_indented(why)}") from error

    def _drop(self, stack: Stack, change_set: str, *, is_new: bool) -> None:
        """Forget changes that are not made, and the empty stack that they would have filled, unless somebody else has filled it."""
        self.cloudformation.delete_change_set(ChangeSetName=change_set, StackName=stack.id)
        now = find_stack(self.cloudformation, stack.id)
        if is_new and now and now.status == "REVIEW_IN_PROGRESS":
            self._delete(stack)

    def _delete(self, stack: Stack) -> None:
        mark = newest_event(self.cloudformation, stack.id)
        self.cloudformation.delete_stack(StackName=stack.id)
        self._wait("delete", stack, mark)


def _indented(lines: list[str]) -> str:
    return "\n".join(f"  {line}" for line in lines)
