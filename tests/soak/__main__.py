"""`make soak PEOPLE=200 MINUTES=10`: so many people, come over so many minutes, talk to the application on a local cloud of its
own; one in twenty of the model's calls fails, and one in twenty messages is sent twice. Ends with 0 where nothing went wrong.
"""

import os
import random
import sys
import tempfile
import time
from pathlib import Path

from tests import fake_anthropic
from tests.e2e.local import LocalCloud, free_port
from tests.soak.checks import find_problems
from tests.soak.model import FAILURES, UnreliableModel
from tests.soak.people import MESSAGES, Crowd

UNLIMITED = {"DAILY_BUDGET": "0", "OWNER_BUDGET": "0", "SESSION_BUDGET": "0"}
REAL = {"SUMMARY_DELAY": "10", "SUMMARY_INTERVAL": "30", "CARDS_DELAY": "5"}  # as everywhere but in tests
SESSION = {"topic": "Getting around town", "goal": "Find out what keeps people from moving about", "questions": []}


def soak(people: int, minutes: float, seed: int) -> list[str]:
    """Let them talk, and say what was wrong."""
    chance = random.Random(seed)
    with fake_anthropic.running() as server, tempfile.TemporaryDirectory() as folder:
        model = UnreliableModel(server, random.Random(chance.random()))
        provider = {"LLM_PROVIDER": "anthropic", "ANTHROPIC_API_KEY": "sk-test", "ANTHROPIC_BASE_URL": server.url}
        cloud = LocalCloud(Path(folder), free_port(), {**provider, **UNLIMITED, **REAL})
        try:
            cloud.start()
            session = cloud.call("POST", "/sessions", {**SESSION, "max_participants": None}).json()["id"]
            crowd = Crowd(cloud, session, people, minutes * 60, chance)
            began = time.monotonic()
            crowd.talk()
            talked = time.monotonic() - began
            print(f"Everybody has gone after {talked:.0f} s; now for what is still at work", flush=True)
            problems = find_problems(cloud, crowd)
            _report(crowd, model, talked, time.monotonic() - began)
        finally:
            cloud.stop()
    return problems


def _report(crowd: Crowd, model: UnreliableModel, talked: float, took: float) -> None:
    said = sum(map(len, crowd.acknowledged.values()))
    failed = ", ".join(f"{kind} {model.failed[kind]}" for kind in FAILURES)
    answers = ", ".join(f"{status}: {count}" for status, count in sorted(crowd.answers.items()))
    print(f"{crowd.people} people, {said} of {crowd.people * MESSAGES} messages acknowledged in {talked:.0f} s")
    print(f"{crowd.duplicates} messages sent twice; answers: {answers}")
    print(f"model calls: {model.calls['turn']} turns, {model.calls['other']} others; failed: {failed}")
    print(f"summary, lists and queues settled {took - talked:.0f} s after the last reply")


def main() -> int:
    """PEOPLE, MINUTES and SEED from the environment."""
    people, minutes = int(os.environ.get("PEOPLE") or 200), float(os.environ.get("MINUTES") or 10)
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(1_000_000))
    print(f"{people} people over {minutes:g} minutes, SEED={seed}", flush=True)
    problems = soak(people, minutes, seed)
    print(
        *problems or ["Nothing lost, doubled, out of order or stuck; one reply each; counts, lists and queues right"],
        sep="\n",
    )
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
