"""What a transaction consists of, and the retries of every write.

Each write of a transaction may carry a label; one that is refused says by these which conditions failed.

Under load TransactionConflict is normal (sixteen joins at once: nearly all conflict on their first try), and neither
botocore nor PynamoDB retries it. A write is tried up to eight times within three seconds with full jitter from 25 ms;
then the caller is told to come back.
"""

import random
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError
from pynamodb.exceptions import VerboseClientError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.models import Model

from chalicelib.errors import Unavailable

T = TypeVar("T")
_BUSY = "The service is busy; try again in a moment"

_TRIES = 8
_FIRST_WAIT = 0.025
_LONGEST = 3.0

_FAILED = "ConditionalCheckFailed"
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

    For a transaction, `failed` has the labels of the writes whose condition failed; a write without one counts as "".
    """

    def __init__(self, failed: frozenset[str] = frozenset()) -> None:
        super().__init__("a condition did not hold")
        self.failed = failed


class Transaction:
    """Writes that are done all or none. The label of a write says what its condition is about."""

    def __init__(self) -> None:
        self.items: list[dict[str, dict[str, Any]]] = []
        self.labels: list[str] = []

    def check(self, item: Model, condition: Condition, *, label: str = "") -> None:
        """Require something of an item that is not written."""
        self._add("ConditionCheck", item.get_delete_kwargs_from_instance(condition=condition), label)

    def delete(self, item: Model, condition: Condition | None = None, *, label: str = "") -> None:
        """Remove an item."""
        self._add("Delete", item.get_delete_kwargs_from_instance(condition=condition), label)

    def save(self, item: Model, condition: Condition | None = None, *, label: str = "") -> None:
        """Store an item, in the place of the one that is there."""
        self._add("Put", item.get_save_kwargs_from_instance(condition=condition), label)

    def update(
        self, item: Model, actions: Sequence[Action], condition: Condition | None = None, *, label: str = ""
    ) -> None:
        """Change an item in place."""
        self._add("Update", item.get_update_kwargs_from_instance(actions=list(actions), condition=condition), label)

    def _add(self, kind: str, write: dict[str, Any], label: str) -> None:
        self.items.append({kind: write})
        self.labels.append(label)


Build = Callable[[Transaction], None]


def retrying(write: Callable[[], T], labels: Sequence[str] = ()) -> T:
    """Call `write`, again while what stops it is passing. Raises ConditionFailed or, after all tries, Unavailable.

    `labels` are those of a transaction's writes, in their order.
    """
    started = time.monotonic()
    for tried in range(_TRIES):
        try:
            return write()
        except BotoCoreError as error:
            raise Unavailable(_BUSY) from error  # no answer, after botocore's own tries
        except VerboseClientError as error:
            codes = _codes(error)
            if _FAILED in codes:
                failed = (label for label, code in zip(labels, codes, strict=False) if code == _FAILED)
                raise ConditionFailed(frozenset(failed)) from error
            if not _PASSING.intersection(codes):
                raise
        wait = random.uniform(0, _FIRST_WAIT * 2**tried)
        if time.monotonic() - started + wait > _LONGEST:
            break
        time.sleep(wait)
    raise Unavailable(_BUSY)


def _codes(error: VerboseClientError) -> list[str]:
    """The error codes: one for each write of a cancelled transaction (empty where it was fine), else the one code."""
    if error.cancellation_reasons:
        return [reason.code if reason else "" for reason in error.cancellation_reasons]
    code = str(error.response["Error"].get("Code", ""))
    return [_FAILED if code == "ConditionalCheckFailedException" else code]
