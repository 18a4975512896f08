"""The events that AWS would send: API Gateway requests, stream batches, queue batches."""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app import app

Event = dict[str, Any]
REQUEST_ID = "6f1c2a90-0000-4000-8000-00000000000f"
CATCH_ALL = "/{proxy+}"


@dataclass(frozen=True)
class Answer:
    """What API Gateway gets back."""

    status: int
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True)
class Context:
    """What Lambda tells a function of its invocation."""

    function_name: str = "harmonica"
    memory_limit_in_mb: int = 1024
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:000000000000:function:harmonica"
    aws_request_id: str = REQUEST_ID
    seconds: float = 120.0

    def get_remaining_time_in_millis(self) -> int:
        """What is left of the function's time as it begins."""
        return int(self.seconds * 1000)


def request(
    method: str,
    path: str,
    *,
    resource: str = CATCH_ALL,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    address: str = "203.0.113.7",
) -> Answer:
    """Send a request as API Gateway does, here mostly to the route that catches what no other serves."""
    event = api_event(method, path, resource=resource, body=body, headers=headers, address=address)
    answer = app(event, Context())
    is_json = answer["headers"].get("Content-Type") == "application/json"
    told = json.loads(answer["body"]) if is_json else answer["body"] or None
    return Answer(answer["statusCode"], answer["headers"], told)


def api_event(
    method: str,
    path: str,
    *,
    resource: str = CATCH_ALL,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    address: str = "203.0.113.7",
) -> Event:
    """What API Gateway sends of a request."""
    return {
        "httpMethod": method,
        "path": path,
        "headers": dict(headers or {}),
        "multiValueQueryStringParameters": {name: [value] for name, value in (query or {}).items()} or None,
        "pathParameters": _path_parameters(resource, path),
        "stageVariables": None,
        "requestContext": {
            "httpMethod": method,
            "resourcePath": resource,
            "path": f"/live{path}",
            "stage": "live",
            "domainName": "abc123.execute-api.us-east-1.amazonaws.com",
            "requestId": REQUEST_ID,
            "identity": {"sourceIp": address},
        },
        "body": base64.b64encode(body).decode() if body else None,
        "isBase64Encoded": bool(body),
    }


def _path_parameters(resource: str, path: str) -> dict[str, str] | None:
    """What API Gateway takes from the path."""
    if resource == CATCH_ALL:
        return {"proxy": path.removeprefix("/")}
    found = re.fullmatch(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", resource), path)
    return (found.groupdict() if found else None) or None


def change(name: str, new: Event | None, old: Event | None = None) -> Event:
    """One record of a stream: INSERT, MODIFY or REMOVE of an item."""
    item = new or old or {}
    images = {key: image for key, image in (("NewImage", new), ("OldImage", old)) if image is not None}
    return {
        "eventID": f"{name}-{item['session_id']['S']}-{item['part']['S']}",
        "eventName": name,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "us-east-1",
        "eventSourceARN": "arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/2026-03-01T00:00:00.000",
        "dynamodb": {
            "Keys": {key: item[key] for key in ("session_id", "part")},
            "ApproximateCreationDateTime": 1772366400,
            "SequenceNumber": "1",
            "SizeBytes": 100,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
            **images,
        },
    }


def batch(*records: Event) -> Event:
    """Several records in one invocation."""
    return {"Records": list(records)}


def message(session_id: str, *, received: int = 1, number: int = 1) -> Event:
    """A queue's message that asks for work on a session."""
    return raw_message(json.dumps({"session_id": session_id}), received=received, number=number, group=session_id)


def raw_message(body: str, *, received: int = 1, number: int = 1, group: str = "g") -> Event:
    """A queue's message with any body."""
    return {
        "messageId": f"message-{number}",
        "receiptHandle": f"receipt-{number}",
        "body": body,
        "attributes": {
            "ApproximateReceiveCount": str(received),
            "SentTimestamp": "1772366400000",
            "SenderId": "AIDA",
            "ApproximateFirstReceiveTimestamp": "1772366400001",
            "MessageGroupId": group,
        },
        "messageAttributes": {},
        "md5OfBody": "0",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:queue",
        "awsRegion": "us-east-1",
    }


def clock_event() -> Event:
    """What the schedule sends."""
    return {
        "version": "0",
        "account": "000000000000",
        "region": "us-east-1",
        "detail": {},
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "time": "2026-03-01T12:00:00Z",
        "id": "1",
        "resources": [],
    }
