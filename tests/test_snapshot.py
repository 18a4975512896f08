"""A function that goes on from a snapshot: loaded whole, connected to nothing, and nobody's twin."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent

# As Lambda does it: start, snapshot, and several containers that go on from the same memory. The C library's fork tells
# Python nothing, so that its random numbers go on as they would.
CONTAINERS = """
import ctypes, json, os, socket, sys

def refused(*arguments, **named):
    raise AssertionError("a connection before the snapshot")

connect = socket.socket.connect
socket.socket.connect = socket.socket.connect_ex = refused
socket.create_connection = socket.getaddrinfo = refused
import app
from snapshot_restore_py import get_after_restore, get_before_snapshot

loaded = [name for name in ("anthropic", "jinja2", "chalicelib.operations.conversations") if name in sys.modules]
unwanted = [name for name in ("cryptography", "boto3") if name in sys.modules]
open_sockets = [name for name in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{name}")
                and os.readlink(f"/proc/self/fd/{name}").startswith("socket:")]
print(json.dumps([loaded, unwanted, open_sockets]), flush=True)
for is_told in (True, True, False, False):
    child = ctypes.CDLL(None).fork()
    if child == 0:
        if is_told:
            for hook, arguments, named in get_after_restore():
                hook(*arguments, **named)
        import random, secrets
        from chalicelib import container
        from chalicelib.retry import Retry
        from chalicelib.services.access.sealing import seal
        taken = [container.new_id(), secrets.token_urlsafe(8), seal(b"secret", "thread", "text")]
        print(json.dumps([taken, Retry(pause=1.0, jitter=True)._pause_after(1)]), flush=True)
        os._exit(0)
    os.waitpid(child, 0)
"""


def _restored() -> tuple[list[list[str]], list[tuple[list[str], float]]]:
    """What was there at the snapshot, and what each of four containers took after it; the last two ran no hook."""
    environment = {
        "PATH": "/usr/bin:/bin",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start",
        "LLM_PROVIDER": "anthropic",
        "STAGE": "test",
        "DEPLOYMENT_SECRET_ARN": "none",
    }
    command = [sys.executable, "-c", CONTAINERS]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    first, *rest = map(json.loads, done.stdout.splitlines())
    return first, rest


def test_what_goes_on_from_one_snapshot_is_loaded_whole_and_shares_no_id_no_secret_and_no_pause() -> None:
    (loaded, unwanted, sockets), containers = _restored()
    assert loaded == ["anthropic", "jinja2", "chalicelib.operations.conversations"]
    assert (unwanted, sockets) == ([], [])
    taken = [value for values, _ in containers for value in values]
    assert len(set(taken)) == len(taken) == 12
    one, other, third, fourth = (pause for _, pause in containers)
    assert one != other
    assert third == fourth  # so the hook is what tells them apart
