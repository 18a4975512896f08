"""Deploys a package: code to a bucket, then the data stack, then the application stack with the data stack's outputs.

The same code serves AWS (`make deploy STAGE=… LLM_PROVIDER=…`) and the local cloud; only the session and the template
differ.
"""

import json
import os
import re
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError, WaiterError

from chalicelib.settings import provider_named
from infra.encryption import KEY
from infra.package import BUILD, Package, content_hash, package_everything, write
from infra.parameters import DEMO_SIGN_IN, REVISION, options, parameter_of
from infra.versions import revision

Parameters = dict[str, str]


class DeploymentFailed(Exception):
    """A stack did not reach the state it was asked for; says why."""


def deploy(session: boto3.Session, stage: str, package: Package, parameters: Parameters) -> dict[str, str]:
    """Create or update both stacks; returns the outputs of both."""
    bucket = _bucket(session, stage)
    key = f"code/{content_hash(package.code)}.zip"
    _upload(session, bucket, key, package.code.read_bytes())
    stored = deploy_stack(
        session, f"harmonica-{stage}-data", package.data, {"Stage": stage, **_key(parameters)}, bucket
    )
    template = with_code(package.application, bucket, key)
    # Said each time: an update keeps what it is not told, whoever set it.
    whole = {"Stage": stage, parameter_of(DEMO_SIGN_IN): "", **stored, **parameters}
    whole[REVISION] = revision(template, whole)
    running = deploy_stack(session, f"harmonica-{stage}", template, whole, bucket)
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


def deploy_stack(
    session: boto3.Session, name: str, template: dict[str, Any], parameters: Parameters, bucket: str
) -> dict[str, str]:
    """Create the stack, or update it when it exists; returns its outputs. An update keeps the parameters that are not given."""
    body = json.dumps(template, separators=(",", ":"), sort_keys=True).encode()
    key = f"templates/{name}.json"
    # By URL, because an inline template may not pass 51,200 bytes.
    session.client("s3").put_object(Bucket=bucket, Key=key, Body=body)
    cloudformation = session.client("cloudformation")
    url = session.client("s3").generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": key}).split("?")[0]
    deployed = _deployed(cloudformation, name)
    whole = _kept(deployed, template) | parameters
    arguments = {
        "StackName": name,
        "TemplateURL": url,
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in whole.items()],
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    }
    operation = "update" if deployed else "create"
    try:
        getattr(cloudformation, f"{operation}_stack")(**arguments)
        waiter = cloudformation.get_waiter(f"stack_{operation}_complete")
        waiter.wait(StackName=name, WaiterConfig={"Delay": _patience(session), "MaxAttempts": 400})
    except WaiterError as error:
        raise DeploymentFailed(f"{name} failed to {operation}:\n{_reasons(cloudformation, name)}") from error
    except ClientError as error:
        if "No updates are to be performed" not in str(error):
            raise DeploymentFailed(f"{name} failed to {operation}: {error}") from error
    (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def _patience(session: boto3.Session) -> float:
    """Seconds between two looks at a stack: AWS takes minutes, the local cloud a second."""
    return 0.2 if session.client("sts").meta.endpoint_url.startswith("http://") else 5


def _kept(deployed: dict[str, Any] | None, template: dict[str, Any]) -> Parameters:
    """What the stack was told before, of what the template still takes."""
    told = {it["ParameterKey"]: it["ParameterValue"] for it in (deployed or {}).get("Parameters", [])}
    return {name: value for name, value in told.items() if name in template.get("Parameters", {})}


def _deployed(cloudformation: Any, name: str) -> dict[str, Any] | None:
    """The stack as it is now, if there is one that can be updated."""
    try:
        (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    if stack["StackStatus"] == "ROLLBACK_COMPLETE":
        # What is left of a first deployment that failed; it can only be deleted.
        cloudformation.delete_stack(StackName=name)
        cloudformation.get_waiter("stack_delete_complete").wait(StackName=name)
        return None
    return dict(stack)


def _reasons(cloudformation: Any, name: str) -> str:
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    failed = [event for event in events if event["ResourceStatus"].endswith("_FAILED")]
    return "\n".join(f"  {it['LogicalResourceId']}: {it.get('ResourceStatusReason', '')}" for it in failed[:10])


def _bucket(session: boto3.Session, stage: str) -> str:
    """The private bucket of this account's deployments, made when absent.

    Its name can be guessed: without a look at the owner, whoever makes it first would have their code run with our roles.
    """
    account = session.client("sts").get_caller_identity()["Account"]
    name = f"harmonica-{stage}-{account}-{session.region_name}"
    s3 = session.client("s3")
    try:
        s3.head_bucket(Bucket=name, ExpectedBucketOwner=account)
        return name
    except ClientError as error:
        if error.response["Error"]["Code"] == "403":
            raise DeploymentFailed(
                f"The bucket {name} is another account's, or you may not use it; nothing was deployed"
            ) from error
        if error.response["Error"]["Code"] not in ("404", "NoSuchBucket"):
            raise
    elsewhere: Any = {}
    if session.region_name != "us-east-1":
        elsewhere = {"CreateBucketConfiguration": {"LocationConstraint": session.region_name}}
    s3.create_bucket(Bucket=name, **elsewhere)
    blocked = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=dict.fromkeys(blocked, True))
    return name


def _upload(session: boto3.Session, bucket: str, key: str, body: bytes) -> None:
    s3 = session.client("s3")
    try:
        s3.head_object(Bucket=bucket, Key=key)
    except ClientError:
        s3.put_object(Bucket=bucket, Key=key, Body=body)


def main(environment: dict[str, str]) -> None:
    """`make deploy`: to the AWS account and region that the environment's credentials name."""
    stage, provider = environment.get("STAGE", ""), provider_named(environment.get("LLM_PROVIDER", ""))
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,19}", stage):
        raise SystemExit(
            "Say which stage: make deploy STAGE=prod LLM_PROVIDER=anthropic (lower case, up to 20 characters)"
        )
    if provider not in ("anthropic", "scripted"):
        raise SystemExit(
            "Say which model answers: LLM_PROVIDER=anthropic, or LLM_PROVIDER=scripted for a trial without one"
        )
    if environment.get(DEMO_SIGN_IN.upper()):
        raise SystemExit("DEMO_SIGN_IN lets in whoever can open the pages: only `make run` sets it")
    parameters = parameters_from(environment) | {"LlmProvider": provider}
    if provider == "anthropic" and not parameters.keys() & {"AnthropicSecretArn", "AnthropicBaseUrl"}:
        raise SystemExit(
            "Say where the Anthropic API key is: ANTHROPIC_SECRET_ARN=… (a secret whose text is the key); "
            "or which other server answers: ANTHROPIC_BASE_URL=…"
        )
    session = boto3.Session()
    if not session.region_name:
        raise SystemExit("Say which region: AWS_DEFAULT_REGION=…")
    Path(BUILD).mkdir(exist_ok=True)
    package = package_everything(BUILD)
    write(package, BUILD)
    try:
        outputs = deploy(session, stage, package, parameters)
    except DeploymentFailed as error:
        raise SystemExit(str(error)) from error
    print(f"Harmonica ({stage}) runs at {outputs['ApiUrl']}")


if __name__ == "__main__":
    main(dict(os.environ))
