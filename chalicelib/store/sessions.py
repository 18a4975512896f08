"""Sessions and everything that belongs to one but is not a conversation (table `sessions`)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any

import msgspec
from pynamodb.transactions import TransactWrite

from chalicelib.errors import Invalid, NotFound
from chalicelib.store import database, keys
from chalicelib.store.database import holds, stored_moment
from chalicelib.store.records import (
    Brief,
    Prompt,
    PromptOrigin,
    Question,
    Role,
    Session,
    SessionView,
    Summary,
    Synthesis,
    Tally,
)
from chalicelib.store.tables import (
    BriefItem,
    ContextItem,
    FeedItem,
    MemberItem,
    PromptItem,
    QuestionsItem,
    SessionItem,
    SessionPart,
    SummaryItem,
    SynthesisItem,
    TallyItem,
)
from chalicelib.store.transact import ConditionFailed

# What the requests read, besides the session itself; each is one BatchGetItem.
NOTHING_ELSE: tuple[str, ...] = ()
EVERYTHING = (
    keys.CONTEXT,
    keys.QUESTIONS,
    keys.PROMPT_CURRENT,
    keys.SYNTHESIS,
    keys.SUMMARY,
    keys.BRIEF,
    *keys.tallies(),
)
FOR_QUESTIONS = (keys.QUESTIONS,)
FOR_RESULTS = (keys.SYNTHESIS, keys.SUMMARY, keys.BRIEF)
FOR_TURN = (keys.CONTEXT, keys.QUESTIONS, keys.PROMPT_CURRENT)
FOR_DIGEST = (keys.CONTEXT, keys.SYNTHESIS, keys.SUMMARY)
FOR_PROMPT = (keys.CONTEXT, keys.PROMPT_CURRENT)
FOR_BRIEF = (keys.CONTEXT, keys.QUESTIONS, keys.SUMMARY, keys.BRIEF, *keys.tallies())

_PROMPT_DUE, _BRIEF_DUE = "prompt", "brief"
_SHORT_FIELDS = tuple(field.name for field in fields(Session) if field.name != "id")
_COUNTERS = tuple(field.name for field in fields(Tally))
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
        values: dict[str, Any] = {name: getattr(session, name) for name in _SHORT_FIELDS}
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
        if context:
            items.append(ContextItem(session.id, keys.CONTEXT, text=context))
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
        return _prompt(item) if item else None

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
        """Say that a summary is being written. Whatever comes after this moment makes it stale again."""
        database.update(
            SynthesisItem(session_id, keys.SYNTHESIS),
            [SynthesisItem.updating_until.set(until), SynthesisItem.stale_since.remove()],
            SynthesisItem.session_id.exists(),
        )

    def end_summary(self, session_id: str) -> None:
        """Say that no summary is being written any more, none having come out of it."""
        database.update(
            SynthesisItem(session_id, keys.SYNTHESIS),
            [SynthesisItem.updating_until.remove()],
            SynthesisItem.session_id.exists(),
        )

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
                actions=[
                    SynthesisItem.updating_until.remove(),
                    SynthesisItem.due_kind.set(keys.due(_BRIEF_DUE, session.id)),
                    SynthesisItem.due_at.set(summary.generated_at),
                ],
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
                SynthesisItem(session_id, keys.SYNTHESIS),
                [SynthesisItem.due_kind.remove(), SynthesisItem.due_at.remove()],
                SynthesisItem.due_at <= brief.summary_at,
            )
        )

    def prompts_due(self, until: datetime) -> Iterator[str]:
        """Sessions whose facilitation prompt has been waiting since before `until`."""
        return _due(_PROMPT_DUE, until)

    def briefs_due(self, until: datetime) -> Iterator[str]:
        """Sessions whose last summary has had no brief since before `until`."""
        return _due(_BRIEF_DUE, until)


def wanted(session_id: str, parts: Iterable[str], user_id: str | None) -> list[tuple[type[SessionPart], str, str]]:
    """The keys of a view, for one BatchGetItem."""
    asked = [keys.SESSION, *parts]
    if user_id is not None:
        asked.append(keys.member(user_id))
    return [(SessionPart, session_id, part) for part in asked]


def view_of(session_id: str, raw: Mapping[str, database.Raw], user_id: str | None) -> SessionView:
    """Put together what a BatchGetItem of `wanted` keys found. Raises NotFound where there is no session."""
    if keys.SESSION not in raw:
        raise NotFound("Session not found")
    item = SessionItem.from_raw_data(raw[keys.SESSION])
    session = Session(id=session_id, **{name: getattr(item, name) for name in _SHORT_FIELDS})
    view = SessionView(session, prompt_due=item.due_kind is not None, tally=_tally(raw))
    if user_id is not None and keys.member(user_id) in raw:
        role = msgspec.convert(MemberItem.from_raw_data(raw[keys.member(user_id)]).role, Role)
        view = replace(view, role=role)
    return replace(view, **_parts(raw))


def _parts(raw: Mapping[str, database.Raw]) -> dict[str, Any]:
    parts: dict[str, Any] = {}
    if keys.CONTEXT in raw:
        parts["context"] = ContextItem.from_raw_data(raw[keys.CONTEXT]).text
    if keys.QUESTIONS in raw:
        stored = QuestionsItem.from_raw_data(raw[keys.QUESTIONS]).questions
        parts["questions"] = msgspec.convert(stored, tuple[Question, ...])
    if keys.PROMPT_CURRENT in raw:
        parts["prompt"] = _prompt(PromptItem.from_raw_data(raw[keys.PROMPT_CURRENT]))
    if keys.SYNTHESIS in raw:
        synthesis = SynthesisItem.from_raw_data(raw[keys.SYNTHESIS])
        parts["synthesis"] = Synthesis(synthesis.stale_since, synthesis.updating_until)
    if keys.SUMMARY in raw:
        parts["summary"] = msgspec.convert(SummaryItem.from_raw_data(raw[keys.SUMMARY]).document, Summary)
    if keys.BRIEF in raw:
        brief = BriefItem.from_raw_data(raw[keys.BRIEF])
        parts["brief"] = Brief(brief.markdown, brief.summary_at)
    return parts


def _tally(raw: Mapping[str, database.Raw]) -> Tally:
    shards = [TallyItem.from_raw_data(raw[part]) for part in keys.tallies() if part in raw]
    return Tally(**{name: sum(int(getattr(shard, name)) for shard in shards) for name in _COUNTERS})


def _card(session: Session) -> dict[str, Any]:
    return {name: getattr(session, name) for name in ("topic", "goal", "status", "created_at", "updated_at")}


def _prompt_items(session_id: str, prompt: Prompt) -> tuple[PromptItem, PromptItem]:
    parts = (keys.PROMPT_CURRENT, keys.prompt(prompt.version))
    current, version = (
        PromptItem(session_id, part, version=prompt.version, text=prompt.text, origin=prompt.origin) for part in parts
    )
    return current, version


def _prompt(item: PromptItem) -> Prompt:
    return Prompt(int(item.version), item.text, msgspec.convert(item.origin, PromptOrigin))


def _later(now: datetime, before: datetime) -> datetime:
    """`now`, or the smallest time after `before`: times of change only grow, even where clocks differ."""
    return max(now, before + timedelta(microseconds=1))


def _due(kind: str, until: datetime) -> Iterator[str]:
    stored = stored_moment(until)
    for shard in keys.dues(kind):
        for raw in database.query_due(SessionPart, shard, stored):
            yield raw[keys.SESSION_ID]["S"]
