"""What a call of the Bot API brings: parameters as text or as JSON, read as strictly as Telegram reads them."""

import ipaddress
import json
import re
from typing import Any
from urllib.parse import urlsplit

from infra.local.telegram.errors import BadRequest

Json = dict[str, Any]

MOST_BUTTONS = 100
LONGEST_DATA = 64  # bytes


def text_of(params: Json, name: str) -> str:
    """A parameter as text; empty where it is not given."""
    found = params.get(name)
    return "" if found is None else found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)


def number_of(params: Json, name: str) -> int | None:
    """A whole number; None where none is given."""
    found = text_of(params, name)
    return int(found) if re.fullmatch(r"-?\d{1,18}", found) else None


def json_of(params: Json, name: str) -> Any:
    """A parameter that is JSON; None where it is not given."""
    found = params.get(name)
    if not isinstance(found, str) or not found:
        return found or None
    try:
        return json.loads(found)
    except ValueError as error:
        raise BadRequest(f"can't parse {name.replace('_', ' ')} JSON object") from error


def keyboard_of(params: Json) -> Json | None:
    """The buttons below a message, each as Telegram would keep it; None without any."""
    markup = json_of(params, "reply_markup")
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise BadRequest("object expected as reply markup")
    if "inline_keyboard" not in markup:
        return None  # another keyboard: it belongs to the field for writing
    rows = [[_button(button) for button in row] for row in markup["inline_keyboard"]]
    if sum(map(len, rows)) > MOST_BUTTONS:
        raise BadRequest("reply markup is too long")
    rows = [row for row in rows if row]
    return {"inline_keyboard": rows} if rows else None


def _button(button: Json) -> Json:
    words = button.get("text", "")
    if not isinstance(words, str) or not words.strip():
        raise BadRequest('can\'t parse inline keyboard button: Field "text" must be a non-empty String')
    if "url" in button:
        _check_url(button["url"])
        return {"text": words, "url": button["url"]}
    if "callback_data" in button:
        if not 1 <= len(button["callback_data"].encode()) <= LONGEST_DATA:
            raise BadRequest("BUTTON_DATA_INVALID")
        return {"text": words, "callback_data": button["callback_data"]}
    raise BadRequest("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "tg" and host:
        return
    try:
        ipaddress.ip_address(host)
    except ValueError:
        if "." not in host.strip("."):
            raise BadRequest("BUTTON_URL_INVALID") from None
    if parts.scheme not in ("http", "https") or re.search(r"\s", url):
        raise BadRequest("BUTTON_URL_INVALID")
