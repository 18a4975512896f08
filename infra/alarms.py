"""Alarms of the application stack, and the topic that they tell."""

from collections.abc import Iterable
from typing import Any

from chalicelib.observability import CARE_FIRST, TOKENS_NEARLY_SPENT, TOKENS_SPENT

Resources = dict[str, Any]

ALARM_TOPIC = "AlarmTopic"
METRICS = "Harmonica"
# What the model's adapter logs as an error: no key, a key that is refused, a request that will never be accepted.
MODEL_REFUSED = '{ ($.level = "ERROR") && ($.event = "model_*") }'

# What workers log as an error once they leave work that fails to the sweep, or give it up: no queue holds it any more.
WORK_LEFT = '{ ($.level = "ERROR") && (($.event = "summary_*") || ($.event = "digest_*") || ($.event = "prompt_*")) }'


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


def alarm(description: str, metric: Resources, statistic: str) -> Resources:
    """An alarm on the first minute in which a metric reaches one."""
    properties: Resources = {
        "AlarmDescription": description,
        **metric,
        "Statistic": statistic,
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "notBreaching",
        "AlarmActions": [{"Ref": ALARM_TOPIC}],
    }
    return {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}


def model_refused(log_groups: Iterable[str]) -> Resources:
    """On failures of the model that the operator has to mend."""
    described = "The model refuses us: no key, a wrong key, or a request that it never takes."
    return _logged("ModelRefused", MODEL_REFUSED, described, log_groups)


def work_left(log_groups: Iterable[str]) -> Resources:
    """On work that fails again and again, which is tried ever more seldom from then on, or not any more."""
    described = "A summary, a digest or a prompt fails again and again; the log says of which session."
    return _logged("WorkLeft", WORK_LEFT, described, log_groups)


def tokens_spent(log_groups: Iterable[str]) -> Resources:
    """On a day's budget of tokens that goes to its end, and one that is there: from then on the model is asked no more."""
    nearly = "At least 80 % of the day's tokens are spent (DAILY_TOKENS)."
    spent = "The day's tokens are spent: nobody is answered before 00:00 UTC, unless DAILY_TOKENS is raised."
    return {
        **_logged("TokensNearlySpent", _event(TOKENS_NEARLY_SPENT), nearly, log_groups),
        **_logged("TokensSpent", _event(TOKENS_SPENT), spent, log_groups),
    }


def care_first(log_groups: Iterable[str]) -> Resources:
    """Counts turns in which care came first. There is no alarm: what people need then, they are given at once."""
    return _counted("CareFirst", _event(CARE_FIRST), log_groups)[1]


def _event(name: str) -> str:
    return f'{{ $.event = "{name}" }}'


def _logged(name: str, pattern: str, description: str, log_groups: Iterable[str]) -> Resources:
    """Counts the lines of these log groups that have a pattern, and alarms on them."""
    metric, filters = _counted(name, pattern, log_groups)
    return {f"{name}Alarm": alarm(description, metric, "Sum"), **filters}


def _counted(name: str, pattern: str, log_groups: Iterable[str]) -> tuple[Resources, Resources]:
    """A metric, and the filters that count the lines of these log groups that have a pattern."""
    metric = {"Namespace": METRICS, "MetricName": {"Fn::Sub": f"${{AWS::StackName}}-{name}"}}
    counted = {"MetricNamespace": METRICS, "MetricName": metric["MetricName"], "MetricValue": "1"}
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
