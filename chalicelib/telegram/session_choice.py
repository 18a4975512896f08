"""Taps on the list of sessions: which one to go on with, or more of them."""

from msgspec.structs import replace

from chalicelib.telegram import joining
from chalicelib.telegram.incoming import Incoming, Step
from chalicelib.telegram.session_list import MORE, show_page
from chalicelib.web.kit.request import number_in_link


def choose_session(incoming: Incoming, parts: list[str]) -> Step:
    """Goes on with the session whose button was tapped, where this person is in it; or shows more sessions."""
    name, *more = parts or [""]
    if name == MORE:
        return _turn_page(incoming, number_in_link("".join(more)) or 0)
    attended = incoming.attended_by(name)
    if attended is None:
        return Step((incoming.answer_tap(incoming.texts("missing_heading")),))
    step = joining.open_session(incoming, attended.session_id)
    return replace(step, sends=(incoming.answer_tap(), *step.sends))


def _turn_page(incoming: Incoming, first: int) -> Step:
    shown = show_page(incoming, first)
    return Step((incoming.answer_tap(), *(incoming.change_tapped(*shown) if shown else ())))
