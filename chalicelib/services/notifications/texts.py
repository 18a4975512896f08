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
| `ownership_offered` | a session or a project | `by`: the user who offers it | its members, where that is answered |
| `group_asks` | the account | `group`: of Telegram; `after`: the session to follow up, or nothing | a follow-up, or a new session |
"""

from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

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
    invitations, or offers, that can be accepted. `groups` are those that ask for a session, and are linked to the reader."""

    sessions: Mapping[str, str] = {}
    projects: Mapping[str, str] = {}
    users: Mapping[str, str | None] = {}
    open: Collection[str] = ()
    groups: Mapping[str, str] = {}


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
    if told.kind == "ownership_offered":
        return _tell_offer(told, names, tag)
    if told.kind == "group_asks":
        return _tell_request(told, names, tag)
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


def _tell_offer(told: Notification, names: Names, tag: str) -> Told:
    texts, name = _read(tag), names.projects.get(told.project_id) or names.sessions.get(told.session_id, "")
    host = names.users.get(told.details["by"]) or texts["the_owner"]
    page = f"/projects/{told.project_id}#members" if told.project_id else f"/sessions/{told.session_id}/members"
    return Told(
        fill(tag, texts["offer_title"], name=isolate(tag, name)),
        fill(tag, texts["offer_body"], host=isolate(tag, host)),
        page,
    )


def _tell_request(told: Notification, names: Names, tag: str) -> Told:
    texts, group_id, after = _read(tag), told.details["group"], told.details["after"]
    title = fill(tag, texts["asks_title"], group=isolate(tag, names.groups.get(group_id, group_id)))
    chosen = urlencode({"group": group_id})
    if after in names.sessions:
        body = fill(tag, texts["asks_again_body"], topic=isolate(tag, names.sessions[after]))
        return Told(title, body, f"/sessions/{after}/summary?{chosen}#follow-up")
    return Told(title, texts["asks_body"], f"/new?{chosen}")


@cache
def _read(tag: str) -> Mapping[str, str]:
    return msgspec.toml.decode((_FOLDER / f"{tag}.toml").read_bytes(), type=dict[str, str])
