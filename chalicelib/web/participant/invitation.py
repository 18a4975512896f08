"""The link of a personal invitation: opening it shows the page to join on, as the person who was invited.

Nothing is changed by that but when it was first opened: mail scanners open links, too. Where the conversation has begun, the link in
a mail asks whether to go on with it here, as a private link does; one that a host passed on by hand does not lead into it. Where
nothing may tell the host whether somebody has joined, such a link is worth nothing.
"""

from collections.abc import Mapping

from chalice.app import Response
from msgspec.structs import replace

from chalicelib import container
from chalicelib.model import Session, SessionView
from chalicelib.model.invitations import Invitation
from chalicelib.services.conversations.request_context import AccessEnded
from chalicelib.services.invitations.progress import is_private
from chalicelib.services.participants.changed_form import FilledForm
from chalicelib.services.participants.question_roles import role_of
from chalicelib.web.kit import identity
from chalicelib.web.kit.http import see_other
from chalicelib.web.kit.identity import Identity
from chalicelib.web.kit.page import render_page
from chalicelib.web.participant import chat_page, resume
from chalicelib.web.participant.chat_page import ActionOutcome
from chalicelib.web.participant.chat_request import ChatRequest


def open_link(chat: ChatRequest, invited: Identity, *, by_hand: bool) -> Response:
    """Returns the page that the link of an invitation leads to."""
    own = chat.find()
    if own.thread is not None and chat.person == invited.person:
        return see_other(chat_page.chat_address(chat))
    found = container.invitations().find(chat.session_id, invited.invitation_id)
    if found is None or found.removed or (by_hand and is_private(own.view.session, found)):
        return chat_page.show_chat(chat, own.view, chat.conversation(own))
    _note_opened(chat, found)
    guest = replace(chat, identity=replace(invited, form_id=container.new_id()) if by_hand else invited)
    try:
        context = guest.find()
    except AccessEnded:  # whoever began with it ended all that leads there
        return chat_page.show_chat(chat, own.view, chat.conversation(own))
    if context.thread is not None and by_hand:
        return tell_begun(chat, context.view)
    if own.thread is not None or (context.thread is not None and not by_hand):
        named = replace(invited, generation=context.thread.generation if context.thread else 0)
        return resume.offer(chat, identity.resume_token(named, chat.session_id), named)
    form = FilledForm(given=_suggest(context.view, found))
    response = chat_page.show_chat(guest, context.view, None, ActionOutcome(suggested=form))
    response.headers["Referrer-Policy"] = resume.REFERRER_POLICY
    return response


def is_worthless(session: Session, form: Identity) -> bool:
    """Says whether a form comes from a link that a host passed on, and that is worth nothing by now."""
    if not (form.invitation_id and form.form_id):
        return False
    found = container.invitations().find(session.id, form.invitation_id)
    return found is not None and is_private(session, found)


def _note_opened(chat: ChatRequest, found: Invitation) -> None:
    if found.opened_at is None and chat.request.method == "GET":
        container.invitations().note_opened(chat.session_id, found.id, container.clock().now())


def _suggest(view: SessionView, found: Invitation) -> Mapping[str, str]:
    """Returns what the form may begin with: the name and the address of whoever was invited, where it asks for them."""
    known = {"name": found.name or "", "email": found.email}
    return {it.id: known[role] for it in view.questions if (role := role_of(it)) != "other" and known[role]}


def tell_begun(chat: ChatRequest, view: SessionView) -> Response:
    """Returns the page that says that a conversation was begun with this link, and leads to none."""
    return render_page(chat.request, "begun_elsewhere.html", chat_page.FULL, session=view.session)
