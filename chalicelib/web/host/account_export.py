"""The page on which a host takes all along that their account has."""

from typing import Any

from chalice.app import Response

from chalicelib import container
from chalicelib.operations.account import AccountExport, ExportMe, export_me
from chalicelib.services.accounts.logins import ProofTooOld
from chalicelib.web.host.page import render_host_page
from chalicelib.web.host.request import HostRequest, root
from chalicelib.web.host.sign_in import explain_untold
from chalicelib.web.kit.http import see_other
from chalicelib.web.kit.page import locale_for
from chalicelib.web.kit.request import number_in_link
from chalicelib.web.kit.texts import format_time_with_zone

PAGE = "/account/export"


def show_account_export(host: HostRequest) -> Response:
    """Returns how far the export is; where the address names a file of it, the way to that."""
    number = number_in_link((host.request.query_params or {}).get("take", ""))
    return _take(host, number) if number else _render(host)


def receive_account_export(host: HostRequest) -> Response:
    """Asks for an export."""
    form = host.form()
    try:
        host.perform(export_me, ExportMe(anew=form.get("do") == "anew"))
    except ProofTooOld as error:
        return _render(host, must_sign_in=True, status=error.status)
    return see_other(f"{root(host.request)}{PAGE}")


def _take(host: HostRequest, number: int) -> Response:
    from chalicelib.services.accounts.export import find_export

    there = find_export(host.user_id, deps=container.account_export_deps())
    if there is None or not there.is_made:  # a link asks for none: anybody's page can lead here
        return see_other(f"{root(host.request)}{PAGE}")
    try:
        found: AccountExport = host.perform(export_me, ExportMe())
    except ProofTooOld as error:
        return _render(host, must_sign_in=True, status=error.status)
    is_there = number <= len(found.urls)
    return see_other(found.urls[number - 1] if is_there else f"{root(host.request)}{PAGE}")


def _render(host: HostRequest, *, must_sign_in: bool = False, status: int = 200) -> Response:
    from chalicelib.services.accounts.export import find_export

    texts, now = locale_for(host.request).texts, container.clock().now()
    found = find_export(host.user_id, deps=container.account_export_deps())
    state = "none"
    if found:
        state = "ready" if found.is_made else "failed" if found.is_lost(now) else "pending"
    ends = found.ends_at if found else None
    total = found.sessions if found else 0
    values: dict[str, Any] = {
        "state": state,
        "files": found.files if found else 0,
        "done": found.done if found else 0,
        "sessions": texts("sessions_found", count=total) if total else "",
        "ends": format_time_with_zone(ends, host.zone, texts) if ends else "",
        "must_sign_in": must_sign_in,
        "untold": explain_untold(host, texts, "account_export_untold"),
        "sends_mail": container.has_mail(),
    }
    return render_host_page(host.request, "account_export.html", status, host=host, **values)
