"""Cloning a session: another one with the same design and settings, and none of its people."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from chalicelib.model import Prompt, Session, SessionView
from chalicelib.model.projects import MOST_BY_PROJECT
from chalicelib.model.sessions import is_at_least
from chalicelib.services.participants.form import DEFAULT_TEXTS
from chalicelib.store import keys
from chalicelib.store.session_view import LONG_TEXTS
from chalicelib.store.sessions import Sessions

# What would say something untrue of a copy, or show it to whom its host has not chosen: when a session has such a setting, and what
# the copy has instead.
_RESET: dict[str, tuple[Callable[[Session, datetime], bool], Any]] = {
    "status": (lambda source, _: not source.is_draft, "draft"),
    "opens_at": (lambda source, _: source.opens_at is not None, None),
    "closes_at": (lambda source, now: source.closes_at is not None and source.closes_at <= now, None),
    "distribution": (lambda source, _: bool(source.distribution), ()),
    "is_example": (lambda source, _: source.is_example, False),
    "is_public": (lambda source, _: source.is_public, False),
}
OF_OWNER = "models"  # that somebody else's copy has not: it would be answered on an account that is not theirs
OF_OTHERS = "projects"  # of those that they may not put sessions into
RESETTABLE = (*_RESET, OF_OWNER, OF_OTHERS)
FOR_CLONING = (
    *(keys.CONTEXT, keys.QUESTIONS, keys.LOGO, keys.TEMPLATE, keys.PROMPT_CURRENT, *LONG_TEXTS.values()),
    keys.HARMONICA_MDS,  # of the account that makes the copy
)


def clone_session(
    source: SessionView, owner_id: str, *, sessions: Sessions, now: datetime, new_id: Callable[[], str]
) -> tuple[Session, list[str]]:
    """Store a copy of a session as a draft of this user's, and give it with the names of the settings that it does not have as the
    source has them. Its prompt is the source's; where one of ours is out of date or to come, one is written when the copy is opened.

    Every other field of a session is copied, whichever there are. HARMONICA.md is the new owner's, as for any session that
    they create.
    """
    reset = {name: value for name, (is_to_be_reset, value) in _RESET.items() if is_to_be_reset(source.session, now)}
    if source.session.models == "account" and owner_id != source.session.owner_id:
        reset[OF_OWNER] = "stage"
    projects = {name: MOST_BY_PROJECT for name, role in source.project_roles.items() if is_at_least(role, "editor")}
    if projects.keys() != source.session.projects.keys():
        reset[OF_OTHERS] = projects
    its_own = {
        "id": new_id(),
        "owner_id": owner_id,
        "created_at": now,
        "updated_at": now,
        "edited_at": None,
        "anonymous_until": None,
        "has_aliases": False,
        "projects": projects,
    }
    clone = replace(source.session, **reset | its_own)
    questions = tuple(it if it.id in DEFAULT_TEXTS else replace(it, id=new_id()) for it in source.questions)
    prompt = _copy_prompt(source, owner_id, now)
    is_made = sessions.create(
        clone,
        context=source.context,
        questions=questions,
        prompt=prompt,
        logo=source.logo,
        template=source.template,
        harmonica_md=source.own_harmonica_md,
    )
    if not is_made:
        clone = sessions.view(clone.id, ()).session  # made by an earlier try: ids follow from its Idempotency-Key
    return clone, list(reset)


def _copy_prompt(source: SessionView, owner_id: str, now: datetime) -> Prompt | None:
    prompt, is_unsettled = source.prompt, source.prompt_due or source.prompt_outdated
    if prompt is None or (prompt.is_ours and is_unsettled):
        return None
    return replace(prompt, version=1, created_at=now, created_by=None if prompt.is_ours else owner_id)
