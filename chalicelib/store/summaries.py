"""The summary of a session and where its synthesis stands (table `sessions`), with what a summary says of the themes."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

import msgspec
from msgspec.structs import replace
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.clock import Clock
from chalicelib.errors import NotFound, Unavailable
from chalicelib.model import Precondition, Session, SessionView, Summary, Transition
from chalicelib.retry import Retry
from chalicelib.store import database, keys
from chalicelib.store.cards import sets
from chalicelib.store.database import holds
from chalicelib.store.due import marks
from chalicelib.store.due_kinds import BRIEF, SILENCE, SUMMARY
from chalicelib.store.session_items import BriefItem, KeptSummaryItem, SessionItem, SummaryItem, SynthesisItem
from chalicelib.store.tables import SessionPart
from chalicelib.store.themes import Changes
from chalicelib.store.transact import ConditionFailed, Transaction

WITH_SYNTHESIS = (keys.SYNTHESIS,)  # of a view
Also = Callable[[Transaction], None]  # adds to a transaction
_RETRY = Retry(tries=5)  # of a summary whose session is edited again and again meanwhile


class Summaries:
    """Repository of summaries."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def kept(self, session_id: str) -> list[Summary]:
        """The summaries that are kept, the newest first."""
        found = database.query(SessionPart, session_id, keys.KEPT_SUMMARIES, keys.AFTER_SUMMARIES)
        read = (msgspec.convert(KeptSummaryItem.from_raw_data(dict(raw)).document, Summary) for raw in found)
        return sorted(read, key=lambda it: it.number, reverse=True)

    def move(self, session_id: str, transition: Transition) -> bool:
        """Make a transition of the synthesis; False where what it needs is not so."""
        actions, condition = _actions(session_id, transition), _condition(transition)
        return holds(lambda: database.update(SynthesisItem(session_id, keys.SYNTHESIS), actions, condition))

    def is_first_answer(self, session_id: str, at: datetime) -> bool:
        """Whether what was said then is the first answer in a session: whoever asks first makes it so, and may ask again."""
        first = SynthesisItem.first_answer_at
        same = SynthesisItem.session_id.exists() & (first.does_not_exist() | (first == at))
        return holds(lambda: database.update(SynthesisItem(session_id, keys.SYNTHESIS), [first.set(at)], same))

    def put(
        self,
        session: Session,
        summary: Summary,
        transition: Transition,
        themes: Changes | None = None,
        also: Also | None = None,
    ) -> bool:
        """Replace the summary by a newer one, move `updated_at` and make this transition, unless a newer one is there already.

        It is kept among the last ones; `also` adds what is stored with it. What it changes of the themes goes with it, unless somebody
        else changed some since they were read. False where what the transition needs is not so: it is a summary of other people. Raises
        NotFound where the session was deleted.
        """
        before = session.updated_at
        for _ in _RETRY.attempts(self._clock):
            try:
                _put(session.id, summary, transition, themes, later(summary.generated_at, before), also)
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


def add_transition(write: Transaction, session_id: str, transition: Transition, themes: Changes | None = None) -> None:
    """Add a transition of the synthesis to a transaction, and that its themes are changed."""
    actions, condition = _actions(session_id, transition), _condition(transition)
    if themes:
        actions, condition = [*actions, *themes.moves], condition & themes.unmoved
    write.update(SynthesisItem(session_id, keys.SYNTHESIS), actions, condition, label=keys.SYNTHESIS)


class CutSummaries(msgspec.Struct, frozen=True):
    """The summary of a session and those that are kept, with somebody's words cut out, and `before` as they were read."""

    before: SessionView
    summary: Summary | None
    kept: tuple[Summary, ...]


def put_cut(write: Transaction, cut: CutSummaries) -> None:
    """Put these in the place of those that they were made of, in a transaction that fails where there are others by now. The brief,
    which may have the same words, is taken offline, and due."""
    session, whole = cut.before.session, cut.before.summary
    same: Condition = SummaryItem.generated_at.does_not_exist()
    if whole is None or cut.summary is None:
        write.check(SummaryItem(session.id, keys.SUMMARY), same)
    else:
        at = whole.generated_at
        write.save(_summary_item(session.id, cut.summary), SummaryItem.generated_at == at, label=keys.SUMMARY)
        write.delete(BriefItem(session.id, keys.BRIEF))
        # Also for who is making a brief of what was there before.
        moved: list[Action] = [SessionItem.updated_at.set(later(session.updated_at, session.updated_at))]
        shown = SessionItem(session.id, keys.SESSION)
        write.update(shown, moved, SessionItem.updated_at == session.updated_at, label=keys.SESSION)
    for kept in cut.kept:
        write.save(_kept_item(session.id, kept))


def want_brief(write: Transaction, session_id: str, now: datetime) -> None:
    """Have the brief of the summary that is there made again, in a transaction that changes what else it tells."""
    due: list[Action] = [SummaryItem.due_kind.set(BRIEF.shard(session_id)), SummaryItem.due_at.set(now)]
    write.update(SummaryItem(session_id, keys.SUMMARY), actions=due, condition=SummaryItem.generated_at.exists())


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


def _put(
    session_id: str,
    summary: Summary,
    transition: Transition,
    themes: Changes | None,
    moved: datetime,
    also: Also | None,
) -> None:
    item, kept = _summary_item(session_id, summary), _kept_item(session_id, summary)
    older = SummaryItem.generated_at.does_not_exist() | (SummaryItem.generated_at < summary.generated_at)

    def build(write: Transaction) -> None:
        write.save(item, older, label=keys.SUMMARY)
        write.save(kept)
        shown = SessionItem(session_id, keys.SESSION)
        changed: list[Action] = [SessionItem.updated_at.set(moved)]
        write.update(shown, changed, SessionItem.updated_at < moved, label=keys.SESSION)
        add_transition(write, session_id, transition, themes)
        if themes:
            themes.write(write, session_id)
        if also:
            also(write)

    database.transact(build)


def _summary_item(session_id: str, summary: Summary) -> SummaryItem:
    return SummaryItem(
        session_id,
        keys.SUMMARY,
        generated_at=summary.generated_at,
        document=msgspec.to_builtins(summary),
        **marks(BRIEF, session_id, summary.generated_at),
    )


def _kept_item(session_id: str, summary: Summary) -> KeptSummaryItem:
    """A summary as it is kept: what decides what others are shown stays out, members alone read it, and a transaction takes all of
    them away at once."""
    for_members = msgspec.to_builtins(replace(summary, withheld=(), withheld_quotes=(), tests=()))
    place = keys.kept_summary(summary.number)
    return KeptSummaryItem(session_id, place, generated_at=summary.generated_at, document=for_members)


def _actions(session_id: str, transition: Transition) -> list[Action]:
    """What a transition writes. Its date is that of the index: what has one is due."""
    values = dict[str, Any](transition.sets.items())
    if "due_at" in values:
        values |= marks(SILENCE if transition.in_silence else SUMMARY, session_id, values["due_at"])
    return [*sets(SynthesisItem, values), *(_path(name).add(more) for name, more in transition.adds.items())]


def _condition(transition: Transition) -> Condition:
    there: Condition = SynthesisItem.session_id.exists()
    held = there if transition.epoch is None else still(transition.epoch)
    for alternatives in transition.preconditions:
        held = held & reduce(or_, map(_one_condition, alternatives))
    return held


def _one_condition(precondition: Precondition) -> Any:
    path = _path(precondition.attribute)
    match precondition.relation:
        case "absent":
            return path.does_not_exist()
        case "present":
            return path.exists()
        case "is":
            return path == precondition.value
        case "at most":
            return path <= precondition.value


def _path(name: str) -> Any:
    return getattr(SynthesisItem, name)
