"""What a notification says, made when it is shown, in the language of whoever reads it.

| kind | of | details | leads to |
| --- | --- | --- | --- |
| `first_answer` | a session | | its page |
| `session_ended` | a session | | its page |
| `work_failed` | a session | `work`: prompt, summary, export | the page on which that is mended |
| `announcement_failed` | a session | `reason`, a code of `distribution` | its settings |
| `model_key_refused` | the account | | the account's own models |
| `group_linked`, `group_left` | the account | | its Telegram groups |
| `invitation` | a session or a project | `by`: the user who invites; `role`; `page`: a path of ours | that page |
"""

from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from chalicelib.model.notifications import Notification
from chalicelib.services.delivery.announcement_texts import explain_failure
from chalicelib.text.locales import fill, isolate

_FOLDER: Final = Path(__file__).with_name("words")
_WORK: Final = {"prompt": "/prompt", "summary": "/summary", "export": "/export"}  # and the page of each
_OF_ACCOUNT: Final = {
    "model_key_refused": ("key", "/account/models"),
    "group_linked": ("linked", "/account/telegram"),
    "group_left": ("left", "/account/telegram"),
}


class Names(Struct, frozen=True):
    """What is looked up to show notifications: the names of sessions, projects and users, by their ids, and which notifications are of
    invitations that can be accepted."""

    sessions: Mapping[str, str] = {}
    projects: Mapping[str, str] = {}
    users: Mapping[str, str | None] = {}
    open: Collection[str] = ()


class Told(Struct, frozen=True):
    """A notification in words, and the path of the page that it leads to."""

    title: str
    body: str
    page: str


def tell(told: Notification, names: Names, tag: str) -> Told:
    """Returns what a notification says in a language of ours."""
    texts = _read(tag)
    if told.kind in _OF_ACCOUNT:
        name, page = _OF_ACCOUNT[told.kind]
        return Told(texts[f"{name}_title"], texts[f"{name}_body"], page)
    if told.kind == "invitation":
        return _tell_invitation(told, names, tag)
    topic, page, name = (
        isolate(tag, names.sessions.get(told.session_id, "")),
        f"/sessions/{told.session_id}",
        str(told.kind),
    )
    if told.kind == "announcement_failed":
        body = explain_failure(told.details.get("reason", ""), tag)
        return Told(fill(tag, texts["announcement_title"], topic=topic), body, f"{page}/settings")
    if told.kind == "work_failed":
        name = told.details["work"]
        page += _WORK[name]
    return Told(fill(tag, texts[f"{name}_title"], topic=topic), texts[f"{name}_body"], page)


def _tell_invitation(told: Notification, names: Names, tag: str) -> Told:
    texts, name = _read(tag), names.projects.get(told.project_id) or names.sessions.get(told.session_id, "")
    host = names.users.get(told.details["by"]) or texts["somebody"]
    role = texts[f"role_{told.details['role']}"]
    body = fill(tag, texts["invitation_body"], role=role)
    title = fill(tag, texts["invitation_title"], host=isolate(tag, host), name=isolate(tag, name))
    return Told(title, body, told.details["page"])


@cache
def _read(tag: str) -> Mapping[str, str]:
    return msgspec.toml.decode((_FOLDER / f"{tag}.toml").read_bytes(), type=dict[str, str])
