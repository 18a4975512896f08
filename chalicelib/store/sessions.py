"""Sessions and everything that belongs to one but is not a conversation (table `sessions`)."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from pynamodb.expressions.condition import Condition
from pynamodb.models import Model

from chalicelib.errors import Invalid, NotFound
from chalicelib.model import (
    Brief,
    Prompt,
    Question,
    Role,
    Session,
    SessionTemplate,
    SessionView,
)
from chalicelib.model.memory import Memory
from chalicelib.store import database, keys, memories, ties
from chalicelib.store.accounts import generation_of
from chalicelib.store.cards import member_values
from chalicelib.store.database import holds
from chalicelib.store.new_sessions import items_of
from chalicelib.store.session_items import (
    BriefItem,
    MemberItem,
    ParticipationItem,
    PinnedHarmonicaMdItem,
    PromptItem,
    SessionItem,
    SummaryItem,
)
from chalicelib.store.session_view import LONG_TEXTS, prompt_of, view_of
from chalicelib.store.tables import Account, Guard, SessionPart
from chalicelib.store.transact import ConditionFailed, Transaction
from chalicelib.store.user_items import DeletedItem

# What the requests read, besides the session itself; each is one BatchGetItem.
NOTHING_ELSE: tuple[str, ...] = ()
EVERYTHING = (
    keys.CONTEXT,
    keys.PRIVATE_CONTEXT,
    keys.QUESTIONS,
    keys.PROMPT_CURRENT,
    keys.TEMPLATE,
    keys.SYNTHESIS,
    keys.SUMMARY,
    keys.SUMMARY_PROMPT,
    keys.GUIDELINES,
    keys.BRIEF,
    *keys.tallies(),
)
FOR_EDIT = (*EVERYTHING, keys.EDITS)
FOR_COST = (keys.SESSION_SPENDING,)  # an item of `guards`
FOR_EDIT_HISTORY = (keys.EDITS, keys.CONTEXT, *LONG_TEXTS.values(), keys.PROMPT_CURRENT)
FOR_COUNT = (*keys.tallies(),)
FOR_QUESTIONS = (keys.QUESTIONS,)
FOR_RESULTS = (keys.SYNTHESIS, keys.SUMMARY, keys.BRIEF)
FOR_TURN = (
    keys.CONTEXT,
    keys.PINNED_HARMONICA_MD,
    keys.CONDENSED_CONTEXT,
    keys.QUESTIONS,
    keys.GUIDELINES,
    keys.PROMPT_CURRENT,
    keys.TEMPLATE,
    keys.SCRATCHPAD,
    keys.PARTICIPANT_LIMIT,
    keys.RECEIVED,
)
FOR_SCRATCHPAD = (keys.SCRATCHPAD,)
FOR_ACTIVITY = (
    keys.CONTEXT,
    keys.PROMPT_CURRENT,
    keys.TEMPLATE,
    keys.SYNTHESIS,
    keys.SUMMARY,
    keys.SCRATCHPAD,
    *keys.tallies(),
)
FOR_THEMES = (keys.SYNTHESIS,)
FOR_DIGEST = (
    keys.CONCLUSIONS,
    keys.CONTEXT,
    keys.PINNED_HARMONICA_MD,
    keys.CONDENSED_CONTEXT,
    keys.QUESTIONS,
    keys.PROMPT_CURRENT,
    keys.TEMPLATE,
    keys.SYNTHESIS,
    keys.SUMMARY,
    keys.SUMMARY_PROMPT,
    keys.SCRATCHPAD,
)
FOR_PROMPT = (keys.CONTEXT, keys.PRIVATE_CONTEXT, keys.PINNED_HARMONICA_MD, keys.PROMPT_CURRENT, keys.TEMPLATE)
FOR_PROMPT_VERSIONS = (
    keys.CONTEXT,
    keys.CONDENSED_CONTEXT,
    keys.PINNED_HARMONICA_MD,
    keys.PROMPT_CURRENT,
    keys.RECEIVED,
    keys.TEMPLATE,
)
FOR_ASK = (
    keys.CONTEXT,
    keys.CONDENSED_CONTEXT,
    keys.QUESTIONS,
    keys.PROMPT_CURRENT,
    keys.TEMPLATE,
    keys.SYNTHESIS,
    keys.SUMMARY,
)
FOR_BRIEF = (keys.CONTEXT, keys.QUESTIONS, keys.SUMMARY, keys.BRIEF, *keys.tallies())
FOR_CLOSING = (keys.SUMMARY,)
FOR_CUT = (
    keys.CONTEXT,
    keys.PINNED_HARMONICA_MD,
    keys.QUESTIONS,
    keys.PROMPT_CURRENT,
    keys.SYNTHESIS,
    keys.SUMMARY,
)

_OWNER: Role = "owner"
_MEMORY = "memory"  # label: what it begins with is as it was read
_SESSIONS_A_READ = 40  # of which two items each are read, and what all have in common


class MemoryMoved(Exception):
    """What a new session was to begin with of other ones is not what was read any more."""


class Sessions:
    """Repository of sessions."""

    def create(
        self,
        session: Session,
        *,
        context: str | None,
        questions: tuple[Question, ...],
        prompt: Prompt | None,
        logo: str | None = None,
        template: SessionTemplate | None = None,
        memory: Memory | None = None,
        harmonica_md: str | None = None,
    ) -> bool:
        """Store a new session with its owner, counters and parts in one transaction. Without a prompt, one is due, unless it is
        a draft. It begins with this memory of its projects.

        False where a session of this id is there already. Raises NotFound where one was, and was deleted, MemoryMoved where something of
        that memory was withdrawn, or came to be, since it was read.
        """
        items = items_of(session, context, questions, prompt, logo, template, harmonica_md)

        def build(write: Transaction) -> None:
            free = DeletedItem.id.does_not_exist() | (DeletedItem.expires_at <= int(session.created_at.timestamp()))
            write.check(DeletedItem(keys.deleted(session.id)), free, label=keys.DELETION)
            for item in items:
                write.save(item, condition=SessionPart.session_id.does_not_exist())
            ties.create(write, session)
            if memory and memory.points:
                memories.begin_with(write, session.id, memory, _MEMORY)

        try:
            database.transact(build)
        except ConditionFailed as error:
            if keys.DELETION in error.failed:
                raise NotFound("This session was deleted") from error
            if error.failed == {ties.PROJECT}:
                raise NotFound("Project not found") from error
            if error.failed == {_MEMORY}:
                raise MemoryMoved from error
            return False
        return True

    def view(self, session_id: str, parts: Iterable[str], user_id: str | None = None) -> SessionView:
        """The session with these parts, and the role of this user in it, in one read. Raises NotFound."""
        return view_of(session_id, database.get_many(wanted(session_id, parts, user_id)), user_id)

    def view_with_generation(
        self, session_id: str, parts: Iterable[str], user_id: str, key_id: str, now: datetime
    ) -> tuple[SessionView, int | None]:
        """The same for whoever came by a link of this user's, and the generation that links have now: those that were fetched
        with this key, or, without one, by the account. None where none is in force any more.
        """
        account = keys.api_key_of(key_id) if key_id else keys.user(user_id)
        raw = database.get_many([*wanted(session_id, parts, user_id), (Account, account, None)])
        return view_of(session_id, raw, user_id), generation_of(raw.get(account), user_id, now)

    def find_each(self, session_ids: Sequence[str]) -> dict[str, Session]:
        """These sessions (at most 100), as far as there are any, in one read; it may be a moment old."""
        found = database.get_each(SessionItem, session_ids, keys.SESSION)
        return {session_id: view_of(session_id, {keys.SESSION: raw}, None).session for session_id, raw in found.items()}

    def remove_member(self, session_id: str, user_id: str) -> None:
        """Take a user's role in a session away. Raises NotFound where they have none, Invalid for the owner."""
        item = MemberItem(session_id, keys.member(user_id))
        if not holds(lambda: database.delete(item, MemberItem.role.exists() & (MemberItem.role != _OWNER))):
            if database.get(MemberItem, session_id, keys.member(user_id)):
                raise Invalid("The owner of a session stays its owner")
            raise NotFound("There is no such member of this session")

    def owners(self, session_id: str) -> list[str]:
        """The accounts that own a session."""
        found = database.query(SessionPart, session_id, keys.MEMBERS, keys.AFTER_MEMBERS)
        members = [raw for raw in found if raw["role"]["S"] == _OWNER]
        return [raw[keys.PART]["S"].removeprefix(keys.MEMBERS) for raw in members]

    def views_of(self, session_ids: Sequence[str], user_id: str) -> dict[str, SessionView]:
        """These sessions, as far as there are any, each with the role of this user in it; forty in a read."""
        found: dict[str, SessionView] = {}
        for first in range(0, len(session_ids), _SESSIONS_A_READ):
            asked = session_ids[first : first + _SESSIONS_A_READ]
            for session_id, raw in database.get_many_of(asked, lambda it: wanted(it, (), user_id)).items():
                if keys.SESSION in raw:
                    found[session_id] = view_of(session_id, raw, user_id)
        return found

    def forget_harmonica_md(self, session_id: str, user_id: str) -> None:
        """Take the HARMONICA.md of an account that is deleted out of a session that stays, once its words are; that of anybody else
        stays. Then its card says of nothing any more."""
        item = PinnedHarmonicaMdItem(session_id, keys.PINNED_HARMONICA_MD)
        holds(lambda: database.delete(item, PinnedHarmonicaMdItem.written_by == user_id))
        card = ParticipationItem(session_id, keys.participation(user_id))
        holds(lambda: database.delete(card, ParticipationItem.threads.exists()))

    def leave(self, session_id: str, user_id: str, heir: str) -> None:
        """Take the role of an account that is deleted away; where the session was owned by it, another one of its owners has it."""
        session = SessionItem(session_id, keys.SESSION)
        holds(lambda: database.update(session, [SessionItem.owner_id.set(heir)], SessionItem.owner_id == user_id))
        member = MemberItem(session_id, keys.member(user_id))
        holds(lambda: database.delete(member, MemberItem.role.exists()))

    def prompt(self, session_id: str, version: int | None = None) -> Prompt | None:
        """A version of the facilitation prompt; the one in force where none is named."""
        part = keys.PROMPT_CURRENT if version is None else keys.prompt(version)
        item = database.get(PromptItem, session_id, part)
        return prompt_of(item) if item and item.text else None

    def prompts(self, session_id: str, versions: Sequence[int]) -> list[Prompt]:
        """These versions of the facilitation prompt (at most 100), as far as there are any, in this order."""
        parts = [keys.prompt(version) for version in versions]
        raw = database.get_many([(SessionPart, session_id, part) for part in parts]) if parts else {}
        return [prompt_of(PromptItem.from_raw_data(raw[part])) for part in parts if part in raw]

    def add_member(self, session_id: str, user_id: str, role: Role, now: datetime | None = None) -> None:
        """Give a user a role in a session; an earlier role is replaced, and so is the card of somebody who takes part."""
        view = self.view(session_id, keys.tallies())
        item = MemberItem(
            session_id,
            keys.member(user_id),
            role=role,
            participant_count=view.tally.participants,
            added_at=now,
            **member_values(view.session, user_id),
        )

        def build(write: Transaction) -> None:
            write.check(SessionItem(session_id, keys.SESSION), SessionItem.topic.exists(), label=keys.SESSION)
            write.save(item, condition=MemberItem.role.does_not_exist() | (MemberItem.role != _OWNER))
            write.delete(ParticipationItem(session_id, keys.participation(user_id)))  # a list has a session once

        try:
            database.transact(build)
        except ConditionFailed as error:
            if keys.SESSION in error.failed:
                raise NotFound("Session not found") from error
            raise Invalid("The owner of a session stays its owner") from error

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


def wanted(session_id: str, parts: Iterable[str], user_id: str | None) -> list[tuple[type[Model], str, str | None]]:
    """The keys of a view, for one BatchGetItem. Raises NotFound for the id that no session has."""
    if session_id == keys.NOBODYS:
        raise NotFound("Session not found")
    asked = [keys.SESSION, *parts]
    if user_id is not None:
        asked.append(keys.member(user_id))
    named: list[tuple[type[Model], str, str | None]] = [(SessionPart, session_id, part) for part in asked]
    elsewhere: dict[str | None, tuple[type[Model], str, str | None]] = {
        keys.SESSION_SPENDING: (Guard, keys.session_spending(session_id), None),
        keys.HARMONICA_MDS: (Account, keys.harmonica_md(user_id or keys.NOBODYS), None),
    }
    named = [elsewhere.get(part, (kind, name, part)) for kind, name, part in named]
    return [*named, (Account, keys.project_roles(user_id), None)] if user_id is not None else named
