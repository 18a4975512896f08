"""A message that no worker can read holds nobody up, and what was given up goes back by `make redrive`."""

import json
import time
from collections import Counter
from typing import Any

import pytest

from tests.e2e.local import LocalCloud
from tests.e2e.test_main_job import new_session, say, wait_for

GOOD = 9
POISON = "no message of ours"


def current(cloud: LocalCloud, session: str) -> Any:
    """The summary, once it is there and current."""
    summary = cloud.call("GET", f"/sessions/{session}/summary").json()
    return summary if summary["status"] == "current" else None


def lying_in(cloud: LocalCloud, url: str) -> list[str]:
    """What a queue holds; it stays there."""
    sqs = cloud.client("sqs")
    received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=1).get("Messages", [])
    return [message["Body"] for message in received]


def written(cloud: LocalCloud, table: str, prefix: str, moment: str) -> Counter[str]:
    """By session, how often parts that begin so were made, as the table's stream has it; one of the same moment is the same."""
    streams = cloud.client("dynamodbstreams")
    arn = cloud.client("dynamodb").describe_table(TableName=table)["Table"]["LatestStreamArn"]
    made = set()
    for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
        which = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
        iterator = streams.get_shard_iterator(**which)["ShardIterator"]
        while records := (page := streams.get_records(ShardIterator=iterator))["Records"]:
            images = [record["dynamodb"].get("NewImage", {"part": {"S": ""}}) for record in records]
            found = [image for image in images if image["part"]["S"].startswith(prefix) and moment in image]
            # A summary is stored twice at its moment: as the one there is, and to be kept.
            made |= {(image["session_id"]["S"], image[moment]["S"]) for image in found}
            iterator = page["NextShardIterator"]
    return Counter(session for session, _ in made)


def test_nine_of_a_batch_are_done_once_and_the_poison_is_buried(
    cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs, sqs = cloud.instance.outputs, cloud.client("sqs")
    sessions = [new_session(cloud, questions=[], prompt="Ask.") for _ in range(GOOD)]
    for session in sessions:
        assert say(cloud, session, "ana", f"The bus to {session} is late.").status == 200
    bodies = [json.dumps({"session_id": session}) for session in sessions]
    bodies.insert(GOOD // 2, POISON)
    entries = [
        {"Id": str(at), "MessageBody": body, "MessageGroupId": str(at), "MessageDeduplicationId": f"{time.time()}-{at}"}
        for at, body in enumerate(bodies)
    ]
    assert not sqs.send_message_batch(QueueUrl=outputs["SummariesQueueUrl"], Entries=entries).get("Failed")
    made = [wait_for("summary", lambda session=session: current(cloud, session)) for session in sessions]
    dead_letters = outputs["SummariesDeadLettersUrl"]
    wait_for("the poison", lambda: lying_in(cloud, dead_letters) == [POISON])

    monkeypatch.setenv("QUEUE", "summaries")
    time.sleep(1.5)  # until what was looked at is visible again
    assert cloud.command("infra.redrive") == "summaries: 1 moved back\n"
    wait_for("the poison again", lambda: lying_in(cloud, dead_letters) == [POISON])
    assert [current(cloud, session) for session in sessions] == made
    summaries = written(cloud, outputs["SessionsTableName"], "summary", "generated_at")
    digests = written(cloud, outputs["ConversationsTableName"], "digest#", "created_at")
    once = dict.fromkeys(sessions, 1)
    assert {session: summaries[session] for session in sessions} == once
    assert {session: digests[session] for session in sessions} == once
    sqs.purge_queue(QueueUrl=dead_letters)


def test_given_up_work_is_done_after_a_redrive(cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    outputs, path = cloud.instance.outputs, "/sessions/{}/session-md"
    session = new_session(cloud, questions=[], prompt="Ask.")
    assert say(cloud, session, "ana", "The bus is late in the evening.").status == 200

    def written() -> bool:
        return cloud.call("GET", path.format(session)).status == 200

    wait_for("brief", written)
    key = {"session_id": {"S": session}, "part": {"S": "brief"}}
    cloud.client("dynamodb").delete_item(TableName=outputs["SessionsTableName"], Key=key)
    assert not written()
    cloud.client("sqs").purge_queue(QueueUrl=outputs["BriefsDeadLettersUrl"])  # of what other tests buried
    body = json.dumps({"session_id": session})
    cloud.client("sqs").send_message(QueueUrl=outputs["BriefsDeadLettersUrl"], MessageBody=body)
    monkeypatch.setenv("QUEUE", "briefs")
    assert cloud.command("infra.redrive") == "briefs: 1 moved back\n"
    wait_for("brief", written)
    assert lying_in(cloud, outputs["BriefsDeadLettersUrl"]) == []
