"""`make logs`: what the functions of the running instance logged, oldest first."""

import boto3

from infra import instance

PREFIX = f"/aws/lambda/harmonica-{instance.LOCAL_STAGE}-"


def lines() -> list[str]:
    """One line an event: time order over all functions, each with its function's name."""
    logs = boto3.client("logs")
    found: list[tuple[int, str]] = []
    for group in logs.describe_log_groups(logGroupNamePrefix=PREFIX)["logGroups"]:
        name = group["logGroupName"]
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=name):
            function = name.removeprefix(PREFIX)
            found += [(event["timestamp"], f"{function}  {event['message'].rstrip()}") for event in page["events"]]
    return [line for _, line in sorted(found, key=lambda it: it[0])]


if __name__ == "__main__":
    instance.activate()
    print("\n".join(lines()))
