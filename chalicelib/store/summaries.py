"""Storing the summary of a session (table `sessions`), together with what it says of the session's themes."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.errors import NotFound, Unavailable
from chalicelib.model import Session, Summary, Synthesis
from chalicelib.store import database, keys
from chalicelib.store.database import holds
from chalicelib.store.due import marks
from chalicelib.store.due_kinds import BRIEF
from chalicelib.store.session_items import SessionItem, SummaryItem, SynthesisItem
from chalicelib.store.tables import ConversationPart
from chalicelib.store.themes import Changes
from chalicelib.store.thread_head import thread_from
from chalicelib.store.transact import ConditionFailed, Transaction

WITH_SYNTHESIS = (keys.SYNTHESIS,)  # of a view
_TRIES = 5  # of a summary whose session is edited again and again meanwhile


def put(session: Session, summary: Summary, epoch: int, themes: Changes | None = None) -> bool:
    """Replace the summary by a newer one and move `updated_at`, unless a newer one is there already.

    What it changes of the themes goes with it, unless somebody else changed some since they were read. False where
    somebody was taken out, or in again, since this epoch: it is a summary of other people. Raises NotFound where the session
    was deleted.
    """
    before = session.updated_at
    for _ in range(_TRIES):
        try:
            _put(session.id, summary, epoch, themes, later(summary.generated_at, before))
        except ConditionFailed as error:
            if themes and keys.SYNTHESIS in error.failed:
                themes = None  # these have moved on, or else the next try tells
            elif error.failed & {keys.SUMMARY, keys.SYNTHESIS}:
                return keys.SYNTHESIS not in error.failed
            if keys.SESSION in error.failed:
                # `updated_at` went past us (an edit, or clocks apart): go on from what is stored.
                item = database.get(SessionItem, session.id, keys.SESSION)
                if item is None:
                    raise NotFound("Session not found") from error
                before = item.updated_at
        else:
            return True
    raise Unavailable("The session is being changed; try again in a moment")


def tell(session_id: str, said: Mapping[str, int], now: datetime) -> None:
    """Mark the summary stale for words that no digest has: of each thread, the number of the last message told of.

    The stream may tell of a message long after it was said. Who digests ends with a summary, or leaves one due, so what a
    digest has needs no mark.
    """
    parts = {keys.thread(thread_id): last for thread_id, last in said.items()}
    found = database.get_many([(ConversationPart, session_id, part) for part in parts])
    threads = {part: thread_from(raw) for part, raw in found.items()}
    if any(it.included and it.digested_to < parts[part] for part, it in threads.items()):
        synthesis = SynthesisItem(session_id, keys.SYNTHESIS)
        there = SynthesisItem.session_id.exists()
        holds(lambda: database.update(synthesis, [SynthesisItem.told_at.set(now), *rested()], there))


def untell(session_id: str, told_at: datetime) -> None:
    """Take such a mark away, unless another came after it."""
    synthesis = SynthesisItem(session_id, keys.SYNTHESIS)
    same = SynthesisItem.told_at == told_at
    holds(lambda: database.update(synthesis, [SynthesisItem.told_at.remove()], same))


def want_brief(write: Transaction, session_id: str, now: datetime) -> None:
    """Have the brief of the summary that is there made again, in a transaction that changes what else it tells."""
    due: list[Action] = [SummaryItem.due_kind.set(BRIEF.shard(session_id)), SummaryItem.due_at.set(now)]
    write.update(SummaryItem(session_id, keys.SUMMARY), actions=due, condition=SummaryItem.generated_at.exists())


def ended() -> list[Action]:
    """No summary is being written any more."""
    over = ("updating_until", "held_by_request", "withdrawn_at", "due_kind", "due_at", "begun")
    return [*(getattr(SynthesisItem, name).remove() for name in over), *rested()]


def rested() -> list[Action]:
    """It is worth trying again, however often it failed before."""
    return [getattr(SynthesisItem, name).remove() for name in ("tries", "paid_tries", "rests_until")]


def fail(session_id: str, epoch: int, now: datetime, state: Synthesis, again_at: datetime | None) -> None:
    """Note that a summary that was begun could not be written, with the tries as `state` counts them.

    It is due `again_at`, or never again by itself. Where something new came since it was begun, that is left as it is:
    a job comes for it.
    """
    nothing_new = SynthesisItem.told_at.does_not_exist() & SynthesisItem.stale_since.does_not_exist()
    actions: list[Action] = [
        SynthesisItem.stale_since.set(now),
        SynthesisItem.tries.set(state.tries),
        SynthesisItem.paid_tries.set(state.paid_tries),
        SynthesisItem.begun.remove(),
    ]
    if again_at:
        actions.append(SynthesisItem.due_at.set(again_at))
    else:
        actions += [SynthesisItem.due_kind.remove(), SynthesisItem.due_at.remove()]
    if state.rests_until:
        actions.append(SynthesisItem.rests_until.set(state.rests_until))
    if state.rests_until or again_at is None:
        actions += [SynthesisItem.updating_until.remove(), SynthesisItem.held_by_request.remove()]
    condition = still(epoch) & nothing_new & SynthesisItem.updating_until.exists()
    holds(lambda: database.update(SynthesisItem(session_id, keys.SYNTHESIS), actions, condition))


def still(epoch: int) -> Condition:
    """The session is there, and nobody was taken out, or in again, since."""
    same: Condition = SynthesisItem.epoch == epoch
    if epoch == 0:
        same = same | SynthesisItem.epoch.does_not_exist()
    here: Condition = SynthesisItem.session_id.exists() & same
    return here


def later(now: datetime, before: datetime) -> datetime:
    """`now`, or the smallest time after `before`: times of change only grow, even where clocks differ."""
    return max(now, before + timedelta(microseconds=1))


def _put(session_id: str, summary: Summary, epoch: int, themes: Changes | None, moved: datetime) -> None:
    item = SummaryItem(
        session_id,
        keys.SUMMARY,
        generated_at=summary.generated_at,
        document=msgspec.to_builtins(summary),
        **marks(BRIEF, session_id, summary.generated_at),
    )
    older = SummaryItem.generated_at.does_not_exist() | (SummaryItem.generated_at < summary.generated_at)

    def build(write: Transaction) -> None:
        write.save(item, older, label=keys.SUMMARY)
        shown = SessionItem(session_id, keys.SESSION)
        changed: list[Action] = [SessionItem.updated_at.set(moved)]
        write.update(shown, changed, SessionItem.updated_at < moved, label=keys.SESSION)
        synthesis = SynthesisItem(session_id, keys.SYNTHESIS)
        unmoved = still(epoch) & themes.unmoved if themes else still(epoch)
        write.update(synthesis, [*ended(), *(themes.moves if themes else ())], unmoved, label=keys.SYNTHESIS)
        if themes:
            themes.write(write, session_id)

    database.transact(build)
