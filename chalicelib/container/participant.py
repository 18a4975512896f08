"""Participants as their host sees them, and personal invitations."""

from functools import cache, partial
from typing import TYPE_CHECKING

from chalicelib import container
from chalicelib.llm.interface import SCRIPTED
from chalicelib.settings import settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.model import Session, Thread
    from chalicelib.services.invitations.inviting import InvitationDeps
    from chalicelib.services.participants.consent import ConsentDeps
    from chalicelib.services.participants.decisions import ParticipantDeps
    from chalicelib.services.participants.receipts import ReceiptDeps
    from chalicelib.store.invitations import Invitations
    from chalicelib.store.participants import Participants
    from chalicelib.store.removal import Removals


@cache
def participants() -> "Participants":
    """The repository of participants as their host sees them."""
    from chalicelib.store.participants import Participants

    return Participants()


@cache
def removals() -> "Removals":
    """The repository of people who are to be removed."""
    from chalicelib.store.removal import Removals

    return Removals()


@cache
def participant_deps() -> "ParticipantDeps":
    """The dependencies of decisions about participants."""
    from chalicelib.services.participants.decisions import ParticipantDeps
    from chalicelib.services.results.exports.large import withdraw_exports

    def keeps(session: "Session", thread: "Thread") -> bool:
        from chalicelib.services.invitations.leaving import keeps_invitation

        return keeps_invitation(
            session, thread, invitations=container.invitations(), secret=container.deployment_secret()
        )

    def forget_words(session_id: str, thread_id: str) -> None:
        from chalicelib.services.participants.chats import leave_chats
        from chalicelib.services.projects.passing_on import tell_withdrawn
        from chalicelib.services.results.exports.large import remove_exports
        from chalicelib.services.results.insights import drop_words
        from chalicelib.services.synthesis.withdrawn_labels import drop_labels
        from chalicelib.store.themes import Themes

        forget_exports = partial(remove_exports, deps=container.export_deps())
        forget_exports(session_id)  # which the request may not have come to
        drop_words(session_id, thread_id, deps=container.insight_deps())
        drop_labels(session_id, thread_id, themes=Themes(), clock=container.clock())
        tell_withdrawn(
            session_id, memories=container.memories(), remove_exports=forget_exports, clock=container.clock()
        )
        leave_chats(session_id, thread_id, chats=container.telegram_chats(), secret=container.deployment_secret())

    def forget_written(session_id: str, thread_id: str, written: "Sequence[str]") -> None:
        from chalicelib.services.results.insights import drop_quotes

        drop_quotes(session_id, thread_id, written, deps=container.insight_deps())

    return ParticipantDeps(
        participants=container.participants(),
        removals=container.removals(),
        conversations=container.conversations(),
        keeps_invitation=keeps,
        forget_words=forget_words,
        forget_written=forget_written,
        withdraw_exports=partial(withdraw_exports, deps=container.export_deps()),
        jobs=container.jobs(),
        clock=container.clock(),
        new_id=container.new_id,
    )


@cache
def receipt_deps() -> "ReceiptDeps":
    """The dependencies of the codes and links by which participants come to what is stored of them."""
    from chalicelib.services.participants.receipts import ReceiptDeps
    from chalicelib.store.receipts import Receipts

    return ReceiptDeps(Receipts(), container.participants(), container.deployment_secret())


@cache
def consent_deps() -> "ConsentDeps":
    """The dependencies of what a participant allows to be made of their words."""
    from chalicelib.services.participants.consent import ConsentDeps
    from chalicelib.services.results.exports.large import withdraw_exports
    from chalicelib.store.themes import Themes

    return ConsentDeps(
        participants=container.participants(),
        conversations=container.conversations(),
        sessions=container.sessions(),
        summaries=container.summaries(),
        themes=Themes(),
        insights=container.insight_deps(),
        withdraw_exports=partial(withdraw_exports, deps=container.export_deps()),
        jobs=container.jobs(),
        clock=container.clock(),
    )


@cache
def invitations() -> "Invitations":
    """The repository of personal invitations."""
    from chalicelib.store.invitations import Invitations

    return Invitations()


def invitation_deps() -> "InvitationDeps":
    """The dependencies of inviting people, and of the mails to them."""
    from chalicelib.services.invitations.inviting import InvitationDeps

    return InvitationDeps(
        invitations=container.invitations(),
        sessions=container.sessions(),
        conversations=container.conversations(),
        accounts=container.accounts(),
        sending=container.sending_deps(),
        jobs=container.jobs(),
        secret=container.deployment_secret(),
        has_mail=container.has_mail(),
        with_script=settings().llm_provider == SCRIPTED,
    )
