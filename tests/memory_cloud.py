"""In the place of a local cloud: the application in one process before an AWS in memory, see `memory_application.py`."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.e2e.local import LocalCloud


@dataclass
class MemoryCloud(LocalCloud):
    """What tests of pages need of a local cloud, for a fifth of its CPU time. It starts anew without any data."""

    command_line: tuple[str, ...] = ("tests.memory_application",)

    def client(self, service: str) -> "Client":
        """A client of the AWS in memory."""
        return Client(self, service)

    def mails_to(self, address: str) -> list[str]:
        """The texts of the mails to an address, oldest first."""
        return [str(it) for it in self._send("POST", "/_mails/", address, None, {}).json()]

    def command(self, module: str, *arguments: str) -> str:
        """Run a command: one of `infra.admin` in the application's own process, where the AWS in memory is; what it printed."""
        if module != "infra.admin":
            return super().command(module, *arguments)
        answer = self._send("POST", "/_admin/", [*arguments], None, {})
        assert answer.status == 200, answer.text
        return answer.text

    def logged(self) -> str:
        """All that was logged."""
        return self.log


@dataclass
class Client:
    """Any operation of a service, with arguments and an answer that JSON can say."""

    cloud: MemoryCloud
    service: str

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def ask(**given: Any) -> Any:
            answer = self.cloud._send("POST", f"/_aws/{self.service}/{operation}", given, None, {})
            assert answer.status == 200, answer.text
            return json.loads(answer.body)

        return ask
