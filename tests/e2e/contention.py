"""Sixty-four people join one session at once while nine of ten transactions conflict: `python -m tests.e2e.contention SESSION`.

A program of its own, because the tables' names are bound when they are imported: the caller sets the environment of a
running instance. The services run here, with real threads and conflicts thrown in under the client; somebody who is told
to come back does. Prints one line of JSON.
"""

import json
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from chalicelib import container
from chalicelib.errors import Unavailable
from chalicelib.services.access.principal import ParticipantCookie, Principal
from chalicelib.services.conversations.join import join as begin
from chalicelib.services.participants.identity import participant_of
from chalicelib.store import database
from tests.faults import conflict

PEOPLE = 64
CONFLICTS = 0.9
TRIES = 30
_SEED = 7


def main(session_id: str) -> dict[str, Any]:
    """Let them join; says how often transactions conflicted, how often somebody had to come back, and the longest wait."""
    thrown = _break_transactions()
    deps = container.conversation_deps()

    def join(number: int) -> tuple[float, int]:
        began = time.monotonic()
        for sent in range(1, TRIES + 1):
            try:
                who = participant_of(Principal(ParticipantCookie()), f"person-{number}")
                begin(session_id, who, [], deps=deps, deadline=deps.clock.deadline(24))
            except Unavailable:
                continue
            return time.monotonic() - began, sent
        raise SystemExit(f"person-{number} was not admitted in {TRIES} tries")

    with ThreadPoolExecutor(PEOPLE) as pool:
        results = list(pool.map(join, range(PEOPLE)))
    return {
        "admitted": len(results),
        "conflicts": len(thrown),
        "sent": sum(sent for _, sent in results),
        "longest_seconds": round(max(seconds for seconds, _ in results), 2),
    }


def _break_transactions() -> list[str]:
    """Have nine of ten transactions refused as conflicts; gives the list that they are noted in."""
    client: Any = database.connection().client
    real, thrown, dice = client._make_api_call, [], random.Random(_SEED)

    def call(operation: str, arguments: dict[str, Any]) -> Any:
        if operation == "TransactWriteItems" and dice.random() < CONFLICTS:
            thrown.append(operation)
            raise conflict(operation, arguments)
        return real(operation, arguments)

    client._make_api_call = call
    return thrown


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
