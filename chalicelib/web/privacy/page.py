"""The page about privacy: what becomes of what people say in a session, or where they are shown none, on this site.

It opens, and shows a session, to whoever is shown the session elsewhere, too. One that only invited people join tells nothing of
itself to others, nor does a draft: they get what holds on the whole site, at whatever address they asked.
"""

from typing import Any
from urllib.parse import urlsplit

from chalice.app import Request, Response
from msgspec.structs import replace

from chalicelib import container
from chalicelib.model import SessionView, Thread
from chalicelib.services.access.principal import principal_of_link
from chalicelib.services.access.privacy_links import SHOWN, was_shown
from chalicelib.services.participants.form import page_questions
from chalicelib.services.participants.identity import participant_of
from chalicelib.store import thread_head
from chalicelib.store.sessions import FOR_QUESTIONS
from chalicelib.web.kit import identity
from chalicelib.web.kit.cookies import host_cookie_name
from chalicelib.web.kit.http import require_allowance
from chalicelib.web.kit.login import find_login
from chalicelib.web.kit.page import locale_for, render_page
from chalicelib.web.kit.request import id_in_link, public_url, token_in_link
from chalicelib.web.privacy.facts import About, list_sections


def show_privacy(request: Request) -> Response:
    """Returns the page. Raises NotFound where the address names a session that there is not."""
    require_allowance(request)
    given = (request.query_params or {}).get("s")
    view, thread = _find(request, id_in_link(given)) if given else (None, None)
    session = view.session if view else None
    texts = locale_for(request, session).texts
    is_encrypted = urlsplit(public_url(request)).scheme == "https"
    began, now = thread.models if thread else None, container.clock().now()
    about = About(texts, now, host_cookie_name(request), is_encrypted, view, began)
    values: dict[str, Any] = {
        "sections": list_sections(about),
        "host_name": session.host_name if session else None,
        "privacy": "",  # the way here, at the foot of every other page
        "chat": f"chat?s={session.id}" if session and thread else "",
    }
    return render_page(request, "privacy.html", session=session, **values)


def _find(request: Request, session_id: str) -> tuple[SessionView | None, Thread | None]:
    """Returns the session, and this browser's conversation in it, as far as whoever asks may know of them."""
    login = find_login(request)
    view = container.sessions().view(session_id, FOR_QUESTIONS, login.user_id if login else None)
    thread, session = _find_thread(request, session_id), view.session
    shown = token_in_link((request.query_params or {}).get(SHOWN, ""))
    is_open = not session.is_draft and (
        session.access != "invited" or was_shown(shown, session_id, container.deployment_secret())
    )
    if not (is_open or view.role or thread):
        return None, None
    return replace(view, questions=page_questions(view)), thread


def _find_thread(request: Request, session_id: str) -> Thread | None:
    named = identity.find_person(request, session_id)
    if named is None:
        return None
    who = participant_of(principal_of_link(named.scope), named.person)
    own = who.thread_ids(session_id, container.deployment_secret()).values()
    threads = (thread_head.read(session_id, thread_id) for thread_id in own)
    return next((it for it in threads if it and it.generation == named.generation), None)
