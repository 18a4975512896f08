"""The API keys of a host: made, shown once, and revoked."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from chalice.app import Response
from msgspec import Struct

from chalicelib import container
from chalicelib.errors import NotFound
from chalicelib.model import Outcome
from chalicelib.operations.api_keys import (
    NAME_LIMIT,
    ApiKeyInput,
    ListedKey,
    MakeApiKey,
    list_api_keys,
    make_api_key,
    revoke_api_key,
)
from chalicelib.operations.operation import Nothing
from chalicelib.services.access import idempotency
from chalicelib.services.accounts.logins import ProofTooOld
from chalicelib.store.guards import RequestClaim
from chalicelib.web.host.page import render_host_page
from chalicelib.web.host.request import HostRequest, root
from chalicelib.web.host.sign_in import explain_untold
from chalicelib.web.kit.http import Form, see_other
from chalicelib.web.kit.page import locale_for
from chalicelib.web.kit.request import public_url
from chalicelib.web.kit.texts import Texts, format_time_with_zone

PERIODS = (30, 90, 365)  # days that are offered; else a key does not end by itself


class ShownKey(Struct, frozen=True):
    """A key as its page shows it."""

    id: str
    name: str | None
    prefix: str
    access: str
    used: str
    ends: str


def show_keys(
    host: HostRequest,
    given: Form | None = None,
    notice: str = "",
    name_error: str = "",
    made: str = "",
    status: int = 200,
) -> Response:
    """Returns the keys in use, and the form for another; `made` is a key that was made just now, shown this once."""
    texts, form, url = locale_for(host.request).texts, given or {}, public_url(host.request)
    untold = explain_untold(host, texts, "untold_text")
    values: dict[str, Any] = {
        "keys": [_shown(key, host.zone, texts) for key in host.perform(list_api_keys, Nothing()).data],
        "once": container.new_id(),
        "given": {name: form.get(name, "") for name in ("name", "access", "days")},
        "periods": [("", texts("key_endless")), *((str(days), texts("days", count=days)) for days in PERIODS)],
        "notice": untold if untold and status == ProofTooOld.status else notice,
        "name_error": name_error,
        "must_sign_in": status == ProofTooOld.status,
        "untold": untold,
        "sends_mail": container.has_mail(),
        "news": texts("revoked") if "revoked" in (host.request.query_params or {}) and not made else "",
        "made": made,
        "url": url,
        "api": f"{url}/api/v1",
    }
    return render_host_page(host.request, "keys.html", status, host=host, **values)


def receive_keys(host: HostRequest) -> Response:
    """Makes a key, or revokes one."""
    form = host.form()
    if revoked := form.get("revoke"):
        with suppress(NotFound):  # it is revoked already: the button was pressed twice
            host.perform(revoke_api_key, ApiKeyInput(key_id=revoked))
        return see_other(f"{root(host.request)}/keys?revoked=1")
    return _make(host, form)


def _make(host: HostRequest, form: Form) -> Response:
    texts, now = locale_for(host.request).texts, container.clock().now()
    name, days = form.get("name", ""), form.get("days", "")
    if len(name) > NAME_LIMIT:
        too_long = texts("key_name_long", limit=NAME_LIMIT, count=len(name))
        return show_keys(host, form, name_error=too_long, status=400)
    wanted = MakeApiKey(
        name=name or None,
        access="read" if form.get("access") == "read" else "write",
        expires_at=now + timedelta(days=int(days)) if days in map(str, PERIODS) else None,
    )
    # No redirect, so that the key is in no address and no cookie; a page that is loaded again makes no other.
    claimed = _claim(host, form, now)
    if isinstance(claimed, Outcome):
        return show_keys(host, notice=texts("key_made_before"), status=409)
    outcome = Outcome(500)
    try:
        made = host.perform(make_api_key, wanted)
        outcome = Outcome(201)
    except ProofTooOld as error:
        return show_keys(host, form, texts("fresh_text"), status=error.status)
    finally:
        idempotency.settle(claimed, outcome, guards=container.guards())
    return show_keys(host, made=made.key)


def _claim(host: HostRequest, form: Form, now: datetime) -> RequestClaim | Outcome:
    """Returns the right to make the key of this form, or what came of it before. Raises Conflict while that goes on."""
    secret, once = container.deployment_secret(), form.get("once", "")
    request = idempotency.repeatable(host.user_id, "the page of keys", {}, once, b"", secret=secret)
    return idempotency.claim(request, container.new_id(), guards=container.guards(), now=now)


def _shown(key: ListedKey, zone: str, texts: Texts) -> ShownKey:
    used = (
        texts("last_used", time=_moment(key.last_used_at, zone, texts)) if key.last_used_at else texts("key_never_used")
    )
    ends = texts("key_until", time=_moment(key.expires_at, zone, texts)) if key.expires_at else texts("key_endless")
    return ShownKey(key.id, key.name, key.key_prefix, key.access, used, ends)


def _moment(at: str, zone: str, texts: Texts) -> str:
    return format_time_with_zone(datetime.fromisoformat(at), zone, texts)
