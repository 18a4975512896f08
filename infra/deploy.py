"""Deploys a package: code to a bucket, then the data stack, then the application stack with the data stack's outputs.

The same code serves AWS (`make deploy STAGE=… LLM_PROVIDER=…`) and the local cloud; only the session and the template
differ, and that on AWS the changes are shown before they are made.
"""

import hashlib
import os
import re
import sys
from base64 import b64encode
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError

from chalicelib.llm.providers import KINDS
from chalicelib.settings import LOCAL_STAGE, provider_named
from infra.aws import (
    account_of,
    application_stack_name,
    data_stack_name,
    find_stack,
    open_session,
    refusals_in_words,
    resources_of,
)
from infra.checks.secrets import address_fault
from infra.data_stack import PRODUCTION
from infra.deployment import DeploymentFailed
from infra.deployment.bucket import open_bucket
from infra.deployment.changes import Approve, Asking, unasked
from infra.deployment.stacks import CLEARED, Parameters, deploy_stack
from infra.deployment.states import NEXT
from infra.encryption import KEY
from infra.package import BUILD, Package, content_hash, package_everything, write
from infra.parameters import DEMO_SIGN_IN, REVISION, options, parameter_of
from infra.versions import revision


def deploy(
    session: boto3.Session, stage: str, package: Package, parameters: Parameters, approve: Approve = unasked
) -> dict[str, str]:
    """Create or update both stacks; returns the outputs of both. Raises DeploymentFailed."""
    bucket = open_bucket(session, stage)
    code = package.code.read_bytes()
    key = f"code/{content_hash(package.code)}.zip"
    bucket.put(key, code)
    stored = deploy_stack(
        session, data_stack_name(stage), package.data, {"Stage": stage, **_key(parameters)}, bucket, approve
    )
    template = with_code(package.application, bucket.name, key)
    # Said each time: an update keeps what it is not told, whoever set it.
    whole = {"Stage": stage, parameter_of(DEMO_SIGN_IN): "", **stored, **parameters}
    whole[REVISION] = revision(template, whole)
    running = deploy_stack(session, application_stack_name(stage), template, whole, bucket, approve)
    _require_code(session, stage, code)
    if stage == PRODUCTION:
        _protect(session, stage)
    try:
        bucket.forget_all_but({key})
    except ClientError as error:
        print(f"What was deployed before stays in the bucket {bucket.name}: {error}", file=sys.stderr)
    return {**stored, **running}


def parameters_from(environment: dict[str, str]) -> Parameters:
    """The application's parameters that the environment sets; the template's defaults serve for the others."""
    return {name: environment[variable] for name, variable in options().items() if environment.get(variable)}


def _key(parameters: Parameters) -> Parameters:
    """The key that both stacks encrypt with, where this deployment tells one."""
    return {name: value for name, value in parameters.items() if name == KEY}


def with_code(template: dict[str, Any], bucket: str, key: str) -> dict[str, Any]:
    """The template with every function's code taken from the bucket."""
    resources = dict(template["Resources"])
    for name, resource in resources.items():
        if resource["Type"] == "AWS::Serverless::Function":
            properties = resource["Properties"] | {"CodeUri": {"Bucket": bucket, "Key": key}}
            resources[name] = resource | {"Properties": properties}
    return template | {"Resources": resources}


def _require_code(session: boto3.Session, stage: str, code: bytes) -> None:
    """Raises DeploymentFailed where a function runs other code than was built here."""
    names = resources_of(session.client("cloudformation"), application_stack_name(stage), "AWS::Lambda::Function")
    built = b64encode(hashlib.sha256(code).digest()).decode()
    pages = session.client("lambda").get_paginator("list_functions").paginate()
    running = {it["FunctionName"]: it["CodeSha256"] for page in pages for it in page["Functions"]}
    other = sorted(name for name, physical in names.items() if running.get(physical) != built)
    if other:
        raise DeploymentFailed(
            f"{', '.join(other)}: other code runs there than was built here. See who else deploys, or may write into the bucket"
        )


def _protect(session: boto3.Session, stage: str) -> None:
    """No command, and no click in the console, deletes these stacks before somebody switches this off."""
    cloudformation = session.client("cloudformation")
    for name in (data_stack_name(stage), application_stack_name(stage)):
        stack = find_stack(cloudformation, name)
        if stack and not stack.is_protected:
            cloudformation.update_termination_protection(StackName=name, EnableTerminationProtection=True)


def _check_openai(named: Collection[str]) -> None:
    """Raises SystemExit where a server of OpenAI's dialect lacks what it cannot do without; `named` are the parameters with a value."""
    if not {"OpenaiSecretArn", "OpenaiBaseUrl"}.intersection(named):
        raise SystemExit(
            "Say where the key of OpenAI's API is: OPENAI_SECRET_ARN=…; or which other server: OPENAI_BASE_URL=…"
        )
    if not {"ModelSmall", "ModelMedium", "ModelLarge"}.issubset(named):
        raise SystemExit("Say which models answer: MODEL_SMALL=… MODEL_MEDIUM=… MODEL_LARGE=…")


@refusals_in_words()
def main(environment: dict[str, str]) -> None:
    """`make deploy`: to the AWS account and region that the environment's credentials name."""
    stage, provider = environment.get("STAGE", ""), provider_named(environment.get("LLM_PROVIDER", ""))
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,19}", stage) or stage == LOCAL_STAGE:
        raise SystemExit(
            "Say which stage: make deploy STAGE=prod LLM_PROVIDER=anthropic (lower case, up to 20 characters, not "
            f"{LOCAL_STAGE}, which is an instance on your machine)"
        )
    if provider not in (*KINDS, "scripted"):
        raise SystemExit(
            f"Say which model answers: LLM_PROVIDER={', '.join(KINDS)}, or LLM_PROVIDER=scripted for a trial without one"
        )
    if environment.get(DEMO_SIGN_IN.upper()):
        raise SystemExit("DEMO_SIGN_IN lets in whoever can open the pages: only `make run` sets it")
    parameters = parameters_from(environment) | {"LlmProvider": provider}
    session = open_session(environment)
    told = _told(session, stage) | parameters
    named = {name for name, value in told.items() if value not in ("", CLEARED)}
    if provider == "anthropic" and not named & {"AnthropicSecretArn", "AnthropicBaseUrl"}:
        raise SystemExit(
            "Say where the Anthropic API key is: ANTHROPIC_SECRET_ARN=… (a secret whose text is the key); "
            "or which other server answers: ANTHROPIC_BASE_URL=…"
        )
    if provider == "openai":
        _check_openai(named)
    if faults := list(_secret_faults(parameters, str(session.region_name))):
        raise SystemExit("\n".join(faults))
    Path(BUILD).mkdir(exist_ok=True)
    package = package_everything(BUILD)
    write(package, BUILD)
    try:
        outputs = deploy(session, stage, package, parameters, _asking(environment))
    except DeploymentFailed as error:
        raise SystemExit(str(error)) from error
    print(f"Harmonica ({stage}) runs at {outputs['ApiUrl']}")
    print(f"`make doctor STAGE={stage}` checks what it needs, `make smoke STAGE={stage}` has a conversation with it")


def _told(session: boto3.Session, stage: str) -> Parameters:
    """What the stage was told before, and keeps. A stack that is made anew keeps nothing."""
    account_of(session)
    stack = find_stack(session.client("cloudformation"), application_stack_name(stage))
    return stack.parameters if stack and NEXT.get(stack.status) not in ("create", "recreate") else {}


def _asking(environment: dict[str, str]) -> Asking:
    """Who approves of the changes: whoever sits at the terminal, or YES=1; REPLACE=yes lets data be left behind."""
    return Asking(
        is_agreed=environment.get("YES", "") in ("1", "yes"),
        may_replace=environment.get("REPLACE", "") == "yes",
        say=print,
        ask=input if sys.stdin.isatty() else None,
    )


def _secret_faults(parameters: Parameters, region: str) -> Iterator[str]:
    """Yields what keeps functions from reading a secret that is named; found in its address alone."""
    for name, address in parameters.items():
        if name.endswith("SecretArn") and address != CLEARED and (fault := address_fault(address, region)):
            yield f"{options()[name]}: {fault}"


if __name__ == "__main__":
    main(dict(os.environ))
