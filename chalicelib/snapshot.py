"""What the snapshot of a function holds.

Where Lambda takes one (SnapStart), a function starts once for it, and each container goes on from there: what is loaded here
nobody waits for. What must be another in each container, a random number above all, must not be taken here. Ids, keys and
tokens come from the kernel, which knows; Python's own random numbers, by which libraries spread what they try again, begin
anew behind the snapshot. Of cryptography, which brings a random source of its own, nothing is loaded.
"""

import os
import random
from importlib import import_module

from chalicelib.api.routes import ROUTES
from chalicelib.settings import settings

# What pages and the first call of AWS need, beside the operations behind the routes.
PAGES = ("botocore.client", "jinja2", "markdown_it", "nh3", "babel.dates", "chalicelib.web.participant.chat_page")
SDKS = {"anthropic": "anthropic", "bedrock": "anthropic"}


def is_taken() -> bool:
    """Whether Lambda starts this function for a snapshot."""
    return os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start"


def prepare() -> None:
    """Load what requests will need, and have random numbers begin anew in each container."""
    # Lambda's own Python brings it; there is none where there are no snapshots.
    from snapshot_restore_py import register_after_restore

    for name in (*sorted({route.run.rpartition(".")[0] for route in ROUTES}), *PAGES):
        import_module(name)
    if sdk := SDKS.get(settings().llm_provider):
        import_module(sdk)
    register_after_restore(random.seed)
