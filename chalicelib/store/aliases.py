"""How a stage finds conversations that began in another one (table `conversations`).

The id of a thread follows from the secret of the stage in which it began. A session that was imported without that secret has an item
`alias#<id>` for each of its threads whose participant this stage knows by other means; whoever looks for a thread looks there,
too, where its session says that it `has_aliases`.
"""

from collections.abc import Collection

from chalicelib.model import Thread
from chalicelib.store import database, keys, thread_head
from chalicelib.store.conversation_items import AliasItem
from chalicelib.store.database import Raw
from chalicelib.store.tables import ConversationPart

_KEYS_A_READ = 100


def make_item(session_id: str, looked_for: str, thread_id: str) -> AliasItem:
    """What leads from the id under which this stage looks for a thread to the thread."""
    return AliasItem(session_id, keys.alias(looked_for), thread_id=thread_id)


def find(session_id: str, thread_ids: Collection[str]) -> dict[str, str]:
    """The ids that those threads have which are looked for under these; a hundred in a read."""
    names, found = [keys.alias(it) for it in thread_ids], dict[str, str]()
    for first in range(0, len(names), _KEYS_A_READ):
        asked = [(ConversationPart, session_id, name) for name in names[first : first + _KEYS_A_READ]]
        for name, raw in database.get_many(asked).items():
            found[keys.thread_of(name)] = AliasItem.from_raw_data(raw).thread_id
    return found


def read_head(session_id: str, thread_id: str) -> Thread | None:
    """The head of the thread that this stage looks for under this id, whichever it has."""
    if head := thread_head.read(session_id, thread_id):
        return head
    known = find(session_id, [thread_id]).get(thread_id)
    return thread_head.read(session_id, known) if known else None


def of_thread(session_id: str, thread_id: str) -> list[Raw]:
    """The keys of what leads to this thread."""
    between = keys.ALIASES, keys.AFTER_ALIASES
    return list(database.query_where(ConversationPart, session_id, between, "thread_id", [thread_id]))
