"""The QR code of a session's link, for a wall or a slide."""

import io

from chalice.app import Request, Response

from chalicelib import container
from chalicelib.services.conversations.request_context import NotInvited
from chalicelib.web.kit.request import public_url

_SCALE = 12  # pixels of a module: sharp on a slide
_QUIET = 4  # modules around it, as the standard asks
_HOUR = "public, max-age=3600"


def show(request: Request, session_id: str) -> Response:
    """Returns the code as SVG, or as PNG for `format=png` from a client that says that it takes one: to another, Chalice gives
    an error of its own in place of a picture. Raises NotInvited where the link lets nobody join."""
    import segno

    query = request.query_params or {}
    if container.sessions().view(session_id, ()).session.access == "invited":
        raise NotInvited
    code = segno.make(f"{public_url(request)}/chat?s={session_id}", error="m", micro=False)
    headers = {
        "Cache-Control": _HOUR,
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    }
    drawn = io.BytesIO()
    accepted = (request.headers or {}).get("accept", "")
    if query.get("format") == "png" and ("image/png" in accepted or "*/*" in accepted):
        code.save(drawn, kind="png", scale=_SCALE, border=_QUIET)
        return Response(drawn.getvalue(), {**headers, "Content-Type": "image/png"}, 200)
    code.save(drawn, kind="svg", scale=_SCALE, border=_QUIET, light="#fff", svgclass=None, lineclass=None)
    return Response(drawn.getvalue().decode(), {**headers, "Content-Type": "image/svg+xml"}, 200)
