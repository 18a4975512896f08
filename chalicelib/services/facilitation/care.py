"""Whether care came first a short while ago: then nobody is led back to what hurt them."""

from collections.abc import Sequence
from itertools import pairwise

from chalicelib.model import Message
from chalicelib.services.safety import danger_in
from chalicelib.text.sentences import list_questions

LOOKED_BACK = 2  # messages of the facilitator


def is_after_care(history: Sequence[Message]) -> bool:
    """Says whether one of the facilitator's last two messages was about the person and not about the topic.

    It may have been where it asked nothing and ended nothing; it was where no model would answer, and where what it replied to
    shows a sign of danger.
    """
    replies: list[tuple[list[str], Message]] = []
    said: list[str] = []
    for message in history:
        if message.role == "user":
            said.append(message.content)
        else:
            replies.append((said, message))
            said = []
    recent = replies[-LOOKED_BACK:]
    return any(to and (it.is_declined or _only_tells(it) or danger_in(to) is not None) for to, it in recent)


def was_hurt(history: Sequence[Message]) -> bool:
    """Says whether anything that the participant wrote shows a sign of danger, was declined by models, or was answered without a
    question though it asked nothing, as care is where danger is told in words that no table knows."""
    said = [message.content for message in history if message.role == "user"]
    answered = (
        later for before, later in pairwise(history) if before.role == "user" and not list_questions(before.content)
    )
    cared = any(later.role == "assistant" and _only_tells(later) for later in answered)
    return cared or any(message.is_declined for message in history) or danger_in(said) is not None


def _only_tells(message: Message) -> bool:
    return not message.is_final and message.widget_spec is None and not list_questions(message.content)
