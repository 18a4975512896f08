"""How much of an answer is read, and for how long, whatever a server sends.

A model's answer has at most some hundred thousand bytes. A server may send one without an end, one byte at a time or as fast as
it can, and a client's time-outs are those of a socket, which begin anew with every byte. So what comes is counted before anything is
made of it, and a call's connection to a server that a host has named is shut when the call's time is over.
"""

import socket
import time
from threading import Timer
from typing import Final

MOST_BYTES: Final = 4_000_000  # of an answer, as it comes
_GRACE: Final = 1.0  # second, in which a client's own time-out comes first and says what it is


class UnreadableAnswer(OSError):
    """An answer that is not read on: it is too long, or compressed, which nobody asked for and can be any size."""


class AnswerLimit:
    """Counts what comes of one answer, for at most so many seconds from now on."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds
        self._size = 0

    def count(self, piece: bytes) -> None:
        """Note one more piece. Raises UnreadableAnswer where it is too much, TimeoutError where it comes too late."""
        self._size += len(piece)
        if self._size > MOST_BYTES:
            raise UnreadableAnswer("the answer is too long")
        if time.monotonic() > self._until:
            raise TimeoutError("the answer takes too long")


class HangUp:
    """Shuts the connection of a call when its time is over: whoever waits for its next byte then has the end of it."""

    def __init__(self, seconds: float) -> None:
        self._socket: socket.socket | None = None
        self._is_over = False
        self._timer = Timer(seconds + _GRACE, self._shut)
        self._timer.daemon = True
        self._timer.start()

    def watch(self, connection: socket.socket | None) -> None:
        """Take this connection for the call's from now on: first as it is made, then with TLS."""
        self._socket = connection
        if self._is_over:
            self._shut()

    def cancel(self) -> None:
        """Leave the connection alone: the call is over."""
        self._timer.cancel()

    def _shut(self) -> None:
        self._is_over = True
        try:
            if self._socket is not None:
                self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # it is gone already
