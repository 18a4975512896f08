"""Cards: what lists show of a session, a copy for each list that it is in (table `sessions`).

A list is one Query of an index, whatever sessions it shows. The copy of whoever changes a session is written with the
change; the others follow.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace
from pynamodb.attributes import Attribute
from pynamodb.expressions.update import Action
from pynamodb.models import Model

from chalicelib.model import Card, Role, Session, Status
from chalicelib.model.sessions import highest, lowest
from chalicelib.store import database, keys
from chalicelib.store.database import Raw, holds
from chalicelib.store.index_pages import Filter, Part, read_part
from chalicelib.store.raw_items import reader
from chalicelib.store.session_items import CardItem, FeedItem, MemberItem, ParticipationItem, TextItem
from chalicelib.store.tables import SessionPart

PUBLIC = "public"  # the one partition of the public feed
_IN_ONE_READ = 100
_ENDS = ("status", "closes_at")
_read_card = reader(MemberItem, Card.__struct_fields__)
_COPIED = ("topic", "goal", "access", "created_at", "updated_at", *_ENDS)


class Cards:
    """Repository of cards."""

    def of_user(self, user_id: str, roles: Mapping[str, Role], *, drafts: bool = False) -> list[Card]:
        """The sessions that a user is a member of or takes part in, and those of the projects in which they have these roles; without
        drafts or nothing but these.

        A list costs one Query more for each project, and no copy of a session for each of its members is kept up to date. A
        session that is in several lists is given once, with the highest role.
        """
        found = {card.session_id: card for card in self._members(user_id, drafts)}
        for project_id, role in roles.items():
            for card in self.of_project(project_id, drafts=drafts):
                given, before = lowest(role, card.role or role), found.get(card.session_id)
                card = before if before and before.role else card
                found[card.session_id] = replace(card, role=highest(given, before.role if before else None))
        return list(found.values())

    def of_project(self, project_id: str, *, drafts: bool = False) -> list[Card]:
        """The sessions of a project, without drafts or nothing but these. The role of each is the highest that the project gives in it."""
        return list(self._members(keys.list_of_project(project_id), drafts))

    def _members(self, list_id: str, drafts: bool) -> Iterator[Card]:
        return self._listed(keys.BY_MEMBER, keys.MEMBER_ID, keys.listed(list_id, is_draft=drafts))

    def part_of_user(
        self, user_id: str, offset: int, limit: int, *, drafts: bool = False
    ) -> tuple[list[Card], int] | None:
        """A part of those without the projects, and how many there are; None where only the whole list says what is in it."""
        listed = keys.listed(user_id, is_draft=drafts)
        return _part(read_part(SessionPart, keys.BY_MEMBER, keys.MEMBER_ID, listed, offset, limit))

    def public(self) -> list[Card]:
        """The sessions of the public feed."""
        return list(self._listed(keys.PUBLIC_FEED, keys.FEED, PUBLIC))

    def contexts(self, session_ids: Sequence[str]) -> Iterator[tuple[str, str]]:
        """The contexts of these sessions, a hundred in a call: each with its session."""
        for start in range(0, len(session_ids), _IN_ONE_READ):
            found = database.get_each(TextItem, session_ids[start:][:_IN_ONE_READ], keys.CONTEXT)
            yield from ((session_id, str(raw["text"]["S"])) for session_id, raw in found.items())

    def part_of_public(self, offset: int, limit: int, now: datetime) -> tuple[list[Card], int] | None:
        """A part of the active ones among them, and how many these are; None where only the whole list says what is in it."""
        active = Filter(
            "#status = :active AND (attribute_not_exists(closes_at) OR closes_at > :now)",
            {"#status": "status"},
            {":active": {"S": "active"}, ":now": {"S": database.stored_moment(now)}},
        )
        return _part(read_part(SessionPart, keys.PUBLIC_FEED, keys.FEED, PUBLIC, offset, limit, active))

    def follow(self, session: Session, participants: int, now: datetime) -> None:
        """Bring every card of a session up to date; a newer one is left alone, and none is made.

        Whoever takes part without a role may read a session while it is public. Once it is private, their card stays as
        they last saw it, and tells only that the session ends.
        """
        values = {**card_values(session), "participant_count": participants}
        to_participants = values if session.is_public else {name: values[name] for name in _ENDS}
        feed = {keys.FEED: feed_of(session, session.status_at(now))}
        for raw in database.query(SessionPart, session.id, keys.FEED_PART, keys.AFTER_CARDS):
            part = raw[keys.PART]["S"]
            if part == keys.FEED_PART:
                _renew(FeedItem, raw, {**values, **feed}, session.updated_at)
            elif part.startswith(keys.PARTICIPATIONS):
                _renew(CardItem, raw, to_participants, session.updated_at)
            elif listed := _list_of(part):
                to_member = member_values(session, listed)
                _renew(MemberItem, raw, {**values, **to_member}, session.updated_at)

    def _listed(self, index: str, name: str, value: str) -> Iterator[Card]:
        return (_card(raw) for raw in database.query_index(SessionPart, index, name, value))


def _list_of(part: str) -> str | None:
    """The list that a card of members is for; None for what else lies between the cards."""
    if part.startswith(keys.PROJECT_CARDS):
        return keys.list_of_project(part.removeprefix(keys.PROJECT_CARDS))
    return part.removeprefix(keys.MEMBERS) if part.startswith(keys.MEMBERS) else None


def card_values(session: Session) -> dict[str, Any]:
    """What a card copies from its session; the count of participants is not among it."""
    groups = [[entry.channel, entry.group_id] for entry in session.distribution]
    return {**{name: getattr(session, name) for name in _COPIED}, "groups": groups or None}


def feed_of(session: Session, status: Status) -> str | None:
    """The feed that shows a public session of this status. What has ended leaves it, and so does what only people join who were
    invited; the card stays, so that it can come back."""
    return PUBLIC if status == "active" and session.access == "link" else None


def member_values(session: Session, list_id: str) -> dict[str, Any]:
    """What the card of a member or a project copies: whoever may read the context may search in it; and which list of theirs it is in."""
    listed = keys.listed(list_id, is_draft=session.is_draft)
    return {**card_values(session), "has_context": session.has_context, keys.MEMBER_ID: listed}


def participation(session: Session, user_id: str, *, is_listed: bool = True) -> tuple[ParticipationItem, list[Action]]:
    """The card of an account that takes part, and what counts one more thread on it, and makes it where there is none. One that is not
    listed tells where they spoke, when their account goes."""
    member_id = user_id if is_listed else keys.unlisted(user_id)
    values = {"member_id": member_id, "participant_count": 0, **card_values(session)}
    attributes = {name: getattr(ParticipationItem, name) for name, value in values.items() if value is not None}
    item = ParticipationItem(session.id, keys.participation(user_id))
    made: list[Action] = [attribute.set(attribute | values[name]) for name, attribute in attributes.items()]
    if is_listed:  # from now on, if it was not
        made[0] = ParticipationItem.member_id.set(member_id)
    return item, [*made, ParticipationItem.threads.add(1)]


def unlisted_card(session: Session, user_id: str, threads: int) -> ParticipationItem:
    """The card of somebody who said something in so many threads, and is no member any more."""
    item, values = ParticipationItem(session.id, keys.participation(user_id)), card_values(session)
    for name, value in {**values, "participant_count": 0, "threads": threads}.items():
        setattr(item, name, value)
    item.member_id = keys.unlisted(user_id)
    return item


def sets(kind: type[Model], values: Mapping[str, Any]) -> list[Action]:
    """The actions that give an item these attributes; None takes one away."""
    attributes: dict[str, Attribute[Any]] = {name: getattr(kind, name) for name in values}
    return [
        attribute.remove() if values[name] is None else attribute.set(values[name])
        for name, attribute in attributes.items()
    ]


def _renew(kind: type[CardItem], raw: Raw, values: Mapping[str, Any], updated_at: datetime) -> None:
    """Give a stored card these values of a session that was last changed then, unless it has them already or is newer."""
    item = kind(raw[keys.SESSION_ID]["S"], raw[keys.PART]["S"], **values)
    wanted = item.serialize(null_check=False)
    if any(raw.get(name) != wanted.get(name) for name in values):
        older = kind.topic.exists() & (kind.updated_at <= updated_at)
        holds(lambda: database.update(item, sets(kind, values), older))


def _part(part: Part | None) -> tuple[list[Card], int] | None:
    return ([_card(raw) for raw in part.items], part.total) if part else None


def _card(raw: Raw) -> Card:
    values = _read_card(raw)
    groups = values.pop("groups")
    return Card(**values, groups=msgspec.convert(groups, tuple[tuple[str, str], ...]) if groups else ())
