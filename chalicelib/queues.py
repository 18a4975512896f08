"""Ground: SQS. What can be asked of the workers, and how a worker defers or gives up a job.

A worker looks at stored state to see what is due, so a job may come late, twice, or for nothing.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import Unavailable
from chalicelib.model.jobs import (
    QUEUE_OF,
    SUMMARIES,
    DueJob,
    HandleUpdate,
    Job,
    Queue,
    ReplyInChat,
    SendMemberInvitation,
    SendSignInMail,
    SendTranscript,
    TellHosts,
    UpdateCards,
    WriteBrief,
    WritePrompt,
    WriteSummary,
    encode_job,
    ids_of,
    subject_of,
)
from chalicelib.observability import log_failure
from chalicelib.settings import Settings

IN_ONE_CALL = 10  # messages
_LONGEST_DELAY = 43_000  # SQS keeps a message invisible for twelve hours at most, the time of its worker included


class Jobs:
    """The queues. Whatever asks for work raises Unavailable where its queue is out of reach."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client: Any = botocore.session.get_session().create_client(
            "sqs", config=Config(connect_timeout=1, read_timeout=5, retries={"mode": "standard"})
        )

    def write_prompt(self, session_id: str) -> None:
        """Have written what this session waits for: its facilitation prompt, the short version of its context."""
        self._send(WritePrompt(session_id))

    def write_brief(self, session_id: str) -> None:
        """Have SESSION.md made from the session's summary."""
        self._send(WriteBrief(session_id))

    def update_cards(self, session_id: str, now: datetime) -> None:
        """Have the cards of a session follow it, after the queue's delay; calls close to each other are one job."""
        self.ask(UpdateCards(session_id), now)

    def write_summary(self, session_id: str, now: datetime) -> None:
        """Have the summary brought up to date, after the queue's delay.

        All calls of one delay-long stretch of time are one job: the queue drops what has the same deduplication id.
        The job starts a whole delay after the first of them, so it sees what caused the last.
        """
        self.ask(WriteSummary(session_id), now)

    def tell_hosts(self, job: TellHosts) -> None:
        """Have those told who may edit a session, after the queue's delay; not held up by its cards."""
        once = hashlib.sha256(f"{job.session_id} {job.kind} {job.happened}".encode()).hexdigest()
        self._send(job, MessageGroupId=f"told:{job.session_id}", MessageDeduplicationId=once)

    def send_sign_in_mail(self, sign_in_id: str) -> None:
        """Have a mail written to somebody who asked to be let in."""
        self._send(SendSignInMail(sign_in_id))

    def send_transcript(self, request_id: str) -> None:
        """Have a conversation mailed to whoever asked for it."""
        self._send(SendTranscript(request_id))

    def handle_update(self, update: dict[str, Any], chat: str) -> None:
        """Have done what came to the bot; the updates of a chat, by whatever stands for it, come in order, and each once."""
        self._send(HandleUpdate(update), MessageGroupId=chat, MessageDeduplicationId=str(update["update_id"]))

    def reply_in_chat(self, job: ReplyInChat, seconds: int = 0) -> None:
        """Have a private chat brought up to date, after so many seconds."""
        self._send(job, DelaySeconds=seconds)

    def ask_or_leave(self, job: DueJob, now: datetime) -> None:
        """Have a job done; where its queue is out of reach, the sweep finds that it is due."""
        try:
            self.ask(job, now)
        except Unavailable as error:
            log_failure("a job has to wait for the sweep", error, **ids_of(job))

    def ask(self, job: DueJob, now: datetime) -> None:
        """Have any job of a queue done that is about a session or a project."""
        queue = QUEUE_OF[type(job)]
        self._send(job, **(self._once(queue, subject_of(job), now) if queue.fifo else {}))

    def ask_all(self, jobs: Sequence[DueJob | SendMemberInvitation], now: datetime) -> None:
        """Have jobs of one kind done, ten at most, in one call. Raises Unavailable where not all were taken; some may have been."""
        queue = QUEUE_OF[type(jobs[0])]
        entries = [
            {
                "Id": str(number),
                "MessageBody": encode_job(job),
                **(self._once(queue, subject_of(job), now) if queue.fifo else {}),
            }
            for number, job in enumerate(jobs)
        ]
        try:
            answer = self._client.send_message_batch(QueueUrl=self._settings.queue_urls[queue.name], Entries=entries)
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("The service is busy; try again in a moment") from error
        if answer.get("Failed"):
            raise Unavailable("The service is busy; try again in a moment")

    def _once(self, queue: Queue, subject_id: str, now: datetime) -> dict[str, str]:
        """What lets a FIFO queue take one job of a session in each stretch as long as its delay."""
        stretch = int(now.timestamp()) // max(1, getattr(self._settings, queue.delay))
        return {"MessageGroupId": subject_id, "MessageDeduplicationId": f"{subject_id}:{stretch}"}

    def summaries_waiting(self) -> int:
        """How many summaries are asked for and could be begun now, as far as the queue knows."""
        name = "ApproximateNumberOfMessages"
        try:
            found = self._client.get_queue_attributes(
                QueueUrl=self._settings.queue_urls[SUMMARIES.name], AttributeNames=[name]
            )
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("The service is busy; try again in a moment") from error
        return int(found["Attributes"][name])

    def postpone(self, queue_url: str, receipt: str, seconds: float) -> None:
        """Let a message that this worker will report as failed come back after so many seconds."""
        self._hide(queue_url, receipt, min(_LONGEST_DELAY, seconds))

    def hide(self, queue_url: str, receipt: str, seconds: float) -> None:
        """Have nobody else get a message for so many seconds, instead of as long as its queue says. Raises Unavailable."""
        try:
            self._hide(queue_url, receipt, seconds)
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("The service is busy; try again in a moment") from error

    def _hide(self, queue_url: str, receipt: str, seconds: float) -> None:
        self._client.change_message_visibility(
            QueueUrl=queue_url, ReceiptHandle=receipt, VisibilityTimeout=max(1, round(seconds))
        )

    def send_to_dead_letters(self, dead_letters_url: str, body: str, message_id: str, group: str | None = None) -> None:
        """Put a message that can never succeed where the operator is told of it; twice the same one, `message_id` says, is one.

        What was sent back from there and fails again is another message: it is not dropped as a repeat of itself.
        """
        fifo = {"MessageGroupId": group, "MessageDeduplicationId": message_id} if group else {}
        self._client.send_message(QueueUrl=dead_letters_url, MessageBody=body, **fifo)

    def _send(self, job: Job, **how: Any) -> None:
        url = self._settings.queue_urls[QUEUE_OF[type(job)].name]
        try:
            self._client.send_message(QueueUrl=url, MessageBody=encode_job(job), **how)
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("The service is busy; try again in a moment") from error
