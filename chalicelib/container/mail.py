"""Mails, and reminders by any channel."""

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from chalicelib import container
from chalicelib.settings import settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.services.delivery.reminder_job import ReminderDeps
    from chalicelib.services.delivery.sending import SendingDeps
    from chalicelib.services.delivery.stop_links import StopActions, StopLink
    from chalicelib.services.delivery.transcripts import TranscriptDeps
    from chalicelib.store.reminders import Reminders, ReminderView


def has_mail() -> bool:
    """Whether the operator has named an address that mails come from; without one no page offers any."""
    return bool(settings().mail_from)


def sending_deps() -> "SendingDeps":
    """The dependencies of sending mails."""
    from chalicelib.services.delivery.sending import SendingDeps
    from chalicelib.store.suppressions import Suppressions

    found = settings()
    return SendingDeps(
        suppressions=Suppressions(),
        secret=container.deployment_secret(),
        sender=found.mail_from,
        support_contact=found.support_contact,
        configuration_set=found.mail_configuration_set,
    )


def transcript_deps() -> "TranscriptDeps":
    """The dependencies of mailing conversations to those who had them."""
    from chalicelib.services.delivery.transcripts import TranscriptDeps
    from chalicelib.store.transcript_mails import TranscriptRequests

    return TranscriptDeps(
        requests=TranscriptRequests(),
        conversations=container.conversations(),
        guards=container.guards(),
        sending=container.sending_deps(),
        public_url=settings().public_url,
        ask=container.jobs().send_transcript,
    )


def stop_actions() -> "StopActions":
    """How each kind of mail ends for somebody who wants no more: one row a kind."""
    from chalicelib.services.delivery.reminder_job import stop_reminders, stop_reminders_to
    from chalicelib.services.participants.invited import thread_of_invitation
    from chalicelib.store import aliases

    def end_mails(stop: "StopLink") -> None:
        container.sending_deps().suppressions.stop(stop.session_id, stop.address_hash, container.clock().now())

    def end_reminders(stop: "StopLink") -> None:
        end_mails(stop)
        stop_reminders(stop.session_id, stop.subject, reminders=container.reminders())

    def end_invitation(stop: "StopLink") -> None:
        end_mails(stop)
        secret = container.deployment_secret()
        thread_id = thread_of_invitation(secret, stop.session_id, stop.subject)
        thread_id = aliases.find(stop.session_id, [thread_id]).get(thread_id, thread_id)
        stop_reminders_to(stop.address_hash, stop.session_id, thread_id, reminders=container.reminders(), secret=secret)

    def end_member_invitation(stop: "StopLink") -> None:
        from chalicelib.services.member_invitations.mail_job import stop_mails

        stop_mails(stop, deps=container.inviting_deps(), now=container.clock().now())

    def end_digest(stop: "StopLink") -> None:
        container.notifications().stop_digest(stop.subject)

    return {
        "reminder": end_reminders,
        "invitation": end_invitation,
        "member_invitation": end_member_invitation,
        "digest": end_digest,
    }


@cache
def reminders() -> "Reminders":
    """The repository of reminders."""
    from chalicelib.store.reminders import Reminders

    return Reminders()


def reminder_deps(tell: "Callable[[ReminderView, int], None] | None" = None) -> "ReminderDeps":
    """The dependencies of reminders; `tell` sends one to a chat in Telegram, where there is a bot."""
    from chalicelib.services.delivery.reminder_job import ReminderDeps

    found = settings()
    return ReminderDeps(
        reminders=container.reminders(),
        secret=container.deployment_secret(),
        public_url=found.public_url,
        clock=container.clock(),
        hour=timedelta(seconds=found.reminder_hour),
        sending=container.sending_deps() if container.has_mail() else None,
        tell=tell if found.telegram_bot else None,
    )
