"""The logger of every function: one JSON line an event, with ids, counts and durations; never what people said, never a key."""

import traceback
from typing import Final

from aws_lambda_powertools import Logger

# An event that is counted: the latest words of a participant showed a sign of danger.
CARE_FIRST: Final = "care_first"

# Events that alarms count: the day's money goes to its end, and is spent.
MONEY_NEARLY_SPENT: Final = "money_nearly_spent"
MONEY_SPENT: Final = "money_spent"

# An event that is counted: an address takes no mails, so nothing is sent there again.
MAIL_UNDELIVERABLE: Final = "mail_undeliverable"

# What the sweep did, with how much of it was `repaired`.
SWEPT: Final = "swept"

logger = Logger(service="harmonica")


def log_failure(what: str, error: BaseException, **ids: str) -> None:
    """Log an unexpected failure by its kind and place. Its message is left out: it may quote data."""
    cause = error.__cause__ or error.__context__
    logger.error(
        what,
        extra={
            "error": type(error).__name__,
            "cause": type(cause).__name__ if cause else None,
            "trace": traceback.format_tb(error.__traceback__),
            **ids,
        },
    )
