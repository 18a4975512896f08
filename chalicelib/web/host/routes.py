"""Routes of the pages for hosts."""

from chalice.app import Blueprint, Request, Response

from chalicelib.web.host import account, api_keys, dashboard, home, new_session, session, sign_in
from chalicelib.web.host.request import find_host, respond_to_host
from chalicelib.web.kit.http import READ, respond

routes = Blueprint(__name__)


@routes.route("/", methods=READ, content_types=[])
def get_home() -> Response:
    """Returns the dashboard of a host who is signed in; to everybody else, what this is."""

    def show(request: Request) -> Response:
        host = find_host(request)
        return dashboard.show_dashboard(host) if host else home.show(request)

    return respond(routes.current_request, show)


@routes.route("/new", methods=READ, content_types=[])
def get_new() -> Response:
    """Returns the form for a new session."""
    return respond_to_host(routes.current_request, new_session.show_new)


@routes.route("/new", methods=["POST"], content_types=[])
def post_new() -> Response:
    """Makes a session."""
    return respond_to_host(routes.current_request, new_session.receive_new)


@routes.route("/sessions/{session_id}", methods=READ, content_types=[])
def get_session(session_id: str) -> Response:
    """Returns the page of a session."""
    return respond_to_host(routes.current_request, lambda host: session.show_session(host, session_id))


@routes.route("/sessions/{session_id}", methods=["POST"], content_types=[])
def post_session(session_id: str) -> Response:
    """Ends, reopens or deletes a session."""
    return respond_to_host(routes.current_request, lambda host: session.receive_session(host, session_id))


@routes.route("/sign-in", methods=READ, content_types=[])
def get_sign_in() -> Response:
    """Returns the page that asks for an address."""
    return respond(routes.current_request, sign_in.show_sign_in)


@routes.route("/sign-in", methods=["POST"], content_types=[])
def post_sign_in() -> Response:
    """Takes the address."""
    return respond(routes.current_request, sign_in.receive_sign_in)


@routes.route("/sign-in/code", methods=READ, content_types=[])
def get_code() -> Response:
    """Returns the page that takes the code."""
    return respond(routes.current_request, sign_in.show_code)


@routes.route("/sign-in/code", methods=["POST"], content_types=[])
def post_code() -> Response:
    """Signs in by a code."""
    return respond(routes.current_request, sign_in.receive_code)


@routes.route("/sign-in/confirm", methods=READ, content_types=[])
def get_link() -> Response:
    """Returns the page of a link from a mail, which changes nothing."""
    return respond(routes.current_request, sign_in.show_link)


@routes.route("/sign-in/confirm", methods=["POST"], content_types=[])
def post_link() -> Response:
    """Signs in by a link."""
    return respond(routes.current_request, sign_in.receive_link)


@routes.route("/sign-in/demo", methods=["POST"], content_types=[])
def post_demo() -> Response:
    """Signs in as the demo host of a local instance."""
    return respond(routes.current_request, sign_in.receive_demo)


@routes.route("/sign-out", methods=["POST"], content_types=[])
def post_sign_out() -> Response:
    """Ends this browser session."""
    return respond_to_host(routes.current_request, sign_in.sign_out)


@routes.route("/account", methods=READ, content_types=[])
def get_account() -> Response:
    """Returns the account."""
    return respond_to_host(routes.current_request, account.show_account)


@routes.route("/account", methods=["POST"], content_types=[])
def post_account() -> Response:
    """Ends other browser sessions."""
    return respond_to_host(routes.current_request, account.receive_account)


@routes.route("/keys", methods=READ, content_types=[])
def get_keys() -> Response:
    """Returns the API keys."""
    return respond_to_host(routes.current_request, api_keys.show_keys)


@routes.route("/keys", methods=["POST"], content_types=[])
def post_keys() -> Response:
    """Makes a key, or revokes one."""
    return respond_to_host(routes.current_request, api_keys.receive_keys)
