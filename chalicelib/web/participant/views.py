"""Which page a person sees, by the state of the session and of their conversation; for a script, what is new on it."""

from collections.abc import Mapping, Sequence
from typing import Any

from chalice.app import Response
from msgspec import Struct

from chalicelib import container
from chalicelib.errors import HarmonicaError, Unavailable
from chalicelib.model import Message, Session, SessionView, ThreadView
from chalicelib.services.access.limits import CONTENT_LIMIT
from chalicelib.services.conversations.feedback import COMMENT_LIMIT, HIGHEST, LOWEST
from chalicelib.services.conversations.thread_view import suffices
from chalicelib.services.participants.form import AnswerRefused
from chalicelib.services.safety import danger_in, latest_words
from chalicelib.services.synthesis.visibility import has_taken_part
from chalicelib.web.kit import identity
from chalicelib.web.kit.http import data, may_retry, see_other
from chalicelib.web.kit.page import fragment, page, with_retry_after
from chalicelib.web.kit.request import public_url
from chalicelib.web.kit.texts import Texts
from chalicelib.web.participant.join_view import facts, fields
from chalicelib.web.participant.page_request import Visit
from chalicelib.web.participant.widgets import Control, control_of, text_beside

GONE, FULL = 410, 409


class Draft(Struct, frozen=True):
    """Words that are not sent yet, and the id under which their form sends them."""

    content: str
    message_id: str | None = None


class Told(Struct, frozen=True):
    """What a person is told on top of where they stand, and what they get back: after a failure, mostly."""

    notice: str | None = None
    draft: Draft | None = None
    given: Mapping[str, str] | None = None
    refused: Sequence[AnswerRefused] = ()
    error: HarmonicaError | None = None
    status: int = 200
    done: str | None = None  # what this person did on the page before, as its address says
    kept: bool = False  # whether what this person just said is stored

    @property
    def code(self) -> int:
        """The status of the answer."""
        return self.error.status if self.error else self.status


class Entry(Struct, frozen=True):
    """A message in the log."""

    message: Message
    text: str
    is_recap: bool


def address(visit: Visit, done: str | None = None) -> str:
    """The conversation's address; `done` has the page say what was just done."""
    return f"chat?s={visit.session_id}" + (f"&told={done}" if done else "")


def onwards(
    visit: Visit,
    session: Session | None = None,
    latest: ThreadView | None = None,
    *,
    done: str | None = None,
    kept: bool = False,
) -> Response:
    """To the newest message, or to the word on what was done, as this person from now on.

    A script is answered with what is new, of what was read on the way (`latest`) where that is enough, so that all of a turn
    stays within six round trips. A form without a script is answered with a redirect, so that a reload sends nothing again:
    the page behind it is a request of its own, which reads the conversation.
    """
    if visit.after is not None:
        if session is None or latest is None or not suffices(latest, visit.after):
            view, latest = visit.read()
            session = view.session
        return _news(visit, session, latest, Told(kept=kept))
    location = address(visit, done) if done else f"{address(visit)}#end"
    return see_other(location, identity.cookie(visit.request, visit.person, visit.session_id))


def marks_of(visit: Visit) -> dict[str, Any]:
    """What a page of this person's carries: its token, the name of what the browser keeps, the private link."""
    resume = identity.resume_token(visit.person, visit.session_id)
    return {
        "token": identity.page_token(visit.person, visit.session_id),
        "storage": identity.storage_mark(visit.person, visit.session_id),
        "resume_url": f"{public_url(visit.request)}/chat?s={visit.session_id}&r={resume}",
    }


def current(visit: Visit, view: SessionView, thread: ThreadView | None, told: Told | None = None) -> Response:
    """The page for this person now: closed, full, the form, or the conversation; with a notice and what was entered, after a failure.

    Whoever filled in the form finds it again, also where the last place was taken meanwhile.
    """
    told = told or Told()
    if visit.after is not None:
        response = _news(visit, view.session, thread, told)
    else:
        template, status, values = _screen(visit, view, thread, told)
        shared: dict[str, Any] = {
            "notice": told.notice,
            "draft": told.draft,
            "news": _news_of(told, visit.voice(view.session).texts, thread),
            "results": _results_url(view.session, thread),
            **values,
        }
        response = page(visit.request, template, status, session=view.session, **shared)
    return with_retry_after(response, told.error) if told.error else response


def unsaved(visit: Visit, draft: Draft, notice: str, error: HarmonicaError) -> Response:
    """The words given back when not even the conversation can be read."""
    if visit.after is not None:
        return with_retry_after(data({"notice": notice, "kept": False, "retry": may_retry(error)}, error.status), error)
    token = identity.page_token(visit.person, visit.session_id)
    values: dict[str, Any] = {
        "session_id": visit.session_id,
        "draft": draft,
        "content_limit": CONTENT_LIMIT,
        "message_id": draft.message_id or container.new_id(),
    }
    response = page(visit.request, "unsaved.html", error.status, notice=notice, token=token, **values)
    return with_retry_after(response, error)


def _screen(visit: Visit, view: SessionView, thread: ThreadView | None, told: Told) -> tuple[str, int, dict[str, Any]]:
    session = view.session
    voice = visit.voice(session)
    if not _is_active(session):
        mine = {"entries": _entries(thread, None), "token": identity.page_token(visit.person, session.id)}
        return "closed.html", told.code if thread or told.code != 200 else GONE, mine
    if thread is not None:
        return "conversation.html", told.code, _conversation(visit, thread, told)
    if told.given is None and container.sessions().is_full(session):
        return "full.html", told.code if told.code != 200 else FULL, {}
    form = fields(view.questions, told.given or {}, told.refused, voice.texts)
    token = identity.form_token(visit.person, session.id)
    url = f"{public_url(visit.request)}/chat?s={session.id}"
    return "join.html", told.code, {"fields": form, "token": token, "facts": facts(view, voice), "url": url}


def _news(visit: Visit, session: Session, thread: ThreadView | None, told: Told) -> Response:
    """What a script puts on its page. One that cannot stay as it is, is loaded anew."""
    kept = told.kept and thread is not None
    body: dict[str, Any] = {"notice": told.notice, "kept": kept, "retry": not kept and may_retry(told.error)}
    voice = visit.voice(session)
    if not _is_active(session):
        closed = {"notice": voice.texts("closed_mine" if thread else "closed_other"), "closed": True, "retry": False}
        return data({**body, "reload": True, **({} if kept else closed)}, told.code)
    if thread is None:
        return data({**body, "reload": True}, told.code)
    values = _conversation(visit, thread, told)
    fresh = [entry for entry in values["entries"] if entry.message.sequence > (visit.after or 0)]
    shown = {**values, "notice": None, "session": session, "results": _results_url(session, thread)}
    return data(
        {
            **body,
            "entries": fragment(voice, "entries.html", **shown | {"entries": fresh}),
            "after": thread.messages[-1].sequence if thread.messages else 0,
            "foot": fragment(voice, "foot.html", **shown),
            "key": values["foot_key"],
            "concluded": thread.thread.concluded,
            "answering": values["is_being_answered"],
        },
        told.code,
    )


def _conversation(visit: Visit, thread: ThreadView, told: Told) -> dict[str, Any]:
    messages = thread.messages
    last = messages[-1] if messages else None
    control = control_of(last) if last and last.role == "assistant" else None
    unanswered = last if last and last.role == "user" else None
    is_being_answered = thread.thread.is_leased(container.clock().now())
    is_in_danger = danger_in(latest_words(thread.answers, messages)) is not None
    is_spent = (unanswered is not None or not messages) and not is_being_answered and _is_spent()
    return {
        "entries": _entries(thread, control),
        "control": control,
        "unanswered": unanswered,
        "is_being_answered": is_being_answered,
        "is_spent": is_spent,
        "is_in_danger": is_in_danger,
        "foot_key": f"{_foot_key(thread, control, unanswered, is_being_answered=is_being_answered)} {is_spent} {is_in_danger}",
        "is_concluded": thread.thread.concluded,
        "rating": thread.thread.rating,
        "scale": range(LOWEST, HIGHEST + 1),
        "comment_limit": COMMENT_LIMIT,
        "content_limit": CONTENT_LIMIT,
        "message_id": (told.draft and told.draft.message_id) or container.new_id(),
        **marks_of(visit),
    }


def _news_of(told: Told, texts: Texts, thread: ThreadView | None) -> str | None:
    """What was just done, in words, where it is so: anybody can write an address."""
    if thread is None:
        return None
    if told.done == "rated" and thread.thread.rating:
        return texts("rate_thanks", rating=thread.thread.rating, highest=HIGHEST)
    if told.done == "done" and thread.thread.concluded:
        return texts("told_done")
    return {"resumed": texts("resumed"), "refused": texts("resume_refused", leave=texts("leave"))}.get(told.done or "")


def _is_spent() -> bool:
    """Whether the day's tokens are spent, so that nobody is answered before tomorrow."""
    budget = container.budget()
    try:
        return budget is not None and budget.ledger.spent(container.clock().now().date()) >= budget.limit
    except Unavailable:
        return False


def _foot_key(
    thread: ThreadView, control: Control | None, unanswered: Message | None, *, is_being_answered: bool
) -> str:
    """What the foot shows, in short: a script leaves it alone, and what is being filled in there, while this is the same."""
    awaits = is_being_answered if unanswered or not thread.messages else None
    asks = control.sequence if control else None
    waits = unanswered.sequence if unanswered else None
    return f"{asks} {waits} {awaits} {thread.thread.concluded} {thread.thread.rating}"


def _entries(thread: ThreadView | None, control: Control | None) -> list[Entry]:
    messages = thread.messages if thread else ()
    closing = next((m.sequence for m in messages if m.role == "assistant" and m.is_final), None)
    return [
        Entry(
            message,
            text_beside(message) if control and message.sequence == control.sequence else message.content,
            message.sequence == closing,
        )
        for message in messages
    ]


def _results_url(session: Session, thread: ThreadView | None) -> str | None:
    """Where this person may see the results already."""
    seen_by = session.results_visibility
    took_part = thread is not None and has_taken_part(session, thread.thread, container.clock().now())
    allowed = seen_by == "public" or (seen_by == "participants" and took_part)
    return f"results?s={session.id}" if allowed else None


def _is_active(session: Session) -> bool:
    return session.status_at(container.clock().now()) == "active"
