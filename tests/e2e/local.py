"""A local cloud of the tests' own: started by the same command as a developer's, in a folder and on a port of its own."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import urllib3

from infra import logs
from infra.local import instance
from infra.local.cloud import ACCOUNT, HOST, port_is_free
from infra.local.instance import Instance
from infra.local.mailbox import FOLDER
from infra.package import ROOT
from tests.leaks import Words

PATIENCE = 240.0  # seconds for whatever has to happen; how fast the machine is, is not what is tested
START_SECONDS = 600.0  # the whole package is fetched, compiled and unpacked in them
COME_BACK = (429, 503)
QUICK = {
    "SUMMARY_DELAY": "2",
    "SUMMARY_INTERVAL": "2",
    "CARDS_DELAY": "1",
    "EXAMPLE": "no",
    "JOINS_PER_ADDRESS": "1000",  # all of a test's people come from one
}


@dataclass(frozen=True)
class Answer:
    """An HTTP answer."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class LocalCloud:
    """A local cloud that can be started, stopped, killed and started again; its data is in `folder`."""

    folder: Path
    port: int
    environment: dict[str, str] = field(default_factory=dict)
    said: Words = field(default_factory=Words)  # what people say to it
    command_line: tuple[str, ...] = ("infra.run", "--with-parent")  # module and arguments
    _process: subprocess.Popen[bytes] | None = None
    _http: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(maxsize=32))

    @property
    def url(self) -> str:
        """Address of the application, without /api/v1."""
        return f"http://{HOST}:{self.port}"

    @property
    def telegram_url(self) -> str:
        """Address of the stand-in of Telegram."""
        return self.instance.parameters["TelegramApiUrl"]

    @property
    def endpoint(self) -> str:
        """Address of the AWS API."""
        return self.url

    @property
    def key(self) -> str:
        """The demo host's API key."""
        return self._noted()["HARMONICA_API_KEY"]

    @property
    def demo_session(self) -> str:
        """Id of the demo session."""
        return (self.folder / "demo-session").read_text()

    @property
    def instance(self) -> Instance:
        """What `make run` wrote down: stack outputs, parameters."""
        return instance.load(self.folder)

    @property
    def admin_environment(self) -> dict[str, str]:
        """Environment for `python -m infra.admin` and other commands that look for the running instance."""
        return {**os.environ, "LOCAL_DIR": str(self.folder)}

    @property
    def log(self) -> str:
        """What the command printed."""
        return (self.folder / "run.log").read_text()

    def start(self) -> "LocalCloud":
        """Start it, and return when it is ready for requests."""
        self.folder.mkdir(parents=True, exist_ok=True)
        environment = {**os.environ, **QUICK, **self.environment, "PORT": str(self.port), "LOCAL_DIR": str(self.folder)}
        with (self.folder / "run.log").open("wb") as log:
            command = [sys.executable, "-m", *self.command_line]
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        deadline = time.monotonic() + START_SECONDS
        while "Harmonica runs at" not in self.log:
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise AssertionError(f"the local cloud did not start:\n{self.log}{self._cloud_log()}")
            time.sleep(0.1)
        return self

    def stop(self, number: int = signal.SIGTERM) -> None:
        """End it as Ctrl-C does, or by another signal; returns when the port is free."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(number)
            self._process.wait(PATIENCE)
        deadline = time.monotonic() + PATIENCE
        while not port_is_free(self.port) and time.monotonic() < deadline:
            time.sleep(0.1)

    def kill(self) -> None:
        """Kill the cloud as a power cut would: it saves nothing more. The command that started it ends by itself."""
        assert self._process
        os.kill(int((self.folder / "cloud.pid").read_text()), signal.SIGKILL)
        self._process.wait(PATIENCE)

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = "demo",
        headers: dict[str, str] | None = None,
        patient: bool = True,
    ) -> Answer:
        """An HTTP request, sent again where the answer says to come back, as a client should; not by who is impatient.

        With the demo key unless told otherwise, None for none. `path` may leave out /api/v1.
        """
        until = time.monotonic() + PATIENCE
        answer = self._send(method, path, body, key, headers or {})
        while patient and answer.status in COME_BACK and "retry-after" in answer.headers and time.monotonic() < until:
            time.sleep(float(answer.headers["retry-after"]))
            answer = self._send(method, path, body, key, headers or {})
        return answer

    def _send(self, method: str, path: str, body: Any, key: str | None, headers: dict[str, str]) -> Answer:
        self.said.note_request(path, body)
        sent = dict(headers)
        if key:
            sent["Authorization"] = f"Bearer {self.key if key == 'demo' else key}"
        data = body
        if body is not None and not isinstance(body, bytes):
            data, sent = json.dumps(body).encode(), {"Content-Type": "application/json", **sent}
        whole = (
            path
            if path == "/" or path.startswith(("/api/", "/chat", "/results", "/static", "/docs", "/llms.txt", "/_"))
            else f"/api/v1{path}"
        )
        answer = self._http.request(
            method, self.url + whole, body=data, headers=sent, retries=False, redirect=False, timeout=PATIENCE
        )
        return Answer(answer.status, answer.data, {name.lower(): value for name, value in answer.headers.items()})

    def client(self, service: str) -> Any:
        """A client of the AWS API with all permissions."""
        session: Any = boto3.Session(
            aws_access_key_id=ACCOUNT["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=ACCOUNT["AWS_SECRET_ACCESS_KEY"],
            region_name=ACCOUNT["AWS_DEFAULT_REGION"],
        )
        return session.client(service, endpoint_url=self.endpoint)

    def command(self, module: str, *arguments: str) -> str:
        """Run `python -m <module>` against this instance; what it printed. Fails when it fails."""
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env=self.admin_environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def mails_to(self, address: str) -> list[str]:
        """The texts of the mails to an address, oldest first."""
        return [file.read_text() for file in sorted((self.folder / FOLDER).glob(f"*-{address}-*.txt"))]

    def logged(self) -> str:
        """All that its functions and it itself have logged so far."""
        cloud_log = self.folder / "cloud.log"
        return "\n".join((self.command("infra.logs"), self.log, cloud_log.read_text() if cloud_log.exists() else ""))

    def workers(self) -> list[str]:
        """The program of each process that runs a function now, in a folder with the function's name; where the system shows those of
        processes."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                found += (process / "cmdline").read_text().split("\0")[1:2]
        return [program for program in found if program.startswith(str(self.folder / "tmp"))]

    def function_logs(self, function: str = "") -> str:
        """All that the functions logged, or those whose names begin so."""
        return "\n".join(logs.lines(self.client("logs"), function))

    def runs(self, function: str) -> int:
        """How often this function has run."""
        return self.function_logs(function).count(f"{function}  START")

    def _noted(self) -> dict[str, str]:
        lines = (self.folder / "harmonica.env").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)

    def _cloud_log(self) -> str:
        log = self.folder / "cloud.log"
        return log.read_text()[-4000:] if log.exists() else ""


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def with_telegram(**settings: str) -> dict[str, str]:
    """These settings, and a stand-in of Telegram."""
    return {"TELEGRAM": "fake", "TELEGRAM_PORT": str(free_port()), **settings}
