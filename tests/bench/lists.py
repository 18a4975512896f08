"""Long lists of sessions: the cards that lists are made of, without the sessions behind them."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from chalicelib.store import keys
from chalicelib.store.session_items import FeedItem, MemberItem
from tests.bench.crowded_sessions import store

GOAL = "Decide what to change about the office next year, with everybody who works in it"


def give_sessions(user_id: str, count: int, now: datetime, goal: str = GOAL) -> list[Any]:
    """Give somebody so many sessions, each a minute older than the one before it; gives the raw cards."""
    part, member = keys.member(user_id), {"member_id": user_id, "role": "owner"}
    return _stored([MemberItem(_id(number), part, **{**_card(number, now, goal), **member}) for number in range(count)])


def add_public_sessions(count: int, now: datetime, ended: int = 0) -> list[Any]:
    """So many public sessions; the first few of them have ended by themselves, and still are in the feed."""
    items = []
    for number in range(count):
        ends = {"closes_at": now - timedelta(seconds=1)} if number < ended else {}
        items.append(FeedItem(_id(number), keys.FEED_PART, feed="public", **{**_card(number, now, GOAL), **ends}))
    return _stored(items)


def _stored(items: list[Any]) -> list[Any]:
    store(items)
    return [item.serialize() for item in items]


def _card(number: int, now: datetime, goal: str) -> dict[str, Any]:
    at = now - timedelta(minutes=number)
    topic = f"Our office, part {number}" + (" and the canteen" if number % 100 == 7 else "")
    counts = {"participant_count": number % 50, "created_at": at, "updated_at": at}
    return {"topic": topic, "goal": goal, "status": "active", **counts}


def _id(number: int) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, str(number)))
