"""How fast the bot sends: what Telegram allows, over all containers.

https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
"""

import random
from datetime import datetime, timedelta

from chalicelib.clock import Clock
from chalicelib.errors import Unavailable
from chalicelib.services.access.signing import make_digest
from chalicelib.store.guards import Guards

PER_SECOND = 30
PER_GROUP = 20
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
_MOST_WAITS = 3  # for the next second


class TelegramPace:
    """Counts messages, edits included. Typing and answers to taps are not counted: Telegram's limits are for messages, and whoever
    taps should not have to wait behind what others are sent.
    """

    def __init__(self, guards: Guards, clock: Clock, secret: bytes) -> None:
        self._guards, self._clock, self._secret = guards, clock, secret

    def await_turn(self, chat_id: int) -> None:
        """Waits until one more message may be sent to this chat, a few seconds at most. Raises Unavailable for a longer time."""
        if chat_id < 0:
            self._count_in_group(chat_id)
        for _ in range(_MOST_WAITS):
            now = self._clock.now()
            if self._guards.count_visit("telegram", now, SECOND) <= PER_SECOND:
                return
            self._clock.sleep(_rest(now, SECOND) + random.uniform(0, 0.5))
        raise Unavailable("The bot sends as much as it may; try again", retry_after=_MOST_WAITS)

    def _count_in_group(self, group_id: int) -> None:
        """Counts a message to a group, whose ids are negative; its fingerprint is kept for a minute or two."""
        now = self._clock.now()
        group = make_digest(self._secret, "telegram_chat", str(group_id).encode()).hex()
        if self._guards.count_visit(group, now, MINUTE) > PER_GROUP:
            raise Unavailable(
                "This group has had its messages of the minute; try again", retry_after=_rest(now, MINUTE)
            )


def _rest(now: datetime, window: timedelta) -> float:
    """Seconds until the next window begins."""
    return window.total_seconds() - now.timestamp() % window.total_seconds()
