"""Three people talk while the wire to AWS fails: `python -m tests.e2e.wire_faults SESSION KEY`.

A program of its own, because the tables' names are bound when they are imported: the caller sets the environment of a
running instance, whose AWS is reached through a proxy that fails. Whoever is told to send the same again does. Prints one
line of JSON: the statuses that they got.
"""

import json
import sys
import time
from collections import Counter
from typing import Any

from tests.events import request

PEOPLE = ("ana", "bo", "cy")
SAID = ("It is too loud to think.", "Quiet rooms would help me.")
TRIES = 12


def main(session: str, key: str) -> Counter[int]:
    """Let them join and say two things each."""
    statuses: Counter[int] = Counter()
    for name in PEOPLE:
        who = {"participant_id": name, "participant_name": name}
        _send(session, "chat/questions", {**who, "answers": []}, key, statuses)
        for number, content in enumerate(SAID):
            _send(session, "chat", {**who, "content": content, "message_id": str(number)}, key, statuses)
    return statuses


def _send(session: str, what: str, body: dict[str, Any], key: str, statuses: Counter[int]) -> None:
    path = f"/api/v1/sessions/{session}/{what}"
    resource = f"/api/v1/sessions/{{session_id}}/{what}"
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    for _ in range(TRIES):
        answer = request("POST", path, resource=resource, body=json.dumps(body).encode(), headers=headers)
        statuses[answer.status] += 1
        if answer.status < 300:
            return
        if answer.status not in (409, 503):
            raise SystemExit(f"{what} was answered {answer.status}: {answer.body}")
        time.sleep(float(answer.headers["Retry-After"]))
    raise SystemExit(f"{what} was not taken in {TRIES} tries")


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2])))
