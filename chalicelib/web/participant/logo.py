"""A host's logo, at an address of its own that browsers keep for good: another logo has another address."""

import base64

from chalice.app import Request, Response

from chalicelib import container
from chalicelib.errors import NotFound
from chalicelib.store import keys

_FOR_GOOD = "public, max-age=31536000, immutable"
_UNACCEPTABLE = 406


def show(request: Request, session_id: str) -> Response:
    """Returns the logo of a session. Raises NotFound where it has none.

    Of a session that only invited people join, it is for those who have its whole address, from a page that shows it.
    """
    view = container.sessions().view(session_id, (keys.LOGO,))
    is_current = (request.query_params or {}).get("v") == view.session.branding.logo
    if view.logo is None or (view.session.access == "invited" and not is_current):
        raise NotFound("This session has no logo")
    accepted = request.headers.get("accept", "")
    if "image/png" not in accepted and "*/*" not in accepted:  # to which Chalice answers with an error of its own
        return Response("", {"Content-Type": "text/plain"}, _UNACCEPTABLE)
    headers = {
        "Content-Type": "image/png",
        "Cache-Control": _FOR_GOOD if is_current else "no-cache",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(base64.b64decode(view.logo), headers, 200)
