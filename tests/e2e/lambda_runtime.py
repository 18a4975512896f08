"""Lambda's runtime, faked around its own client: a package is run as Lambda runs it, by `awslambdaric`, and told what to answer.

Lambda's Python is the client, a runtime API that hands out events, and nothing else: no package of this environment is seen but
those that the client itself needs.
"""

import importlib.util
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from tests.e2e.local import PATIENCE

CLIENT = ("awslambdaric", "snapshot_restore_py", "simplejson", "runtime_client")
NEXT = "/2018-06-01/runtime/invocation/next"

# Counts the calls of Python's and C's functions, in all threads, and tells them each time that it asks for an event.
RUN = """
import sys, threading

sys.path[:] = [sys.argv[1], sys.argv[2]] + [path for path in sys.path if "site-packages" not in path]
calls = 0

def count(frame, event, argument):
    global calls
    calls += event in ("call", "c_call")

from awslambdaric import bootstrap, lambda_runtime_client as client

class Told(client.LambdaRuntimeClient):
    def wait_next_invocation(self):
        sys.setprofile(None)
        with open(sys.argv[3], "a") as told:
            told.write(f"{calls}\\n")
        event = super().wait_next_invocation()
        sys.setprofile(count)
        return event

threading.setprofile(count)
sys.setprofile(count)
bootstrap.run("app.app", Told(sys.argv[4], False))
"""


@dataclass(frozen=True)
class Runtime:
    """A container that runs the package."""

    events: SimpleQueue[dict[str, Any]]
    answers: SimpleQueue[Any]
    folder: Path

    def invoke(self, event: Mapping[str, Any]) -> Any:
        """What the function answers to an event. Fails with its log where it ends, or nothing comes."""
        self.events.put(dict(event))
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and (self.folder / "process").exists():
            with suppress(Empty):
                return self.answers.get(timeout=0.5)
        raise AssertionError(f"no answer:\n{(self.folder / 'container.log').read_text()}")

    def calls(self, number: int) -> int:
        """How many calls it had made before it asked for an event the nth time, from 0 on."""
        return int((self.folder / "calls").read_text().split()[number])


def calls_of_importing(modules: str, package: Path) -> int:
    """How many calls it takes to import modules of a package."""
    code = "import sys\nsys.path[:] = [sys.argv[1]] + [path for path in sys.path if 'site-packages' not in path]\ncalls = 0\n"
    code += "def count(frame, event, argument):\n    global calls\n    calls += event in ('call', 'c_call')\n"
    code += f"sys.setprofile(count)\nimport {modules}\nsys.setprofile(None)\nprint(calls)"
    command = [sys.executable, "-S", "-B", "-c", code, str(package)]
    return int(subprocess.run(command, capture_output=True, text=True, check=True, cwd="/").stdout)


@contextmanager
def container(package: Path, environment: Mapping[str, str], folder: Path) -> Iterator[Runtime]:
    """A container of this package with these variables; it ends with the context."""
    client = folder / "client"
    client.mkdir()
    for name in CLIENT:
        origin = Path(str(importlib.util.find_spec(name).origin))  # type: ignore[union-attr]
        origin = origin.parent if origin.name == "__init__.py" else origin
        (client / origin.name).symlink_to(origin)
    runtime = Runtime(SimpleQueue(), SimpleQueue(), folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(runtime))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"127.0.0.1:{server.server_address[1]}"
    given = {"PATH": "/usr/bin:/bin", "LAMBDA_TASK_ROOT": str(package), "_HANDLER": "app.app", **environment}
    given["AWS_LAMBDA_RUNTIME_API"] = address
    command = [sys.executable, "-S", "-B", "-c", RUN, str(package), str(client), str(folder / "calls"), address]
    with (folder / "container.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=package, env=given, stdout=log, stderr=log)
    (folder / "process").touch()
    threading.Thread(target=_watch, args=(process, folder), daemon=True).start()
    try:
        yield runtime
    finally:
        process.kill()
        process.wait(PATIENCE)
        server.shutdown()


def _watch(process: subprocess.Popen[bytes], folder: Path) -> None:
    process.wait()
    (folder / "process").unlink()


def _handler(runtime: Runtime) -> type[BaseHTTPRequestHandler]:
    class RuntimeApi(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            event = json.dumps(runtime.events.get()).encode()
            self.send_response(200)
            self.send_header("Lambda-Runtime-Aws-Request-Id", "00000000-0000-4000-8000-000000000001")
            self.send_header("Lambda-Runtime-Deadline-Ms", "99999999999999")
            self.send_header("Lambda-Runtime-Trace-Id", "Root=1-00000000-000000000000000000000000;Sampled=0")
            self.send_header("Content-Type", "application/json")
            self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:000000000000:function:f")
            self.send_header("Content-Length", str(len(event)))
            self.end_headers()
            self.wfile.write(event)

        def do_POST(self) -> None:
            told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            runtime.answers.put(told if self.path.endswith("/response") else {"failed": told})
            self.send_response(202)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    return RuntimeApi
