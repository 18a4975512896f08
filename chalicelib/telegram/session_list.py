"""The sessions that somebody takes part in from a private chat, to choose which one they go on with."""

from chalicelib import container
from chalicelib.model import Session
from chalicelib.model.telegram import Attendance, Button, Buttons
from chalicelib.services.delivery.telegram_html import escape
from chalicelib.telegram.addresses import shorten
from chalicelib.telegram.incoming import Incoming, Step
from chalicelib.text.normalise import one_line

MORE = "more"  # what stands in a button's data in place of a session
_MOST_LISTED = 50
_ON_PAGE = 8
_LABEL = 40  # characters of a button, of which a phone shows most
_STATES = (
    "bot_session_talks",
    "bot_session_entering",
    "bot_session_complete",
    "bot_session_closed",
)  # as they are listed

_Listed = tuple[Session, str]  # and the text that says where this person is in it


def list_sessions(incoming: Incoming, _: str) -> Step:
    """Shows the sessions of this chat, the current one first, then those that somebody can go on with."""
    if shown := show_page(incoming, 0):
        return Step((incoming.say(*shown),))
    texts = incoming.texts
    told = " ".join((texts("bot_no_sessions"), texts("home_join"), texts("bot_join_in_group")))
    return Step((incoming.say(escape(told)),))


def show_page(incoming: Incoming, first: int) -> tuple[str, Buttons] | None:
    """Returns the HTML and the buttons that show the sessions from this place on; None where there are none."""
    listed, texts = _list(incoming), incoming.texts
    page = listed[first : first + _ON_PAGE]
    if not page:
        return None
    lines = [f"<b>{escape(texts('bot_sessions'))}</b>", *(_line(incoming, *it) for it in page)]
    rows = [(Button(one_line(session.topic, _LABEL), f"session:{shorten(session.id)}"),) for session, _ in page]
    others = [Button("←", _more(first - _ON_PAGE))] if first else []
    others += [Button("→", _more(first + _ON_PAGE))] if len(listed) > first + _ON_PAGE else []
    return "\n".join(lines), (*rows, *([tuple(others)] if others else []))


def _list(incoming: Incoming) -> list[_Listed]:
    """Returns the sessions of this chat in their order, but for those that were deleted."""
    attended, current = incoming.view.attended, incoming.view.chat.session_id
    chosen = sorted(attended, key=lambda session_id: session_id != current)[:_MOST_LISTED]
    found = container.sessions().find_each(chosen) if chosen else {}
    listed = [(session, _state_of(attended[session.id], session, incoming)) for session in found.values()]
    return sorted(listed, key=lambda it: (it[0].id != current, _STATES.index(it[1]), it[0].topic.casefold(), it[0].id))


def _state_of(attended: Attendance, session: Session, incoming: Incoming) -> str:
    if attended.stage == "ends":
        return "bot_session_complete"
    if session.status_at(incoming.now) != "active":
        return "bot_session_closed"
    return "bot_session_talks" if attended.stage == "talks" else "bot_session_entering"


def _line(incoming: Incoming, session: Session, state: str) -> str:
    texts = incoming.texts
    told = f"{escape(session.topic)} – {escape(texts(state))}"
    return f"✓ <b>{told}</b>" if session.id == incoming.view.chat.session_id else f"• {told}"


def _more(first: int) -> str:
    return f"session:{MORE}:{first}"
