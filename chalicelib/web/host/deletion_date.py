"""What the pages say of when a session that has ended is deleted by itself."""

from chalicelib import container
from chalicelib.model import Session
from chalicelib.services.sessions.retention import find_last_day
from chalicelib.settings import settings
from chalicelib.web.host.page import ZONE
from chalicelib.web.kit.texts import Texts, format_time_with_zone


def tell_deletion(session: Session, texts: Texts) -> str:
    """Returns when that is; empty where it is kept, or has not ended."""
    at = find_last_day(session, container.clock().now(), settings().retention_days)
    return texts("session_expires", time=format_time_with_zone(at, session.time_zone or ZONE, texts)) if at else ""
