"""Announcements of a session in its Telegram groups, brought from what is stored to where they should be.

Each group has one message, which is posted once and edited from then on. Whoever is about to post or edit takes that on first,
so two workers never do it both, and looks again at what is stored then. Nobody can ask Telegram what it has: only where a worker
dies, or waits too long for the answer, between Telegram's having posted a message and the note of it, is it posted once more.
"""

import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.clock import Clock, Deadline
from chalicelib.errors import NotFound, NotYet, Unavailable
from chalicelib.model import Distribution, DistributionStatus, Session, TelegramGroup
from chalicelib.model.telegram import Announcement, Edit, Send
from chalicelib.observability import logger
from chalicelib.services.delivery.announcement_texts import (
    Addresses,
    Reason,
    Text,
    write_closed,
    write_open,
    write_removed,
    write_withdrawn,
)
from chalicelib.services.delivery.telegram_groups import TELEGRAM, GroupDeps, move_group
from chalicelib.services.delivery.telegram_refusals import is_message_gone, reason_of
from chalicelib.store.announcements import Announcements
from chalicelib.store.distributions import change_distribution
from chalicelib.store.sessions import NOTHING_ELSE, Sessions
from chalicelib.telegram_api import GroupMigrated, RequestRefused, TelegramApi
from chalicelib.text.language import DEFAULT

HELD: Final = timedelta(seconds=60)  # more than one message takes, with the wait for its turn
_TELEGRAM_ID = re.compile(r"-?[0-9]{1,18}")
_ONE_GROUP = 30.0  # seconds that are left for a group that is begun with


class AnnouncementDeps(Struct, frozen=True):
    """What announcements take; `api` is None on a server without a bot."""

    sessions: Sessions
    announcements: Announcements
    groups: GroupDeps
    api: Callable[[], TelegramApi] | None
    addresses: Addresses
    with_script: bool
    clock: Clock
    new_id: Callable[[], str]


class _Post(Struct, frozen=True):
    """A message is to be posted, in this topic, and the announcement to stand like this then."""

    text: Text
    topic_id: int | None
    status: DistributionStatus


class _Change(Struct, frozen=True):
    """The message is to say something else, and the announcement to stand like this then; without a status it is forgotten."""

    announcement: Announcement
    text: Text
    status: DistributionStatus | None


class _Note(Struct, frozen=True):
    """This is how the announcement stands; as long as the distribution says what was `seen` of it, where that is what it follows from."""

    status: DistributionStatus
    error: str | None = None
    seen: Distribution | None = None


class _Forget(Struct, frozen=True):
    """There is no message to change, and there will be none."""

    announcement: Announcement


_Step = _Post | _Change | _Note | _Forget


def announce_session(session_id: str, *, deps: AnnouncementDeps, deadline: Deadline) -> None:
    """Bring the announcements of a session, maybe a deleted one, up to date.

    Raises Unavailable where some have to wait; the others are done then.
    """
    stored, session = deps.announcements.of(session_id), _find_session(session_id, deps)
    waiting: list[Unavailable] = []
    for group_id in _groups_of(session, stored.announcements):
        if deadline.remaining() < _ONE_GROUP:
            waiting.append(NotYet("There was no time for all groups", retry_after=1))
            break
        try:
            known = stored.announcements.get(group_id)
            _take(session_id, group_id, _find_step(session, group_id, known, deps), known, deps)
        except Unavailable as error:
            waiting.append(error)
    if waiting:
        raise max(waiting, key=lambda error: error.retry_after)
    if stored.due_at:
        deps.announcements.finish(session_id, stored.due_at)


def _groups_of(session: Session | None, announced: Iterable[str]) -> list[str]:
    chosen = [entry.group_id for entry in session.distribution] if session else []
    return list(dict.fromkeys([*chosen, *announced]))


def _find_session(session_id: str, deps: AnnouncementDeps) -> Session | None:
    try:
        return deps.sessions.view(session_id, NOTHING_ELSE).session
    except NotFound:
        return None


def _entry_of(session: Session | None, group_id: str) -> Distribution | None:
    entries = session.distribution if session else ()
    return next((entry for entry in entries if entry.group_id == group_id), None)


def _find_step(
    session: Session | None, group_id: str, announcement: Announcement | None, deps: AnnouncementDeps
) -> _Step | None:
    """What is to be done about a group; None where all is as it should be."""
    entry = _entry_of(session, group_id)
    if session is None or entry is None:
        return _farewell(session, announcement, deps) if announcement else None
    is_open = session.status_at(deps.clock.now()) == "active"
    if announcement and announcement.message_id is not None:
        text = _write(session, deps)
        step: _Step | None = _Change(announcement, text, "announced" if is_open else "closed")
        if text.fingerprint == announcement.shown:
            step = _Note("announced" if is_open else "closed")
    elif is_open and entry.status in ("pending", "unconfirmed"):
        step = _first_step(session, entry, deps)
    elif not is_open and entry.status == "announced" and entry.error is None:
        step = _last_step(session, entry, deps)
    else:
        step = None
    if step and deps.api is None and not isinstance(step, _Note):
        step = _Note("failed", "not_set_up")
    if isinstance(step, _Note):
        return None if _is_told(entry, step) else replace(step, seen=entry)
    return step


def _is_told(entry: Distribution, note: _Note) -> bool:
    """Whether a distribution says so already; besides, it may say that the group was let go since."""
    return entry.status == note.status and note.error in (None, entry.error)


def _farewell(session: Session | None, announcement: Announcement, deps: AnnouncementDeps) -> _Step:
    """What is to be done where the session is gone, or the group is none of its groups any more."""
    if announcement.message_id is None or deps.api is None:
        return _Forget(announcement)
    text = write_withdrawn(session) if session else write_removed(announcement.language or DEFAULT)
    return _Change(announcement, text, None)


def _first_step(session: Session, entry: Distribution, deps: AnnouncementDeps) -> _Step:
    """What is to be done in a group that knows nothing of the session yet: it depends on how the bot stands there."""
    group = _group_of(session, entry, deps)
    if group is None or group.status == "removed":
        return _Note("failed", "not_linked")
    if group.status == "unconfirmed":
        return _Note("unconfirmed")
    if not _TELEGRAM_ID.fullmatch(group.group_id):
        return _Note("failed", "group_gone")
    return _Post(_write(session, deps), group.topic_id, "announced")


def _last_step(session: Session, entry: Distribution, deps: AnnouncementDeps) -> _Step | None:
    """What is to be done where a session ends whose message is from before its group was a supergroup: nobody knows its number there."""
    group = _group_of(session, entry, deps)
    is_there = group is not None and group.status == "confirmed"
    return _Post(_write(session, deps), group.topic_id, "closed") if group and is_there else None


def _group_of(session: Session, entry: Distribution, deps: AnnouncementDeps) -> TelegramGroup | None:
    registered_by = entry.registered_by or session.owner_id
    return deps.groups.groups.some(registered_by, [entry.group_id]).get(entry.group_id)


def _write(session: Session, deps: AnnouncementDeps) -> Text:
    if session.status_at(deps.clock.now()) == "active":
        return write_open(session, deps.addresses, with_script=deps.with_script and session.models == "stage")
    return write_closed(session, deps.addresses)


def _take(
    session_id: str, group_id: str, step: _Step | None, known: Announcement | None, deps: AnnouncementDeps
) -> None:
    """Do a step. One that is about a message is found again once nobody else can do it, from what is stored by then."""
    if step is None:
        return
    if isinstance(step, _Note):
        _note(session_id, group_id, step, deps)
        return
    holder, until = deps.new_id(), deps.clock.now() + HELD
    if known:
        is_ours = deps.announcements.claim(known, holder, deps.clock.now(), until)
    else:
        is_ours = deps.announcements.claim_first(session_id, group_id, holder, until)
    if not is_ours:
        raise NotYet("Somebody else is at this announcement", retry_after=HELD.total_seconds() / 4)
    held = (deps.announcements.find(session_id, group_id) if known else None) or Announcement(session_id, group_id)
    match _find_step(_find_session(session_id, deps), group_id, held, deps):
        case _Post() as post:
            _post(held, post, holder, deps)
        case _Change() as change:
            _change(held, change, holder, deps)
        case _Forget():
            deps.announcements.drop(held, holder)
        case found:  # it was done in the meantime, or is not wanted any more
            _give_back(held, holder, deps)
            if found:
                _note(session_id, group_id, found, deps)


def _post(held: Announcement, post: _Post, holder: str, deps: AnnouncementDeps) -> None:
    assert deps.api
    text = post.text
    try:
        message_id = deps.api().send(Send(int(held.group_id), text.html, text.buttons, post.topic_id))
    except GroupMigrated as error:
        _follow(held, error.group_id, holder, deps)
    except RequestRefused as error:
        deps.announcements.drop(held, holder)
        _fail(held, reason_of(error), deps)
    except Unavailable:
        deps.announcements.drop(held, holder)
        raise
    else:
        posted = replace(held, message_id=message_id, language=text.language, shown=text.fingerprint)
        deps.announcements.note(posted, holder)
        _note(held.session_id, held.group_id, _Note(post.status), deps)


def _change(held: Announcement, change: _Change, holder: str, deps: AnnouncementDeps) -> None:
    assert deps.api
    assert held.message_id is not None
    text = change.text
    try:
        deps.api().send(Edit(int(held.group_id), held.message_id, text.html, text.buttons))
    except GroupMigrated as error:
        _follow(held, error.group_id, holder, deps)
        return
    except RequestRefused as error:
        if change.status and not is_message_gone(error):
            deps.announcements.note(held, holder)
            _fail(held, reason_of(error), deps)
            return
        deps.announcements.drop(held, holder)  # nobody sees it any more, or nothing can be done about it
        if change.status == "announced":
            _fail(held, "message_gone", deps)
            return
    except Unavailable:
        deps.announcements.note(held, holder)
        raise
    else:
        if change.status:
            told = replace(held, language=text.language, shown=text.fingerprint)
            deps.announcements.note(told, holder)
        else:
            deps.announcements.drop(held, holder)
    if change.status:
        _note(held.session_id, held.group_id, _Note(change.status), deps)


def _give_back(held: Announcement, holder: str, deps: AnnouncementDeps) -> None:
    if held.message_id is None:
        deps.announcements.drop(held, holder)
    else:
        deps.announcements.note(held, holder)


def _follow(held: Announcement, new_id: int, holder: str, deps: AnnouncementDeps) -> None:
    """Goes on in the group that this one has become. Messages from before have no number there that anybody could know."""
    deps.announcements.drop(held, holder)
    move_group(held.group_id, str(new_id), deps=deps.groups)

    def move(entry: Distribution) -> Distribution:
        return replace(entry, group_id=str(new_id))

    change_distribution(held.session_id, TELEGRAM, held.group_id, move, deps.clock.now())
    raise NotYet("The group is a supergroup now", retry_after=1)


def _fail(held: Announcement, reason: Reason, deps: AnnouncementDeps) -> None:
    logger.warning("a session could not be announced", extra={"session_id": held.session_id, "reason": reason})
    _note(held.session_id, held.group_id, _Note("failed", reason), deps)


def _note(session_id: str, group_id: str, note: _Note, deps: AnnouncementDeps) -> None:
    def change(entry: Distribution) -> Distribution:
        if note.seen not in (None, entry):
            return entry
        return replace(entry, status=note.status, error=note.error)

    change_distribution(session_id, TELEGRAM, group_id, change, deps.clock.now())
