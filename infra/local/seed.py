"""What the first run plants: a demo host with an API key, a demo session to talk in, and a finished example to look at."""

from collections.abc import Callable
from pathlib import Path

import urllib3

from infra import logs
from infra.local.instance import Instance, write_private

ENVIRONMENT_FILE = "harmonica.env"
HOST_FILE = "demo-host"
SESSION_FILE = "demo-session"
EXAMPLE_FILE = "example-results"
PATIENCE_SECONDS = 300
DEMO_HOST = "demo@harmonica.localhost"
DEMO_RATE = 1000  # a minute; the demo speaks for a few hundred participants
DEMO_SESSION = {
    "topic": "Where should our team meet next year?",
    "goal": "Find a place and a rhythm for the team's meetings that everybody can live with, and learn what each one needs.",
    "critical": "What would keep you from coming?",
    "context": "Twelve people in five cities, who met twice last year.",
    "prompt": """# Opening
Welcome the person, and say that this is about where and how often the team meets next year. Then ask the first question.

# Questions
1. Which meeting of this team do you remember best, and what made it so?
   Probe: What happened there that would not have happened in a call.
2. What would keep you from coming?
   Probe: Family, travel, money, the time of the year; what would have to change.
3. How often should the team meet in person, and for how long?
   Probe: What the time together should be used for.
4. Where would you like to meet, and which place would not work for you?
   Probe: How they would get there, and how long that takes.
5. What should be settled first, so that everybody can plan?
   Probe: By when, and by whom.

# Closing
Name the rhythm and the places that would suit the person, what would keep them away, and what should be settled first.""",
    "questions": [{"text": "What is your role?"}],
    "results_visibility": "participants",
}


def is_planted(folder: Path, *, example: bool) -> bool:
    """Whether an earlier run planted everything, and its key is still here."""
    needed = (ENVIRONMENT_FILE, SESSION_FILE, *([EXAMPLE_FILE] if example else []))
    return all((folder / name).exists() for name in needed)


def forget(folder: Path) -> bool:
    """Remove the notes on what was planted, where the state that held it is gone; whether there were any."""
    notes = [folder / name for name in (ENVIRONMENT_FILE, HOST_FILE, SESSION_FILE, EXAMPLE_FILE)]
    found = [note for note in notes if note.exists()]
    for note in found:
        note.unlink()
    return bool(found)


def plant(running: Instance, say: Callable[[str], None], *, example: bool) -> None:
    """Make host, key, session and, where it is wanted, example.

    Each step is noted when done: the next run goes on where a failed one stopped.
    """
    # Imported only now: the application's tables are bound to the settings of the process when they are imported.
    from infra import admin

    folder = Path(running.folder)
    say("Making a host, an API key and a session to talk in")
    user = _once(folder / HOST_FILE, lambda: admin.find_or_create_user(DEMO_HOST, "Demo host"))
    environment = f"HARMONICA_API_URL={running.url}\nHARMONICA_API_KEY="
    _once(folder / ENVIRONMENT_FILE, lambda: f"{environment}{admin.mint_key(user, 'demo', DEMO_RATE)}\n")
    note_address(running)
    _once(folder / SESSION_FILE, lambda: _create_session(*address_and_key(folder)))
    if example:
        say("Making the example: two dozen made-up people, and what came of their conversations")
        _once(folder / EXAMPLE_FILE, lambda: f"/results?s={admin.plant_example(user)}")


def _once(file: Path, make: Callable[[], str]) -> str:
    if not file.exists():
        write_private(file, make())
    return file.read_text()


def address_and_key(folder: Path) -> tuple[str, str]:
    """Where the instance of this folder is, and the demo host's key."""
    values = dict(line.split("=", 1) for line in (folder / ENVIRONMENT_FILE).read_text().splitlines())
    return values["HARMONICA_API_URL"], values["HARMONICA_API_KEY"]


def demo_session(folder: Path) -> str:
    """The id of the session to talk in."""
    return (folder / SESSION_FILE).read_text()


def demo_results(running: Instance) -> str | None:
    """A link that opens the results of that session as its host; None where the session is gone, or nothing answers."""
    url, key = address_and_key(folder := Path(running.folder))
    address, bearer = f"{url}/api/v1/sessions/{demo_session(folder)}", {"Authorization": f"Bearer {key}"}
    try:
        answer = urllib3.request("GET", address, headers=bearer, retries=False, timeout=PATIENCE_SECONDS)
    except urllib3.exceptions.HTTPError:
        return None
    return str(answer.json()["results_url"]) if answer.status == 200 else None


def example_results(running: Instance) -> str | None:
    """The link to the results of the example, where there is one."""
    file = Path(running.folder) / EXAMPLE_FILE
    return f"{running.url}{file.read_text()}" if file.exists() else None


def note_address(running: Instance) -> None:
    """A later run may have another port: the file that other programs read must say so."""
    file = Path(running.folder) / ENVIRONMENT_FILE
    _, key = address_and_key(file.parent)
    write_private(file, f"HARMONICA_API_URL={running.url}\nHARMONICA_API_KEY={key}\n")


def _create_session(url: str, key: str) -> str:
    headers = {"Authorization": f"Bearer {key}"}
    # A first request waits for a worker to start, which takes long where the machine is busy.
    answer = urllib3.request(
        "POST", f"{url}/api/v1/sessions", json=DEMO_SESSION, headers=headers, retries=False, timeout=PATIENCE_SECONDS
    )
    if answer.status != 201:
        reasons = "\n".join(logs.lines()[-30:])
        raise SystemExit(f"The demo session could not be made: {answer.status} {answer.data.decode()}\n{reasons}")
    return str(answer.json()["id"])
