"""Invitations to be a member of a session or a project (table `guards`): one item has all of a session's, or a project's.

So that nobody is let in twice, and there are no more of them than there may be, every change is of the version that was read. Two more
items say where somebody has invitations: by a hash of the address that they are for, and by the account that made them.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, cast

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeSetAttribute
from pynamodb.expressions.condition import Condition, size
from pynamodb.expressions.update import Action

from chalicelib.model.member_invitations import VALID, MemberInvitation, MemberInvitations, Subject, SubjectKind
from chalicelib.store import database, keys
from chalicelib.store.attributes import JsonAttribute
from chalicelib.store.database import Raw, holds
from chalicelib.store.tables import Guard
from chalicelib.store.transact import ConditionFailed, Transaction

VERSION = "version"  # label of the condition that nobody else has changed them
INVITER = "inviter"  # label of the condition that one account has invitations in no more places than it may
PLACES_AN_ADDRESS = 50
PLACES_AN_INVITER = 200
_ANSWERED = 50  # that are kept, to tell what became of them


class MemberInvitationsItem(Guard):
    """`member_invitations#<id>`: those of a session or a project; it expires with the last of them."""

    invitations = JsonAttribute()
    version = NumberAttribute(default=0)


class PlacesItem(Guard):
    """`invited#<hash of an address>`, `inviting#<user_id>`: the sessions and projects where an address, or an account, has invitations,
    each as `<kind>#<id>`."""

    subjects = UnicodeSetAttribute(null=True)


class Change(msgspec.Struct, frozen=True):
    """What becomes of the invitations of a session, or a project: how they are from then on, for which addresses there are new ones and
    no more, by their hashes, and who made the new ones."""

    after: Sequence[MemberInvitation]
    added: Collection[str] = ()
    dropped: Collection[str] = ()
    inviter: str = ""


class MemberInvitationStore:
    """Repository of them."""

    def of(self, subject: Subject) -> MemberInvitations:
        """All of a session, or a project, as they are now."""
        return self.of_each([subject])[subject]

    def of_each(self, subjects: Iterable[Subject]) -> dict[Subject, MemberInvitations]:
        """The same for several (at most 100), in one read."""
        wanted = list(dict.fromkeys(subjects))
        raw = database.get_many([(Guard, keys.member_invitations(it.id), None) for it in wanted]) if wanted else {}
        return {it: _read(raw.get(keys.member_invitations(it.id))) for it in wanted}

    def of_address(self, address_hash: str) -> list[Subject]:
        """Where this address has, or had, invitations."""
        return _places(keys.invited(address_hash))

    def of_inviter(self, user_id: str) -> list[Subject]:
        """Where this account made, or has made, invitations."""
        return _places(keys.inviting(user_id))

    def write(
        self,
        subject: Subject,
        before: MemberInvitations,
        change: Change,
        now: datetime,
        also: Callable[[Transaction], None] | None = None,
    ) -> frozenset[str]:
        """Store a change, with what `also` adds to it, all or nothing.

        Gives the labels of what kept it from being stored: VERSION where somebody else was faster, INVITER, the hash of an address that
        has as many as it can, and those of `also`. None of them: it is stored.
        """

        def build(write: Transaction) -> None:
            _write_list(write, subject, before, change.after, now)
            for address_hash in change.added:
                _add(write, keys.invited(address_hash), subject, PLACES_AN_ADDRESS, now, address_hash)
            for address_hash in change.dropped:
                _drop(write, keys.invited(address_hash), subject, now)
            if change.inviter:
                _add(write, keys.inviting(change.inviter), subject, PLACES_AN_INVITER, now, INVITER)
            if also:
                also(write)

        try:
            database.transact(build)
        except ConditionFailed as error:
            return error.failed
        return frozenset()

    def forget_address_in(self, address_hash: str, subjects: Collection[Subject]) -> None:
        """Note that an address has no invitations there any more."""
        _forget(keys.invited(address_hash), subjects)

    def forget_inviter_in(self, user_id: str, subjects: Collection[Subject]) -> None:
        """The same for who made them."""
        _forget(keys.inviting(user_id), subjects)

    def remove_of_inviter(self, user_id: str) -> None:
        """Remove what says where an account made invitations, once there are none."""
        database.delete_all(Guard, [{keys.GUARD_ID: {"S": keys.inviting(user_id)}}])


def _read(raw: Raw | None) -> MemberInvitations:
    if raw is None:
        return MemberInvitations()
    item = MemberInvitationsItem.from_raw_data(dict(raw))
    return MemberInvitations(
        msgspec.convert(item.invitations, tuple[MemberInvitation, ...]),
        int(item.version),
    )


def _write_list(
    write: Transaction,
    subject: Subject,
    before: MemberInvitations,
    after: Sequence[MemberInvitation],
    now: datetime,
) -> None:
    """Store these without what has expired. Of those that were answered, the last ones are kept."""
    standing = [it for it in after if it.expires_at > now]
    kept = {it.id for it in [it for it in standing if it.answer != "open"][-_ANSWERED:]}
    shown = [it for it in standing if it.answer == "open" or it.id in kept]
    last = max([it.expires_at for it in shown], default=now)
    actions: list[Action] = [
        MemberInvitationsItem.invitations.set(shown),
        MemberInvitationsItem.version.set(before.version + 1),
        MemberInvitationsItem.expires_at.set(int(last.timestamp()) + 1),
    ]
    same: Condition = MemberInvitationsItem.version.does_not_exist()
    if before.version:
        same = MemberInvitationsItem.version == before.version
    write.update(MemberInvitationsItem(keys.member_invitations(subject.id)), actions, same, label=VERSION)


def _add(write: Transaction, name: str, subject: Subject, most: int, now: datetime, label: str) -> None:
    place = _name(subject)
    actions: list[Action] = [
        PlacesItem.subjects.add({place}),
        PlacesItem.expires_at.set(int((now + VALID).timestamp()) + 1),
    ]
    there: Any = PlacesItem.subjects
    has_room = there.does_not_exist() | there.contains(place) | (size(there) < most)  # type: ignore[no-untyped-call]
    write.update(PlacesItem(name), actions, has_room, label=label)


def _drop(write: Transaction, name: str, subject: Subject, now: datetime) -> None:
    # Where the item has expired and is gone, one without places comes, which expires at once.
    ends: Action = PlacesItem.expires_at.set(PlacesItem.expires_at | int(now.timestamp()))
    write.update(PlacesItem(name), [PlacesItem.subjects.delete({_name(subject)}), ends])


def _forget(name: str, subjects: Collection[Subject]) -> None:
    if subjects:
        gone: list[Action] = [PlacesItem.subjects.delete({_name(it) for it in subjects})]
        holds(lambda: database.update(PlacesItem(name), gone, PlacesItem.id.exists()))


def _places(name: str) -> list[Subject]:
    raw = database.get_many([(Guard, name, None)]).get(name)
    found = sorted(PlacesItem.from_raw_data(dict(raw)).subjects or ()) if raw else []
    return [Subject(cast(SubjectKind, kind), identifier) for kind, _, identifier in (it.partition("#") for it in found)]


def _name(subject: Subject) -> str:
    return f"{subject.kind}#{subject.id}"
