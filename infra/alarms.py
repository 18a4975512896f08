"""Alarms of the application stack, and the topic that they tell.

Each says what happened and what to do first; docs/runbook.md has a section for each, by its name.
"""

from collections.abc import Iterable
from typing import Any

from chalicelib.observability import CARE_FIRST, MAIL_UNDELIVERABLE, MONEY_NEARLY_SPENT, MONEY_SPENT, SWEPT

Resources = dict[str, Any]

ALARM_TOPIC = "AlarmTopic"
FIVE_MINUTES = 300
HALF_AN_HOUR = 1800
MUCH_REPAIRED = 10  # within five minutes
MOST_SUMMED = 10  # metrics that CloudWatch takes in one alarm
METRICS = "Harmonica"
# What the model's adapter logs as an error: no key, a key that is refused, a request that will never be accepted.
MODEL_REFUSED = '{ ($.level = "ERROR") && ($.event = "model_*") && ($.event != "model_declined") }'
# What a model will not speak of: the vendor's decision, which the same request would meet again.
MODEL_DECLINED = "model_declined"
# From these shares of its mails on AWS reviews an account; at 10 % and 0.5 % it may send none any more.
# https://docs.aws.amazon.com/ses/latest/dg/reputation-dashboard-messages.html
MOST_BOUNCES, MOST_COMPLAINTS = 0.05, 0.001
SLOWEST_OF_20 = 25_000  # milliseconds; people wait for 28 seconds at most

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


def alarm(description: str, metric: Resources, statistic: str, *, threshold: float = 1, seconds: int = 60) -> Resources:
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
    described = "The model refuses us: no key, a wrong key, or a request that it never takes. Mend the key; the log has its reason."
    return _logged("ModelRefused", MODEL_REFUSED, described, log_groups)


def model_declined(log_groups: Iterable[str]) -> Resources:
    """On words that a model declines to speak of, more often than now and then: people get a reply that code wrote."""
    metric, filters = _counted("ModelDeclined", _event(MODEL_DECLINED), log_groups)
    described = "A model declined to answer five times within an hour. Look in the log at which task and category, and at that session."
    return {"ModelDeclinedAlarm": alarm(described, metric, "Sum", threshold=5, seconds=3600), **filters}


def work_left(log_groups: Iterable[str]) -> Resources:
    """On work that fails again and again, which is tried ever more seldom from then on, or not any more."""
    described = (
        "A summary, a digest, a prompt or the short version of a context fails again and again. The log says of which session, "
        "and why: mend that, the sweep does the rest."
    )
    return _logged("WorkLeft", WORK_LEFT, described, log_groups)


def money_spent(log_groups: Iterable[str]) -> Resources:
    """On a day's money for models that goes to its end, and one that is there: from then on they are asked no more."""
    nearly = (
        "80 % of the day's money for models is spent or reserved (DAILY_BUDGET); summaries wait from now on. "
        "Raise it if the day is as busy as it should be."
    )
    spent = "The day's money for models is spent: nobody is answered before 00:00 UTC, unless DAILY_BUDGET is raised."
    return {
        **_logged("MoneyNearlySpent", _event(MONEY_NEARLY_SPENT), nearly, log_groups),
        **_logged("MoneySpent", _event(MONEY_SPENT), spent, log_groups),
    }


def server_errors(stage: str) -> Resources:
    """On requests that got no answer of use. Single ones are a model that was busy. The API has the stack's name."""
    metric = _metric("AWS/ApiGateway", "5XXError", ApiName={"Ref": "AWS::StackName"}, Stage=stage)
    described = "Ten requests within five minutes were answered 5xx. Read the log of the API function; undo a deployment that began it."
    return {"ServerErrorsAlarm": alarm(described, metric, "Sum", threshold=10, seconds=FIVE_MINUTES)}


def slow_answers(stage: str) -> Resources:
    """On waiting: where one in twenty requests takes nearly as long as the gateway waits, people are told to send again."""
    metric = _metric("AWS/ApiGateway", "Latency", ApiName={"Ref": "AWS::StackName"}, Stage=stage)
    described = "One request in twenty has taken 25 seconds or more for a quarter of an hour. Look at the model's times and at throttling."
    watched = {**metric, "ExtendedStatistic": "p95", "Period": FIVE_MINUTES}
    few = {"EvaluateLowSampleCountPercentile": "ignore"}
    return {"SlowAnswersAlarm": _alarm(described, watched, threshold=SLOWEST_OF_20, EvaluationPeriods=3, **few)}


def loops_stopped(functions: Iterable[str]) -> Resources:
    """On work that Lambda took for an endless loop and gave up."""
    described = "Lambda stopped a function that kept sending to its own queue. What it gave up lies among dead letters: see which, and why."
    return _on_the_sum("LoopsStopped", described, _of_functions("RecursiveInvocationsDropped", functions))


def function_errors(functions: Iterable[str]) -> Resources:
    """On functions that failed, timed out or ran out of memory."""
    described = "A function failed, timed out or ran out of memory. Its log says which and why; what it worked on is tried again."
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
    described = "DynamoDB held reads or writes back: one item is asked for too often. It passes by itself; if it stays, see which session."
    return _on_the_sum("TableThrottles", described, metrics)


def stream_behind(functions: Iterable[str]) -> Resources:
    """On streams whose records wait: after a day they would be lost, and before that summaries come late."""
    described = "Records of a stream have waited for five minutes: the function that reads it fails or is held back. Read its log."
    return {
        f"{function}BehindAlarm": alarm(
            described, _of_functions("IteratorAge", [function])[0], "Maximum", threshold=FIVE_MINUTES * 1000
        )
        for function in functions
    }


def waiting_too_long(queue: str, hidden: int) -> Resources:
    """On work that nobody does: longer than two workers in a row can have lost it, each for as many seconds as it is `hidden`."""
    name = {"Fn::GetAtt": [queue, "QueueName"]}
    metric = _metric("AWS/SQS", "ApproximateAgeOfOldestMessage", QueueName=name)
    described = (
        "A job has waited for half an hour or more: its workers fail, are held back or too few, or the day's money for models is spent. "
        "Read their log; raise JOBS_AT_ONCE where they are too few."
    )
    return {f"{queue}WaitingAlarm": alarm(described, metric, "Maximum", threshold=max(HALF_AN_HOUR, 2 * hidden))}


def much_repaired(log_group: str) -> Resources:
    """Counts what the sweep found that something else should have woken: nothing on a good day. There is an alarm where it
    stays high: single events get lost, and work that fails is found once an hour."""
    metric, filters = _counted("Repaired", _event(SWEPT), [log_group], value="$.repaired")
    described = "The sweep has had to find much for half an hour: events get lost, or much of the work fails. Its log says of what kind."
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


def mail_undeliverable(log_groups: Iterable[str]) -> Resources:
    """Counts invitations and reminders to addresses that take no mails. There is no alarm: nobody can mend that but the reader."""
    return _counted("MailUndeliverable", _event(MAIL_UNDELIVERABLE), log_groups)[1]


def mail_reputation() -> Resources:
    """On mails of the account that come back, or are called spam, so often that AWS may soon send none any more: then nobody signs in."""
    described = "Of this account's mails {share} {what}: AWS reviews it, and stops them at {stop}. Find out who invites such people."
    watched = {
        "BounceRate": (MOST_BOUNCES, described.format(share="5 %", what="come back", stop="10 %")),
        "ComplaintRate": (MOST_COMPLAINTS, described.format(share="0.1 %", what="are called spam", stop="0.5 %")),
    }
    return {
        f"{name}Alarm": alarm(told, _metric("AWS/SES", f"Reputation.{name}"), "Average", threshold=share, seconds=3600)
        for name, (share, told) in watched.items()
    }


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
