"""From stored threads to what they come to together: digests brought up to date, and read as they are or reduced."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.clock import Clock, Deadline
from chalicelib.errors import NotFound, Unavailable
from chalicelib.llm.interface import Model, ModelCutOff, ModelDeclined, ModelUnavailable, RequestRefused
from chalicelib.model import Digest, Message, SessionView, Thread
from chalicelib.observability import log_failure, logger
from chalicelib.queues import Jobs
from chalicelib.services.access.join_sources import group_by_source
from chalicelib.services.synthesis import reduced_digests
from chalicelib.services.synthesis.aggregate import Aggregate, aggregate_digests, aggregate_reduced
from chalicelib.services.synthesis.digests import digest_thread, pass_over
from chalicelib.services.synthesis.retry_policy import rest_after
from chalicelib.services.synthesis.shared_registry import MAX_LIVE, MAX_OF_ONE, SharedRegistry
from chalicelib.services.usage.budget import meter_for
from chalicelib.services.usage.model_choice import choose_model
from chalicelib.store import digests as stored
from chalicelib.store.conversations import Conversations
from chalicelib.store.memories import Memories
from chalicelib.store.reduced_digests import ReducedDigests
from chalicelib.store.scratchpads import Scratchpads
from chalicelib.store.sessions import Sessions
from chalicelib.store.summaries import Summaries
from chalicelib.store.themes import Themes

AT_ONCE = 8
LONGEST_REST = timedelta(days=7)
PIECE_CHARACTERS = 60_000  # of one request: about 20,000 tokens in English, 60,000 in Chinese
CONTEXT = 6  # messages before new ones: what was asked in them may be what these answer
MOST_HALVED = 15  # pieces of a thread that are too much for the model: each may have cost a call
TOO_MUCH = (RequestRefused, ModelCutOff, ModelDeclined)


class SynthesisDeps(Struct, frozen=True):
    """What the summary job works with; `interval` is the least time between two summaries of a small session, in
    seconds; `silence` that without a word, after which a summary is written."""

    sessions: Sessions
    summaries: Summaries
    conversations: Conversations
    themes: Themes
    reduced_digests: ReducedDigests
    scratchpads: Scratchpads
    memories: Memories
    model: Model
    jobs: Jobs
    clock: Clock
    interval: int
    silence: int


class DigestRun(Struct):
    """What became of the threads that had news; `reached` has the digest of each that got further.

    `failure` is one that no thread is to blame for; with `left_out`, some threads are left for later.
    """

    failure: Unavailable | None = None
    out_of_time: bool = False
    left_out: bool = False
    reached: dict[str, Digest] = {}


def open_registry(view: SessionView, heads: Iterable[Thread], deps: SynthesisDeps) -> SharedRegistry:
    """The session's themes, stored with every new one; these heads say how widely each is carried."""
    session_id = view.session.id
    return SharedRegistry(
        deps.themes.get(session_id, view.synthesis),
        save=partial(deps.themes.put, session_id),
        load=lambda: deps.themes.get(session_id),
        carried=(head.themes for head in heads),
        most_of_one=MAX_OF_ONE if choose_model(deps.model, view.session).understands else MAX_LIVE,
    )


def digest_all(
    view: SessionView, heads: Sequence[Thread], shared: SharedRegistry, deps: SynthesisDeps, deadline: Deadline
) -> DigestRun:
    """Digest the threads that have news, several at once, those that waited longest first; one that fails keeps no other back."""
    now = deps.clock.now()
    stale = [head for head in heads if head.is_stale]
    ripe = [head for head in stale if not head.digest_rests(now)]
    result = DigestRun(left_out=len(ripe) < len(stale))
    failed: list[tuple[Thread, ModelUnavailable | None, bool]] = []

    def digest(head: Thread) -> None:
        meter = meter_for(view, deps.model)
        try:
            for reached in _digest_one(view, head, shared, replace(deps, model=meter), deadline):
                if reached is None:
                    result.out_of_time = True
                else:
                    result.reached[head.id] = reached
        except ModelUnavailable as error:
            failed.append((head, error, meter.is_paid))
        except Unavailable as error:
            result.failure = result.failure or error
        except NotFound:
            raise
        except Exception as error:
            log_failure("thread breaks its digest", error, session_id=head.session_id)
            failed.append((head, None, True))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(digest, sorted(ripe, key=lambda head: head.last_message_at or head.created_at)))
    for head, error, to_blame in failed:
        known = (head.digest_tried_to or 0) > head.digested_to  # it failed before, and not with all others
        if to_blame or result.reached or known:
            _put_off(head, deps)
            result.left_out = True
        else:
            result.failure = result.failure or error
    return result


def _put_off(head: Thread, deps: SynthesisDeps) -> None:
    """Note one more failure at these words of a thread, which rests after some; the others go on without it."""
    tries = _tries(head) + 1
    rest = rest_after(tries, LONGEST_REST)
    say = logger.error if rest else logger.warning
    say("thread not digested", extra={"event": "digest_failed", "session_id": head.session_id, "tries": tries})
    stored.put_off(head, tries, deps.clock.now() + rest if rest else None)


def _tries(head: Thread) -> int:
    """How often a digest of these words failed already."""
    return (head.digest_tries or 0) if head.digest_tried_to == head.last_said else 0


def gather(
    view: SessionView, heads: Mapping[str, Thread], digested: DigestRun, shared: SharedRegistry, deps: SynthesisDeps
) -> Aggregate | None:
    """What the included threads come to; None where somebody was taken out, or in, since `view` was read."""
    if len(heads) > reduced_digests.FROM_THREADS:
        found = _gather_reduced(view, heads, digested.reached, shared, deps)
    else:
        stored_now = deps.conversations.digests(view.session.id)
        included = (digest for digest in stored_now if digest.thread_id in heads)
        found = aggregate_digests(_themed(included, heads, shared))
    if found is None:
        return None
    tests = frozenset(name for name in found.counts if heads[name].test)
    sources = {} if view.session.shared_network else group_by_source(heads.values())
    unquotable = frozenset(name for name in found.counts if not heads[name].quotable)
    kept_back = frozenset(name for name in found.counts if not heads[name].passed_on)
    return replace(found, sources=sources, tests=tests, unquotable=unquotable, kept_back=kept_back)


def _gather_reduced(
    view: SessionView,
    heads: Mapping[str, Thread],
    reached: Mapping[str, Digest],
    shared: SharedRegistry,
    deps: SynthesisDeps,
) -> Aggregate | None:
    """The same for a large session: who stands where from the heads, the points from reduced digests."""
    session_id, epoch = view.session.id, view.synthesis.epoch
    counts = {head.id: head.counts for head in heads.values() if head.counts}
    counts |= {thread_id: digest.counts for thread_id, digest in reached.items()}
    unknown = [name for name, known in counts.items() if not all(map(shared.registry.resolve, known.stances))]
    mended = _themed(stored.of_threads(session_id, unknown), heads, shared)
    reached = {**reached, **{digest.thread_id: digest for digest in mended}}
    counts |= {digest.thread_id: digest.counts for digest in mended}
    reduced = deps.reduced_digests.all(session_id)
    due, prints = reduced_digests.find_due_buckets(heads.values(), reached, reduced)
    for bucket, thread_ids in due.items():
        made = reduced_digests.reduce_bucket(bucket, prints[bucket], stored.of_threads(session_id, thread_ids))
        kept = deps.reduced_digests.put(session_id, made, reduced.get(bucket), epoch)
        if kept is None:
            return None
        reduced[bucket] = kept
    return aggregate_reduced(counts, [reduced[bucket] for bucket in sorted(prints)])


def _digest_one(
    view: SessionView, head: Thread, shared: SharedRegistry, deps: SynthesisDeps, deadline: Deadline
) -> Iterator[Digest | None]:
    """Digest what is new in a thread, each piece saved as soon as it is done; gives the digest so far, and None where time ran out.

    A piece that is too much for the model is digested in halves; what it declines to read even alone is passed over, and counted.
    """
    stored_digest, answers = deps.conversations.digest_and_form(head.session_id, head.id)
    digest = stored_digest if head.digested_to else None
    halved = 0
    for piece in _pieces(deps, head, digest.to_sequence if digest else 0):
        waiting = [piece]
        while waiting:
            if deadline.remaining() <= 0:
                yield None
                return
            part, now = waiting.pop(), deps.clock.now()
            made: dict[str, Any] = {"shared": shared, "model": deps.model, "deadline": deadline, "now": now}
            try:
                digest = digest_thread(view, head, digest, part.messages, context=part.context, answers=answers, **made)
            except TOO_MUCH as error:
                said = sum(message.role == "user" for message in part.messages)
                if said > 1 and halved < MOST_HALVED:
                    halved += 1
                    waiting += reversed(part.halves())
                    continue
                if not isinstance(error, ModelDeclined):
                    raise
                # The same request would be declined again.
                digest = pass_over(head, digest, part.messages, now)
                extra = {"event": "words_withheld", "session_id": head.session_id, "messages": said}
                logger.warning("words left out of a digest", extra=extra)
            stored.put(head, digest)
            yield digest


class _Piece(Struct, frozen=True):
    """Messages that one request to a model is about, and those just before them."""

    context: Sequence[Message]
    messages: Sequence[Message]

    def halves(self) -> tuple["_Piece", "_Piece"]:
        """The same in two."""
        middle = len(self.messages) // 2
        first, second = self.messages[:middle], self.messages[middle:]
        return _Piece(self.context, first), _Piece([*self.context, *first][-CONTEXT:], second)


def _pieces(deps: SynthesisDeps, head: Thread, digested_to: int) -> Iterator[_Piece]:
    """The messages after those that are digested, in runs short enough for one request to a model."""
    context: list[Message] = []
    piece: list[Message] = []
    size = 0
    for message in deps.conversations.messages(head, max(0, digested_to - CONTEXT)):
        if message.sequence <= digested_to:
            context.append(message)
            continue
        if piece and size + len(message.content) > PIECE_CHARACTERS:
            yield _Piece(context, piece)
            context, piece, size = [*context, *piece][-CONTEXT:], [], 0
        piece.append(message)
        size += len(message.content)
    if piece:
        yield _Piece(context, piece)


def _themed(digests: Iterable[Digest], heads: Mapping[str, Thread], shared: SharedRegistry) -> list[Digest]:
    """The digests with a theme for every point, and stored so: one of somebody taken in again may have some that are gone."""
    themed = []
    for digest in digests:
        found = digest
        if any(shared.registry.resolve(point.theme) is None for point in digest.points):
            found = replace(digest, points=tuple(shared.settle(digest.thread_id, digest.points)))
        if found != digest:
            stored.put(heads[digest.thread_id], found)
        themed.append(found)
    return themed
