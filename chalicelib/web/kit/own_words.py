"""What somebody said in their conversation, for themselves: in the order in which it was said, and as plain text."""

from collections.abc import Iterator

from msgspec import Struct

from chalicelib.model import Message, Session, ThreadView
from chalicelib.web.kit.texts import Texts, format_time_with_zone


class Closing(Struct, frozen=True):
    """What the facilitator wrote at the end, under its heading."""

    heading: str
    text: str


class SaidEntry(Struct, frozen=True):
    """Words of theirs, and what they answer: what the facilitator wrote before, the recap among it, or a question of the form."""

    asked: str
    said: tuple[str, ...]
    is_form: bool = False
    is_recap: bool = False


def write_words(session: Session, thread: ThreadView, texts: Texts) -> str:
    """Returns what was said as plain text."""
    began = tell_beginning(session, thread, texts)
    return _write_text(session.topic, began, list(list_entries(thread)), find_closing(thread, texts), texts)


def list_entries(thread: ThreadView) -> Iterator[SaidEntry]:
    """Yields what was said, oldest first: the answers to the form, then each run of messages with what it answers."""
    yield from (SaidEntry(it.text, (it.answer,), is_form=True) for it in thread.answers if it.answer.strip())
    recap = _find_recap(thread)
    asked: Message | None = None
    said: list[str] = []
    for message in (*thread.messages, None):
        if message and message.role == "user":
            said.append(message.content)
            continue
        if said:
            is_recap = asked is not None and asked is recap
            yield SaidEntry(asked.content if asked else "", tuple(said), is_recap=is_recap)
        asked, said = message, []


def tell_beginning(session: Session, thread: ThreadView, texts: Texts) -> str:
    """Returns when a conversation began, as people in the zone of its session read it."""
    return format_time_with_zone(thread.thread.created_at, session.time_zone, texts)


def _find_recap(thread: ThreadView) -> Message | None:
    """Returns the message with which the conversation ended; None where it goes on, or ended with a goodbye that says nothing of what
    was heard."""
    ended = next((it for it in thread.messages if it.role == "assistant" and it.is_final), None)
    return None if ended is None or ended.is_declined else ended


def find_closing(thread: ThreadView, texts: Texts) -> Closing | None:
    """Returns the words that the conversation ended with: the recap, or the reply to what was added to it. None where nobody has
    said anything, or it goes on."""
    last = thread.messages[-1] if thread.messages else None
    if last is None or last.role != "assistant" or not (last.is_final and thread.thread.message_count):
        return None
    return Closing(texts("recap" if last is _find_recap(thread) else "facilitator"), last.content)


def _write_text(topic: str, began: str, entries: list[SaidEntry], closing: Closing | None, texts: Texts) -> str:
    """Returns it all as plain text."""
    parts, colon = [topic, began], texts("colon")
    for it in entries:
        asked = [f"{texts('recap')}{colon} {it.asked}" if it.is_recap else it.asked] if it.asked else []
        parts += ["-" * 40, *asked, *(f"{texts('you')}{colon} {said}" for said in it.said)]
    parts += ["-" * 40, f"{closing.heading}{colon} {closing.text}"] if closing else []
    return "\n\n".join(parts) + "\n"
