"""A browser without scripts before a local cloud."""

from dataclasses import dataclass, field
from typing import Any

import urllib3
from chalice.test import HTTPResponse

from tests.e2e.local import PATIENCE
from tests.web.browser import Browser


@dataclass
class _Client:
    """Sends requests to a server, where Chalice's client calls the application itself."""

    url: str
    _http: urllib3.PoolManager = field(default_factory=urllib3.PoolManager)

    @property
    def http(self) -> "_Client":
        return self

    def request(self, method: str, path: str, headers: dict[str, str], body: bytes) -> HTTPResponse:
        """The bare answer."""
        answer = self._http.request(
            method, self.url + path, body=body, headers=headers, retries=False, redirect=False, timeout=PATIENCE
        )
        cookies: Any = {"Set-Cookie": answer.headers.getlist("set-cookie")}
        named = {name.title(): value for name, value in answer.headers.items()}
        return HTTPResponse(body=answer.data, headers=named | cookies, status_code=answer.status)


def browser_at(url: str) -> Browser:
    """A browser that visits this server."""
    client: Any = _Client(url)
    return Browser(client)
