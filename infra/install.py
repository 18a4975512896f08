"""Installs a file of requirements and says how far it is: `.venv/bin/python infra/install.py requirements-run.txt`.

Runs before anything is installed, and so needs nothing but Python and pip. pip's own account is kept and shown where it
fails.
"""

import re
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

EVERY = 10  # packages, from one line to the next where lines can't be written over
SHOWN = 30  # lines of what pip said, where it fails
PIP = ("-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--progress-bar", "off")

# From an index, from the last time, from a folder of this machine.
_FETCHED = re.compile(
    r"(?:Collecting|Requirement already satisfied:) ([A-Za-z0-9._-]+)|Processing (?:\S*/)?([A-Za-z0-9._]+)-"
)
_INSTALLS = "Installing collected packages: "


def main(file: Path) -> int:
    """Install them; what pip returns."""
    began = time.monotonic()
    names = list(required(file))
    print(f"Installing {file.name} into .venv: {len(names)} packages, once", flush=True)
    command = [sys.executable, *PIP, "-r", str(file)]
    said: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
        assert pip.stdout
        for line in follow(pip.stdout, len(names)):
            said.append(line)
    if pip.returncode:
        print("".join(said[-SHOWN:]), file=sys.stderr, end="")
        print(f"The packages of {file.name} could not be installed; above is what pip says", file=sys.stderr)
        return pip.returncode
    print(f"Installed in {time.monotonic() - began:.0f} s", flush=True)
    return 0


def required(file: Path) -> Iterable[str]:
    """The names that a file of requirements pins, with those of the files that it includes."""
    for line in file.read_text().splitlines():
        if line.startswith("-r "):
            yield from required(file.parent / line[3:].strip())
        elif line and not line.startswith("#"):
            yield re.split(r"[=\[]", line)[0]


def follow(lines: Iterable[str], total: int) -> Iterable[str]:
    """Pass on what pip says, and tell how far it is: a line that grows in place, or now and then a new one."""
    seen: set[str] = set()
    in_place = sys.stdout.isatty()
    for line in lines:
        if found := _FETCHED.match(line.strip()):
            name = found[1] or found[2]
            if name not in seen:
                seen.add(name)
                _tell(f"  {min(len(seen), total)} of {total}: {name}", len(seen), in_place)
        elif line.startswith(_INSTALLS):
            if in_place:
                print("\r\033[K", end="")
            print(f"  all there; unpacking {line.removeprefix(_INSTALLS).count(',') + 1}", flush=True)
        yield line
    if in_place:
        print("\r\033[K", end="", flush=True)


def _tell(progress: str, number: int, in_place: bool) -> None:
    if in_place:
        print(f"\r\033[K{progress}", end="", flush=True)
    elif number % EVERY == 0:
        print(progress, flush=True)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
