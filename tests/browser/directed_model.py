"""A model for tests to direct: what it says next, how it fails, and when it answers."""

import threading
from typing import Any

from tests.e2e.test_real_model import answer, is_turn
from tests.fake_anthropic import FakeAnthropic, text, tool

PATIENCE = 120.0  # seconds that a held reply waits for its test


class DirectedModel:
    """Answers turns by its script, then with numbered questions; everything else as any model would."""

    def __init__(self, server: FakeAnthropic) -> None:
        self.url = server.url
        self._script: list[Any] = []
        self._go = threading.Event()
        self._go.set()
        self.asked = threading.Event()
        self.turns = 0
        server.rule = self._answer

    def says(self, *replies: Any) -> None:
        """What to say next: words, or what the wire format has for a tool call or a fault."""
        self._script.extend(text(reply) if isinstance(reply, str) else reply for reply in replies)

    def shows(self, kind: str, label: str, beside: str = "I see.", **props: Any) -> None:
        """To present a widget next."""
        self._script.append(tool("present_widget", {"text": beside, "widget": {"type": kind, "label": label, **props}}))

    def concludes(self, recap: str) -> None:
        """To end the conversation next."""
        self._script.append(tool("conclude", {"recap": recap}))

    def hold(self) -> None:
        """Let every turn wait until `go`; `asked` tells when one does."""
        self.asked.clear()
        self._go.clear()

    def go(self) -> None:
        """Let the turns go on."""
        self._go.set()

    def forget(self) -> None:
        """No script, and nothing held."""
        self._script.clear()
        self.go()

    def _answer(self, body: dict[str, Any]) -> Any:
        if not is_turn(body):
            return answer(body)
        self.turns += 1
        self.asked.set()
        self._go.wait(PATIENCE)
        return self._script.pop(0) if self._script else text(f"And what else? ({self.turns})")
