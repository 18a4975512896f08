"""What pages tell of deletions: of people who are gone from a session, of a session that is gone itself, and before one is."""

from datetime import datetime

from chalicelib.errors import NotFound
from chalicelib.model import SessionView
from chalicelib.model.lifetimes import BACKUP_DAYS
from chalicelib.operations.deletions import Deletion, get_session_deletion, show_deletion
from chalicelib.operations.fields import SessionInput
from chalicelib.store import deletion_records
from chalicelib.web.host.request import HostRequest
from chalicelib.web.kit.disclosures import has_backups
from chalicelib.web.kit.request import is_uuid
from chalicelib.web.kit.texts import Texts, format_time, format_time_with_zone

MOST_SHOWN = 20  # people of a session


def tell_people(view: SessionView, texts: Texts) -> list[str]:
    """Returns a line for each of the last people who were removed from a session, the last one first."""
    found = deletion_records.of_people(view.session.id)[:MOST_SHOWN]
    return [_tell_person(show_deletion(it), view.session.time_zone, texts) for it in found]


def tell_session(host: HostRequest, session_id: str, texts: Texts) -> str:
    """Returns what is known of a session that this host has just deleted; empty where nothing is."""
    try:
        found = host.perform(get_session_deletion, SessionInput(session_id=session_id)) if is_uuid(session_id) else None
    except NotFound:
        return ""
    if found is None:
        return ""
    what = _tell_counts(found, texts)
    told = [texts("session_deleted_what", what=what)] if what else []
    return " ".join([*told, *_tell_state(found, host.zone, texts)])


def tell_backups(texts: Texts) -> str:
    """Returns for how long backups have what is about to be deleted; empty where there are none."""
    return texts("delete_backups", days=texts("days", count=BACKUP_DAYS)) if has_backups() else ""


def _tell_person(of: Deletion, zone: str, texts: Texts) -> str:
    time, by = format_time(datetime.fromisoformat(of.asked_at), zone, texts), texts(f"deletion_by_{of.by}")
    what = _tell_counts(of, texts) or texts("messages", count=0)
    return " ".join([texts("deletion_row", time=time, by=by, what=what), *_tell_state(of, zone, texts)])


def _tell_counts(of: Deletion, texts: Texts) -> str:
    """Returns how many people and messages were removed; of a session that is not counted yet, nothing."""
    named = {"persons": of.removed.get("thread", 0), "messages": of.removed.get("messages", 0)}
    return ", ".join(texts(name, count=count) for name, count in named.items() if count)


def _tell_state(of: Deletion, zone: str, texts: Texts) -> list[str]:
    until = format_time_with_zone(datetime.fromisoformat(of.in_backups_until), zone, texts)
    going_on = [] if of.finished_at else [texts("deletion_going_on")]
    return [*going_on, *([texts("deletion_backups", time=until)] if has_backups() else [])]
