"""The bare address: what this is, and the way to the example where this deployment has one."""

from functools import lru_cache

from chalice.app import Request, Response

from chalicelib import container
from chalicelib.errors import HarmonicaError
from chalicelib.services.sessions.example import EXAMPLE_ID, is_to_be_seen
from chalicelib.web.kit.page import page

LOOK_AGAIN = 60  # seconds that a container believes what it saw


def show(request: Request) -> Response:
    """What this is, for somebody who came without a link."""
    seen = example_seen(int(container.clock().now().timestamp()) // LOOK_AGAIN)
    return page(request, "home.html", example=f"results?s={EXAMPLE_ID}" if seen else None)


@lru_cache(maxsize=1)
def example_seen(_: int) -> bool:
    """Whether the example is there for everybody: one read in so many seconds, since anybody may open this page as often as
    they like. Where it cannot be read, the page does without the link."""
    try:
        return is_to_be_seen(container.sessions(), container.clock().now())
    except HarmonicaError:
        return False
