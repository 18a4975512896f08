"""The documentation of the API, for machines, for people, and for agents; all of it made of `openapi.py`."""

from chalice.app import Blueprint, Request, Response

from chalicelib.api.http import respond, serve
from chalicelib.api.routes import ROUTES, Route
from chalicelib.web.kit import etag
from chalicelib.web.kit.request import public_url

routes = Blueprint(__name__)  # under the API's base path
pages = Blueprint(f"{__name__}.pages")

_HTML = "text/html; charset=utf-8"
_TEXT = "text/plain; charset=utf-8"
_SCRIPT = "text/javascript; charset=utf-8"


for _route in (*ROUTES, Route("GET", "/openapi.json", "chalicelib.api.openapi.get_openapi", counted=False)):
    serve(routes, _route)


@pages.route("/api/v1/docs", methods=["GET"], content_types=[])
@pages.route("/docs", methods=["GET"], content_types=[])
def get_docs() -> Response:
    """The reference, to be read in a browser."""

    def answer(request: Request, headers: dict[str, str]) -> Response:
        from chalicelib.api.reference import policy, reference

        address = public_url(request)
        headers |= {
            "Content-Security-Policy": policy(address),
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }
        return etag.respond(request, reference(address), _HTML)

    return respond(pages.current_request, answer)


@pages.route("/docs.js", methods=["GET"], content_types=[])
def get_script() -> Response:
    """What sends the requests that are tried on that page."""

    def answer(request: Request, headers: dict[str, str]) -> Response:
        from chalicelib.api.reference import SCRIPT

        headers |= {"X-Content-Type-Options": "nosniff"}
        return etag.respond(request, SCRIPT, _SCRIPT)

    return respond(pages.current_request, answer)


@pages.route("/llms.txt", methods=["GET"], content_types=[])
def get_llms() -> Response:
    """What there is to read, for agents."""

    def answer(request: Request, _: dict[str, str]) -> Response:
        from chalicelib.api.reference import index

        return etag.respond(request, index(public_url(request)), _TEXT)

    return respond(pages.current_request, answer)
