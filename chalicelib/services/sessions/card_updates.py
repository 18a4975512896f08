"""Cards that follow their session: other members' lists show a change, and a new count, a few seconds later."""

from datetime import datetime

from chalicelib.store import keys
from chalicelib.store.cards import Cards
from chalicelib.store.sessions import Sessions


def update_cards(session_id: str, *, sessions: Sessions, cards: Cards, now: datetime) -> None:
    """Bring every card of a session up to date. Raises NotFound without a session."""
    view = sessions.view(session_id, keys.tallies())
    cards.follow(view.session, view.tally.participants, now)
