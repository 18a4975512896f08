"""A wire to AWS that fails: conflicts, throttles, slow answers and answers that never come, each in the form that AWS gives it."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import urllib3
import yaml

from infra.package import ROOT
from tests.e2e.local import PATIENCE, LocalCloud, free_port
from tests.e2e.test_main_job import new_session
from tests.e2e.wire_faults import PEOPLE, SAID

CONFLICT = {"CancellationReasons": [{"Code": "None"}, {"Code": "TransactionConflict", "Message": "Ongoing"}]}
RULES: list[dict[str, Any]] = [
    {
        "operation": "TransactWriteItems",
        "sequence": {"fail": 2, "pass": 2},
        "error": {"code": "TransactionCanceledException", "status": 400, "fields": CONFLICT},
    },
    # Done, and nobody hears of it.
    {"operation": "TransactWriteItems", "sequence": {"fail": 1, "pass": 2}, "response": {"abort_bytes": 1}},
    {"operation": "BatchGetItem", "sequence": {"fail": 1, "pass": 2}, "error": {"code": "ThrottlingException"}},
    {"operation": "Query", "sequence": {"fail": 1, "pass": 2}, "reset": True},
    {
        "operation": "UpdateItem",
        "sequence": {"fail": 1, "pass": 2},
        "error": {"code": "ProvisionedThroughputExceededException"},
    },
    {"operation": "Query", "sequence": {"fail": 1, "pass": 1}, "latency": 700},
]


@contextmanager
def failing_wire(upstream: str, folder: Path) -> Iterator[str]:
    """The address of a proxy in front of a cloud that fails by the rules."""
    port, rules = free_port(), folder / "rules.yaml"
    rules.write_text(yaml.safe_dump({"rules": [{"service": "dynamodb", **rule} for rule in RULES]}))
    command = [sys.executable, "-m", "microburst", "--upstream", upstream, "--port", str(port), "--config", str(rules)]
    with (folder / "proxy.log").open("wb") as log:
        proxy = subprocess.Popen([*command, "--no-resign"], stdout=log, stderr=log)
    try:
        url, until = f"http://127.0.0.1:{port}", time.monotonic() + PATIENCE
        while not _fired(url) and time.monotonic() < until:
            assert proxy.poll() is None, (folder / "proxy.log").read_text()
            time.sleep(0.2)
        yield url
    finally:
        proxy.terminate()
        proxy.wait(PATIENCE)


def _fired(url: str) -> Any:
    """Status, and each fault that happened; None while the proxy does not answer."""
    with suppress(urllib3.exceptions.HTTPError):
        answer = urllib3.PoolManager(retries=False).request("GET", f"{url}/_microburst/fired?limit=10000")
        return answer.status, answer.json()
    return None


def test_on_a_wire_that_fails_everybody_is_heard_once_and_in_order(cloud: LocalCloud, tmp_path: Path) -> None:
    session = new_session(cloud, questions=[], prompt="Ask.")
    with failing_wire(cloud.url, tmp_path) as url:
        done = subprocess.run(
            [sys.executable, "-m", "tests.e2e.wire_faults", session, cloud.key],
            cwd=ROOT,
            env={**os.environ, **cloud.instance.settings(), "AWS_ENDPOINT_URL": url, "LLM_PROVIDER": "scripted"},
            capture_output=True,
            text=True,
            check=False,
        )
        _, fired = _fired(url)
    assert done.returncode == 0, done.stdout + done.stderr + (tmp_path / "proxy.log").read_text()[-2000:]
    print(done.stdout, Counter((it["operation"], it["action"]) for it in fired))
    assert {it["operation"] for it in fired} == {rule["operation"] for rule in RULES}
    assert len({it["rule_id"] for it in fired}) == len(RULES)
    people = cloud.call("GET", f"/sessions/{session}/responses").json()["data"]
    assert sorted(person["external_id"] for person in people) == sorted(PEOPLE)
    for person in people:
        roles = [message["role"] for message in person["messages"]]
        assert roles == ["assistant", *["user", "assistant"] * len(SAID)]
        assert [message["content"] for message in person["messages"] if message["role"] == "user"] == list(SAID)
    assert json.loads(done.stdout).get("500") is None
