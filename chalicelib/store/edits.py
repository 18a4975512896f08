"""An edit of a session: one transaction that changes what differs between two views of it (table `sessions`)."""

from collections.abc import Sequence
from typing import Any

import msgspec
from pynamodb.expressions.update import Action

from chalicelib.model import SessionView
from chalicelib.store import (
    announcement_marks,
    contexts,
    database,
    deadlines,
    due,
    edit_history,
    keys,
    memories,
    participant_limit,
    summaries,
    ties,
)
from chalicelib.store.cards import card_values, feed_of, member_values, sets
from chalicelib.store.database import holds
from chalicelib.store.due_kinds import PROMPT
from chalicelib.store.prompts import prompt_items
from chalicelib.store.session_items import (
    FeedItem,
    MemberItem,
    PromptItem,
    QuestionsItem,
    SessionItem,
    SessionTemplateItem,
    TextItem,
)
from chalicelib.store.session_view import LONG_TEXTS, SHORT_FIELDS
from chalicelib.store.transact import Transaction

_SET = tuple(name for name in SHORT_FIELDS if name != "projects")  # which is added to, and taken from


def edit_session(before: SessionView, after: SessionView, user_id: str) -> bool:
    """Store an edit, with the editor's own card and the public feed's; False where `before` is not what is stored any more.

    Whoever edits has read the session as it is stored, so of two edits at once the second starts again from the first.
    """

    def build(write: Transaction) -> None:
        _edit_session_item(write, before, after, ties.edit(write, before, after))
        # Who edits by a role in a project has no card of their own; the project's are among the ties.
        if before.own_role or user_id == before.session.owner_id:
            own = MemberItem(after.session.id, keys.member(user_id))
            card = sets(MemberItem, member_values(after.session, user_id))
            write.update(own, actions=card, condition=MemberItem.role.exists())
        _edit_feed(write, before, after)
        contexts.edit(write, before, after)
        _edit_texts(write, before, after)
        _edit_questions(write, before, after)
        _edit_logo(write, before, after)
        _edit_template(write, before, after)
        _edit_prompt(write, before, after)
        _edit_memory(write, after)
        edit_history.edit(write, before, after, user_id)
        participant_limit.edit(write, before, after)
        deadlines.edit(write, before.session, after.session)
        announcement_marks.edit(write, before.session, after.session)
        if before.summary and _told(after) != _told(before):
            summaries.want_brief(write, after.session.id, after.session.updated_at)

    return holds(lambda: database.transact(build))


def _told(view: SessionView) -> tuple[Any, ...]:
    """What the brief tells of a session besides its results, and what decides how much of those it tells."""
    of = view.session
    own = of.topic, of.goal, of.critical, of.language, of.status, of.closes_at, of.shared_network
    return *own, view.context, view.questions


def _edit_session_item(
    write: Transaction, before: SessionView, after: SessionView, of_projects: Sequence[Action]
) -> None:
    old, new = before.session, after.session
    changed = {name: getattr(new, name) for name in _SET if getattr(new, name) != getattr(old, name)}
    if after.prompt_due_at != before.prompt_due_at:
        since = after.prompt_due_at
        changed |= {**due.marks(PROMPT, new.id, since), "prompt_wanted_at": since}
        changed |= {"prompt_failed": None, "prompt_tries": None}
    if after.prompt_outdated != before.prompt_outdated:
        changed["prompt_outdated"] = after.prompt_outdated or None
    write.update(
        SessionItem(new.id, keys.SESSION),
        actions=[*sets(SessionItem, changed), *of_projects],
        condition=SessionItem.updated_at == old.updated_at,
    )


def _edit_feed(write: Transaction, before: SessionView, after: SessionView) -> None:
    session = after.session
    card = FeedItem(session.id, keys.FEED_PART)
    if session.is_public:
        count: Action = FeedItem.participant_count.set(FeedItem.participant_count | after.tally.participants)
        feed = feed_of(session, session.status)
        write.update(card, actions=[*sets(FeedItem, {**card_values(session), "feed": feed}), count])
    elif before.session.is_public:
        write.delete(card)


def _edit_texts(write: Transaction, before: SessionView, after: SessionView) -> None:
    texts: dict[str, tuple[str | None, str | None]] = {
        part: (getattr(before.session, name), getattr(after.session, name)) for name, part in LONG_TEXTS.items()
    }
    for part, (old, new) in texts.items():
        item = TextItem(after.session.id, part)
        if new and new != old:
            write.update(item, actions=[TextItem.text.set(new)])
        elif old and not new:
            write.delete(item)


def _edit_questions(write: Transaction, before: SessionView, after: SessionView) -> None:
    item = QuestionsItem(after.session.id, keys.QUESTIONS)
    if not after.session.has_questions:
        if before.session.has_questions:
            write.delete(item)
    elif after.questions != before.questions or not before.session.has_questions:
        write.update(item, actions=[QuestionsItem.questions.set(msgspec.to_builtins(after.questions))])


def _edit_logo(write: Transaction, before: SessionView, after: SessionView) -> None:
    """A logo has the name of what is in it: only a new one was read, or is written."""
    old, new = before.session.branding.logo, after.session.branding.logo
    item = TextItem(after.session.id, keys.LOGO)
    if after.logo and new != old:
        write.update(item, actions=[TextItem.text.set(after.logo)])
    elif old and not new:
        write.delete(item)


def _edit_template(write: Transaction, before: SessionView, after: SessionView) -> None:
    item = SessionTemplateItem(after.session.id, keys.TEMPLATE)
    if after.template and after.template != before.template:
        document = msgspec.to_builtins(after.template)
        write.update(item, actions=[SessionTemplateItem.document.set(document)])
    elif before.template and not after.template:
        write.delete(item)


def _edit_memory(write: Transaction, after: SessionView) -> None:
    """What a draft that opens begins with takes the place of what it had as one; any other edit leaves that as it is."""
    if after.session.projects and after.received:
        memories.begin_with(write, after.session.id, after.received, "")


def _edit_prompt(write: Transaction, before: SessionView, after: SessionView) -> None:
    """A new prompt becomes the current one; one that was taken away leaves its number, so that no number comes twice."""
    if after.prompt == before.prompt:
        return
    unchanged: Any = PromptItem.version == before.prompt_version
    if after.prompt is None:
        current = PromptItem(after.session.id, keys.PROMPT_CURRENT)
        write.update(current, actions=[PromptItem.text.remove()], condition=unchanged)
        return
    current, version = prompt_items(after.session.id, after.prompt)
    write.save(current, condition=unchanged if before.prompt_version else PromptItem.version.does_not_exist())
    write.save(version, condition=PromptItem.version.does_not_exist())
