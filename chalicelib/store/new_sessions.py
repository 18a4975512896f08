"""The items that a new session begins with (table `sessions`)."""

from typing import Any

import msgspec

from chalicelib.model import Prompt, Question, Role, Session, SessionTemplate
from chalicelib.store import announcement_marks, contexts, deadlines, due, edit_history, keys, participant_limit, ties
from chalicelib.store.cards import card_values, feed_of, member_values
from chalicelib.store.due_kinds import PROMPT
from chalicelib.store.prompts import prompt_items
from chalicelib.store.session_items import (
    FeedItem,
    MemberItem,
    PinnedHarmonicaMdItem,
    QuestionsItem,
    SessionItem,
    SessionTemplateItem,
    SynthesisItem,
    TextItem,
)
from chalicelib.store.session_view import LONG_TEXTS, SHORT_FIELDS
from chalicelib.store.tables import SessionPart

_OWNER: Role = "owner"


def items_of(
    session: Session,
    context: str | None,
    questions: tuple[Question, ...],
    prompt: Prompt | None,
    logo: str | None,
    template: SessionTemplate | None,
    harmonica_md: str | None,
) -> list[SessionPart]:
    """The session with its owner, counters and parts. Without a prompt, one is due, unless it is a draft."""
    values: dict[str, Any] = {name: getattr(session, name) for name in SHORT_FIELDS}
    if prompt is None and not session.is_draft:
        since = session.created_at
        values |= {**due.marks(PROMPT, session.id, since), "prompt_wanted_at": since}
    items: list[SessionPart] = [
        SessionItem(session.id, keys.SESSION, **values),
        SynthesisItem(session.id, keys.SYNTHESIS),
        MemberItem(
            session.id,
            keys.member(session.owner_id),
            role=_OWNER,
            added_at=session.created_at,
            **member_values(session, session.owner_id),
        ),
        *ties.of_new(session),
        *participant_limit.of_new(session),
        *deadlines.of_new(session),
        *announcement_marks.of_new(session),
        *edit_history.of_new(session, context),
    ]
    texts = {part: getattr(session, name) for name, part in LONG_TEXTS.items()}
    items += [TextItem(session.id, part, text=text) for part, text in texts.items() if text]
    if context:
        items.append(contexts.make_item(session, context, session.created_at))
    if harmonica_md:
        items.append(_pin(session, harmonica_md))
    if logo:
        items.append(TextItem(session.id, keys.LOGO, text=logo))
    if template:
        items.append(SessionTemplateItem(session.id, keys.TEMPLATE, document=msgspec.to_builtins(template)))
    if session.has_questions:
        items.append(QuestionsItem(session.id, keys.QUESTIONS, questions=msgspec.to_builtins(questions)))
    if prompt:
        items += prompt_items(session.id, prompt)
    if session.is_public:
        items.append(
            FeedItem(session.id, keys.FEED_PART, feed=feed_of(session, session.status), **card_values(session))
        )
    return items


def _pin(session: Session, harmonica_md: str) -> PinnedHarmonicaMdItem:
    return PinnedHarmonicaMdItem(session.id, keys.PINNED_HARMONICA_MD, text=harmonica_md, written_by=session.owner_id)
