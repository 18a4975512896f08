"""The earlier part of a long thread, shortened by code so that what the facilitator is shown stays bounded.

It changes in steps, far apart: between two of them nothing in front of what was said last changes, and a cache keeps it.
Every message leaves a trace of who spoke and of the first words; the older it is, the fewer words.
"""

import hashlib
from collections.abc import Sequence

from chalicelib.model import CondensedHistory, Message, Speaker
from chalicelib.services.facilitation.withheld_words import withhold_declined

# Above either of these the oldest messages are condensed, so that at most the second pair remains.
MOST_MESSAGES, MOST_CHARACTERS = 120, 100_000
KEPT_MESSAGES, KEPT_CHARACTERS = 60, 50_000
TEXT_LIMIT = 12_000  # characters of the condensed part

_NAMES: dict[Speaker, str] = {"user": "Participant: ", "assistant": "Facilitator: "}
# How long a line of the participant's and one of the facilitator's may be: at first, and ever shorter where room runs out.
_ROOM = ((300, 120), (150, 70), (80, 40), (40, 24))
_COUNT = "Earlier messages left out here: "
_DIGITS = 10
_FINGERPRINT = 16


def condense(
    before: CondensedHistory | None, messages: Sequence[Message], answered_by: int
) -> tuple[CondensedHistory | None, Sequence[Message]]:
    """Returns what is condensed of a thread, and the messages to be shown in full behind it.

    `messages` are all those that `before` does not cover, oldest first; the reply to the last of them is going to have
    the sequence number `answered_by`. Where they are few enough, both are given back as they are.
    """
    if len(messages) <= MOST_MESSAGES and _count_characters(messages) <= MOST_CHARACTERS:
        return before, messages
    split = len(messages) - _count_kept(messages)
    if not split:
        return before, messages
    lines = before.text.split("\n") if before else []
    text = "\n".join(_fit([*lines, *map(_render_line, withhold_declined(messages)[:split])]))
    known = before.message_ids if before else {}
    ids = known | _map_replies(messages, split, answered_by)
    themes = dict.fromkeys(before.themes if before else ())
    themes |= dict.fromkeys(name for message in messages[:split] for name in message.themes)
    return CondensedHistory(messages[split - 1].sequence, text, ids, tuple(themes)), messages[split:]


def fingerprint(message_id: str) -> str:
    """Returns what stands for a channel's id of a message: short, whatever the channel sends."""
    return hashlib.sha256(message_id.encode()).hexdigest()[:_FINGERPRINT]


def _count_characters(messages: Sequence[Message]) -> int:
    return sum(len(message.content) for message in messages)


def _count_kept(messages: Sequence[Message]) -> int:
    """Returns how many of the newest messages stay as they are: one at least."""
    kept, characters = 1, len(messages[-1].content)
    for message in messages[-2 : -KEPT_MESSAGES - 1 : -1]:
        characters += len(message.content)
        if characters > KEPT_CHARACTERS:
            break
        kept += 1
    return kept


def _map_replies(messages: Sequence[Message], split: int, answered_by: int) -> dict[str, int]:
    """Returns the sequence number of the reply to each of the participant's messages in front of the split, by fingerprint."""
    reply, found = answered_by, {}
    for position in range(len(messages) - 1, -1, -1):
        message = messages[position]
        if message.role == "assistant":
            reply = message.sequence
        elif position < split and message.message_id is not None:
            found[fingerprint(message.message_id)] = reply
    return found


def _render_line(message: Message) -> str:
    return _NAMES[message.role] + " ".join(message.content.split())


def _fit(lines: list[str]) -> list[str]:
    """Returns the lines cut to their room, the oldest first where all together are too long; at the very last, the oldest only counted."""
    lines = [_cut(line, 0) for line in lines]
    over = sum(map(len, lines)) + len(lines) - 1 - TEXT_LIMIT
    for step in range(1, len(_ROOM)):
        for position, line in enumerate(lines):
            if over <= 0:
                return lines
            lines[position] = _cut(line, step)
            over -= len(line) - len(lines[position])
    return lines if over <= 0 else _count_oldest(lines, over)


def _cut(line: str, step: int) -> str:
    room = _ROOM[step][0 if line.startswith(_NAMES["user"]) else 1]
    return line if len(line) <= room or line.startswith(_COUNT) else line[: room - 1].rstrip() + "…"


def _count_oldest(lines: list[str], over: int) -> list[str]:
    """Returns one line that counts the oldest messages, and the rest of the lines."""
    left_out, over = 0, over + len(_COUNT) + _DIGITS
    while over > 0 and lines:
        line = lines.pop(0)
        left_out += int(line.removeprefix(_COUNT)) if line.startswith(_COUNT) else 1
        over -= len(line) + 1
    return [f"{_COUNT}{left_out}", *lines]
