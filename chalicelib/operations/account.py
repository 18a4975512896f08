"""One's own account."""

from typing import Annotated, Literal

from msgspec import Meta

from chalicelib import container
from chalicelib.model import ApiKey as UsedKey
from chalicelib.operations.fields import Time, Uuid, moment, moment_or_null
from chalicelib.operations.operation import Call, Nothing, Operation, Output


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


def get_me(call: Call, _: Nothing) -> UserInfo:
    """The user and the key in use."""
    user, used = container.accounts().user(call.user_id), call.principal.means
    key = (
        ApiKey(used.name, used.prefix, moment(used.created_at), moment_or_null(used.last_used_at))
        if isinstance(used, UsedKey)
        else None
    )
    return UserInfo(user.id, user.email, user.name, user.subscription_status, key)


OPERATIONS = (Operation(get_me, "user", Nothing, UserInfo, settled=False),)
