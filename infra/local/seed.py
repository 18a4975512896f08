"""What the first run plants: a demo host with an API key, a demo session to talk in, and a finished example to look at."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import urllib3

from infra import logs
from infra.local.instance import Instance, write_private

Found = TypeVar("Found")

ENVIRONMENT_FILE = "harmonica.env"
HOST_FILE = "demo-host"
SESSION_FILE = "demo-session"
EXAMPLE_FILE = "example-results"
NOTES = (ENVIRONMENT_FILE, HOST_FILE, SESSION_FILE, EXAMPLE_FILE)
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


def is_noted(folder: Path) -> bool:
    """Whether an earlier run left its key here. Whether that still opens anything, `forget_removed` finds out."""
    return (folder / ENVIRONMENT_FILE).exists()


def forget(folder: Path, names: Sequence[str] = NOTES) -> bool:
    """Remove the notes on what was planted, where it is gone; whether there were any."""
    found = [note for name in names if (note := folder / name).exists()]
    for note in found:
        note.unlink()
    return bool(found)


def forget_removed(folder: Path) -> None:
    """Remove the notes on what is stored no more: hosts delete on their pages, and a stage is emptied or replaced by another.

    A key that was revoked is noted no longer, either. That of a disabled host stays: they may be let in again.
    """
    # Imported only now: the application's tables are bound to the settings of the process when they are imported.
    from chalicelib import container
    from chalicelib.services.sessions.example import EXAMPLE_ID

    accounts, host = container.accounts(), folder / HOST_FILE
    user = _find(lambda: accounts.user(host.read_text())) if host.exists() else accounts.find_user(DEMO_HOST)
    if user is None:
        forget(folder)
        return
    if is_noted(folder):
        key = _find(lambda: accounts.key(address_and_key(folder)[1]))
        if key is None or key.user_id != user.id or key.revoked_at:
            forget(folder, [ENVIRONMENT_FILE])
    if not _is_stored(demo_session(folder)):
        forget(folder, [SESSION_FILE])
    if not _is_stored(EXAMPLE_ID):
        forget(folder, [EXAMPLE_FILE])


def plant(running: Instance, say: Callable[[str], None], *, example: bool) -> list[str]:
    """Make host and key, and, where nobody else has an account, session and, where it is wanted, example. What is noted is there.

    Each step is noted when done: the next run goes on where a failed one stopped. Gives what is to be said of what was not made.
    """
    from chalicelib.errors import Unavailable
    from chalicelib.services.sessions.example import EXAMPLE_ID
    from infra import admin

    folder = Path(running.folder)
    if not is_noted(folder):
        say("Making a host and an API key")
    user = _once(folder / HOST_FILE, lambda: admin.find_or_create_user(DEMO_HOST, "Demo host"))
    environment = f"HARMONICA_API_URL={running.url}\nHARMONICA_API_KEY="
    _once(folder / ENVIRONMENT_FILE, lambda: f"{environment}{admin.mint_key(user, 'demo', DEMO_RATE)}\n")
    note_address(running)
    if example and _is_stored(EXAMPLE_ID):
        _once(folder / EXAMPLE_FILE, lambda: f"/results?s={EXAMPLE_ID}")
    missing = [name for name in (SESSION_FILE, *([EXAMPLE_FILE] if example else [])) if not (folder / name).exists()]
    if missing and _has_other_users():
        return [_tell_unmade(missing)]
    if SESSION_FILE in missing:
        say("Making a session to talk in")
        _once(folder / SESSION_FILE, lambda: _create_session(*address_and_key(folder)))
    if EXAMPLE_FILE in missing:
        say("Making the example: two dozen made-up people, and what came of their conversations")
        try:
            _once(folder / EXAMPLE_FILE, lambda: f"/results?s={admin.plant_example(user)}")
        except Unavailable as error:
            return [f"There is no example: {error.message}."]
    return []


def _tell_unmade(missing: list[str]) -> str:
    names = {SESSION_FILE: "session to talk in", EXAMPLE_FILE: "example"}
    told = f"Others have accounts here, so no {' and no '.join(names[name] for name in missing)} was made."
    command = f" `python -m infra.admin plant-example {DEMO_HOST}` makes the example."
    return told + (command if EXAMPLE_FILE in missing else "")


def _is_stored(session_id: str | None) -> bool:
    """Whether there is this session, and somebody whose it is: of a deleted account it is about to go."""
    from chalicelib import container
    from chalicelib.store.sessions import NOTHING_ELSE

    if session_id is None:
        return False
    view = _find(lambda: container.sessions().view(session_id, NOTHING_ELSE))
    return view is not None and _find(lambda: container.accounts().user(view.session.owner_id)) is not None


def _has_other_users() -> bool:
    """Whether anybody but the demo host has an account."""
    from chalicelib.store import keys, moving

    users = (raw for _, raw in moving.scan(keys.ACCOUNTS) if raw[keys.PK]["S"].startswith(keys.USERS))
    return any(raw["email"]["S"] != DEMO_HOST for raw in users)


def _find(find: Callable[[], Found]) -> Found | None:
    """What is found; None where it is not there."""
    from chalicelib.errors import NotFound

    try:
        return find()
    except NotFound:
        return None


def _once(file: Path, make: Callable[[], str]) -> str:
    if not file.exists():
        write_private(file, make())
    return file.read_text()


def address_and_key(folder: Path) -> tuple[str, str]:
    """Where the instance of this folder is, and the demo host's key."""
    values = dict(line.split("=", 1) for line in (folder / ENVIRONMENT_FILE).read_text().splitlines())
    return values["HARMONICA_API_URL"], values["HARMONICA_API_KEY"]


def demo_session(folder: Path) -> str | None:
    """The id of the session to talk in; None where none is noted."""
    file = folder / SESSION_FILE
    return file.read_text() if file.exists() else None


def demo_results(running: Instance) -> str | None:
    """A link that opens the results of that session as its host; None where the session is gone, or nothing answers."""
    url, key = address_and_key(folder := Path(running.folder))
    if (session_id := demo_session(folder)) is None:
        return None
    address, bearer = f"{url}/api/v1/sessions/{session_id}", {"Authorization": f"Bearer {key}"}
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
