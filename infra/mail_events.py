"""What SES tells of the mails that we send: those that came back for good, and those that were called spam.

SES → the account's event bus → two rules of this stack → the queue of bounces. Events come by best effort; SES keeps a list of its own
of such addresses beside, and takes no mail to them. Alarms tell where there are so many that AWS may send none any more. There is none
of this where no sender is configured.
"""

from collections.abc import Sequence
from typing import Any

from chalicelib.model.jobs import BOUNCES
from infra import alarms, queues
from infra.event_sources import HAS_MAIL

Resources = dict[str, Any]

CONFIGURATION_SET = "MailConfigurationSet"
NAME = "${AWS::StackName}-mails"
# By what SES calls them: the name of the rule, the type of the event, and what of it says whom no more mails go to.
_EVENTS = (
    ("MailBounces", "Email Bounced", "Bounce", ("bounceType", "bouncedRecipients")),
    ("MailComplaints", "Email Complaint Received", "Complaint", ("complainedRecipients",)),
)


def resources() -> Resources:
    """The configuration set of our mails, what it tells, and who may put that into the queue."""
    made = {
        CONFIGURATION_SET: _configuration_set(),
        "MailEventDestination": _destination(),
        **{name: _rule(detail_type, kind, fields) for name, detail_type, kind, fields in _EVENTS},
        "MailEventsPolicy": _queue_policy(),
        **alarms.mail_reputation(),
    }
    return {name: {**resource, "Condition": HAS_MAIL} for name, resource in made.items()}


def name_of_set() -> Resources:
    """The name of the configuration set; empty where there is none."""
    return {"Fn::If": [HAS_MAIL, {"Ref": CONFIGURATION_SET}, ""]}


def _configuration_set() -> Resources:
    """Nobody is watched: neither does a picture tell that a mail was opened, nor a link that it was followed."""
    properties = {
        "Name": {"Fn::Sub": NAME},
        "SuppressionOptions": {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]},
        "VdmOptions": {"DashboardOptions": {"EngagementMetrics": "DISABLED"}},
    }
    return {"Type": "AWS::SES::ConfigurationSet", "Properties": properties}


def _destination() -> Resources:
    bus = {"Fn::Sub": "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/default"}
    told = {
        "Name": "bounces",
        "Enabled": True,
        "MatchingEventTypes": ["bounce", "complaint"],
        "EventBridgeDestination": {"EventBusArn": bus},
    }
    properties = {"ConfigurationSetName": {"Ref": CONFIGURATION_SET}, "EventDestination": told}
    return {"Type": "AWS::SES::ConfigurationSetEventDestination", "Properties": properties}


def _rule(detail_type: str, kind: str, fields: Sequence[str]) -> Resources:
    """Only of this stack's mails: the bus is the account's. Of an event only what the worker reads goes into the queue: the rest has
    the subject of the mail, so what a session is about, beside the address.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
    """
    pattern = {
        "source": ["aws.ses"],
        "detail-type": [detail_type],
        "detail": {"mail": {"tags": {"ses:configuration-set": [{"Ref": CONFIGURATION_SET}]}}},
    }
    named, told = kind.lower(), ",".join(f'"{field}":<{field}>' for field in fields)
    transformed = {
        "InputPathsMap": {field: f"$.detail.{named}.{field}" for field in fields},
        "InputTemplate": f'{{"detail":{{"eventType":"{kind}","{named}":{{{told}}}}}}}',
    }
    target = {"Id": "bounces", "Arn": _queue_arn(), "InputTransformer": transformed}
    return {"Type": "AWS::Events::Rule", "Properties": {"EventPattern": pattern, "Targets": [target]}}


def _queue_policy() -> Resources:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": ["sqs:SendMessage"],
        "Resource": [_queue_arn()],
        "Condition": {"ArnEquals": {"aws:SourceArn": [{"Fn::GetAtt": [name, "Arn"]} for name, *_ in _EVENTS]}},
    }
    properties = {
        "Queues": [{"Ref": queues.resource_of(BOUNCES)}],
        "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
    }
    return {"Type": "AWS::SQS::QueuePolicy", "Properties": properties}


def _queue_arn() -> Resources:
    return {"Fn::GetAtt": [queues.resource_of(BOUNCES), "Arn"]}
