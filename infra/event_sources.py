"""What wakes a function, as the stack says it: a queue, or the changes of a table."""

import json
from typing import Any

from chalicelib.model.jobs import BOUNCES, REPLIES, UPDATES, Queue
from infra import queues
from infra.function import Function, Stream
from infra.parameters import JOBS_AT_ONCE

Json = dict[str, Any]

HAS_MAIL = "HasMailFrom"
HAS_TELEGRAM = "HasTelegram"
# Whose queues stay empty without a sender of mails, or a bot. Nobody waits at them then: that would be paid for, and
# count towards what runs at once.
NEEDED_WITH = {BOUNCES: HAS_MAIL, UPDATES: HAS_TELEGRAM, REPLIES: HAS_TELEGRAM}


def event_of(function: Function) -> Json | None:
    """What wakes a function, where that is a queue or a stream."""
    if function.works_off:
        return _queue_event(function.works_off)
    return _stream_event(function.follows) if function.follows else None


def _stream_event(stream: Stream) -> Json:
    return {
        "Type": "DynamoDB",
        "Properties": {
            "Stream": {"Ref": stream.parameter},
            "StartingPosition": "TRIM_HORIZON",
            "BatchSize": 25,
            "BisectBatchOnFunctionError": True,
            "MaximumRetryAttempts": 20,
            "MaximumRecordAgeInSeconds": 3600,
            "DestinationConfig": {
                "OnFailure": {"Type": "SQS", "Destination": {"Fn::GetAtt": [queues.STREAM_FAILURES, "Arn"]}}
            },
            "FilterCriteria": {"Filters": [{"Pattern": json.dumps(pattern)} for pattern in stream.patterns]},
        },
    }


def _queue_event(queue: Queue) -> Json:
    enabled = {"Enabled": {"Fn::If": [NEEDED_WITH[queue], True, False]}} if queue in NEEDED_WITH else {}
    return {
        "Type": "SQS",
        "Properties": {
            **enabled,
            "Queue": {"Fn::GetAtt": [queues.resource_of(queue), "Arn"]},
            "BatchSize": queue.batch,
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
            "ScalingConfig": {"MaximumConcurrency": {"Ref": JOBS_AT_ONCE}},
        },
    }
