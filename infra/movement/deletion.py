"""Removes a session, or all that people left in a stage. A user is removed by the application's own service, and so is a session."""

import time
from itertools import islice
from typing import Any, Final

import boto3

from chalicelib.store import keys, moving
from chalicelib.store.moving import KEYS

_AT_ONCE: Final = 1_000
_LOOKS_EVERY: Final = 1.0  # seconds


def await_session_gone(session_id: str, seconds: float) -> bool:
    """Wait until the job has removed a deleted session; False where that takes longer."""
    marker = (keys.SESSIONS, {keys.SESSION_ID: {"S": session_id}, keys.PART: {"S": keys.DELETION}})
    until = time.monotonic() + seconds
    while moving.find_stored([marker]):
        if time.monotonic() > until:
            return False
        time.sleep(_LOOKS_EVERY)
    return True


def empty_tables() -> dict[str, int]:
    """Remove every item of every table; gives how many these were. What is written meanwhile may stay."""
    removed = dict.fromkeys(KEYS, 0)
    for table in KEYS:
        found = moving.scan(table)
        while items := list(islice(found, _AT_ONCE)):
            moving.remove(items)
            removed[table] += len(items)
    return removed


def empty_bucket(name: str) -> int:
    """Remove every file of a bucket; gives how many these were."""
    s3: Any = boto3.client("s3")
    removed = 0
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=name):
        for item in page.get("Contents", []):
            s3.delete_object(Bucket=name, Key=item["Key"])
            removed += 1
    return removed
