"""API keys of one's own. Only a signed-in browser may make, list and revoke them: a key cannot make another."""

from typing import Annotated, Any

from msgspec import Meta

from chalicelib import container
from chalicelib.model import Access, KeyRecord
from chalicelib.operations.fields import Moment, Time, moment, moment_or_null
from chalicelib.operations.operation import Call, Done, Input, Nothing, Operation, Output, Repeat
from chalicelib.services.accounts import keys
from chalicelib.services.accounts.logins import ProofTooOld, require_fresh

NAME_LIMIT = 255

KeyId = Annotated[str, Meta(pattern="^[0-9a-f]{64}$", description="The id of the key.", examples=["5f" * 32])]
KeyAccess = Annotated[Access, Meta(description="What it may do: read, or change, too.", examples=["write"])]


class ShownKey(Output):
    """What is told of a key, whenever it is."""

    id: KeyId
    name: Annotated[str | None, Meta(description="What its owner calls it.", examples=["laptop"])]
    key_prefix: Annotated[
        str, Meta(pattern="^hm_live_[0-9a-f]{4}$", description="How it begins.", examples=["hm_live_0f3a"])
    ]
    created_at: Annotated[Time, Meta(description="When it was made.")]
    access: KeyAccess
    expires_at: Annotated[Time | None, Meta(description="When it ends by itself; null: never.", examples=[None])]


class ListedKey(ShownKey):
    """A key in use, without the key itself."""

    last_used_at: Annotated[Time | None, Meta(description="When it was last used.")]


class ApiKeyList(Output):
    """The caller's keys in use."""

    data: Annotated[list[ListedKey], Meta(description="The keys, the newest first.")]


class NewApiKey(ShownKey):
    """A key that was just made: the only time that it is told."""

    key: Annotated[
        str | None,
        Meta(
            description="The key, this once; null where the same request came before.",
            examples=["hm_live_0f3a5c1e9b7d4f6a8c2e0b1d3f5a7c9e"],
        ),
    ]


class MakeApiKey(Input):
    """What a new key is for."""

    name: Annotated[str, Meta(max_length=NAME_LIMIT, description="What to call it.", examples=["laptop"])] | None = None
    access: KeyAccess = "write"
    expires_at: Annotated[Moment, Meta(description="When it is to end by itself.", examples=[None])] | None = None


class ApiKeyInput(Input):
    """Names a key."""

    key_id: Annotated[str, Meta(description="The id of the key.", examples=["5f" * 32])]


def list_api_keys(call: Call, _: Nothing) -> ApiKeyList:
    """The caller's API keys in use, without the keys themselves. It takes a signed-in browser."""
    user_id = call.principal.require_login().user_id
    found = keys.list_keys(user_id, accounts=container.accounts(), now=call.now)
    return ApiKeyList([ListedKey(**_shown(key), last_used_at=moment_or_null(key.last_used_at)) for key in found])


def make_api_key(call: Call, given: MakeApiKey) -> Done:
    """Make an API key, which is told this once. It takes a browser that signed in within the last ten minutes."""
    login = call.principal.require_login()
    require_fresh(login, call.now)
    key, record = keys.mint_key(
        login.user_id,
        given.name or None,
        accounts=container.accounts(),
        now=call.now,
        access=given.access,
        expires_at=given.expires_at,
    )
    shown = _shown(record)
    return Done(NewApiKey(**shown, key=key), shown)


def revoke_api_key(call: Call, given: ApiKeyInput) -> None:
    """Revoke an API key at once. It takes a signed-in browser."""
    user_id = call.principal.require_login().user_id
    keys.revoke_own_key(user_id, given.key_id, accounts=container.accounts(), now=call.now)


def _shown(key: KeyRecord) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "key_prefix": key.prefix,
        "created_at": moment(key.created_at),
        "access": key.access,
        "expires_at": moment_or_null(key.expires_at),
    }


def _made_before(call: Call, kept: dict[str, Any]) -> NewApiKey:
    call.principal.require_login()
    return NewApiKey(**kept, key=None)


OPERATIONS = (
    Operation(list_api_keys, "user", Nothing, ApiKeyList, settled=False),
    Operation(
        make_api_key, "user", MakeApiKey, NewApiKey, again=Repeat(_made_before), creates=True, fails=(ProofTooOld,)
    ),
    Operation(revoke_api_key, "user", ApiKeyInput),
)
