"""Streams only decide and forward, and may be called twice for the same change; a failure makes the stream try again."""

from chalice.app import DynamoDBEvent, DynamoDBRecord

from chalicelib import wiring
from chalicelib.store import keys


def sessions_changed(event: DynamoDBEvent) -> None:
    """A session created without a prompt needs one; a new summary needs a brief."""
    for record in event:
        session_id, part = _key(record)
        if part == keys.SESSION and record.event_name == "INSERT" and keys.DUE_KIND in record.new_image:
            wiring.jobs().write_prompt(session_id)
        elif part == keys.SUMMARY and record.event_name in ("INSERT", "MODIFY") and keys.DUE_KIND in record.new_image:
            wiring.jobs().write_brief(session_id)


def conversations_changed(event: DynamoDBEvent) -> None:
    """What participants say makes the summary stale and wakes its job, once a session."""
    spoken = {_key(record)[0] for record in event if _is_said(record)}
    for session_id in sorted(spoken):
        now = wiring.clock().now()
        wiring.sessions().mark_stale(session_id, now)
        wiring.jobs().write_summary(session_id, now)


def _key(record: DynamoDBRecord) -> tuple[str, str]:
    return record.keys[keys.SESSION_ID]["S"], record.keys[keys.PART]["S"]


def _is_said(record: DynamoDBRecord) -> bool:
    said = record.event_name == "INSERT" and _key(record)[1].startswith(keys.MESSAGES)
    return said and record.new_image["role"]["S"] == "user"
