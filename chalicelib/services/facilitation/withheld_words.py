"""The messages of a thread as models are shown them: without words that a model declined to answer.

Every later request would be declined for them as well, and the participant could never go on talking. So a reply that code
wrote in a model's place is a mark: what it replies to is shown as `[withheld]` from then on. Where two in a row were declined,
the cause lies further back, so that nothing that the participant wrote up to there is shown. Hosts read every word.
"""

from collections.abc import Sequence
from itertools import pairwise

from msgspec.structs import replace

from chalicelib.model import Message

WITHHELD = "[withheld]"


def withhold_declined(messages: Sequence[Message]) -> list[Message]:
    """Returns the messages, oldest first, with what no model is shown replaced."""
    hidden = _find_declined(messages)
    return [replace(it, content=WITHHELD, widget_value=None) if it.sequence in hidden else it for it in messages]


def are_earlier_withheld(messages: Sequence[Message]) -> bool:
    """Says whether what stands before these messages, the form's answers included, is shown to no model either."""
    replies = [it for it in messages if it.role == "assistant"]
    opening_declined = bool(messages) and messages[0].is_declined
    return opening_declined or any(a.is_declined and b.is_declined for a, b in pairwise(replies))


def _find_declined(messages: Sequence[Message]) -> set[int]:
    """Returns the sequence numbers of the participant's messages that are withheld."""
    hidden: set[int] = set()
    all_said: set[int] = set()
    latest: set[int] = set()
    was_declined = False
    for message in messages:
        if message.role == "user":
            latest.add(message.sequence)
            all_said.add(message.sequence)
            continue
        if message.is_declined:
            hidden |= all_said if was_declined else latest
        was_declined, latest = message.is_declined, set()
    return hidden
