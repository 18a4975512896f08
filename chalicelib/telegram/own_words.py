"""What somebody said in a session, sent to them alone."""

from chalicelib.model.telegram import SendOwnWords


def send_own_words(what: SendOwnWords) -> None:
    """Sends what this person said."""
