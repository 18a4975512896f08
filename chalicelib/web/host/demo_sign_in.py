"""Signing in as the demo host: only on an instance that runs on somebody's own machine, as long as it runs.

The setting is the demo host's address, a blank, and what the button carries; a deployment has none.
"""

import secrets

from chalicelib.settings import settings


def demo_token() -> str:
    """Returns what the button carries; empty where there is none."""
    return settings().demo_sign_in.partition(" ")[2]


def demo_address(token: str) -> str | None:
    """Returns the address of the demo host for what the button carries; None for anything else."""
    address, _, wanted = settings().demo_sign_in.partition(" ")
    return address if wanted and secrets.compare_digest(token.encode(), wanted.encode()) else None
