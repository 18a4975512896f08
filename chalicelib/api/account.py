"""The caller's own account."""

from typing import Any

from chalice.app import Blueprint

from chalicelib import container
from chalicelib.api import present
from chalicelib.api.account_shapes import UserInfo
from chalicelib.api.http import Call, endpoint

routes = Blueprint(__name__)


@endpoint(routes, "GET", "/me", answers=UserInfo, tagged=False)
def get_me(call: Call) -> dict[str, Any]:
    """The user and the key in use."""
    return present.user_info(container.accounts().user(call.caller.user_id), call.caller)
