"""What the functions run on, named once: their Python, and their processor."""

import platform
import sys

from msgspec import Struct


class Target(Struct, frozen=True):
    """What a package is for: a version of Python, and a machine by the name that Linux wheels give it."""

    python: str
    machine: str


# The newest that Lambda has and every library has wheels for; 3.15 waits for some. Lambda supports it until June 2029.
PYTHON = "3.14"
RUNTIME = f"python{PYTHON}"
# A fifth cheaper than x86_64, and as quick.
ARCHITECTURE = "arm64"

_MACHINES = {"arm64": "aarch64"}

LAMBDA = Target(PYTHON, _MACHINES[ARCHITECTURE])
THIS_MACHINE = Target(
    f"{sys.version_info.major}.{sys.version_info.minor}", _MACHINES.get(platform.machine(), platform.machine())
)
