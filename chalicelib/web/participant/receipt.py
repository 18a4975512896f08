"""The receipt: what a participant does with what is stored of them, by their code or private link. It needs no cookie.

Opening an address changes nothing, since programs that look through mails follow links: whatever is done is a form of a page.
"""

from collections.abc import Mapping
from typing import Any

from chalice.app import Request, Response
from msgspec import Struct

from chalicelib import container
from chalicelib.errors import NotFound, RateLimited
from chalicelib.model import Session, ThreadView
from chalicelib.model.deletions import DeletionRecord
from chalicelib.model.lifetimes import BACKUP_DAYS
from chalicelib.services.access.privacy_links import privacy_address
from chalicelib.services.access.rate_limits import require_receipt_pace
from chalicelib.services.participants.consent import set_consent
from chalicelib.services.participants.decisions import remove_participant
from chalicelib.services.participants.own_export import render_own_json
from chalicelib.services.participants.receipts import OpenedReceipt, give_code, open_code, open_link, read_link
from chalicelib.settings import settings
from chalicelib.store import deletion_records
from chalicelib.text.file_names import file_name, headers_of_file
from chalicelib.web.kit import identity
from chalicelib.web.kit.disclosures import has_backups
from chalicelib.web.kit.http import Form, read_form, require_allowance, see_other
from chalicelib.web.kit.page import HEADERS, locale_for, render_page, with_retry_after
from chalicelib.web.kit.request import is_uuid, public_url, require_uuid, source_address, token_in_link
from chalicelib.web.kit.texts import Texts, format_time_with_zone
from chalicelib.web.participant.chat_request import make_chat_request
from chalicelib.web.participant.own_words import FILE, WORDS, send_words, show_words

JSON = "json"  # what the parameter of `own_words` asks for beside its page and its file
_GONE, _DELETE, _TOLD = "gone", "delete", "told"
_MINUTE = 60


class Wish(Struct, frozen=True):
    """What a button has somebody allow from now on, or no more."""

    quotes: bool | None = None
    passing_on: bool | None = None


WISHES: Mapping[str, Wish] = {
    "no_quotes": Wish(quotes=False),
    "quotes": Wish(quotes=True),
    "no_passing": Wish(passing_on=False),
    "passing": Wish(passing_on=True),
}


# What tells that something was removed, by the name that exports call it.
REMOVED: Mapping[str, str] = {
    "thread": "receipt_removed_thread",
    "form": "receipt_removed_form",
    "messages": "receipt_removed_messages",
    "comment": "receipt_removed_comment",
    "digest": "receipt_removed_digest",
}


def show_entry(request: Request) -> Response:
    """Returns the page that asks for a code."""
    require_allowance(request)
    return _ask_for_code(request)


def show_page(request: Request, session_id: str) -> Response:
    """Returns what a private link leads to, or what the deletion came to that it was used for."""
    query = request.query_params or {}
    if record_id := query.get(_GONE):
        return _show_deleted(request, session_id, record_id)
    opened = _open(session_id, query.get("r", ""))
    if opened is None:
        return _ask_for_code(request, is_wrong=True)
    if WORDS in query:
        return _show_words(request, opened, query[WORDS])
    return _ask_whether(request, opened) if _DELETE in query else _show_receipt(request, opened, query.get(_TOLD))


def receive_form(request: Request) -> Response:
    """Takes a code, or does what a button of the page says."""
    form = read_form(request)
    require_allowance(request)
    if "code" in form or "s" not in form:
        return _enter_code(request, form.get("code", ""))
    opened = _open(require_uuid(form["s"]), form.get("r", ""))
    if opened is None:
        return _ask_for_code(request, is_wrong=True)
    do = form.get("do", "")
    if do == _DELETE:
        return _delete(request, opened, form)
    if wish := WISHES.get(do):
        session, deps = opened.view.session, container.consent_deps()
        set_consent(session, opened.found, quotes=wish.quotes, passing_on=wish.passing_on, deps=deps)
        return see_other(f"{_address_of(opened)}&{_TOLD}={do}#told")
    return see_other(_address_of(opened))


def _open(session_id: str, token: str) -> OpenedReceipt | None:
    """Returns what a link leads to; None where it leads nowhere, whatever the reason."""
    linked = read_link(token_in_link(token), session_id, container.deployment_secret())
    try:
        return open_link(linked, deps=container.receipt_deps()) if linked else None
    except NotFound:
        return None


def _enter_code(request: Request, code: str) -> Response:
    try:
        require_receipt_pace(
            source_address(request),
            guards=container.guards(),
            secret=container.deployment_secret(),
            now=container.clock().now(),
        )
    except RateLimited as error:
        minutes = max(1, round((error.retry_after or 0) / _MINUTE))
        return with_retry_after(_ask_for_code(request, code, minutes=minutes), error)
    opened = open_code(code, deps=container.receipt_deps())
    return see_other(_address_of(opened)) if opened else _ask_for_code(request, code, is_wrong=True)


def _ask_for_code(request: Request, code: str = "", *, is_wrong: bool = False, minutes: int = 0) -> Response:
    texts = locale_for(request).texts
    wrong = texts("receipt_slow", minutes=minutes) if minutes else texts("receipt_wrong") if is_wrong else ""
    status = RateLimited.status if minutes else NotFound.status if is_wrong else 200
    return _keep_address(render_page(request, "receipt_entry.html", status, code=code, wrong=wrong))


def _show_receipt(request: Request, opened: OpenedReceipt, done: str | None) -> Response:
    session, thread = opened.view.session, opened.thread
    texts, wish = locale_for(request, session).texts, WISHES.get(done or "")
    is_so = wish and all(
        wanted in (None, allowed)
        for wanted, allowed in ((wish.quotes, thread.quotable), (wish.passing_on, thread.passed_on))
    )
    return _render(
        request,
        "receipt.html",
        opened,
        code=give_code(thread, deps=container.receipt_deps()),
        url=f"{public_url(request)}/{_address_of(opened)}",
        began=format_time_with_zone(thread.created_at, session.time_zone, texts),
        is_here=_is_here(request, opened),
        news=texts("receipt_saved") if is_so else "",
    )


def _show_words(request: Request, opened: OpenedReceipt, what: str) -> Response:
    session, texts = opened.view.session, locale_for(request, opened.view.session).texts
    if what == JSON:
        content = render_own_json(session, opened.thread, container.clock().now())
        headers = {**HEADERS, "Content-Type": "application/json"}
        named = file_name(session.topic, texts("receipt_file"), "json")
        return _keep_address(Response(content, {**headers, **headers_of_file(named)}, 200))
    thread = ThreadView(opened.thread, opened.found.answers, tuple(container.conversations().messages(opened.thread)))
    if what == FILE:
        return _keep_address(send_words(session, thread, texts))
    return _keep_address(show_words(request, session, thread, _address_of(opened), "receipt_back"))


def _ask_whether(request: Request, opened: OpenedReceipt, *, is_unsure: bool = False) -> Response:
    session, thread = opened.view.session, opened.thread
    asked = DeletionRecord("", "participant", container.clock().now(), {})
    texts, is_here = locale_for(request, session).texts, _is_here(request, opened)
    named = identity.find_person(request, session.id) if is_here else None
    return _render(
        request,
        "receipt_delete.html",
        opened,
        status=400 if is_unsure else 200,
        has_entries=bool(opened.found.answers),
        messages=texts("messages", count=thread.last_sequence - thread.starts_after),
        days=BACKUP_DAYS,
        until=_tell_backups(asked, session, texts),
        has_telegram=bool(settings().telegram_bot) or thread.scope == "telegram",
        storage=identity.storage_mark(named.person, session.id) if named else "",
        is_unsure=is_unsure,
    )


def _delete(request: Request, opened: OpenedReceipt, form: Form) -> Response:
    if not form.get("sure"):
        return _ask_whether(request, opened, is_unsure=True)
    session = opened.view.session
    record = remove_participant(session, opened.found, by="participant", deps=container.participant_deps())
    nobody = identity.cookies_of_nobody(request, session.id) if _is_here(request, opened) else ()
    return see_other(f"receipt?s={session.id}&{_GONE}={record.id}", *nobody)


def _show_deleted(request: Request, session_id: str, record_id: str) -> Response:
    view = container.sessions().view(session_id, ())
    record = deletion_records.find(session_id, record_id) if is_uuid(record_id) else None
    if record is None:
        return _ask_for_code(request, is_wrong=True)
    session = view.session
    texts = locale_for(request, session).texts
    times: dict[str, Any] = {
        "asked": format_time_with_zone(record.asked_at, session.time_zone, texts),
        "finished": format_time_with_zone(record.finished_at, session.time_zone, texts) if record.finished_at else "",
        "until": _tell_backups(record, session, texts),
    }
    counted = {name: texts("messages", count=count) for name, count in record.removed.items()}
    removed = [texts(key, messages=counted[name]) for name, key in REMOVED.items() if name in counted]
    return _render_of(request, "receipt_deleted.html", session, removed=removed, **times)


def _tell_backups(of: DeletionRecord, session: Session, texts: Texts) -> str:
    """Returns until when at the latest backups have what was removed; empty where there are none."""
    return format_time_with_zone(of.in_backups_until, session.time_zone, texts) if has_backups() else ""


def _is_here(request: Request, opened: OpenedReceipt) -> bool:
    """Says whether this browser is in the conversation."""
    session_id, thread = opened.thread.session_id, opened.thread
    named = identity.find_person(request, session_id)
    if named is None or named.generation != thread.generation:
        return False
    who = make_chat_request(request, session_id, named).who
    return thread.id in who.thread_ids(session_id, container.deployment_secret()).values()


def _address_of(opened: OpenedReceipt) -> str:
    return f"receipt?s={opened.thread.session_id}&r={opened.token}"


def _render(request: Request, template: str, opened: OpenedReceipt, status: int = 200, **values: object) -> Response:
    shown: dict[str, Any] = {"thread": opened.thread, "token": opened.token, "address": _address_of(opened), **values}
    return _render_of(request, template, opened.view.session, status, **shown)


def _render_of(request: Request, template: str, session: Session, status: int = 200, **values: object) -> Response:
    """Returns a page of somebody who took part, which leads to what becomes of it in this session, whoever may join that."""
    shown: dict[str, Any] = {"privacy": privacy_address(session, container.deployment_secret()), **values}
    return _keep_address(render_page(request, template, status, session=session, **shown))


def _keep_address(response: Response) -> Response:
    """Returns the response, whose address is told nobody: it may hold a secret. Without any origin, forms of old browsers could not
    be told from a stranger's."""
    response.headers["Referrer-Policy"] = "strict-origin"
    return response
