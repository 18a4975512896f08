"""What workers can be asked to do, and the queues that carry it: one row a queue.

A new queue is a job and a row here, a case of `run_job` in `workers/jobs.py`, an entry point in `app.py` and the row of its
function in `infra/functions.py`. Its addresses, dead letters, alarms, parameters and permissions follow.

A job's tag and the name of a queue are in messages and deployed stacks: they stay when a class is renamed.
"""

from typing import Any, Literal

import msgspec
from msgspec import Struct, structs

from chalicelib.model.notifications import SessionEvent

_TAG = "job"


class _Job(msgspec.Struct, frozen=True, tag_field=_TAG):
    """Jobs carry ids only: what is to be done is in the store. Only what Telegram and SES tell is nowhere else yet."""


class _SessionJob(_Job, frozen=True):
    session_id: str


class WritePrompt(_SessionJob, frozen=True, tag="write_prompt"):
    """Write what a session waits for: its facilitation prompt, the short version of its context."""


class WriteKnowledge(_SessionJob, frozen=True, tag="write_knowledge"):
    """Generate the knowledge of a session, for this project that it is in."""

    project_id: str


class WriteSummary(_SessionJob, frozen=True, tag="write_summary"):
    """Bring the summary of a session up to date."""


class WriteBrief(_SessionJob, frozen=True, tag="write_brief"):
    """Make SESSION.md from the summary of a session."""


class UpdateCards(_SessionJob, frozen=True, tag="update_cards"):
    """Let the cards of a session follow it."""


class DeleteSession(_SessionJob, frozen=True, tag="delete_session"):
    """Remove what is left of a deleted session."""


class DeleteProject(_Job, frozen=True, tag="delete_project"):
    """Remove what is left of a deleted project."""

    project_id: str


class RemoveAccount(_Job, frozen=True, tag="remove_account"):
    """Remove what is left of a deleted account."""

    user_id: str

    @property
    def session_id(self) -> str:
        """The partition of its mark, in which no session is."""
        return self.user_id


class EraseParticipant(_SessionJob, frozen=True, tag="erase_participant"):
    """Erase the messages of somebody who was removed from a session."""

    thread_id: str


class WriteExport(_SessionJob, frozen=True, tag="write_export"):
    """Write an export of a session that is more than an answer can carry."""

    export_id: str


class WriteAccountExport(_Job, frozen=True, tag="write_account_export"):
    """Write the next file of the export of all that an account has."""

    user_id: str

    @property
    def session_id(self) -> str:
        """An id that no session has."""
        return self.user_id


class OpenSession(_SessionJob, frozen=True, tag="open_session"):
    """Open a draft whose time to open has come. It is of no queue: the clock does it."""


class ExpireSession(_SessionJob, frozen=True, tag="expire_session"):
    """Delete a session that has been over for as long as it is kept."""


class CloseSession(_SessionJob, frozen=True, tag="close_session"):
    """Store that a session has ended by itself. It is of no queue: the clock does it."""


class AnnounceSession(_SessionJob, frozen=True, tag="announce_session"):
    """Bring the announcements of a session in its Telegram groups up to date."""


class SendReminder(_SessionJob, frozen=True, tag="send_reminder"):
    """Remind somebody of their conversation, if that is still to be done."""

    thread_id: str


class HandleUpdate(_Job, frozen=True, tag="handle_update"):
    """Do what came to the bot: an update, sealed."""

    update: dict[str, Any]


class ReplyInChat(_Job, frozen=True, tag="reply_in_chat"):
    """Bring a person's private chat up to date with their conversation in a session: reply, and send what is new there.

    `chat_id` is Telegram's; `sequence` the words that asked for it: where later ones came, those have a job of their own. With
    `repeats` the facilitator's last message is sent once more where there is nothing newer.
    """

    chat_id: int
    session_id: str
    sequence: int = 0
    repeats: bool = False


class SendInvitation(_SessionJob, frozen=True, tag="send_invitation"):
    """Write to somebody whom a host invited to take part, where that is still wanted."""

    invitation_id: str


class SendMemberInvitation(_Job, frozen=True, tag="send_member_invitation"):
    """Write to somebody who is invited to be a member, where that is still wanted; `kind` says whether of a session or of a project."""

    kind: str
    subject_id: str
    invitation_id: str


class AskForMemberMails(_SessionJob, frozen=True, tag="ask_for_member_mails"):
    """Have those written to who are invited to be members of a session and wait for it. It is of no queue: the clock does it."""


class AskForProjectMemberMails(_Job, frozen=True, tag="ask_for_project_member_mails"):
    """The same of a project."""

    project_id: str


class TellHosts(_SessionJob, frozen=True, tag="tell_hosts"):
    """Tell those who may edit a session what happened in it. `happened` names the event: of the same name, it is told of once.

    `at` is a time in ISO 8601; `details` are ids and codes that the texts are made of.
    """

    kind: SessionEvent
    at: str
    happened: str = ""
    details: dict[str, str] = {}


class SendDigest(_Job, frozen=True, tag="send_digest"):
    """Mail a host what they were told of and have not read, where that is still wanted."""

    user_id: str

    @property
    def session_id(self) -> str:
        """The partition of its mark, in which no session is."""
        return self.user_id


class SendSignInMail(_Job, frozen=True, tag="send_sign_in_mail"):
    """Write to somebody who asked to be let in, where they may be."""

    sign_in_id: str


class SendTranscript(_Job, frozen=True, tag="send_transcript"):
    """Mail a conversation to the participant who asked for it."""

    request_id: str


class NoteBounce(_Job, frozen=True, tag="note_bounce"):
    """Keep in mind whom no more mails go to: what SES tells of one that came back or was called spam, as the event bus brings it."""

    detail: dict[str, Any]


class SuppressAddresses(_Job, frozen=True, tag="suppress_addresses"):
    """The same without any address: what is left of such an event among the dead letters, and can be sent back from there."""

    reason: Literal["bounce", "complaint"]
    address_hashes: tuple[str, ...]


SessionJob = (
    WritePrompt
    | WriteKnowledge
    | WriteSummary
    | WriteBrief
    | UpdateCards
    | DeleteSession
    | RemoveAccount
    | EraseParticipant
    | WriteExport
    | WriteAccountExport
    | OpenSession
    | CloseSession
    | ExpireSession
    | AnnounceSession
    | SendReminder
    | SendInvitation
    | SendDigest
    | AskForMemberMails
)
ProjectJob = DeleteProject | AskForProjectMemberMails
DueJob = SessionJob | ProjectJob
# What is told outside, and what comes back from there.
Delivery = (
    AnnounceSession
    | SendReminder
    | SendInvitation
    | SendMemberInvitation
    | SendDigest
    | SendSignInMail
    | SendTranscript
    | NoteBounce
    | SuppressAddresses
    | HandleUpdate
    | ReplyInChat
)
Job = DueJob | TellHosts | Delivery


class Queue(Struct, frozen=True):
    """One kind of work. A FIFO queue runs one job per group (a session, a chat) at a time; a delay debounces them.

    `worker` is the entry point in app.py of the function that works it off.
    `jobs` are tried in this order for a message without a tag, so the one with more fields comes first. `delay` names
    the setting that says how long a FIFO queue waits, where it does; `batch` is how many messages a worker gets at once; after `receives`
    a message goes to the dead letters, after `tries` already where what failed does not pass by itself. `longest_wait` is how many
    seconds one that failed is kept back at most, unless the failure names a longer time.
    """

    name: str
    jobs: tuple[type[Job], ...]
    worker: str
    fifo: bool = False
    delay: str = ""
    batch: int = 1
    receives: int = 5
    tries: int | None = None
    longest_wait: float = 600.0

    @property
    def url_variable(self) -> str:
        """The variable that holds the address of the queue."""
        return f"{self.name.upper()}_QUEUE_URL"

    @property
    def dead_letters_variable(self) -> str:
        """The variable that holds the address of its dead letters."""
        return f"{self.name.upper()}_DEAD_LETTERS_URL"


PROMPTS = Queue("prompts", (WriteKnowledge, WritePrompt), "write_prompt")
BRIEFS = Queue("briefs", (WriteBrief,), "write_brief", batch=5)
# A summary is given back while it is not its turn, and what fails of it is counted with the session, which rests after a few times.
# Until then a host who asks for one stands behind the message that failed, so that one comes back within a minute.
SUMMARIES = Queue(
    "summaries", (WriteSummary,), "write_summary", fifo=True, delay="summary_delay", receives=100, longest_wait=60.0
)
# What lists show of a session, and what hosts are told of it. A message without a tag is from before there was the second job.
CARDS = Queue("cards", (TellHosts, UpdateCards), "update_cards", fifo=True, delay="cards_delay", batch=5)
DELETIONS = Queue(
    "deletions", (EraseParticipant, DeleteSession, ExpireSession, RemoveAccount, DeleteProject), "delete_data"
)
# What SES does not take yet waits here, longer than anybody waits for a link to sign in.
MAILS = Queue(
    "mails",
    (SendMemberInvitation, SendInvitation, SendSignInMail, SendTranscript, SendDigest),
    "send_mail",
    receives=20,
    tries=5,
)
# These hold addresses: after five tries a worker puts what is left without them into the dead letters, SQS itself only later.
BOUNCES = Queue("bounces", (SuppressAddresses, NoteBounce), "note_bounce", receives=20, tries=5)
EXPORTS = Queue("exports", (WriteExport, WriteAccountExport), "write_export")
# While Telegram takes nothing, what it is to be told waits in these two; and while SES takes no more mails, they do.
DELIVERIES = Queue("deliveries", (SendReminder, AnnounceSession), "deliver", receives=20, tries=5)
# A group is a chat: each in order, many at once.
UPDATES = Queue("updates", (HandleUpdate,), "handle_update", fifo=True, receives=20, tries=5)
# While a model is down, what was said waits here: for more than a day, at ten minutes and more between two tries.
REPLIES = Queue("replies", (ReplyInChat,), "reply_in_chat", receives=200, tries=20)
QUEUES = (PROMPTS, BRIEFS, SUMMARIES, CARDS, DELETIONS, MAILS, BOUNCES, EXPORTS, DELIVERIES, UPDATES, REPLIES)

QUEUE_OF = {kind: queue for queue in QUEUES for kind in queue.jobs}


# What JSON may hold and a message of SQS may not. Outside of strings JSON has neither.
_ESCAPED = {0xFFFE: "\\ufffe", 0xFFFF: "\\uffff"}


def subject_of(job: DueJob | SendMemberInvitation) -> str:
    """The id of the session, or the project, that a job is about."""
    if isinstance(job, SendMemberInvitation):
        return job.subject_id
    return job.project_id if isinstance(job, ProjectJob) else job.session_id


def encode_job(job: Job) -> str:
    """The job as the body of a message."""
    return msgspec.json.encode(job).decode().translate(_ESCAPED)


def ids_of(job: Job) -> dict[str, Any]:
    """What a log may say of a job: nothing that somebody wrote, no address, and no id of Telegram's for a chat."""
    if isinstance(job, HandleUpdate):
        return {"update_id": job.update.get("update_id")}
    if isinstance(job, NoteBounce):
        return {}
    return {name: value for name, value in structs.asdict(job).items() if name != "chat_id"}


def decode_job(queue: Queue, body: str) -> Job | None:
    """The job that a message of this queue asks for; None where it is none of the queue's."""
    try:
        message = msgspec.json.decode(body)
        kind = _kind_of(queue, message)
        return msgspec.convert(message, kind) if kind else None
    except (msgspec.DecodeError, UnicodeError):
        return None


def _kind_of(queue: Queue, message: object) -> type[Job] | None:
    """The kind of job: by its tag, or for a message from before there were tags, by its fields."""
    if not isinstance(message, dict):
        return None
    for kind in queue.jobs:
        config = kind.__struct_config__
        if message[_TAG] == config.tag if _TAG in message else message.keys() >= set(kind.__struct_fields__):
            return kind
    return None
