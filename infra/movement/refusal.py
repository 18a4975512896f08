"""What a command does not do."""


class Refused(Exception):
    """What was asked for is not done; the message says why."""
