"""The chat page: which one a person sees follows from the session and their conversation; a script gets what is new on it."""

from collections.abc import Sequence
from typing import Any

from chalice.app import Response
from msgspec import Struct
from msgspec.structs import replace

from chalicelib import container
from chalicelib.errors import HarmonicaError, Unavailable
from chalicelib.llm.interface import Payer
from chalicelib.model import Message, Session, SessionView, ThreadView
from chalicelib.services.access.privacy_links import privacy_address
from chalicelib.services.access.sizes import CONTENT_LIMIT
from chalicelib.services.conversations.deferred_reply import is_reply_coming
from chalicelib.services.conversations.feedback import COMMENT_LIMIT, HIGHEST, LOWEST, lacks_recap
from chalicelib.services.conversations.request_context import is_open_to
from chalicelib.services.conversations.thread_view import suffices
from chalicelib.services.conversations.widget_answer import find_answered_widget
from chalicelib.services.delivery.telegram_links import LinkedParticipant, participant_link
from chalicelib.services.facilitation.pace import measure_progress
from chalicelib.services.participants.changed_form import FilledForm
from chalicelib.services.participants.form import AnswerRefused
from chalicelib.services.safety import danger_in, latest_words
from chalicelib.services.sessions.participant_limit import is_full
from chalicelib.services.usage.budget import SessionBudgetSpent
from chalicelib.settings import settings
from chalicelib.web.kit import identity
from chalicelib.web.kit.disclosures import find_video, list_facts, list_gist, tell_changed_recipients, tell_not_open
from chalicelib.web.kit.http import json_response, may_retry, see_other, with_cookies
from chalicelib.web.kit.identity import Identity
from chalicelib.web.kit.page import render_fragment, render_page, with_retry_after
from chalicelib.web.kit.request import public_url
from chalicelib.web.kit.texts import Texts, format_time_with_zone
from chalicelib.web.participant.chat_request import ChatRequest
from chalicelib.web.participant.end_panel import end_values, results_address
from chalicelib.web.participant.host_look import find_look
from chalicelib.web.participant.join_page import form_values
from chalicelib.web.participant.log_entries import is_news, make_entries
from chalicelib.web.participant.member import find_member
from chalicelib.web.participant.not_open import show_not_open
from chalicelib.web.participant.receipt_panel import find_receipt
from chalicelib.web.participant.reminder_panel import ReminderForm, panel_values
from chalicelib.web.participant.test_run import make_banner
from chalicelib.web.participant.transcript_panel import TranscriptForm, is_on_its_way, transcript_values
from chalicelib.web.participant.widgets import Control, make_control

GONE, FULL, NOT_INVITED = 410, 409, 403
# The text for less than so many percent.
_PROGRESS = (
    (13, "progress_begun"),
    (38, "progress_quarter"),
    (63, "progress_half"),
    (88, "progress_most"),
    (100, "progress_nearly"),
    (101, "progress_complete"),
)


class Draft(Struct, frozen=True):
    """Words that are not sent yet, and the id under which their form sends them."""

    content: str
    message_id: str | None = None


class FeedbackForm(Struct, frozen=True):
    """A rating as it was entered, and what is wrong with it: no number chosen, a comment that is too long."""

    rating: str = ""
    comment: str = ""
    missing: str = ""
    overlong: str = ""


class ActionOutcome(Struct, frozen=True):
    """What a person is told on top of where they stand, and what they get back: after a failure, mostly."""

    notice: str | None = None
    draft: Draft | None = None
    box_error: str | None = None  # what is wrong with the draft
    widget_error: str | None = None  # what is wrong with a widget's answer
    feedback: FeedbackForm = FeedbackForm()
    transcript: TranscriptForm = TranscriptForm()
    reminder: ReminderForm = ReminderForm()
    form: FilledForm | None = None
    suggested: FilledForm | None = None  # what the form begins with, which nobody has entered yet
    refused: Sequence[AnswerRefused] = ()
    error: HarmonicaError | None = None
    status: int = 200
    done: str | None = None  # what this person did on the page before, as its address says
    kept: bool = False  # whether what this person just said is stored

    @property
    def code(self) -> int:
        """The status of the answer."""
        return self.error.status if self.error else self.status


def chat_address(chat: ChatRequest, done: str | None = None) -> str:
    """Returns the conversation's address; `done` has the page say what was just done."""
    return chat.address + (f"&told={done}" if done else "")


def continue_chat(
    chat: ChatRequest,
    session: Session | None = None,
    latest: ThreadView | None = None,
    *,
    done: str | None = None,
    kept: bool = False,
) -> Response:
    """Sends on to the newest message, or to the word on what was done, as this person from now on.

    A script is answered with what is new, of what was read on the way (`latest`) where that is enough, so that all of a turn
    stays within six round trips. A form without a script is answered with a redirect, so that a reload sends nothing again:
    the page behind it is a request of its own, which reads the conversation.
    """
    if chat.after is not None:
        if session is None or latest is None or not suffices(latest, chat.after):
            view, latest = chat.read()
            session = view.session
        return _show_news(chat, session, latest, ActionOutcome(kept=kept))
    return land(chat, done)


def land(chat: ChatRequest, done: str | None = None, *, anchor: str = "#end") -> Response:
    """Sends on to the conversation, as this person from now on. Whether a browser that has not sent us any cookie keeps one,
    the page tells that it is sent to: the address says who was sent. Without an anchor the page may place the focus itself, which
    browsers leave alone otherwise."""
    location, anchor = chat_address(chat, done), "" if done else anchor
    if chat.tester:
        return see_other(f"{location}{anchor}")
    if not identity.keeps_cookies(chat.request):
        location += f"&landed={identity.landing_token(chat.identity, chat.session_id)}"
    cookies = identity.identity_cookies(chat.request, chat.browser, chat.identity, chat.session_id)
    return see_other(f"{location}{anchor}", *cookies)


def show_landing(chat: ChatRequest, session: Session, landed: Identity) -> Response:
    """Returns the page for somebody who was sent on and whose browser has kept no cookie."""
    return render_page(chat.request, "cookies.html", session=session, **page_values(replace(chat, identity=landed)))


def page_values(chat: ChatRequest) -> dict[str, Any]:
    """Returns what a page of this person's carries: its address, its token, the name of what the browser keeps, the private link.
    Nobody else goes on with a test run: it has no link."""
    resume = identity.resume_token(chat.identity, chat.session_id)
    return {
        "address": chat.address,
        "token": identity.page_token(chat.person, chat.session_id),
        "storage": identity.storage_mark(chat.person, chat.session_id),
        "resume_url": "" if chat.tester else f"{public_url(chat.request)}/chat?s={chat.session_id}&r={resume}",
        "telegram_url": _make_telegram_url(chat),
        "has_bot": bool(settings().telegram_bot),
    }


def _make_telegram_url(chat: ChatRequest) -> str:
    """Returns the link that goes on in Telegram; empty where there is no bot, and for whoever has come from there."""
    if chat.tester or chat.identity.scope == "telegram":
        return ""
    linked = LinkedParticipant(chat.session_id, chat.person, chat.identity.generation)
    return participant_link(settings().telegram_bot, linked, container.deployment_secret())


def show_chat(
    chat: ChatRequest, view: SessionView, thread: ThreadView | None, outcome: ActionOutcome | None = None
) -> Response:
    """Returns the page for this person now: closed, full, the form, or the conversation.

    After a failure it has a notice and what was entered. Whoever filled in the form finds it again, also where the last
    place was taken meanwhile.
    """
    outcome = outcome or ActionOutcome()
    if chat.after is not None:
        response = _show_news(chat, view.session, thread, outcome)
    elif view.session.is_draft and not chat.tester:
        response = show_not_open(chat.request, view.session, "\n\n".join(outcome.form.words) if outcome.form else "")
    else:
        if not view.session.topic:  # a draft's; only its editors come here
            view = replace(view, session=replace(view.session, topic=chat.locale(None).texts("session_nameless")))
        template, status, values = _choose_page(chat, view, thread, outcome)
        shared: dict[str, Any] = {
            "notice": outcome.notice,
            "box_error": outcome.box_error,
            "widget_error": outcome.widget_error,
            "draft": outcome.draft,
            "news": _confirm_action(outcome, chat.locale(view.session).texts, thread),
            "results": results_address(view.session, thread),
            "look": find_look(view.session),
            "test_run": make_banner(chat, has_begun=thread is not None),
            "way_back": not chat.tester and find_member(chat.request, chat.session_id) is not None,
            **values,
        }
        response = render_page(chat.request, template, status, session=view.session, **shared)
        if template == "join.html" and not chat.tester:
            with_cookies(response, [identity.browser_cookie(chat.request, chat.browser)])
    return with_retry_after(response, outcome.error) if outcome.error else response


def show_unsaved(chat: ChatRequest, draft: Draft, notice: str, error: HarmonicaError) -> Response:
    """Returns a page with the words on it, where not even the conversation can be read."""
    if chat.after is not None:
        return with_retry_after(
            json_response({"notice": notice, "kept": False, "retry": may_retry(error)}, error.status), error
        )
    token = identity.page_token(chat.person, chat.session_id)
    values: dict[str, Any] = {
        "session_id": chat.session_id,
        "address": chat.address,
        "draft": draft,
        "content_limit": CONTENT_LIMIT,
        "message_id": draft.message_id or container.new_id(),
    }
    response = render_page(chat.request, "unsaved.html", error.status, notice=notice, token=token, **values)
    return with_retry_after(response, error)


def _choose_page(
    chat: ChatRequest, view: SessionView, thread: ThreadView | None, outcome: ActionOutcome
) -> tuple[str, int, dict[str, Any]]:
    session = view.session
    locale = chat.locale(session)
    if not _is_open(chat, session):
        mine: dict[str, Any] = {
            "address": chat.address,
            "ended": format_time_with_zone(session.closes_at, session.time_zone, locale.texts)
            if session.closes_at
            else "",
            "entries": make_entries(session, thread, None, locale.texts),
            "token": identity.page_token(chat.person, session.id),
            "receipt": find_receipt(chat, thread.thread if thread else None),
            **end_values(chat, session, thread, locale.texts),
            **transcript_values(chat, session, thread.thread if thread else None, outcome.transcript),
        }
        if outcome.form and outcome.form.words:
            mine["draft"] = Draft("\n\n".join(outcome.form.words))
        return "closed.html", outcome.code if thread or outcome.code != 200 else GONE, mine
    if thread is not None:
        values = _conversation_values(chat, session, thread, outcome)
        panel = panel_values(chat, session, thread, outcome.reminder, outcome.done)
        seen = {
            "recipients": tell_changed_recipients(session, thread.thread, locale.texts),
            "facts": list_facts(view, locale.texts, thread.thread.models),
        }
        return "conversation.html", outcome.code, values | panel | seen
    if session.access == "invited" and not (chat.tester or chat.identity.invitation_id):
        unsent = Draft("\n\n".join(outcome.form.words)) if outcome.form and outcome.form.words else None
        return "invited_only.html", NOT_INVITED, {"draft": unsent}
    if outcome.form is None and not chat.tester and is_full(view.taken, session.max_participants):
        return "full.html", outcome.code if outcome.code != 200 else FULL, {}
    form = {
        **form_values(view, outcome.form or outcome.suggested or FilledForm(), outcome.refused, locale.texts),
        "address": chat.address,
        "token": identity.form_token(chat.identity, session.id),
        "gist": list_gist(view, locale.texts),
        "facts": list_facts(view, locale.texts),
        "privacy_here": privacy_address(session, container.deployment_secret()),
        "video": find_video(view.session.intro_video_url),
        "url": f"{public_url(chat.request)}/chat?s={session.id}",
    }
    return "join.html", outcome.code, form


def _show_news(chat: ChatRequest, session: Session, thread: ThreadView | None, outcome: ActionOutcome) -> Response:
    """Returns what a script puts on its page. A page that cannot stay as it is, is loaded anew."""
    kept = outcome.kept and thread is not None
    notice = outcome.notice or outcome.box_error or outcome.widget_error
    body: dict[str, Any] = {"notice": notice, "kept": kept, "retry": not kept and may_retry(outcome.error)}
    locale = chat.locale(session)
    if not _is_open(chat, session):
        told = locale.texts("closed_mine" if thread else "closed_other")
        if session.is_draft:
            told = tell_not_open(session, container.clock().now(), locale.texts)
        closed = {"notice": told, "closed": True, "retry": False}
        return json_response({**body, "reload": True, **({} if kept else closed)}, outcome.code)
    if thread is None:
        return json_response({**body, "reload": True}, outcome.code)
    values = _conversation_values(chat, session, thread, outcome)
    fresh = [entry for entry in values["entries"] if is_news(entry, values["control"], chat.after or 0)]
    shown = {**values, "notice": None, "widget_error": None, "session": session}
    return json_response(
        {
            **body,
            "entries": render_fragment(locale, "entries.html", **shown | {"entries": fresh}),
            "after": thread.messages[-1].sequence if thread.messages else 0,
            "foot": render_fragment(locale, "foot.html", **shown),
            "key": values["foot_key"],
            "concluded": thread.thread.concluded,
            "progress": values["progress"],
            "how_far": locale.texts(values["how_far"]),
            "answering": values["is_being_answered"],
        },
        outcome.code,
    )


def _conversation_values(
    chat: ChatRequest, session: Session, thread: ThreadView, outcome: ActionOutcome
) -> dict[str, Any]:
    messages = thread.messages
    last = messages[-1] if messages else None
    control = make_control(last) if last and last.role == "assistant" else None
    changing = None if control or thread.thread.concluded else _changeable_control(messages)
    progress = measure_progress(thread.thread, session.duration_minutes, settings().max_turns)
    unanswered = last if last and last.role == "user" else None
    now = container.clock().now()
    is_being_answered = thread.thread.is_leased(now) or (unanswered is not None and is_reply_coming(unanswered, now))
    is_in_danger = danger_in(latest_words(thread.answers, messages)) is not None
    awaits = (unanswered is not None or not messages) and not is_being_answered
    spent = _spent_text(session) if awaits and thread.thread.models == "stage" else None
    end = end_values(chat, session, thread, chat.locale(session).texts, is_turn=outcome.kept)
    foot_key = _foot_key(thread, control or changing, unanswered, is_being_answered=is_being_answered)
    return {
        "entries": make_entries(session, thread, control, chat.locale(session).texts),
        "control": control,
        "asked": last if control else None,
        "changing": changing,
        "unanswered": unanswered,
        "is_being_answered": is_being_answered,
        "spent": spent,
        "is_in_danger": is_in_danger,
        "foot_key": f"{foot_key} {spent} {is_in_danger} {end['has_results']}",
        "is_concluded": thread.thread.concluded,
        "progress": progress,
        "how_far": describe_progress(progress),
        "rating": thread.thread.rating,
        "scale": range(LOWEST, HIGHEST + 1),
        "feedback": outcome.feedback,
        "comment_limit": COMMENT_LIMIT,
        "content_limit": CONTENT_LIMIT,
        "receipt": find_receipt(chat, thread.thread),
        "message_id": (outcome.draft and outcome.draft.message_id) or container.new_id(),
        **page_values(chat),
        **end,
        **transcript_values(chat, session, thread.thread, outcome.transcript),
    }


def describe_progress(percent: int) -> str:
    """Returns the text that says about how far a conversation has come."""
    return next(key for most, key in _PROGRESS if percent < most)


def _changeable_control(messages: Sequence[Message]) -> Control | None:
    """Returns the widget whose answer was given with one tap, and can still be changed."""
    answered = find_answered_widget(messages)
    control = make_control(answered.asked, answered.value) if answered else None
    return control if control and control.is_sent_with_one_tap else None


def _confirm_action(outcome: ActionOutcome, texts: Texts, thread: ThreadView | None) -> str | None:
    """Returns what was just done, in words, where it is so: anybody can write an address."""
    if thread is None:
        return None
    if outcome.done == "rated" and thread.thread.rating:
        return texts("rate_thanks", rating=thread.thread.rating, highest=HIGHEST)
    if outcome.done == "done" and thread.thread.concluded:
        return texts("told_done")
    if outcome.done == "transcript" and is_on_its_way(thread.thread):
        return texts("mail_asked")
    return {"resumed": texts("resumed"), "refused": texts("resume_refused", leave=texts("leave"))}.get(
        outcome.done or ""
    )


def _spent_text(session: Session) -> str | None:
    """The text that says so where a ceiling of money stands against a reply; None where there is none."""
    now = container.clock().now()
    try:
        spent = container.budget().exhausted_for(Payer(session.owner_id, session.id), now)
    except Unavailable:
        return None
    if spent is None:
        return None
    return "spent_session" if isinstance(spent, SessionBudgetSpent) else "spent_today"


def _foot_key(
    thread: ThreadView, control: Control | None, unanswered: Message | None, *, is_being_answered: bool
) -> str:
    """Returns what the foot shows, in short: a script leaves it alone, and what is being filled in there, while this is the same."""
    awaits = is_being_answered if unanswered or not thread.messages else None
    asks = (control.sequence, control.chosen) if control else None
    waits = unanswered.sequence if unanswered else None
    return f"{asks} {waits} {awaits} {thread.thread.concluded} {lacks_recap(thread)} {thread.thread.rating}"


def _is_open(chat: ChatRequest, session: Session) -> bool:
    return is_open_to(session, container.clock().now(), is_test=chat.tester is not None)
