"""The files of an account's export: JSON, of which the first has what belongs to the account itself, and each some sessions."""

from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from chalicelib.errors import NotFound
from chalicelib.model import Card, Session
from chalicelib.model.exports import AccountExport
from chalicelib.services.participants.own_export import render_own_json
from chalicelib.services.participants.scopes import user_of
from chalicelib.services.results.exports.large import ExportDeps, note_part
from chalicelib.services.results.exports.rendering import render_export
from chalicelib.services.results.exports.selection import PARTS, Selection
from chalicelib.store.account_contents import read_account, read_owned_projects
from chalicelib.store.cards import Cards
from chalicelib.store.item_kinds import KINDS
from chalicelib.store.own_models import OwnModelStore
from chalicelib.store.participants import Participants
from chalicelib.store.projects import Projects
from chalicelib.store.sessions import Sessions

SCHEMA, VERSION = "harmonica.account", 1

_SELECTION = Selection("json", PARTS, everybody=True)
_COUNTS = "counts how often it was used, or which links of before are in force"
_CHANGES = "counts changes of a project, so that none of two at once is lost"
# Attributes that no export has, and why.
_LEFT_OUT = {
    "use": _COUNTS,
    "generation": _COUNTS,
    "feed": "says where templates are listed",
    "revision": _CHANGES,
    "nesting_revision": _CHANGES,
}
_SECRETS = "of keys and browser sessions nothing is stored but what cannot be turned back into them"
_ELSEWHERE = "belongs to whoever owns the session: of it there is what you said there yourself"
_OTHERS_PROJECT = "belongs to whoever owns the project: of it there is your role in it"


class ContentDeps(Struct, frozen=True):
    """Where the contents of an account are read."""

    sessions: Sessions
    cards: Cards
    projects: Projects
    participants: Participants
    own_models: OwnModelStore
    session_exports: ExportDeps


class SessionOfAccount(Struct, frozen=True):
    """A session in the lists of an account, with its card there."""

    session_id: str
    card: Card


def list_sessions(user_id: str, *, deps: ContentDeps) -> list[SessionOfAccount]:
    """Returns the sessions that an account owns, is a member of, or takes part in, in the order of their ids."""
    roles = deps.projects.roles_of(user_id)
    listed = (*deps.cards.of_user(user_id, roles), *deps.cards.of_user(user_id, roles, drafts=True))
    cards = {card.session_id: card for card in listed}
    return [SessionOfAccount(session_id, cards[session_id]) for session_id in sorted(cards)]


def render_session(user_id: str, of: SessionOfAccount, export_id: str, *, deps: ContentDeps) -> bytes:
    """Returns a session of an account as JSON: all of one that it owns, of others its role there and its own words.

    Whose it is says the session, as it is now: lists are a moment old, and who is its owner by a project alone does not own it. Whoever
    is removed from it, or taken out of its results, from now on takes the export along.
    """
    card = of.card
    document: dict[str, Any] = {
        "session_id": of.session_id,
        "topic": card.topic,
        "status": card.status,
        "created_at": card.created_at,
    }
    try:
        view = deps.sessions.view(of.session_id, (), user_id)
        document["role"] = view.role
        if view.own_role == "owner":
            note_part(of.session_id, user_id, export_id, deps=deps.session_exports)
            found = render_export(of.session_id, _SELECTION, deps=deps.session_exports.insights)
            document["content"] = msgspec.Raw(found.text.encode()) if found else None
        else:
            document["conversations"] = _list_own(user_id, view.session, deps)
    except NotFound:  # it was deleted meanwhile
        document["deleted"] = True
    return msgspec.json.encode(document)


def _list_own(user_id: str, session: Session, deps: ContentDeps) -> list[msgspec.Raw]:
    """Returns what an account said in somebody else's session, a document a conversation."""
    own = [head for head in deps.participants.heads(session.id) if user_of(head.scope) == user_id]
    return [msgspec.Raw(render_own_json(session, head, head.created_at).encode()) for head in own]


def render_file(
    user_id: str, sessions: list[bytes], export: AccountExport, now: datetime, *, is_last: bool, deps: ContentDeps
) -> str:
    """Returns the next file of an export, with these sessions."""
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "schema_version": VERSION,
        "exported_at": now,
        "file": export.files + 1,
        "is_last": is_last,
    }
    if not export.files:
        document |= _list_account(user_id, deps)
    document["sessions"] = [msgspec.Raw(it) for it in sessions]
    return msgspec.json.format(msgspec.json.encode(document), indent=1).decode()


def _list_account(user_id: str, deps: ContentDeps) -> dict[str, Any]:
    """Returns what belongs to the account itself. What is not there is said under `not_exported`, with the reason."""
    found = {name: _shown(items) for name, items in read_account(user_id).items()}
    (user,) = found.pop("user")
    own = deps.own_models.get(user_id)
    keys_of_models = [
        {name: getattr(key, name) for name in key.__struct_fields__ if name != "secret"} for key in own.keys
    ]
    return {
        "user": {"id": user_id, **user},
        **found,
        "owned_projects": _list_projects(user_id, deps),
        "model_keys": keys_of_models,
        "model_tiers": own.tiers,
        "not_exported": _list_left_out(),
    }


def _shown(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Returns these items without what no export has."""
    return [{name: value for name, value in item.items() if name not in _LEFT_OUT} for item in items]


def _list_projects(user_id: str, deps: ContentDeps) -> list[dict[str, Any]]:
    """Returns the projects that an account owns, whole. Which those are they say themselves: a role is a moment old."""
    found = _shown(read_owned_projects(user_id, sorted(deps.projects.roles_of(user_id))))
    return [{**project, "templates": _shown(project["templates"])} for project in found]


def _list_left_out() -> list[dict[str, str]]:
    left_out = [(kind, kind.name.rstrip("#")) for kind in KINDS if kind.not_exported]
    reasons = {name: kind.not_exported for kind, name in left_out if kind.owner == "account"}
    reasons |= {f"{name} of projects": kind.not_exported for kind, name in left_out if kind.owner == "project"}
    reasons |= {"secrets": _SECRETS, "sessions of others": _ELSEWHERE, "projects of others": _OTHERS_PROJECT}
    reasons |= {f"attribute {name}": why for name, why in _LEFT_OUT.items()}
    return [{"what": what, "why": why} for what, why in reasons.items()]
