"""What the bot answers to commands in a private chat that are of no one conversation."""

from chalicelib.telegram.incoming import Incoming, Step


def list_sessions(incoming: Incoming, argument: str) -> Step:
    """Shows the sessions that somebody takes part in, to choose which one they go on with."""
    return Step()


def choose_session(incoming: Incoming, parts: list[str]) -> Step:
    """Goes on with the session whose button was tapped."""
    return Step((incoming.answer_tap(),))


def offer_languages(incoming: Incoming, argument: str) -> Step:
    """Shows the languages that the bot speaks."""
    return Step()


def choose_language(incoming: Incoming, parts: list[str]) -> Step:
    """Speaks the language whose button was tapped from now on."""
    return Step((incoming.answer_tap(),))


def tell_privacy(incoming: Incoming, argument: str) -> Step:
    """Says who reads what, and what is stored."""
    return Step()


def tell_help(incoming: Incoming, argument: str) -> Step:
    """Says what the bot does, and its commands."""
    return Step()


def tell_unknown(incoming: Incoming) -> Step:
    """Says that there is no such command."""
    return Step()


def tell_how_to_begin(incoming: Incoming) -> Step:
    """Says to somebody who is in no session how to come into one."""
    return Step()


def change_blocking(incoming: Incoming) -> Step:
    """Notes that somebody has blocked the bot, or lets it in again."""
    return Step()
