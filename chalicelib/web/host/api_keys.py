"""The API keys of a host: made, shown once, and revoked."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

from chalice.app import Response
from msgspec import Struct

from chalicelib import container
from chalicelib.errors import NotFound
from chalicelib.model import KeyRecord
from chalicelib.operations.api_keys import NAME_LIMIT
from chalicelib.services.accounts import keys
from chalicelib.services.accounts.logins import ProofTooOld, require_fresh
from chalicelib.web.host.account import ZONE
from chalicelib.web.host.page import render_host_page
from chalicelib.web.host.request import HostRequest, root
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
    texts, now = locale_for(host.request).texts, container.clock().now()
    found = keys.list_keys(host.user_id, accounts=container.accounts(), now=now)
    form, url = given or {}, public_url(host.request)
    values: dict[str, Any] = {
        "keys": [_shown(key, texts) for key in found],
        "given": {name: form.get(name, "") for name in ("name", "access", "days")},
        "periods": [("", texts("key_endless")), *((str(days), texts("days", count=days)) for days in PERIODS)],
        "notice": notice,
        "name_error": name_error,
        "must_sign_in": status == ProofTooOld.status,
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
            keys.revoke_own_key(host.user_id, revoked, accounts=container.accounts(), now=container.clock().now())
        return see_other(f"{root(host.request)}/keys?revoked=1")
    return _make(host, form)


def _make(host: HostRequest, form: Form) -> Response:
    texts, now = locale_for(host.request).texts, container.clock().now()
    name, days = form.get("name", ""), form.get("days", "")
    if len(name) > NAME_LIMIT:
        too_long = texts("key_name_long", limit=NAME_LIMIT, count=len(name))
        return show_keys(host, form, name_error=too_long, status=400)
    try:
        require_fresh(host.login, now)
    except ProofTooOld as error:
        return show_keys(host, form, texts("fresh_text"), status=error.status)
    key, _ = keys.mint_key(
        host.user_id,
        name or None,
        accounts=container.accounts(),
        now=now,
        access="read" if form.get("access") == "read" else "write",
        expires_at=now + timedelta(days=int(days)) if days in map(str, PERIODS) else None,
    )
    # No redirect: the key is in no address and no cookie, and a reload asks before it makes another.
    return show_keys(host, made=key)


def _shown(key: KeyRecord, texts: Texts) -> ShownKey:
    used = texts("last_used", time=format_time_with_zone(key.last_used_at, ZONE, texts)) if key.last_used_at else None
    ends = texts("key_until", time=format_time_with_zone(key.expires_at, ZONE, texts)) if key.expires_at else None
    return ShownKey(
        key.id, key.name, key.prefix, key.access, used or texts("key_never_used"), ends or texts("key_endless")
    )
