"""What has to be so when everybody has gone: nothing lost, doubled, out of order or stuck; counts, lists and queues right."""

import time
from collections.abc import Callable, Iterator
from typing import Any

from tests.e2e.local import LocalCloud
from tests.soak.model import MARK, reply_to
from tests.soak.people import Crowd

SETTLE_SECONDS = 1_500.0  # what a worker gave up, comes back after minutes


def find_problems(cloud: LocalCloud, crowd: Crowd) -> list[str]:
    """All that is not as it should be, in sentences."""
    people = cloud.call("GET", f"/sessions/{crowd.session}/responses").json()["data"]
    found = [*crowd.problems, *_conversations(crowd, people)]
    replies = sum(message["role"] == "assistant" for person in people for message in person["messages"])
    waits: dict[str, Callable[[], str]] = {
        "the session": lambda: _session(cloud, crowd, replies),
        "the list": lambda: _list(cloud, crowd),
        "the summary": lambda: _summary(cloud, crowd.session, max(it["last_message_at"] for it in people)),
        "the queues": lambda: _queues(cloud),
    }
    return found + [f"{what}: {problem}" for what, look in waits.items() if (problem := _settled(look))]


def _conversations(crowd: Crowd, people: list[dict[str, Any]]) -> Iterator[str]:
    """What is wrong with what is stored of the conversations, held against what was acknowledged."""
    left = dict(crowd.acknowledged)
    for person in people:
        roles = [message["role"] for message in person["messages"]]
        said = [message["content"] for message in person["messages"] if message["role"] == "user"]
        name = next(iter(MARK.findall(said[0])), "?").partition("-")[0] if said else None
        if name not in left:
            yield f"somebody who is nobody, or twice: {name}, {len(said)} messages"
            continue
        if said != (expected := left.pop(name)):
            lost = sum(words not in said for words in expected)
            doubled = len(said) - len(set(said))
            yield f"{name}: {len(said)} of {len(expected)} messages stored, {lost} lost, {doubled} doubled"
        if roles != ["assistant", *["user", "assistant"] * len(said)]:
            yield f"{name}: not one reply to each message: {' '.join(roles)}"
        replies = [message["content"] for message in person["messages"] if message["role"] == "assistant"][1:]
        if replies != [reply_to(words) for words in said]:
            yield f"{name}: a reply is another message's"
    yield from (f"{name} is not stored, of {len(said)} messages" for name, said in left.items())


def _session(cloud: LocalCloud, crowd: Crowd, replies: int) -> str:
    stored = cloud.call("GET", f"/sessions/{crowd.session}").json()
    counted, turns = stored["participant_count"], stored["usage"]["turns"]
    if (counted, turns, stored["prompt_status"]) == (crowd.people, replies, "tailored"):
        return ""
    return f"{counted} participants, {turns} turns of {replies}, prompt {stored['prompt_status']}"


def _list(cloud: LocalCloud, crowd: Crowd) -> str:
    rows = cloud.call("GET", "/sessions").json()["data"]
    counted = next((row["participant_count"] for row in rows if row["id"] == crowd.session), None)
    return "" if counted == crowd.people else f"{counted} participants"


def _summary(cloud: LocalCloud, session: str, last: str) -> str:
    summary = cloud.call("GET", f"/sessions/{session}/summary").json()
    is_current = summary["status"] == "current" and summary["generated_at"] > last
    return "" if is_current else f"{summary['status']}, of {summary.get('generated_at')}"


def _queues(cloud: LocalCloud) -> str:
    """What lies in a queue or among the dead letters."""
    sqs = cloud.client("sqs")
    names = [
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesNotVisible",
        "ApproximateNumberOfMessagesDelayed",
    ]
    lying = {}
    for url in sqs.list_queues()["QueueUrls"]:
        counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        lying[url.rpartition("/")[2]] = sum(int(counts.get(name, 0)) for name in names)
    return ", ".join(f"{number} in {name}" for name, number in lying.items() if number)


def _settled(look: Callable[[], str]) -> str:
    """What is still wrong when there was time enough; empty where it came right."""
    until = time.monotonic() + SETTLE_SECONDS
    while (problem := look()) and time.monotonic() < until:
        time.sleep(2)
    return problem
