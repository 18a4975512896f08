"""The launcher of the local cloud: `python -m infra.local.cloud` with the environment that `environment()` makes.

It runs until SIGTERM or SIGINT, or until the process that started it is gone: that one holds the other end of
standard input.
"""

import asyncio
import json
import os
import shutil
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from infra.environment import environment_values
from infra.local.request_queue import most_workers

HOST = "127.0.0.1"
ACCOUNT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
}
GRACE_SECONDS = 2.0
PRIVATE = 0o700


def environment(port: int, folder: Path, inherited: dict[str, str]) -> dict[str, str]:
    """The launcher's environment. Functions inherit it: they must see neither the shell's AWS settings, nor a setting
    of the application that the template does not give them. The model's own variables (ANTHROPIC_API_KEY and so on)
    do reach them."""
    settings = environment_values()
    kept = {name: value for name, value in inherited.items() if not name.startswith("AWS_") and name not in settings}
    return (
        kept
        | ACCOUNT
        | {
            "GATEWAY_PORT": str(port),
            "BIND_HOST": HOST,
            "AUTH": "true",  # the functions' roles are enforced, as on AWS
            "PERSIST_STATE": "1",
            "STATE_DIR": str(folder / "state"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(folder / "objects"),
            "TMPDIR": str(folder / "tmp"),
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "LOG_LEVEL": inherited.get("CLOUD_LOG_LEVEL", "WARNING"),
            "NO_PROXY": f"{HOST},localhost",
            "no_proxy": f"{HOST},localhost",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
    )


def prepare(folder: Path) -> None:
    """Make the folders, which only their owner may enter: all that people said and all secrets are in them. Empty the
    temporary one, where each worker that was killed left its code behind."""
    shutil.rmtree(folder / "tmp", ignore_errors=True)
    for name in ("state", "objects", "tmp"):
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name).chmod(PRIVATE)


def port_is_free(port: int) -> bool:
    """Whether nobody listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


async def serve(port: int, folder: Path) -> None:
    """Serve until told to stop, then save."""
    # Imported here, because the cloud reads its settings from the environment when it is imported.
    from hypercorn.asyncio import serve as serve_http
    from hypercorn.config import Config
    from ministack import app as cloud
    from ministack.core import lambda_runtime, persistence
    from ministack.services import apigateway_v1, dynamodb, lambda_svc, sqs

    from infra.local.gateway import Gateway, know_declared_methods_only
    from infra.local.restart import Streams, let_running_end, release_received
    from infra.local.shared_code import share_code
    from infra.local.state import Flusher

    streams = Streams(dynamodb, lambda_svc)
    streams.install()
    let_running_end(lambda_runtime, lambda_svc)
    share_code(lambda_runtime, folder / "tmp")
    know_declared_methods_only(apigateway_v1)

    def loaded() -> None:
        streams.restore()
        release_received(sqs)

    gateway = Gateway(cloud.app, most_workers(dict(os.environ)), loaded)

    def encode(name: str, state: Any) -> str:
        document = {"__ministack_format__": persistence._state_format_version(name), "payload": state}
        return json.dumps(document, default=persistence._json_default)

    def asked(service: str) -> int | None:
        return gateway.deployments if service == "cloudformation" else None

    flusher = Flusher(folder / "state", cloud._build_persistence_save_dict, encode, lambda: gateway.requests, asked)
    cloud.save_all = _leave_to_the_flusher
    config = Config()
    config.bind = [f"{HOST}:{port}"]
    config.backlog = 1024
    config.keep_alive_timeout = 75
    config.graceful_timeout = GRACE_SECONDS
    config.loglevel = "WARNING"
    flushing = asyncio.create_task(flusher.run())
    asgi: Any = gateway
    await serve_http(asgi, config, shutdown_trigger=_stop_trigger().wait)
    await flusher.finish()
    flushing.cancel()


def _leave_to_the_flusher(_: object) -> None:
    """The cloud would save everything as it ends, changed or not, which takes it longer than all else; the flusher does that."""


def _stop_trigger() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if not sys.stdin.isatty():
        # Nobody ever writes there: readable means that the other end closed.
        loop.add_reader(sys.stdin.fileno(), stop.set)
    return stop


def main() -> None:
    """Run the local cloud that the environment describes."""
    os.umask(0o777 - PRIVATE)
    folder = Path(os.environ["STATE_DIR"]).parent
    asyncio.run(serve(int(os.environ["GATEWAY_PORT"]), folder))
    # Threads of the cloud that wait for work would keep the process for seconds; all is saved.
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
