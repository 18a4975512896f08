"""The members of a session: those with a role of their own in it (table `sessions`)."""

from datetime import datetime
from typing import cast

from pynamodb.expressions.update import Action

from chalicelib.model import Role, Session, SessionView
from chalicelib.model.projects import Member
from chalicelib.store import database, keys
from chalicelib.store.cards import member_values, unlisted_card
from chalicelib.store.database import Raw, holds
from chalicelib.store.session_items import MemberItem, ParticipationItem, PinnedHarmonicaMdItem, SessionItem
from chalicelib.store.summaries import later
from chalicelib.store.tables import SessionPart
from chalicelib.store.transact import Transaction

_NOT_OFFERED: tuple[Action, ...] = (MemberItem.offered_at.remove(), MemberItem.offered_by.remove())


class Members:
    """Repository of the members of sessions."""

    def list(self, session_id: str) -> list[Member]:
        """The members of a session."""
        found = database.query(SessionPart, session_id, keys.MEMBERS, keys.AFTER_MEMBERS)
        return [_member_from(raw) for raw in found]

    def find(self, session_id: str, user_id: str) -> Member | None:
        """A member of a session."""
        raw = database.get_many([(SessionPart, session_id, keys.member(user_id))])
        return _member_from(raw[keys.member(user_id)]) if raw else None

    def change_role(self, session_id: str, member: Member, role: Role) -> bool:
        """Give a member another role, and take an offer of ownership back; False where they are not what was read any more."""
        item = MemberItem(session_id, keys.member(member.user_id))
        actions: list[Action] = [MemberItem.role.set(role), *_NOT_OFFERED]
        return holds(lambda: database.update(item, actions, MemberItem.role == member.role))

    def remove(self, session: Session, member: Member, threads: int) -> bool:
        """Take a member's role away; False where they are not what was read any more. Where they said something, in so many threads,
        that is still found when their account goes; so is a HARMONICA.md of theirs."""
        pinned = database.get(PinnedHarmonicaMdItem, session.id, keys.PINNED_HARMONICA_MD)
        left = threads + (pinned is not None and pinned.written_by == member.user_id)

        def build(write: Transaction) -> None:
            write.delete(MemberItem(session.id, keys.member(member.user_id)), MemberItem.role == member.role)
            if left:
                write.save(unlisted_card(session, member.user_id, left))

        return holds(lambda: database.transact(build))

    def offer(self, session_id: str, user_id: str, owner_id: str, now: datetime) -> bool:
        """Let a member become the owner in the place of this one where they want to; False where they are no member."""
        item = MemberItem(session_id, keys.member(user_id))
        offered: list[Action] = [MemberItem.offered_at.set(now), MemberItem.offered_by.set(owner_id)]
        return holds(lambda: database.update(item, offered, MemberItem.role.exists()))

    def hand_over(self, session: Session, member: Member, now: datetime) -> bool:
        """Make a member the owner, whom the one there is offered that; that one becomes an admin. False where the session was changed
        since it was read, or the offer taken back."""
        at = later(now, session.updated_at)
        new, old = (MemberItem(session.id, keys.member(user_id)) for user_id in (member.user_id, session.owner_id))
        owner: list[Action] = [SessionItem.owner_id.set(member.user_id), SessionItem.updated_at.set(at)]
        risen: list[Action] = [MemberItem.role.set("owner"), *_NOT_OFFERED]

        def build(write: Transaction) -> None:
            unchanged = SessionItem.updated_at == session.updated_at
            write.update(SessionItem(session.id, keys.SESSION), owner, unchanged)
            is_offered = MemberItem.offered_by == session.owner_id
            write.update(new, [*risen, MemberItem.updated_at.set(at)], is_offered)
            write.update(old, [MemberItem.role.set("admin")], MemberItem.role == "owner")

        return holds(lambda: database.transact(build))


def add_session_member(write: Transaction, view: SessionView, user_id: str, role: Role, now: datetime) -> None:
    """Add to a transaction that somebody gets a first role in a session, of which the tallies were read."""
    item = MemberItem(
        view.session.id,
        keys.member(user_id),
        role=role,
        participant_count=view.tally.participants,
        added_at=now,
        **member_values(view.session, user_id),
    )
    check_session(write, view.session.id)
    write.save(item, condition=MemberItem.role.does_not_exist(), label=keys.MEMBERS)
    write.delete(ParticipationItem(view.session.id, keys.participation(user_id)))  # a list has a session once


def raise_session_member(write: Transaction, session_id: str, member: Member, role: Role) -> None:
    """Add to a transaction that a member of a session gets a higher role."""
    item = MemberItem(session_id, keys.member(member.user_id))
    check_session(write, session_id)
    write.update(item, [MemberItem.role.set(role)], MemberItem.role == member.role, label=keys.MEMBERS)


def check_session(write: Transaction, session_id: str) -> None:
    """Add to a transaction that a session is there."""
    write.check(SessionItem(session_id, keys.SESSION), SessionItem.topic.exists(), label=keys.SESSION)


def check_session_admin(write: Transaction, session_id: str, user_id: str, label: str) -> None:
    """Add to a transaction that somebody is an admin of a session by a role of their own, or its owner."""
    item = MemberItem(session_id, keys.member(user_id))
    write.check(item, MemberItem.role.is_in("admin", "owner"), label=label)


def _member_from(raw: Raw) -> Member:
    item = MemberItem.from_raw_data(dict(raw))
    role = cast(Role, item.role)
    return Member(item.part.removeprefix(keys.MEMBERS), role, item.added_at, item.offered_at, item.offered_by)
