"""The jobs behind the queues, and those that the clock does itself."""

from functools import partial
from typing import Any, assert_never

from chalice.app import SQSEvent

from chalicelib import container
from chalicelib.clock import Deadline
from chalicelib.model.jobs import (
    BOUNCES,
    AnnounceSession,
    AskForMemberMails,
    AskForProjectMemberMails,
    CloseSession,
    DeleteProject,
    DeleteSession,
    Delivery,
    EraseParticipant,
    ExpireSession,
    HandleUpdate,
    Job,
    NoteBounce,
    OpenSession,
    Queue,
    RemoveAccount,
    ReplyInChat,
    SendDigest,
    SendInvitation,
    SendMemberInvitation,
    SendReminder,
    SendSignInMail,
    SendTranscript,
    SuppressAddresses,
    TellHosts,
    UpdateCards,
    WriteAccountExport,
    WriteBrief,
    WriteExport,
    WriteKnowledge,
    WritePrompt,
    WriteSummary,
    subject_of,
)
from chalicelib.model.member_invitations import Subject
from chalicelib.services.accounts.deletion import remove_account
from chalicelib.services.accounts.export import write_account_export
from chalicelib.services.accounts.sign_in_mail_job import send_sign_in_mail
from chalicelib.services.facilitation.context_job import condense_session_context
from chalicelib.services.facilitation.prompt_job import tailor_session_prompt
from chalicelib.services.notifications.notify import forget, notify_team
from chalicelib.services.participants.decisions import erase_participant
from chalicelib.services.projects.deletion import remove_project
from chalicelib.services.projects.passing_on import forget_session
from chalicelib.services.results.exports.large import remove_exports, write_export
from chalicelib.services.sessions.closing import close_session
from chalicelib.services.sessions.deletion import remove_session
from chalicelib.services.sessions.listing import update_cards
from chalicelib.services.sessions.opening import open_session
from chalicelib.services.sessions.retention import expire_session
from chalicelib.services.synthesis.brief_job import write_session_brief
from chalicelib.services.synthesis.summary_job import summarise
from chalicelib.settings import settings
from chalicelib.workers.queues import handle

PROMPT_JOB_SECONDS = (
    100.0  # in which a prompt and the short version of a context are written: the rest of their function's time is kept
)
MARGIN = 10.0  # seconds of a function for what comes after its jobs


def work_off(queue: Queue, event: SQSEvent) -> dict[str, Any]:
    """Do the jobs of these messages of a queue."""
    context: Any = event.context
    deadline = container.clock().deadline(context.get_remaining_time_in_millis() / 1000 - MARGIN)
    return handle(event, queue, partial(run_job, deadline=deadline), _reduce_bounce if queue is BOUNCES else None)


def _reduce_bounce(body: str) -> str:
    from chalicelib.services.delivery.bounces import reduce_message

    return reduce_message(body, container.deployment_secret())


def run_job(job: Job, deadline: Deadline) -> None:
    """Do what a message asks for, by the time at which its function should be done."""
    match job:
        case WritePrompt():
            _write_prompt(job, deadline)
        case WriteKnowledge():
            _write_knowledge(job, deadline)
        case WriteSummary():
            summarise(job.session_id, deps=container.synthesis_deps(), deadline=deadline)
        case WriteBrief():
            write_session_brief(
                job.session_id,
                sessions=container.sessions(),
                clock=container.clock(),
                public_url=settings().public_url,
            )
        case UpdateCards():
            now = container.clock().now()
            update_cards(job.session_id, sessions=container.sessions(), cards=container.cards(), now=now)
        case DeleteSession() | DeleteProject() | RemoveAccount() | EraseParticipant():
            _remove(job)
        case TellHosts():
            notify_team(job, deps=container.notification_deps())
        case WriteExport() | WriteAccountExport():
            _write_export(job)
        case OpenSession() | CloseSession() | ExpireSession() | AskForMemberMails() | AskForProjectMemberMails():
            _follow_clock(job)
        case _:
            _deliver(job, deadline)


def _remove(job: DeleteSession | DeleteProject | RemoveAccount | EraseParticipant) -> None:
    """Remove what is left of something that is gone."""
    match job:
        case DeleteSession():
            clock, forget_exports = container.clock(), partial(remove_exports, deps=container.export_deps())
            remove_session(
                job.session_id,
                deletions=container.deletions(),
                remove_exports=forget_exports,
                forget_memory=partial(
                    forget_session, memories=container.memories(), remove_exports=forget_exports, clock=clock
                ),
                forget=partial(forget, subject_id=job.session_id, deps=container.notification_deps()),
                chats=container.telegram_chats(),
                jobs=container.jobs(),
                clock=clock,
            )
        case DeleteProject():
            projects, jobs, clock = container.projects(), container.jobs(), container.clock()
            templates = container.template_deps().templates
            remove_project(job.project_id, projects=projects, templates=templates, jobs=jobs, clock=clock)
        case RemoveAccount():
            remove_account(job.user_id, deps=container.account_deletion_deps())
        case EraseParticipant():
            erase_participant(job.session_id, job.thread_id, deps=container.participant_deps())


def _deliver(job: Delivery, deadline: Deadline) -> None:
    """Tell somebody something outside, in a mail or in Telegram, or note what came from there. Only these functions import the bot."""
    match job:
        case AnnounceSession():
            from chalicelib.services.delivery.announcements import announce_session

            announce_session(job.session_id, deps=container.announcement_deps(), deadline=deadline)
        case SendReminder():
            from chalicelib.services.delivery.reminder_job import send_reminder
            from chalicelib.telegram.reminders import send_to_chat

            send_reminder(job.session_id, job.thread_id, deps=container.reminder_deps(send_to_chat))
        case HandleUpdate():
            from chalicelib.telegram import handle

            handle.handle_update(job.update)
        case ReplyInChat():
            from chalicelib.telegram import replies

            replies.reply_in_chat(job, deadline)
        case SendSignInMail() | SendTranscript() | SendInvitation() | SendMemberInvitation() | SendDigest():
            _send_mail(job)
        case NoteBounce():
            from chalicelib.services.delivery.bounces import note_mail_event

            note_mail_event(job.detail, deps=container.sending_deps(), now=container.clock().now())
        case SuppressAddresses():
            from chalicelib.services.delivery.bounces import suppress

            suppress(job, deps=container.sending_deps(), now=container.clock().now())
        case _:
            assert_never(job)


def _send_mail(job: SendSignInMail | SendTranscript | SendInvitation | SendMemberInvitation | SendDigest) -> None:
    now = container.clock().now()
    match job:
        case SendInvitation():
            from chalicelib.services.invitations.mail_job import send_invitation

            send_invitation(job, public_url=settings().public_url, deps=container.invitation_deps(), now=now)
        case SendMemberInvitation():
            from chalicelib.services.member_invitations.mail_job import send_member_invitation

            send_member_invitation(job, public_url=settings().public_url, deps=container.inviting_deps(), now=now)
        case SendDigest():
            from chalicelib.services.notifications.digest_job import send_digest

            send_digest(job.user_id, deps=container.digest_deps())
        case SendSignInMail():
            deps, sending = container.sign_in_deps(), container.sending_deps()
            send_sign_in_mail(job.sign_in_id, public_url=settings().public_url, deps=deps, sending=sending, now=now)
        case SendTranscript():
            from chalicelib.services.delivery.transcripts import send_transcript

            send_transcript(job.request_id, deps=container.transcript_deps(), now=now)


def _ask_for_mails(job: AskForMemberMails | AskForProjectMemberMails) -> None:
    """Have those mails sent that wait, to who is invited to be a member."""
    from chalicelib.services.member_invitations.mail_job import ask_for_waiting

    now, is_project = container.clock().now(), isinstance(job, AskForProjectMemberMails)
    subject = Subject("project" if is_project else "session", subject_of(job))
    ask_for_waiting(subject, store=container.member_invitations(), jobs=container.jobs(), now=now)


def _follow_clock(
    job: OpenSession | CloseSession | ExpireSession | AskForMemberMails | AskForProjectMemberMails,
) -> None:
    """Do what comes with time: a session opens, ends, is deleted; mails that wait are asked for once more."""
    sessions, clock = container.sessions(), container.clock()
    match job:
        case OpenSession():
            open_session(
                job.session_id,
                sessions=sessions,
                clock=clock,
                new_id=container.new_id,
                remember=container.remember,
            )
        case CloseSession():
            close_session(job.session_id, sessions=sessions, clock=clock)
        case ExpireSession():
            days, deletions = settings().retention_days, container.deletions()
            expire_session(
                job.session_id, days, sessions=sessions, deletions=deletions, jobs=container.jobs(), clock=clock
            )
        case AskForMemberMails() | AskForProjectMemberMails():
            _ask_for_mails(job)


def _write_export(job: WriteExport | WriteAccountExport) -> None:
    match job:
        case WriteExport():
            write_export(job.session_id, job.export_id, deps=container.export_deps())
        case WriteAccountExport():
            write_account_export(job.user_id, deps=container.account_export_deps())


def _write_knowledge(job: WriteKnowledge, deadline: Deadline) -> None:
    from chalicelib.services.results.knowledge import write_knowledge

    write_knowledge(
        job.session_id,
        sessions=container.sessions(),
        model=container.model(),
        deps=container.ask_deps(),
        items=container.knowledge(),
        deadline=container.clock().deadline(min(PROMPT_JOB_SECONDS, deadline.remaining())),
        now=container.clock().now(),
    )


def _write_prompt(job: WritePrompt, deadline: Deadline) -> None:
    clock, sessions, model = container.clock(), container.sessions(), container.model()
    now, deadline = clock.now(), clock.deadline(min(PROMPT_JOB_SECONDS, deadline.remaining()))
    try:
        tailor_session_prompt(job.session_id, sessions=sessions, model=model, now=now, deadline=deadline)
    finally:  # neither has to wait for the other
        condense_session_context(job.session_id, sessions=sessions, model=model, now=now, deadline=deadline)
