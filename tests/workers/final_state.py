"""What is true of a session in the end, whatever happened on the way: said once, and digested, noted and summed up exactly."""

from collections.abc import Mapping, Sequence

import app
from chalicelib import container
from chalicelib.model import SessionView, Thread
from chalicelib.services.synthesis.state import summary_status
from chalicelib.store import keys
from chalicelib.store.sessions import FOR_RESULTS, FOR_SCRATCHPAD
from tests import events
from tests.conversation import HOST
from tests.events import Context
from tests.workers.consultation import Consultation
from tests.workers.delivery import Queues, Streams

MOST_ROUNDS = 25
A_DAY = 86_400  # seconds: all that rests is due again, but for single threads that failed very often


def read_results(consultation: Consultation) -> SessionView:
    """What is online of a session's results, and the notes."""
    return container.sessions().view(consultation.session.id, (*FOR_RESULTS, *FOR_SCRATCHPAD, *keys.tallies()), HOST)


def settle(consultation: Consultation, streams: Streams, queues: Queues, *, lost: bool) -> None:
    """Let everything that waits arrive; or, with `lost`, nothing of it. Then the clock goes on until there is nothing to do."""
    if lost:
        streams.lose()
        queues.waiting.clear()
    for _ in range(MOST_ROUNDS):
        deliver_all(streams, queues)
        consultation.clock.advance(A_DAY)
        app.sweep(events.clock_event(), Context())
        if not queues.waiting and not any(streams.waiting.values()):
            return
    raise AssertionError("stuck")


def deliver_all(streams: Streams, queues: Queues) -> None:
    """Let everything that waits arrive, and what follows from it."""
    for _ in range(100):
        for table, records in streams.waiting.items():
            if found := list(records):
                streams.deliver(table, found)
                streams.done_with(table, found)
        if not queues.waiting and not any(streams.waiting.values()):
            return
        for queued in queues.next_ones():
            queues.deliver(queued)
    raise AssertionError("work that wakes itself for ever")


def holds_exactly(
    consultation: Consultation, said: Mapping[str, Sequence[str]], out: frozenset[str] = frozenset()
) -> None:
    """Every message once and answered; digests, notes and summary of exactly those of people who are not `out`."""
    threads = {head.external_id: head for head in container.conversations().heads(consultation.session.id)}
    assert {name: head.message_count for name, head in threads.items()} == {name: len(it) for name, it in said.items()}
    assert {name for name, head in threads.items() if not head.included} == out
    for name, head in threads.items():
        stored = list(container.conversations().messages(head))
        assert [entry.content for entry in stored if entry.role == "user"] == list(said[name])
        assert [entry.role for entry in stored] == ["user", "assistant"] * len(said[name])
    _nothing_else_is_stored(consultation, list(threads.values()))
    included = [head for head in threads.values() if head.included]
    _digests_are_of(consultation, included)
    view = read_results(consultation)
    assert view.tally.participants == len(threads)
    total, people = sum(head.message_count for head in included), len(included)
    pad, summary = view.scratchpad, view.summary
    assert ((pad.messages, pad.participants) if pad else (0, 0)) == (total, people)
    assert ((summary.messages, summary.participants) if summary else (0, 0)) == (total, people)
    assert (view.brief and view.brief.summary_at) == (summary and summary.generated_at)
    if pad:
        evidence = {name for note in pad.notes for name in note.evidence}
        assert evidence <= {name for head in included for name in message_ids(head)}
    assert summary_status(view, consultation.clock.now()) == ("current" if total else "none")
    state = view.synthesis
    assert (state.stale_since, state.updating_until, state.withdrawn_at) == (None, None, None)
    assert (state.behind_since, state.wanted_at, state.wants_large) == (None, None, False)


def message_ids(head: Thread) -> list[str]:
    """The ids of what a participant said."""
    return [entry.id for entry in container.conversations().messages(head) if entry.role == "user"]


def _digests_are_of(consultation: Consultation, included: Sequence[Thread]) -> None:
    digests = {digest.thread_id: digest for digest in container.conversations().digests(consultation.session.id)}
    for head in included:
        digest = digests[head.id]
        assert (digest.messages, head.digested_to >= head.last_said) == (head.message_count, True)
        assert {point.message_id for point in digest.points} == set(message_ids(head))


def _nothing_else_is_stored(consultation: Consultation, threads: Sequence[Thread]) -> None:
    """All items belong to a thread that is there, as many messages as it says; and nothing waits to be done."""
    ids = {head.id for head in threads}
    items = [item for item in consultation.items("") if item["session_id"]["S"] == consultation.session.id]
    due = [*items, *(consultation.item(part) for part in (keys.SESSION, keys.SYNTHESIS, keys.SUMMARY))]
    assert not [item for item in due if keys.DUE_KIND in item]
    parts = [item["part"]["S"] for item in items]
    assert {keys.thread_of(part) for part in parts} <= ids
    assert not [part for part in parts if part.startswith("erasure#")]
    stored = [part for part in parts if part.startswith(keys.MESSAGES)]
    assert len(stored) == 2 * sum(head.message_count for head in threads)
