"""The page of one session for its members: what to look over before it is opened, the link to pass on, how it goes, and ending,
reopening and deleting it."""

from typing import Any
from urllib.parse import urlencode

from chalice.app import Response
from msgspec import Struct

from chalicelib import container
from chalicelib.errors import Conflict, Invalid
from chalicelib.model import SessionTemplate, SessionView, Status
from chalicelib.operations.fields import SessionInput
from chalicelib.operations.session_clone import clone_session
from chalicelib.operations.session_output import join_url
from chalicelib.operations.sessions import delete_session
from chalicelib.services.access.roles import has_role
from chalicelib.services.delivery.telegram_links import session_link
from chalicelib.services.sessions.cloning import RESETTABLE
from chalicelib.services.templates import template_of
from chalicelib.settings import settings
from chalicelib.store import keys
from chalicelib.text.normalise import fold
from chalicelib.web.host import checklist, cost
from chalicelib.web.host.deletions import tell_backups
from chalicelib.web.host.drift import find_drift
from chalicelib.web.host.field_mistakes import Mistake
from chalicelib.web.host.follow_up import HOWS, find_source, make_follow_up
from chalicelib.web.host.page import ZONE
from chalicelib.web.host.repetition import perform_once
from chalicelib.web.host.request import HostRequest, root
from chalicelib.web.host.saving import save_changes
from chalicelib.web.host.session_page import open_session, render_session_page, tell_deletion
from chalicelib.web.host.telegram_groups import preview_announcement, save_groups, show_groups
from chalicelib.web.host.template_choice import is_gone
from chalicelib.web.kit.http import see_other
from chalicelib.web.kit.page import locale_for
from chalicelib.web.kit.request import public_url, require_uuid
from chalicelib.web.kit.texts import format_time_with_zone

# How a session stands before each button, and how after it.
_STEPS: dict[str, tuple[Status, Status]] = {
    "open": ("draft", "active"),
    "end": ("active", "completed"),
    "reopen": ("completed", "active"),
    "draft": ("active", "draft"),
}
_TOLD_RESET = [name for name in RESETTABLE if name != "status"]  # which the news of a copy tells
_NEWS = {
    "open": "session_made",
    "end": "session_ended",
    "reopen": "session_reopened",
    "draft": "session_drafted",
    "kept": "draft_kept",
    "cloned": "session_cloned",
    "groups": "groups_saved",
    "again": "groups_tried",
    "joined": "done_joined",
}


class StatusPlan(Struct, frozen=True):
    """What a button makes of a session, and whether that stands otherwise than its page said."""

    changes: dict[str, Any]
    is_stale: bool


def show_session(
    host: HostRequest, session_id: str, name_error: str = "", groups_error: str = "", status: int = 200
) -> Response:
    """Returns the page of a session, for whoever has a role in it."""
    view = open_session(host, session_id, (*checklist.PARTS, *cost.PARTS, keys.TEMPLATE))
    texts, of = locale_for(host.request, view.session).texts, view.session
    query = host.request.query_params or {}
    values: dict[str, Any] = {
        "joined": texts("persons", count=view.tally.participants),
        "completed": view.tally.completed,
        "session_has_people": view.tally.participants > 0,
        "ends": format_time_with_zone(of.closes_at, of.time_zone or ZONE, texts) if of.closes_at else "",
        "has_mail": container.has_mail(),
        "deletion": tell_deletion(of, texts),
        "spent": cost.tell_spent(view, texts),
        "join_url": join_url(public_url(host.request), of.id),
        "telegram_url": session_link(bot, of.id) if (bot := settings().telegram_bot) else "",
        "may_delete": has_role(view, "admin"),
        "deletes": "delete" in query,
        "backups": tell_backups(texts),
        "name_error": name_error,
        "groups": show_groups(host, view, texts) if has_role(view, "editor") else [],
        "announcement": preview_announcement(of),
        "groups_error": groups_error,
        "may_link_groups": has_role(view, "editor") and bool(bot),
        "reset": [f"reset_{name}" for name in _TOLD_RESET if name in query.get("reset", "").split()],
        "once": container.new_id(),
        "source": find_source(host, view),
        "from_template": (started := template_of(view)),
        "is_chain": isinstance(started, SessionTemplate) and started.template_type == "chain",
        "template_is_gone": isinstance(started, SessionTemplate) and is_gone(started),
        "followed": how if (how := query.get("followed")) in HOWS else "",
        "few": "few" in query,
        "drift": None if of.is_draft else find_drift(view, texts),  # of a draft, the checklist tells it
        "checks": (checks := checklist.list_checks(host, view, texts) if of.is_draft else []),
        "blocking": [it.text for it in checks if it.blocks],
        "news": next((texts(news) for told, news in _NEWS.items() if told in query), ""),
    }
    return render_session_page(host, view, "overview", "session.html", status, **values)


def receive_session(host: HostRequest, session_id: str) -> Response:
    """Opens, ends, reopens, announces, clones or deletes a session; to delete one that has been open, its name is typed."""
    found, form = require_uuid(session_id), host.form()
    texts = locale_for(host.request).texts
    if form.get("do") == "delete":
        view = container.sessions().view(found, (), host.user_id)
        is_named = view.session.is_draft or fold(form.get("name", "")) == fold(view.session.topic)
        if has_role(view, "admin") and not is_named:
            return show_session(host, found, texts("delete_name_wrong"), status=400)
        host.perform(delete_session, SessionInput(session_id=found))
        return see_other(f"{root(host.request)}/?deleted={found}")
    if form.get("do") == "clone":
        made = perform_once(host, clone_session, SessionInput(session_id=found), form.get("once", ""))
        told = urlencode({"cloned": 1, "reset": " ".join(made["reset"])})
        return see_other(f"{root(host.request)}/sessions/{made['clone_id']}?{told}")
    if form.get("do") == "follow":
        return make_follow_up(host, found, form)
    if form.get("do") in ("groups", "again"):
        try:
            save_groups(host, found, form, again=form["do"] == "again")
        except Invalid:  # a group is none of theirs any more
            return show_session(host, found, groups_error=texts("groups_wrong"), status=400)
        except Mistake as mistake:
            return show_session(host, found, groups_error=mistake.explain(texts), status=400)
        return see_other(f"{root(host.request)}/sessions/{found}?{form['do']}=1")
    return _change_status(host, found, form["do"])


def _change_status(host: HostRequest, session_id: str, do: str) -> Response:
    """Opens or ends a session, or makes it a draft, where it stands as the button's page said; else shows how it stands."""
    before, after = _STEPS[do]

    def plan(view: SessionView) -> StatusPlan:
        state = view.session.status_at(container.clock().now())
        return StatusPlan({"status": after} if state == before else {}, is_stale=state not in (before, after))

    try:
        _, made = save_changes(host, session_id, (), plan)
    except Invalid as error:  # the page says what stands against it
        return show_session(host, session_id, status=error.status)
    if made.is_stale:
        return show_session(host, session_id, status=Conflict.status)
    return see_other(f"{root(host.request)}/sessions/{session_id}?{do}=1")
