"""The counters of a session, in shards (table `sessions`): a thread is counted in the one that its id falls into. A test run is
nobody's: what it costs is counted, and no person.

A session is deleted together with its tallies, so what requires one is not done to a session that is gone.
"""

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.model import Thread
from chalicelib.store import keys
from chalicelib.store.session_items import TallyItem

_OF_PEOPLE = ("participants", "completed")


def of_thread(thread: Thread) -> TallyItem:
    """The tally of this thread."""
    return TallyItem(thread.session_id, keys.tally_of(thread.id))


def is_there() -> Condition:
    """The session is there."""
    return TallyItem.status.exists()


def is_person(thread: Thread) -> bool:
    """Whether this is one of the people who are counted and take a place."""
    return not thread.test


def count(thread: Thread, **counts: int) -> tuple[TallyItem, list[Action], Condition]:
    """What adds to the counters of these names; to those of people nothing for a test run."""
    if not is_person(thread):
        counts = {name: 0 if name in _OF_PEOPLE else number for name, number in counts.items()}
    return of_thread(thread), [getattr(TallyItem, name).add(number) for name, number in counts.items()], is_there()
