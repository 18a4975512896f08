"""One's own account."""

from typing import Annotated, Literal

from msgspec import Meta

from chalicelib import container
from chalicelib.model import ApiKey as UsedKey
from chalicelib.operations.fields import Time, Uuid, moment, moment_or_null
from chalicelib.operations.operation import Call, Done, Nothing, Operation, Output
from chalicelib.services.accounts.logins import ProofTooOld, require_fresh


class ApiKey(Output):
    """The key in use; never the key itself."""

    name: Annotated[str | None, Meta(description="What its owner calls it.", examples=["laptop"])]
    key_prefix: Annotated[
        str, Meta(pattern="^hm_live_[0-9a-f]{4}$", description="How it begins.", examples=["hm_live_0f3a"])
    ]
    created_at: Annotated[Time, Meta(description="When it was made.")]
    last_used_at: Annotated[Time | None, Meta(description="When it was used before this request.")]


class UserInfo(Output):
    """The user and the key in use."""

    id: Annotated[Uuid, Meta(description="The user's id.", examples=["0c9d8e7f-1a2b-4c3d-9e4f-5a6b7c8d9e0f"])]
    email: Annotated[str, Meta(description="The user's address.", examples=["ana@example.com"])]
    name: Annotated[str | None, Meta(description="The user's name.", examples=["Ana"])]
    subscription_status: Annotated[Literal["FREE", "PRO", "ENTERPRISE"], Meta(description="The user's plan.")]
    api_key: Annotated[ApiKey | None, Meta(description="The key in use; null for a signed-in browser.")]


class AccountDeletion(Output):
    """An account that is gone, and what it had is being removed."""

    asked_at: Annotated[Time, Meta(description="When it was deleted.")]
    in_backups_until: Annotated[
        Time, Meta(description="Until when at the latest the operator could bring any of it back from a backup.")
    ]


def get_me(call: Call, _: Nothing) -> UserInfo:
    """The user and the key in use."""
    user, used = container.accounts().user(call.user_id), call.principal.means
    key = (
        ApiKey(used.name, used.prefix, moment(used.created_at), moment_or_null(used.last_used_at))
        if isinstance(used, UsedKey)
        else None
    )
    return UserInfo(user.id, user.email, user.name, user.subscription_status, key)


def delete_me(call: Call, _: Nothing) -> Done:
    """Delete the account. It takes a browser that signed in within the last ten minutes.

    All sign-ins and API keys end at once, and the address is free. Sessions that nobody else owns are deleted with everything in
    them, the others stay; what the user said in other people's sessions is removed, and so is all else that the account has.
    """
    from chalicelib.services.accounts.deletion import delete_account

    login = call.principal.require_login()
    require_fresh(login, call.now)
    record = delete_account(login.user_id, deps=container.account_deletion_deps())
    return Done(AccountDeletion(moment(record.asked_at), moment(record.in_backups_until)), goes_on=True)


OPERATIONS = (
    Operation(get_me, "user", Nothing, UserInfo, settled=False),
    Operation(delete_me, "user", Nothing, AccountDeletion, goes_on=True, fails=(ProofTooOld,)),
)
