"""Alarms of the application stack, and the topic that they tell."""

from collections.abc import Iterable
from typing import Any

from chalicelib.observability import CARE_FIRST, MONEY_NEARLY_SPENT, MONEY_SPENT, SWEPT

Resources = dict[str, Any]

ALARM_TOPIC = "AlarmTopic"
FIVE_MINUTES = 300
HALF_AN_HOUR = 1800
MUCH_REPAIRED = 10  # within five minutes
MOST_SUMMED = 10  # metrics that CloudWatch takes in one alarm
METRICS = "Harmonica"
# What calls of models log as an error: no key, a key that is refused, a request that will never be accepted, an answer declined.
MODEL_REFUSED = '{ ($.level = "ERROR") && ($.event = "model_*") }'

# What workers log as an error once they leave work that fails to the sweep, or give it up: no queue holds it any more.
WORK_LEFT = (
    '{ ($.level = "ERROR") && (($.event = "summary_*") || ($.event = "digest_*") || ($.event = "prompt_*")'
    ' || ($.event = "context_*")) }'
)


def topic() -> Resources:
    """Where alarms go. Not encrypted with the AWS-managed key: CloudWatch may not use that one. Alarms carry no participant data."""
    return {
        ALARM_TOPIC: {"Type": "AWS::SNS::Topic", "Properties": {}},
        "AlarmSubscription": {
            "Type": "AWS::SNS::Subscription",
            "Condition": "HasAlarmEmail",
            "Properties": {"TopicArn": {"Ref": ALARM_TOPIC}, "Protocol": "email", "Endpoint": {"Ref": "AlarmEmail"}},
        },
    }


def alarm(description: str, metric: Resources, statistic: str, *, threshold: int = 1, seconds: int = 60) -> Resources:
    """An alarm on the first period of so many seconds in which a metric reaches the threshold."""
    return _alarm(description, {**metric, "Statistic": statistic, "Period": seconds}, threshold=threshold)


def _alarm(description: str, watched: Resources, **other: Any) -> Resources:
    properties: Resources = {
        "AlarmDescription": description,
        **watched,
        "EvaluationPeriods": 1,
        "Threshold": other.pop("threshold", 1),
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "notBreaching",
        "AlarmActions": [{"Ref": ALARM_TOPIC}],
    }
    return {"Type": "AWS::CloudWatch::Alarm", "Properties": properties | other}


def model_refused(log_groups: Iterable[str]) -> Resources:
    """On failures of the model that the operator has to mend."""
    described = "The model refuses us: no key, a wrong key, a request that it never takes; or it declined to answer (model_declined)."
    return _logged("ModelRefused", MODEL_REFUSED, described, log_groups)


def work_left(log_groups: Iterable[str]) -> Resources:
    """On work that fails again and again, which is tried ever more seldom from then on, or not any more."""
    described = "A summary, a digest, a prompt or the short version of a context fails again and again; the log says of which session."
    return _logged("WorkLeft", WORK_LEFT, described, log_groups)


def money_spent(log_groups: Iterable[str]) -> Resources:
    """On a day's money for models that goes to its end, and one that is there: from then on they are asked no more."""
    nearly = "80 % of the day's money for models is spent or reserved (DAILY_BUDGET); summaries wait from now on."
    spent = "The day's money for models is spent: nobody is answered before 00:00 UTC, unless DAILY_BUDGET is raised."
    return {
        **_logged("MoneyNearlySpent", _event(MONEY_NEARLY_SPENT), nearly, log_groups),
        **_logged("MoneySpent", _event(MONEY_SPENT), spent, log_groups),
    }


def server_errors(stage: str) -> Resources:
    """On requests that got no answer of use. Single ones are a model that was busy. The API has the stack's name."""
    metric = _metric("AWS/ApiGateway", "5XXError", ApiName={"Ref": "AWS::StackName"}, Stage=stage)
    described = "Ten requests within five minutes were answered 5xx; the log of the API function says why."
    return {"ServerErrorsAlarm": alarm(described, metric, "Sum", threshold=10, seconds=FIVE_MINUTES)}


def function_errors(functions: Iterable[str]) -> Resources:
    """On functions that failed, timed out or ran out of memory."""
    described = "A function failed, timed out or ran out of memory; its log says which and why."
    return _on_the_sum("FunctionErrors", described, _of_functions("Errors", functions))


def function_throttles(functions: Iterable[str]) -> Resources:
    """On functions that Lambda held back: the account runs no more at once."""
    described = "Lambda held functions back: ask for a higher limit of concurrent executions."
    return _on_the_sum("FunctionThrottles", described, _of_functions("Throttles", functions))


def table_throttles(table_names: Iterable[str]) -> Resources:
    """On tables that held reads or writes back. `table_names` are the parameters that hold their names."""
    metrics = [
        _metric("AWS/DynamoDB", event, TableName={"Ref": name})
        for name in table_names
        for event in ("ReadThrottleEvents", "WriteThrottleEvents")
    ]
    described = "DynamoDB held reads or writes back: one item or partition is asked for too often."
    return _on_the_sum("TableThrottles", described, metrics)


def stream_behind(functions: Iterable[str]) -> Resources:
    """On streams whose records wait: after a day they would be lost, and before that summaries come late."""
    described = "Records of a stream have waited for five minutes: the function that reads it fails or is held back."
    return {
        f"{function}BehindAlarm": alarm(
            described, _of_functions("IteratorAge", [function])[0], "Maximum", threshold=FIVE_MINUTES * 1000
        )
        for function in functions
    }


def waiting_too_long(queue: str) -> Resources:
    """On work that nobody does: longer than two workers in a row can have lost it."""
    name = {"Fn::GetAtt": [queue, "QueueName"]}
    metric = _metric("AWS/SQS", "ApproximateAgeOfOldestMessage", QueueName=name)
    described = "A job has waited for half an hour: its workers fail, are held back or too few, or the day's money for models is spent."
    return {f"{queue}WaitingAlarm": alarm(described, metric, "Maximum", threshold=HALF_AN_HOUR)}


def much_repaired(log_group: str) -> Resources:
    """Counts what the sweep found that something else should have woken: nothing on a good day. There is an alarm where it
    stays high: single events get lost, and work that fails is found once an hour."""
    metric, filters = _counted("Repaired", _event(SWEPT), [log_group], value="$.repaired")
    described = "The sweep has had to find much for half an hour: events get lost, or much of the work fails; its log says of what kind."
    watched = {**metric, "Statistic": "Sum", "Period": FIVE_MINUTES}
    alarmed = _alarm(described, watched, threshold=MUCH_REPAIRED, EvaluationPeriods=6)
    return {"RepairedAlarm": alarmed, **filters}


def does_not_run(function: str, described: str) -> Resources:
    """On a function of the clock where nothing wakes it any more."""
    watched = {**_of_functions("Invocations", [function])[0], "Statistic": "Sum", "Period": 900}
    runs = {"ComparisonOperator": "LessThanThreshold", "TreatMissingData": "breaching", "EvaluationPeriods": 2}
    return {f"{function}DoesNotRunAlarm": _alarm(described, watched, **runs)}


def care_first(log_groups: Iterable[str]) -> Resources:
    """Counts turns in which care came first. There is no alarm: what people need then, they are given at once."""
    return _counted("CareFirst", _event(CARE_FIRST), log_groups)[1]


def _metric(namespace: str, name: str, **dimensions: Any) -> Resources:
    named = [{"Name": dimension, "Value": value} for dimension, value in dimensions.items()]
    return {"Namespace": namespace, "MetricName": name, "Dimensions": named}


def _of_functions(name: str, functions: Iterable[str]) -> list[Resources]:
    return [_metric("AWS/Lambda", name, FunctionName={"Ref": function}) for function in functions]


def _on_the_sum(name: str, description: str, metrics: list[Resources]) -> Resources:
    """Alarms on the sum of these metrics; CloudWatch takes ten in one, so there is one alarm for each ten."""
    groups = [metrics[first : first + MOST_SUMMED] for first in range(0, len(metrics), MOST_SUMMED)]
    return {
        f"{name}{number if number > 1 else ''}Alarm": _summed(description, group)
        for number, group in enumerate(groups, 1)
    }


def _summed(description: str, metrics: list[Resources]) -> Resources:
    parts = [
        {"Id": f"m{at}", "ReturnData": False, "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}
        for at, metric in enumerate(metrics)
    ]
    total = {"Id": "total", "Expression": "SUM(METRICS())", "ReturnData": True}
    return _alarm(description, {"Metrics": [*parts, total]})


def _event(name: str) -> str:
    return f'{{ $.event = "{name}" }}'


def _logged(name: str, pattern: str, description: str, log_groups: Iterable[str]) -> Resources:
    """Counts the lines of these log groups that have a pattern, and alarms on them."""
    metric, filters = _counted(name, pattern, log_groups)
    return {f"{name}Alarm": alarm(description, metric, "Sum"), **filters}


def _counted(name: str, pattern: str, log_groups: Iterable[str], *, value: str = "1") -> tuple[Resources, Resources]:
    """A metric, and the filters that count the lines of these log groups that have a pattern, or sum up what these say."""
    metric = {"Namespace": METRICS, "MetricName": {"Fn::Sub": f"${{AWS::StackName}}-{name}"}}
    counted = {"MetricNamespace": METRICS, "MetricName": metric["MetricName"], "MetricValue": value}
    filters: Resources = {
        f"{log_group}{name}": {
            "Type": "AWS::Logs::MetricFilter",
            "Properties": {
                "LogGroupName": {"Ref": log_group},
                "FilterPattern": pattern,
                "MetricTransformations": [counted],
            },
        }
        for log_group in log_groups
    }
    return metric, filters
