"""What importing the application costs: no module that only some requests need, no connection."""

import json
import subprocess
import sys
from pathlib import Path

from chalicelib.api.routes import ROUTES

ROOT = Path(__file__).parent.parent

FORBIDDEN = (
    "anthropic",
    "aws_xray_sdk",
    "aws_lambda_powertools.utilities.batch",
    "aws_lambda_powertools.utilities.idempotency",
    "aws_lambda_powertools.utilities.parser",
    "babel",
    "boto3",
    "cryptography",
    "httpx",
    "joserfc",
    "infra",
    "jinja2",
    "langcodes",
    "pydantic",
    "requests",
    "stopwordsiso",
    "telebot",
    "tests",
)

# Of the calls that importing chalice and pynamodb makes. Calls, since seconds differ between machines and with what else runs:
# of one commit 1.5 and 2.2 times the frameworks' CPU time were measured. In November 2026: 1.50 of the calls, each
# operation being imported when it is first asked for. Work in one call of C, such as to read a large file, is not seen: see what is opened.
# Each route takes some hundred, each kind of item about a thousand, most of them in PynamoDB. With those of projects, invitations,
# knowledge, notifications and accounts: 1.622. With the marks of mails to members, and a module of keys and of kinds a table: 1.649.
MOST_OF_THE_FRAMEWORKS = 1.66

PROBE = """
import json, socket, sys

read = []

def note(event, arguments):
    path = str(arguments[0]) if event == "open" else ""
    if "/chalicelib/" in path and path.endswith((".md", ".toml", ".json", ".html", ".css", ".js")):
        read.append(path)

def refused(*arguments, **named):
    raise AssertionError("a connection on import")

socket.socket.connect = socket.socket.connect_ex = refused
socket.create_connection = socket.getaddrinfo = refused
sys.addaudithook(note)
import app

print(json.dumps([sorted(sys.modules), read]))
"""


def output_of(program: str) -> str:
    """What a fresh interpreter, in an empty environment, prints for this program."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_the_application_loads_and_reads_nothing_that_only_some_requests_need_and_connects_to_nothing() -> (
    None
):
    loaded, read = json.loads(output_of(PROBE))
    assert {route.run.rpartition(".")[0] for route in ROUTES}.intersection(loaded) == set()
    assert [name for name in FORBIDDEN if name in loaded] == []
    assert read == []


COUNT = """
import sys

calls = 0

def count(frame, event, argument):
    global calls
    calls += event in ("call", "c_call")

sys.setprofile(count)
import {modules}
sys.setprofile(None)
print(calls)
"""


def calls_of_importing(modules: str) -> int:
    """How many calls, of Python's and of C's functions, a fresh interpreter makes to import these modules."""
    return int(output_of(COUNT.format(modules=modules)))


def test_the_application_adds_little_to_what_its_frameworks_take_to_import() -> None:
    assert calls_of_importing("app") <= MOST_OF_THE_FRAMEWORKS * calls_of_importing("chalice, pynamodb.models")
