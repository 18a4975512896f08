"""What SES tells of the mails that we send: those that came back for good, and those that were called spam.

SES → the account's event bus → a rule of this stack → the queue of bounces. Events come by best effort; SES keeps a list of its own
of such addresses beside, and takes no mail to them. There is none of this where no sender is configured.
"""

from typing import Any

from chalicelib.model.jobs import BOUNCES
from infra import queues
from infra.event_sources import HAS_MAIL

Resources = dict[str, Any]

CONFIGURATION_SET = "MailConfigurationSet"
NAME = "${AWS::StackName}-mails"
_RULE = "MailEvents"


def resources() -> Resources:
    """The configuration set of our mails, what it tells, and who may put that into the queue."""
    made = {
        CONFIGURATION_SET: _configuration_set(),
        "MailEventDestination": _destination(),
        _RULE: _rule(),
        "MailEventsPolicy": _queue_policy(),
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


def _rule() -> Resources:
    """Only of this stack's mails: the bus is the account's."""
    pattern = {
        "source": ["aws.ses"],
        "detail-type": ["Email Bounced", "Email Complaint Received"],
        "detail": {"mail": {"tags": {"ses:configuration-set": [{"Ref": CONFIGURATION_SET}]}}},
    }
    target = {"Id": "bounces", "Arn": _queue_arn()}
    return {"Type": "AWS::Events::Rule", "Properties": {"EventPattern": pattern, "Targets": [target]}}


def _queue_policy() -> Resources:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": ["sqs:SendMessage"],
        "Resource": [_queue_arn()],
        "Condition": {"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": [_RULE, "Arn"]}}},
    }
    properties = {
        "Queues": [{"Ref": queues.resource_of(BOUNCES)}],
        "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
    }
    return {"Type": "AWS::SQS::QueuePolicy", "Properties": properties}


def _queue_arn() -> Resources:
    return {"Fn::GetAtt": [queues.resource_of(BOUNCES), "Arn"]}
