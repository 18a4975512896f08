"""The conversation in a private chat: words, taps on widgets, changes of mind, the end."""

from chalicelib.model.telegram import Attendance
from chalicelib.telegram.incoming import Incoming, Step


def hear(incoming: Incoming, attended: Attendance) -> Step:
    """Stores what somebody says; the reply follows when they have been silent for a moment."""
    return Step()


def edit(incoming: Incoming) -> Step:
    """Takes over what somebody changed in a message of theirs."""
    return Step()


def tap_widget(incoming: Incoming, parts: list[str]) -> Step:
    """Takes a choice in a widget."""
    return Step((incoming.answer_tap(),))


def tap_rating(incoming: Incoming, parts: list[str]) -> Step:
    """Takes how somebody found the conversation."""
    return Step((incoming.answer_tap(),))


def stop(incoming: Incoming, argument: str) -> Step:
    """Ends the conversation, as the participant wants."""
    return Step()


def resume(incoming: Incoming, argument: str) -> Step:
    """Goes on with a conversation."""
    return Step()


def show_own_words(incoming: Incoming, argument: str) -> Step:
    """Sends what this person said."""
    return Step()
