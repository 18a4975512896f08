"""Announcements of a session in Telegram groups."""


def announce_session(session_id: str) -> None:
    """Bring the announcements of a session up to date."""
