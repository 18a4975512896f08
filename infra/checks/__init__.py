"""What `make doctor` looks at: a module a subject, each with checks that yield findings."""

from typing import Literal

from msgspec import Struct


class Finding(Struct, frozen=True):
    """One sentence about a stage: all is well, something is worth knowing, or something does not work."""

    level: Literal["well", "warning", "fault"]
    text: str


def well(text: str) -> Finding:
    """Something that works."""
    return Finding("well", text)


def warning(text: str) -> Finding:
    """Something that works, and may not be what its operator wants."""
    return Finding("warning", text)


def fault(text: str) -> Finding:
    """Something that does not work until somebody mends it."""
    return Finding("fault", text)
