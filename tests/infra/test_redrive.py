"""`make redrive`: what lies among the dead letters goes back to its queue, and nothing is lost whoever stops half-way."""

import json
import time
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from chalicelib.model.jobs import QUEUES
from chalicelib.settings import settings
from infra import redrive
from infra.local import instance
from tests.faults import Died


class Sqs:
    """The in-memory SQS as the local cloud is: it moves nothing by itself. `before` sees every call."""

    def __init__(self) -> None:
        self._real: Any = boto3.client("sqs")
        self.calls: list[str] = []
        self.before: Any = lambda _name: None

    def __getattr__(self, name: str) -> Any:
        def call(**arguments: Any) -> Any:
            self.calls.append(name)
            self.before(name)
            if name == "start_message_move_task":
                raise ClientError({"Error": {"Code": "InvalidAction", "Message": "no"}}, "StartMessageMoveTask")
            return getattr(self._real, name)(**arguments)

        return call

    def drained(self, url: str) -> list[dict[str, Any]]:
        """Everything in a queue, group by group; gone then."""
        found: list[dict[str, Any]] = []
        while received := self._real.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"], MessageAttributeNames=["All"]
        ).get("Messages"):
            for message in received:
                self._real.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            found += received
        return found


@pytest.fixture
def sqs(aws: None) -> Sqs:
    return Sqs()


@pytest.fixture
def prompts(aws: None) -> tuple[str, str]:
    """Dead letters and queue of a standard queue."""
    return settings().dead_letters_urls["prompts"], settings().queue_urls["prompts"]


@pytest.fixture
def summaries(aws: None) -> tuple[str, str]:
    """The same of a FIFO queue."""
    return settings().dead_letters_urls["summaries"], settings().queue_urls["summaries"]


def fill(sqs: Sqs, url: str, count: int, **more: Any) -> list[str]:
    bodies = [json.dumps({"session_id": f"s{number}"}) for number in range(count)]
    for number, body in enumerate(bodies):
        fifo = {"MessageGroupId": f"g{number % 3}", "MessageDeduplicationId": f"d{number}"} if ".fifo" in url else {}
        sqs.send_message(QueueUrl=url, MessageBody=body, **fifo, **more)
    return bodies


def test_everything_goes_back_with_its_attributes(sqs: Sqs, prompts: tuple[str, str]) -> None:
    marked = {"tried": {"DataType": "String", "StringValue": "5"}}
    bodies = fill(sqs, prompts[0], 23, MessageAttributes=marked)
    assert redrive.redrive(sqs, *prompts) == 23
    found = sqs.drained(prompts[1])
    assert sorted(message["Body"] for message in found) == sorted(bodies)
    assert {message["MessageAttributes"]["tried"]["StringValue"] for message in found} == {"5"}
    assert sqs.drained(prompts[0]) == []


def test_groups_and_their_order_are_kept(sqs: Sqs, summaries: tuple[str, str]) -> None:
    bodies = fill(sqs, summaries[0], 9)
    assert redrive.redrive(sqs, *summaries) == 9
    found: dict[str, list[str]] = {}
    for message in sqs.drained(summaries[1]):
        found.setdefault(message["Attributes"]["MessageGroupId"], []).append(message["Body"])
    assert found == {f"g{group}": bodies[group::3] for group in range(3)}


@pytest.mark.parametrize("queue", ["prompts", "summaries"])
@pytest.mark.parametrize("killed_at", range(1, 12))
def test_nothing_is_lost_when_it_is_killed(
    sqs: Sqs, queue: str, killed_at: int, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead_letters, target = request.getfixturevalue(queue)
    bodies = fill(sqs, dead_letters, 3)
    monkeypatch.setattr(redrive, "HELD_SECONDS", 0)  # what it held is there again at once
    sqs.calls.clear()

    def kill(_: str) -> None:
        if len(sqs.calls) == killed_at:
            raise Died

    sqs.before = kill
    with pytest.raises(Died):
        redrive.redrive(sqs, dead_letters, target)
    sqs.before = lambda _: None
    redrive.redrive(sqs, dead_letters, target)
    assert sqs.drained(dead_letters) == []
    arrived = [message["Body"] for message in sqs.drained(target)]
    assert set(arrived) == set(bodies)
    assert len(arrived) <= len(bodies) + (queue == "prompts")  # of a FIFO queue, the second of one is dropped


def test_what_fails_again_at_once_is_not_moved_for_ever(sqs: Sqs, prompts: tuple[str, str]) -> None:
    fill(sqs, prompts[0], 3)

    def fails(name: str) -> None:
        if name == "delete_message":
            sqs._real.send_message(QueueUrl=prompts[0], MessageBody="again")

    sqs.before = fails
    assert redrive.redrive(sqs, *prompts) == 3
    assert [message["Body"] for message in sqs.drained(prompts[0])] == ["again"] * 3


def test_an_empty_queue_is_left_alone(sqs: Sqs, prompts: tuple[str, str]) -> None:
    assert redrive.redrive(sqs, *prompts) == 0
    assert set(sqs.calls) == {"get_queue_attributes"}


class Aws(Sqs):
    """The in-memory SQS as AWS is: it moves messages by itself, in these steps."""

    def __init__(self, *states: dict[str, Any]) -> None:
        super().__init__()
        self.states = list(states)
        self.started: list[dict[str, Any]] = []

    def start_message_move_task(self, **arguments: Any) -> None:
        self.started.append(arguments)

    def list_message_move_tasks(self, **_: Any) -> dict[str, Any]:
        return {"Results": [state] if (state := self.states.pop(0)) else []}


def test_on_aws_sqs_moves_them_itself(aws: None, summaries: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)
    sqs = Aws({"Status": "RUNNING"}, {"Status": "COMPLETED", "ApproximateNumberOfMessagesMoved": 4})
    fill(sqs, summaries[0], 4)
    assert redrive.redrive(sqs, *summaries) == 4
    (started,) = sqs.started
    assert started["SourceArn"].endswith(":summaries-dead_letters.fifo")
    assert started["DestinationArn"].endswith(":summaries-queue.fifo")
    assert "send_message" not in sqs.calls[4:]


def test_a_move_that_aws_gives_up_is_told(aws: None, prompts: tuple[str, str]) -> None:
    sqs = Aws({"Status": "FAILED", "FailureReason": "AccessDenied"})
    fill(sqs, prompts[0], 1)
    with pytest.raises(SystemExit, match="AccessDenied"):
        redrive.redrive(sqs, *prompts)


def test_any_other_failure_is_told(sqs: Sqs, prompts: tuple[str, str]) -> None:
    fill(sqs, prompts[0], 1)

    def denied(name: str) -> None:
        if name == "start_message_move_task":
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "StartMessageMoveTask")

    sqs.before = denied
    with pytest.raises(ClientError, match="AccessDenied"):
        redrive.redrive(sqs, *prompts)


def test_one_queue_or_all_by_name() -> None:
    assert [queue.name for queue in redrive.chosen("summaries")] == ["summaries"]
    assert len(redrive.chosen("")) == len(QUEUES)
    with pytest.raises(SystemExit, match="prompts, briefs, summaries, cards, deletions"):
        redrive.chosen("letters")


def test_the_command_works_on_the_instance_or_on_a_stage(
    aws: None,
    prompts: tuple[str, str],
    sqs: Sqs,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    outputs = {"PromptsDeadLettersUrl": prompts[0], "PromptsQueueUrl": prompts[1]}
    boto3.client("cloudformation").create_stack(
        StackName="harmonica-prod",
        TemplateBody=json.dumps(
            {
                "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
                "Outputs": {name: {"Value": url} for name, url in outputs.items()},
            }
        ),
    )
    real: Any = boto3.Session.client
    monkeypatch.setattr(boto3.Session, "client", lambda session, name: sqs if name == "sqs" else real(session, name))
    monkeypatch.setattr(instance, "activate", lambda: instance.Instance("", 0, {}, outputs))
    fill(sqs, prompts[0], 2)
    redrive.main({"QUEUE": "prompts", "STAGE": ""})
    redrive.main({"QUEUE": "prompts.fifo", "STAGE": "prod"})
    assert capsys.readouterr().out == "prompts: 2 moved back\nprompts: 0 moved back\n"
    with pytest.raises(SystemExit, match="There is no stage nowhere"):
        redrive.main({"STAGE": "nowhere"})


def test_a_move_that_is_not_listed_yet_is_waited_for(
    aws: None, prompts: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)
    sqs = Aws({}, {"Status": "COMPLETED", "ApproximateNumberOfMessagesMoved": 1})
    fill(sqs, prompts[0], 1)
    assert redrive.redrive(sqs, *prompts) == 1
