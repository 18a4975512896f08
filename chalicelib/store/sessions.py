"""Sessions and everything that belongs to one but is not a conversation (table `sessions`)."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

import msgspec
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.errors import Invalid
from chalicelib.store import database, keys
from chalicelib.store.database import holds
from chalicelib.store.due import sessions_due
from chalicelib.store.records import Brief, Prompt, Question, Role, Session, SessionView, Summary
from chalicelib.store.tables import (
    BriefItem,
    FeedItem,
    MemberItem,
    PromptItem,
    QuestionsItem,
    SessionItem,
    SessionPart,
    SummaryItem,
    SynthesisItem,
    TallyItem,
    TextItem,
)
from chalicelib.store.transact import ConditionFailed
from chalicelib.store.views import SHORT_FIELDS, prompt_of, view_of

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
FOR_QUESTIONS = (keys.QUESTIONS,)
FOR_RESULTS = (keys.SYNTHESIS, keys.SUMMARY, keys.BRIEF)
FOR_TURN = (keys.CONTEXT, keys.QUESTIONS, keys.PROMPT_CURRENT)
FOR_DIGEST = (keys.CONTEXT, keys.SYNTHESIS, keys.SUMMARY, keys.SUMMARY_PROMPT)
FOR_PROMPT = (keys.CONTEXT, keys.PROMPT_CURRENT)
FOR_BRIEF = (keys.CONTEXT, keys.QUESTIONS, keys.SUMMARY, keys.BRIEF, *keys.tallies())

_PROMPT_DUE, _SUMMARY_DUE, _BRIEF_DUE = "prompt", "summary", "brief"
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
    ) -> None:
        """Store a new session with its owner, counters and parts in one transaction. Without a prompt, one is due."""
        values: dict[str, Any] = {name: getattr(session, name) for name in SHORT_FIELDS}
        if prompt is None:
            values |= {"due_kind": keys.due(_PROMPT_DUE, session.id), "due_at": session.created_at}
        items: list[SessionPart] = [
            SessionItem(session.id, keys.SESSION, **values),
            SynthesisItem(session.id, keys.SYNTHESIS),
            MemberItem(
                session.id,
                keys.member(session.owner_id),
                member_id=session.owner_id,
                role=_OWNER,
                **_card(session),
            ),
            *(TallyItem(session.id, part, status=session.status) for part in keys.tallies()),
        ]
        texts = {keys.CONTEXT: context, keys.SUMMARY_PROMPT: session.summary_prompt}
        items += [TextItem(session.id, part, text=text) for part, text in texts.items() if text]
        if session.has_questions:
            items.append(QuestionsItem(session.id, keys.QUESTIONS, questions=msgspec.to_builtins(questions)))
        if prompt:
            items += _prompt_items(session.id, prompt)
        if session.is_public:
            items.append(FeedItem(session.id, keys.FEED_PART, feed="public", **_card(session)))

        def build(write: TransactWrite) -> None:
            for item in items:
                write.save(item, condition=SessionPart.session_id.does_not_exist())

        database.transact(build)

    def view(self, session_id: str, parts: Iterable[str], user_id: str | None = None) -> SessionView:
        """The session with these parts, and the role of this user in it, in one read. Raises NotFound."""
        return view_of(session_id, database.get_many(wanted(session_id, parts, user_id)), user_id)

    def prompt(self, session_id: str, version: int) -> Prompt | None:
        """An earlier version of the facilitation prompt."""
        item = database.get(PromptItem, session_id, keys.prompt(version))
        return prompt_of(item) if item else None

    def add_prompt(self, session_id: str, prompt: Prompt) -> bool:
        """Make this the current prompt; False where a version of that number, or a newer one, is there already."""

        def build(write: TransactWrite) -> None:
            current, version = _prompt_items(session_id, prompt)
            write.save(current, condition=PromptItem.version.does_not_exist() | (PromptItem.version < prompt.version))
            write.save(version, condition=PromptItem.version.does_not_exist())
            write.update(
                SessionItem(session_id, keys.SESSION),
                actions=[SessionItem.due_kind.remove(), SessionItem.due_at.remove()],
                condition=SessionItem.topic.exists(),
            )

        return holds(lambda: database.transact(build))

    def add_member(self, session_id: str, user_id: str, role: Role) -> None:
        """Give a user a role in a session; an earlier role is replaced."""
        session = self.view(session_id, NOTHING_ELSE).session
        item = MemberItem(session_id, keys.member(user_id), member_id=user_id, role=role, **_card(session))
        if not holds(lambda: database.put(item, MemberItem.role.does_not_exist() | (MemberItem.role != _OWNER))):
            raise Invalid("The owner of a session stays its owner")

    def mark_stale(self, session_id: str, since: datetime) -> None:
        """Note that somebody said something the summary does not know; the first note stays."""
        holds(
            lambda: database.update(
                SynthesisItem(session_id, keys.SYNTHESIS),
                [SynthesisItem.stale_since.set(since)],
                SynthesisItem.session_id.exists() & SynthesisItem.stale_since.does_not_exist(),
            )
        )

    def begin_summary(self, session_id: str, until: datetime) -> None:
        """Say that a summary is being written, until then. Whatever comes after this moment makes it stale again."""
        actions = [
            SynthesisItem.updating_until.set(until),
            SynthesisItem.stale_since.remove(),
            SynthesisItem.due_kind.set(keys.due(_SUMMARY_DUE, session_id)),
            SynthesisItem.due_at.set(until),
        ]
        database.update(SynthesisItem(session_id, keys.SYNTHESIS), actions, SynthesisItem.session_id.exists())

    def end_summary(self, session_id: str) -> None:
        """Say that no summary is being written any more, none having come out of it."""
        database.update(SynthesisItem(session_id, keys.SYNTHESIS), _summary_ended(), SynthesisItem.session_id.exists())

    def put_summary(self, session: Session, summary: Summary) -> bool:
        """Replace the summary by a newer one and move `updated_at`; False where a newer one is there already."""
        moved = _later(summary.generated_at, session.updated_at)

        def build(write: TransactWrite) -> None:
            write.save(
                SummaryItem(
                    session.id,
                    keys.SUMMARY,
                    generated_at=summary.generated_at,
                    document=msgspec.to_builtins(summary),
                    due_kind=keys.due(_BRIEF_DUE, session.id),
                    due_at=summary.generated_at,
                ),
                condition=SummaryItem.generated_at.does_not_exist() | (SummaryItem.generated_at < summary.generated_at),
            )
            write.update(
                SessionItem(session.id, keys.SESSION),
                actions=[SessionItem.updated_at.set(moved)],
                condition=SessionItem.updated_at < moved,
            )
            write.update(
                SynthesisItem(session.id, keys.SYNTHESIS),
                actions=_summary_ended(),
                condition=SynthesisItem.session_id.exists(),
            )

        try:
            database.transact(build)
        except ConditionFailed as error:
            if 0 in error.failed:
                return False
            # `updated_at` went past us (an edit, or clocks apart): go on from what is stored.
            return self.put_summary(self.view(session.id, NOTHING_ELSE).session, summary)
        return True

    def put_brief(self, session_id: str, brief: Brief) -> None:
        """Replace the brief, unless one of a newer summary is there; its summary needs no brief any more."""
        item = BriefItem(session_id, keys.BRIEF, summary_at=brief.summary_at, markdown=brief.markdown)
        older = BriefItem.summary_at.does_not_exist() | (BriefItem.summary_at <= brief.summary_at)
        holds(lambda: database.put(item, older))
        holds(
            lambda: database.update(
                SummaryItem(session_id, keys.SUMMARY),
                [SummaryItem.due_kind.remove(), SummaryItem.due_at.remove()],
                SummaryItem.due_at <= brief.summary_at,
            )
        )

    def prompts_due(self, until: datetime, again: datetime | None = None) -> Iterator[str]:
        """Sessions whose facilitation prompt has been waiting since before `until`; see `due.py` for `again`."""
        return sessions_due(SessionPart, _PROMPT_DUE, until, again)

    def summaries_due(self, until: datetime, again: datetime | None = None) -> Iterator[str]:
        """Sessions whose summary job should have ended before `until` and did not."""
        return sessions_due(SessionPart, _SUMMARY_DUE, until, again)

    def briefs_due(self, until: datetime, again: datetime | None = None) -> Iterator[str]:
        """Sessions whose last summary has had no brief since before `until`."""
        return sessions_due(SessionPart, _BRIEF_DUE, until, again)


def wanted(session_id: str, parts: Iterable[str], user_id: str | None) -> list[tuple[type[SessionPart], str, str]]:
    """The keys of a view, for one BatchGetItem."""
    asked = [keys.SESSION, *parts]
    if user_id is not None:
        asked.append(keys.member(user_id))
    return [(SessionPart, session_id, part) for part in asked]


def _card(session: Session) -> dict[str, Any]:
    return {name: getattr(session, name) for name in ("topic", "goal", "status", "created_at", "updated_at")}


def _prompt_items(session_id: str, prompt: Prompt) -> tuple[PromptItem, PromptItem]:
    parts = (keys.PROMPT_CURRENT, keys.prompt(prompt.version))
    current, version = (
        PromptItem(session_id, part, version=prompt.version, text=prompt.text, origin=prompt.origin) for part in parts
    )
    return current, version


def _summary_ended() -> list[Action]:
    return [SynthesisItem.updating_until.remove(), SynthesisItem.due_kind.remove(), SynthesisItem.due_at.remove()]


def _later(now: datetime, before: datetime) -> datetime:
    """`now`, or the smallest time after `before`: times of change only grow, even where clocks differ."""
    return max(now, before + timedelta(microseconds=1))
