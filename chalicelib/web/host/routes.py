"""Routes of the pages for hosts, but for those of a session. What a page does is imported when one is first asked for."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from chalice.app import Blueprint, Request, Response

from chalicelib.errors import HarmonicaError
from chalicelib.web.kit.http import READ, require_allowance, respond
from chalicelib.web.kit.problems import render_problem

if TYPE_CHECKING:
    from chalicelib.web.host.request import HostRequest

routes = Blueprint(__name__)

# What addresses of pages for hosts begin with. Any other that no route serves is taken for a participant's link that was cut off.
FOR_HOSTS = frozenset(
    (
        "account",
        "invitation",
        "keys",
        "new",
        "notifications",
        "projects",
        "sessions",
        "sign-in",
        "sign-out",
        "templates",
    )
)


@routes.route("/", methods=READ, content_types=[])
def get_home() -> Response:
    """Returns the dashboard of a host who is signed in; to everybody else, what this is."""
    from chalicelib.web.host import dashboard, home
    from chalicelib.web.host.kept_form import answer_signed_out, is_of_script
    from chalicelib.web.host.request import find_host
    from chalicelib.web.kit.login import has_login_cookie

    def show(request: Request) -> Response:
        if may_be_in := has_login_cookie(request):
            require_allowance(request)
        host = find_host(request) if may_be_in else None
        if host:
            return dashboard.show_dashboard(host)
        return answer_signed_out(request) if is_of_script(request) else home.show(request)

    return respond(routes.current_request, show)


@routes.route("/sign-in", methods=READ, content_types=[])
def get_sign_in() -> Response:
    """Returns the page that asks for an address."""
    from chalicelib.web.host import sign_in

    return respond(routes.current_request, sign_in.show_sign_in)


@routes.route("/sign-in", methods=["POST"], content_types=[])
def post_sign_in() -> Response:
    """Takes the address."""
    from chalicelib.web.host import sign_in

    return respond(routes.current_request, sign_in.receive_sign_in)


@routes.route("/sign-in/code", methods=READ, content_types=[])
def get_code() -> Response:
    """Returns the page that takes the code."""
    from chalicelib.web.host import sign_in

    return respond(routes.current_request, sign_in.show_code)


@routes.route("/sign-in/code", methods=["POST"], content_types=[])
def post_code() -> Response:
    """Signs in by a code."""
    from chalicelib.web.host import sign_in

    return respond(routes.current_request, sign_in.receive_code)


@routes.route("/sign-in/confirm", methods=READ, content_types=[])
def get_link() -> Response:
    """Returns the page of a link from a mail, which changes nothing."""
    from chalicelib.web.host import sign_in

    return respond(routes.current_request, sign_in.show_link)


@routes.route("/sign-in/confirm", methods=["POST"], content_types=[])
def post_link() -> Response:
    """Signs in by a link."""
    from chalicelib.web.host import sign_in

    return respond(routes.current_request, sign_in.receive_link)


@routes.route("/sign-in/kept", methods=["POST"], content_types=[])
def post_kept() -> Response:
    """Shows a form that was kept, to be sent again."""
    from chalicelib.web.host import kept_form

    return respond(routes.current_request, kept_form.receive_kept)


@routes.route("/sign-in/oidc/start", methods=["GET"], content_types=[])
def get_provider() -> Response:
    """Sends to the OpenID provider."""
    from chalicelib.web.host import provider_sign_in

    return respond(routes.current_request, provider_sign_in.start)


@routes.route("/sign-in/oidc", methods=["GET"], content_types=[])
def get_provider_answer() -> Response:
    """Signs in with what the OpenID provider sent back."""
    from chalicelib.web.host import provider_sign_in

    return respond(routes.current_request, provider_sign_in.receive_answer)


@routes.route("/sign-in/demo", methods=["POST"], content_types=[])
def post_demo() -> Response:
    """Signs in as the demo host of a local instance."""
    from chalicelib.web.host import sign_in

    return respond(routes.current_request, sign_in.receive_demo)


@routes.route("/sign-out", methods=["POST"], content_types=[])
def post_sign_out() -> Response:
    """Ends this browser session."""
    from chalicelib.web.host import sign_in

    return answer_host(routes, sign_in.sign_out)


@routes.route("/account", methods=READ, content_types=[])
def get_account() -> Response:
    """Returns the account."""
    from chalicelib.web.host import account

    return answer_host(routes, account.show_account)


@routes.route("/account", methods=["POST"], content_types=[])
def post_account() -> Response:
    """Saves what a host says of themselves, ends other browser sessions, or deletes the account."""
    from chalicelib.web.host import account

    return answer_host(routes, account.receive_account)


@routes.route("/account/digest", methods=["POST"], content_types=[])
def post_digest() -> Response:
    """Switches the mail of what was not read on or off."""
    from chalicelib.web.host import notifications

    return answer_host(routes, notifications.receive_digest)


@routes.route("/notifications", methods=READ, content_types=[])
def get_notifications() -> Response:
    """Returns what the host is told of."""
    from chalicelib.web.host import notifications

    return answer_host(routes, notifications.show_notifications)


@routes.route("/notifications", methods=["POST"], content_types=[])
def post_notifications() -> Response:
    """Marks notifications as read."""
    from chalicelib.web.host import notifications

    return answer_host(routes, notifications.receive_notifications)


@routes.route("/account/harmonica-md", methods=READ, content_types=[])
def get_harmonica_md() -> Response:
    """Returns HARMONICA.md."""
    from chalicelib.web.host import harmonica_md

    return answer_host(routes, harmonica_md.show_harmonica_md)


@routes.route("/account/harmonica-md", methods=["POST"], content_types=[])
def post_harmonica_md() -> Response:
    """Saves HARMONICA.md, or begins it with the answers to two questions."""
    from chalicelib.web.host import harmonica_md

    return answer_host(routes, harmonica_md.receive_harmonica_md)


@routes.route("/account/export", methods=READ, content_types=[])
def get_account_export() -> Response:
    """Returns how far the export of the account is, or a file of it."""
    from chalicelib.web.host import account_export

    return answer_host(routes, account_export.show_account_export)


@routes.route("/account/export", methods=["POST"], content_types=[])
def post_account_export() -> Response:
    """Asks for an export of the account."""
    from chalicelib.web.host import account_export

    return answer_host(routes, account_export.receive_account_export)


@routes.route("/account/telegram", methods=READ, content_types=[])
def get_groups() -> Response:
    """Returns the Telegram groups."""
    from chalicelib.web.host import linked_groups

    return answer_host(routes, linked_groups.show_groups)


@routes.route("/account/telegram", methods=["POST"], content_types=[])
def post_groups() -> Response:
    """Makes a code that links a group, or lets one go."""
    from chalicelib.web.host import linked_groups

    return answer_host(routes, linked_groups.receive_groups)


@routes.route("/account/models", methods=READ, content_types=[])
def get_own_models() -> Response:
    """Returns the models of the host's own."""
    from chalicelib.web.host import own_models

    return answer_host(routes, own_models.show_models)


@routes.route("/account/models", methods=["POST"], content_types=[])
def post_own_models() -> Response:
    """Adds, changes, checks or removes a key for models, or chooses models."""
    from chalicelib.web.host import own_models

    return answer_host(routes, own_models.receive_models)


@routes.route("/templates", methods=READ, content_types=[])
def get_templates() -> Response:
    """Returns the templates that there are."""
    from chalicelib.web.host import templates_page

    return answer_host(routes, templates_page.show_templates)


@routes.route("/templates/new", methods=READ, content_types=[])
def get_new_template() -> Response:
    """Returns the form of a new template."""
    from chalicelib.web.host import template_editor

    return answer_host(routes, template_editor.show_new)


@routes.route("/templates/new", methods=["POST"], content_types=[])
def post_new_template() -> Response:
    """Makes a template."""
    from chalicelib.web.host import template_editor

    return answer_host(routes, template_editor.receive_new)


@routes.route("/templates/{template_id}", methods=READ, content_types=[])
def get_template(template_id: str) -> Response:
    """Returns the form of a template."""
    from chalicelib.web.host import template_editor

    return answer_host(routes, lambda host: template_editor.show_template(host, template_id))


@routes.route("/templates/{template_id}", methods=["POST"], content_types=[])
def post_template(template_id: str) -> Response:
    """Saves, archives or deletes a template."""
    from chalicelib.web.host import template_editor

    return answer_host(routes, lambda host: template_editor.receive_template(host, template_id))


@routes.route("/projects", methods=READ, content_types=[])
def get_projects() -> Response:
    """Returns the projects of a host."""
    from chalicelib.web.host import projects

    return answer_host(routes, projects.show_projects)


@routes.route("/projects", methods=["POST"], content_types=[])
def post_projects() -> Response:
    """Makes a project."""
    from chalicelib.web.host import projects

    return answer_host(routes, projects.receive_projects)


@routes.route("/projects/{project_id}/knowledge", methods=READ, content_types=[])
def get_project_knowledge(project_id: str) -> Response:
    """Returns what the sessions of a project came to know."""
    from chalicelib.web.host import project_knowledge

    return answer_host(routes, lambda host: project_knowledge.show_project_knowledge(host, project_id))


@routes.route("/projects/{project_id}/knowledge", methods=["POST"], content_types=[])
def post_project_knowledge(project_id: str) -> Response:
    """Has collected what is missing of that."""
    from chalicelib.web.host import project_knowledge

    return answer_host(routes, lambda host: project_knowledge.receive_project_knowledge(host, project_id))


@routes.route("/projects/{project_id}", methods=READ, content_types=[])
def get_project(project_id: str) -> Response:
    """Returns a project."""
    from chalicelib.web.host import project

    return answer_host(routes, lambda host: project.show_project(host, project_id))


@routes.route("/projects/{project_id}", methods=["POST"], content_types=[])
def post_project(project_id: str) -> Response:
    """Changes a project, its sessions or its members, or deletes it."""
    from chalicelib.web.host import project

    return answer_host(routes, lambda host: project.receive_project(host, project_id))


@routes.route("/invitation", methods=READ, content_types=[])
def get_invitation() -> Response:
    """Returns the page of an invitation to be a member, which changes nothing."""
    from chalicelib.web.host import invitation

    return respond(routes.current_request, invitation.show_invitation)


@routes.route("/invitation", methods=["POST"], content_types=[])
def post_invitation() -> Response:
    """Accepts or declines it."""
    from chalicelib.web.host import invitation

    return answer_host(routes, invitation.receive_answer)


@routes.route("/keys", methods=READ, content_types=[])
def get_keys() -> Response:
    """Returns the API keys."""
    from chalicelib.web.host import api_keys

    return answer_host(routes, api_keys.show_keys)


@routes.route("/keys", methods=["POST"], content_types=[])
def post_keys() -> Response:
    """Makes a key, or revokes one."""
    from chalicelib.web.host import api_keys

    return answer_host(routes, api_keys.receive_keys)


def answer_host(door: Blueprint, answer: "Callable[[HostRequest], Response]") -> Response:
    """Returns what this gives for the host who is signed in; sends everybody else to sign in."""
    from chalicelib.web.host.request import respond_to_host

    return respond_to_host(door.current_request, answer)


def show_unknown(request: Request, error: HarmonicaError) -> Response:
    """Returns what went wrong at an address that no route serves: to a host who is signed in with the way to what is theirs, to all
    others in words for hosts at addresses of theirs. Nobody is looked up who has no cookie of a sign-in."""

    def fail(request: Request) -> Response:
        from chalicelib.web.host.request import find_host
        from chalicelib.web.kit.login import has_login_cookie

        if not has_login_cookie(request):
            raise error
        require_allowance(request)
        host = find_host(request)
        if host is None:
            raise error
        from chalicelib.web.host.page import show_missing

        return show_missing(host, error)

    first = str((request.uri_params or {}).get("proxy", "")).partition("/")[0]
    if first not in FOR_HOSTS:
        return respond(request, fail)
    return respond(request, fail, partial(render_problem, missing=("nothing_here", "nothing_here_text")))
