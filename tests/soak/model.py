"""A model that repeats the mark of what it answers, and of whose calls one in twenty fails, each time in another way."""

import random
import re
import threading
from collections import Counter
from itertools import cycle
from typing import Any

from chalicelib.llm import tags
from tests.e2e.test_real_model import answer, is_turn
from tests.fake_anthropic import CutOff, FakeAnthropic, Fault, Malformed, Slow, text

SHARE = 0.05  # of the calls fail
FAILURES = {
    "429": Fault(429, {"retry-after": "1"}),
    "500": Fault(500),
    "529": Fault(529),
    "time-out": Slow(),
    "cut connection": CutOff(),
    "malformed": Malformed(),
    "empty": text(""),
}
MARK = re.compile(r"\bp\d{4}-\d{2}\b")


def reply_to(words: str) -> str:
    """What the facilitator says to a message that has a mark; nothing that could be asked for anew as a repeat."""
    found = MARK.findall(words)
    return f"About {found[-1]}: I see." if found else "Welcome."


class UnreliableModel:
    """Answers for the server; counts its calls by task, and those that failed by kind."""

    def __init__(self, server: FakeAnthropic, chance: random.Random) -> None:
        self.calls: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()
        self._chance = chance
        self._kinds = cycle(FAILURES)
        self._lock = threading.Lock()
        server.rule = self._answer

    def _answer(self, body: dict[str, Any]) -> Any:
        with self._lock:
            self.calls["turn" if is_turn(body) else "other"] += 1
            if self._chance.random() < SHARE:
                kind = next(self._kinds)
                self.failed[kind] += 1
                return FAILURES[kind]
        if not is_turn(body):
            return answer(body)
        (*_, last_sent) = (sent for sent in body["messages"] if sent["role"] == "user")
        last = "".join(block["text"] for block in last_sent["content"])
        said = tags.read("said", last)
        return text(reply_to(said[-1].text if said else ""))
