"""Who asked to be mailed their conversation (table `guards`): for an hour at most, and gone once it is sent."""

from datetime import datetime, timedelta

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.model.conversations import TranscriptRequest
from chalicelib.store import database, keys
from chalicelib.store.database import holds
from chalicelib.store.tables import Guard

_SENDING = timedelta(minutes=1)  # longer than its worker lives


class TranscriptRequestItem(Guard):
    """`transcript#<id>`: a conversation that is to be mailed; `sealed` has the address. Until `sending_until` a job is about it."""

    session_id = UnicodeAttribute()
    thread_id = UnicodeAttribute()
    sealed = UnicodeAttribute()
    language = UnicodeAttribute()
    sending_until = NumberAttribute(null=True)


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

    def claim(self, request_id: str, now: datetime) -> bool:
        """Begin to send it; False where another job does just now, or did."""
        item, sending_until = (
            TranscriptRequestItem(keys.transcript_request(request_id)),
            TranscriptRequestItem.sending_until,
        )
        free = sending_until.does_not_exist() | (sending_until <= int(now.timestamp()))
        until = sending_until.set(int((now + _SENDING).timestamp()))
        return holds(lambda: database.update(item, [until], TranscriptRequestItem.id.exists() & free))

    def give_back(self, request_id: str) -> None:
        """Note that it was not sent: the next try may begin at once."""
        item = TranscriptRequestItem(keys.transcript_request(request_id))
        actions = [TranscriptRequestItem.sending_until.remove()]
        holds(lambda: database.update(item, actions, TranscriptRequestItem.id.exists()))

    def remove(self, request_id: str) -> None:
        """Forget where a conversation was sent to."""
        item = TranscriptRequestItem(keys.transcript_request(request_id))
        holds(lambda: database.delete(item, TranscriptRequestItem.id.exists()))
