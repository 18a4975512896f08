"""The only way to a transaction, and the retries of every write.

Under load TransactionConflict is normal (sixteen joins at once: nearly all conflict on their first try), and neither
botocore nor PynamoDB retries it. A write is tried up to eight times within three seconds with full jitter from 25 ms;
then the caller is told to come back.
"""

import random
import time
import uuid
from collections.abc import Callable
from typing import TypeVar

from botocore.exceptions import BotoCoreError
from pynamodb.connection import Connection
from pynamodb.exceptions import PynamoDBException, TransactWriteError, VerboseClientError
from pynamodb.transactions import TransactWrite

from chalicelib.errors import Unavailable

T = TypeVar("T")
Build = Callable[[TransactWrite], None]
_BUSY = "The service is busy; try again in a moment"

_TRIES = 8
_FIRST_WAIT = 0.025
_LONGEST = 3.0

_PASSING = {
    "TransactionConflict",
    "TransactionConflictException",
    "TransactionInProgressException",
    "ThrottlingError",
    "ThrottlingException",
    "ProvisionedThroughputExceeded",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "InternalServerError",
    "ServiceUnavailable",
}


class ConditionFailed(Exception):
    """The condition of a write did not hold: somebody else was first, or the thing is not there.

    For a transaction, `failed` has the positions of the writes whose condition failed, in the order of checks,
    deletes, puts, updates.
    """

    def __init__(self, failed: tuple[int, ...] = ()) -> None:
        super().__init__("a condition did not hold")
        self.failed = failed


def transact(connection: Connection, build: Build) -> None:
    """Run the writes that `build` adds, all or nothing. Raises ConditionFailed or, after all tries, Unavailable.

    All tries carry one token: a try whose answer was lost is not done again, and does not fail its own conditions.
    """
    token = str(uuid.uuid4())

    def attempt() -> None:
        with TransactWrite(connection=connection, client_request_token=token) as transaction:
            build(transaction)

    retrying(attempt)


def retrying(write: Callable[[], T]) -> T:
    """Call `write`, again while what stops it is passing. Raises ConditionFailed or, after all tries, Unavailable."""
    started = time.monotonic()
    for tried in range(_TRIES):
        try:
            return write()
        except BotoCoreError as error:
            raise Unavailable(_BUSY) from error  # no answer, after botocore's own tries
        except (PynamoDBException, VerboseClientError) as error:
            if isinstance(getattr(error, "cause", None), BotoCoreError):
                raise Unavailable(_BUSY) from error
            codes = _codes(error)
            if "ConditionalCheckFailed" in codes:
                raise ConditionFailed(
                    tuple(i for i, code in enumerate(codes) if code == "ConditionalCheckFailed")
                ) from error
            if not _PASSING.intersection(codes):
                raise
        wait = random.uniform(0, _FIRST_WAIT * 2**tried)
        if time.monotonic() - started + wait > _LONGEST:
            break
        time.sleep(wait)
    raise Unavailable(_BUSY)


def _codes(error: PynamoDBException | VerboseClientError) -> list[str]:
    """The error codes: one for each write of a cancelled transaction (empty where it was fine), else the one code."""
    if isinstance(error, TransactWriteError) and error.cancellation_reasons:
        return [reason.code if reason else "" for reason in error.cancellation_reasons]
    if isinstance(error, VerboseClientError):
        reasons = list(error.cancellation_reasons or [])
        if reasons:
            return [reason.code if reason else "" for reason in reasons]
        code = str(error.response["Error"].get("Code", ""))
        return ["ConditionalCheckFailed" if code == "ConditionalCheckFailedException" else code]
    return [error.cause_response_code or ""]
