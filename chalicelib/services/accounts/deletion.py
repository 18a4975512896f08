"""Deleting an account: nobody is let in as its user from then on; what belonged to it is removed by a job that may be interrupted
anywhere.

Sessions and projects that nobody else owns are deleted; the others stay with who owns them. What the user said in other people's
sessions is removed as anybody's is who wants that. Nothing else of the account stays.
"""

from collections.abc import Callable
from datetime import timedelta

from msgspec import Struct

from chalicelib.clock import Clock
from chalicelib.errors import NotFound, TooEarly, Unavailable
from chalicelib.model import SessionView
from chalicelib.model.deletions import DeletedBy, DeletionRecord
from chalicelib.model.jobs import RemoveAccount
from chalicelib.observability import log_failure
from chalicelib.queues import Jobs
from chalicelib.services.accounts.export import AccountExportDeps, remove_account_export
from chalicelib.services.participants.decisions import ParticipantDeps, remove_participant
from chalicelib.services.participants.scopes import user_of
from chalicelib.services.projects.deletion import leave_projects
from chalicelib.services.sessions.deletion import delete_session
from chalicelib.store.account_deletion import AccountDeletions, BegunDeletion
from chalicelib.store.accounts import Accounts
from chalicelib.store.deletion import Deletions
from chalicelib.store.projects import Projects
from chalicelib.store.sessions import Sessions

RUN_SECONDS = 100.0  # below the worker's 120
# What requests in flight still made, the indexes have by then: a request lives 29 seconds at most.
SETTLED = timedelta(seconds=60)


class AccountDeletionDeps(Struct, frozen=True):
    """The collaborators of deleting accounts. `forget_invitations_to` removes the invitations of others to be a member that an address
    has, `forget_invitations_by` those that a user made."""

    accounts: Accounts
    account_deletions: AccountDeletions
    sessions: Sessions
    projects: Projects
    session_deletions: Deletions
    participants: ParticipantDeps
    forget_invitations_to: Callable[[str], None]
    forget_invitations_by: Callable[[str], None]
    exports: AccountExportDeps
    jobs: Jobs
    clock: Clock


def delete_account(user_id: str, *, by: DeletedBy = "host", deps: AccountDeletionDeps) -> DeletionRecord:
    """Delete an account: its sign-ins and keys end, its address is free, and a job removes the rest. Raises NotFound without one."""
    now, user = deps.clock.now(), deps.accounts.user(user_id)
    # Before it is gone: nothing tells the job which address it was.
    deps.forget_invitations_to(user.email)
    if not deps.account_deletions.begin(user, by, now):
        raise NotFound("User not found")
    try:
        deps.account_deletions.end_access(user_id)
    except Unavailable as error:  # the job is about to do it
        log_failure("access has to wait for a job to end it", error)
    deps.jobs.ask_or_leave(RemoveAccount(user_id), now)
    return DeletionRecord(user_id, by, now, {})


def remove_account(user_id: str, *, deps: AccountDeletionDeps) -> None:
    """Remove what is left of a deleted account; asks to be called again where that takes longer than one run.

    Raises TooEarly while requests from before may still be making something.
    """
    run, now = deps.clock.deadline(RUN_SECONDS), deps.clock.now()
    begun = deps.account_deletions.resume(user_id, now + timedelta(seconds=RUN_SECONDS))
    if begun is None:
        return
    deps.account_deletions.end_access(user_id)
    deps.account_deletions.remove_groups(user_id)
    deps.forget_invitations_by(user_id)
    remove_account_export(user_id, deps=deps.exports)

    def leave_session(session_id: str) -> bool:
        if run.remaining() <= 0:
            deps.jobs.ask(RemoveAccount(user_id), deps.clock.now())
            return False
        _leave_session(session_id, user_id, begun, deps)
        return True

    if not leave_projects(
        user_id, leave_session=leave_session, projects=deps.projects, jobs=deps.jobs, now=deps.clock.now()
    ):
        return
    deps.account_deletions.remove_project_roles(user_id)
    if not all(map(leave_session, dict.fromkeys(deps.account_deletions.cards(user_id)))):
        return
    early = begun.asked_at + SETTLED - now
    if early > timedelta():
        raise TooEarly("Requests from before may still be making something", early.total_seconds())
    deps.account_deletions.finish(user_id)


def _leave_session(session_id: str, user_id: str, begun: BegunDeletion, deps: AccountDeletionDeps) -> None:
    """Delete a session that is this user's alone; take them, and what they said, out of any other."""
    try:
        view = deps.sessions.view(session_id, (), user_id)
    except NotFound:  # it is deleted, and its job removes the cards
        return
    if view.own_role == "owner":
        heir = next((it for it in deps.sessions.owners(session_id) if it != user_id), None)
        if heir is None:
            _delete_session(view, user_id, begun, deps)
            return
        _remove_words(view, user_id, deps)
        deps.sessions.leave(session_id, user_id, heir)
        return
    _remove_words(view, user_id, deps)
    if view.own_role:
        deps.sessions.remove_member(session_id, user_id)


def _delete_session(view: SessionView, user_id: str, begun: BegunDeletion, deps: AccountDeletionDeps) -> None:
    deletions, now = deps.session_deletions, deps.clock.now()
    try:
        delete_session(view.session.id, user_id, deletions=deletions, jobs=deps.jobs, now=now, by=begun.by)
    except NotFound:  # somebody else was faster
        return


def _remove_words(view: SessionView, user_id: str, deps: AccountDeletionDeps) -> None:
    """Remove what this user said in a session that stays: as a participant, in a response of their own, in a test run; and what they
    had said of themselves when they created it."""
    for head in deps.participants.conversations.heads(view.session.id):
        if user_of(head.scope) == user_id:
            found = deps.participants.participants.find(view.session.id, head.id)
            if found[1]:
                remove_participant(found[0].session, found[1], by="participant", deps=deps.participants)
    deps.sessions.forget_harmonica_md(view.session.id, user_id)
