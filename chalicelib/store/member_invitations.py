"""Invitations to be a member of a session or a project (table `guards`): one item has all of a session's, or a project's.

So that nobody is let in twice, and there are no more of them than there may be, every change is of the version that was read. Two more
items say where somebody has invitations: by a hash of the address that they are for, and by the account that made them.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, cast

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeSetAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.model.member_invitations import VALID, MemberInvitation, MemberInvitations, Subject, SubjectKind
from chalicelib.store import database, due, keys
from chalicelib.store.attributes import SIZE, JsonAttribute
from chalicelib.store.database import Raw, holds
from chalicelib.store.due import Marked
from chalicelib.store.due_kinds import MEMBER_MAILS, PROJECT_MEMBER_MAILS
from chalicelib.store.tables import Guard
from chalicelib.store.transact import ConditionFailed, Transaction

# Labels of conditions: that nobody else has changed them, and that whoever invites has made no others since theirs were counted.
VERSION, INVITER = "version", "inviter"
PLACES_AN_ADDRESS = 200
PLACES_AN_INVITER = 200
_IN_ONE_READ = 100
_ANSWERED = 50  # that are kept, to tell what became of them


class MemberInvitationsItem(Guard):
    """`member_invitations#<id>`: those of a session or a project; it expires with the last of them."""

    invitations = JsonAttribute()
    version = NumberAttribute(default=0)


class PlacesItem(Guard):
    """`invited#<hash of an address>`, `inviting#<user_id>`: the sessions and projects where an address, or an account, has invitations,
    each as `<kind>#<id>`."""

    subjects = UnicodeSetAttribute(null=True)
    changes = NumberAttribute(null=True)  # of an account, how often it invited somebody


class Places(msgspec.Struct, frozen=True):
    """Where addresses, by their hashes, and the account that invites them have invitations; `changes` is how often that did before."""

    of_addresses: dict[str, set[Subject]]
    of_inviter: set[Subject]
    changes: int


class Change(msgspec.Struct, frozen=True):
    """What becomes of the invitations of a session, or a project: how they are from then on, for which addresses there are new ones and
    no more, by their hashes, and who made the new ones, who had made others so often before. Where mails wait that
    did not, the sweep asks for them at `mails_at`, or as soon as it finds them."""

    after: Sequence[MemberInvitation]
    added: Collection[str] = ()
    dropped: Collection[str] = ()
    inviter: str = ""
    inviter_changes: int = 0
    mails_at: datetime | None = None


class MemberInvitationStore:
    """Repository of them."""

    def of(self, subject: Subject) -> MemberInvitations:
        """All of a session, or a project, as they are now."""
        return self.of_each([subject])[subject]

    def of_each(self, subjects: Iterable[Subject]) -> dict[Subject, MemberInvitations]:
        """The same for several, a hundred in a read."""
        wanted, raw = list(dict.fromkeys(subjects)), dict[str, Raw]()
        for first in range(0, len(wanted), _IN_ONE_READ):
            some = wanted[first : first + _IN_ONE_READ]
            raw |= database.get_many([(Guard, keys.member_invitations(it.id), None) for it in some])
        return {it: _read(raw.get(keys.member_invitations(it.id))) for it in wanted}

    def of_address(self, address_hash: str) -> list[Subject]:
        """Where this address has, or had, invitations."""
        return _ordered(_read_places([keys.invited(address_hash)]))

    def of_inviter(self, user_id: str) -> list[Subject]:
        """Where this account made, or has made, invitations."""
        return _ordered(_read_places([keys.inviting(user_id)]))

    def places(self, address_hashes: Collection[str], user_id: str) -> Places:
        """Both, of some addresses (at most 99) and the account that is to invite them, in one read."""
        named = {it: keys.invited(it) for it in address_hashes}
        found = _read_places([keys.inviting(user_id), *named.values()])
        own = found.get(keys.inviting(user_id))
        return Places(
            {it: _subjects(found.get(name)) for it, name in named.items()},
            _subjects(own),
            int(own.changes or 0) if own else 0,
        )

    def write(
        self,
        subject: Subject,
        before: MemberInvitations,
        change: Change,
        now: datetime,
        also: Callable[[Transaction], None] | None = None,
    ) -> frozenset[str]:
        """Store a change, with what `also` adds to it, all or nothing.

        Gives the labels of what kept it from being stored: VERSION, INVITER where somebody else was faster, the hash of an address that has
        as many as it can, and those of `also`. None of them: it is stored.
        """

        def build(write: Transaction) -> None:
            shown = _write_list(write, subject, before, change.after, now)
            _mark(write, subject, before.invitations, shown, change, now)
            for address_hash in change.added:
                _add_address(write, address_hash, subject, now)
            for address_hash in change.dropped:
                _drop(write, keys.invited(address_hash), subject, now)
            if change.inviter:
                _add_inviter(write, change, subject, now)
            if also:
                also(write)

        try:
            database.transact(build)
        except ConditionFailed as error:
            return error.failed
        return frozenset()

    def stop_waiting(self, subject: Subject, before: MemberInvitations) -> None:
        """Mark no more that mails wait, where none does; nothing where these are not what is stored any more. The sweep does that, which
        may delete nothing: the item goes with its session, or project."""
        mark = _mails_of(subject)
        ended: list[Action] = [type(mark).due_kind.remove(), type(mark).due_at.remove()]

        def build(write: Transaction) -> None:
            write.check(MemberInvitationsItem(keys.member_invitations(subject.id)), _is_as(before))
            write.update(mark, ended, type(mark).due_kind.exists())

        holds(lambda: database.transact(build))

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
) -> list[MemberInvitation]:
    """Store these without what has expired; gives them. Of those that were answered, the last ones are kept."""
    standing = [it for it in after if it.expires_at > now]
    kept = {it.id for it in [it for it in standing if it.answer != "open"][-_ANSWERED:]}
    shown = [it for it in standing if it.answer == "open" or it.id in kept]
    last = max([it.expires_at for it in shown], default=now)
    actions: list[Action] = [
        MemberInvitationsItem.invitations.set(shown),
        MemberInvitationsItem.version.set(before.version + 1),
        MemberInvitationsItem.expires_at.set(int(last.timestamp()) + 1),
    ]
    write.update(MemberInvitationsItem(keys.member_invitations(subject.id)), actions, _is_as(before), label=VERSION)
    return shown


def _is_as(before: MemberInvitations) -> Condition:
    if before.version:
        same: Condition = MemberInvitationsItem.version == before.version
        return same
    return cast(Condition, MemberInvitationsItem.version.does_not_exist())


def _mark(
    write: Transaction,
    subject: Subject,
    before: Sequence[MemberInvitation],
    after: Sequence[MemberInvitation],
    change: Change,
    now: datetime,
) -> None:
    """Mark the session, or the project, while a mail of its invitations waits: the first one that does, more, or one that was not taken:
    the mail service will not have taken the others either, so they rest as long."""
    waited, waits = (any(it.answer == "open" and it.mail == "waiting" for it in some) for some in (before, after))
    if waits and (change.added or change.mails_at or not waited):
        write.save(_mails_of(subject, change.mails_at or now))
    elif waited and not waits:
        write.delete(_mails_of(subject))


def _mails_of(subject: Subject, at: datetime | None = None) -> Marked:
    kind = MEMBER_MAILS if subject.kind == "session" else PROJECT_MEMBER_MAILS
    return due.mark(kind, subject.id, at=at)


def _add_address(write: Transaction, address_hash: str, subject: Subject, now: datetime) -> None:
    there: Any = PlacesItem.subjects
    has_room = there.does_not_exist() | there.contains(_name(subject)) | (SIZE(there) < PLACES_AN_ADDRESS)
    write.update(PlacesItem(keys.invited(address_hash)), _added(subject, now), has_room, label=address_hash)


def _add_inviter(write: Transaction, change: Change, subject: Subject, now: datetime) -> None:
    before = change.inviter_changes
    same: Condition = PlacesItem.changes.does_not_exist()
    if before:
        same = PlacesItem.changes == before
    actions = [*_added(subject, now), PlacesItem.changes.set(before + 1)]
    write.update(PlacesItem(keys.inviting(change.inviter)), actions, same, label=INVITER)


def _added(subject: Subject, now: datetime) -> list[Action]:
    expires = int((now + VALID).timestamp()) + 1
    return [PlacesItem.subjects.add({_name(subject)}), PlacesItem.expires_at.set(expires)]


def _drop(write: Transaction, name: str, subject: Subject, now: datetime) -> None:
    # Where the item has expired and is gone, one without places comes, which expires at once.
    ends: Action = PlacesItem.expires_at.set(PlacesItem.expires_at | int(now.timestamp()))
    write.update(PlacesItem(name), [PlacesItem.subjects.delete({_name(subject)}), ends])


def _forget(name: str, subjects: Collection[Subject]) -> None:
    if subjects:
        gone: list[Action] = [PlacesItem.subjects.delete({_name(it) for it in subjects})]
        holds(lambda: database.update(PlacesItem(name), gone, PlacesItem.id.exists()))


def _read_places(names: Sequence[str]) -> dict[str, PlacesItem]:
    raw = database.get_many([(Guard, name, None) for name in names])
    return {name: PlacesItem.from_raw_data(dict(it)) for name, it in raw.items()}


def _subjects(item: PlacesItem | None) -> set[Subject]:
    named = (it.partition("#") for it in (item.subjects or () if item else ()))
    return {Subject(cast(SubjectKind, kind), identifier) for kind, _, identifier in named}


def _ordered(found: dict[str, PlacesItem]) -> list[Subject]:
    return sorted(_subjects(next(iter(found.values()), None)), key=_name)


def _name(subject: Subject) -> str:
    return f"{subject.kind}#{subject.id}"
