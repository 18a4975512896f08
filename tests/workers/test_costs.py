"""What one more message costs: exactly so many model calls and requests, however many threads there are."""

from collections import Counter
from functools import cache

import msgspec
import pytest
from msgspec.structs import replace

from chalicelib import container
from chalicelib.model import Session
from chalicelib.model.deletions import DeletionRecord
from chalicelib.services.synthesis import digest_runner, reduced_digests, state
from chalicelib.services.synthesis.aggregate import aggregate_digests
from chalicelib.services.synthesis.summary_job import JOB_SECONDS, summarise
from chalicelib.store import thread_head
from chalicelib.store.reduced_digests import ReducedDigests, bucket_of
from tests.bench.crowded_sessions import CountingModel, crowded_session, say_more
from tests.capacity import Consumed, metered
from tests.clock import FakeClock, own_time
from tests.services.builders import digest, point

MORE = "More benches in the park would be welcome for everybody."
# The session and its parts; the owner's share, begin, the share back; heads; themes; the thread's digest and its new messages;
# then digests or reduced ones, summary.
BEFORE = {"BatchGetItem": 2, "UpdateItem": 3, "Query thread": 1, "Query theme": 1, "Query message": 1}


@pytest.fixture
def clock(aws: None, monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    monkeypatch.setattr(digest_runner, "AT_ONCE", 1)
    return own_time(monkeypatch)


@pytest.fixture
def model(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> CountingModel:
    made = CountingModel()
    monkeypatch.setattr(container, "model", cache(lambda: made))
    return made


def run(session: Session, model: CountingModel, clock: FakeClock) -> Consumed:
    clock.advance(3_600)
    model.reset()
    with metered() as consumed:
        summarise(session.id, deps=container.synthesis_deps(), deadline=clock.deadline(JOB_SECONDS))
    return consumed


def one_more(session: Session, model: CountingModel, clock: FakeClock, number: int = 7) -> Consumed:
    say_more(session, number, MORE, clock)
    consumed = run(session, model, clock)
    assert model.asked == {"digest": 1, "summary": 1}
    return consumed


def known(session: Session) -> Counter[str]:
    """What was counted of the session."""
    view = container.sessions().view(session.id, ("summary",))
    assert view.summary is not None
    counted = Counter({theme.id: theme.participants for theme in view.summary.themes})
    return counted + Counter(participants=view.summary.participants, messages=view.summary.messages)


def test_one_message_in_two_hundred_threads(model: CountingModel, clock: FakeClock) -> None:
    session = crowded_session(200, clock)
    run(session, model, clock)
    assert model.asked == {"digest": 200, "summary": 1}
    cost = one_more(session, model, clock)
    # A digest, and its theme: one that is known. A summary.
    assert cost.calls == {**BEFORE, "Query digest": 1, "TransactWriteItems": 2}
    assert 60 <= cost.reads <= 120
    assert cost.writes <= 120
    assert model.tokens["digest"] <= 4_900  # ids differ by some tokens from run to run


def test_with_nothing_new_no_model_is_asked(model: CountingModel, clock: FakeClock) -> None:
    session = crowded_session(30, clock)
    run(session, model, clock)
    cost = run(session, model, clock)
    assert model.asked == {}
    assert cost.calls == {"BatchGetItem": 1, "Query thread": 1}
    assert cost.writes == 0


def test_in_a_large_session_one_message_reads_one_bucket_and_writes_one_reduced_digest(
    model: CountingModel, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reduced_digests, "FROM_THREADS", 40)
    session = crowded_session(120, clock)
    run(session, model, clock)
    before = ReducedDigests().all(session.id)
    cost = one_more(session, model, clock)
    assert cost.calls == {**BEFORE, "BatchGetItem": 3, "Query reduce": 1, "TransactWriteItems": 2, "PutItem": 1}
    after = ReducedDigests().all(session.id)
    assert sum(reduced != before[bucket] for bucket, reduced in after.items()) == 1


def test_reduced_digests_count_what_all_digests_count(
    model: CountingModel, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = crowded_session(60, clock)
    run(session, model, clock)
    flat = known(session)
    monkeypatch.setattr(reduced_digests, "FROM_THREADS", 10)
    monkeypatch.setattr(reduced_digests, "POINTS_A_BUCKET", 1_000)
    monkeypatch.setattr(reduced_digests, "POINTS_A_THEME", 1_000)
    monkeypatch.setattr(reduced_digests, "BYTES_A_BUCKET", 100_000)
    clock.advance(3_600)
    view = container.sessions().view(session.id, gathering_parts())
    heads = {head.id: head for head in container.conversations().heads(session.id)}
    shared = digest_runner.open_registry(view, heads.values(), container.synthesis_deps())
    heard = digest_runner.gather(view, heads, digest_runner.DigestRun(), shared, container.synthesis_deps())
    assert heard is not None
    assert (heard.participants, heard.messages) == (flat["participants"], flat["messages"])
    listed = aggregate_digests(container.conversations().digests(session.id))
    assert heard.counts == listed.counts
    assert sorted(map(repr, heard.points)) == sorted(map(repr, listed.points))


def gathering_parts() -> tuple[str, ...]:
    return ("synthesis", "summary")


def test_a_reduced_digest_has_room_for_a_few_points_however_long_they_are(
    model: CountingModel, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = [point(f"{n} {'湯' * 290}", f"m{n}", quote="湯" * 300, theme=f"t{n % 9}") for n in range(60)]
    short = [point(f"{n}", f"m{n}", theme=f"t{n % 9}") for n in range(60)]
    reduced = [
        reduced_digests.reduce_bucket(1, "made", [digest(name, *said) for name in "abc"]) for said in (long, short)
    ]
    assert [len(bucket.points) for bucket in reduced] == [3, reduced_digests.POINTS_A_BUCKET]
    assert all(len(msgspec.json.encode(bucket)) < 7_000 for bucket in reduced)


def test_whoever_is_taken_out_leaves_the_reduced_digests_at_once(
    model: CountingModel, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reduced_digests, "FROM_THREADS", 10)
    session = crowded_session(40, clock)
    run(session, model, clock)
    heads = container.conversations().heads(session.id)
    carried = Counter(theme for head in heads for theme in head.themes)
    taken_in_again, *_ = (head for head in heads if any(carried[theme] == 1 for theme in head.themes))
    gone = next(head for head in heads if head != taken_in_again)
    assert container.removals().begin(
        gone, DeletionRecord("r", "host", clock.now(), {}), state.exclude(clock.now()), is_capped=session.is_capped
    )
    assert container.participants().exclude(taken_in_again, state.exclude(clock.now()))
    left = ReducedDigests().all(session.id)
    assert not {bucket_of(gone.id), bucket_of(taken_in_again.id)} & left.keys()
    run(session, model, clock)
    assert model.asked == {"summary": 1}
    heard = {thread_id for bucket in ReducedDigests().all(session.id).values() for thread_id, _ in bucket.points}
    assert not {gone.id, taken_in_again.id} & heard
    assert known(session)["participants"] == 38
    without = {theme.label for theme in container.synthesis_deps().themes.get(session.id).live}
    excluded = thread_head.read(session.id, taken_in_again.id)
    assert excluded
    assert container.participants().include(excluded, clock.now(), state.include(clock.now()))
    run(session, model, clock)
    assert known(session)["participants"] == 39
    # What nobody else had brought up was gone, and is a theme again.
    registry = container.synthesis_deps().themes.get(session.id)
    again = thread_head.read(session.id, taken_in_again.id)
    assert again
    assert all(registry.resolve(theme) for theme in again.themes)
    assert {theme.label for theme in registry.live} > without
    stored = container.conversations().digest(session.id, again.id)
    assert stored
    assert stored.counts == again.counts


def test_a_theme_that_somebody_else_took_away_is_there_again_for_all_who_carry_it(
    model: CountingModel, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reduced_digests, "FROM_THREADS", 10)
    session = crowded_session(20, clock)
    run(session, model, clock)
    before = container.synthesis_deps().themes.get(session.id)
    gone = before.themes[0]
    assert container.synthesis_deps().themes.put(session.id, replace(before, themes=before.themes[1:]), before)
    container.summaries().move(session.id, state.mark_stale(clock.now()))
    run(session, model, clock)
    registry = container.synthesis_deps().themes.get(session.id)
    assert (registry.resolve(gone.id), registry.themes[-1].label) == (None, gone.label)
    heads = container.conversations().heads(session.id)
    assert all(registry.resolve(theme) for head in heads for theme in head.themes)
    points = [point for bucket in ReducedDigests().all(session.id).values() for _, point in bucket.points]
    assert registry.themes[-1].id in {point.theme for point in points}
    assert gone.id not in {point.theme for point in points}
    assert run(session, model, clock).writes <= 4


def test_words_taken_out_while_a_bucket_is_reduced_are_not_stored(
    model: CountingModel, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reduced_digests, "FROM_THREADS", 10)
    session = crowded_session(20, clock)
    run(session, model, clock)
    gone = container.conversations().heads(session.id)[0]
    bucket = ReducedDigests().all(session.id)[bucket_of(gone.id)]
    assert container.removals().begin(
        gone, DeletionRecord("r", "host", clock.now(), {}), state.exclude(clock.now()), is_capped=session.is_capped
    )
    assert not ReducedDigests().put(session.id, bucket, bucket, 0)
    assert not ReducedDigests().put(session.id, bucket, None, 0)
    assert bucket_of(gone.id) not in ReducedDigests().all(session.id)


def test_the_cost_of_one_message_does_not_follow_the_size(model: CountingModel, clock: FakeClock) -> None:
    costs = []
    for people in (20, 80):
        session = crowded_session(people, clock)
        run(session, model, clock)
        costs.append(one_more(session, model, clock))
    assert costs[0].calls == costs[1].calls
