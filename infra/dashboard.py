"""One page of numbers for the operator: how people fare, how the work goes, what is left."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from chalicelib.model.jobs import QUEUES
from infra import queues
from infra.alarms import METRICS
from infra.environment import API_STAGE, TABLES

Resources = dict[str, Any]
Metric = list[Any]

DASHBOARD = "Dashboard"
WIDTH, HEIGHT, ROW = 12, 6, 2  # of 24 columns; widgets in a row
COUNTED = (
    "ModelRefused",
    "ModelDeclined",
    "WorkLeft",
    "MoneyNearlySpent",
    "MoneySpent",
    "CareFirst",
    "Repaired",
    "MailUndeliverable",
)


def resources(functions: Sequence[str]) -> Resources:
    """The dashboard, of these functions."""
    graphs = [
        _graph("Requests", _api("Count", "4XXError", "5XXError"), "Sum"),
        _graph(
            "How long people wait, in milliseconds", _api("Latency", stat="p50") + _api("Latency", stat="p95"), "p50"
        ),
        _graph("Functions that failed", _each(functions, "Errors"), "Sum"),
        _graph("Functions that were held back", _each(functions, "Throttles"), "Sum"),
        _graph("Functions at once", [["AWS/Lambda", "ConcurrentExecutions"]], "Maximum"),
        _graph("Time of the functions, in milliseconds", _each(functions, "Duration"), "p95"),
        _graph("Age of the oldest job, in seconds", _of_queues("ApproximateAgeOfOldestMessage", _work()), "Maximum"),
        _graph("Dead letters", _of_queues("ApproximateNumberOfMessagesVisible", _left()), "Maximum"),
        _graph("Records of streams that wait, in milliseconds", _each(_readers(functions), "IteratorAge"), "Maximum"),
        _graph("Tables that held requests back", list(_throttled()), "Sum"),
        _graph("What the logs count", [[METRICS, f"${{AWS::StackName}}-{name}"] for name in COUNTED], "Sum"),
    ]
    body = {"widgets": [graph | _place(number) for number, graph in enumerate(graphs)]}
    properties = {"DashboardName": {"Ref": "AWS::StackName"}, "DashboardBody": {"Fn::Sub": json.dumps(body)}}
    return {DASHBOARD: {"Type": "AWS::CloudWatch::Dashboard", "Properties": properties}}


def _graph(title: str, metrics: list[Metric], statistic: str) -> Resources:
    shown = {"title": title, "metrics": metrics, "stat": statistic, "period": 300, "region": "${AWS::Region}"}
    return {"type": "metric", "properties": {**shown, "view": "timeSeries"}}


def _place(number: int) -> Resources:
    row, column = divmod(number, ROW)
    return {"x": column * WIDTH, "y": row * HEIGHT, "width": WIDTH, "height": HEIGHT}


def _api(*names: str, stat: str = "") -> list[Metric]:
    shown = [{"stat": stat, "label": stat}] if stat else []
    return [["AWS/ApiGateway", name, "ApiName", "${AWS::StackName}", "Stage", API_STAGE, *shown] for name in names]


def _each(functions: Iterable[str], metric: str) -> list[Metric]:
    return [["AWS/Lambda", metric, "FunctionName", f"${{{name}}}", {"label": name}] for name in functions]


def _readers(functions: Iterable[str]) -> list[str]:
    return [name for name in functions if name.endswith("Changed")]


def _of_queues(metric: str, names: Iterable[str]) -> list[Metric]:
    return [["AWS/SQS", metric, "QueueName", f"${{{name}.QueueName}}", {"label": name}] for name in names]


def _work() -> list[str]:
    return [queues.resource_of(queue) for queue in QUEUES]


def _left() -> list[str]:
    return [*(queues.dead_letters_of(queue) for queue in QUEUES), queues.STREAM_FAILURES]


def _throttled() -> Iterable[Metric]:
    for table in TABLES:
        for metric in ("ReadThrottleEvents", "WriteThrottleEvents"):
            yield ["AWS/DynamoDB", metric, "TableName", f"${{{table}TableName}}", {"label": f"{table} {metric}"}]
