"""The Telegram chats of people who are gone from a session, or whose session is gone: what these chats had of it goes, too."""

from chalicelib.services.participants.identity import thread_id as id_of_thread
from chalicelib.store import thread_head
from chalicelib.store.telegram_chats import TelegramChats


def leave_chats(session_id: str, thread_id: str, *, chats: TelegramChats, secret: bytes) -> None:
    """Take a session out of the chats of somebody who was removed from it; not of who has begun there anew meanwhile."""
    if thread_head.read(session_id, thread_id):
        return
    found = chats.of_session(session_id)
    chats.leave(it for it in found if id_of_thread(secret, session_id, it.scope, it.external_id) == thread_id)
