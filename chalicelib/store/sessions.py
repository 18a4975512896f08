"""Sessions and everything that belongs to one but is not a conversation (table `sessions`)."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from pynamodb.expressions.condition import Condition

from chalicelib.errors import Invalid, NotFound
from chalicelib.model import (
    Brief,
    Prompt,
    Question,
    Role,
    Session,
    SessionView,
    Summary,
    Synthesis,
)
from chalicelib.store import database, keys, summaries
from chalicelib.store.cards import card_values
from chalicelib.store.database import holds
from chalicelib.store.due_kinds import SUMMARY
from chalicelib.store.new_sessions import items_of
from chalicelib.store.session_items import (
    BriefItem,
    MemberItem,
    PromptItem,
    SessionItem,
    SummaryItem,
    SynthesisItem,
)
from chalicelib.store.session_view import prompt_of, view_of
from chalicelib.store.tables import SessionPart
from chalicelib.store.themes import Changes
from chalicelib.store.transact import ConditionFailed, Transaction
from chalicelib.store.user_items import DeletedItem

# What the requests read, besides the session itself; each is one BatchGetItem.
NOTHING_ELSE: tuple[str, ...] = ()
EVERYTHING = (
    keys.CONTEXT,
    keys.QUESTIONS,
    keys.PROMPT_CURRENT,
    keys.SYNTHESIS,
    keys.SUMMARY,
    keys.SUMMARY_PROMPT,
    keys.BRIEF,
    *keys.tallies(),
)
FOR_COUNT = (*keys.tallies(),)
FOR_QUESTIONS = (keys.QUESTIONS,)
FOR_RESULTS = (keys.SYNTHESIS, keys.SUMMARY, keys.BRIEF)
FOR_TURN = (keys.CONTEXT, keys.QUESTIONS, keys.PROMPT_CURRENT, keys.SCRATCHPAD)
FOR_SCRATCHPAD = (keys.SCRATCHPAD,)
FOR_DIGEST = (
    keys.CONTEXT,
    keys.QUESTIONS,
    keys.PROMPT_CURRENT,
    keys.SYNTHESIS,
    keys.SUMMARY,
    keys.SUMMARY_PROMPT,
    keys.SCRATCHPAD,
)
FOR_PROMPT = (keys.CONTEXT, keys.PROMPT_CURRENT)
FOR_BRIEF = (keys.CONTEXT, keys.QUESTIONS, keys.SUMMARY, keys.BRIEF, *keys.tallies())
FOR_CLOSING = (keys.SUMMARY,)

_OWNER: Role = "owner"


class Sessions:
    """Repository of sessions."""

    def create(
        self,
        session: Session,
        *,
        context: str | None,
        questions: tuple[Question, ...],
        prompt: Prompt | None,
    ) -> bool:
        """Store a new session with its owner, counters and parts in one transaction. Without a prompt, one is due.

        False where a session of this id is there already. Raises NotFound where one was, and was deleted.
        """
        items = items_of(session, context, questions, prompt)

        def build(write: Transaction) -> None:
            write.check(DeletedItem(keys.deleted(session.id)), DeletedItem.id.does_not_exist(), label=keys.DELETION)
            for item in items:
                write.save(item, condition=SessionPart.session_id.does_not_exist())

        try:
            database.transact(build)
        except ConditionFailed as error:
            if keys.DELETION in error.failed:
                raise NotFound("This session was deleted") from error
            return False
        return True

    def view(self, session_id: str, parts: Iterable[str], user_id: str | None = None) -> SessionView:
        """The session with these parts, and the role of this user in it, in one read. Raises NotFound."""
        return view_of(session_id, database.get_many(wanted(session_id, parts, user_id)), user_id)

    def prompt(self, session_id: str, version: int | None = None) -> Prompt | None:
        """A version of the facilitation prompt; the one in force where none is named."""
        part = keys.PROMPT_CURRENT if version is None else keys.prompt(version)
        item = database.get(PromptItem, session_id, part)
        return prompt_of(item) if item and item.text else None

    def add_member(self, session_id: str, user_id: str, role: Role) -> None:
        """Give a user a role in a session; an earlier role is replaced."""
        view = self.view(session_id, keys.tallies())
        item = MemberItem(
            session_id,
            keys.member(user_id),
            member_id=user_id,
            role=role,
            participant_count=view.tally.participants,
            **card_values(view.session),
        )

        def build(write: Transaction) -> None:
            write.check(SessionItem(session_id, keys.SESSION), SessionItem.topic.exists(), label=keys.SESSION)
            write.save(item, condition=MemberItem.role.does_not_exist() | (MemberItem.role != _OWNER))

        try:
            database.transact(build)
        except ConditionFailed as error:
            if keys.SESSION in error.failed:
                raise NotFound("Session not found") from error
            raise Invalid("The owner of a session stays its owner") from error

    def mark_stale(self, session_id: str, since: datetime) -> None:
        """Note that there is something the summary does not know; the first note stays."""
        holds(
            lambda: database.update(
                SynthesisItem(session_id, keys.SYNTHESIS),
                [SynthesisItem.stale_since.set(since)],
                SynthesisItem.session_id.exists() & SynthesisItem.stale_since.does_not_exist(),
            )
        )

    def tell_of_words(self, session_id: str, said: Mapping[str, int], now: datetime) -> None:
        """Mark the summary stale for what was said in these threads, as far as no digest has it; see `summaries.tell`."""
        summaries.tell(session_id, said, now)

    def untell_of_words(self, session_id: str, told_at: datetime) -> None:
        """Take the mark of that moment away: all of its words are in a digest; one that came after it stays."""
        summaries.untell(session_id, told_at)

    def begin_summary(
        self,
        session_id: str,
        now: datetime,
        until: datetime,
        *,
        by_request: bool = False,
        rest: timedelta = timedelta(),
    ) -> bool:
        """Say that a summary is being written, until then. Whatever comes after this moment makes it stale again.

        Should that not come to an end, it is due after `rest`.

        False where another one is being written: a request waits for everybody, a job (the queue runs one of a session
        at a time) for a request only.
        """
        held = SynthesisItem.held_by_request
        actions = [
            SynthesisItem.updating_until.set(until),
            held.set(True) if by_request else held.remove(),
            SynthesisItem.stale_since.remove(),
            SynthesisItem.told_at.remove(),
            SynthesisItem.due_kind.set(SUMMARY.shard(session_id)),
            SynthesisItem.due_at.set(until + rest),
            SynthesisItem.begun.add(1),
            *(summaries.rested() if by_request else []),
        ]
        free = SynthesisItem.updating_until.does_not_exist() | (SynthesisItem.updating_until <= now)
        if not by_request:
            free = free | held.does_not_exist()
        condition = SynthesisItem.session_id.exists() & free
        return holds(lambda: database.update(SynthesisItem(session_id, keys.SYNTHESIS), actions, condition))

    def leave_summary(self, session_id: str, until: datetime) -> None:
        """Give up a summary that was begun; it is due, and counts as updating until then."""
        moved = [SynthesisItem.updating_until.set(until), SynthesisItem.due_at.set(until)]
        actions = [*moved, SynthesisItem.held_by_request.remove(), SynthesisItem.begun.remove()]
        begun = SynthesisItem.updating_until.exists()
        holds(lambda: database.update(SynthesisItem(session_id, keys.SYNTHESIS), actions, begun))

    def fail_summary(
        self, session_id: str, epoch: int, now: datetime, state: Synthesis, again_at: datetime | None
    ) -> None:
        """Note that a summary that was begun could not be written; see `summaries.fail`."""
        summaries.fail(session_id, epoch, now, state, again_at)

    def end_summary(self, session_id: str, epoch: int) -> bool:
        """Say that no summary is being written any more, and none came out of it; False where one is due all the same."""
        synthesis = SynthesisItem(session_id, keys.SYNTHESIS)
        return holds(lambda: database.update(synthesis, summaries.ended(), summaries.still(epoch)))

    def put_summary(self, session: Session, summary: Summary, epoch: int, themes: Changes | None = None) -> bool:
        """Replace the summary by a newer one, and store what it changes of the themes; see `summaries.put`."""
        return summaries.put(session, summary, epoch, themes)

    def put_brief(self, session_id: str, brief: Brief, seen: datetime | None = None) -> bool:
        """Store the brief of the summary that is there, which is not waiting for it any more.

        False where it is of any other, or the session was changed since it was `seen`.
        """
        same: Condition = SessionItem.topic.exists()
        if seen:
            same = same & (SessionItem.updated_at == seen)
        item = BriefItem(session_id, keys.BRIEF, summary_at=brief.summary_at, markdown=brief.markdown)
        older = BriefItem.summary_at.does_not_exist() | (BriefItem.summary_at <= brief.summary_at)

        def build(write: Transaction) -> None:
            write.check(SessionItem(session_id, keys.SESSION), same)
            write.save(item, condition=older)
            write.update(
                SummaryItem(session_id, keys.SUMMARY),
                actions=[SummaryItem.due_kind.remove(), SummaryItem.due_at.remove()],
                condition=SummaryItem.generated_at == brief.summary_at,
            )

        return holds(lambda: database.transact(build))


def wanted(session_id: str, parts: Iterable[str], user_id: str | None) -> list[tuple[type[SessionPart], str, str]]:
    """The keys of a view, for one BatchGetItem. Raises NotFound for the id that no session has."""
    if session_id == keys.NOBODYS:
        raise NotFound("Session not found")
    asked = [keys.SESSION, *parts]
    if user_id is not None:
        asked.append(keys.member(user_id))
    return [(SessionPart, session_id, part) for part in asked]
