"""Ground: SQS. What can be asked of the workers, and how a worker defers or gives up a job.

Jobs carry ids only: a worker looks at stored state to see what is due, so a job may come late, twice, or for nothing.
"""

import hashlib
import json
from datetime import datetime
from typing import Any

import botocore.session
from botocore.config import Config

from chalicelib.settings import Settings

_LONGEST_DELAY = 43_200  # SQS keeps a message invisible for twelve hours at most


class Jobs:
    """The queues."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client: Any = botocore.session.get_session().create_client(
            "sqs", config=Config(connect_timeout=1, read_timeout=5, retries={"mode": "standard"})
        )

    def write_prompt(self, session_id: str) -> None:
        """Have a facilitation prompt written for this session."""
        self._send(self._settings.prompts_queue_url, session_id)

    def write_brief(self, session_id: str) -> None:
        """Have SESSION.md made from the session's summary."""
        self._send(self._settings.briefs_queue_url, session_id)

    def write_summary(self, session_id: str, now: datetime) -> None:
        """Have the summary brought up to date, after the queue's delay.

        All calls of one delay-long stretch of time are one job: the queue drops what has the same deduplication id.
        The job starts a whole delay after the first of them, so it sees what caused the last.
        """
        stretch = int(now.timestamp()) // max(1, self._settings.summary_delay)
        self._client.send_message(
            QueueUrl=self._settings.summaries_queue_url,
            MessageBody=json.dumps({"session_id": session_id}),
            MessageGroupId=session_id,
            MessageDeduplicationId=f"{session_id}:{stretch}",
        )

    def postpone(self, queue_url: str, receipt: str, seconds: float) -> None:
        """Let a message that this worker will report as failed come back after so many seconds."""
        self._client.change_message_visibility(
            QueueUrl=queue_url, ReceiptHandle=receipt, VisibilityTimeout=min(_LONGEST_DELAY, max(1, round(seconds)))
        )

    def bury(self, dead_letters_url: str, body: str, group: str | None = None) -> None:
        """Put a message that can never succeed where the operator is told of it."""
        fifo = (
            {"MessageGroupId": group, "MessageDeduplicationId": hashlib.sha256(body.encode()).hexdigest()}
            if group
            else {}
        )
        self._client.send_message(QueueUrl=dead_letters_url, MessageBody=body, **fifo)

    def _send(self, queue_url: str, session_id: str) -> None:
        self._client.send_message(QueueUrl=queue_url, MessageBody=json.dumps({"session_id": session_id}))
