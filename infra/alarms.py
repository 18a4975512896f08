"""Alarms of the application stack, and the topic that they tell."""

from collections.abc import Iterable
from typing import Any

Resources = dict[str, Any]

ALARM_TOPIC = "AlarmTopic"
METRICS = "Harmonica"
# What the model's adapter logs as an error: no key, a key that is refused, a request that will never be accepted.
MODEL_REFUSED = '{ ($.level = "ERROR") && ($.event = "model_*") }'


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
    """Counts, in these log groups, the failures of the model that the operator has to mend; and the alarm on them."""
    metric = {"Namespace": METRICS, "MetricName": {"Fn::Sub": "${AWS::StackName}-ModelRefused"}}
    counted = {"MetricNamespace": METRICS, "MetricName": metric["MetricName"], "MetricValue": "1"}
    described = "The model refuses us: no key, a wrong key, or a request that it never takes."
    filters = {
        f"{log_group}ModelRefused": {
            "Type": "AWS::Logs::MetricFilter",
            "Properties": {
                "LogGroupName": {"Ref": log_group},
                "FilterPattern": MODEL_REFUSED,
                "MetricTransformations": [counted],
            },
        }
        for log_group in log_groups
    }
    return {"ModelRefusedAlarm": alarm(described, metric, "Sum"), **filters}
