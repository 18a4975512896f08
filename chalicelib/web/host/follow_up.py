"""A session that follows up another one: made as a draft by one click, and the way back to the one that it takes up."""

from contextlib import suppress
from functools import partial
from urllib.parse import urlencode

from chalice.app import Response
from msgspec import Struct

from chalicelib import container
from chalicelib.errors import NotFound, Unavailable
from chalicelib.model import SessionView
from chalicelib.operations.fields import SessionInput
from chalicelib.operations.follow_up import FollowUpProposal, propose_follow_up
from chalicelib.operations.session_fields import CreateSession
from chalicelib.operations.session_output import join_url
from chalicelib.operations.sessions import create_session
from chalicelib.services.access.roles import has_role
from chalicelib.services.results.follow_up import render_context, require_results, told_of
from chalicelib.services.sessions.creation import make_draft_id
from chalicelib.store.sessions import FOR_BRIEF
from chalicelib.web.host.request import HostRequest, root
from chalicelib.web.host.session_page import open_session
from chalicelib.web.host.telegram_groups import announced_in, find_chosen_group
from chalicelib.web.kit.http import Form, see_other
from chalicelib.web.kit.request import public_url

# How the texts of a follow-up came about, as the page of the draft tells it: `followed_…`.
HOWS = ("proposed", "no_model", "failed")


_DRAFTS = 5  # that one form makes, each after the one before was deleted


class _Proposed(Struct, frozen=True):
    """What a draft is made with, and what its page tells of that."""

    given: CreateSession
    told: dict[str, str]


class Source(Struct, frozen=True):
    """The session that one follows up: its name, and its page."""

    name: str
    url: str


def make_follow_up(host: HostRequest, session_id: str, form: Form) -> Response:
    """Makes the draft of this form, if it is not there yet, with the fields that a language model proposes; where none does, with
    those of the session itself. Goes on to its page, which says which of the two."""
    once, proposed = form.get("once") or container.new_id(), None
    for number in range(_DRAFTS):
        named = f"{session_id} {once} {number}"
        draft_id = make_draft_id(host.user_id, named, secret=container.deployment_secret())
        here = f"{root(host.request)}/sessions/{draft_id}"
        with suppress(NotFound):
            open_session(host, draft_id, ())
            return see_other(here)
        proposed = proposed or _propose(host, session_id, form)
        with suppress(NotFound):  # it was there, and was deleted while this page was still open
            host.perform(create_session, proposed.given, new_id=partial(str, draft_id))
            return see_other(f"{here}?{urlencode(proposed.told)}")
    raise NotFound("The drafts of this form were deleted")


def find_source(host: HostRequest, view: SessionView) -> Source | None:
    """Returns the session that this one follows up; None where it follows none, or none that this host may see."""
    named = view.session.follow_up_of
    if named is None:
        return None
    with suppress(NotFound):
        source = container.sessions().view(named, (), host.user_id)
        if has_role(source, "viewer"):
            return Source(source.session.topic, f"{root(host.request)}/sessions/{named}")
    return None


def _propose(host: HostRequest, session_id: str, form: Form) -> _Proposed:
    view = open_session(host, session_id, FOR_BRIEF)
    require_results(view)
    session, how = view.session, "proposed"
    try:
        found: FollowUpProposal = host.perform(propose_follow_up, SessionInput(session_id=session.id))
    except Unavailable:
        how = "failed" if container.model_of(session).understands else "no_model"
        context = render_context(view, join_url(public_url(host.request), session.id))
        found = FollowUpProposal(session.topic, session.goal, session.critical or "", context, None)
    given = CreateSession(
        topic=found.topic,
        goal=found.goal,
        critical=found.critical or None,
        context=found.context,
        template_id=found.template_id,
        language=session.language,
        time_zone=session.time_zone,
        follow_up_of=session.id,
        draft=True,
        distribution=announced_in(find_chosen_group(host, form.get("group"))),
    )
    return _Proposed(given, {"followed": how} | ({} if told_of(view) else {"few": "1"}))
