"""Many at once, under conflicts that no quiet cloud shows."""

import json
import os
import subprocess
import sys

import pytest

from infra.package import ROOT
from tests.e2e.contention import PEOPLE
from tests.e2e.local import LocalCloud
from tests.e2e.test_main_job import new_session


@pytest.mark.timeout(180)
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
