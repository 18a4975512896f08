"""Signing in with the operator's OpenID provider: there by a link, back by its answer, in the same browser."""

from itertools import islice

from chalice.app import Request, Response

from chalicelib import container
from chalicelib.clock import TURN_SECONDS
from chalicelib.errors import NotFound
from chalicelib.identity_provider import IdentityProvider, IdentityRefused, ProviderFailed
from chalicelib.observability import logger
from chalicelib.services.access.signing import is_same
from chalicelib.services.accounts import provider_sign_in
from chalicelib.services.accounts.logins import FRESH, LONGEST
from chalicelib.services.accounts.provider_sign_in import (
    VALID,
    AddressUnverified,
    Begun,
    NotAdmitted,
    ProofRefused,
    admit,
    attempt_of,
    is_first_answer,
)
from chalicelib.web.host.request import page_after, root
from chalicelib.web.host.sign_in import provider_name, show_sign_in, sign_in_browser
from chalicelib.web.kit.cookies import cookie_values, host_cookie_name, set_host_cookie
from chalicelib.web.kit.http import require_allowance, see_other, with_cookies
from chalicelib.web.kit.language import choose_language
from chalicelib.web.kit.login import find_login
from chalicelib.web.kit.page import locale_for
from chalicelib.web.kit.request import is_same_origin, public_url, request_id

_MOST_COOKIES = 3
_ASKED_IN_VAIN = ("access_denied", "login_required", "interaction_required", "consent_required")


def start(request: Request) -> Response:
    """Sends the browser to the provider, and gives it what the answer is bound to. No other website can have it begin."""
    require_allowance(request)
    provider, given = _provider(), request.query_params or {}
    next_page = page_after(given.get("next", "/"))
    if is_same_origin(request) is False:
        return see_other(f"{root(request)}/sign-in")
    clock, secret = container.clock(), container.deployment_secret()
    # Who is signed in does it again to prove once more who they are; whose sign-in has ended just comes back.
    begun = provider_sign_in.begin_attempt(next_page, find_login(request) is not None, now=clock.now())
    try:
        address = provider.authorization_url(
            attempt_of(begun, _redirect_uri(request), secret),
            max_age=int((FRESH if begun.is_fresh else LONGEST).total_seconds()),
            language=choose_language(request).tag,
            deadline=clock.deadline(TURN_SECONDS),
        )
    except ProviderFailed as error:
        return _fail(request, begun, "provider_failed", error.status, error.reason)
    return see_other(address, _keep(request, [*_list_begun(request), begun]))


def receive_answer(request: Request) -> Response:
    """Signs in the browser that began, with what the provider sent it back with. An answer counts once."""
    require_allowance(request)
    provider, given = _provider(), request.query_params or {}
    state, attempts = given.get("state", ""), _list_begun(request)
    clock, deps = container.clock(), container.sign_in_deps()
    begun = next((it for it in attempts if is_same(state, attempt_of(it, "", deps.secret).state)), None)
    if begun is None:
        return _show(request, "/", "provider_gone", IdentityRefused.status)
    forget = _keep(request, [it for it in attempts if it != begun])
    if not is_first_answer(begun, deps=deps, now=clock.now()):
        return with_cookies(_show(request, begun.next_page, "provider_gone", IdentityRefused.status), (forget,))
    return with_cookies(_answer(request, provider, begun, given), (forget,))


def _answer(request: Request, provider: IdentityProvider, begun: Begun, given: dict[str, str]) -> Response:
    clock, deps = container.clock(), container.sign_in_deps()
    if error_name := given.get("error"):
        denied = error_name in _ASKED_IN_VAIN
        text, status = ("provider_denied", 403) if denied else ("provider_failed", 503)
        return _fail(request, begun, text, status, error_name if denied else "error of the response")
    attempt = attempt_of(begun, _redirect_uri(request), deps.secret)
    deadline = clock.deadline(TURN_SECONDS)
    try:
        identity = provider.identify(given.get("code", ""), given.get("iss"), attempt, deadline=deadline)
        user_id = admit(identity, begun, deps=deps, now=clock.now(), new_id=container.new_id())
    except ProviderFailed as error:
        return _fail(request, begun, "provider_failed", error.status, error.reason)
    except IdentityRefused as error:
        return _fail(request, begun, "provider_gone", error.status, error.reason)
    except (AddressUnverified, NotAdmitted, ProofRefused) as error:
        return _fail(request, begun, _REFUSALS[type(error)], error.status, type(error).__name__)
    return sign_in_browser(request, user_id, begun.next_page, identity.signed_in_at)


_REFUSALS = {
    AddressUnverified: "provider_unverified",
    NotAdmitted: "provider_closed",
    ProofRefused: "provider_old_proof",
}


def _provider() -> IdentityProvider:
    found = container.identity_provider()
    if found is None:
        raise NotFound("There is no such page")
    return found


def _list_begun(request: Request) -> list[Begun]:
    """Returns the sign-ins that this browser has begun and not ended, the last one last."""
    now, secret = container.clock().now(), container.deployment_secret()
    kept = islice(cookie_values(request, host_cookie_name(request, "begun")), _MOST_COOKIES)
    return [begun for it in kept for begun in provider_sign_in.read_begun(it, secret, now)]


def _keep(request: Request, attempts: list[Begun]) -> str:
    """Returns the header by which this browser keeps these sign-ins, or nothing of any."""
    kept = provider_sign_in.write_begun(attempts, container.deployment_secret())
    return set_host_cookie(request, kept, int(VALID.total_seconds()) if kept else 0, "begun")


def _redirect_uri(request: Request) -> str:
    return f"{public_url(request)}/sign-in/oidc"


def _fail(request: Request, begun: Begun, text: str, status: int, reason: str) -> Response:
    """Returns the page to sign in that says what went wrong, and tells the operator why."""
    logger.warning(
        "sign-in with the provider failed",
        extra={"event": "provider_sign_in_failed", "reason": reason, "request_id": request_id(request)},
    )
    return _show(request, begun.next_page, text, status)


def _show(request: Request, next_page: str, text: str, status: int) -> Response:
    notice = locale_for(request).texts(text, name=provider_name())
    return show_sign_in(request, {"next": next_page}, notice, status=status)
