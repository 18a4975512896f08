"""Pages of responses: whoever was there when a walk began is found exactly once, whatever happens between its pages."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.model import Thread, ThreadView
from chalicelib.services.participants.responses import ResponseFilter, list_responses
from chalicelib.store.participants import Participants
from tests.clock import NOON


class StoredPeople(Participants):
    """People in memory, in place of the table."""

    def __init__(self, heads: list[Thread]) -> None:
        self.threads = heads

    def heads(self, _: str) -> list[Thread]:
        return list(self.threads)

    def forms(self, threads: Sequence[Thread], _: int) -> list[ThreadView] | None:
        return [ThreadView(thread) for thread in threads]


def head(number: int, came: int, spoke: int | None) -> Thread:
    at = NOON + timedelta(seconds=came)
    first = None if spoke is None else at + timedelta(seconds=spoke)
    return Thread("s", f"t{number:03d}", "api", f"p{number}", None, at, 0, first_message_at=first)


HEADS = st.lists(st.tuples(st.integers(0, 5), st.none() | st.integers(0, 5)), max_size=12)


@settings(max_examples=200, deadline=None)
@given(there=HEADS, coming=HEADS, limit=st.integers(1, 5), newest=st.booleans(), chance=st.randoms())
def test_whoever_was_there_at_the_first_page_is_found_exactly_once(
    there: Any, coming: Any, limit: int, newest: bool, chance: Random
) -> None:
    people = StoredPeople([head(number, came, spoke) for number, (came, spoke) in enumerate(there)])
    first = {thread.id for thread in people.threads}
    late = [head(100 + number, came + 100, spoke) for number, (came, spoke) in enumerate(coming)]
    found: list[str] = []
    cursor = None
    while True:
        wanted = ResponseFilter(limit=limit, cursor=cursor, messages=False, newest_first=newest)
        page = list_responses("s", wanted, participants=people)
        found += [view.thread.id for view in page.people]
        cursor = page.next_cursor
        if cursor is None:
            break
        if late and chance.random() < 0.5:
            people.threads.append(late.pop())
        silent = [number for number, thread in enumerate(people.threads) if thread.first_message_at is None]
        if silent and chance.random() < 0.5:
            number = chance.choice(silent)
            spoke = datetime(2026, 3, 1, 18, tzinfo=UTC)
            people.threads[number] = head_that_spoke(people.threads[number], spoke)
    assert len(found) == len(set(found))
    assert first <= set(found)


def head_that_spoke(thread: Thread, at: datetime) -> Thread:
    return Thread("s", thread.id, "api", thread.external_id, None, thread.created_at, 0, first_message_at=at)
