"""What the first run plants, and what every run says: a demo host with an API key, a demo session, and how to call the API."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import urllib3

from infra import logs
from infra.instance import Instance, write_private

ENVIRONMENT_FILE = "harmonica.env"
HOST_FILE = "demo-host"
SESSION_FILE = "demo-session"
DEMO_RATE = 1000  # a minute; the demo speaks for a few hundred participants
DEMO_SESSION = {
    "topic": "Where should our team meet next year?",
    "goal": "Find a place and a rhythm for the team's meetings that everybody can live with, and learn what each one needs.",
    "critical": "How often people want to meet in person, and what would keep them from coming.",
    "context": "Twelve people in five cities, who met twice last year.",
    "questions": [{"text": "What is your role?"}],
    "results_visibility": "participants",
}


def is_planted(folder: Path) -> bool:
    """Whether an earlier run planted everything."""
    return (folder / SESSION_FILE).exists()


def plant(running: Instance) -> None:
    """Make host, key and session. Each step is noted when done, so that the next run goes on where a failed one stopped."""
    # Imported only now: the application's tables are bound to the settings of the process when they are imported.
    from infra import admin

    folder = Path(running.folder)
    user = _once(folder / HOST_FILE, lambda: admin.create_user("demo@harmonica.localhost", "Demo host"))
    environment = f"HARMONICA_API_URL={running.url}\nHARMONICA_API_KEY="
    _once(folder / ENVIRONMENT_FILE, lambda: f"{environment}{admin.mint_key(user, 'demo', DEMO_RATE)}\n")
    _once(folder / SESSION_FILE, lambda: _create_session(*_address_and_key(folder)))


def _once(file: Path, make: Callable[[], str]) -> str:
    if not file.exists():
        write_private(file, make())
    return file.read_text()


def _address_and_key(folder: Path) -> tuple[str, str]:
    values = dict(line.split("=", 1) for line in (folder / ENVIRONMENT_FILE).read_text().splitlines())
    return values["HARMONICA_API_URL"], values["HARMONICA_API_KEY"]


def note_address(running: Instance) -> None:
    """A later run may have another port: the file that other programs read must say so."""
    file = Path(running.folder) / ENVIRONMENT_FILE
    _, key = _address_and_key(file.parent)
    write_private(file, f"HARMONICA_API_URL={running.url}\nHARMONICA_API_KEY={key}\n")


def greeting(folder: Path) -> str:
    """The address, the key and three commands that work as printed."""
    url, key = _address_and_key(folder)
    session = (folder / SESSION_FILE).read_text()
    bearer = f"-H 'Authorization: Bearer {key}'"
    opening = {"participant_id": "ada", "participant_name": "Ada", "content": "I would like to meet twice a year."}
    return "\n".join(
        [
            "",
            f"Harmonica runs at {url}",
            f"Demo session:     {url}/chat?s={session}",
            f"API key:          {key}",
            "",
            "Who am I?",
            f"  curl {bearer} {url}/api/v1/me",
            "Create a session:",
            f"  {_post(bearer, f'{url}/api/v1/sessions', {'topic': 'Our next release', 'goal': 'Agree on what goes in'})}",
            "Say something in the demo session:",
            f"  {_post(bearer, f'{url}/api/v1/sessions/{session}/chat', opening)}",
            "",
            f"The same in {folder / ENVIRONMENT_FILE}. Ctrl-C stops everything; `make update` deploys changed code.",
        ]
    )


def _post(bearer: str, url: str, body: dict[str, Any]) -> str:
    return f"curl {bearer} -H 'Content-Type: application/json' -d '{json.dumps(body)}' {url}"


def _create_session(url: str, key: str) -> str:
    headers = {"Authorization": f"Bearer {key}"}
    # A first request waits for a worker to start, which takes long where the machine is busy.
    answer = urllib3.request(
        "POST", f"{url}/api/v1/sessions", json=DEMO_SESSION, headers=headers, retries=False, timeout=60
    )
    if answer.status != 201:
        reasons = "\n".join(logs.lines()[-30:])
        raise SystemExit(f"The demo session could not be made: {answer.status} {answer.data.decode()}\n{reasons}")
    return str(answer.json()["id"])
