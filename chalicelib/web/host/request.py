"""One request of a host: who is signed in, by which cookie, and whether a form is from a page made for them."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from chalice.app import Request, Response
from msgspec import Struct, field
from msgspec.structs import replace

from chalicelib import container
from chalicelib.clock import TURN_SECONDS
from chalicelib.errors import NotFound
from chalicelib.model import Login
from chalicelib.operations.operation import Call, Run, operation_of
from chalicelib.services.access.form_tokens import make_form_token, tag_of, writer_of
from chalicelib.services.access.principal import Principal
from chalicelib.services.access.signing import is_same
from chalicelib.web.host.form_steps import require_step
from chalicelib.web.kit.http import Form, read_form, require_allowance, respond
from chalicelib.web.kit.language import note_account_language
from chalicelib.web.kit.login import find_login, require_rate
from chalicelib.web.kit.problems import ForeignForm
from chalicelib.web.kit.request import is_certainly_ours, path_of, public_url

_PAGE = re.compile(r"/[A-Za-z0-9_/-]*(\?[A-Za-z0-9_=&%.+-]*)?")
_NEXT_LENGTH = 500


class OthersForm(ForeignForm):
    """A form of a page of ours that was made for another user of this browser."""


class HostRequest(Struct, frozen=True):
    """A request with a browser session."""

    request: Request
    principal: Principal
    login: Login
    known: dict[str, Any] = field(default_factory=dict)  # what a page has read already that changes nothing

    @property
    def user_id(self) -> str:
        """The user who is signed in."""
        return self.login.user_id

    @property
    def zone(self) -> str:
        """The zone of the times on their pages that belong to no session."""
        return self.login.time_zone or "UTC"

    @property
    def token(self) -> str:
        """What every form of this browser session carries."""
        return make_form_token(self.user_id, self.login.id, container.deployment_secret())

    def call(self) -> Call:
        """The request as operations take it."""
        clock = container.clock()
        known = self.known if self.request.method in ("GET", "HEAD") else {}
        return Call(self.principal, clock.now(), clock.deadline(TURN_SECONDS), public_url(self.request), known=known)

    def perform(self, run: Run, given: Struct, *, new_id: Callable[[], str] = container.new_id) -> Any:
        """Does what an operation does for this host, after its own checks of who may; gives its output."""
        return operation_of(run).perform(replace(self.call(), new_id=new_id), given).output

    def form(self) -> Form:
        """The posted form. Raises ForeignForm for one that no page of ours made for this host, OthersForm for another's, Invalid
        for one that asks for what no form of that page does.

        Who has signed in again since their page was made has nothing to do over, where the browser vouches for the page.
        """
        form = self._own_form()
        require_step(self.request.path, form.get("do", ""))
        return form

    def _own_form(self) -> Form:
        form, secret = read_form(self.request), container.deployment_secret()
        token = form.get("token", "")
        if is_same(token, self.token):
            return form
        writer = writer_of(token, secret) if is_certainly_ours(self.request) else None
        if writer is None:
            raise ForeignForm("This form was made for another sign-in")
        if writer != tag_of(self.user_id, secret):
            raise OthersForm("This form was made while somebody else was signed in")
        return form


def respond_to_host(request: Request, answer: Callable[[HostRequest], Response]) -> Response:
    """Returns the page for a host who is signed in; everybody else is to sign in, and comes back to it, or to what they sent."""

    def admit(request: Request) -> Response:
        require_allowance(request)
        found = find_host(request)
        if found is None:
            from chalicelib.web.host.kept_form import answer_signed_out

            return answer_signed_out(request)
        try:
            return answer(found)
        except OthersForm:
            from chalicelib.web.host.kept_form import answer_others_form

            return answer_others_form(found)
        except NotFound as error:
            from chalicelib.web.host.page import show_missing

            return show_missing(found, error)

    return respond(request, admit)


def find_host(request: Request) -> HostRequest | None:
    """Returns who is signed in in this browser; None for nobody. Counts the request. Raises RateLimited."""
    principal = find_login(request)
    if principal is None:
        return None
    require_rate(principal)
    login = principal.require_login()
    note_account_language(request, login.locale)
    return HostRequest(request, principal, login)


def root(request: Request) -> str:
    """Returns the path that the application is mounted at: empty, or one that begins with a slash."""
    return urlsplit(public_url(request)).path


def page_after(given: str) -> str:
    """Returns the page of ours to go to after signing in, by its path; the first page for anything else."""
    is_ours = len(given) <= _NEXT_LENGTH and _PAGE.fullmatch(given) and not given.startswith("//")
    return given if is_ours else "/"


def sign_in_url(request: Request) -> str:
    """Returns where to sign in, and come back from; after a form was sent, to the first page."""
    query = urlencode(request.query_params or {}, quote_via=quote)
    path = path_of(request)
    here = f"{path}?{query}" if query else path
    given = page_after(here) if request.method in ("GET", "HEAD") else "/"
    return f"{root(request)}/sign-in" + (f"?{urlencode({'next': given})}" if given != "/" else "")
