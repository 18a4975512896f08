"""The AWS account and region that a command works in, and the stacks of a stage there.

The AWS CLI and Lambda read AWS_REGION, the Python SDK reads AWS_DEFAULT_REGION alone; here both count, the first one first.
"""

import contextlib
import os
from collections.abc import Iterator, Mapping
from typing import Any

import boto3
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)
from msgspec import Struct

_NOBODY = "There are no AWS credentials here: set AWS_PROFILE, or run `aws configure`"
_SIGN_IN = "The AWS credentials count no longer: sign in again, with `aws sso login` for example"
_SIGNED_OUT = (SSOError, TokenRetrievalError)  # as the SDK finds by itself, before AWS is asked
_NO_LONGER = ("ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "RequestExpired")


class Stack(Struct, frozen=True):
    """A stack as CloudFormation tells of it."""

    name: str
    id: str
    status: str
    reason: str
    is_protected: bool
    parameters: dict[str, str]
    outputs: dict[str, str]


def open_session(environment: Mapping[str, str]) -> boto3.Session:
    """The session of every command of ours. Exits with a sentence where nobody says which region.

    The application's own clients, which some commands use, find the same region: it is set for this process.
    """
    region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION")
    try:
        session = boto3.Session(region_name=region or None)
    except ProfileNotFound as error:
        raise SystemExit(f"{error}: AWS_PROFILE names one of `aws configure list-profiles`") from error
    if not session.region_name:
        raise SystemExit("Say which region: AWS_REGION=eu-central-1, for example")
    os.environ |= {"AWS_REGION": session.region_name, "AWS_DEFAULT_REGION": session.region_name}
    return session


def account_of(session: boto3.Session) -> str:
    """The id of the account that the credentials are for. Exits with a sentence where there are none that count."""
    try:
        return str(session.client("sts").get_caller_identity()["Account"])
    except NoCredentialsError as error:
        raise SystemExit(_NOBODY) from error
    except ClientError as error:
        if error.response["Error"]["Code"] in _NO_LONGER:
            raise SystemExit(_SIGN_IN) from error
        raise


@contextlib.contextmanager
def refusals_in_words() -> Iterator[None]:
    """What AWS refuses ends the command with a sentence."""
    try:
        yield
    except ClientError as error:
        told = error.response["Error"]
        raise SystemExit(f"AWS refused {error.operation_name} ({told['Code']}): {told.get('Message', '')}") from error
    except NoCredentialsError as error:
        raise SystemExit(_NOBODY) from error
    except _SIGNED_OUT as error:
        raise SystemExit(_SIGN_IN) from error
    except BotoCoreError as error:
        raise SystemExit(f"AWS could not be asked: {error}") from error


def is_local(session: boto3.Session) -> bool:
    """Whether the session talks to the local cloud, which has no TLS."""
    return str(session.client("sts").meta.endpoint_url).startswith("http://")


def find_stack(cloudformation: Any, name: str) -> Stack | None:
    """The stack of this name or id; None where there is none."""
    try:
        (found,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return Stack(
        name=found["StackName"],
        id=found["StackId"],
        status=found["StackStatus"],
        reason=found.get("StackStatusReason", ""),
        is_protected=found.get("EnableTerminationProtection", False),
        parameters={it["ParameterKey"]: it["ParameterValue"] for it in found.get("Parameters", [])},
        outputs={it["OutputKey"]: it["OutputValue"] for it in found.get("Outputs", [])},
    )


def application_stack_name(stage: str) -> str:
    """The stack that has everything but the data."""
    return f"harmonica-{stage}"


def data_stack_name(stage: str) -> str:
    """The stack that has what outlives deployments."""
    return f"harmonica-{stage}-data"


def stack_of_stage(session: boto3.Session, stage: str) -> Stack:
    """The application stack of a stage. Exits with a sentence where there is none that runs."""
    found = find_stack(session.client("cloudformation"), application_stack_name(stage))
    if found is None or not found.outputs:
        raise SystemExit(f"There is no stage {stage} in {session.region_name}: `make deploy STAGE={stage}` makes one")
    return found


def outputs_of_stage(session: boto3.Session, stage: str) -> dict[str, str]:
    """The outputs of both stacks of a stage. Exits with a sentence where there is none that runs."""
    data = find_stack(session.client("cloudformation"), data_stack_name(stage))
    return (data.outputs if data else {}) | stack_of_stage(session, stage).outputs


def resources_of(cloudformation: Any, stack_name: str, kind: str) -> dict[str, str]:
    """The physical ids of a stack's resources of one type, by logical id."""
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack_name)
    rows = [row for page in pages for row in page["StackResourceSummaries"] if row["ResourceType"] == kind]
    return {it["LogicalResourceId"]: it["PhysicalResourceId"] for it in rows if it.get("PhysicalResourceId")}
