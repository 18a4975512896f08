"""The home page: what this is, and a link to the example where this deployment has one."""

from functools import lru_cache

from chalice.app import Request, Response

from chalicelib import container
from chalicelib.errors import HarmonicaError
from chalicelib.services.sessions.example import EXAMPLE_ID, is_example_public
from chalicelib.web.host.demo_sign_in import demo_token
from chalicelib.web.kit.disclosures import name_facilitator
from chalicelib.web.kit.page import locale_for, render_page

RECHECK_SECONDS = 60  # seconds that a container believes what it saw


def show(request: Request) -> Response:
    """Returns the page for somebody who came without a link."""
    facilitator = name_facilitator(locale_for(request).texts)
    is_deleted = "account_deleted" in (request.query_params or {})
    return render_page(
        request, "home.html", example=find_example(), demo=demo_token(), facilitator=facilitator, is_deleted=is_deleted
    )


def find_example() -> str | None:
    """Returns the address of the example's results, from the root; None where there is no example for everybody."""
    is_visible = is_example_visible(int(container.clock().now().timestamp()) // RECHECK_SECONDS)
    return f"results?s={EXAMPLE_ID}" if is_visible else None


@lru_cache(maxsize=1)
def is_example_visible(_: int) -> bool:
    """Says whether the example is there for everybody: one read in so many seconds, since anybody may open this page as often as
    they like. Where it cannot be read, the page does without the link."""
    try:
        return is_example_public(container.sessions(), container.clock().now())
    except HarmonicaError:
        return False
