"""What importing the application costs: no module that only some requests need, no connection."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent

FORBIDDEN = (
    "anthropic",
    "aws_xray_sdk",
    "aws_lambda_powertools.utilities.batch",
    "aws_lambda_powertools.utilities.idempotency",
    "aws_lambda_powertools.utilities.parser",
    "babel",
    "boto3",
    "httpx",
    "infra",
    "jinja2",
    "langcodes",
    "pydantic",
    "requests",
    "stopwordsiso",
    "tests",
)

# Of what importing chalice and pynamodb takes in CPU time; measured in November 2026: 1.6.
MOST_OF_THE_FRAMEWORKS = 1.8

PROBE = """
import json, socket, sys

def refused(*arguments, **named):
    raise AssertionError("a connection on import")

socket.socket.connect = socket.socket.connect_ex = refused
socket.create_connection = socket.getaddrinfo = refused
import app

print(json.dumps(sorted(sys.modules)))
"""


def modules_after(program: str) -> set[str]:
    """The modules that a fresh interpreter, in an empty environment, has loaded after this program."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


def test_importing_the_application_loads_nothing_that_only_some_requests_need_and_connects_to_nothing() -> None:
    loaded = modules_after(PROBE)
    assert "chalicelib.operations.sessions" in loaded
    assert [name for name in FORBIDDEN if name in loaded] == []


def cpu_seconds(*programs: str) -> list[float]:
    """What a fresh interpreter needs for each of these programs: the least of seven, since other work only ever adds; in
    turns, so that what slows the machine down slows all of them."""
    runs = [[_cpu_seconds(program) for program in programs] for _ in range(7)]
    return [min(times) for times in zip(*runs, strict=True)]


def _cpu_seconds(program: str) -> float:
    counted = f"import resource\n{program}\nused = resource.getrusage(resource.RUSAGE_SELF)\nprint(used.ru_utime + used.ru_stime)"
    done = subprocess.run(
        [sys.executable, "-c", counted], cwd=ROOT, env={"PATH": "/usr/bin:/bin"}, capture_output=True, check=True
    )
    return float(done.stdout)


def test_the_application_adds_little_to_what_its_frameworks_take_to_import() -> None:
    frameworks, application = cpu_seconds("import chalice, pynamodb.models", "import app")
    assert application <= MOST_OF_THE_FRAMEWORKS * frameworks
