"""Calls that run beside whoever waits for them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future

T = TypeVar("T")


def begin(call: Callable[[], T]) -> "Future[T]":
    """Run a call in a thread of its own, and give what it will come to.

    Whoever waits for it says how long: time-outs of a socket begin anew with every byte that comes. A thread that is left
    behind ends with its connection.
    """
    from concurrent.futures import Future  # which only those need who ask other servers
    from threading import Thread

    outcome: Future[T] = Future()

    def run() -> None:
        try:
            outcome.set_result(call())
        except BaseException as error:  # whatever it is, it belongs to the caller
            outcome.set_exception(error)

    Thread(target=run, daemon=True).start()
    return outcome
