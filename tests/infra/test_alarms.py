"""What an operator is told, and what there is to look at: alarms, the runbook, the dashboard."""

import json
import re
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from chalicelib.model.jobs import QUEUES
from infra import alarms, environment, functions, queues
from tests.bench.costs import constants
from tests.infra.templates import Template, of_type

ASKING_MODELS = {"APIHandler", "ReplyInChat", "WritePrompt", "WriteSummary"}


def test_what_is_given_up_raises_an_alarm(application: Template) -> None:
    lying = _alarms_on(application, "ApproximateNumberOfMessagesVisible")
    assert {_watched_queue(it) for it in lying} == {queues.dead_letters_of(it) for it in QUEUES} | {
        queues.STREAM_FAILURES
    }
    assert {it["Threshold"] for it in lying} == {1}
    assert application["Resources"]["AlarmSubscription"]["Condition"] == "HasAlarmEmail"


def test_every_alarm_tells_the_operator(application: Template) -> None:
    for properties in of_type(application, "AWS::CloudWatch::Alarm").values():
        assert properties["AlarmActions"] == [{"Ref": alarms.ALARM_TOPIC}]


def test_every_alarm_says_what_to_do_and_has_a_section_of_the_runbook(application: Template) -> None:
    sections = re.findall(r"^## (\S+)$", Path("docs/runbook.md").read_text(), re.MULTILINE)
    made = of_type(application, "AWS::CloudWatch::Alarm")
    for name, properties in made.items():
        assert [section for section in sections if fnmatchcase(name, section)], name
        assert re.search(r"[.:;] \S", properties["AlarmDescription"]), name
    assert [section for section in sections if not any(fnmatchcase(name, section) for name in made)] == []


def test_the_dashboard_shows_what_there_is(application: Template) -> None:
    (dashboard,) = of_type(application, "AWS::CloudWatch::Dashboard").values()
    text = dashboard["DashboardBody"]["Fn::Sub"]
    named = set(re.findall(r"\$\{(\w+)(?:\.QueueName)?\}", text))
    assert named <= application["Resources"].keys() | application["Parameters"].keys()
    assert {function.logical_id for function in functions.ALL} <= named
    assert {queues.resource_of(queue) for queue in QUEUES} <= named
    counted = {name.partition("-")[2] for name in re.findall(r'"(\$\{AWS::StackName\}-\w+)"', text)}
    filters = of_type(application, "AWS::Logs::MetricFilter").values()
    metrics = {it["MetricTransformations"][0]["MetricName"]["Fn::Sub"].rpartition("-")[2] for it in filters}
    assert counted == metrics
    assert len({(it["x"], it["y"]) for it in json.loads(text)["widgets"]}) == len(json.loads(text)["widgets"])


def test_as_many_metrics_are_watched_as_the_costs_of_an_idle_stage_count(application: Template) -> None:
    made = [it for it in application["Resources"].values() if it["Type"] == "AWS::CloudWatch::Alarm"]
    always = [it["Properties"] for it in made if "Condition" not in it]
    metrics = [sum("MetricStat" in part for part in it.get("Metrics", ())) or 1 for it in always]
    assert sum(metrics) == constants()[2].alarms


def test_mails_that_come_back_or_are_called_spam_raise_an_alarm_before_aws_stops_them_all(
    application: Template,
) -> None:
    for metric, stopped in (("Reputation.BounceRate", 0.1), ("Reputation.ComplaintRate", 0.005)):
        (watched,) = _alarms_on(application, metric)
        assert watched["Threshold"] <= stopped / 2
    conditional = {name for name, it in application["Resources"].items() if it.get("Condition") == "HasMailFrom"}
    assert {"BounceRateAlarm", "ComplaintRateAlarm"} <= conditional


def test_work_that_nobody_does_raises_an_alarm(application: Template) -> None:
    waiting = _alarms_on(application, "ApproximateAgeOfOldestMessage")
    hidden = {queues.resource_of(queue): functions.VISIBILITY[queue.name] for queue in QUEUES}
    assert {_watched_queue(it) for it in waiting} == set(hidden)
    assert all(it["Threshold"] >= 2 * hidden[_watched_queue(it)] for it in waiting)


def test_a_stream_that_nobody_reads_and_a_clock_that_stands_raise_an_alarm(application: Template) -> None:
    behind = _alarms_on(application, "IteratorAge")
    assert {_dimensions(it)["FunctionName"]["Ref"] for it in behind} == {"SessionsChanged", "ConversationsChanged"}
    stands = _alarms_on(application, "Invocations")
    assert [_dimensions(it)["FunctionName"] for it in stands] == [{"Ref": "Sweep"}, {"Ref": "OpenAndClose"}]
    assert {(it["ComparisonOperator"], it["TreatMissingData"]) for it in stands} == {("LessThanThreshold", "breaching")}


def test_what_the_sweep_repairs_is_a_metric_and_an_alarm_where_it_stays_high(application: Template) -> None:
    filters = of_type(application, "AWS::Logs::MetricFilter")["SweepLogsRepaired"]
    (counted,) = filters["MetricTransformations"]
    assert (filters["FilterPattern"], counted["MetricValue"]) == ('{ $.event = "swept" }', "$.repaired")
    alarm = application["Resources"]["RepairedAlarm"]["Properties"]
    assert alarm["MetricName"] == counted["MetricName"]
    assert (alarm["EvaluationPeriods"], alarm["Period"], alarm["Threshold"]) == (6, 300, 10)


def test_the_front_is_throttled_and_what_it_fails_at_raises_an_alarm(application: Template) -> None:
    stage = application["Resources"]["RestAPIliveStage"]["Properties"]
    (limits,) = stage["MethodSettings"]
    assert (limits["ResourcePath"], limits["HttpMethod"]) == ("/*", "*")
    defaults = {name: it.get("Default") for name, it in application["Parameters"].items()}
    assert [defaults[limits[f"Throttling{name}Limit"]["Ref"]] for name in ("Rate", "Burst")] == [200, 400]
    (errors,) = _alarms_on(application, "5XXError")
    named = application["Resources"]["RestAPI"]["Properties"]["Body"]["info"]["title"]
    assert _dimensions(errors) == {"ApiName": named, "Stage": stage["StageName"]}


@pytest.mark.parametrize("metric", ["Errors", "Throttles"])
def test_a_function_that_fails_or_is_held_back_raises_an_alarm(application: Template, metric: str) -> None:
    summed = _summed(application, metric)
    assert {it["FunctionName"]["Ref"] for it in summed} == {function.logical_id for function in functions.ALL}


def test_more_functions_than_one_alarm_takes_have_several() -> None:
    names = [f"Function{number}" for number in range(23)]
    made = alarms.function_errors(names)
    assert list(made) == ["FunctionErrorsAlarm", "FunctionErrors2Alarm", "FunctionErrors3Alarm"]
    stack = {"Resources": made}
    assert [it["FunctionName"]["Ref"] for it in _summed(stack, "Errors")] == names


@pytest.mark.parametrize("metric", ["ReadThrottleEvents", "WriteThrottleEvents"])
def test_a_table_that_holds_requests_back_raises_an_alarm(application: Template, metric: str) -> None:
    summed = _summed(application, metric)
    assert {it["TableName"]["Ref"] for it in summed} == {f"{table}TableName" for table in environment.TABLES}


def _alarms_on(template: Template, metric: str) -> list[Template]:
    found = of_type(template, "AWS::CloudWatch::Alarm").values()
    return [it for it in found if it.get("MetricName") == metric]


def _dimensions(metric: Template) -> Template:
    return {dimension["Name"]: dimension["Value"] for dimension in metric["Dimensions"]}


def _watched_queue(alarm: Template) -> str:
    return str(_dimensions(alarm)["QueueName"]["Fn::GetAtt"][0])


def _summed(template: Template, metric: str) -> list[Template]:
    """The dimensions of this metric in the alarms on the sum of many; CloudWatch sums ten at most."""
    found = []
    for alarm in of_type(template, "AWS::CloudWatch::Alarm").values():
        parts = [it["MetricStat"]["Metric"] for it in alarm.get("Metrics", []) if "MetricStat" in it]
        assert len(parts) <= 10
        found += [_dimensions(part) for part in parts if part["MetricName"] == metric]
    return found


def test_a_model_that_refuses_us_raises_an_alarm(application: Template) -> None:
    _require_alarm(application, "ModelRefused", '"model_*"', ASKING_MODELS)
    _require_alarm(application, "ModelDeclined", '$.event = "model_declined"', ASKING_MODELS)


def test_waiting_and_stopped_loops_raise_an_alarm(application: Template) -> None:
    (slow,) = _alarms_on(application, "Latency")
    assert (slow["ExtendedStatistic"], slow["EvaluationPeriods"]) == ("p95", 3)
    loops = {it["FunctionName"]["Ref"] for it in _summed(application, "RecursiveInvocationsDropped")}
    assert {"DeleteData", "HandleUpdate", "ReplyInChat"} <= loops


def test_work_that_fails_again_and_again_raises_an_alarm(application: Template) -> None:
    _require_alarm(application, "WorkLeft", '"summary_*"', ASKING_MODELS)


def test_the_days_money_raises_an_alarm_before_and_when_they_are_spent(application: Template) -> None:
    _require_alarm(application, "MoneyNearlySpent", '"money_nearly_spent"', ASKING_MODELS)
    _require_alarm(application, "MoneySpent", '"money_spent"', ASKING_MODELS)


def test_turns_in_which_care_came_first_are_counted_without_an_alarm(application: Template) -> None:
    counting = {
        properties["LogGroupName"]["Ref"]
        for properties in of_type(application, "AWS::Logs::MetricFilter").values()
        if '"care_first"' in properties["FilterPattern"]
    }
    assert counting == {"APIHandlerLogs", "HandleUpdateLogs", "ReplyInChatLogs"}
    assert "CareFirstAlarm" not in application["Resources"]


def test_addresses_that_take_no_mails_are_counted_without_an_alarm(application: Template) -> None:
    counting = {
        properties["LogGroupName"]["Ref"]
        for properties in of_type(application, "AWS::Logs::MetricFilter").values()
        if '"mail_undeliverable"' in properties["FilterPattern"]
    }
    assert counting >= {"SendMailLogs", "DeliverLogs"}
    assert "MailUndeliverableAlarm" not in application["Resources"]


def _require_alarm(template: Template, name: str, pattern: str, functions: set[str]) -> None:
    """An alarm on what these functions log."""
    alarm = of_type(template, "AWS::CloudWatch::Alarm")[f"{name}Alarm"]
    filters = {
        properties["LogGroupName"]["Ref"]: properties
        for properties in of_type(template, "AWS::Logs::MetricFilter").values()
        if pattern in properties["FilterPattern"]
    }
    assert set(filters) == {f"{function}Logs" for function in functions}
    for properties in filters.values():
        (counted,) = properties["MetricTransformations"]
        assert counted["MetricNamespace"] == alarm["Namespace"]
        assert counted["MetricName"] == alarm["MetricName"]
