"""What every form of a host's page carries: for which browser session, and for whom, a page of ours was made.

It holds for this browser session. Once that has ended it still says who wrote, so that their words are kept and not thrown
away; whoever signs in meanwhile as somebody else is told.
"""

import re

from chalicelib.services.access.signing import is_same, make_token

_TAG = 9  # bytes: enough to tell users and browser sessions apart; what nobody can forge is the mark
_TOKEN = re.compile(r"(?P<writer>[\w-]{12})\.(?P<login>[\w-]{12})\.(?P<mark>[\w-]{43})", re.ASCII)


def make_form_token(user_id: str, login_id: str, secret: bytes) -> str:
    """The token of a user's browser session."""
    tags = f"{tag_of(user_id, secret)}.{make_token(secret, 'form_login', login_id.encode(), size=_TAG)}"
    return f"{tags}.{make_token(secret, 'host_form', tags.encode())}"


def writer_of(token: str, secret: bytes) -> str | None:
    """The tag of the user for whom a page was made, in whichever browser session; None for what is no token of ours."""
    found = _TOKEN.fullmatch(token)
    if found is None:
        return None
    expected = make_token(secret, "host_form", f"{found['writer']}.{found['login']}".encode())
    return found["writer"] if is_same(found["mark"], expected) else None


def tag_of(user_id: str, secret: bytes) -> str:
    """What stands for a user in tokens, and tells nothing of them."""
    return make_token(secret, "form_writer", user_id.encode(), size=_TAG)
