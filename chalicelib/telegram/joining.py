"""Joining a session in a private chat: what one should know, a name, the form question by question."""

from chalicelib.model.telegram import Attendance
from chalicelib.telegram.incoming import Incoming, Step


def start(incoming: Incoming, payload: str) -> Step:
    """Begins with the session, or the code, that the link to the bot carried."""
    return Step()


def tap(incoming: Incoming, parts: list[str]) -> Step:
    """Does what a button of the form says."""
    return Step((incoming.answer_tap(),))


def enter(incoming: Incoming, attended: Attendance) -> Step:
    """Takes what was written as the answer to what was asked."""
    return Step()
