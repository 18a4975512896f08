"""A session in which people spoke, and what its host does about them."""

from typing import Any

from chalicelib.store import database, keys
from chalicelib.store.conversation_items import ThreadItem
from tests.api.hosts import Host
from tests.api.shapes import PARTICIPANT, assert_shape

SAID = {
    "p1": "We need more buses in the evening because people work late.",
    "p2": "More buses in the evening would help the town.",
    "p3": "The library should open on Sunday.",
}


def summary(host: Host, session: str) -> tuple[bool, str]:
    """Whether there is a summary, and its status."""
    found = host.get(f"/sessions/{session}/summary")
    whole = host.get(f"/sessions/{session}")
    assert (found["summary"], found["status"]) == (whole["summary"], whole["summary_status"])
    assert (found["summary"] is None) == (found["generated_at"] is None)
    return found["summary"] is not None, found["status"]


def brief(host: Host, session: str) -> int:
    return int(host.call("GET", f"/sessions/{session}/session-md").status_code)


def include(host: Host, session: str, participant: str, included: bool) -> Any:
    answer = host.call("PATCH", f"/sessions/{session}/participants/{participant}", {"included": included})
    assert answer.status_code == 200, answer.body
    assert_shape(answer.json_body, PARTICIPANT)
    assert answer.json_body["included"] is included
    return answer.json_body


def remove(host: Host, session: str, participant: str) -> None:
    answer = host.call("DELETE", f"/sessions/{session}/participants/{participant}")
    assert (answer.status_code, answer.body) == (204, b"")


def names(host: Host, session: str, query: str = "") -> list[str]:
    return [person["external_id"] for person in host.get(f"/sessions/{session}/responses{query}")["data"]]


def new_test_run(host: Host, session: str) -> str:
    """Somebody in a session whose conversation is stored as a test run of it."""
    participant = str(host.say(session, "Trying", "trying").json_body["thread_id"])
    database.update(
        ThreadItem(session, keys.thread(participant)), [ThreadItem.test.set(True)], ThreadItem.scope.exists()
    )
    return participant
