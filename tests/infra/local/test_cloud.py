"""The launcher, for real: restarts, kills, neighbours, updates, who answers after each, and what each function's role is refused."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from chalicelib.services.sessions.example import EXAMPLE_ID
from infra import data_stack
from infra.deployment import DeploymentFailed
from infra.deployment.bucket import open_bucket
from infra.deployment.changes import unasked
from infra.deployment.stacks import deploy_stack
from infra.local.state import damaged
from infra.package import ROOT
from tests import fake_anthropic
from tests.e2e.local import PATIENCE, LocalCloud, free_port
from tests.e2e.power_cut import kill_amid_a_crowd
from tests.e2e.test_main_job import join, new_session, wait_for
from tests.e2e.test_real_model import QUESTIONS, answer, is_turn
from tests.fake_anthropic import FakeAnthropic

NOBODY_NAMED = dict.fromkeys(("LLM_PROVIDER", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"), "")
COUNTS = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed")
NOBODY = {"S": "nobody"}
NEVER = {
    "UpdateExpression": "SET never = :never",
    "ConditionExpression": "attribute_exists(never)",
    "ExpressionAttributeValues": {":never": NOBODY},
}
DENIED = {"AccessDenied", "AccessDeniedException", "AuthorizationError"}
ONE: dict[str, Any] = {"Queue": {"Type": "AWS::SQS::Queue"}}
QUEUE = {"Resources": ONE, "Outputs": {"QueueUrl": {"Value": {"Ref": "Queue"}}}}
TOPIC = {**QUEUE, "Resources": {**ONE, "Topic": {"Type": "AWS::SNS::Topic"}}}


@pytest.fixture(scope="module")
def server() -> Iterator[FakeAnthropic]:
    with fake_anthropic.running() as fake:
        fake.rule = answer
        yield fake


@pytest.fixture(scope="module")
def cloud(server: FakeAnthropic, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """A server is named that answers, and no key of it."""
    named = {**NOBODY_NAMED, "ANTHROPIC_BASE_URL": server.url, "MODEL_MEDIUM": "qwen3"}
    running = LocalCloud(tmp_path_factory.mktemp("launcher"), free_port(), {"EXAMPLE": "yes", **named})
    try:
        yield running.start()
    finally:
        running.stop()


def _until(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.5)
    return False


def _create(cloud: LocalCloud, topic: str) -> str:
    answer = cloud.call("POST", "/sessions", {"topic": topic, "goal": "Find out"})
    assert answer.status == 201, answer.text
    return str(answer.json()["id"])


@contextlib.contextmanager
def _damaged_tables(cloud: LocalCloud) -> Iterator[None]:
    """A disk that lost half of the tables' file, until whoever runs this puts a copy back where the state was."""
    state = cloud.folder / "state"
    whole = (state / "dynamodb.json").read_bytes()
    (state / "dynamodb.json").write_bytes(whole[: len(whole) // 2])
    yield
    (aside,) = cloud.folder.glob("state.damaged-*")
    assert (aside / "dynamodb.json").read_bytes() == whole[: len(whole) // 2]
    (aside / "dynamodb.json").write_bytes(whole)
    aside.rename(state)


def _run(cloud: LocalCloud, **environment: str) -> subprocess.CompletedProcess[str]:
    """A second `make run` beside the running one."""
    return subprocess.run(
        [sys.executable, "-m", "infra.run"],
        cwd=ROOT,
        env={**os.environ, "PORT": str(cloud.port), "LOCAL_DIR": str(cloud.folder), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_one_port_serves_the_application_and_the_aws_api(cloud: LocalCloud) -> None:
    assert cloud.call("GET", "/me").status == 200
    assert cloud.call("GET", "/me", key=None).status == 401
    assert len(cloud.client("dynamodb").list_tables()["TableNames"]) == 6


def test_the_printed_commands_work_as_printed(cloud: LocalCloud) -> None:
    for line in cloud.log.splitlines():
        if line.startswith("  curl "):
            done = subprocess.run(f"{line} -sS --fail", shell=True, capture_output=True, text=True, check=False)
            assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"


def test_the_first_run_makes_an_example_that_everybody_can_look_at(cloud: LocalCloud) -> None:
    (link,) = re.findall(r"Results of an example +http://\S+?(/results\?s=\S+)", cloud.log)
    shown = cloud.call("GET", link, key=None)
    assert (shown.status, "made up" in shown.text) == (200, True)
    assert link.removeprefix("/") in cloud.call("GET", "/", key=None).text


def test_the_jobs_of_a_running_application_leave_the_example_as_it_was_planted(cloud: LocalCloud) -> None:
    def read() -> dict[str, Any]:
        return dict(cloud.call("GET", f"/sessions/{EXAMPLE_ID}").json())

    planted = wait_for("SESSION.md of the example", lambda: found if (found := read())["session_md"] else None)
    assert (planted["is_example"], planted["participant_count"], planted["completed_count"]) == (True, 24, 23)
    assert 'summary_model: "example"' in planted["session_md"]
    # What people said woke the job with the application's own model.
    wait_for("the end of all summary jobs", lambda: _is_worked_off(cloud))
    after = read()
    assert (after["summary_status"], after["summary"]) == ("current", planted["summary"])


def _is_worked_off(cloud: LocalCloud) -> bool:
    url = cloud.instance.settings()["SUMMARIES_QUEUE_URL"]
    found = cloud.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=list(COUNTS))["Attributes"]
    return not any(int(found[name]) for name in COUNTS)


def test_it_listens_on_this_machine_only(cloud: LocalCloud) -> None:
    table = Path("/proc/net/tcp")
    if not table.exists():
        pytest.skip("this system does not show its listening sockets")
    listening = [line.split()[1] for line in table.read_text().splitlines()[1:] if line.split()[3] == "0A"]
    assert f"0100007F:{cloud.port:04X}" in listening
    assert f"00000000:{cloud.port:04X}" not in listening


def test_the_gateways_own_errors_come_in_the_envelope(cloud: LocalCloud) -> None:
    answer = cloud.call("TRACE", "/", key=None)
    assert (answer.status, answer.json()["error"]["code"]) == (405, "method_not_allowed")
    taken_for_signed = cloud.call("TRACE", "/")
    assert (taken_for_signed.status, taken_for_signed.json()["error"]["code"]) == (403, "validation_error")


def test_a_taken_port_and_a_taken_folder_are_one_sentence_each(cloud: LocalCloud, tmp_path: Path) -> None:
    port = _run(cloud, LOCAL_DIR=str(tmp_path))
    assert (port.returncode, port.stderr.count("\n")) == (1, 1)
    assert f"Port {cloud.port} is taken" in port.stderr
    folder = _run(cloud, PORT=str(free_port()))
    assert (folder.returncode, folder.stderr.count("\n")) == (1, 1)
    assert "Another instance runs in" in folder.stderr


def test_an_update_keeps_data_and_address(cloud: LocalCloud) -> None:
    session = _create(cloud, "before the update")
    done = subprocess.run(
        [sys.executable, "-m", "infra.run", "update"],
        cwd=ROOT,
        env=cloud.admin_environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert cloud.call("GET", f"/sessions/{session}").status == 200


def _opening(cloud: LocalCloud) -> str:
    """What somebody hears who joins a new session, whose prompt needs no worker."""
    joined = join(cloud, new_session(cloud, questions=[], prompt="Ask about noise."), "ana")
    assert joined.status == 200, joined.text
    return str(joined.json()["message"]["content"])


def test_the_server_that_is_named_answers_also_without_a_key(cloud: LocalCloud, server: FakeAnthropic) -> None:
    assert f"A model answers, through {server.url}" in cloud.log
    assert _opening(cloud) == QUESTIONS[0]
    asked = [number for number, body in enumerate(server.bodies) if is_turn(body)]
    assert server.bodies[asked[-1]]["model"] == "qwen3"
    assert server.headers[asked[-1]]["authorization"] == "Bearer none"


def test_stopping_saves_at_once_and_another_port_finds_everything_and_without_a_server_a_script_answers(
    cloud: LocalCloud, server: FakeAnthropic
) -> None:
    session = _create(cloud, "just before the end")
    forwarded, summarised = cloud.runs("ConversationsChanged"), cloud.runs("WriteSummary")
    cloud.stop(signal.SIGINT)
    with _damaged_tables(cloud):
        refused = _run(cloud)
        assert refused.returncode == 1
        assert "is damaged (dynamodb.json), so nothing was started" in refused.stderr
        assert "Traceback" not in refused.stderr
    (cloud.folder / "harmonica.env").unlink()
    cloud.port = free_port()
    cloud.environment = dict(NOBODY_NAMED)
    cloud.start()
    assert "A script answers" in cloud.log
    asked = len(server.bodies)
    assert _opening(cloud) != QUESTIONS[0]
    assert len(server.bodies) == asked
    assert cloud.call("GET", f"/sessions/{session}").status == 200  # with a new key
    assert f"http://127.0.0.1:{cloud.port}" in (cloud.folder / "harmonica.env").read_text()
    thread = {"participant_id": "ada", "participant_name": "", "content": "Hello"}
    assert cloud.call("POST", f"/sessions/{session}/chat", thread).status == 200
    # The stream goes on where its reader was, and the functions reach their queues at the new port.
    assert _until(lambda: cloud.runs("ConversationsChanged") > forwarded)
    assert _until(lambda: cloud.runs("WriteSummary") > summarised)


def test_a_kill_loses_nothing_that_was_saved_and_a_restart_sweeps(cloud: LocalCloud) -> None:
    if cloud.environment != NOBODY_NAMED:  # where this test runs alone: a crowd is answered by the script
        cloud.stop()
        cloud.environment = dict(NOBODY_NAMED)
        cloud.start()
    key, session = cloud.key, _create(cloud, "before the power cut")
    sweeps = cloud.runs("Sweep")
    kill_amid_a_crowd(cloud)
    assert cloud.key == key
    assert cloud.call("GET", f"/sessions/{session}").status == 200
    assert _until(lambda: cloud.runs("Sweep") > sweeps)


@pytest.fixture
def endpoint(cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", cloud.endpoint)


def test_a_stack_is_created_then_updated_then_left_alone(cloud: LocalCloud, endpoint: None) -> None:
    session = boto3.Session("test", "test", region_name="us-east-1")
    bucket = open_bucket(session, "stack")

    def deployed(template: dict[str, Any]) -> dict[str, str]:
        return deploy_stack(session, "stack", template, {}, bucket, unasked)

    # Somebody left the question unanswered.
    cloud.client("cloudformation").create_change_set(
        StackName="stack", ChangeSetName="left", ChangeSetType="CREATE", TemplateBody=json.dumps(TOPIC)
    )
    first = deployed(QUEUE)
    assert first["QueueUrl"].startswith("http")
    assert deployed(TOPIC) == first
    assert deployed(TOPIC) == first
    more = {**TOPIC, "Outputs": {**QUEUE["Outputs"], "Same": {"Value": {"Ref": "Queue"}}}}
    assert deployed(more) == {**first, "Same": first["QueueUrl"]}
    with pytest.raises(DeploymentFailed, match="stack was not touched"):
        deployed({"Resources": {"Odd": {"Type": "AWS::No::Such"}}})


def test_a_first_deployment_that_fails_says_why_and_leaves_nothing(cloud: LocalCloud, endpoint: None) -> None:
    session = boto3.Session("test", "test", region_name="us-east-1")
    bucket, dynamodb = open_bucket(session, "failed"), cloud.client("dynamodb")
    table = {"Table": {**data_stack.template()["Resources"]["GuardsTable"]}}
    table["Table"]["Properties"] = table["Table"]["Properties"] | {"DeletionProtectionEnabled": False}
    odd = {"Odd": {"Type": "AWS::SQS::Queue", "DependsOn": ["Table"], "Properties": {"DelaySeconds": 100_000}}}
    before = dynamodb.list_tables()["TableNames"]
    with pytest.raises(DeploymentFailed, match=r"failed to create:\n  Odd \(AWS::SQS::Queue\): .*DelaySeconds"):
        deploy_stack(session, "failed", {"Resources": table | odd}, {}, bucket, unasked)
    assert dynamodb.list_tables()["TableNames"] == before
    deploy_stack(session, "failed", {"Resources": table}, {}, bucket, unasked)
    assert len(dynamodb.list_tables()["TableNames"]) == len(before) + 1


def _as(cloud: LocalCloud, function: str) -> boto3.Session:
    """A session with the permissions of one function."""
    roles = cloud.client("iam").list_roles()["Roles"]
    (role,) = (it for it in roles if f"-{function}Role-" in it["RoleName"])
    given = cloud.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="test")["Credentials"]
    return boto3.Session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], region_name="us-east-1")


def _attempts(cloud: LocalCloud, session: Any) -> dict[str, Callable[[], Any]]:
    """One harmless call a permission; what is allowed may still fail for another reason."""
    outputs = cloud.instance.outputs
    names = ("dynamodb", "sqs", "secretsmanager")
    dynamodb, sqs, secrets = (session.client(name, endpoint_url=cloud.endpoint) for name in names)
    attempts: dict[str, Callable[[], Any]] = {
        "secret": partial(secrets.get_secret_value, SecretId=outputs["DeploymentSecretArn"])
    }
    for table in ("Accounts", "Sessions", "Conversations"):
        key = {"pk": NOBODY} if table == "Accounts" else {"session_id": NOBODY, "part": {"S": "session"}}
        named = {"TableName": outputs[f"{table}TableName"], "Key": key}
        attempts[f"read {table}"] = partial(dynamodb.get_item, **named)
        attempts[f"write {table}"] = partial(dynamodb.update_item, **named, **NEVER)
        attempts[f"delete {table}"] = partial(dynamodb.delete_item, **named, ConditionExpression="attribute_exists(no)")
    work = ("PromptsQueue", "BriefsQueue", "SummariesQueue", "CardsQueue", "DeletionsQueue", "MailsQueue")
    for queue in (*work, "PromptsDeadLetters", "StreamFailures"):
        fifo = queue in ("SummariesQueue", "CardsQueue")
        grouped = {"MessageGroupId": "nobody", "MessageDeduplicationId": "1"} if fifo else {}
        body = json.dumps({"session_id": "nobody"})
        attempts[f"send {queue}"] = partial(
            sqs.send_message, QueueUrl=outputs[f"{queue}Url"], MessageBody=body, **grouped
        )
    return attempts


def _allowed(attempt: Callable[[], Any]) -> bool:
    try:
        attempt()
    except ClientError as error:
        return error.response["Error"]["Code"] not in DENIED
    return True


@pytest.mark.parametrize(
    ("function", "may"),
    [
        (
            "APIHandler",
            "secret, read Accounts, write Accounts, delete Accounts, read Sessions, write Sessions, delete Sessions, "
            "read Conversations, write Conversations, delete Conversations, send SummariesQueue, send DeletionsQueue, "
            "send MailsQueue",
        ),
        (
            "SessionsChanged",
            "send PromptsQueue, send SummariesQueue, send BriefsQueue, send CardsQueue, send StreamFailures",
        ),
        ("ConversationsChanged", "write Sessions, send SummariesQueue, send CardsQueue, send StreamFailures"),
        ("WritePrompt", "read Accounts, read Sessions, write Sessions, send PromptsDeadLetters"),
        (
            "WriteSummary",
            "read Accounts, read Sessions, write Sessions, delete Sessions, read Conversations, write Conversations, "
            "send CardsQueue",
        ),
        ("WriteBrief", "read Sessions, write Sessions"),
        ("WriteExport", "read Accounts, write Accounts, read Sessions, write Sessions, send CardsQueue"),
        ("UpdateCards", "read Accounts, write Sessions"),
        ("SendMail", "secret, read Accounts, write Sessions, delete Sessions"),
        (
            "DeleteData",
            "secret, read Accounts, write Accounts, delete Accounts, read Sessions, write Sessions, delete Sessions, "
            "write Conversations, delete Conversations, send SummariesQueue, send DeletionsQueue",
        ),
        (
            "Sweep",
            "write Sessions, write Conversations, send PromptsQueue, send BriefsQueue, send SummariesQueue, "
            "send DeletionsQueue, send MailsQueue",
        ),
    ],
)
def test_each_function_is_denied_what_only_its_neighbours_may_do(cloud: LocalCloud, function: str, may: str) -> None:
    attempts = _attempts(cloud, _as(cloud, function))
    assert {name for name, attempt in attempts.items() if _allowed(attempt)} == set(may.split(", "))


def test_nothing_runs_on_when_the_command_is_killed(cloud: LocalCloud) -> None:
    assert cloud.call("GET", "/me").status == 200
    pid = int((cloud.folder / "cloud.pid").read_text())
    assert cloud.workers()
    cloud.stop(signal.SIGKILL)
    assert _until(lambda: not _alive(pid))
    assert _until(lambda: not cloud.workers())
    assert damaged(cloud.folder / "state") == []


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
