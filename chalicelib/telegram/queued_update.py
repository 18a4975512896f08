"""An update as it waits in its queue, and where it failed for good among the dead letters: as much of it as the bot reads, and sealed,
since it holds what somebody wrote, and Telegram's number and name for them."""

from typing import Any

import msgspec

from chalicelib.services.access.sealing import seal, unseal
from chalicelib.telegram.update import NO_WORDS, Update

_SEALED, _ID = "sealed", "update_id"
_SOMETHING = {
    "file_id": "-"
}  # in place of a recording, a picture, an address book's entry: only that there was one counts


def pack(update: Update, secret: bytes) -> dict[str, Any]:
    """Returns the update with nothing of it in clear but its number."""
    bare = _without_nothing(msgspec.to_builtins(update))
    for message in _messages_of(bare):
        message.update(
            {kind: [_SOMETHING] if kind == "photo" else _SOMETHING for kind in NO_WORDS if message.get(kind)}
        )
        if origin := message.get("forward_origin"):
            message["forward_origin"] = {"type": origin.get("type", "-")}
    text = msgspec.json.encode(bare).decode()
    return {_ID: update.update_id, _SEALED: seal(secret, _place(update.update_id), text)}


def unpack(raw: dict[str, Any], secret: bytes) -> dict[str, Any]:
    """Returns the update that was packed. One that never was, from before there was a seal, is given as it is."""
    if _SEALED not in raw:
        return raw
    text = unseal(secret, _place(raw[_ID]), raw[_SEALED])
    return dict(msgspec.json.decode(text))


def _messages_of(bare: dict[str, Any]) -> list[dict[str, Any]]:
    tapped = bare.get("callback_query", {}).get("message")
    return [it for it in (bare.get("message"), bare.get("edited_message"), tapped) if it]


def _without_nothing(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nothing(it) for name, it in value.items() if it is not None}
    return [_without_nothing(it) for it in value] if isinstance(value, list | tuple) else value


def _place(update_id: int) -> str:
    return f"update {update_id}"
