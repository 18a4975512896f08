"""What a host's decisions about single people work with: `inclusion.py` and `removal.py`."""

from msgspec import Struct

from chalicelib.clock import Clock
from chalicelib.queues import Jobs
from chalicelib.retry import Retry
from chalicelib.store.conversations import Conversations
from chalicelib.store.participants import Participants
from chalicelib.store.removal import Removals

DECISION_RETRY = Retry(tries=5)  # the person may go on speaking meanwhile


class ParticipantDeps(Struct, frozen=True):
    """The collaborators of these decisions."""

    participants: Participants
    removals: Removals
    conversations: Conversations
    jobs: Jobs
    clock: Clock
