"""Streams only decide and forward, and may be called twice for the same change; a failure makes the stream try again."""

from datetime import UTC, datetime, timedelta

from chalice.app import DynamoDBEvent, DynamoDBRecord

from chalicelib import container
from chalicelib.model import Thread
from chalicelib.model.jobs import AnnounceSession, TellHosts
from chalicelib.services.notifications.session_events import events_of_change
from chalicelib.services.synthesis.staleness import concerns_summary, mark_undigested_words
from chalicelib.store import keys

STREAM_KEEPS = timedelta(days=1)  # its records
# Since when something is to be written, or announced.
_WANTED = {
    keys.SESSION: keys.PROMPT_WANTED_AT,
    keys.CONTEXT: keys.WANTED_AT,
    keys.ANNOUNCING: keys.DUE_AT,  # which the clock moves, too: then it is looked at twice
}


def sessions_changed(event: DynamoDBEvent) -> None:
    """A session that a prompt became due for needs one, a long context a short version, one that has ended its last summary, a new
    summary a brief; announcements and lists follow what they show of a session."""
    waiting: set[str] = set()
    announced: set[str] = set()
    shown: set[str] = set()
    for record in event:
        session_id, part = _key(record)
        if _is_wanted(record):
            (announced if part == keys.ANNOUNCING else waiting).add(session_id)
        if part == keys.SESSION and _has_ended(record):
            container.jobs().write_summary(session_id, container.clock().now())
        elif part == keys.SUMMARY and record.event_name in ("INSERT", "MODIFY") and keys.DUE_KIND in record.new_image:
            container.jobs().write_brief(session_id)
        if _is_shown(record):
            shown.add(session_id)
    for session_id in sorted(waiting):
        container.jobs().write_prompt(session_id)
    for session_id in sorted(announced):
        container.jobs().ask(AnnounceSession(session_id), container.clock().now())
    for session_id in sorted(shown):
        container.jobs().update_cards(session_id, container.clock().now())
    _tell_hosts(event)


def _tell_hosts(event: DynamoDBEvent) -> None:
    """Have those who may edit a session told of what its changes come to."""
    for record in event:
        session_id, part = _key(record)
        if part == keys.SESSION and record.event_name == "MODIFY":
            for happened in events_of_change(session_id, record.old_image, record.new_image, _time(record)):
                container.jobs().tell_hosts(happened)


def conversations_changed(event: DynamoDBEvent) -> None:
    """What participants say makes the summary stale, unless it is digested already, and wakes its job, once a session."""
    spoken: dict[str, dict[str, int]] = {}
    first: dict[tuple[str, str], tuple[int, datetime]] = {}
    for record in filter(_is_said, event):
        session_id, part = _key(record)
        said = spoken.setdefault(session_id, {})
        thread_id, sequence = keys.thread_of(part), keys.sequence_of(part)
        said[thread_id] = max(sequence, said.get(thread_id, 0))
        told = sequence, datetime.fromisoformat(record.new_image["created_at"]["S"])
        first[session_id, thread_id] = min(told, first.get((session_id, thread_id), told))
    for session_id, said in sorted(spoken.items()):
        now = container.clock().now()
        heads = container.conversations().heads_of(session_id, said)
        mark_undigested_words(session_id, heads, said, now, summaries=container.summaries())
        if concerns_summary(heads, said):
            container.jobs().write_summary(session_id, now)
        begun = [first[session_id, head.id] for head in heads]
        _tell_of_first_answer(
            session_id, [at for head, (number, at) in zip(heads, begun, strict=True) if _is_first(head, number)]
        )


def _tell_of_first_answer(session_id: str, begun: list[datetime]) -> None:
    """Have those who may edit a session told of the first answer in it, where it is among these, by when each was said. Of one that is
    older than a stream can be behind, nobody is told: its session was brought here from another stage."""
    begun = [at for at in begun if container.clock().now() - at < STREAM_KEEPS]
    if begun and container.summaries().is_first_answer(session_id, min(begun)):
        at = min(begun).isoformat()
        container.jobs().tell_hosts(TellHosts(session_id, "first_answer", at))


def _is_first(head: Thread, sequence: int) -> bool:
    """Whether this is the first thing that somebody says in their conversation, behind its opening; a test run, or what a host says
    without one, is no answer."""
    return not head.test and head.scope.partition(":")[0] != "host" and sequence <= head.starts_after + 2


def _time(record: DynamoDBRecord) -> datetime:
    """When a change was made: the same however often it is told of."""
    return datetime.fromtimestamp(record.to_dict()["dynamodb"]["ApproximateCreationDateTime"], UTC)


def _key(record: DynamoDBRecord) -> tuple[str, str]:
    return record.keys[keys.SESSION_ID]["S"], record.keys[keys.PART]["S"]


def _is_wanted(record: DynamoDBRecord) -> bool:
    """Whether something is to be done from now on that was not before this change, or another one: a prompt written, or the short
    version of a context, or the session announced."""
    name = _WANTED.get(_key(record)[1], "")
    since = (record.new_image or {}).get(name)
    return since is not None and since != (record.old_image or {}).get(name)


def _has_ended(record: DynamoDBRecord) -> bool:
    """Whether the clock, or its host, ended a session by this change."""
    status = [(image or {}).get("status", {}).get("S") for image in (record.old_image, record.new_image)]
    return status == ["active", "completed"]


def _is_shown(record: DynamoDBRecord) -> bool:
    """Whether lists show what this changes. A tally changes with every turn, and is shown when somebody joins."""
    if record.event_name != "MODIFY":
        return False
    part = _key(record)[1]
    if part == keys.SESSION:
        return True
    if not part.startswith(keys.TALLIES):
        return False
    return any(record.new_image.get(name) != record.old_image.get(name) for name in ("participants", "status"))


def _is_said(record: DynamoDBRecord) -> bool:
    said = record.event_name == "INSERT" and _key(record)[1].startswith(keys.MESSAGES)
    return said and record.new_image["role"]["S"] == "user"
