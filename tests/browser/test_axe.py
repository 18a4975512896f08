"""Where axe-core comes from: without npm straight from the registry, and never anything but the pinned release."""

import base64
import hashlib
import io
import shutil
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.browser import axe

SCRIPT = b"window.axe = {};"


def packed(script: bytes) -> bytes:
    """A release as npm packs it."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        member = tarfile.TarInfo("package/axe.min.js")
        member.size = len(script)
        tar.addfile(member, io.BytesIO(script))
    return archive.getvalue()


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[type[BaseHTTPRequestHandler]]:
    """A registry on this machine, which is all that is asked where there is no npm."""

    class Registry(BaseHTTPRequestHandler):
        served = packed(SCRIPT)

        def do_GET(self) -> None:  # the name is the base class's
            self.send_response(200)
            self.end_headers()
            self.wfile.write(self.served)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Registry)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setattr(axe, "TARBALL", f"http://127.0.0.1:{server.server_address[1]}/axe.tgz")
    monkeypatch.setattr(axe, "SHA512", base64.b64encode(hashlib.sha512(Registry.served).digest()).decode())
    monkeypatch.setattr(axe, "KEPT", tmp_path / "share" / "axe.js")
    yield Registry
    server.shutdown()
    server.server_close()


def test_without_npm_it_is_fetched_from_the_registry(registry: type[BaseHTTPRequestHandler]) -> None:
    assert axe.source() == SCRIPT.decode()


def test_another_file_is_never_used(registry: type[BaseHTTPRequestHandler], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "served", packed(b"window.axe = 'another';"))
    with pytest.raises(ValueError, match="This is not axe-core"):
        axe.fetch()
    assert not axe.KEPT.exists()
