"""Many at once: through the front of the local cloud, and under conflicts that no quiet cloud shows."""

import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

from infra.local.request_queue import most_workers
from infra.package import ROOT
from tests.e2e.contention import PEOPLE
from tests.e2e.local import LocalCloud
from tests.e2e.test_main_job import join, new_session, say

AT_ONCE = 24  # three times as many as there are workers for them where there are two cores


def test_all_of_sixty_four_people_are_admitted_and_counted_although_nine_of_ten_transactions_conflict(
    cloud: LocalCloud,
) -> None:
    session = new_session(cloud, questions=[])
    done = subprocess.run(
        [sys.executable, "-m", "tests.e2e.contention", session],
        cwd=ROOT,
        env={**os.environ, **cloud.instance.settings(), "LLM_PROVIDER": "scripted"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads(done.stdout)
    print(result)
    assert result["admitted"] == PEOPLE
    assert result["conflicts"] > PEOPLE
    assert cloud.call("GET", f"/sessions/{session}").json()["participant_count"] == PEOPLE
    people = cloud.call("GET", f"/sessions/{session}/responses").json()["data"]
    assert len({person["external_id"] for person in people}) == len(people) == PEOPLE
    assert all([message["role"] for message in person["messages"]] == ["assistant"] for person in people)


def test_twenty_four_people_at_once_all_get_in_and_are_heard_by_no_more_workers_than_there_may_be(
    cloud: LocalCloud,
) -> None:
    session = new_session(cloud, questions=[], prompt="Ask.")
    most, over = 0, threading.Event()

    def count() -> None:
        nonlocal most
        while not over.wait(0.5):  # a worker that has come stays for minutes
            most = max(most, _api_workers(cloud))

    def take_part(number: int) -> tuple[int, int, int]:
        name = f"person-{number}"
        opened = cloud.call("GET", f"/chat?s={session}", key=None).status
        return (
            opened,
            join(cloud, session, name).status,
            say(cloud, session, name, f"I am number {number}.", "1").status,
        )

    counting = threading.Thread(target=count)
    counting.start()
    try:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = list(pool.map(take_part, range(AT_ONCE)))
    finally:
        over.set()
        counting.join()
    assert answers == [(200, 200, 200)] * AT_ONCE
    assert 0 < max(most, _api_workers(cloud)) <= most_workers(dict(os.environ))
    assert cloud.call("GET", f"/sessions/{session}").json()["participant_count"] == AT_ONCE
    people = cloud.call("GET", f"/sessions/{session}/responses").json()["data"]
    said = {it["external_id"]: [m["content"] for m in it["messages"] if m["role"] == "user"] for it in people}
    assert said == {f"person-{number}": [f"I am number {number}."] for number in range(AT_ONCE)}


def _api_workers(cloud: LocalCloud) -> int:
    return sum("APIHandler" in program for program in cloud.workers())
