"""Hosts' accounts, how they sign in, and visits without a key."""

from functools import cache, partial
from typing import TYPE_CHECKING

from chalicelib import container
from chalicelib.secret_store import read_secret_field
from chalicelib.settings import settings
from chalicelib.store.accounts import Accounts
from chalicelib.store.guards import Guards

if TYPE_CHECKING:
    from chalicelib.identity_provider import IdentityProvider
    from chalicelib.services.accounts.deletion import AccountDeletionDeps
    from chalicelib.services.accounts.export import AccountExportDeps
    from chalicelib.services.accounts.profile import ProfileDeps
    from chalicelib.services.accounts.sign_in import SignInDeps
    from chalicelib.store.logins import Logins
    from chalicelib.store.profiles import Profiles


@cache
def accounts() -> Accounts:
    """The repository of users and keys."""
    return Accounts()


def logins() -> "Logins":
    """The repository of hosts' browser sessions."""
    from chalicelib.store.logins import Logins

    return Logins()


@cache
def guards() -> Guards:
    """The repository of visits without a key, and of requests with an Idempotency-Key."""
    return Guards()


@cache
def profiles() -> "Profiles":
    """The repository of what hosts say of themselves."""
    from chalicelib.store.profiles import Profiles

    return Profiles()


def profile_deps() -> "ProfileDeps":
    """The dependencies of what hosts say of themselves."""
    from chalicelib.services.accounts.profile import ProfileDeps

    return ProfileDeps(container.profiles(), container.logins(), container.clock())


def sign_in_deps() -> "SignInDeps":
    """The dependencies of signing in."""
    from chalicelib.services.accounts.sign_in import SignInDeps
    from chalicelib.store.sign_ins import SignIns

    def is_invited(email: str) -> bool:
        from chalicelib.services.member_invitations import holding

        return holding.is_invited(email, deps=container.holding_deps(), now=container.clock().now())

    return SignInDeps(
        accounts=container.accounts(),
        sign_ins=SignIns(),
        guards=container.guards(),
        secret=container.deployment_secret(),
        sign_up=settings().sign_up,
        is_invited=is_invited,
    )


def account_deletion_deps() -> "AccountDeletionDeps":
    """The dependencies of deleting accounts."""
    from chalicelib.services.accounts.deletion import AccountDeletionDeps
    from chalicelib.store.account_deletion import AccountDeletions

    return AccountDeletionDeps(
        accounts=container.accounts(),
        account_deletions=AccountDeletions(),
        sessions=container.sessions(),
        projects=container.projects(),
        session_deletions=container.deletions(),
        participants=container.participant_deps(),
        forget_invitations_to=container.forget_invitations_to,
        forget_invitations_by=container.forget_invitations_by,
        exports=container.account_export_deps(),
        jobs=container.jobs(),
        clock=container.clock(),
    )


def account_export_deps() -> "AccountExportDeps":
    """The dependencies of exports of accounts."""
    from chalicelib.services.accounts.export import AccountExportDeps
    from chalicelib.services.accounts.export_document import ContentDeps
    from chalicelib.store.account_exports import AccountExports
    from chalicelib.store.own_models import OwnModelStore

    contents = ContentDeps(
        sessions=container.sessions(),
        cards=container.cards(),
        projects=container.projects(),
        participants=container.participants(),
        own_models=OwnModelStore(),
        session_exports=container.export_deps(),
    )
    return AccountExportDeps(
        exports=AccountExports(),
        contents=contents,
        files=container.files(),
        jobs=container.jobs(),
        clock=container.clock(),
        new_id=container.new_id,
    )


@cache
def identity_provider() -> "IdentityProvider | None":
    """The OpenID provider that hosts may sign in with; None where the operator has named none."""
    found = settings()
    if not container.has_identity_provider():
        return None
    from chalicelib.identity_provider import IdentityProvider

    arn = found.oidc_secret_arn
    read = partial(read_secret_field, arn, "client_secret") if arn else None
    return IdentityProvider(found.oidc_issuer, found.oidc_client_id, read, container.clock().now)


def has_identity_provider() -> bool:
    """Whether the operator has named one."""
    return bool(settings().oidc_issuer and settings().oidc_client_id)
