"""What can be due: a row for each reason for which work waits, by which the clock finds it and has it done.

As a rule an event starts the work. A mark says that it is to be done until it has been, so nothing is lost with a message:
the attributes `due_kind` and `due_at` of some item, by which the index `due` of its table finds it. Where a thing can be due
for one reason only, the mark is on an item that is written anyway, and costs nothing. A thing that is due for several
reasons has for each an item that is nothing but a mark; `due.mark` makes it, and it stands beside the others.

A new reason takes a row in each of three tables: in `item_kinds/` the kind of its item, in `model/jobs.py` the job, and the
queue that carries it, and here. That of a reminder stands beside its person's other items; its name lies outside the range
that exports read.
"""

from datetime import timedelta

from msgspec import Struct

from chalicelib.model import jobs
from chalicelib.model.jobs import QUEUE_OF, QUEUES, DueJob, Queue
from chalicelib.store import item_kinds, keys
from chalicelib.store.item_kinds import ItemKind

MISSED_AFTER = timedelta(minutes=5)  # by then an event has done its work, or was lost
AGAIN_AFTER = timedelta(minutes=55)  # with the five above, an hour
# In five minutes: 14 a second, which is what SES takes from an account as a rule. What waits for it waits in the tables.
MAILS_A_SWEEP = 4_200


class DueKind(Struct, frozen=True):
    """One reason: the item that is marked, and the job that its session, its thread, or its project needs then.

    A job of no queue is done by the clock itself. The sweep asks for work when it has been due for as long as `waits`; its mark
    then moves on by `again`, so that what cannot succeed now costs little until it can. Without `again` the mark stays where it
    is until the job moves it. One sweep asks for `most` of it, where that is bounded. The `name` is stored, so it never changes.
    """

    name: str
    item: ItemKind
    job: type[DueJob]
    waits: timedelta = MISSED_AFTER
    again: timedelta | None = AGAIN_AFTER
    most: int | None = None

    @property
    def is_woken(self) -> bool:
        """Whether something wakes this work before the sweep does, so that what the sweep finds of it was missed."""
        return self.waits > timedelta()

    def shard(self, partition_id: str) -> str:
        """The `due_kind` of what is marked in this session, or project."""
        return keys.due(self.name, partition_id)


ERASURE = DueKind("erasure", item_kinds.ERASURE, jobs.EraseParticipant, again=None)
ACCOUNT_DELETION = DueKind("account_deletion", item_kinds.ACCOUNT_DELETION, jobs.RemoveAccount, again=None)
DELETION = DueKind("deletion", item_kinds.DELETION, jobs.DeleteSession, again=None)
# All is removed but what groups are told by; that they were told, nothing but the sweep follows up.
DELETION_UNTOLD = DueKind("deletion_untold", item_kinds.DELETION, jobs.DeleteSession, waits=timedelta(), again=None)
PROJECT_DELETION = DueKind("project", item_kinds.PROJECT, jobs.DeleteProject, again=None)
PROMPT = DueKind("prompt", item_kinds.SESSION, jobs.WritePrompt)
CONTEXT = DueKind("context", item_kinds.CONTEXT, jobs.WritePrompt)
BRIEF = DueKind("brief", item_kinds.SUMMARY, jobs.WriteBrief)
STALE = DueKind("stale", item_kinds.THREAD, jobs.WriteSummary)
SUMMARY = DueKind("summary", item_kinds.SYNTHESIS, jobs.WriteSummary)
# Due when nobody has said anything for a while: of the same item, which is marked for one of the two at a time.
SILENCE = DueKind("silence", item_kinds.SYNTHESIS, jobs.WriteSummary, waits=timedelta())
OPENING = DueKind("opening", item_kinds.CLOSING, jobs.OpenSession, again=None)
CLOSING = DueKind("closing", item_kinds.CLOSING, jobs.CloseSession, again=None)
# Due when the session's own days after its end are over, or when it ended: then the stage's days count from there.
RETENTION = DueKind("retention", item_kinds.CLOSING, jobs.ExpireSession, waits=timedelta(), most=50)
STAGE_RETENTION = DueKind("stage_retention", item_kinds.CLOSING, jobs.ExpireSession, waits=timedelta(), most=50)
ANNOUNCEMENT = DueKind("announcement", item_kinds.ANNOUNCING, jobs.AnnounceSession)
INVITATION = DueKind("invitation", item_kinds.INVITATION, jobs.SendInvitation)
# Where the address has got its one mail of the day from elsewhere.
INVITATION_LATER = DueKind(
    "invitation_later", item_kinds.INVITATION, jobs.SendInvitation, waits=timedelta(), most=MAILS_A_SWEEP
)
# Mails to who is invited to be a member, of which a session, or a project, has one mark.
MEMBER_MAILS = DueKind("member_mails", item_kinds.MEMBER_MAILS, jobs.AskForMemberMails)
PROJECT_MEMBER_MAILS = DueKind("project_member_mails", item_kinds.PROJECT_MEMBER_MAILS, jobs.AskForProjectMemberMails)
REMINDER = DueKind("reminder", item_kinds.REMINDER, jobs.SendReminder, waits=timedelta(), most=MAILS_A_SWEEP)
# In the morning by the clock of a host who wants that, where there is something new to tell.
MAIL_DIGEST = DueKind("mail_digest", item_kinds.MAIL_DIGEST, jobs.SendDigest, waits=timedelta(), most=MAILS_A_SWEEP)

KINDS = (
    ERASURE,
    DELETION,
    ACCOUNT_DELETION,
    DELETION_UNTOLD,
    PROJECT_DELETION,
    PROMPT,
    CONTEXT,
    BRIEF,
    STALE,
    SUMMARY,
    SILENCE,
    OPENING,
    CLOSING,
    RETENTION,
    STAGE_RETENTION,
    ANNOUNCEMENT,
    REMINDER,
    INVITATION,
    INVITATION_LATER,
    MEMBER_MAILS,
    PROJECT_MEMBER_MAILS,
    MAIL_DIGEST,
)

# What the clock looks for each minute, as soon as it is due.
EACH_MINUTE = (OPENING, CLOSING)


def queues() -> tuple[Queue, ...]:
    """The queues that the clock sends to."""
    return tuple(queue for queue in QUEUES if any(QUEUE_OF.get(kind.job) == queue for kind in KINDS))
