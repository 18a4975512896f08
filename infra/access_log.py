"""The access log of the API: one line a request, of its route and how it went; no address, path, query, header or body."""

import json
from typing import Any

Resources = dict[str, Any]

HAS_ACCESS_LOG = "HasAccessLog"
SETS_ROLE = "SetsLogRole"
GROUP = "AccessLogs"
ROLE = "APILogRole"
ACCOUNT = "APIAccount"

FORMAT = json.dumps(
    {
        "request_id": "$context.requestId",
        "time": "$context.requestTimeEpoch",
        "method": "$context.httpMethod",
        "route": "$context.resourcePath",
        "status": "$context.status",
        "error": "$context.error.responseType",
        "milliseconds": "$context.responseLatency",
        "function_milliseconds": "$context.integrationLatency",
        "bytes": "$context.responseLength",
    }
)


def conditions() -> Resources:
    """Whether there is a log, and whether it is for us to let API Gateway write logs in this account and region."""
    return {
        HAS_ACCESS_LOG: {"Fn::Not": [{"Fn::Equals": [{"Ref": "AccessLog"}, "no"]}]},
        SETS_ROLE: {"Fn::Equals": [{"Ref": "AccessLog"}, "yes"]},
    }


def setting() -> Resources:
    """What the API's stage says of it."""
    told = {"DestinationArn": {"Fn::GetAtt": [GROUP, "Arn"]}, "Format": FORMAT}
    return {"Fn::If": [HAS_ACCESS_LOG, told, {"Ref": "AWS::NoValue"}]}


def resources(days: int, key: Resources) -> Resources:
    """The log, and the role that API Gateway has one of for each account and region: it stays when the stack goes, for whoever
    else uses it by then."""
    trust = {"Effect": "Allow", "Principal": {"Service": "apigateway.amazonaws.com"}, "Action": "sts:AssumeRole"}
    policy = "arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
    stays = {"Condition": SETS_ROLE, "DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain"}
    # A stage can only say where to log once the account lets it: it waits for its log, which waits for that by this tag.
    let_by = {"Key": "let-by", "Value": {"Fn::If": [SETS_ROLE, {"Ref": ACCOUNT}, "the account"]}}
    group = {
        "Tags": [let_by],
        "LogGroupName": {"Fn::Sub": "/aws/apigateway/${AWS::StackName}"},
        "RetentionInDays": days,
        **key,
    }
    return {
        ROLE: {
            "Type": "AWS::IAM::Role",
            **stays,
            "Properties": {
                "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
                "ManagedPolicyArns": [{"Fn::Sub": policy}],
            },
        },
        ACCOUNT: {
            "Type": "AWS::ApiGateway::Account",
            **stays,
            "Properties": {"CloudWatchRoleArn": {"Fn::GetAtt": [ROLE, "Arn"]}},
        },
        GROUP: {"Type": "AWS::Logs::LogGroup", "Condition": HAS_ACCESS_LOG, "Properties": group},
    }
