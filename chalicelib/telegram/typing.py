"""The sign that something is being written, which Telegram shows for five seconds."""

from threading import Event

from chalicelib import background, container
from chalicelib.errors import Unavailable
from chalicelib.model.telegram import ShowTyping
from chalicelib.telegram_api import ChatGone, RequestRefused

_AGAIN = 4.5  # seconds


class Typing:
    """Shows in a chat that something is being written, from `begin` until the block is left."""

    def __init__(self, chat_id: int) -> None:
        self._sign = ShowTyping(chat_id)
        self._over = Event()
        self._is_shown = False

    def begin(self) -> None:
        """Show it from now on. Raises ChatGone."""
        if self._is_shown:
            return
        self._is_shown = True
        _show(self._sign)
        background.begin(self._go_on)

    def __enter__(self) -> "Typing":
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()

    def _go_on(self) -> None:
        while not self._over.wait(_AGAIN):
            _show(self._sign)


def _show(sign: ShowTyping) -> None:
    try:
        container.telegram_api().send(sign)
    except ChatGone:
        raise
    except (RequestRefused, Unavailable):
        return
