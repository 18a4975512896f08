"""Who asked to be mailed their conversation (table `guards`): for an hour at most, and gone once it is sent."""

from datetime import datetime

from chalicelib.model.conversations import TranscriptRequest
from chalicelib.store import database, keys
from chalicelib.store.database import holds
from chalicelib.store.user_items import TranscriptRequestItem


class TranscriptRequests:
    """Repository of conversations that are to be mailed."""

    def add(self, asked: TranscriptRequest) -> bool:
        """Note where to send a conversation; False where that is noted already."""
        item = TranscriptRequestItem(
            keys.transcript_request(asked.id),
            session_id=asked.session_id,
            thread_id=asked.thread_id,
            sealed=asked.sealed,
            language=asked.language,
            expires_at=int(asked.expires_at.timestamp()),
        )
        return holds(lambda: database.put(item, TranscriptRequestItem.id.does_not_exist()))

    def find(self, request_id: str, now: datetime) -> TranscriptRequest | None:
        """What was asked for; None where it was sent, or is too long ago."""
        item = database.get(TranscriptRequestItem, keys.transcript_request(request_id))
        if item is None or item.expires_at <= now.timestamp():
            return None
        until = datetime.fromtimestamp(int(item.expires_at), now.tzinfo)
        return TranscriptRequest(request_id, item.session_id, item.thread_id, item.sealed, item.language, until)

    def remove(self, request_id: str) -> None:
        """Forget where a conversation was sent to."""
        item = TranscriptRequestItem(keys.transcript_request(request_id))
        holds(lambda: database.delete(item, TranscriptRequestItem.id.exists()))
