"""A form whose sign-in had ended when it was sent: what was written stays on the page, through signing in, until it is sent again.

It travels in the pages alone, in a hidden field with our mark, and nothing is done before somebody who is signed in presses
the button for it. Only a form that a page of ours made, and whose browser vouches for that, is kept: no other website can
put words here.
"""

import base64
import binascii
import zlib
from typing import Any
from urllib.parse import urlencode

from chalice.app import Request, Response
from msgspec import DecodeError, Struct, json

from chalicelib import container
from chalicelib.errors import Unauthorized
from chalicelib.services.access.form_tokens import tag_of, writer_of
from chalicelib.services.access.signing import is_same, make_token
from chalicelib.web.host.kept_entries import list_entries
from chalicelib.web.host.page import render_host_page
from chalicelib.web.host.request import HostRequest, find_host, root, sign_in_url
from chalicelib.web.kit.http import Form, read_fields, read_form, require_allowance, see_other
from chalicelib.web.kit.page import HEADERS, locale_for, render_fragment
from chalicelib.web.kit.request import is_certainly_ours, path_of

_TOKEN = "token"
_NOT_KEPT = ("/sign-out", "/account/models")  # what has come about already, and what may have a key in it


class KeptForm(Struct, frozen=True):
    """What was sent where, by the tag of whoever was signed in when its page was made."""

    path: str
    fields: list[tuple[str, str]]
    writer: str


def answer_signed_out(request: Request) -> Response:
    """Returns what somebody gets who is not signed in: their own words again, where they sent any, else the way to sign in."""
    if is_of_script(request):
        return _tell_script(request, "ended_unsaved", 200)
    if kept := _keep(request):
        from chalicelib.web.host.sign_in import show_sign_in

        return show_sign_in(request, kept=kept, status=Unauthorized.status)
    return see_other(sign_in_url(request))


def answer_others_form(host: HostRequest) -> Response:
    """Returns a form that was written while somebody else was signed in: it is sent in nobody's name without their saying so."""
    if is_of_script(host.request):
        return _tell_script(host.request, "ended_other", 200, email=container.accounts().user(host.user_id).email)
    kept = _keep(host.request)
    return show_kept(host, kept, 409) if kept else see_other(sign_in_url(host.request))


def receive_kept(request: Request) -> Response:
    """Shows a kept form to be sent, once its sender is signed in, in whichever tab."""
    require_allowance(request)
    kept = find_kept(request, read_form(request))
    if kept is None:
        return see_other(f"{root(request)}/sign-in")
    host = find_host(request)
    if host is None:
        from chalicelib.web.host.sign_in import show_sign_in

        return show_sign_in(request, kept=kept, status=Unauthorized.status)
    return show_kept(host, kept)


def show_kept(host: HostRequest, kept: KeptForm, status: int = 200) -> Response:
    """Returns the page with the button that sends a kept form again, as whoever is signed in now."""
    is_own = kept.writer == tag_of(host.user_id, container.deployment_secret())
    values: dict[str, Any] = {
        "kept": kept,
        "entries": list_entries(kept.path, kept.fields, locale_for(host.request).texts),
        "others": "" if is_own else container.accounts().user(host.user_id).email,
        "languages": [],  # a link would lead away from it
    }
    return render_host_page(host.request, "kept_form.html", status, host=host, **values)


def find_kept(request: Request, form: Form) -> KeptForm | None:
    """Returns the kept form that a page to sign in carries along; None for none of ours."""
    data, _, mark = form.get("kept", "").partition(".")
    if not data or not is_certainly_ours(request) or not is_same(mark, _mark(data)):
        return None
    try:
        return json.decode(zlib.decompress(base64.urlsafe_b64decode(data)), type=KeptForm)
    except (binascii.Error, zlib.error, DecodeError):
        return None


def write_kept(kept: KeptForm) -> str:
    """Returns what a page carries along."""
    data = base64.urlsafe_b64encode(zlib.compress(json.encode(kept))).decode()
    return f"{data}.{_mark(data)}"


def is_of_script(request: Request) -> bool:
    """Says whether a part of an open page asks, and not somebody for a page."""
    return bool(request.headers.get("hx-request") == "true")


def _keep(request: Request) -> KeptForm | None:
    """Returns the posted form, where a page of ours has made it."""
    if request.method != "POST" or request.path in _NOT_KEPT or not is_certainly_ours(request):
        return None
    fields = read_fields(request)
    writer = writer_of(dict(reversed(fields)).get(_TOKEN, ""), container.deployment_secret())
    if writer is None:
        return None
    query = urlencode(request.query_params or {})
    path = path_of(request)
    sent_to = f"{path}?{query}" if query else path
    return KeptForm(sent_to, [(name, value) for name, value in fields if name != _TOKEN], writer)


def _mark(data: str) -> str:
    return make_token(container.deployment_secret(), "kept_form", data.encode())


def _tell_script(request: Request, text: str, status: int, **values: str) -> Response:
    """Returns a sentence for the top of the page that is open, which keeps all that was typed into it."""
    told = render_fragment(locale_for(request), "signed_out.html", root=root(request), text=text, values=values)
    where = {"HX-Retarget": "#signed-out", "HX-Reselect": "#signed-out-text", "HX-Reswap": "innerHTML"}
    return Response(told, {**HEADERS, **where, "HX-Push-Url": "false", "HX-Replace-Url": "false"}, status)
